"""Hours as people write them, offsets as their clocks are, and what counts as the same hours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.accounts import WorkHours
from bot.domain.errors import NotAllowed
from bot.domain.shop_hours import WEEK, is_moved, offset_of, read_hours, same_hours, whole_offset

WEEKDAYS = (1, 2, 3, 4, 5)
NOVEMBER, JULY = 1_795_226_400_000, 1_783_000_000_000
OFFICE = WorkHours("Weekly", WEEKDAYS, "8", "09:00", "18:00")


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("Mon-Fri 09:00-18:00", WEEKDAYS),
        ("mon–fri 9:00–18:00", WEEKDAYS),
        ("Monday to Friday 09:00 to 18:00", WEEKDAYS),
        ("weekdays 09:00 - 18:00", WEEKDAYS),
        ("周一至周五 09:00-18:00", WEEKDAYS),
        ("周一到五 09：00至18：00", WEEKDAYS),
        ("星期一至星期五09:00～18:00", WEEKDAYS),
        ("工作日 09:00-18:00", WEEKDAYS),
        ("Mon, Wed and Fri 09:00-18:00", (1, 3, 5)),
        ("周一、周三、周五 09:00-18:00", (1, 3, 5)),
        ("周一三五 09:00-18:00", (1, 3, 5)),
        ("Sat Sun 09:00-18:00", (6, 7)),
        ("周末 09:00-18:00", (6, 7)),
        ("周六和周天 09:00-18:00", (6, 7)),
        ("Fri-Mon 09:00-18:00", (1, 5, 6, 7)),
        ("sun 09:00-18:00", (7,)),
    ],
)
def test_days_and_times_are_read_in_the_ways_people_write_them(typed: str, days: tuple[int, ...]) -> None:
    assert read_hours(typed, 8) == WorkHours("Weekly", days, "8", "09:00", "18:00")


@pytest.mark.parametrize(
    "typed", ["daily 00:00-23:59", "every day 0:00-23:59", "每天 00:00-23:59", "Mon-Sun 0:00-23:59"]
)
def test_every_day_is_daily_and_names_no_days(typed: str) -> None:
    assert read_hours(typed, -5) == WorkHours("Daily", (), "-5", "00:00", "23:59")


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "shop_hours_words"),
        ("hello", "shop_hours_words"),
        ("always", "shop_hours_words"),
        ("Mon-Fri", "shop_hours_words"),
        ("Mon-Fri 9-18", "shop_hours_words"),
        ("Mon-Fri 09:00", "shop_hours_words"),
        ("Mon-Fri 9am-6pm", "shop_hours_words"),
        ("Mon-Fri 09:00-18:00 UTC", "shop_hours_words"),
        ("Mon-Fri 09:00-12:00 13:00-18:00", "shop_hours_words"),
        ("Moonday 09:00-18:00", "shop_hours_words"),
        ("1-5 09:00-18:00", "shop_hours_words"),
        ("Mon- 09:00-18:00", "shop_hours_words"),
        ("-Fri 09:00-18:00", "shop_hours_words"),
        ("周八 09:00-18:00", "shop_hours_words"),
        ("09:00-18:00", "shop_hours_days"),
        (" , 09:00-18:00", "shop_hours_days"),
        ("Mon 25:00-26:00", "shop_hours_clock"),
        ("Mon 09:00-24:00", "shop_hours_clock"),
        ("Mon 09:60-18:00", "shop_hours_clock"),
        ("Mon 09:5-18:00", "shop_hours_clock"),
        ("Mon 09:005-18:00", "shop_hours_clock"),
        ("Mon 18:00-09:00", "shop_hours_order"),
        ("Mon 22:00-06:00", "shop_hours_order"),
        ("Mon 09:00-9:00", "shop_hours_same"),
        ("Mon ٠٩:٠٠-١٨:٠٠", "shop_hours_words"),
    ],
)
def test_what_cannot_be_hours_is_refused_for_what_is_wrong_with_it(typed: str, reason: str) -> None:
    with pytest.raises(NotAllowed) as no:
        read_hours(typed, 8)
    assert no.value.reason == reason


@given(st.text(max_size=60))
def test_whatever_is_written_is_hours_the_venue_takes_or_a_refusal(typed: str) -> None:
    try:
        hours = read_hours(typed, 0)
    except NotAllowed as no:
        assert no.reason.startswith("shop_hours_")
        return
    assert hours.start < hours.end and (hours.cycle == "Daily") == (hours.days == ())


CLOCKS = st.tuples(st.integers(0, 23), st.integers(0, 59))
SHORT = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HAN = "一二三四五六日"


@given(st.sets(st.sampled_from(WEEK), min_size=1, max_size=6), CLOCKS, CLOCKS, st.integers(-12, 14), st.booleans())
def test_written_hours_are_those_that_were_meant(
    days: set[int], one: tuple[int, int], other: tuple[int, int], offset: int, is_chinese: bool
) -> None:
    start, end = (f"{hour:02}:{minute:02}" for hour, minute in sorted((one, other)))
    if start == end:
        return
    names = [f"周{HAN[day - 1]}" if is_chinese else SHORT[day - 1] for day in sorted(days)]
    typed = f"{('、' if is_chinese else ',').join(names)} {start}{'至' if is_chinese else '-'}{end}"
    assert read_hours(typed, offset) == WorkHours("Weekly", tuple(sorted(days)), str(offset), start, end)


@pytest.mark.parametrize(
    ("zone", "at", "hours"),
    [
        ("Asia/Shanghai", NOVEMBER, 8), ("UTC", NOVEMBER, 0), ("Europe/Berlin", NOVEMBER, 1),
        ("Europe/Berlin", JULY, 2),
        ("America/New_York", NOVEMBER, -5), ("Pacific/Kiritimati", NOVEMBER, 14), ("Etc/GMT+12", NOVEMBER, -12),
    ],
)  # fmt: skip
def test_the_offset_is_that_of_the_moment(zone: str, at: int, hours: int) -> None:
    assert whole_offset(zone, at) == hours


@pytest.mark.parametrize(
    ("zone", "offset"),
    [("Asia/Kolkata", "+5:30"), ("Asia/Kathmandu", "+5:45"), ("America/St_Johns", "-3:30"), ("Asia/Tehran", "+3:30")],
)
def test_a_zone_of_part_hours_is_refused_with_its_offset(zone: str, offset: str) -> None:
    with pytest.raises(NotAllowed) as no:
        whole_offset(zone, NOVEMBER)
    assert (no.value.reason, no.value.facts) == ("shop_zone", {"zone": zone, "offset": offset})


def test_zones_whose_clocks_are_moved_are_known() -> None:
    moved = {zone for zone in ("Europe/Berlin", "Asia/Shanghai", "UTC", "America/New_York") if is_moved(zone, JULY)}
    assert moved == {"Europe/Berlin", "America/New_York"}


@pytest.mark.parametrize(
    "written",
    [
        WorkHours("weekly", (5, 4, 3, 2, 1), "+8", "9:00", "18:00:00"),
        WorkHours("Weekly", WEEKDAYS, "UTC+8", "09:00", "18:00"),
        WorkHours("Weekly", WEEKDAYS, "+08:00", "09:00", "18:00"),
    ],
)
def test_the_same_hours_written_otherwise_are_the_same(written: WorkHours) -> None:
    assert same_hours(OFFICE, written)


@pytest.mark.parametrize(
    "written",
    [
        WorkHours("Weekly", (1, 2, 3, 4), "8", "09:00", "18:00"),
        WorkHours("Daily", (), "8", "09:00", "18:00"),
        WorkHours("Weekly", WEEKDAYS, "7", "09:00", "18:00"),
        WorkHours("Weekly", WEEKDAYS, "-8", "09:00", "18:00"),
        WorkHours("Weekly", WEEKDAYS, "", "09:00", "18:00"),
        WorkHours("Weekly", WEEKDAYS, "8", "09:00", "18:30"),
    ],
)
def test_other_hours_are_others(written: WorkHours) -> None:
    assert not same_hours(OFFICE, written)


def test_all_seven_days_are_every_day_and_a_zone_that_is_no_number_is_none() -> None:
    daily = WorkHours("Daily", (), "0", "09:00", "18:00")
    assert same_hours(daily, WorkHours("Weekly", WEEK, "+0", "09:00", "18:00"))
    assert offset_of(WorkHours("Daily", (), "Asia/Shanghai", "09:00", "18:00")) is None
