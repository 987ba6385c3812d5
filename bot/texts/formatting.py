"""The one place where amounts, moments and ids become text; a sentence never meets a number."""

from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.money import Money, grouped

SECOND_MS = 1000
CENT = Decimal("0.01")


def money(value: Money) -> str:
    """`7,200.00 CNY`: grouped, every digit of the venue kept."""
    return f"{grouped(value.amount)} {value.code}"


def amount(value: Decimal) -> str:
    """`7,200.00`."""
    return grouped(value)


def count(value: int) -> str:
    """A whole number as it is: `212`."""
    return str(value)


def plain_number(value: Decimal) -> str:
    """A number that is no money, without exponent: `98.5`."""
    return format(value, "f")


def percent(value: Decimal) -> str:
    """`+0.35%` or `−0.35%`: always a sign and two decimals."""
    sign = "−" if value < 0 else "+"
    return f"{sign}{abs(value).quantize(CENT, ROUND_HALF_EVEN):,f}%"


def short_id(order_id: str) -> str:
    """The last four digits of an order id, which people use among themselves."""
    return order_id[-4:]


def clock(at_ms: int, timezone: str, *, near_ms: int | None = None, seconds: bool = False) -> str:
    """`14:08` or `14:08:12` in the zone; with `11-21` before it when `near_ms` lies on another day there."""
    zone = _zone(timezone)
    moment = datetime.fromtimestamp(at_ms / SECOND_MS, zone)
    text = moment.strftime("%H:%M:%S" if seconds else "%H:%M")
    if near_ms is None or datetime.fromtimestamp(near_ms / SECOND_MS, zone).date() == moment.date():
        return text
    return f"{moment.strftime('%m-%d')} {text}"


def day_clock(at_ms: int, timezone: str) -> str:
    """`11-21 14:08:12` in the zone, for records."""
    return datetime.fromtimestamp(at_ms / SECOND_MS, _zone(timezone)).strftime("%m-%d %H:%M:%S")


def day(at_ms: int, timezone: str) -> str:
    """`11-21` in the zone."""
    return datetime.fromtimestamp(at_ms / SECOND_MS, _zone(timezone)).strftime("%m-%d")


def iso(at_ms: int, timezone: str) -> str:
    """`2025-11-21T22:02:02+08:00` in the zone, for files."""
    return datetime.fromtimestamp(at_ms // SECOND_MS, _zone(timezone)).isoformat(timespec="seconds")


def is_timezone(name: str) -> bool:
    """True when the zone's name is known, e.g. `Asia/Shanghai`."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name if is_timezone(name) else "UTC")
