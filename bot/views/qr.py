"""A link as a picture that a phone's camera reads, and the picture that takes its place once the link is spent."""

import io
from functools import lru_cache

LEAST_PIXELS = 300
QUIET_MODULES = 4
"""white around the code, as the standard asks for"""


@lru_cache(maxsize=64)
def qr_png(url: str) -> bytes:
    """A PNG, black on white, at least 300 pixels wide; the same bytes for the same address.

    Raises ValueError for an address that no code can hold (far over 512 characters).
    """
    import segno

    code = segno.make_qr(url, error="m", encoding=None if url.isascii() else "utf-8")
    modules = int(code.symbol_size(border=QUIET_MODULES)[0])
    picture = io.BytesIO()
    code.save(picture, kind="png", scale=-(-LEAST_PIXELS // modules), border=QUIET_MODULES)
    return picture.getvalue()


@lru_cache(maxsize=1)
def spent_png() -> bytes:
    """A grey hatched band: Telegram cannot take a picture out of a message, and nobody may pay by a link again.

    It says neither yes nor no; the words below it do.
    """
    from PIL import Image, ImageDraw

    width, height, step = LEAST_PIXELS, LEAST_PIXELS // 5, 20
    drawn = Image.new("L", (width, height), 0xE6)
    pen = ImageDraw.Draw(drawn)
    for left in range(-height, width, step):
        pen.line((left, height, left + height, 0), fill=0xB4, width=4)
    picture = io.BytesIO()
    drawn.save(picture, format="PNG", optimize=True)
    return picture.getvalue()
