"""A statement goes through the real workshop: a picture comes out bare, everything else is refused with its reason."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from bot.clients.workshop import Workshop
from bot.domain.bank_fields import MAX_STATEMENT_BYTES
from bot.flows.bank_statement import prepare
from tests.flows.bank_bench import Counter, open_counter
from tests.flows.convert_bench import no
from tests.workshop.samples import opened, pdf, phone_jpeg, phone_png, saved


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with open_counter(tmp_path) as made:
        made.desk.talk.bench = workshop = Workshop()
        yield made
        await workshop.aclose()


def large_picture() -> bytes:
    """Noise, which no format makes small."""
    noise = [Image.effect_noise((1600, 1200), 90) for _ in range(3)]
    return saved(Image.merge("RGB", noise), "JPEG", quality=100, subsampling=0)


@pytest.mark.parametrize(("content", "kind"), [(phone_jpeg(), "image/jpeg"), (phone_png(), "image/png")])
async def test_a_picture_comes_out_without_its_hidden_data(counter: Counter, content: bytes, kind: str) -> None:
    made = await prepare(counter.desk, counter.picture("a", content))
    assert made.content_type == kind and not opened(made.content).getexif()
    assert opened(content).getexif()


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        (pdf(), {"bank_statement_pdf"}),
        (b"\xff\xd8\xff\xe0 no picture at all", {"file_broken"}),
        (b"\x89PNG\r\n\x1a\n no picture at all", {"file_broken"}),
        (b"MZ\x90\x00 a program called statement.jpg", {"bank_statement_kind"}),
        (b"", {"file_empty"}),
    ],
)
async def test_what_is_no_picture_is_refused(counter: Counter, content: bytes, reasons: set[str]) -> None:
    assert (await no(prepare(counter.desk, counter.picture("statement.jpg", content)))).reason in reasons


async def test_a_picture_of_more_than_four_megabytes_is_refused(counter: Counter) -> None:
    content = large_picture()
    assert len(content) > MAX_STATEMENT_BYTES
    refused = await no(prepare(counter.desk, counter.picture("a", content)))
    assert refused.reason == "bank_statement_size" and refused.facts["most"] == "4"
