"""One card per payment link: a summary to confirm, the link itself, and what is reported of it.

The order of the questions matters: what was sent decides, then what is reported, then what became of the link.
"""

from dataclasses import replace

from bot.domain.deposits import Deposit, DepositStanding, Method, Phase
from bot.domain.intents import Intent
from bot.domain.situations import Reader
from bot.domain.staff import Right
from bot.texts import formatting as form
from bot.texts import mark
from bot.texts.customer_words import PAGE_LANGUAGES
from bot.views.buttons import Verb, press
from bot.views.card import COPY_LENGTH, Button, Card, Markup, Rows, bold, clean, escape, joined
from bot.views.convert_lines import label_coins, red
from bot.views.deposit_customer import forward_text, qr_card
from bot.views.deposit_lines import (
    add_person,
    add_reported,
    add_wish,
    ends_line,
    language_line,
    methods_line,
    number_line,
    title_line,
)
from bot.views.deposit_menu import amount_prompt, deposit_menu, payer_prompt
from bot.views.deposit_unknown import draw_made, draw_unknown, settle_question
from bot.views.drawing import Drawing
from bot.views.pen import Pen, rows
from bot.views.qr import qr_png, spent_png

__all__ = [
    "amount_prompt", "deposit_card", "deposit_menu", "forward_text", "payer_prompt", "qr_card", "settle_question",
]  # fmt: skip

WORDS_COLUMNS = 60
WITHOUT_ANSWER = frozenset({"", "timeout", "dropped", "server_error", "unreadable", "redirected", "never_left"})
"""the ledger's words for a request that the venue said nothing to"""
METHOD_LABELS = {Method.BANK_CARD: mark("Bank"), Method.WECHAT: mark("WeChat"), Method.ALIPAY: mark("Alipay")}
LEFT_UNPAID = (Phase.FAILED, Phase.CANCELLED)
REPORTED = {
    Phase.IN_PROGRESS: ("⏳", mark("Payer says it is paid")),
    Phase.FINISHED: ("✅", mark("Reported finished")),
    Phase.FAILED: ("❌", mark("Reported failed")),
    Phase.CANCELLED: ("🚫", mark("Reported cancelled")),
}


def deposit_card(standing: DepositStanding, reader: Reader, above: tuple[Markup, ...] = ()) -> Card:
    """The card of one link for these eyes; `above` are sentences under its first line (what just happened)."""
    pen = Pen(reader, standing.deposit.asked_at)
    made = _draw(pen, standing)
    for index, note in enumerate(above, start=1):
        made.insert(index, note)
    if reader.is_group:
        made.rows = rows((press(pen.words("Open"), Verb.DP_OPEN, standing.deposit.id, style="primary"),))
    card = made.card()
    if standing.deposit.url and standing.deposit.is_available and pen.may(Right.DEPOSIT):
        is_payable = standing.phase is Phase.WAITING
        card = replace(card, picture=qr_png(standing.deposit.url) if is_payable else spent_png())
    return replace(card, stands_for=deposit_card(standing, reader).digest) if above else card


def _draw(pen: Pen, standing: DepositStanding) -> Drawing:
    phase = standing.phase
    if phase in REPORTED:
        return _draw_reported(pen, standing, phase)
    if phase is Phase.SUMMARY:
        return _draw_summary(pen, standing)
    if standing.intent is None:
        return _draw_left(pen, standing)
    if phase is Phase.WAITING:
        return _draw_waiting(pen, standing)
    if phase is Phase.OVER:
        return _draw_over(pen, standing)
    if phase is Phase.MADE:
        return draw_made(pen, standing)
    if phase is Phase.UNAVAILABLE:
        return _draw_unavailable(pen, standing)
    return _draw_without_link(pen, standing, standing.intent, phase)


def _draw_without_link(pen: Pen, standing: DepositStanding, intent: Intent, phase: Phase) -> Drawing:
    if phase is Phase.UNKNOWN:
        return draw_unknown(pen, standing, intent)
    if phase is Phase.REFUSED:
        return _draw_refused(pen, standing, intent)
    if phase is Phase.VOID:
        return _draw_void(pen, standing, intent)
    return _draw_sending(pen, standing, intent)


