"""Why a file cannot be sent, in the worker's words; the desk makes a `BadFile` of it."""

import math

from bot.domain.attachments import MAX_MEGAPIXELS

MAX_PIXELS = MAX_MEGAPIXELS * 2**20
"""What makers sell as 50 megapixels has up to 8192 x 6144 of them."""


class Unfit(Exception):
    """`reason` and `facts` as in `bot.domain.attachments.BadFile`."""

    def __init__(self, reason: str, **facts: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts


class Broken(Unfit):
    """The file is not what its first bytes promise. `why` is for the one who looks for a defect, never for staff."""

    def __init__(self, given: str, why: str) -> None:
        super().__init__("file_broken", given=given)
        self.why = why


def check_pixels(width: int, height: int, *, limit: int = MAX_PIXELS) -> None:
    """Before anything is decoded: a small file may be a huge picture."""
    if width * height > limit:
        megapixels = math.ceil(width * height / 1_000_000)
        raise Unfit("file_pixels", megapixels=str(megapixels), limit=str(limit // 2**20))
