"""Profiles, payment methods, ads and chats as their fixtures show them."""

import base64
from decimal import Decimal
from typing import Any

import pytest

from bot.clients.gate_c2c.client import PIECE, upload_body
from bot.clients.gate_c2c.wire import encode
from bot.clients.gate_c2c.wire_accounts import read_own_profile, read_payment_methods, read_profile, read_working
from bot.clients.gate_c2c.wire_ads import read_ad, read_ad_status, read_market, read_my_ads
from bot.clients.gate_c2c.wire_chat import read_chat, read_file_key, read_sent
from bot.domain.accounts import PayAccount, WorkHours
from bot.domain.ads import AdState, Floating, LimitBasis, Reference
from bot.domain.chat import Author, Chat, ChatKind
from bot.domain.orders import Side
from tests.clients.test_gate_wire_orders import answer, floats_in, good_answers

US, THEM = "bizuid-me-7f31", "bizuid-them-a902"
READERS: dict[str, Any] = {
    "get_user_info": read_own_profile,
    "get_counterparty_user_info": read_profile,
    "get_myself_payment": read_payment_methods,
    "ads_detail": read_ad,
    "my_ads_list": read_my_ads,
    "ads_list": lambda data: read_market(data, Side.SELL),
    "ads_update_status": read_ad_status,
    "get_chats_list": read_chat,
    "send_chat_message": read_sent,
    "upload_chat_file": read_file_key,
    "set_merchant_work_hours": read_working,
}


@pytest.mark.parametrize(("name", "variant"), good_answers(*READERS))
def test_every_good_answer_is_read_whole_and_without_floats(name: str, variant: str | None) -> None:
    found = READERS[name](answer(name, variant))
    assert getattr(found, "unreadable", ()) in ((), 0)
    assert floats_in(found) == []


def test_our_profile_is_read() -> None:
    own = read_own_profile(answer("get_user_info"))
    assert (own.id, own.nick, own.is_verified, own.completed) == (US, "desk_one", True, 512)
    assert (own.completion_percent, own.market, own.hours) == (Decimal("98.5"), "USD", None)
    assert (own.is_online, own.needs_margin, own.is_banned, own.working) == (True, False, False, 1)


def test_work_hours_are_read_when_they_are_there() -> None:
    own = read_own_profile(answer("get_user_info", "work_hours_object"))
    assert own.hours == WorkHours("Weekly", (1, 2, 3, 4, 5), "8", "09:00", "21:00")


def test_a_counterparty_is_read() -> None:
    fresh = read_profile(answer("get_counterparty_user_info", "fresh_unverified"))
    assert (fresh.id, fresh.is_verified, fresh.completed, fresh.registered_days) == (THEM, False, 0, 1)


def test_a_profile_with_only_an_id_is_still_a_profile() -> None:
    assert read_profile({"biz_uid": "x"}).completion_percent == Decimal(0)
    with pytest.raises(ValueError):
        read_profile({})


def test_both_styles_of_our_accounts_are_read() -> None:
    bank, swift = read_payment_methods(answer("get_myself_payment"))
    assert (bank.method, bank.ids) == ("bank", ("20011",))
    assert bank.accounts == (PayAccount("20011", "Desk One Ltd", "****4321", "Sample Bank", "Central", "desk account"),)
    assert swift.accounts == (
        PayAccount("20012", "Desk One Ltd", "****8765", description="USD settlement", memo="quote the order number"),
    )


def test_ids_of_methods_may_be_texts() -> None:
    assert read_payment_methods(answer("get_myself_payment", "ids_as_strings"))[0].ids == ("20011",)


@pytest.mark.parametrize("data", ["text", 5, {"a": 1}])
def test_methods_that_are_no_list_are_unreadable(data: Any) -> None:
    with pytest.raises(ValueError):
        read_payment_methods(data)
    with pytest.raises(ValueError):
        read_market(data, Side.SELL)


