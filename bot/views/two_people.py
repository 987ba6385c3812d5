"""Two people above an amount: what the first one answered, who may add their yes, and what goes out by itself."""

from bot.domain.actions import RIGHTS
from bot.domain.intents import Action
from bot.domain.seals import Seal
from bot.domain.situations import Reader, Situation
from bot.domain.staff import Right
from bot.domain.two_people import Approval, Way
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.buttons import Verb, press
from bot.views.card import Button, Card, Markup, bold, joined, width
from bot.views.drawing import Drawing
from bot.views.order_buttons import more_row
from bot.views.pen import WIDE_LABEL_COLUMNS, Pen, rows
from bot.views.sell_card import add_paid_times
from bot.views.twins import where_and_when

ASKS = {Action.RELEASE: mark("Release {coins}?"), Action.MARK_PAID: mark("Mark {total} as paid?")}
NOT_YET = {Action.RELEASE: mark("Not released: {coins}"), Action.MARK_PAID: mark("Not marked: {total}")}
GOES = {Action.RELEASE: mark("Goes out: {coins}"), Action.MARK_PAID: mark("Will be marked paid: {total}")}
WITH = {Action.RELEASE: mark("Buyer {name}"), Action.MARK_PAID: mark("Seller {name}")}
SAW = {
    Action.RELEASE: mark("{time} {who} saw in the bank:"),
    Action.MARK_PAID: mark("{time} {who} says it was sent:"),
}
BACK = {Action.RELEASE: mark("⬅ Back, release nothing"), Action.MARK_PAID: mark("⬅ Back, mark nothing")}
AGREE = {
    Action.RELEASE: (mark("I saw it too: release {coins}"), mark("I saw it too: release it")),
    Action.MARK_PAID: (mark("I agree: mark {total}"), mark("I agree: mark it")),
}
ASK_SECOND = {
    Action.RELEASE: mark("I saw it: ask a second person"),
    Action.MARK_PAID: mark("I paid: ask a second person"),
}
ARM = {Action.RELEASE: mark("I saw it: release later"), Action.MARK_PAID: mark("I paid: mark it later")}
NO_BECAUSE = {
    Action.RELEASE: {
        "not_there": mark("Not there yet"), "name_differs": mark("Name differs"), "other": mark("Something else"),
    },
    Action.MARK_PAID: {
        "not_there": mark("Not sent yet"), "name_differs": mark("Other payee"), "other": mark("Something else"),
    },
}  # fmt: skip


def draw(pen: Pen, s: Situation, approval: Approval) -> Drawing:
    """The card of an order that waits for somebody else's yes, or for its moment."""
    return _draw_armed(pen, s, approval) if approval.is_armed else _draw_waiting(pen, s, approval)


def _draw_waiting(pen: Pen, s: Situation, approval: Approval) -> Drawing:
    made = Drawing()
    made.line(pen.title("👥", pen.words("Second person needed"), s.order))
    made.line(bold(_said(pen, NOT_YET, s, approval)))
    made.line(pen.say(WITH[approval.action], name=bold(pen.counterparty(s.order))))
    _add_answers(pen, s, approval, made)
    made.line(pen.say("Counts until {time}", time=pen.clock(approval.ends_at, seconds=True)))
    _add_forced(pen, s, approval, made)
    made.rows = rows(_waiting_row(pen, approval), more_row(pen, s))
    return made


def _waiting_row(pen: Pen, approval: Approval) -> tuple[Button | None, ...]:
    person = pen.reader.person
    if person is not None and person.id == approval.first:
        return (press(pen.words("Take back"), Verb.TAKE_BACK, approval.id),)
    if not pen.may(RIGHTS[approval.action]):
        return ()
    check = press(pen.words("Check it…"), Verb.SECOND, approval.id, style="primary")
    return check, press(pen.words("No…"), Verb.SECOND_NO, approval.id)


def _draw_armed(pen: Pen, s: Situation, approval: Approval) -> Drawing:
    made = Drawing()
    due = approval.due_at or approval.ends_at
    made.line(pen.title("⏲", pen.words("Armed, can be stopped"), s.order))
    made.line(bold(_said(pen, GOES, s, approval)))
    made.line(pen.say("by itself at {time}", time=bold(pen.clock(due, seconds=True))))
    made.line(pen.say(WITH[approval.action], name=bold(pen.counterparty(s.order))))
    _add_answers(pen, s, approval, made)
    _add_forced(pen, s, approval, made)
    stop = press(pen.words("Stop"), Verb.STOP_ARMED, approval.id, style="primary") if pen.may(Right.CLAIM) else None
    made.rows = rows((stop,), more_row(pen, s))
    return made


