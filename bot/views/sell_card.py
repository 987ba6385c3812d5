"""We sell: the buyer owes us fiat, and the coins leave only when a person saw the money."""

from bot.domain.orders import Order
from bot.domain.situations import LockReason, Situation
from bot.domain.staff import Right
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.buttons import Verb, press
from bot.views.card import Rows, bold, clean, joined
from bot.views.drawing import Drawing
from bot.views.order_buttons import chat_read, claim_button, copies, is_taken, more_row, take_over_row
from bot.views.pen import Pen, rows
from bot.views.second_credit import add_second_credit
from bot.views.twins import add_doubts, add_ended_alike, add_mark, doubt_row, later_row

MOST_PARTS = 3
LOCKED = {
    LockReason.NAME_DIFFERS: mark("Stopped: another bank name"),
    LockReason.OTHER_PAYER: mark("Stopped: another payer"),
}


def draw_waiting(pen: Pen, s: Situation) -> Drawing:
    """Not paid yet: nothing to do but wait."""
    order = s.order
    made = Drawing()
    made.line(pen.title("⏳", pen.words("New order, not paid yet"), order))
    add_money(pen, order, made)
    made.line(pen.say("for {coins}", coins=pen.money(order.coins)))
    if order.pay_deadline:
        made.line(pen.say("Buyer must pay by {time}", time=pen.clock_s(order.pay_deadline)))
    if s.twins:
        made.line(pen.twins(s.twins))
    add_mark(pen, s, made)
    add_last_line(pen, s, made)
    made.rows = rows(more_row(pen, s))
    return made


def draw_paid(pen: Pen, s: Situation) -> Drawing:
    """The buyer says paid: look into the bank, then release."""
    order = s.order
    made = Drawing()
    made.line(pen.title("💰", pen.words("Paid – check the bank"), order))
    add_money(pen, order, made)
    made.line(pen.say("then release {coins}", coins=pen.money(order.coins)), 2)
    add_paid_times(pen, s, made)
    if s.twins:
        made.line(pen.twins(s.twins))
    add_ended_alike(pen, s, made)
    add_mark(pen, s, made)
    add_doubts(pen, s, made)
    add_second_credit(pen, s, made)
    add_last_line(pen, s, made)
    made.rows = _paid_rows(pen, s)
    return made


def draw_stopped(pen: Pen, s: Situation) -> Drawing:
    """Somebody answered the bank question with a doubt; only a lead lets it go on."""
    order, lock = s.order, s.lock
    assert lock is not None
    made = Drawing()
    made.line(pen.title("🔒", pen.words(LOCKED[lock.reason]), order))
    made.line(pen.say("Do not release {coins}", coins=bold(pen.money(order.coins))))
    made.line(pen.say("Order: {total}", total=bold(pen.money(order.fiat_total))))
    made.line(pen.say("from {name} (verified name)", name=bold(pen.counterparty(order))))
    if s.doubts.payer:
        made.line(pen.say("Bank shows: {name}", name=bold(clean(pen.name(s.doubts.payer), 20))))
    made.line(pen.say("{time} stopped by {who}", time=pen.clock(lock.at), who=pen.staff(lock.by_name)), 1)
    made.line(pen.say("Only a lead can unlock it."))
    add_paid_times(pen, s, made)
    if not order.counterparty_id:
        made.line(pen.say("Buyer without id at Gate: not marked"), 1)
    add_last_line(pen, s, made)
    unlock = press(pen.words("Unlock…"), Verb.UNLOCK, order.id) if pen.may(Right.UNLOCK) else None
    doubts = (press(pen.words("What to do"), Verb.CHECKLIST, order.id), *doubt_row(pen, order)[:1])
    made.rows = rows(copies(pen, order), (unlock,), doubts if pen.may(Right.CLAIM) else (), more_row(pen, s))
    return made


