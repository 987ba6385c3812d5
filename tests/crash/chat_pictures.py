"""Pictures that can be told apart wherever they arrive: each is a colour of its own."""

from __future__ import annotations

import functools
import io

from PIL import Image

SIDE = 24


@functools.cache
def picture(number: int) -> bytes:
    """A PNG. Two of the same number have the same bytes."""
    out = io.BytesIO()
    Image.new("RGB", (SIDE, SIDE), (number >> 16 & 255, number >> 8 & 255, number & 255)).save(out, format="PNG")
    return out.getvalue()


@functools.cache
def number_of(content: bytes) -> int:
    """Which one this is, -1 for what is none of them."""
    try:
        red, green, blue = Image.open(io.BytesIO(content)).convert("RGB").tobytes()[:3]
    except OSError:
        return -1
    return red << 16 | green << 8 | blue
