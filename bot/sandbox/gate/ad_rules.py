"""What the venue demands of an ad beyond its shape. No document lists these: the figures are ours, and settable."""

from dataclasses import dataclass, field, fields
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from bot.sandbox.gate.ads import Ad
from bot.sandbox.gate.fields import Json, Refusal

CONTENT_RISK = 70305102


@dataclass
class AdRules:
    """`listed_ads`: per side and pair. `band_percent`: how far a price may be from the reference. `least_amount`: coins
    of an ad. `windows`: minutes to pay. `…decimals`: after the point; prices by fiat, "" for all others. `words`:
    refused in texts beside contact data, whatever their case. `refuses_texts`: the filter refuses any text at all."""

    listed_ads: int = 10
    band_percent: str = "50"
    least_amount: str = "1"
    windows: list[int] = field(default_factory=lambda: [10, 15, 20, 30, 45, 60, 90, 120])
    price_decimals: dict[str, int] = field(default_factory=lambda: {"CNY": 2, "": 4})
    amount_decimals: int = 8
    words: list[str] = field(default_factory=list)
    refuses_texts: bool = False

    def switch(self, wanted: Json) -> None:
        """Raises ValueError, changing nothing, on a name or value that is none."""
        known = {each.name: getattr(self, each.name) for each in fields(self)}
        for name, value in wanted.items():
            if name not in known or type(value) is not type(known[name]) or not _fits(name, value):
                raise ValueError(f"no such rule: {name}={value!r}; known: {', '.join(known)}")
        for name, value in wanted.items():
            setattr(self, name, value)

    def offends(self, text: str) -> bool:
        """Whether the filter refuses these words, apart from contact data."""
        return (self.refuses_texts and bool(text)) or any(word.lower() in text.lower() for word in self.words)

    def decimals(self, fiat: str) -> int:
        return self.price_decimals.get(fiat, self.price_decimals.get("", 8))

    def check(self, ad: Ad, reference: Decimal | None) -> None:
        """Raises Refusal with the venue's words. `reference` None: nobody knows what the coin costs there."""
        self._check_price(ad, reference)
        amounts = (ad.fiat_min_amount, ad.fiat_max_amount) if ad.limit_basis else (ad.min_amount, ad.max_amount)
        if any(_decimals(each) > self.amount_decimals for each in (ad.amount, *amounts)):
            raise Refusal(f"Quantity allows {self.amount_decimals} decimals at most")
        if Decimal(ad.amount) < Decimal(self.least_amount):
            raise Refusal(f"Quantity must not be below {self.least_amount} {ad.asset}")
        if ad.expire_min not in self.windows:
            raise Refusal(f"Payment window must be one of {', '.join(map(str, self.windows))} minutes")

    def _check_price(self, ad: Ad, reference: Decimal | None) -> None:
        places = self.decimals(ad.fiat)
        if ad.rate_fixed and _decimals(ad.price) > places:
            raise Refusal(f"Price allows {places} decimals at most")
        if reference is None:
            return
        reach = reference * Decimal(self.band_percent) / 100
        tick = Decimal(1).scaleb(-places)
        low, high = (reference - reach).quantize(tick, ROUND_CEILING), (reference + reach).quantize(tick, ROUND_FLOOR)
        if not low <= Decimal(ad.price) <= high:
            raise Refusal(f"Price must be between {low:f} and {high:f} {ad.fiat}")

    def check_listed(self, listed: int) -> None:
        """`listed`: how many stand on that side of the pair already."""
        if listed >= self.listed_ads:
            raise Refusal(f"No more than {self.listed_ads} ads may be listed on this side")


def _fits(name: str, value: Any) -> bool:
    if name in ("band_percent", "least_amount"):
        return str(value).replace(".", "", 1).isdigit()
    if name == "windows":
        return all(type(each) is int for each in value)
    if name == "words":
        return all(isinstance(each, str) and each for each in value)
    return all(type(each) is int for each in value.values()) if name == "price_decimals" else bool(value >= 0)


def _decimals(text: str) -> int:
    return len(text.partition(".")[2].rstrip("0"))