def _draw_summary(pen: Pen, standing: DepositStanding) -> Drawing:
    deposit = standing.deposit
    made = Drawing()
    made.line(joined((bold(pen.say("Payment link")), pen.say("not made yet")), " · "))
    add_wish(pen, deposit.wish, made, has_whole_name=True)
    made.line(methods_line(pen, deposit.wish), 3)
    made.line(language_line(pen, deposit.wish), 4)
    made.line(pen.say("Rate and fee: told with the report"), 5)
    made.line(pen.say("MTPay gets this name."), 2)
    made.line(pen.say("Until {time}", time=pen.clock(deposit.ends_at, seconds=True)))
    if standing.unanswered:
        made.line(pen.say("⚠ Links without an answer: {number}", number=form.count(standing.unanswered)), 1)
    made.rows = _summary_rows(pen, standing)
    return made


def _summary_rows(pen: Pen, standing: DepositStanding) -> Rows:
    """Only for whoever opened this step, because nobody else may press its last button."""
    deposit, seal, person = standing.deposit, standing.open_seal, pen.reader.person
    if person is None or seal is None or person.id != seal.opened_by or not person.may(Right.DEPOSIT):
        return ()
    wish = deposit.wish
    methods = tuple(
        press(f"{'☑' if wish.methods & one else '☐'} {pen.words(label)}", Verb.DP_METHOD, deposit.id, str(int(one)))
        for one, label in METHOD_LABELS.items()
    )
    languages = tuple(
        press(f"{'●' if wish.language == one else '○'} {label}", Verb.DP_LANGUAGE, deposit.id, one)
        for one, label in PAGE_LANGUAGES.items()
    )
    label = pen.words("Make link: {coins}", coins=label_coins(wish.money))
    return rows(
        (press(pen.words("⬅ Back, make nothing"), Verb.DP_BACK, deposit.id),),
        methods,
        languages,
        (red(label, pen.words("Make the link"), Verb.DP_YES, seal),),
    )


def _draw_left(pen: Pen, standing: DepositStanding) -> Drawing:
    deposit = standing.deposit
    made = Drawing()
    made.line(joined(("⌛", bold(pen.say("Payment link not made"))), " "))
    add_wish(pen, deposit.wish, made)
    made.line(methods_line(pen, deposit.wish), 2)
    ended = deposit.ends_at if deposit.ended_at is None else min(deposit.ended_at, deposit.ends_at)
    made.line(pen.say("Ended {time}", time=pen.clock(ended, seconds=True)), 1)
    made.line(pen.say("Nothing was sent to MTPay."))
    made.rows = _new_row(pen, deposit)
    return made


def _draw_sending(pen: Pen, standing: DepositStanding, intent: Intent) -> Drawing:
    made = Drawing()
    made.line(title_line(pen, "📤", pen.say("Asking for a link…"), standing.deposit))
    add_wish(pen, standing.deposit.wish, made)
    made.line(methods_line(pen, standing.deposit.wish), 3)
    if intent.sent_at is not None:
        made.line(pen.say("Sent to MTPay {time}", time=pen.clock(intent.sent_at, seconds=True)), 2)
    add_person(pen, standing, made, 1)
    made.line(pen.say("Wait for MTPay's answer"))
    return made


def _draw_refused(pen: Pen, standing: DepositStanding, intent: Intent) -> Drawing:
    made = Drawing()
    made.line(title_line(pen, "❌", pen.say("MTPay refused"), standing.deposit))
    add_wish(pen, standing.deposit.wish, made)
    made.line(methods_line(pen, standing.deposit.wish), 3)
    if clean(intent.answer) and intent.answer not in WITHOUT_ANSWER:
        made.line(pen.say("MTPay: “{words}”", words=escape(intent.answer, WORDS_COLUMNS)))
    made.line(pen.say("No link was made."))
    made.line(pen.say("Told by MTPay {time}", time=_settled(pen, intent)), 2)
    add_person(pen, standing, made, 1)
    made.rows = _new_row(pen, standing.deposit)
    return made


def _draw_void(pen: Pen, standing: DepositStanding, intent: Intent) -> Drawing:
    made = Drawing()
    made.line(title_line(pen, "↩", pen.say("Nothing was made"), standing.deposit))
    add_wish(pen, standing.deposit.wish, made)
    made.line(methods_line(pen, standing.deposit.wish), 3)
    made.line(pen.say("There is no link."))
    made.line(pen.say("Settled {time}", time=_settled(pen, intent)), 2)
    add_person(pen, standing, made, 1)
    made.rows = _new_row(pen, standing.deposit)
    return made