def draw_appeal(pen: Pen, s: Situation) -> Drawing:
    """Gate decides; a release is offered only where Gate still offers it."""
    order = s.order
    made = Drawing()
    title = pen.words("Appeal open") if order.in_appeal else pen.words("Locked by Gate")
    made.line(pen.title("⚖", title, order))
    add_money(pen, order, made, account_rank=2)
    made.line(pen.say("Coins held: {coins}", coins=pen.money(order.coins)), 3)
    if order.verdict:
        made.line(pen.say("Gate: {words}", words=order.verdict), 2)
    add_paid_times(pen, s, made)
    if order.can_release_in_appeal:
        made.line(pen.say("Your move: release if it arrived"), 1)
    else:
        made.line(pen.say("Gate's move: answer in its app"), 1)
    if s.twins:
        made.line(pen.twins(s.twins))
    add_ended_alike(pen, s, made, 1)
    add_mark(pen, s, made)
    add_last_line(pen, s, made)
    made.rows = _paid_rows(pen, s) if order.can_release_in_appeal else rows(copies(pen, order), more_row(pen, s))
    return made


def add_money(pen: Pen, order: Order, made: Drawing, *, account_rank: int = 1) -> None:
    """What must arrive, from whom, into which account."""
    made.line(pen.say("Collect {total}", total=bold(pen.money(order.fiat_total))))
    if order.counterparty_name:
        made.line(pen.say("from {name} (verified name)", name=bold(pen.counterparty(order))))
    else:
        made.line(pen.say("from {name}, no verified name", name=bold(pen.counterparty(order))))
    if order.main_payee:
        made.line(pen.say("into {account}", account=pen.account(order, order.main_payee)), account_rank)
    elif order.chosen_method:
        made.line(pen.say("by {method}", method=pen.method(order, order.chosen_method)), account_rank)


def add_paid_times(pen: Pen, s: Situation, made: Drawing) -> None:
    """Never left out: whatever else a card has to say, this is the time there is for it."""
    order = s.order
    if order.may_be_forced_at:
        paid, act = pen.clock_s(order.paid_at), pen.clock_s(order.may_be_forced_at)
        made.line(pen.say("Paid {paid} · Gate may act {act}", paid=paid, act=act))
    elif s.forced_by:
        made.line(pen.say("Gate may act {act} at the latest", act=pen.clock_s(s.forced_by)))


def add_last_line(pen: Pen, s: Situation, made: Drawing) -> None:
    """Warnings of the venue, then what is shown but never decides: unread words, receipts, experience."""
    order = s.order
    for warning in order.warnings[:1]:
        made.line(pen.say("⚠ Gate warns: {words}", words=warning))
    parts: list[str] = []
    if order.unread:
        parts.append(f"💬 {form.count(order.unread)}")
    elif not s.has_unread_counts:
        parts.append(chat_read(pen, s))
    if order.vouchers:
        parts.append(pen.words("🧾 not proof"))
    if s.profile:
        number = form.count(s.profile.completed)
        has_clock = not order.unread and not s.has_unread_counts  # a bare figure would look like what was read then
        parts.append(
            pen.words("buyer: {number} orders", number=number)
            if has_clock
            else pen.words("{number} orders", number=number)
        )
    if order.has_traded:
        parts.append(pen.words("known"))
    if parts:
        most = MOST_PARTS if s.has_unread_counts else MOST_PARTS - 1  # a clock is wide
        made.line(joined(parts[:most], " · "), 2)


def _paid_rows(pen: Pen, s: Situation) -> Rows:
    order = s.order
    if is_taken(pen, s):
        return rows(take_over_row(pen, s), more_row(pen, s))
    release = press(pen.words("Release…"), Verb.RELEASE, order.id, style="primary")
    doubts = (
        press(pen.words("Not there yet"), Verb.NOT_THERE, order.id),
        press(pen.words("Other payer"), Verb.OTHER_PAYER, order.id),
    )
    return rows(
        copies(pen, order),
        (release if pen.may(Right.RELEASE) else None, claim_button(pen, s)),
        doubts if pen.may(Right.CLAIM) else (),
        later_row(pen, s) if pen.may(Right.CLAIM) else (),
        more_row(pen, s),
    )
