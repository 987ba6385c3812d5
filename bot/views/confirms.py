"""The second step of everything that moves money: order, amount, person and consequence in words.

*Back* lies where the thumb was; the last step is the last row and the only red button there is.
"""

from bot.domain.intents import Action
from bot.domain.orders import Order, Payee, Phase, Side
from bot.domain.seals import Seal
from bot.domain.situations import LockReason, Reader, Situation
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.buttons import Verb, press
from bot.views.card import Button, Card, Markup, bold, clean, escape, joined, width
from bot.views.drawing import Drawing
from bot.views.orders import order_card
from bot.views.pen import WIDE_LABEL_COLUMNS, Pen, rows
from bot.views.reasons import FACT_WORDS, REASON_ROWS, REASONS
from bot.views.second_credit import add_second_credit
from bot.views.twins import add_ended_alike, add_mark, add_unlocked, where_and_when
from bot.views.two_people import add_what_follows, first_label

LOCK_WORDS = {
    LockReason.NAME_DIFFERS: mark("The bank showed another name"),
    LockReason.OTHER_PAYER: mark("Somebody else paid"),
}
METHODS_PER_ROW = 2


def release_confirm(s: Situation, seal: Seal, reader: Reader) -> Card:
    """The bank question, asked honestly: the red button says what the person saw."""
    pen, order = Pen(reader, s.seen_at), s.order
    made = Drawing()
    coins, name = pen.money(order.coins), pen.counterparty(order)
    question = bold(pen.say("Release {coins}?", coins=coins))
    made.line(_headline(question, order))
    made.line(pen.say("To {name}. It cannot be undone.", name=name))
    made.line(pen.say("I saw in the bank:"))
    made.line(pen.say("{sum} from {name}", sum=bold(_signed("+", pen, order)), name=bold(name)))
    made.line(where_and_when(pen, order, seal.choice.reference))
    add_mark(pen, s, made)
    _add_caution(pen, s, seal, made)
    made.line(_valid_until(pen, seal))
    later = first_label(pen, s.way, seal.action)
    label = later or pen.words("I saw it: release {coins}", coins=form.money(order.coins))
    made.rows = rows(
        (press(pen.words("⬅ Back, release nothing"), Verb.BACK, order.id),),
        (
            press(pen.words("Name differs"), Verb.NAME_DIFFERS, order.id, seal.id),
            press(pen.words("Not there yet"), Verb.NOT_THERE, order.id),
        ),
        (_last_step(label, later or pen.words("I saw it: release it"), seal),),
    )
    return made.card()


def _headline(question: Markup, order: Order) -> Markup:
    return joined((question, order.short_id), " · ")


def _signed(sign: str, pen: Pen, order: Order) -> Markup:
    return joined((sign, pen.money(order.fiat_total)), "")


def _add_caution(pen: Pen, s: Situation, seal: Seal, made: Drawing) -> None:
    if seal.choice.requester is not None:
        who = pen.staff(s.requester_name or form.count(seal.choice.requester))
        made.line(pen.say("asked for by {who}", who=who))
    add_what_follows(pen, s.way, made)
    if s.order.in_appeal:
        made.line(pen.say("⚖ Appeal open at Gate"), 2)
    if seal.action is Action.RELEASE:
        add_unlocked(pen, s, made)
        add_second_credit(pen, s, made)
        if s.twins:
            made.line(pen.twins(s.twins), 1)
        add_ended_alike(pen, s, made, 1)


def _valid_until(pen: Pen, seal: Seal) -> Markup:
    return pen.say("Valid until {time}", time=pen.clock(seal.expires_at, seconds=True))


def _last_step(label: str, short: str, seal: Seal) -> Button:
    """The red one. An amount too long for a button stands in the text above it, uncut."""
    return press(label if width(label) <= WIDE_LABEL_COLUMNS else short, Verb.YES, seal.id, style="danger")