def test_an_empty_object_is_an_empty_list() -> None:
    assert read_payment_methods({}) == []
    assert read_market({}, Side.BUY) == []
    assert read_my_ads([]) == []


def test_an_ad_is_read_from_its_details() -> None:
    ad = read_ad(answer("ads_detail"))
    assert (ad.id, ad.side, ad.price, ad.amount) == ("2130000011", Side.SELL, Decimal("1.010"), Decimal("750.00"))
    assert (ad.least, ad.most, ad.fiat_least) == (Decimal(50), Decimal(500), Decimal("50.50"))
    assert (ad.basis, ad.state, ad.floating) == (LimitBasis.CRYPTO, AdState.LISTED, None)
    assert ad.method_ids == {"bank": "20011", "swift": "20012"}
    assert ad.methods == ("bank", "swift")
    assert (ad.demands.registered_days, ad.demands.least_completed, ad.demands.most_completed) == (30, 5, None)


def test_a_floating_delisted_ad_is_read() -> None:
    ad = read_ad(answer("ads_detail", "floating_delisted"))
    assert ad.floating == Floating(Reference.SPOT, Decimal("0.5"), is_discount=True)
    assert ad.state is AdState.DELISTED


def test_my_list_and_the_details_agree_on_an_ad() -> None:
    mine, details = read_my_ads(answer("my_ads_list"))[0], read_ad(answer("ads_detail"))
    for name in ("id", "side", "asset", "fiat", "price", "amount", "least", "most", "status", "method_ids", "terms"):
        assert getattr(mine, name) == getattr(details, name)


def test_an_unknown_ad_status_is_kept() -> None:
    ad = read_ad(answer("ads_detail") | {"status": "NEW"})
    assert (ad.status, ad.state) == ("NEW", AdState.UNKNOWN)


@pytest.mark.parametrize("map_text", ["", "{", "[]", None, 5])
def test_a_broken_map_of_methods_hides_no_ad(map_text: Any) -> None:
    assert read_ad(answer("ads_detail") | {"pay_type_json": map_text}).method_ids == {}


def test_the_market_is_read_in_both_generations() -> None:
    new = read_market(answer("ads_list"), Side.SELL)[0]
    old = read_market(answer("ads_list", "before_v4_106_102"), Side.SELL)[0]
    assert (new.id, new.price, new.methods, new.nick) == ("2130000050", Decimal("1.005"), ("bank",), "rival_desk")
    assert (old.id, old.amount, old.methods, old.most) == ("2130000050", None, (), Decimal("1500.5"))


def test_one_odd_ad_hides_no_other() -> None:
    good = answer("ads_list")
    assert read_market([{"adv_no": 7}, *good], Side.SELL).unreadable == ("7",)


def authors(chat: Chat) -> list[Author]:
    return [message.author(own_id=US, counterparty_id=THEM) for message in chat.messages]


def test_a_chat_is_read_with_kinds_and_authors() -> None:
    chat = read_chat(answer("get_chats_list"))
    assert [message.kind for message in chat.messages] == [
        ChatKind.TEXT, ChatKind.STATUS, ChatKind.NOTICE, ChatKind.PAYMENT_METHOD,
        ChatKind.TEXT, ChatKind.STATUS, ChatKind.FILE,
    ]  # fmt: skip
    assert authors(chat) == [
        Author.US, Author.VENUE, Author.VENUE, Author.THEM, Author.THEM, Author.VENUE, Author.THEM,
    ]  # fmt: skip
    assert (chat.order_id, chat.has_older, chat.status, chat.last_at) == ("61000002", False, "PAID", 1789999980)
    paid, file = chat.messages[5], chat.messages[6]
    assert (paid.status, paid.text) == ("PAID", "buyer marked as paid")
    assert paid.vouchers == ("https://files.example.invalid/voucher-1.jpg",)
    assert file.file_key == "c2cchat_image/sample-file-0001|s3-sample-bucket"
    assert (file.file_url, file.file_kind) == ("https://files.example.invalid/receipt.jpg", "image")


