"""Working hours as people write them: `Mon-Fri 09:00-18:00`, `daily 09:00-18:00`, `周一至周五 09:00-18:00`.

The venue takes one span of a day, days of the week, and a whole-hour offset from UTC (§3.18). The contract numbers days
from 1 and does not say which day that is: Monday is assumed (`work_days_begin_monday`).
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.accounts import WorkHours
from bot.domain.errors import NotAllowed

DAILY, WEEKLY = "Daily", "Weekly"
WEEK = (1, 2, 3, 4, 5, 6, 7)
LONGEST = 200
GIVEN = 40
HAN_DAYS = "一二三四五六日"
NAMES = {
    1: ("mon", "monday"), 2: ("tue", "tues", "tuesday"), 3: ("wed", "wednesday"),
    4: ("thu", "thur", "thurs", "thursday"), 5: ("fri", "friday"), 6: ("sat", "saturday"), 7: ("sun", "sunday"),
}  # fmt: skip
DAY_OF = {name: day for day, names in NAMES.items() for name in names} | {
    f"周{name}": day for day, name in enumerate(HAN_DAYS, start=1)
}
GROUPS = {
    **dict.fromkeys(("daily", "everyday", "每天", "每日", "天天"), WEEK),
    **dict.fromkeys(("weekday", "weekdays", "工作日"), WEEK[:5]),
    **dict.fromkeys(("weekend", "weekends", "周末"), WEEK[5:]),
}
SPAN = re.compile(r"([0-9]{1,2}:[0-9]{1,3})-([0-9]{1,2}:[0-9]{1,3})\Z")
SHORT_RANGE = re.compile(f"周([{HAN_DAYS}])-([{HAN_DAYS}])")
SHORT_LIST = re.compile(f"周([{HAN_DAYS}]{{2,7}})")


def read_hours(typed: str, offset: int) -> WorkHours:
    """What was written as hours, `offset` whole hours ahead of UTC.

    Raises NotAllowed: shop_hours_words, shop_hours_days, shop_hours_clock, shop_hours_order, shop_hours_same.
    """
    text = _plain(typed)
    found = SPAN.search(text)
    if found is None:
        raise NotAllowed("shop_hours_words", {"given": typed[:GIVEN]})
    days = _days(text[: found.start()].strip(" ,"), typed)
    start, end = _clock(found[1]), _clock(found[2])
    if start == end:
        raise NotAllowed("shop_hours_same", {"given": start})
    if start > end:
        raise NotAllowed("shop_hours_order", {"start": start, "end": end})
    is_daily = days == WEEK
    return WorkHours(DAILY if is_daily else WEEKLY, () if is_daily else days, str(offset), start, end)


def _plain(typed: str) -> str:
    """One spelling of everything that is only a matter of keyboards: widths, dashes, commas, and words between."""
    text = unicodedata.normalize("NFKC", typed[:LONGEST]).casefold()
    text = text.replace("星期", "周").replace("礼拜", "周").replace("周天", "周日").replace("every day", "daily")
    text = re.sub(r"\s*(?:[-‐‑‒–—−~〜至到]|\bto\b|\buntil\b)\s*", "-", text)
    text = re.sub(r"\s*(?:[,、;/&和]|\band\b)\s*", ",", text)
    text = SHORT_RANGE.sub(r"周\1-周\2", " ".join(text.split()))
    return SHORT_LIST.sub(lambda found: ",".join(f"周{day}" for day in found[1]), text)


def _days(words: str, typed: str) -> tuple[int, ...]:
    if not words:
        raise NotAllowed("shop_hours_days", {"given": typed[:GIVEN]})
    days: set[int] = set()
    for part in re.split(r"[ ,]+", words):
        if part in GROUPS:
            days |= set(GROUPS[part])
            continue
        first, dash, last = part.partition("-")
        if first not in DAY_OF or (dash and last not in DAY_OF):
            raise NotAllowed("shop_hours_words", {"given": typed[:GIVEN]})
        days |= set(_between(DAY_OF[first], DAY_OF[last] if dash else DAY_OF[first]))
    return tuple(sorted(days))


def _between(first: int, last: int) -> tuple[int, ...]:
    """`Fri-Mon` goes over the end of the week."""
    return WEEK[first - 1 : last] if first <= last else WEEK[first - 1 :] + WEEK[:last]


def _clock(text: str) -> str:
    hours, _, minutes = text.partition(":")
    if int(hours) > 23 or int(minutes) > 59 or len(minutes) != 2:
        raise NotAllowed("shop_hours_clock", {"given": text})
    return f"{int(hours):02}:{minutes}"


def whole_offset(zone: str, at_ms: int) -> int:
    """How many hours the zone is ahead of UTC at that moment. Raises NotAllowed("shop_zone") for a part of an hour."""
    minutes = _minutes(zone, datetime.fromtimestamp(at_ms / 1000, UTC))
    if minutes % 60:
        sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
        raise NotAllowed("shop_zone", {"zone": zone[:GIVEN], "offset": f"{sign}{hours}:{rest:02}"})
    return minutes // 60


def is_moved(zone: str, at_ms: int) -> bool:
    """True when the zone's clocks are moved within the year after that moment, which an offset cannot follow."""
    now = datetime.fromtimestamp(at_ms / 1000, UTC)
    return any(_minutes(zone, now + timedelta(days=30 * month)) != _minutes(zone, now) for month in range(1, 13))


def _minutes(zone: str, at: datetime) -> int:
    try:
        offset = at.astimezone(ZoneInfo(zone)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        offset = None
    return round(offset.total_seconds() / 60) if offset is not None else 0


def same_hours(one: WorkHours, other: WorkHours) -> bool:
    """The same time of the same days, whatever way it is written."""
    return _canonical(one) == _canonical(other)


def _canonical(hours: WorkHours) -> tuple[object, ...]:
    days = WEEK if hours.cycle.strip().casefold() == DAILY.casefold() else tuple(sorted(set(hours.days)))
    return days, offset_of(hours), _short(hours.start), _short(hours.end)


def _short(clock: str) -> str:
    """`9:00:00` as `09:00`; anything else as it is."""
    found = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})(?::00)?", clock.strip())
    return f"{int(found[1]):02}:{found[2]}" if found else clock


def offset_of(hours: WorkHours) -> int | None:
    """The whole hours ahead of UTC; None for a text that is no such number."""
    found = re.fullmatch(r"(?:utc|gmt)?\s*([+-]?)([0-9]{1,2})(?::?00)?", hours.zone.strip().casefold())
    return int(found[1] + found[2]) if found else None