def _said(pen: Pen, texts: dict[Action, str], s: Situation, approval: Approval) -> Markup:
    return pen.say(texts[approval.action], coins=pen.money(s.order.coins), total=pen.money(s.order.fiat_total))


def _add_answers(pen: Pen, s: Situation, approval: Approval, made: Drawing) -> None:
    """What the first person answered, as they answered it."""
    order = s.order
    who = pen.staff(s.first_name)
    made.line(pen.say(SAW[approval.action], time=pen.clock(approval.at), who=who))
    if approval.action is Action.RELEASE:
        total = bold(joined(("+", pen.money(order.fiat_total)), ""))
        made.line(pen.say("{sum} from {name}", sum=total, name=pen.counterparty(order)))
        made.line(where_and_when(pen, order, approval.choice.reference))
        return
    method = approval.choice.method or order.chosen_method
    payee = next((one for one in order.payees if one.method == method), order.main_payee)
    told = pen.account(order, payee) if payee is not None else pen.method(order, method)
    made.line(pen.say("{sum} by {method}", sum=bold(joined(("−", pen.money(order.fiat_total)), "")), method=told))


def _add_forced(pen: Pen, s: Situation, approval: Approval, made: Drawing) -> None:
    """A sale stands here for minutes while Gate's clock goes on."""
    if approval.action is Action.RELEASE:
        add_paid_times(pen, s, made)


def second_confirm(s: Situation, seal: Seal, reader: Reader) -> Card:
    """The second person's own step: the same facts, and what the first one answered."""
    pen, order, approval = Pen(reader, s.seen_at), s.order, s.approval
    made = Drawing()
    question = bold(pen.say(ASKS[seal.action], coins=pen.money(order.coins), total=pen.money(order.fiat_total)))
    made.line(joined((question, order.short_id), " · "))
    made.line(pen.say("To {name}. It cannot be undone.", name=pen.counterparty(order)))
    if approval is not None:
        _add_answers(pen, s, approval, made)
    made.line(pen.say("Look for yourself. Then it is sent."))
    made.line(pen.say("Valid until {time}", time=pen.clock(seal.expires_at, seconds=True)))
    label, short = AGREE[seal.action]
    full = pen.words(label, coins=form.money(order.coins), total=form.money(order.fiat_total))
    agree = full if width(full) <= WIDE_LABEL_COLUMNS else pen.words(short)
    no = press(pen.words("No…"), Verb.SECOND_NO, approval.id) if approval is not None else None
    made.rows = rows(
        (press(pen.words(BACK[seal.action]), Verb.BACK, order.id),),
        (no,),
        (press(agree, Verb.YES, seal.id, style="danger"),),
    )
    return made.card()


def why_not(s: Situation, reader: Reader) -> Card:
    """The second person's reasons for a no; nothing ends before one is pressed."""
    pen, approval = Pen(reader, s.seen_at), s.approval
    made = Drawing()
    made.line(pen.title("👥", pen.words("Why not?"), s.order))
    if approval is None:
        made.line(pen.say("Nothing waits for you here any more."))
        made.rows = rows((press(pen.words("⬅ Back"), Verb.BACK, s.order.id),))
        return made.card()
    made.line(bold(_said(pen, NOT_YET, s, approval)))
    made.line(pen.say("{who} is told your reason,", who=pen.staff(s.first_name)))
    made.line(pen.say("and begins anew if it is right."))
    buttons = [
        press(pen.words(text), Verb.SECOND_WHY, approval.id, because)
        for because, text in NO_BECAUSE[approval.action].items()
    ]
    made.rows = rows((press(pen.words("⬅ Back"), Verb.BACK, s.order.id),), tuple(buttons[:2]), tuple(buttons[2:]))
    return made.card()


def add_what_follows(pen: Pen, way: Way, made: Drawing) -> None:
    """On the first person's confirm: their yes sends nothing yet."""
    if way is Way.SECOND:
        made.line(pen.say("Then a second person confirms."))
    elif way is Way.DELAY:
        made.line(pen.say("Sent a while later; can be stopped."))


def first_label(pen: Pen, way: Way, action: Action) -> str:
    """What the last step's button says where it sends nothing yet; empty where it does."""
    if action not in ASK_SECOND or way not in (Way.SECOND, Way.DELAY):
        return ""
    return pen.words(ASK_SECOND[action] if way is Way.SECOND else ARM[action])


def line(pen: Pen, s: Situation, approval: Approval) -> Markup:
    """In lists: what the order waits for."""
    total, order = bold(pen.money(s.order.fiat_total)), s.order.short_id
    if approval.is_armed:
        due = pen.clock(approval.due_at or approval.ends_at)
        return pen.say("{order} armed for {time} {total}", order=order, time=due, total=total)
    return pen.say("{order} second person: {total}", order=order, total=total)
