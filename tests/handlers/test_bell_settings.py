"""When a paid order gets louder, and what is rung outside: checked at start, in one line that names the setting."""

import pytest

from bot.settings import SettingsError, build

GOOD = {"TELEGRAM_TOKEN": "1:token", "DESK_OWNERS": "1,2"}


def test_the_minutes_reach_the_flows() -> None:
    assert build(GOOD).policy().escalate_minutes == (3, 6, 10)
    assert build(GOOD | {"ESCALATE_MINUTES": " 1, 2 ,30 "}).policy().escalate_minutes == (1, 2, 30)


@pytest.mark.parametrize(
    "minutes", ["3,6", "3,6,10,12", "6,3,10", "3,3,10", "0,1,2", "-1,2,3", "a,b,c", "3;6;10", "1,2,500", "1.5,2,3", ","]
)
def test_minutes_that_are_no_ladder_are_refused(minutes: str) -> None:
    with pytest.raises(SettingsError, match="ESCALATE_MINUTES"):
        build(GOOD | {"ESCALATE_MINUTES": minutes})


@pytest.mark.parametrize(
    "url", ["https://ring.example/a/b?c=d", "https://ring.example:8443/x", "http://127.0.0.1:9000/x"]
)
def test_an_address_that_may_be_rung(url: str) -> None:
    settings = build(GOOD | {"BELL_URL": url})
    assert settings.bell_url == url and url not in repr(settings)


@pytest.mark.parametrize(
    "url",
    [
        "http://ring.example/x", "http://127.0.0.1.example/x", "http://localhost/x", "ftp://ring.example",
        "ring.example", "https:///x", "https://name:word@ring.example/x", "https://ring.example:99999/x",
        "https://ring.example/a b",
        "http://127.0.0.1@ring.example/x", "http://[::1]/x", "https://ring.example:0/",
    ],
)  # fmt: skip
def test_an_address_that_may_not_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(SettingsError, match="BELL_URL") as no:
        build(GOOD | {"BELL_URL": url})
    assert url not in str(no.value)
