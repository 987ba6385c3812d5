"""Refusals, news, journal and limits that speak of our ads."""

import re

import pytest

from bot.domain.errors import NotAllowed, Refused, Unknown
from bot.domain.journal import Entry
from bot.domain.situations import Notice
from bot.domain.staff import Role
from bot.views.ad_notices import AD_NOTICES, told_parts
from bot.views.ad_refusals import AD_REASONS
from bot.views.buttons import Verb
from bot.views.facts import ACTIONS
from bot.views.journal import journal_page
from bot.views.notices import NOTICES, notice_card
from bot.views.pen import Pen
from bot.views.refusal_words import REASONS, USAGE
from bot.views.refusals import refusal, toast
from tests.views import ad_samples as made
from tests.views import samples
from tests.views.test_every_card import LANGUAGES

LEAD = samples.reader(role=Role.LEAD)
OPERATOR = samples.reader(role=Role.OPERATOR)
GROUP = samples.reader(role=None)
PROMISED = (
    "ad_closed", "ad_same", "ad_unread", "ad_floats", "ad_fixed", "ad_offset", "ad_bare_offset", "ad_too_precise",
    "ad_too_much",
    "ad_text_long", "ad_window", "ad_limits_order", "ad_limits_beyond", "ad_bad_limits", "ad_bad_window", "not_our_ad",
    "ad_busy", "ad_moved", "ad_step_over", "ad_step_used", "ad_no_market", "ad_none", "ads_none_online",
    "ads_none_to_bring_back", "ads_none_readable", "ads_moved",
)  # fmt: skip
NEWS = (
    "ad_changed", "ad_differs", "ad_unseen", "ad_unknown", "ad_unknown_long", "ad_changed_late", "ads_moved_all",
    "ads_off_offered", "ads_off_waits",
)  # fmt: skip
FACTS = {"ad": made.AD_ID, "pair": "USDT/CNY", "side": "sell", "who": "lead 3", "what": "price=7.21", "rule": ""}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_promised_refusal_has_a_sentence_of_its_own_and_says_what_was_sent(language: str) -> None:
    who = samples.reader(language, Role.LEAD)
    told = {reason: toast(NotAllowed(reason, made.refusal_facts("x")), who) for reason in PROMISED}
    assert set(PROMISED) <= set(AD_REASONS) <= set(REASONS) and len(set(told.values())) == len(told)
    for reason, text in told.items():
        assert "{" not in text and "–" not in text and len(text) < 200, reason
        assert bool(re.search("[\u4e00-\u9fff]", text)) is (language == "zh"), text
        assert ("sent" in text or "未发送" in text or "只发送了一次" in text) or reason == "ad_none", text
    for command in ("ads", "price"):
        usage = toast(NotAllowed("usage", {"command": command}), who)
        assert f"/{command}" in usage and not usage.endswith("…") and command in USAGE


def test_facts_of_a_refusal_are_made_ready_for_reading() -> None:
    def told(reason: str, **facts: str) -> str:
        return toast(NotAllowed(reason, facts), LEAD)

    assert "100.5 CNY, is beyond the whole ad of 8,640 CNY" in told(
        "ad_limits_beyond", least="1", most="100.50", whole="8640.0000", code="CNY"
    )
    assert "has 1001 characters, 1000 is the most" in told("ad_text_long", ad="7", given="1001", limit="1000")
    assert "0 minutes cannot be set: it takes 1 to 1440" in told("ad_window", ad="7", given="0", limit="1440")
    assert "1.23456 CNY has too many decimals, 4" in told("ad_too_precise", amount="1.23456", code="CNY", digits="4")
    parts = "role,new_price,terms,auto_reply,never_heard"
    assert "your role, price, terms, auto reply, never_heard" in told("ad_moved", ad="7", parts=parts)
    assert "ad ··3647" in told("ad_same", ad=made.AD_ID) and made.AD_ID not in told("ad_same", ad=made.AD_ID)
    assert "floats, so 7.21 may be a price or percent" in told("ad_bare_offset", ad="7", given="7.21")
    assert told("ads_none_readable", count="2").startswith("2 of our ads could not be read")
    assert "no such ad: offline" in told("ad_none", filter="offline")
    assert "“<b>x</b>”" in told("ad_bad_limits", given="<b>x</b>")
    assert "&lt;b&gt;" in refusal(NotAllowed("ad_bad_limits", {"given": "<b>x</b>"}), LEAD)


@pytest.mark.parametrize("number", ["1e999999", "NaN", "Infinity", "", "x" * 500, "9" * 400])
def test_an_odd_number_in_a_refusal_is_told_and_never_breaks_it(number: str) -> None:
    facts = dict.fromkeys(("least", "most", "whole", "amount"), number)
    for reason in AD_REASONS:
        assert 0 < len(toast(NotAllowed(reason, facts), LEAD)) <= 200


def test_a_second_press_names_oneself_as_you_and_others_by_name() -> None:
    used = {"who": "Lead", "actor": "7251000002"}
    assert toast(NotAllowed("ad_step_used", used), LEAD).startswith("You have already")
    assert toast(NotAllowed("ad_step_used", used | {"actor": "5"}), LEAD).startswith("Lead has already")
    assert toast(NotAllowed("ad_step_used", {"who": ""}), LEAD).startswith("This was already")
    assert toast(NotAllowed("ad_busy", {"who": "", "ad": "7"}), LEAD).startswith("A change of ad ··7")


