"""What a file is, is told by its content; what the venue does not take is refused by its name."""

import io
import zipfile

import pytest

from bot.clients.workshop import Workshop
from tests.workshop import movies, samples
from tests.workshop.conftest import refusal_of
from tests.workshop.samples import opened, picture


def archive(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as whole:
        for name in names:
            whole.writestr(name, "x")
    return made.getvalue()


REFUSED = {
    "GIF": samples.saved(picture(), "GIF"),
    "BMP": samples.saved(picture(), "BMP"),
    "TIFF": samples.saved(picture(), "TIFF"),
    "AVIF": samples.saved(picture(), "AVIF"),
    "SVG": b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "HTML page": b"<!DOCTYPE html><script>alert(1)</script>",
    "text file": "收据 200 USDT".encode(),
    "ZIP archive": archive("a.txt"),
    "Word document": archive("[Content_Types].xml", "word/document.xml"),
    "Excel table": archive("[Content_Types].xml", "xl/workbook.xml"),
    "Android program": archive("AndroidManifest.xml"),
    "Windows program": b"MZ\x90\x00" + bytes(60),
    "RAR archive": b"Rar!\x1a\x07\x00",
    "MP3 audio": b"ID3\x04\x00" + bytes(100),
    "Ogg audio": b"OggS\x00\x02" + bytes(100),
    "M4A audio": movies.movie(brand=b"M4A "),
    "QuickTime video (MOV)": movies.movie(brand=b"qt  "),
    "3GP video": movies.movie(brand=b"3gp4"),
    "Matroska or WebM video": b"\x1a\x45\xdf\xa3" + bytes(100),
    "old Office document": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100),
}


@pytest.mark.parametrize("given", REFUSED)
async def test_a_kind_the_venue_does_not_take_is_refused_by_its_name(workshop: Workshop, given: str) -> None:
    refusal = await refusal_of(workshop, REFUSED[given], "photo.jpg")
    assert (refusal.reason, refusal.facts) == ("file_kind", {"given": given})


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("a.xyz", "XYZ"),
        ("a", "unknown"),
        ("", "unknown"),
        ("a.<b>", "unknown"),
        ("a.\u202egpj", "unknown"),
        ("a.tar.\nx9", "unknown"),
        ("../../etc/passwd", "unknown"),
        ("a." + "x" * 300, "unknown"),
    ],
)
async def test_the_ending_of_a_name_is_the_last_resort(workshop: Workshop, name: str, given: str) -> None:
    refusal = await refusal_of(workshop, b"\x00\x01\x02\x03" * 9, name)
    assert (refusal.reason, refusal.facts) == ("file_kind", {"given": given})


async def test_a_wrong_ending_changes_nothing(workshop: Workshop) -> None:
    (made,) = await workshop.prepare(samples.phone_png(), "virus.exe")
    assert made.content_type == "image/png" and opened(made.content).size == picture().size


async def test_an_empty_file_is_refused(workshop: Workshop) -> None:
    assert (await refusal_of(workshop, b"")).reason == "file_empty"