def one(**changes: Any) -> Any:
    message = {"msg_type": 0, "msg": "hello", "username": "Other", "uid": THEM, "timest": 5} | changes
    return read_chat({"txid": 61000002, "messages": [message]}).messages[0]


def test_a_file_message_may_hold_link_or_key() -> None:
    assert one(msg_type=1, msg="https://f.invalid/1").file_url == "https://f.invalid/1"
    assert one(msg_type=1, msg="c2cchat_image/1|b").file_key == "c2cchat_image/1|b"
    assert one(msg_type=None, pic="https://f.invalid/1").kind is ChatKind.FILE


def test_the_id_of_an_author_weighs_more_than_the_name() -> None:
    assert one(username="Self").author(own_id=US, counterparty_id=THEM) is Author.THEM
    assert one(username="Self", uid="").author(own_id=US, counterparty_id=THEM) is Author.US
    assert one(uid="somebody").author(own_id=US, counterparty_id=THEM) is Author.UNKNOWN
    assert one(uid="", username="").author(own_id="", counterparty_id="") is Author.UNKNOWN


def test_a_message_seen_twice_has_one_fingerprint_even_with_new_links() -> None:
    key = {"msg_type": 1, "file_key": "k"}
    assert one(**key, pic="https://f/1?sig=1").fingerprint == one(**key, pic="https://f/1?sig=2").fingerprint
    link = {"msg_type": 1, "pic": ""}
    assert one(**link, msg="https://f/1?sig=1").fingerprint == one(**link, msg="https://f/1?sig=2").fingerprint
    assert one(**link, msg="https://f/1?sig=1").fingerprint != one(**link, msg="https://f/2?sig=1").fingerprint
    assert (
        one(msg_type=1, msg="", pic="https://f/1?a").fingerprint
        != one(msg_type=1, msg="", pic="https://f/2?a").fingerprint
    )
    news = {"msg_type": 5, "msg": ""}
    first = one(**news, msg_obj={"status": "PAID", "payment_voucher": ["https://f/1?sig=1"]})
    again = one(**news, msg_obj={"status": "PAID", "payment_voucher": ["https://f/1?sig=2"]})
    assert first.fingerprint == again.fingerprint


@pytest.mark.parametrize("change", [{"msg": "hi"}, {"timest": 6}, {"uid": US}, {"msg_type": 2}, {"msg_obj": {"a": 1}}])
def test_another_message_has_another_fingerprint(change: dict[str, Any]) -> None:
    assert one(**change).fingerprint != one().fingerprint


def test_an_unknown_kind_is_kept() -> None:
    assert one(msg_type=9).kind is ChatKind.UNKNOWN


def test_an_unreadable_message_is_counted_and_hides_no_other() -> None:
    chat = read_chat({"messages": ["odd", {"msg": "hello", "timest": 1}]}, "5")
    assert (chat.unreadable, len(chat.messages), chat.order_id) == (1, 2, "5")
    assert (chat.messages[0].kind, chat.messages[0].facts) == (ChatKind.UNKNOWN, '{"msg": "odd"}')


def test_an_unreadable_message_is_stood_in_for() -> None:
    odd = {"msg": {"text": "paid!"}, "pic": "https://f.invalid/1?sig=1", "extra": 7}
    found = one(**odd)
    assert (found.kind, found.text, found.at, found.author_id, found.author_name) == (
        ChatKind.UNKNOWN, "", 5, THEM, "Other",
    )  # fmt: skip
    assert ("paid!" in found.facts, "://" in found.facts, found.file_url) == (True, False, "https://f.invalid/1?sig=1")
    assert one(**odd | {"pic": "https://f.invalid/1?sig=2"}).fingerprint == found.fingerprint
    assert one(**odd | {"msg": {"text": "not paid"}}).fingerprint != found.fingerprint


