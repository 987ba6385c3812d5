"""What a file is, told by its content alone. A name is what somebody typed."""

import re
from enum import StrEnum

from bot.workshop.unfit import Unfit


class Kind(StrEnum):
    """What can be made into something the venue takes; the values are the words for staff."""

    JPEG = "JPEG"
    PNG = "PNG"
    MP4 = "MP4"
    HEIC = "HEIC"
    WEBP = "WebP"
    PDF = "PDF"


MP4_BRANDS = frozenset(
    (
        b"isom",
        b"iso2",
        b"iso3",
        b"iso4",
        b"iso5",
        b"iso6",
        b"mp41",
        b"mp42",
        b"avc1",
        b"M4V ",
        b"M4VH",
        b"M4VP",
        b"MSNV",
    )
)
HEIF_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"mif1"))
OTHER_BRANDS = {
    b"qt  ": "QuickTime video (MOV)",
    b"M4A ": "M4A audio",
    b"M4B ": "M4A audio",
    b"avif": "AVIF",
    b"avis": "AVIF",
    b"crx ": "RAW photo",
    b"hevc": "HEIC sequence",
    b"hevx": "HEIC sequence",
    b"msf1": "HEIC sequence",
}

BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"\x00\x00\x01\x00", "ICO"),
    (b"8BPS", "Photoshop picture"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (b"Rar!", "RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip archive"),
    (b"\x1f\x8b", "GZIP archive"),
    (b"BZh", "BZIP2 archive"),
    (b"\xfd7zXZ", "XZ archive"),
    (b"PK\x05\x06", "ZIP archive"),
    (b"MZ", "Windows program"),
    (b"\x7fELF", "Linux program"),
    (b"dex\n", "Android program"),
    (b"\xca\xfe\xba\xbe", "Java program"),
    (b"#!AMR", "AMR audio"),
    (b"#!", "script"),
    (b"ID3", "MP3 audio"),
    (b"\xff\xfb", "MP3 audio"),
    (b"\xff\xf3", "MP3 audio"),
    (b"\xff\xf1", "AAC audio"),
    (b"\xff\xf9", "AAC audio"),
    (b"fLaC", "FLAC audio"),
    (b"OggS", "Ogg audio"),
    (b"\x1a\x45\xdf\xa3", "Matroska or WebM video"),
    (b"FLV\x01", "FLV video"),
    (b"\x30\x26\xb2\x75", "Windows Media file"),
    (b"\x00\x00\x01\xba", "MPEG video"),
    (b"\x00\x00\x01\xb3", "MPEG video"),
    (b"\xd0\xcf\x11\xe0", "old Office document"),
    (b"{\\rtf", "RTF document"),
    (b"%!PS", "PostScript document"),
    (b"SQLite format 3", "database"),
    (b"BEGIN:VCARD", "contact card"),
)
IN_ZIP: tuple[tuple[bytes, str], ...] = (
    (b"word/", "Word document"),
    (b"xl/", "Excel table"),
    (b"ppt/", "PowerPoint document"),
    (b"AndroidManifest.xml", "Android program"),
    (b"mimetypeapplication/vnd.oasis", "OpenDocument file"),
    (b"mimetypeapplication/epub", "EPUB book"),
    (b"META-INF/MANIFEST.MF", "Java program"),
)
IN_RIFF = {b"WAVE": "WAV audio", b"AVI ": "AVI video"}
LOOKED_AT = 4096
ZIP_LOOKED_AT = 256 * 1024
MOVIE_BOXES = frozenset((b"moov", b"mdat", b"wide", b"pnot"))


def kind_of(content: bytes) -> Kind:
    """The kind of a file that can be made fit.

    Raises:
        Unfit: `file_empty`; or `file_kind` with what it is instead (`given` is "" when the content does not tell).
    """
    if not content:
        raise Unfit("file_empty")
    if content.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if content[4:8] == b"ftyp":
        return _of_brands(content)
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return Kind.WEBP
    if content[:LOOKED_AT].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"%PDF-"):
        return Kind.PDF
    raise Unfit("file_kind", given=_other(content))


def ending_of(name: str) -> str:
    """The last resort to say what a file is: the ending of its name if it looks like one, else "unknown"."""
    found = re.fullmatch(r".*\.([A-Za-z0-9]{1,8})", name, flags=re.S)
    return found[1].upper() if found else "unknown"


def _of_brands(content: bytes) -> Kind:
    size = int.from_bytes(content[:4], "big")
    major = content[8:12]
    brands = {content[at : at + 4] for at in range(16, min(size, 256), 4)} | {major}
    if major in OTHER_BRANDS:
        raise Unfit("file_kind", given=OTHER_BRANDS[major])
    if major in HEIF_BRANDS:
        if b"avif" in brands:
            raise Unfit("file_kind", given="AVIF")
        return Kind.HEIC
    if major.startswith(b"3g"):
        raise Unfit("file_kind", given="3GP video")
    if brands & MP4_BRANDS:
        return Kind.MP4
    raise Unfit("file_kind", given="")


def _other(content: bytes) -> str:
    if content.startswith(b"PK\x03\x04"):
        return next((word for sign, word in IN_ZIP if sign in content[:ZIP_LOOKED_AT]), "ZIP archive")
    if content.startswith(b"RIFF"):
        return IN_RIFF.get(content[8:12], "")
    for beginning, word in BEGINNINGS:
        if content.startswith(beginning):
            return word
    if content[4:8] in MOVIE_BOXES:
        return "QuickTime video (MOV)"
    return _of_text(content[:LOOKED_AT])


def _of_text(beginning: bytes) -> str:
    lower = beginning.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if b"<svg" in lower:
        return "SVG"
    if lower.startswith((b"<!doctype html", b"<html")):
        return "HTML page"
    if lower.startswith(b"<?xml"):
        return "XML file"
    try:
        beginning[: LOOKED_AT - 4].decode()
    except UnicodeDecodeError:
        return ""
    return "" if b"\x00" in beginning else "text file"
