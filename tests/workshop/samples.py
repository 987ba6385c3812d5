"""Files as phones and attackers make them, built in code. `CANARY` stands wherever a maker leaves a trace."""

import io
import struct
import zlib

import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()

CANARY = b"CANARY-31.2304N-121.4737E"
ORIENTATION, MAKE, GPS, EXIF_DETAILS, MAKER_NOTE = 0x0112, 0x010F, 0x8825, 0x8769, 0x927C


def picture(width: int = 96, height: int = 64, mode: str = "RGB") -> Image.Image:
    """Something with edges and colours, the same every time."""
    across = Image.linear_gradient("L").resize((width, height))
    down = across.transpose(Image.Transpose.ROTATE_90).resize((width, height))
    dots = Image.frombytes(
        "L", (width, height), bytes((x * 7 + y * 13) % 256 for y in range(height) for x in range(width))
    )
    return Image.merge("RGB", (across, down, dots)).convert(mode)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    made = io.BytesIO()
    image.save(made, kind, **options)
    return made.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def exif(orientation: int = 1) -> bytes:
    """With maker, position and maker note, as Pillow writes it (mark included)."""
    block = Image.Exif()
    block[MAKE] = CANARY.decode()
    block[ORIENTATION] = orientation
    block.get_ifd(GPS).update({1: "N", 2: (31.0, 13.0, 49.0), 3: "E", 4: (121.0, 28.0, 25.0), 29: CANARY.decode()})
    block.get_ifd(EXIF_DETAILS)[MAKER_NOTE] = CANARY
    return block.tobytes()


def profile() -> bytes:
    """An ICC profile by its frame; nobody here looks at the colours."""
    body = b"\x00" * 32 + b"acsp" + b"\x00" * 160
    return struct.pack(">I", len(body) + 4) + body


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def phone_jpeg(image: Image.Image | None = None, orientation: int = 1, **options: object) -> bytes:
    """A JPEG with everything a phone and an editor put into one, and a second picture behind it."""
    plain = saved(image or picture(), "JPEG", icc_profile=profile(), **options)
    extras = (
        segment(0xE1, exif(orientation)),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>" + CANARY),
        segment(0xE2, b"MPF\x00" + CANARY),
        segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04" + CANARY),
        segment(0xE5, CANARY),
        segment(0xFE, CANARY),
    )
    first = 4 + int.from_bytes(plain[4:6], "big")
    return plain[:first] + b"".join(extras) + plain[first:] + plain + b"PK\x03\x04" + CANARY


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_with(plain: bytes, *extras: bytes, behind: bytes = b"") -> bytes:
    """Chunks put behind the header, bytes behind the end."""
    return plain[:33] + b"".join(extras) + plain[33:] + behind


def phone_png(image: Image.Image | None = None, orientation: int = 1) -> bytes:
    plain = saved(image or picture(), "PNG")
    return png_with(
        plain,
        chunk(b"gAMA", struct.pack(">I", 45455)),
        chunk(b"iCCP", CANARY + b"\x00\x00" + zlib.compress(profile())),
        chunk(b"eXIf", exif(orientation).removeprefix(b"Exif\x00\x00")),
        chunk(b"tEXt", b"Comment\x00" + CANARY),
        chunk(b"zTXt", b"Raw profile type exif\x00\x00" + zlib.compress(CANARY)),
        chunk(b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + CANARY),
        chunk(b"tIME", b"\x07\xea\x0b\x15\x05\x0e\x2d"),
        chunk(b"caBX", CANARY),
        behind=b"PK\x03\x04" + CANARY,
    )


def bare_png(width: int, height: int, rows: bytes, depth: int = 8, colour: int = 0, interlace: int = 0) -> bytes:
    """A PNG whose unpacked rows are given, for pictures that Pillow would not write."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def packed_zeros(size: int) -> bytes:
    """At least `size` noughts, packed; the sum at their end is that of nothing."""
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(bytes(4 * 2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x78\xda" + block * (size // (4 * 2**20) + 1) + b"\x03\x00" + struct.pack(">I", 1)


def pixel_bomb() -> bytes:
    """177 megapixels in half a megabyte."""
    packed = packed_zeros((13_304 * 3 + 1) * 13_304)
    head = struct.pack(">IIBBBBB", 13_304, 13_304, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def pdf(
    pages: int = 1, size: tuple[float, float] = (595, 842), catalogue: bytes = b"", inner: bytes = b"",
    drawing: bytes = b"0 0 0 rg 50 50 100 100 re f",
) -> bytes:  # fmt: skip
    """A PDF written by hand, each page with `drawing`. `inner` is put into every page's dictionary."""
    kids = b" ".join(b"%d 0 R" % (4 + number) for number in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalogue,
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, pages),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
        *(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %g %g] /Contents 3 0 R %s >>" % (*size, inner)
            for _ in range(pages)
        ),
    ]
    body = b"%PDF-1.7\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    tail = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + tail


def locked_pdf() -> bytes:
    """A PDF that asks for a password: its check value is not that of an empty one."""
    lock = b"<< /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >>" % (b"41" * 32, b"42" * 32)
    return pdf().replace(b"trailer <<", b"trailer << /Encrypt %s /ID [<00> <00>]" % lock)