def _draw_unavailable(pen: Pen, standing: DepositStanding) -> Drawing:
    """What the venue means by it is nowhere documented: told in its own words, and the link is given to nobody."""
    deposit = standing.deposit
    made = Drawing()
    made.line(title_line(pen, "🚫", pen.say("MTPay: not available"), deposit))
    add_wish(pen, deposit.wish, made)
    made.line(methods_line(pen, deposit.wish), 3)
    made.line(pen.say("MTPay has the order, but says:"))
    made.line(bold(pen.say("not available now.")))
    made.line(pen.say("Likely nobody can take it."))
    made.line(pen.say("Change amount or ways to pay."))
    made.line(number_line(deposit, pen), 2)
    add_person(pen, standing, made, 4)
    made.rows = _new_row(pen, deposit)
    return made


def _draw_waiting(pen: Pen, standing: DepositStanding) -> Drawing:
    deposit = standing.deposit
    made = Drawing()
    made.line(joined((bold(pen.say("Payment link")), deposit.label, pen.say("waiting")), " · "))
    add_wish(pen, deposit.wish, made)
    made.line(methods_line(pen, deposit.wish), 1)
    made.line(ends_line(pen, deposit))
    made.line(number_line(deposit, pen))
    made.line(pen.say("MTPay's notice is only a hint"))
    made.line(pen.say("⚠ Never paste it into Gate chat"))
    add_person(pen, standing, made, 2)
    made.rows = _link_rows(pen, deposit)
    return made


def _link_rows(pen: Pen, deposit: Deposit) -> Rows:
    if not pen.may(Right.DEPOSIT):
        return ()
    copy = Button(pen.words("Copy link"), copy=deposit.url) if len(deposit.url) <= COPY_LENGTH else None
    forward = press(pen.words("Text to forward"), Verb.DP_FORWARD, deposit.id)
    picture = press(pen.words("QR only"), Verb.DP_QR, deposit.id)
    return rows((Button(pen.words("Open ↗"), url=deposit.url), copy), (forward, picture))


def _draw_over(pen: Pen, standing: DepositStanding) -> Drawing:
    deposit = standing.deposit
    made = Drawing()
    made.line(title_line(pen, "⌛", pen.say("Link ended unused"), deposit))
    add_wish(pen, deposit.wish, made)
    made.line(methods_line(pen, deposit.wish), 3)
    ended = deposit.over_at or deposit.ends_at
    made.line(pen.say("Ended {time}", time=pen.clock(deposit.expires_at or ended)))
    made.line(pen.say("MTPay reported no payment."))
    made.line(pen.say("Do not use the old link or QR."))
    made.line(number_line(deposit, pen), 2)
    add_person(pen, standing, made, 1)
    made.rows = _new_row(pen, deposit)
    return made


def _draw_reported(pen: Pen, standing: DepositStanding, phase: Phase) -> Drawing:
    """All of it is the venue's word and proves nothing; another amount than agreed is what must be read first."""
    deposit = standing.deposit
    icon, text = REPORTED[phase]
    made = Drawing()
    if deposit.has_other_payment:
        made.line(title_line(pen, "🔴", pen.say("Reported: other amount"), deposit))
        made.line(joined((icon, pen.say(text)), " "))
    else:
        made.line(title_line(pen, icon, pen.say(text), deposit))
    add_wish(pen, deposit.wish, made)
    add_reported(pen, deposit, made)
    if clean(deposit.message):
        rank = 2 if phase in LEFT_UNPAID else 5
        made.line(pen.say("MTPay: “{words}”", words=escape(deposit.message, WORDS_COLUMNS)), rank)
    at = deposit.asked_at if deposit.reported_at is None else deposit.reported_at
    made.line(pen.say("reported by MTPay {time}", time=pen.clock(at, seconds=True)))
    made.line(pen.say("Only a hint: look into MTPay"), 2)
    add_person(pen, standing, made, 7)
    made.rows = _new_row(pen, deposit) if phase is not Phase.IN_PROGRESS else ()
    return made


def _settled(pen: Pen, intent: Intent) -> Markup:
    return pen.clock(intent.planned_at if intent.settled_at is None else intent.settled_at, seconds=True)


def _new_row(pen: Pen, deposit: Deposit) -> Rows:
    """The same wish once more; without the payer, whose name was forgotten, there is no such wish."""
    is_offered = pen.may(Right.DEPOSIT) and bool(deposit.wish.payer)
    return rows((press(pen.words("New link"), Verb.DP_NEW, deposit.id) if is_offered else None,))
