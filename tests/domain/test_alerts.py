"""How loudly who hears of what: the table of `domain/alerts`, written once more as the desk's page says it."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alerts import CHOOSABLE, AlertKind, Loudness, QuietHours, Wishes, kind_of, kind_of_notice
from bot.domain.errors import NotAllowed
from bot.domain.orders import FORCED_AFTER_SECONDS, Side
from tests.flows.bench import NOW, ORDER

ON, SILENT, OFF = Loudness.ON, Loudness.SILENT, Loudness.OFF
NIGHT = QuietHours(23 * 60, 7 * 60)
MUST = {AlertKind.PAID, AlertKind.APPEAL, AlertKind.UNKNOWN}


def expected(
    kind: AlertKind, wish: Loudness | None, *, at_night: bool, on_duty: bool, stands_in: bool
) -> Loudness | None:
    if kind is AlertKind.ALWAYS:
        return None
    if on_duty:
        return None if kind in MUST else wish
    if wish is OFF:
        return SILENT if kind in MUST and stands_in else OFF
    return SILENT if at_night else wish


def test_every_case_of_the_table() -> None:
    for kind, wish, at_night, on_duty, stands_in in product(
        AlertKind, (None, ON, SILENT, OFF), (True, False), (True, False), (True, False)
    ):
        wishes = Wishes({} if wish is None else {kind: wish}, NIGHT)
        minute = 3 * 60 if at_night else 12 * 60
        assert wishes.loudness(kind, minute=minute, on_duty=on_duty, stands_in=stands_in) is expected(
            kind, wish, at_night=at_night, on_duty=on_duty, stands_in=stands_in
        ), (kind, wish, at_night, on_duty, stands_in)


@given(st.integers(0, 1439), st.integers(0, 1439), st.integers(0, 1439))
def test_quiet_hours_hold_from_their_beginning_until_just_before_their_end(begin: int, end: int, minute: int) -> None:
    if begin == end:
        return
    walked = begin
    quiet = set[int]()
    while walked != end:
        quiet.add(walked)
        walked = (walked + 1) % 1440
    assert QuietHours(begin, end).holds(minute) is (minute in quiet)


@pytest.mark.parametrize(
    ("given_", "text"),
    [
        ("23:00-07:00", "23:00–07:00"),
        ("7:30-9:05", "07:30–09:05"),
        (" 23:00 – 07:00 ", "23:00–07:00"),
        ("23:00-07:00", "23:00–07:00"),
        ("00:00-23:59", "00:00–23:59"),
    ],
)
def test_hours_that_can_be_read(given_: str, text: str) -> None:
    assert QuietHours.of(given_).text == text


@pytest.mark.parametrize(
    ("given_", "reason"),
    [
        ("25:00", "quiet_hours"), ("7", "quiet_hours"), ("23:00-25:00", "quiet_hours"), ("24:00-07:00", "quiet_hours"),
        ("23:60-07:00", "quiet_hours"), ("", "quiet_hours"), ("23-7", "quiet_hours"), ("-1:00-07:00", "quiet_hours"),
        ("２３:00-07:00", "quiet_hours"), ("23:00-07:00x", "quiet_hours"), ("07:00-07:00", "quiet_hours_same"),
    ],
)  # fmt: skip
def test_hours_that_cannot(given_: str, reason: str) -> None:
    with pytest.raises(NotAllowed) as no:
        QuietHours.of(given_)
    assert no.value.reason == reason


@pytest.mark.parametrize("word", ["", "always", "everything", "付款", "paid!"])
def test_a_kind_that_nobody_can_choose_is_refused(word: str) -> None:
    with pytest.raises(NotAllowed, match="alert_kind"):
        AlertKind.of(word)


def test_words_are_read_in_any_case() -> None:
    assert [AlertKind.of(kind.value.upper()) for kind in CHOOSABLE] == list(CHOOSABLE)
    assert [Loudness.of(f" {word} ") for word in ("On", "SILENT", "off")] == [ON, SILENT, OFF]
    with pytest.raises(NotAllowed, match="alert_state"):
        Loudness.of("loud")


@pytest.mark.parametrize(
    ("order", "kind"),
    [
        (ORDER, AlertKind.PAID),
        (replace(ORDER, status="unpay"), AlertKind.UNPAID),
        (replace(ORDER, status="unpay", side=Side.BUY), AlertKind.PAID),
        (replace(ORDER, in_appeal=True), AlertKind.APPEAL),
        (replace(ORDER, status="locked"), AlertKind.APPEAL),
        (replace(ORDER, status="finished"), AlertKind.ENDED),
        (replace(ORDER, status="cancel", in_appeal=True), AlertKind.ENDED),
    ],
)
def test_what_news_of_an_order_is_about(order: object, kind: AlertKind) -> None:
    assert kind_of(order) is kind  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "notice",
    [
        "escalated_duty", "escalated_leads", "desk_frozen", "desk_unfrozen", "unknown_long", "convert_unknown",
        "convert_unknown_long", "convert_maybe_twice", "convert_stuck", "otc_unknown", "otc_stuck", "otc_odd",
        "deposit_unknown", "duress", "blind", "done_elsewhere", "saying_unknown",
    ],
)  # fmt: skip
def test_what_nobody_can_silence(notice: str) -> None:
    assert kind_of_notice(notice) is AlertKind.ALWAYS


@pytest.mark.parametrize("notice", ["converted", "started", "unknown_file_host", "rule_would", "journal_head"])
def test_what_somebody_may_silence(notice: str) -> None:
    assert kind_of_notice(notice) is AlertKind.NOTICE


@pytest.mark.parametrize(
    ("paid_at", "appeal_from", "forced"),
    [
        (0, 0, 0),
        (0, NOW, 0),
        (NOW, 0, NOW + FORCED_AFTER_SECONDS),
        (NOW, NOW + 600, NOW + 600),
        (NOW, NOW + 1200, NOW + 1200),
        (NOW, NOW + 3600, NOW + 1200),
        (NOW, NOW, NOW + 1200),
        (NOW, NOW - 600, NOW + 1200),
    ],
)
def test_from_when_the_venue_may_act(paid_at: int, appeal_from: int, forced: int) -> None:
    assert replace(ORDER, paid_at=paid_at, appeal_from=appeal_from).may_be_forced_at == forced
