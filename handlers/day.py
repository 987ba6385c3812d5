"""`/today` and `/close`: read what was said, call one flow, show one card."""

from bot.domain.day_close import Closing, DayStanding
from bot.domain.errors import NotAllowed
from bot.domain.staff import Right
from bot.flows import day_close as closing_flow
from bot.flows import today as flow
from bot.flows.day_close import DAY_NOTE, DAY_QUESTION
from bot.flows.deliver import MENU
from bot.views import day as views
from bot.views import day_close as close_views
from bot.views.card import Card, Markup
from bot.views.day_chart import chart_of, no_font
from bot.views.day_file import csv_file
from bot.views.refusals import refusal
from handlers.context import Did

CSV = "csv"
ASKED_AGAIN = frozenset({"day_negative", "day_digits", "day_number"})
"""what is wrong with an answer, so that the question is asked once more"""
READ_AGAIN = frozenset({"day_moved", "day_unasked"})


async def today(did: Did) -> None:
    """`/today`."""
    if did.words:
        raise NotAllowed("usage", {"command": "today", "given": " ".join(did.words)[:30]})
    await _show(did, "", replace=False)


async def look(did: Did, day: str) -> None:
    """A day, in the place of the card that was tapped."""
    await _show(did, day)


async def _show(did: Did, day: str, *, replace: bool = True) -> None:
    standing = await flow.show(did.desk, did.person_id, day)
    await did.say(views.day_card(standing, did.reader), kind=MENU, replace=replace)


async def part(did: Did, day: str, which: str, page: str) -> None:
    """Accounts, people, what is open, or the other deals."""
    did.desk.need(did.person_id, Right.DAY_CLOSE)
    if which not in views.PARTS:
        raise NotAllowed("stale_button")
    standing = await flow.show(did.desk, did.person_id, day)
    card = views.part_card(standing, which, int(page) if page.isdigit() else 0, did.reader)
    await did.say(card, kind=MENU, replace=True)


async def picture(did: Did, day: str) -> None:
    """The day drawn, as a message of its own."""
    did.desk.need(did.person_id, Right.DAY_CLOSE)
    standing = await flow.show(did.desk, did.person_id, day)
    content, remark = await _drawn(did, standing)
    await did.say(close_views.picture_card(standing, did.reader, content, remark), kind=MENU)


async def _drawn(did: Did, standing: DayStanding) -> tuple[bytes, str]:
    """The picture, and what is to be said of it."""
    plan = chart_of(standing, did.reader, did.desk.policy.timezone)
    made = await flow.draw(did.desk, did.person_id, plan)
    return made.content, "" if made.has_font else no_font(did.reader)


async def csv(did: Did, day: str) -> None:
    sheet = await flow.sheet(did.desk, did.person_id, day)
    content = csv_file(sheet.ledger, sheet.report, sheet.closes, sheet.standing, did.reader)
    name = f"day-{sheet.standing.span.day}.csv"
    await did.mouth.show_file(did.person_id, Card(Markup("")), content, name, order_id=sheet.standing.span.day)


async def close(did: Did) -> None:
    """`/close`, `/close 2026-11-20`, `/close csv`, `/close 2026-11-20 csv`."""
    did.desk.need(did.person_id, Right.DAY_CLOSE)
    words = [word.lower() for word in did.words]
    wants_file = words[-1:] == [CSV]
    days = words[:-1] if wants_file else words
    if len(days) > 1:
        raise NotAllowed("usage", {"command": "close", "given": " ".join(words)[:30]})
    day = flow.asked_day(did.desk, days[0]) if days else ""
    await (csv(did, day) if wants_file else begin(did, day))


async def begin(did: Did, day: str) -> None:
    await _ask(did, await closing_flow.begin(did.desk, did.person_id, day), replace=False)


async def answer(did: Did, question: str, text: str) -> None:
    """The reply to the question for an account's credits; what is no sum is asked for again."""
    form_id, _, key = question.partition("/")
    try:
        closing = await closing_flow.answer(did.desk, did.person_id, form_id, key, text)
    except NotAllowed as no:
        if no.reason not in ASKED_AGAIN:
            raise
        closing = await closing_flow.go_on(did.desk, did.person_id, form_id)
        if closing.asked is None or not question.endswith(_key(closing)):
            raise
        await _prompt(did, closing, (refusal(no, did.reader),))
        return
    await _ask(did, closing)


async def skip(did: Did, form_id: str, key: str) -> None:
    await _ask(did, await closing_flow.skip(did.desk, did.person_id, form_id, key))


async def anew(did: Did, form_id: str) -> None:
    await _ask(did, await closing_flow.anew(did.desk, did.person_id, form_id))


async def ask_note(did: Did, form_id: str) -> None:
    closing = await closing_flow.go_on(did.desk, did.person_id, form_id)
    await did.say(close_views.note_prompt(closing, did.reader), kind=DAY_NOTE, order_id=form_id)


async def note(did: Did, form_id: str, text: str) -> None:
    await _ask(did, await closing_flow.note(did.desk, did.person_id, form_id, text))


async def drop(did: Did, form_id: str) -> None:
    day = await closing_flow.drop(did.desk, did.person_id, form_id)
    await did.say(close_views.dropped_card(day, did.reader), replace=True)


async def yes(did: Did, form_id: str, read: str) -> None:
    """The second step: close it, and show how the day was."""
    try:
        standing = await closing_flow.close(did.desk, did.person_id, form_id, read)
    except NotAllowed as no:
        if no.reason not in READ_AGAIN:
            raise
        closing = await closing_flow.go_on(did.desk, did.person_id, form_id)
        await _ask(did, closing, above=(refusal(no, did.reader),))
        return
    made = standing.close
    assert made is not None
    await did.say(close_views.closed_card(standing, made, did.reader), kind=MENU, replace=True)
    await _with_picture(did, standing)


async def _with_picture(did: Did, standing: DayStanding) -> None:
    """The picture follows; that it could not be drawn is said and changes nothing: the day is closed."""
    try:
        content, remark = await _drawn(did, standing)
    except NotAllowed as no:
        await did.say(Card(refusal(no, did.reader)))
        return
    await did.say(close_views.picture_card(standing, did.reader, content, remark), kind=MENU)


async def _ask(did: Did, closing: Closing, *, above: tuple[Markup, ...] = (), replace: bool = True) -> None:
    """Where the close stands: the next account and its question, or the summary."""
    if closing.asked is None:
        await did.say(
            close_views.summary_card(closing, did.reader, above), kind=MENU, order_id=closing.form.id, replace=replace
        )
        return
    await did.say(close_views.progress_card(closing, did.reader, above), kind=MENU, replace=replace)
    await _prompt(did, closing)


async def _prompt(did: Did, closing: Closing, above: tuple[Markup, ...] = ()) -> None:
    about = f"{closing.form.id}/{_key(closing)}"
    await did.say(close_views.question_prompt(closing, did.reader, above), kind=DAY_QUESTION, order_id=about)


def _key(closing: Closing) -> str:
    return close_views.asked_key(closing)
