"""What MTPay's answers mean, over real sockets: a link, a no, or no answer at all."""

import json
import logging
from typing import Any

import pytest

from bot.domain.deposits import Link
from bot.domain.errors import Refused, Unknown, Unreachable
from tests.clients.mtpay.samples import (
    CODE,
    DATA,
    HOOK,
    KEY,
    LINK,
    PAYER,
    SECRET,
    TOKEN,
    URL,
    WISH,
    client,
    envelope,
    outcome,
    sample,
)
from tests.clients.raw_venue import Behaviour, hangs_up, raw_venue, resets, says

BODY = b'{"depositAmount":5500.20,  "as":"it is"}'


async def test_a_link_is_read_to_its_last_field() -> None:
    ended, requests = await outcome(says(200, envelope(DATA)), BODY)
    assert ended == LINK
    assert [request.body for request in requests] == [BODY]


async def test_the_samples_are_read() -> None:
    ended, _ = await outcome(says(200, sample("mtpay.deposit.res")))
    assert ended == Link(CODE, URL.replace("pay.example.invalid", "{HOST}"), True, 1742148645751, 1742141445751)
    ended, _ = await outcome(says(200, sample("mtpay.deposit.res.unavailable")))
    assert ended == Link("demo", "", False, 1742148645751, 1742141445751)
    ended, _ = await outcome(says(200, sample("mtpay.error.res")))
    assert isinstance(ended, Refused)
    assert (ended.venue, ended.call, ended.code, ended.detail) == (
        "mtpay", "deposit", "INVALID_SIGNATURE", "signature mismatch",
    )  # fmt: skip


@pytest.mark.parametrize("other", [{"statusCode": None}, {"statusCode": "OK"}, {"version": ...}, {"message": None}])
async def test_a_yes_is_a_yes_whatever_stands_around_it(other: dict[str, Any]) -> None:
    ended, _ = await outcome(says(200, envelope(DATA, **other)))
    assert ended == LINK


@pytest.mark.parametrize("url", ["", None, URL, ...])
async def test_a_link_that_nobody_can_take_is_told_as_such_with_or_without_address(url: Any) -> None:
    data = {name: part for name, part in (DATA | {"isAvailable": False, "checkoutUrl": url}).items() if part is not ...}
    ended, _ = await outcome(says(200, envelope(data)))
    assert (ended.is_available, ended.request_code, ended.url) == (False, CODE, URL if url == URL else "")


async def test_an_address_that_cannot_be_used_is_left_out_of_a_link_that_nobody_can_take() -> None:
    ended, _ = await outcome(says(200, envelope(DATA | {"isAvailable": False, "checkoutUrl": "javascript:alert(1)"})))
    assert (ended.is_available, ended.url) == (False, "")


@pytest.mark.parametrize("moment", [None, "soon", -5, 1.5, True, [], 10**17])
async def test_an_odd_time_does_not_hide_the_link(moment: Any) -> None:
    ended, _ = await outcome(says(200, envelope(DATA | {"expiresAt": moment, "createdAt": moment})))
    assert ended == Link(CODE, URL, True, 0, 0)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429])
async def test_a_no_is_a_no_with_any_status_below_500(status: int) -> None:
    said = envelope(isSuccess=False, statusCode="INVALID_AMOUNT", message=" amount\ntoo  low\x00 ")
    ended, requests = await outcome(says(status, said))
    assert isinstance(ended, Refused)
    assert (ended.code, ended.detail, ended.status) == ("INVALID_AMOUNT", "amount too low", status)
    assert len(requests) == 1


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (envelope(isSuccess=False, statusCode=4001, message=None), "4001"),
        (envelope(isSuccess=False, statusCode=None, message=["odd"]), ""),
        (envelope(isSuccess=False, statusCode="X" * 500, message="m" * 5000), "X" * 80),
        (envelope({}, isSuccess=False, statusCode="NO"), "NO"),
    ],
)
async def test_an_oddly_written_no_is_still_one(said: dict[str, Any], code: str) -> None:
    ended, _ = await outcome(says(200, said))
    assert isinstance(ended, Refused)
    assert (ended.code, len(ended.detail) <= 500) == (code, True)


async def test_a_4xx_with_a_code_alone_is_a_no() -> None:
    ended, _ = await outcome(says(401, {"statusCode": "UNAUTHORIZED", "message": "who?"}))
    assert isinstance(ended, Refused)
    assert (ended.code, ended.detail, ended.status) == ("UNAUTHORIZED", "who?", 401)


