"""Files on their way to a buyer: made fit, uploaded first, shown together, and asked about where they cannot go."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.attachments import MAX_FROM_PHONE_BYTES, BadFile, Prepared
from bot.domain.errors import DeskError, NotAllowed, Refused, Unknown, Unreachable
from bot.domain.reach import Blocked, Offline, Slow, TooBig
from bot.domain.sayings import ALBUM_SECONDS, TRY_FOR_SECONDS, Doubt, SayingKind, State
from bot.flows import holding, lane, outgoing_files, say
from bot.flows.saying_outcome import HELD, MARK, PROGRESS
from tests.flows.bench import OPERATOR, ORDER, Bench
from tests.support.fake_files import JPEG


@pytest.fixture(autouse=True)
async def known(bench: Bench) -> None:
    await bench.see()
    await bench.read()
    await bench.told()


def shown(bench: Bench) -> list[str]:
    """What stands in the buyer's chat, files by what was on the phone."""
    content = {key: raw.removeprefix(JPEG).decode() for key, (_, raw) in bench.gate.uploads.items()}
    return [content.get(message.file_key, message.text) for message in bench.gate.chats[ORDER.id]]


async def kinds(bench: Bench) -> list[str]:
    return [line.kind for line in await bench.told() if line.order_id == ORDER.id]


def lost() -> Unknown:
    return Unknown("gate", "upload_file", why="timeout")


async def test_a_picture_goes_from_the_phone_to_the_chat_before_its_caption(bench: Bench) -> None:
    await bench.say("look", file=bench.picture("p1", b"one"))
    await bench.send()
    assert shown(bench) == ["one", "look"] and await bench.states() == [State.DELIVERED] * 2
    saying = (await bench.sayings())[0]
    assert saying.content and saying.content_type == "image/jpeg" and saying.file_key
    assert await bench.store.files.get(saying.content) == JPEG + b"one"
    assert bench.workshop.seen == [(b"one", "p1")]


async def test_an_album_is_uploaded_before_any_of_it_is_shown_and_its_captions_come_last(bench: Bench) -> None:
    for number, caption in enumerate(["first words", "", "last words"]):
        await bench.say(caption, file=bench.picture(f"{number}", f"{number}".encode()), album="A")
    await bench.send(ALBUM_SECONDS)
    names = [name for name, _ in bench.gate.calls if name in ("upload_file", "send_file", "say")]
    assert names == ["upload_file"] * 3 + ["send_file"] * 3 + ["say"] * 2
    assert shown(bench) == ["0", "1", "2", "first words", "last words"]


async def test_an_album_waits_for_its_last_piece(bench: Bench) -> None:
    await bench.say("", file=bench.picture("0"), album="A")
    await bench.send(1)
    await bench.say("", file=bench.picture("1"), album="A")
    await bench.send(1)
    assert bench.gate.uploads == {}
    await bench.send(ALBUM_SECONDS - 1)
    assert len(bench.gate.sent_files) == 2


async def test_words_said_after_an_album_wait_for_it(bench: Bench) -> None:
    await bench.say("", file=bench.picture("0", b"pic"), album="A")
    await bench.say("after")
    await bench.send()
    assert shown(bench) == []
    await bench.send(ALBUM_SECONDS)
    assert shown(bench) == ["pic", "after"]


@pytest.mark.parametrize("times", [1, 2])
async def test_an_upload_without_an_answer_is_made_again_and_shown_once(bench: Bench, times: int) -> None:
    bench.gate.errors["upload_file"] = [lost()] * times
    await bench.say("", file=bench.picture("0", b"pic"))
    await bench.send()
    assert shown(bench) == ["pic"] and bench.gate.count("upload_file") == times + 1


