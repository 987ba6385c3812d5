"""Webhook mode in the settings: whole or refused in one line, before anything is opened."""

import pytest

from bot.settings import NAMES, SettingsError, build

TOKEN = "123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAA"
GOOD = {"TELEGRAM_TOKEN": TOKEN, "DESK_OWNERS": "1,2", "TELEGRAM_WEBHOOK": "true"}
LOCAL = {"TELEGRAM_API_URL": "http://127.0.0.1:8081"}


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({"PUBLIC_URL": "https://desk.example"}, "https://desk.example/telegram"),
        ({"PUBLIC_URL": "https://desk.example/"}, "https://desk.example/telegram"),
        ({"PUBLIC_URL": "https://desk.example:8443/below"}, "https://desk.example:8443/below/telegram"),
        ({"PUBLIC_URL": "https://203.0.113.7:88"}, "https://203.0.113.7:88/telegram"),
        (LOCAL | {"PUBLIC_URL": "http://127.0.0.1:18080"}, "http://127.0.0.1:18080/telegram"),
        (LOCAL | {"PUBLIC_URL": "https://desk.example:9000"}, "https://desk.example:9000/telegram"),
    ],
)
def test_a_whole_webhook_mode_names_where_telegram_brings_messages(given: dict[str, str], url: str) -> None:
    assert build(GOOD | given).webhook_url == url


@pytest.mark.parametrize("word", ["false", "", "0", "no"])
def test_without_it_the_desk_asks_for_messages_whatever_public_url_says(word: str) -> None:
    given = GOOD | {"TELEGRAM_WEBHOOK": word, "PUBLIC_URL": "http://desk.example:8080/?x"}
    assert build(given).webhook_url is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "PUBLIC_URL is missing"),
        ({"PUBLIC_URL": "  "}, "PUBLIC_URL is missing"),
        ({"PUBLIC_URL": "desk.example"}, "PUBLIC_URL: Value error, wants an address"),
        ({"PUBLIC_URL": "http://desk.example"}, "must begin with https://"),
        (LOCAL | {"PUBLIC_URL": "http://desk.example"}, "must begin with https://"),
        (LOCAL | {"PUBLIC_URL": "http://localhost:8080"}, "must begin with https://"),
        (LOCAL | {"PUBLIC_URL": "http://127.0.0.1.desk.example"}, "must begin with https://"),
        (LOCAL | {"PUBLIC_URL": "http://127.0.0.2"}, "must begin with https://"),
        ({"PUBLIC_URL": "http://127.0.0.1:8080"}, "this machine's own address"),
        ({"PUBLIC_URL": "https://127.0.0.1"}, "this machine's own address"),
        ({"PUBLIC_URL": "https://desk.example:8080"}, "443, 80, 88 or 8443"),
        ({"PUBLIC_URL": "https://desk.example:99999"}, "no more than https://HOST"),
        ({"PUBLIC_URL": "https://name:word@desk.example"}, "no more than https://HOST"),
        ({"PUBLIC_URL": "https://desk.example/?token=1"}, "no more than https://HOST"),
        ({"PUBLIC_URL": "https://desk.example/#x"}, "no more than https://HOST"),
        ({"PUBLIC_URL": "https://[::1"}, "no more than https://HOST"),
        ({"TELEGRAM_WEBHOOK": "perhaps", "PUBLIC_URL": "https://desk.example"}, "TELEGRAM_WEBHOOK"),
    ],
)
def test_half_a_webhook_mode_is_refused_in_one_line_that_says_why(given: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError) as no:
        build(GOOD | given)
    said = str(no.value)
    assert words in said and "\n" not in said and TOKEN not in said and "name:word" not in said
    assert any(name in said for name in NAMES), "the line names what to mend"


@pytest.mark.parametrize(
    "proxy",
    [
        "http://127.0.0.1:3128", "https://proxy.example", "socks5://127.0.0.1:1080", "socks5h://127.0.0.1:1080",
        "socks5://name:word@127.0.0.1:1080",
    ],
)  # fmt: skip
def test_a_proxy_of_a_known_kind_is_taken_and_its_password_never_printed(proxy: str) -> None:
    settings = build(GOOD | {"PUBLIC_URL": "https://desk.example", "TELEGRAM_PROXY": proxy})
    assert settings.telegram_proxy == proxy and "word" not in repr(settings)


@pytest.mark.parametrize(
    "proxy", ["127.0.0.1:1080", "socks4://127.0.0.1:1080", "ftp://127.0.0.1", "socks5://", "socks5://:1080",
              "http://127.0.0.1:99999", "http://127.0.0.1:port", "http://[::1"]
)  # fmt: skip
def test_a_proxy_of_another_kind_is_refused_in_words(proxy: str) -> None:
    with pytest.raises(SettingsError, match=r"TELEGRAM_PROXY.*wants an address such as socks5://"):
        build(GOOD | {"PUBLIC_URL": "https://desk.example", "TELEGRAM_PROXY": proxy})