@pytest.mark.parametrize("code", ["500", "503", "INTERNAL_ERROR", "SYSTEM_BUSY", "ServerError", "timeout", "TIME_OUT"])
async def test_the_servers_own_trouble_says_nothing_of_the_order(code: str) -> None:
    ended, requests = await outcome(says(200, envelope(isSuccess=False, statusCode=code)))
    assert isinstance(ended, Unknown)
    assert (ended.why, ended.detail, len(requests)) == ("server_error", code, 1)


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        (says(200, b""), "unreadable"),
        (says(200, b"<html>"), "unreadable"),
        (says(200, b"null"), "unreadable"),
        (says(200, [envelope(DATA)]), "unreadable"),
        (says(200, b"[" * 100_000), "unreadable"),
        (says(200, b'{"isSuccess":true,"data":{"expiresAt":' + b"1" * 10_000 + b"}}"), "unreadable"),
        (says(200, b'{"isSuccess":true,"data":{"expiresAt":1e99999999999999999999}}'), "unreadable"),
        (says(200, json.dumps(envelope(DATA)).encode()[:-1]), "unreadable"),
        (says(200, json.dumps(envelope(DATA)).encode(), length=1000), "unreadable"),
        (says(200, {}), "unreadable"),
        (says(200, {"statusCode": "SUCCESS", "data": DATA}), "unreadable"),
        (says(200, {"statusCode": "NO"}), "unreadable"),
        (says(200, envelope(DATA, isSuccess="true")), "unreadable"),
        (says(200, envelope(DATA, isSuccess=1)), "unreadable"),
        (says(200, envelope(DATA, isSuccess=None)), "unreadable"),
        (says(200, envelope(DATA, isSuccess=False, statusCode="NO")), "unreadable"),
        (says(200, envelope(isSuccess=False)), "unreadable"),
        (says(400, envelope(DATA)), "unreadable"),
        (says(403, b"<html>"), "unreadable"),
        (says(429, b"<html>"), "unreadable"),
        (says(404, {"error": "Not Found"}), "unreadable"),
        (says(500, envelope(isSuccess=False, statusCode="NO")), "server_error"),
        (says(502, b"<html>"), "server_error"),
        (says(302, b"", Location="/"), "redirected"),
        (hangs_up, "dropped"),
        (resets, "dropped"),
    ],
)
async def test_anything_else_may_have_made_the_order_and_is_sent_once(behaviour: Behaviour, why: str) -> None:
    ended, requests = await outcome(behaviour, BODY)
    assert isinstance(ended, Unknown)
    assert (ended.venue, ended.call, ended.why) == ("mtpay", "deposit", why)
    assert [request.body for request in requests] == [BODY]


@pytest.mark.parametrize(
    "other",
    [
        {"requestCode": None},
        {"requestCode": ""},
        {"requestCode": 12},
        {"requestCode": "a\nb"},
        {"requestCode": "c" * 101},
        {"isAvailable": None},
        {"isAvailable": "true"},
        {"isAvailable": 1},
        {"isAvailable": "false", "checkoutUrl": ""},
    ],
)
async def test_a_yes_without_code_or_availability_is_no_answer(other: dict[str, Any]) -> None:
    ended, _ = await outcome(says(200, envelope(DATA | other)))
    assert isinstance(ended, Unknown)
    assert ended.why == "unreadable"
    assert "cannot read" in ended.detail


@pytest.mark.parametrize("data", [None, [], "", "text", 7, [DATA], True])
async def test_a_yes_without_data_is_no_answer(data: Any) -> None:
    ended, _ = await outcome(says(200, envelope(data)))
    assert isinstance(ended, Unknown)


@pytest.mark.parametrize(
    "url",
    [
        None, "", 7, [], "pay.example.invalid/x", "/api/buy-coin/x", "//pay.example.invalid/x", "javascript:alert(1)",
        "ftp://pay.example.invalid/", "tg://resolve?domain=x", "data:text/html,x", "https:pay.example.invalid",
        "https://", "https:///x", "https://?x", "https://:443/", "https://user@pay.example.invalid/",
        "https://user:pass@pay.example.invalid/", "https://@pay.example.invalid/", "https://pay.example.invalid\\@b/",
        "https://pay.example.invalid/a b", "https://pay.example.invalid/\n", "https://pay.example.invalid/\x00",
        "https://pay.example.invalid/\x7f", "https://pay.example.invalid/\u202e", "https://pay.example.invalid/\u200b",
        " https://pay.example.invalid/", "https://pay.example.invalid:0/", "https://pay.example.invalid:99999/",
        "https://pay.example.invalid:x/", "https://[::1/", "\ud800", "https://pay.example.invalid/" + "x" * 485,
    ],
)  # fmt: skip
async def test_an_address_to_which_no_customer_can_be_sent_is_no_link(url: Any) -> None:
    body = json.dumps(envelope(DATA | {"checkoutUrl": url})).encode()
    ended, requests = await outcome(says(200, body))
    assert isinstance(ended, Unknown)
    assert (ended.why, ended.detail, len(requests)) == ("unreadable", f"order {CODE}: no usable link", 1)