async def test_an_upload_that_gets_no_answer_is_tried_for_minutes_and_then_said(bench: Bench) -> None:
    await bench.say("", file=bench.picture())
    for _ in range(3):
        bench.gate.errors["upload_file"] = [Unreachable("gate", "u", "away")] * 3
        await bench.send(10)
    assert await bench.states() == [State.PLANNED] and bench.gate.count("upload_file") == 9
    (saying,) = await bench.sayings()
    async with bench.store.write() as tables:
        await tables.sayings.postpone(saying.id, 0)
    bench.gate.errors["upload_file"] = [lost()] * 3
    await bench.send(TRY_FOR_SECONDS - 30)
    (saying,) = await bench.sayings()
    assert (saying.state, saying.answer) == (State.REFUSED, "upload_no_answer")
    assert bench.gate.sent_files == []


@pytest.mark.parametrize(
    ("trouble", "detail"),
    [(Refused("gate", "u", code="BAD", detail="wrong picture", status=400), "wrong picture"),
     (Refused("gate", "u", code="BAD", detail="", status=400), "BAD"), (NotAllowed("venue_off"), "venue_off")],
)  # fmt: skip
async def test_a_refused_upload_is_said_and_shown_to_nobody(bench: Bench, trouble: DeskError, detail: str) -> None:
    bench.gate.errors["upload_file"] = [trouble]  # type: ignore[list-item]
    await bench.say("", file=bench.picture())
    await bench.send()
    (saying,) = await bench.sayings()
    assert (saying.state, saying.answer, saying.answer_facts["detail"]) == (State.REFUSED, "upload_refused", detail)
    assert MARK in await kinds(bench) and bench.gate.sent_files == []


async def test_a_throttled_upload_waits_as_long_as_it_was_told(bench: Bench) -> None:
    bench.gate.errors["upload_file"] = [Refused("gate", "u", code="L", detail="", status=429, retry_after=9.0)]
    await bench.say("", file=bench.picture("0", b"pic"))
    await bench.send()
    await bench.send(8)
    assert shown(bench) == []
    await bench.send(1)
    assert shown(bench) == ["pic"]


@pytest.mark.parametrize("trouble", [Slow(4), Offline("away")])
async def test_a_phone_that_is_slow_or_away_is_asked_again(bench: Bench, trouble: DeskError) -> None:
    bench.phone.errors["phone-0"] = [trouble]
    await bench.say("", file=bench.picture("0", b"pic"))
    await bench.send()
    assert shown(bench) == [] and await bench.states() == [State.PLANNED]
    await bench.send(4)
    assert shown(bench) == ["pic"]


async def test_a_phone_that_stays_away_is_said(bench: Bench) -> None:
    await bench.say("", file=bench.picture("0"), ago=STALE_BEFORE)
    bench.phone.errors["phone-0"] = [Offline("away")]
    await bench.send()
    assert (await bench.sayings())[0].answer == "file_not_from_phone"


STALE_BEFORE = TRY_FOR_SECONDS


@pytest.mark.parametrize("trouble", [TooBig("big"), Blocked("no")])
async def test_a_file_that_the_phone_does_not_give_is_said(bench: Bench, trouble: DeskError) -> None:
    bench.phone.errors["phone-0"] = [trouble]
    await bench.say("", file=bench.picture("0"))
    await bench.send()
    (saying,) = await bench.sayings()
    assert saying.state is State.REFUSED
    assert saying.answer == ("file_too_big" if isinstance(trouble, TooBig) else "file_not_from_phone")
    assert saying.answer_facts["name"] == "0"


async def test_a_file_over_what_telegram_gives_is_not_even_asked_for(bench: Bench) -> None:
    await bench.say("", file=bench.picture("0", size=MAX_FROM_PHONE_BYTES + 1))
    await bench.send()
    assert (await bench.sayings())[0].answer == "file_too_big" and bench.phone.asked == []


async def test_a_desk_without_a_way_to_phones_says_so(bench: Bench) -> None:
    bench.desk.talk.phone = None
    await bench.say("", file=bench.picture("0"))
    await bench.send()
    assert (await bench.sayings())[0].answer == "file_not_from_phone"


