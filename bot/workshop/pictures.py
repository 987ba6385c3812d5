"""Where pixels are really decoded: to know that a JPEG can be, to make one of another kind, to make one smaller.

Every picture's size has been read and checked before Pillow sees it, or is checked before its pixels are unpacked.
"""

import io

import pillow_heif
from PIL import Image

from bot.domain.chat import MAX_FILE_BYTES
from bot.workshop.colour import EXIF_MARK, UPRIGHT, exif_with, is_profile, orientation_of
from bot.workshop.limits import THREADS
from bot.workshop.unfit import MAX_PIXELS, Broken, Unfit, check_pixels

QUALITY = 88
COMFORTABLE_PIXELS = 24 * 2**20
"""A picture that has to become smaller starts from no more than this."""

WEBP_PIXELS = 25 * 2**20
"""The decoder of WebP holds the picture three times, four bytes a pixel."""

STRIP_ROWS = 256
ATTEMPTS = 4
WHITE = (255, 255, 255)

Image.MAX_IMAGE_PIXELS = MAX_PIXELS


def check_jpeg(content: bytes, width: int, height: int) -> None:
    """Decode a stripped JPEG at an eighth of its size, which still reads all its data.

    Raises:
        Broken: it cannot be decoded, or is not the size that its header said.
    """
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
            if image.size != (width, height):
                raise Broken("JPEG", "another size")
            image.draft("L", (width // 8, height // 8))
            image.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Broken("JPEG", "cannot be decoded") from error


def shrunk(content: bytes, kind: str, orientation: int, profile: bytes = b"") -> bytes:
    """A JPEG of at most `MAX_FILE_BYTES` of a JPEG or PNG (`kind`) that was stripped and is larger."""
    try:
        with Image.open(io.BytesIO(content), formats=[kind]) as image:
            if image.width * image.height > COMFORTABLE_PIXELS:
                image.draft(image.mode, (image.width // 2, image.height // 2))
            profile = profile or image.info.get("icc_profile", b"")
            small = image.reduce(2) if image.width * image.height > COMFORTABLE_PIXELS else image
            return _fitted(small, profile, orientation)
    except (OSError, ValueError, SyntaxError) as error:
        raise Broken(kind, "cannot be decoded") from error


def of_webp(content: bytes) -> bytes:
    """A JPEG of a WebP that does not move.

    Raises:
        Unfit: `file_broken`, `file_pixels`, `file_animated`.
    """
    check_pixels(*_webp_size(content), limit=WEBP_PIXELS)
    try:
        with Image.open(io.BytesIO(content), formats=["WEBP"]) as image:
            if getattr(image, "is_animated", False):
                raise Unfit("file_animated", given="WebP")
            exif = image.info.get("exif", b"")
            orientation = orientation_of(exif.removeprefix(EXIF_MARK))
            return _fitted(image, image.info.get("icc_profile", b""), orientation)
    except (OSError, ValueError, SyntaxError) as error:
        raise Broken("WebP", "cannot be decoded") from error


def of_heic(content: bytes) -> bytes:
    """A JPEG of the main picture of a HEIC; libheif has already turned it upright.

    Raises:
        Unfit: `file_broken`, `file_pixels`.
    """
    options = pillow_heif.options
    options.THUMBNAILS = options.DEPTH_IMAGES = options.AUX_IMAGES = False
    options.DECODE_THREADS = THREADS
    try:
        image, profile = _heic_pixels(content)
    except (OSError, ValueError, SyntaxError, RuntimeError, EOFError) as error:
        raise Broken("HEIC", "cannot be decoded") from error
    return _fitted(image, profile, UPRIGHT)


def _heic_pixels(content: bytes) -> tuple[Image.Image, bytes]:
    """The decoded bytes are freed on return, before the JPEG is made: both do not fit a large picture."""
    heif = pillow_heif.open_heif(content, convert_hdr_to_8bit=True)
    main = heif[heif.primary_index]
    check_pixels(*main.size)
    pixels = main.data
    check_pixels(*main.size)
    image = Image.frombuffer(main.mode, main.size, pixels, "raw", main.mode, main.stride, 1)
    profile = main.info.get("icc_profile")
    return image, profile if isinstance(profile, bytes) else b""


def _fitted(image: Image.Image, profile: bytes, orientation: int) -> bytes:
    """A JPEG that the venue takes, halved in both directions until it is small enough."""
    flat = _flat(image)
    kept = profile if is_profile(profile) and flat.mode == image.mode.removesuffix("A") else None
    exif = EXIF_MARK + exif_with(orientation) if orientation > UPRIGHT else b""
    for _ in range(ATTEMPTS):
        made = io.BytesIO()
        flat.info = {}
        flat.save(made, "JPEG", quality=QUALITY, icc_profile=kept, exif=exif)
        if made.tell() <= MAX_FILE_BYTES:
            return made.getvalue()
        flat = flat.reduce(2)
    raise Unfit("file_size", megabytes=str(made.tell() // 2**20), limit=str(MAX_FILE_BYTES // 2**20))


def _flat(image: Image.Image) -> Image.Image:
    """The picture in a mode that JPEG has; what can be seen through becomes white. Strip by strip, to spare memory."""
    image.load()
    if image.mode in ("RGB", "L"):
        return image
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if not image.has_transparency_data:
        return image.convert("L" if image.mode == "1" else "RGB")
    flat = Image.new("RGB", image.size, WHITE)
    for top in range(0, image.height, STRIP_ROWS):
        strip = image.crop((0, top, image.width, min(top + STRIP_ROWS, image.height))).convert("RGBA")
        flat.paste(strip, (0, top), strip)
    return flat


def _webp_size(content: bytes) -> tuple[int, int]:
    """Width and height by the header (RFC 9649 §2.5-§2.7); the decoder takes memory for them as soon as it is made."""
    kind, head = content[12:16], content[20:30]
    if len(head) == 10:
        if kind == b"VP8X":
            return int.from_bytes(head[4:7], "little") + 1, int.from_bytes(head[7:10], "little") + 1
        if kind == b"VP8L" and head[0] == 0x2F:
            bits = int.from_bytes(head[1:5], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        if kind == b"VP8 " and head[3:6] == b"\x9d\x01\x2a":
            return int.from_bytes(head[6:8], "little") & 0x3FFF, int.from_bytes(head[8:10], "little") & 0x3FFF
    raise Broken("WebP", "no header")