def mark_paid_methods(s: Situation, reader: Reader) -> Card:
    """By which of the order's methods the money was sent; the venue accepts no other."""
    pen, order = Pen(reader, s.seen_at), s.order
    made = Drawing()
    made.line(pen.title("🛒", pen.words("How was it paid?"), order))
    made.line(pen.say("{total} to {name}", total=bold(pen.money(order.fiat_total)), name=pen.counterparty(order)))
    made.line(pen.say("Nothing is sent to Gate yet."))
    buttons = [
        press(pen.method_label(order, method), Verb.METHOD, order.id, form.count(index))
        for index, method in enumerate(order.methods)
    ]
    chunks = [tuple(buttons[at : at + METHODS_PER_ROW]) for at in range(0, len(buttons), METHODS_PER_ROW)]
    made.rows = rows((press(pen.words("⬅ Back"), Verb.BACK, order.id),), *chunks)
    return made.card()


def mark_paid_confirm(s: Situation, seal: Seal, reader: Reader) -> Card:
    """Saying paid without having paid breaks the venue's rules and may cost the badge."""
    pen, order = Pen(reader, s.seen_at), s.order
    made = Drawing()
    question = bold(pen.say("Mark {total} as paid?", total=pen.money(order.fiat_total)))
    made.line(_headline(question, order))
    paid = _paid_payee(order, seal)
    is_unnamed = paid is not None and not clean(paid.holder)
    sent = pen.say("I paid for {name}'s coins:", name=bold(pen.counterparty(order)))
    made.line(sent if is_unnamed else pen.say("I sent to {name}:", name=bold(pen.counterparty(order))))
    made.line(pen.say("{sum} by {method}", sum=bold(_signed("−", pen, order)), method=_paid_by(pen, order, seal)))
    if is_unnamed:
        made.line(pen.say("⚠ Holder not told by Gate"), 2)
    if s.is_too_late:
        made.line(pen.say("⌛ Too late to pay now. Sent before?"))
    if order.holder_differs:
        made.line(_strange_holder(pen, order, seal))
    made.line(pen.say("Gate tells the seller at once."), 3)
    made.line(pen.say("It cannot be undone."))
    _add_caution(pen, s, seal, made)
    made.line(_valid_until(pen, seal))
    later = first_label(pen, s.way, seal.action)
    label = later or pen.words("I paid: mark {total}", total=form.money(order.fiat_total))
    made.rows = rows(
        (press(pen.words("⬅ Back, mark nothing"), Verb.BACK, order.id),),
        (_last_step(label, later or pen.words("I paid: mark it"), seal),),
    )
    return made.card()


def _paid_by(pen: Pen, order: Order, seal: Seal) -> str:
    payee = _paid_payee(order, seal)
    return (
        pen.account(order, payee) if payee is not None else pen.method(order, seal.choice.method or order.chosen_method)
    )


def _paid_payee(order: Order, seal: Seal) -> Payee | None:
    """None where no account is shown for the method: another one's would be a wrong word."""
    method = seal.choice.method
    return next((payee for payee in order.payees if payee.method == method), None) if method else order.main_payee


def _strange_holder(pen: Pen, order: Order, seal: Seal) -> Markup:
    """Whose account it is: the one that was paid, else another of the order's, by its method."""
    strange, paid = order.strange_payees, _paid_payee(order, seal)
    if paid is not None and paid in strange:
        return pen.say("🔴 Account holder: {name}", name=bold(paid.holder))
    method = pen.method_label(order, strange[0].method)
    return pen.say("🔴 {method}, holder: {name}", method=method, name=bold(strange[0].holder))


def cancel_reasons(s: Situation, reader: Reader, *, more: bool, cancels_today: int, in_a_row: int) -> Card:
    """The few reasons that fit this side and phase first; `more` shows Gate's other ones."""
    pen, order = Pen(reader, s.seen_at), s.order
    made = Drawing()
    made.line(pen.title("🚫", pen.words("Why cancel?"), order))
    made.line(pen.say("{coins} for {total}", coins=pen.money(order.coins), total=pen.money(order.fiat_total)))
    made.line(pen.say("with {name}", name=pen.counterparty(order)))
    made.line(pen.say("Cancelled by us today: {number}", number=form.count(cancels_today)))
    made.line(pen.say("In a row, none completed: {number}", number=form.count(in_a_row)))
    made.line(pen.say("Gate restricts who cancels often."))
    _add_paid_warning(pen, order, made)
    fitting = REASON_ROWS[order.side, order.phase is Phase.PAID]
    chosen = tuple(REASONS) if more else fitting
    buttons = [press(pen.words(REASONS[reason]), Verb.REASON, order.id, reason) for reason in chosen]
    pairs = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    other = () if more else (press(pen.words("More reasons"), Verb.REASONS, order.id),)
    made.rows = rows((press(pen.words("⬅ Back, cancel nothing"), Verb.BACK, order.id),), *pairs, other)
    return made.card()