def test_the_filters_words_are_gates_own_and_the_text_is_said_to_be_kept() -> None:
    told = toast(Refused("gate", "publish_ad", code="70305102", detail="no telegram names", status=200), LEAD)
    assert told.startswith("Gate's text filter said no: “no telegram names”.") and "your text is kept" in told
    other = toast(Refused("gate", "send", code="70305102", detail="no", status=200), LEAD)
    assert "your text is kept" not in other
    assert "It may be done or not" in toast(Unknown("gate", "publish_ad", why="timeout"), LEAD)


def test_every_promised_news_is_there_and_opens_what_it_speaks_of() -> None:
    assert set(NEWS) == set(AD_NOTICES) <= set(NOTICES)
    for kind in ("ad_changed", "ad_differs", "ad_unseen", "ad_changed_late"):
        for who in (LEAD, GROUP):
            assert notice_card(Notice(kind, FACTS | {"change": "c1"}), who).data == (f"eo:{made.AD_ID}",)
    for kind in ("ad_unknown", "ad_unknown_long"):
        assert notice_card(Notice(kind, FACTS | {"change": "c1"}), LEAD).data == ("ec:c1",)
        assert notice_card(Notice(kind, FACTS), LEAD).data == (f"eo:{made.AD_ID}",)
        assert notice_card(Notice(kind, {"ad": "<no field>"}), LEAD).data == ()


def test_only_who_may_is_offered_to_take_all_ads_offline() -> None:
    offer = Notice("ads_off_offered", {"why": "unattended", "online": "3"})
    assert notice_card(offer, LEAD).data == (f"{Verb.ADS_ALL}:off",)
    assert notice_card(offer, OPERATOR).data == () == notice_card(offer, GROUP).data
    lines = notice_card(offer, LEAD).plain.split("\n")
    assert lines[1:] == ["Why: nobody on duty", "Online at Gate now: 3", "Nothing was sent."]
    unread = Notice("ads_off_offered", {"why": "blind", "online": "", "unread": "2"})
    lines = notice_card(unread, LEAD).plain.split("\n")
    assert lines[1:] == ["Why: Gate unreadable", "🔴 Unreadable: 2, see Gate app", "Nothing was sent."]
    assert notice_card(Notice("ads_off_waits", {"why": "blind"}), LEAD).data == (f"{Verb.ADS_ALL}:off",)


def test_news_of_a_change_says_what_gate_shows_and_by_whom() -> None:
    assert notice_card(Notice("ad_changed", FACTS), LEAD).plain.split("\n") == [
        "✅ Ad changed · ··3647", "Sell USDT/CNY", "Gate shows: price 7.21 CNY", "by lead 3",
    ]  # fmt: skip
    by_rule = notice_card(Notice("ad_changed", FACTS | {"rule": "r1"}), LEAD).plain.split("\n")
    assert by_rule[-1] == "by the rule of lead 3" and "by lead 3" not in by_rule
    other = notice_card(Notice("ad_differs", FACTS | {"found": "price=7.20", "moved": "terms"}), LEAD).plain.split("\n")
    assert other[2:5] == ["Wanted: price 7.21 CNY", "Gate shows: price 7.20 CNY", "Also different: terms"]


def test_a_text_of_ours_cannot_speak_for_another_part_in_the_news() -> None:
    pen = Pen(LEAD)
    assert told_parts(pen, "price=7.21; terms=hello; price=9.99; window=1", "USDT/CNY") == "price 7.21 CNY, terms"
    assert told_parts(pen, "status=3; window=20", "USDT/CNY") == "state offline, time to pay 20 min"
    assert told_parts(pen, "limits=100~5000.50", "USDT/CNY") == "limits 100–5,000.5"


def test_the_news_of_a_move_counts_only_what_gate_accepted() -> None:
    facts = {"way": "off", "who": "lead 3", "done": "3", "failed": "0", "unknown": "1", "skipped": "0", "why": ""}
    assert notice_card(Notice("ads_moved_all", facts), LEAD).plain.split("\n") == [
        "📴 Offline: Gate accepted 3 of 4", "Not known: 1", "by lead 3",
    ]  # fmt: skip
    unread = notice_card(Notice("ads_moved_all", facts | {"unread": "2"}), LEAD).plain.split("\n")
    assert unread[:2] == ["📴 Offline: Gate accepted 3 of 6", "🔴 Unreadable: 2, see Gate app"]
    alone = notice_card(Notice("ads_moved_all", facts | {"who": "", "why": "blind"}), LEAD).plain
    assert alone.endswith("by the desk: Gate unreadable")


@pytest.mark.parametrize("language", LANGUAGES)
def test_limits_and_the_journal_name_the_action_and_the_ad(language: str) -> None:
    who = samples.reader(language, Role.OWNER)
    pen = Pen(who)
    for action, english in (("ad", "change of an ad"), ("publish_ad", "publish an ad")):
        assert (pen.words(ACTIONS[action]) == english) is (language == "en")
    lines = [
        Entry(1, samples.NOW, 7, "ad", f"ad/{made.AD_ID}", {"pair": "USDT/CNY"}, "sent"),
        Entry(2, samples.NOW, None, "ad", f"ad/{made.AD_ID}", {}, "looked_again"),
        Entry(3, samples.NOW, 7, "publish_ad", "ad/new/0123456789abcdef", {}, "sent"),
    ]
    first, second, third = journal_page(lines, 0, who).plain.split("\n")[1:4]
    assert "··3647 USDT/CNY" in first and "··3647" in second and "0123456789abcdef" not in third
    if language == "en":
        assert second.endswith("desk change of an ad ··3647 → looked at again")
