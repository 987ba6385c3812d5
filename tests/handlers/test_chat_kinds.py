"""What cannot go to a buyer is refused as a whole, with its words, and an edit tells what they see of all its parts."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.flows.bench import GROUP, OPERATOR, open_bench
from tests.handlers.phone import TOPIC, Desk, in_topic

SOUND = {"file_id": "v", "file_unique_id": "v", "duration": 3}
KINDS: dict[str, Any] = {
    "voice": SOUND,
    "audio": SOUND,
    "video_note": SOUND | {"length": 240},
}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_bench(tmp_path) as bench:
        made = Desk(bench)
        await bench.see()
        await bench.read()
        await made.tell()
        yield made
        await made.relay.stop()


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_said_aloud_does_not_go_as_its_caption_alone(desk: Desk, kind: str) -> None:
    shown = await desk.hears()
    await desk.write(reply=shown, caption="here is the receipt", **{kind: KINDS[kind]})
    assert "cannot go to Gate" in desk.last() and await desk.bench.sayings() == []


async def test_a_caption_of_something_new_does_not_go_alone(desk: Desk) -> None:
    """A kind of message that Telegram adds tomorrow."""
    await desk.write(reply=await desk.hears(), caption="look", new_thing={"file_id": "n"})
    assert "cannot go to Gate" in desk.last() and await desk.bench.sayings() == []


@pytest.mark.parametrize("caption", ["/say 0001 look", "/say 0001"])
async def test_say_under_a_voice_message_is_refused_by_its_kind(desk: Desk, caption: str) -> None:
    await desk.write(caption=caption, voice=SOUND)
    assert "voice" in desk.last().lower() and await desk.bench.sayings() == []


async def test_an_album_of_sounds_sends_none_of_its_words(desk: Desk) -> None:
    shown = await desk.hears()
    for place, caption in enumerate(("first", "second")):
        await desk.write(reply=None if place else shown, caption=caption, media_group_id="A", audio=SOUND)
        assert ("cannot go to Gate" if place == 0 else "went to nobody") in desk.last()
    await in_topic(desk)
    await desk.write(chat=GROUP, topic=TOPIC, caption="/say look", media_group_id="B", audio=SOUND)
    assert await desk.bench.sayings() == [] and "cannot go to Gate" in desk.last(GROUP)


async def test_an_edit_of_long_words_says_all_that_the_buyer_still_sees(desk: Desk) -> None:
    number = await desk.write("alpha " + "word " * 120 + "omega", reply=await desk.hears())
    await desk.tell()
    await desk.tap("Send in 2 parts")
    await desk.sent()
    await desk.edit(number, "short")
    assert "still see" in desk.last(OPERATOR) and "alpha" in desk.last(OPERATOR)