async def test_a_bad_file_alone_is_refused_by_name_and_its_caption_is_asked_for(bench: Bench) -> None:
    bench.workshop.errors[b"bad"] = BadFile("file_broken", {"given": "JPEG"})
    await bench.say("look", file=bench.picture("0", b"bad"))
    await bench.send()
    file, caption = await bench.sayings()
    assert (file.state, file.answer) == (State.REFUSED, "file_broken")
    assert file.answer_facts == {"given": "JPEG", "name": "0"} and Doubt.BAD_FILE in file.doubts
    assert caption.state is State.HELD
    assert (await kinds(bench)).count(HELD) == 1
    await say.approve(bench.desk, OPERATOR, caption.id)
    await bench.send()
    assert shown(bench) == ["look"]


async def test_an_album_with_one_bad_file_is_asked_about_once_and_the_rest_goes_together(bench: Bench) -> None:
    bench.workshop.errors[b"1"] = BadFile("file_kind", {"given": "EXE"})
    for number in range(3):
        await bench.say("words" if not number else "", file=bench.picture(f"{number}", f"{number}".encode()), album="A")
    await bench.send(ALBUM_SECONDS)
    assert shown(bench) == [], "nothing is half-sent"
    said = await bench.sayings()
    assert [one.state for one in said] == [State.HELD, State.HELD, State.REFUSED, State.HELD]
    assert (await kinds(bench)).count(HELD) == 1
    assert await bench.outcomes("say") == ["planned"] * 3 + ["refused"]
    await say.approve(bench.desk, OPERATOR, said[3].id)
    await bench.send(ALBUM_SECONDS)
    assert shown(bench) == ["0", "2", "words"]
    assert bench.gate.count("upload_file") == 2, "what was uploaded already is not uploaded again"


async def test_a_document_of_many_pages_is_offered_page_by_page(bench: Bench) -> None:
    bench.workshop.pages[b"pdf"] = [Prepared(f"page {number}".encode(), "image/png") for number in range(3)]
    await bench.say("the receipt", file=bench.picture("doc.pdf", b"pdf"))
    await bench.send()
    said = await bench.sayings()
    assert [one.state for one in said] == [State.DROPPED, State.HELD, State.HELD, State.HELD, State.HELD]
    assert [one.doubts for one in said[1:]] == [{Doubt.MANY_PAGES: "3"}] * 4
    assert (await kinds(bench)).count(HELD) == 1
    await say.approve(bench.desk, OPERATOR, said[-1].id)
    await bench.send()
    assert [raw for _, raw in bench.gate.uploads.values()] == [b"page 0", b"page 1", b"page 2"]
    assert await bench.states() == [State.DROPPED] + [State.DELIVERED] * 4
    assert [message.text for message in bench.gate.chats[ORDER.id]] == ["", "", "", "the receipt"]
    assert bench.phone.asked == ["phone-doc.pdf"], "the pages are kept"


async def test_pages_that_are_not_wanted_are_dropped(bench: Bench) -> None:
    bench.workshop.pages[b"pdf"] = [Prepared(b"1", "image/png"), Prepared(b"2", "image/png")]
    await bench.say("", file=bench.picture("doc.pdf", b"pdf"))
    await bench.send()
    await say.discard(bench.desk, OPERATOR, (await bench.sayings())[1].id)
    await bench.send()
    assert set(await bench.states()) == {State.DROPPED} and bench.gate.uploads == {}


async def test_pages_that_somebody_dropped_meanwhile_are_not_asked_for(bench: Bench) -> None:
    (saying,) = await bench.say("", file=bench.picture("doc.pdf", b"pdf"))
    found = outgoing_files.ManyPages(saying, [Prepared(b"1", "image/png"), Prepared(b"2", "image/png")])
    await holding.hold(bench.desk, [saying], Doubt.STALE, "5")
    await say.discard(bench.desk, OPERATOR, saying.id)
    await outgoing_files.ask_for_pages(bench.desk, [saying], found)
    assert await bench.states() == [State.DROPPED]


async def test_a_file_that_was_prepared_before_a_crash_is_not_fetched_again(bench: Bench) -> None:
    bench.gate.errors["upload_file"] = [lost()] * 3
    await bench.say("", file=bench.picture("0", b"pic"))
    await bench.send()
    await bench.send(10)
    assert shown(bench) == ["pic"] and bench.phone.asked == ["phone-0"]


