"""Switches for what the documents leave open: each makes Gate Pay answer in another plausible way."""

from dataclasses import dataclass
from typing import ClassVar

from bot.sandbox.pay.amounts import read
from bot.sandbox.pay.switches import Switches


@dataclass
class Variants(Switches):
    """All as they start = the documented shapes. A name is the switch of `POST /control/pay/variants`."""

    choices: ClassVar[dict[str, tuple[object, ...]]] = {
        "envelope": ("standard", "empty", "null", "zero"),
        "numbers": ("documented", "strings", "numbers"),
        "rate_key": ("price", "rate", "both", "none"),
        "prefix": ("new", "old", "both"),
    }

    envelope: str = "standard"  # "empty" code and status, "null" code, "zero": "0" and "success" (contract section 2)
    numbers: str = "documented"  # "strings": an order's numbers too; "numbers": amounts too
    rate_key: str = "price"  # what a preview calls it
    prefix: str = "new"  # which institution prefix lives: /payment/open, /transfer/open, or both
    one_way_pairs: bool = False  # rows of `pair` only as the market writes them: base sold for quote
    texts_exact: bool = False  # a create must repeat the preview's amounts letter by letter
    eight_decimals: bool = False  # 0.04464000 instead of 0.04464
    duplicate_code: str = "400201"  # of a refused repeat
    quote_seconds: float = 20.0
    settle_seconds: float = 2.0  # from created to the end; 0: the create's answer shows the end
    ends_as: int = 3  # the status that new orders end in; 1 stays created
    slip: str = "0"  # percent by which new orders execute for less than the quote said
    steady: bool = False  # prices stand still unless moved

    def fits(self, name: str, value: object) -> bool:
        return (value == "0" or read(value) is not None) if name == "slip" else super().fits(name, value)