def _add_paid_warning(pen: Pen, order: Order, made: Drawing) -> None:
    if order.side is Side.BUY and order.phase is not Phase.UNPAID:
        made.line(pen.say("⚠ Paid: only if the money came back"))


def cancel_words_prompt(s: Situation, reader: Reader) -> Card:
    """Gate's reason 9 needs words: asked for as a reply that names its order."""
    pen, order = Pen(reader, s.seen_at), s.order
    title = pen.title("🚫", pen.words("Cancel: your words"), order)
    seller = pen.say("Gate and the seller may read it.")
    reads = seller if order.side is Side.BUY else pen.say("Gate and the buyer may read it.")
    text = joined((title, pen.say("Reply with the reason."), reads))
    return Card(text, prompt=True, prompt_hint=pen.words("Reason for {order}", order=order.short_id))


def cancel_confirm(s: Situation, seal: Seal, reader: Reader) -> Card:
    pen, order = Pen(reader, s.seen_at), s.order
    made = Drawing()
    question = bold(pen.say("Cancel order {order}?", order=order.short_id))
    made.line(question)
    made.line(pen.say("{coins} for {total}", coins=bold(pen.money(order.coins)), total=pen.money(order.fiat_total)))
    made.line(pen.say("with {name}", name=pen.counterparty(order)))
    made.line(_reason(pen, seal))
    _add_paid_warning(pen, order, made)
    made.line(pen.say("The order ends. It cannot be undone."))
    _add_caution(pen, s, seal, made)
    made.line(_valid_until(pen, seal))
    made.rows = rows(
        (press(pen.words("⬅ Back, cancel nothing"), Verb.BACK, order.id),),
        (press(pen.words("Cancel order {order}", order=order.short_id), Verb.YES, seal.id, style="danger"),),
    )
    return made.card()


def _reason(pen: Pen, seal: Seal) -> Markup:
    if seal.choice.memo:
        return pen.say("Reason: “{words}”", words=escape(seal.choice.memo, 500))
    known = REASONS.get(seal.choice.reason)
    return pen.say("Reason: {words}", words=pen.words(known) if known else seal.choice.reason or "–")


def unlock_confirm(s: Situation, unlock: str, reason: str, reader: Reader) -> Card:
    """A lead takes the doubt on: no coins move by this, but an operator may release again."""
    pen, order, lock = Pen(reader, s.seen_at), s.order, s.lock
    made = Drawing()
    made.line(bold(pen.say("Unlock order {order}?", order=order.short_id)))
    made.line(pen.say("{coins} to {name}", coins=bold(pen.money(order.coins)), name=pen.counterparty(order)))
    made.line(pen.say("Collect {total}", total=bold(pen.money(order.fiat_total))))
    if lock is not None:
        made.line(pen.say("{time} stopped by {who}", time=pen.clock(lock.at), who=pen.staff(lock.by_name)))
        made.line(pen.say(LOCK_WORDS[lock.reason]))
    made.line(pen.say("Reason: “{words}”", words=escape(reason, 500)))
    made.line(pen.say("Then it can be released again."))
    made.rows = rows(
        (press(pen.words("⬅ Back, keep it locked"), Verb.BACK, order.id),),
        (press(pen.words("Unlock order {order}", order=order.short_id), Verb.UNLOCK_YES, unlock),),
    )
    return made.card()


def changed(s: Situation, names: tuple[str, ...], reader: Reader) -> Card:
    """A refused confirm: nothing was done, what is different, and the order as it is now."""
    pen = Pen(reader, s.seen_at)
    told: list[str] = []
    for name in names:
        text = pen.words(FACT_WORDS.get(name, FACT_WORDS["order"]))
        if text not in told:
            told.append(text)
    listed = escape(pen.words(", ").join(told), 200)
    above = (pen.say("⚠ Nothing done. Changed: {facts}", facts=listed),)
    return order_card(s, reader, above)