@pytest.mark.parametrize("odd", [7, None, [], [[]], {"msg": ["x"] * 5000}, {"msg": {}, "uid": {"a": 1}}, {"uid": []}])
def test_whatever_stands_in_a_chat_there_is_a_message_for_it(odd: Any) -> None:
    found = read_chat({"messages": [odd]}, "5").messages
    assert (len(found), len(found[0].facts) < 4000) == (1, True)


@pytest.mark.parametrize("moment", ["soon", {"a": 1}, -4, "", None, 10**19, [1]])
def test_a_message_without_a_readable_time_is_kept_in_its_place(moment: Any) -> None:
    rows = [{"msg": "a", "timest": 4}, {"msg": "b", "timest": moment}, {"msg": "c", "timest": 5}]
    chat = read_chat({"messages": rows}, "5")
    assert [(message.text, message.at) for message in chat.messages] == [("a", 4), ("b", 0), ("c", 5)]


@pytest.mark.parametrize(
    "given", ["https://f/1", ["https://f/1"], [{"url": "https://f/1"}], {"url": "https://f/1"}, '["https://f/1"]']
)
def test_receipts_come_in_many_shapes(given: Any) -> None:
    assert one(msg_type="5", msg="", msg_obj={"status": "PAID", "payment_voucher": given}).vouchers == ("https://f/1",)


@pytest.mark.parametrize("facts", ['{"status": "PAID", "text": "paid"}', [{"status": "PAID", "text": "paid"}]])
def test_the_facts_of_a_message_may_be_text_or_a_list(facts: Any) -> None:
    found = one(msg_type=5, msg="", msg_obj=facts)
    assert (found.kind, found.status, found.text) == (ChatKind.STATUS, "PAID", "paid")


def test_words_in_place_of_facts_hide_no_message() -> None:
    assert one(msg_obj="bare words").text == "hello"
    assert one(msg_type=5, msg="", msg_obj="bare words").text == "bare words"
    assert one(msg_obj=["a", "b"]).text == "hello"


@pytest.mark.parametrize(
    ("mark", "is_flagged"), [("0", False), ("", False), (" 0 ", False), ("high", True), ("1", True)]
)
def test_a_risk_that_cannot_be_read_is_a_warning(mark: str, is_flagged: bool) -> None:
    assert one(risk_type=mark).is_flagged is is_flagged


def test_odd_types_and_numbers_as_words_are_read() -> None:
    assert (one(msg_type="1", msg="k").kind, one(msg_type="text").kind) == (ChatKind.FILE, ChatKind.UNKNOWN)
    assert (one(msg=7200).text, one(msg=7200, msg_type="").kind) == ("7200", ChatKind.TEXT)


def test_a_flagged_text_carries_its_warning() -> None:
    message = read_chat(answer("get_chats_list", "risk_flagged_text")).messages[0]
    assert (message.is_flagged, message.warning) == (True, "off-platform contact warning")
    sent = read_sent(answer("send_chat_message", "risk_hit"))
    assert (sent.is_flagged, sent.warning) == (True, "off-platform contact warning")


def test_the_time_of_sending_is_milliseconds_from_either_unit() -> None:
    assert read_sent(answer("send_chat_message")).at == 1790000005321
    assert read_sent(answer("send_chat_message", "srvtm_in_seconds")).at == 1790000005000


def test_an_upload_without_key_is_unreadable() -> None:
    with pytest.raises(ValueError):
        read_file_key({})


def test_the_state_of_working_is_read() -> None:
    assert read_working(answer("set_merchant_work_hours", "custom_weekly")) == 3
    assert read_working({}) == -1


def test_an_upload_put_together_from_pieces_is_the_same_json() -> None:
    for length in (1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + 7):
        content = bytes(number % 251 for number in range(length))
        whole = encode({"image_content_type": "image/png", "base64_img": base64.b64encode(content).decode()})
        assert upload_body(content, "image/png") == whole
