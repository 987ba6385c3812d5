"""Bytes changed at random, the same every time: a picture, a video, a page or a refusal, never anything else."""

import asyncio
import random
import time
import zlib

import pytest

from bot.clients.workshop import Workshop
from bot.domain.attachments import BadFile
from bot.workshop import jpeg, mp4, png
from bot.workshop.kinds import kind_of
from bot.workshop.unfit import Unfit
from tests.workshop import movies, samples
from tests.workshop.samples import picture

SEED = 20_261_121
PARSER_SECONDS = 3.0
WORKER_SECONDS = 10.0
GROUNDS = {
    "JPEG": samples.phone_jpeg(picture(48, 32), 6),
    "PNG": samples.phone_png(picture(48, 32), 6),
    "MP4": movies.movie(),
    "WebP": samples.saved(picture(48, 32), "WEBP", exif=samples.exif()),
    "HEIC": samples.saved(picture(64, 64), "HEIF", exif=samples.exif()),
    "PDF": samples.pdf(2),
}
PARSERS = {
    "JPEG": lambda content: jpeg.assembled(jpeg.strip(content)),
    "PNG": lambda content: png.assembled(png.strip(content)),
    "MP4": mp4.clean,
}
STRANGE = (
    b"\x00" * 4,
    b"\xff" * 4,
    b"\x7f\xff\xff\xff",
    b"\x00\x00\x00\x01",
    b"\x80\x00\x00\x00",
    b"\xff\xd9",
    b"IEND",
)


def changed(content: bytes, dice: random.Random) -> bytes:
    """One to eight changes: a byte, a strange number, a piece cut out, doubled or moved, the end cut off."""
    made = bytearray(content)
    for _ in range(dice.randint(1, 8)):
        if not made:
            break
        at, length = dice.randrange(len(made)), dice.randint(1, 40)
        match dice.randrange(6):
            case 0 | 1:
                made[at] = dice.randrange(256)
            case 2:
                made[at : at + 4] = dice.choice(STRANGE)
            case 3:
                del made[at : at + length]
            case 4:
                made[at:at] = made[dice.randrange(len(made)) :][:length]
            case _:
                made[at:] = made[at : at + dice.randint(1, len(made))]
    return bytes(made) or b"\x00"


def with_right_sums(content: bytes) -> bytes:
    """A changed PNG whose sums fit again, so that the change gets further in."""
    made, at = bytearray(content), 8
    while at + 12 <= len(made):
        end = at + 12 + int.from_bytes(made[at : at + 4], "big")
        if end > len(made):
            break
        made[end - 4 : end] = zlib.crc32(made[at + 4 : end - 4]).to_bytes(4, "big")
        at = end
    return bytes(made)


@pytest.mark.parametrize("kind", PARSERS)
def test_a_changed_file_makes_our_parsers_say_no_or_yes_only(kind: str) -> None:
    dice = random.Random(SEED)
    outcomes = {"made": 0, "refused": 0}
    end = time.monotonic() + PARSER_SECONDS
    while time.monotonic() < end:
        content = changed(GROUNDS[kind], dice)
        content = with_right_sums(content) if kind == "PNG" and dice.random() < 0.8 else content
        try:
            kind_of(content)
            PARSERS[kind](content)
            outcomes["made"] += 1
        except Unfit:
            outcomes["refused"] += 1
    print(kind, outcomes)
    assert min(outcomes.values()) > 20


async def test_a_changed_file_never_gets_more_out_of_a_worker_than_a_refusal(workshop: Workshop) -> None:
    dice = random.Random(SEED)
    outcomes: dict[str, int] = {}
    end = time.monotonic() + WORKER_SECONDS

    async def keep_trying() -> None:
        while time.monotonic() < end:
            kind = dice.choice(list(GROUNDS))
            try:
                await workshop.prepare(changed(GROUNDS[kind], dice))
                outcome = "made"
            except BadFile as bad:
                outcome = bad.reason
            outcomes[outcome] = outcomes.get(outcome, 0) + 1

    await asyncio.gather(keep_trying(), keep_trying())
    print(outcomes)
    assert outcomes["made"] and outcomes["file_broken"]
