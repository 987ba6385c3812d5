"""A chat as a person opens it, page by page, and the texts that leads prepare for everybody."""

from dataclasses import replace

import pytest

from bot.domain.chat import ChatKind
from bot.domain.errors import NotAllowed, Unreachable
from bot.domain.templates import DEFAULTS
from bot.flows import chat_view
from bot.flows.chat_view import LINES, MOST_TEMPLATES
from tests.flows.bench import AGENT, LEAD, NOW, OPERATOR, ORDER, VIEWER, Bench


@pytest.fixture(autouse=True)
async def known(bench: Bench) -> None:
    await bench.see()


def clock(seconds: int) -> str:
    return f"at {seconds}"


async def test_opening_a_chat_reads_it_first_and_shows_its_newest_lines(bench: Bench) -> None:
    bench.writes(*"abc")
    page = await chat_view.transcript(bench.desk, VIEWER, ORDER.id)
    assert [line.message.text for line in page.lines] == ["a", "b", "c"]
    assert page.older is None and page.read_at == bench.now


async def test_a_chat_that_was_just_read_is_not_asked_for_again(bench: Bench) -> None:
    for wait in (0, 2, 3.5):
        bench.pass_(wait)
        await chat_view.transcript(bench.desk, VIEWER, ORDER.id)
    assert bench.gate.count("chat") == 2