async def test_a_prepared_file_that_is_gone_from_the_room_is_fetched_again(bench: Bench) -> None:
    bench.gate.errors["upload_file"] = [lost()] * 3
    await bench.say("", file=bench.picture("0", b"pic"))
    await bench.send()
    await bench.store.files.remove((await bench.sayings())[0].content)
    await bench.send(10)
    assert shown(bench) == ["pic"] and bench.phone.asked == ["phone-0"] * 2


async def test_a_file_without_an_answer_is_settled_by_its_key_and_the_rest_follows(bench: Bench) -> None:
    for number in range(2):
        await bench.say("", file=bench.picture(f"{number}", f"{number}".encode()), album="A")
    bench.gate.lost_after = {"send_file"}
    await bench.send(ALBUM_SECONDS)
    bench.gate.lost_after = set()
    assert shown(bench) == ["0"] and await bench.states() == [State.UNKNOWN, State.PLANNED]
    await bench.read()
    await bench.send()
    assert shown(bench) == ["0", "1"] and await bench.states() == [State.DELIVERED] * 2


async def test_a_picture_that_is_missing_leaves_the_rest_of_its_album_to_its_person(bench: Bench) -> None:
    for number in range(3):
        await bench.say("", file=bench.picture(f"{number}", f"{number}".encode()), album="A")
    bench.gate.errors["send_file"] = [lost()]
    await bench.send(ALBUM_SECONDS)
    for _ in range(3):
        await bench.read(after=31)
    await bench.send()
    assert shown(bench) == [] and await bench.states() == [State.MISSING, State.HELD, State.HELD]


async def test_files_and_words_of_other_messages_keep_their_places(bench: Bench) -> None:
    await bench.say("one")
    await bench.say("", file=bench.picture("0", b"two"))
    await bench.say("three")
    await bench.send()
    assert shown(bench) == ["one", "two", "three"]


async def test_a_long_upload_says_how_far_it_is_and_a_short_one_nothing(bench: Bench) -> None:
    bench.clock.is_waited_for = True
    await bench.say("", file=bench.picture("0", b"0"))
    await bench.send()
    assert PROGRESS in [line.kind for line in await bench.told()], "only the end, which the relay shows if it began"
    bench.gate.errors["upload_file"] = [lost()]
    for number in range(2):
        await bench.say("", file=bench.picture(f"s{number}", f"s{number}".encode()), album="B")
    bench.pass_(ALBUM_SECONDS)
    await lane.round_(bench.desk)
    running = bench.desk.talk.lanes[ORDER.id]
    told = []
    while not running.done():
        await asyncio.sleep(0.02)
        bench.pass_(0.5)
        told += [line for line in await bench.told() if line.kind in (PROGRESS, MARK)]
    assert shown(bench) == ["0", "s0", "s1"]
    assert not [line for line in told if line.kind == PROGRESS and line.facts["done"] == "0"], "two seconds are short"


async def test_a_very_long_upload_is_marked_and_counted(bench: Bench) -> None:
    bench.clock.is_waited_for = True
    for number in range(2):
        await bench.say("", file=bench.picture(f"{number}", f"{number}".encode()), album="B")
    bench.gate.errors["upload_file"] = [lost(), lost()]
    bench.pass_(ALBUM_SECONDS)
    await lane.round_(bench.desk)
    running = bench.desk.talk.lanes[ORDER.id]
    told = []
    while not running.done():
        await asyncio.sleep(0.05)
        bench.pass_(0.4)
        told += [line for line in await bench.told() if line.kind in (PROGRESS, MARK)]
    begun = [line.facts["done"] + "/" + line.facts["total"] for line in told if line.kind == PROGRESS]
    assert begun[0] == "0/2" and MARK in {line.kind for line in told}
    assert shown(bench) == ["0", "1"]


async def test_a_saying_for_a_file_is_of_its_kind(bench: Bench) -> None:
    (saying,) = await bench.say("", file=bench.picture())
    assert saying.kind is SayingKind.FILE and saying.body == ""
    assert replace(saying, file_key="k").body == "k"