@pytest.mark.parametrize(
    "url",
    [
        "https://pay.example.invalid/" + "x" * 484, "http://pay.example.invalid/x", "HTTPS://pay.example.invalid",
        "https://pay.example.invalid:8443/a?b=c@d#e", "https://[::1]:8080/x", "https://付款.example.invalid/单",
    ],
)  # fmt: skip
async def test_an_address_that_can_be_used_is_kept_to_the_letter(url: str) -> None:
    ended, _ = await outcome(says(200, envelope(DATA | {"checkoutUrl": url})))
    assert ended.url == url


async def test_nobody_there_means_that_nothing_happened() -> None:
    async with raw_venue() as venue:
        address = venue
    async with client(address) as pay:
        with pytest.raises(Unreachable) as caught:
            await pay.deposit(body=BODY)
    assert (caught.value.venue, caught.value.call) == ("mtpay", "deposit")


async def test_a_signed_request_is_not_carried_to_another_host() -> None:
    async with raw_venue(says(200, envelope(DATA))) as other, raw_venue() as venue, client(venue) as pay:
        for status in (301, 302, 307, 308):
            venue.behaviour = says(status, b"", Location=f"http://{other.host}/")
            with pytest.raises(Unknown):
                await pay.deposit(body=BODY)
        assert (other.connections, len(venue.requests)) == (0, 4)


async def test_payer_and_webhook_address_do_not_come_back_in_the_venues_words() -> None:
    words = "x" * 490 + f" no: {PAYER} at {HOOK}, or {TOKEN}"
    ended, _ = await outcome(says(200, envelope(isSuccess=False, statusCode="NO", message=words)))
    assert isinstance(ended, Refused)
    assert ended.detail == ("x" * 490 + " no: … at …, or …")[:500]
    ended, _ = await outcome(says(200, envelope(isSuccess=False, statusCode="NO", message=f"{PAYER}/{TOKEN}")))
    assert ended.detail == "…/…"


async def test_nothing_secret_is_logged_or_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    no = envelope(isSuccess=False, statusCode="NO", message=f"{PAYER} {HOOK}")
    bad = envelope(DATA | {"checkoutUrl": f"https://user:{TOKEN}@pay.example.invalid/"})
    async with raw_venue() as venue, client(venue) as pay:
        body = pay.deposit_body(wish=WISH, order_no="demo-0001", hook_url=HOOK)
        for behaviour in (says(200, envelope(DATA)), hangs_up, says(200, no), says(200, bad), says(500), says(302)):
            venue.behaviour = behaviour
            try:
                logging.getLogger("test").info("%r", await pay.deposit(body=body))
            except (Refused, Unknown) as error:
                logging.getLogger("test").exception("%r", error)
        signatures = [request.headers["signature"] for request in venue.requests]
        shown = repr(pay) + repr(vars(pay))
    shown += caplog.text + json.dumps([str(record.args) for record in caplog.records])
    assert "mtpay deposit: HTTP 200" in caplog.text
    for secret in (SECRET, KEY, PAYER, TOKEN, URL, *signatures):
        assert secret not in shown


async def test_assumptions_hear_what_refusals_and_unavailable_links_look_like() -> None:
    heard: list[tuple[str, bool]] = []
    no = envelope(isSuccess=False, statusCode="NO")
    answers = (says(200, no), says(400, no), says(200, envelope(DATA | {"isAvailable": False})))
    for behaviour in (*answers, says(200, envelope(DATA | {"isAvailable": False, "checkoutUrl": ""}))):
        await outcome(behaviour, observe=lambda key, holds: heard.append((key, holds)))
    assert heard == [
        ("mtpay_refusals_come_with_200", True),
        ("mtpay_refusals_come_with_200", False),
        ("mtpay_unavailable_has_no_link", False),
        ("mtpay_unavailable_has_no_link", True),
    ]