async def test_older_pages_follow_without_gap_or_repeat_down_to_the_first_line(bench: Bench) -> None:
    said = [f"{number}" for number in range(2 * LINES + 3)]
    for number, text in enumerate(said):
        bench.writes(text, at=NOW - 100 + number // 2)
    seen: list[str] = []
    before: int | None = None
    for _ in range(3):
        page = await chat_view.transcript(bench.desk, VIEWER, ORDER.id, before)
        seen = [line.message.text for line in page.lines] + seen
        before = page.older
    assert seen == said and before is None
    assert bench.gate.count("chat") == 1, "older pages come from memory"


async def test_a_word_that_was_stored_late_makes_the_next_page_repeat_nothing(bench: Bench) -> None:
    """It has the highest number and is the oldest line of its page: the next one goes on before it."""
    said = [f"{number}" for number in range(2 * LINES)]
    for number, text in enumerate(said):
        if number != LINES:
            bench.writes(text, at=NOW - 90 + number)
    await bench.read()
    bench.writes(said[LINES], at=NOW - 90 + LINES)
    bench.gate.chats[ORDER.id].sort(key=lambda message: message.at)
    await bench.read(after=120)
    newest = await chat_view.transcript(bench.desk, VIEWER, ORDER.id)
    older = await chat_view.transcript(bench.desk, VIEWER, ORDER.id, newest.older)
    assert [line.message.text for line in (*older.lines, *newest.lines)] == said


async def test_a_page_counts_the_questions_that_wait_for_its_reader_there(bench: Bench) -> None:
    bench.add(replace(ORDER, id="2"))
    await bench.see("2")
    held = await bench.say("call 13800138000 " + "word " * 120)
    assert len(held) > 1
    await bench.say("hello")
    await bench.say("call 13800138000", by=LEAD)
    await bench.say("call 13800138000", order_id="2")
    for number in range(3):
        await bench.say("call 13800138000", file=bench.picture(f"{number}"), album="A")
    assert (await chat_view.transcript(bench.desk, OPERATOR, ORDER.id)).held == 2
    assert (await chat_view.transcript(bench.desk, LEAD, ORDER.id)).held == 1
    assert (await chat_view.transcript(bench.desk, VIEWER, ORDER.id)).held == 0


async def test_a_venue_that_is_away_or_off_leaves_what_is_remembered(bench: Bench) -> None:
    bench.writes("a")
    await bench.read()
    bench.pass_(60)
    bench.gate.errors["chat"] = [Unreachable("gate", "chat", "away")]
    page = await chat_view.transcript(bench.desk, VIEWER, ORDER.id)
    assert [line.message.text for line in page.lines] == ["a"]
    bench.desk.gate = None
    assert len((await chat_view.transcript(bench.desk, VIEWER, ORDER.id)).lines) == 1


async def test_a_line_knows_its_speaker_and_its_files(bench: Bench) -> None:
    await bench.say("hello")
    await bench.send()
    url = "https://files.example/1.jpg"
    bench.writes("", kind=ChatKind.FILE, file_key="k", file_url=url)
    await bench.read(after=4)
    ours, theirs = (await chat_view.transcript(bench.desk, VIEWER, ORDER.id)).lines
    assert ours.said_by == "operator 3" and [file.url for file in theirs.files] == [url] and theirs.said_by == ""


async def test_who_may_not_read_sees_no_chat_and_an_unknown_order_has_none(bench: Bench) -> None:
    with pytest.raises(NotAllowed, match="order_unknown"):
        await chat_view.transcript(bench.desk, VIEWER, "99")
    with pytest.raises(NotAllowed, match="no_right_here"):
        await chat_view.transcript(bench.desk, 99, ORDER.id)
    bench.desk.people[VIEWER] = replace(bench.desk.people[VIEWER], is_frozen=True)
    with pytest.raises(NotAllowed, match="person_frozen"):
        await chat_view.templates(bench.desk, VIEWER)


async def test_the_desks_own_texts_are_there_until_leads_make_theirs(bench: Bench) -> None:
    assert await chat_view.templates(bench.desk, VIEWER) == list(DEFAULTS)
    made = await chat_view.add_template(bench.desk, LEAD, "en", "Soon", "We look at it.")
    kept = await chat_view.templates(bench.desk, VIEWER)
    assert len(kept) == len(DEFAULTS) + 1 and made in kept
    assert {one.language for one in await chat_view.templates(bench.desk, VIEWER, "zh")} == {"zh"}
    assert await bench.outcomes("template_saved", str(made.number)) == ["done"]


async def test_a_text_of_the_same_name_takes_the_others_place(bench: Bench) -> None:
    await chat_view.add_template(bench.desk, LEAD, "en", "Soon", "We look at it.")
    await chat_view.add_template(bench.desk, LEAD, "en", "Soon", "We look at it now.")
    soon = [one.text for one in await chat_view.templates(bench.desk, VIEWER) if one.label == "Soon"]
    assert soon == ["We look at it now."]


async def test_a_language_holds_so_many_texts_and_a_known_one_can_still_be_changed(bench: Bench) -> None:
    held = len([one for one in DEFAULTS if one.language == "en"])
    for number in range(MOST_TEMPLATES - held):
        await chat_view.add_template(bench.desk, LEAD, "en", f"T{number}", "words")
    with pytest.raises(NotAllowed, match="templates_full"):
        await chat_view.add_template(bench.desk, LEAD, "en", "more", "words")
    await chat_view.add_template(bench.desk, LEAD, "en", "T0", "other words")
    await chat_view.add_template(bench.desk, LEAD, "zh", "更多", "好")


async def test_a_removed_text_is_gone_and_one_of_the_desks_own_can_be_removed(bench: Bench) -> None:
    (first, *_) = await chat_view.templates(bench.desk, LEAD)
    gone = await chat_view.remove_template(bench.desk, LEAD, str(first.number))
    assert gone.label == first.label
    assert first.label not in [one.label for one in await chat_view.templates(bench.desk, LEAD, first.language)]
    for number in ("999", "x"):
        with pytest.raises(NotAllowed, match="template_unknown"):
            await chat_view.remove_template(bench.desk, LEAD, number)
    assert await bench.outcomes("template_removed", str(first.number)) == ["done"]


async def test_only_leads_prepare_texts(bench: Bench) -> None:
    with pytest.raises(NotAllowed, match="role_too_low"):
        await chat_view.add_template(bench.desk, OPERATOR, "en", "x", "y")
    with pytest.raises(NotAllowed, match="role_too_low"):
        await chat_view.remove_template(bench.desk, OPERATOR, "1")
    with pytest.raises(NotAllowed, match="template_contact"):
        await chat_view.add_template(bench.desk, LEAD, "en", "x", "call 13800138000")


async def test_a_text_is_shown_with_the_orders_facts_in_place(bench: Bench) -> None:
    made = await chat_view.add_template(bench.desk, LEAD, "en", "Pay", "Pay {total} by {ends}, {name}.")
    situation, chosen, text = await chat_view.rendered(bench.desk, AGENT, ORDER.id, str(made.number), clock)
    assert situation.order.id == ORDER.id and chosen == made
    assert text == f"Pay 7,200.00 CNY by at {ORDER.pay_deadline}, 张三丰."
    with pytest.raises(NotAllowed, match="template_unknown"):
        await chat_view.rendered(bench.desk, AGENT, ORDER.id, "999", clock)
    with pytest.raises(NotAllowed, match="role_too_low"):
        await chat_view.rendered(bench.desk, VIEWER, ORDER.id, str(made.number), clock)
