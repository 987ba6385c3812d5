"""The words between the desk and its worker: the file goes in over stdin, frames come back over stdout.

A frame is the length of its head (4 bytes, big-endian), the head as JSON, and `size` bytes of content. Heads are
`{"given": "PNG"}` once the type is known, `{"content_type": "image/png", "size": 5}` for each finished file,
`{"reason": "file_broken", "facts": {...}}` for a file that cannot be sent, `{"end": true}` when all is said. An answer
without its end is not one. Instead of a file the plan of a picture may come, as JSON: see `chart.py`.
"""

import json
import struct
from collections.abc import Mapping
from typing import IO

CHART, PLAIN = "chart", "plain"
"""the worker's third word when it is to draw a day, and what it says when it had to do so in English"""
MAX_HEAD_BYTES = 4096
LENGTH = struct.Struct(">I")


class Garbled(Exception):
    """What came is no frame, or ends in the middle of one."""


def put(stream: IO[bytes], head: Mapping[str, object], content: bytes = b"") -> None:
    """Write one frame. A head with `size` must be followed by that many bytes."""
    text = json.dumps(head).encode()
    stream.write(LENGTH.pack(len(text)) + text)
    stream.write(content)
    stream.flush()


def take_head(stream: IO[bytes]) -> dict[str, object]:
    """The next head.

    Raises:
        Garbled: the stream ended, or holds something else.
    """
    length = LENGTH.unpack(take(stream, LENGTH.size))[0]
    if length > MAX_HEAD_BYTES:
        raise Garbled(f"a head of {length} bytes")
    try:
        head = json.loads(take(stream, length))
    except ValueError as error:
        raise Garbled("a head that is no JSON") from error
    if not isinstance(head, dict):
        raise Garbled("a head that is no object")
    return head


def take(stream: IO[bytes], size: int) -> bytes:
    """Exactly `size` bytes.

    Raises:
        Garbled: there were fewer.
    """
    content = stream.read(size)
    if len(content) != size:
        raise Garbled(f"{len(content)} of {size} bytes")
    return content
