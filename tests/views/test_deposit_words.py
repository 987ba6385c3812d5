"""The list of payment links and its file, the news, the refusals, and who is offered the commands."""

import csv
import io
import re
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.errors import NotAllowed, Refused, Unknown, Unreachable
from bot.domain.intents import State
from bot.domain.situations import Notice, Reader
from bot.domain.staff import Person, Role
from bot.views import desk
from bot.views.buttons import Verb
from bot.views.deposit_list import csv_file, deposit_list
from bot.views.deposit_notices import DEPOSIT_NOTICES
from bot.views.notices import NOTICES, notice_card
from bot.views.refusal_words import REASONS, USAGE
from bot.views.refusals import toast
from tests.views import deposit_samples as made
from tests.views import samples
from tests.views.test_every_card import LANGUAGES

LEAD = samples.reader(role=Role.LEAD)
GROUP = samples.reader(role=None)
PROMISED = (
    "deposit_off", "deposit_no_address", "deposit_address_long", "deposit_mixed", "deposit_currency",
    "deposit_too_precise", "deposit_too_much", "payer_missing", "payer_too_long", "payer_odd", "no_method",
    "deposit_step_over", "deposit_step_used", "deposit_unknown_number", "deposit_not_unknown", "link_ended",
    "amount_not_positive", "bad_amount", "deposit_in_group",
)  # fmt: skip
NEWS = ("deposit_reported", "deposit_mismatch", "deposit_unknown", "deposit_unknown_long", "deposit_late",
        "deposit_made", "deposit_too_old")  # fmt: skip


def rows_of(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf") and data.count(b"\r\n") == data.count(b"\n")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_list_turns_pages_and_offers_the_other_filters() -> None:
    card = deposit_list([made.standing(made.linked(), State.DONE)], "open", 1, True, LEAD)
    assert card.data == (
        "po:d3p05170", "ph:open:0", "ph:open:2", "ph:all:0", "ph:finished:0", "ph:ended:0", "pc:open",
    )  # fmt: skip
    assert "🔗 D0612 5,500.20 CNY 张三丰" in card.plain


def test_what_has_ended_is_marked_in_the_list_and_another_amount_is_red() -> None:
    told = dict(made.standings())
    icons = {"over": "⌛", "refused": "❌", "reported Cancelled": "🚫", "waiting": "🔗", "reported Finished": "✅",
             "unknown": "❓", "reported Finished other": "🔴✅"}  # fmt: skip
    for name, icon in icons.items():
        lines = deposit_list([told[name]], "all", 0, False, LEAD).plain.split("\n")
        assert lines[1].startswith(f"{icon} D0612"), name


def test_the_file_has_a_row_per_link_with_plain_digits_and_without_the_link() -> None:
    person = Person(7, Role.LEAD, "Lead", "zh", "Asia/Shanghai")
    listed = dict(made.standings())
    data = csv_file(list(listed.values()), Reader("zh", "Asia/Shanghai", person))
    assert made.URL.encode() not in data and b"feedbeef" not in data
    header, *lines = rows_of(data)
    assert len(lines) == len(listed) and {len(line) for line in (header, *lines)} == {22}
    assert all(re.search("[\u4e00-\u9fff]", title) for title in header)
    told = dict(zip(listed, lines, strict=True))
    assert told["reported Finished"] == [
        "2025-11-21T22:02:02+08:00", "D0612", "5500.20", "CNY", "客户支付额", "CNY", "张三丰", "银行卡或支付宝",
        "zh_CN", "上报已完成", "Finished", "2025-11-21T22:03:02+08:00", "5500.20", "7.28", "755.52", "5.3", "750.22",
        "2025-11-22T00:02:02+08:00", made.ORDER_NO, made.CODE, "", "lead 3",
    ]  # fmt: skip
    assert told["reported Finished bare"][12:17] == [""] * 5 and told["refused"][20] == "no advert"


def test_in_a_file_of_the_group_the_payer_would_be_masked() -> None:
    assert "张三丰" not in csv_file([made.standing()], GROUP).decode("utf-8-sig")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_no_cell_of_the_file_is_run_as_a_formula(start: str) -> None:
    evil = f"{start}HYPERLINK(1)"
    of = made.reported(
        replace(made.PAYS, payer=evil), message=evil, order_no=evil, request_code=evil, payment_amount=Decimal("-1")
    )
    _, line = rows_of(csv_file([replace(made.standing(of, State.DONE), person_name=evil)], LEAD))
    assert [cell for cell in line if "HYPERLINK" in cell] == [f"'{evil.strip()}"] * 5
    assert "'-1" in line


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_promised_refusal_has_a_sentence_of_its_own(language: str) -> None:
    who = samples.reader(language)
    facts = {
        "given": "XX", "amount": "1.5", "code": "CNY", "digits": "2", "who": "x", "limit": "200", "fiats": "CNY, HKD",
        "coin": "MTC", "deposit": "d3p05170",
    }  # fmt: skip
    told = [toast(NotAllowed(reason, facts), who) for reason in PROMISED]
    assert set(PROMISED) <= set(REASONS) and len(set(told)) == len(told)
    for text in told:
        assert "{" not in text and "–" not in text and len(text) < 200 and "d3p05170" not in text
        assert bool(re.search("[\u4e00-\u9fff]", text)) is (language == "zh"), text
        assert "200.00" not in text, text
    for command in ("deposit", "deposits"):
        usage = toast(NotAllowed("usage", {"command": command}), who)
        assert f"/{command}" in usage and not usage.endswith("…") and command in USAGE


def test_a_link_is_refused_without_examples_of_other_commands() -> None:
    told = toast(NotAllowed("amount_not_positive", {"amount": "0", "code": "HKD"}), LEAD)
    assert told == "0.00 HKD is not above 0. Write a number like 5500.20"
    assert "/convert" in toast(NotAllowed("amount_not_positive", {"amount": "0", "code": "USDT"}), LEAD)


def test_a_second_press_names_oneself_as_you_and_others_by_name() -> None:
    used = {"who": "Lead", "actor": "7251000002"}
    assert toast(NotAllowed("deposit_step_used", used), LEAD).startswith("You have already")
    assert toast(NotAllowed("deposit_step_used", used | {"actor": "5"}), LEAD).startswith("Lead has already")
    assert toast(NotAllowed("deposit_step_used", {}), LEAD).startswith("This was already")


@pytest.mark.parametrize("code", ["INVALID_SIGNATURE", "TOO_BUSY", "70305102", "X"])
def test_a_refusal_of_mtpay_is_told_in_its_own_words_and_never_as_gates(code: str) -> None:
    told = toast(Refused("mtpay", "deposit", code=code, detail="odd words", status=400), LEAD)
    assert told == f"MTPay said no: “odd words” (code {code}). Nothing happened."
    assert "MTPay cannot be reached" in toast(Unreachable("mtpay", "deposit", "x"), LEAD)


def test_a_lost_answer_never_promises_that_the_desk_looks() -> None:
    told = toast(Unknown("mtpay", "deposit", why="server_error", status=500), LEAD)
    assert "may be made, or not" in told and "the desk looks" not in told and "Nothing is sent again" in told


def test_every_promised_news_is_there_and_opens_the_link() -> None:
    assert set(NEWS) == set(DEPOSIT_NOTICES) <= set(NOTICES)
    for kind in NEWS:
        for who in (LEAD, GROUP):
            assert notice_card(Notice(kind, {"deposit": "d3p05170", "label": "D0612"}), who).data == ("po:d3p05170",)
        assert notice_card(Notice(kind, {"deposit": "<no field>"}), LEAD).data == ()


@pytest.mark.parametrize(
    ("status", "first"),
    [
        ("Finished", "✅ Reported finished · D0612"),
        ("Failed", "❌ Reported failed · D0612"),
        ("Cancelled", "🚫 Reported cancelled · D0612"),
        ("InProgress", "⏳ Payer says it is paid · D0612"),
    ],
)
def test_a_report_is_told_by_its_status_and_red_where_the_amount_differs(status: str, first: str) -> None:
    facts = {"label": "D0612", "status": status, "amount": "5500.20 CNY", "paid": "4999.9 CNY", "differs": ""}
    same = notice_card(Notice("deposit_reported", facts), LEAD).plain.split("\n")
    assert same[0] == first and "Paid 4,999.90 CNY" in same and "only a hint" in same[-1]
    other = notice_card(Notice("deposit_reported", facts | {"differs": "yes"}), LEAD).plain.split("\n")
    assert other[0] == "🔴 Reported: other amount · D0612" and other[1] == first.removesuffix(" · D0612")
    assert not any("Fee" in line or "Received" in line for line in same + other)


def test_a_report_that_does_not_fit_shows_field_by_field_what_was_stored_and_what_came() -> None:
    what = f"requestAmount: 5500.20 / 9999.99; requestCode: {made.CODE} / {made.CODE[::-1]}; a: b"
    lines = notice_card(Notice("deposit_mismatch", {"label": "D0612", "what": what}), LEAD).plain.split("\n")
    assert lines[0] == "🔴 Report does not fit · D0612" and "Nothing was changed by it." in lines
    assert lines[2:5] == ["requestAmount: 5500.20 / 9999.99", "requestCode: …789abcdef / …876543210", "a: b"]
    assert (
        notice_card(Notice("deposit_mismatch", {"what": what.replace("; ", "\n")}), LEAD).plain.split("\n")[2:5]
        == (lines[2:5])
    )


def test_a_late_report_says_what_it_said_and_where_to_look() -> None:
    facts = {"label": "D0612", "status": "Finished", "at": str(samples.NOW), "deposit": "d3p05170"}
    card = notice_card(Notice("deposit_too_old", facts), LEAD)
    lines = card.plain.split("\n")
    assert lines[0] == "🔴 Late report · D0612" and lines[1] == "✅ Reported finished" and "too long ago" in lines[2]
    assert lines[3:] == ["Nothing was changed by it.", "Look into MTPay's console."] and card.data == ("po:d3p05170",)
    bare = notice_card(Notice("deposit_too_old", facts | {"status": ""}), LEAD).plain.split("\n")
    assert bare == [lines[0], *lines[2:]]


@pytest.mark.parametrize("role", list(Role))
def test_the_commands_are_offered_where_mtpay_is_set_up_to_those_who_may(role: Role) -> None:
    named = {command for command, _ in desk.menu(role, "en", has_deposit=True)}
    assert "deposits" in named and ("deposit" in named) is (role in (Role.LEAD, Role.OWNER))
    assert not {"deposit", "deposits"} & {command for command, _ in desk.menu(role, "en")}
    who = samples.reader(role=role)
    for card in (desk.help_card, desk.start_card):
        assert "/deposits" in card(who, has_deposit=True).plain and "/deposit" not in card(who).plain
    welcome = Notice("welcome", {"role": role.word})
    assert "/deposits" in notice_card(welcome, who, has_deposit=True).plain
    assert "/deposit" not in notice_card(welcome, who).plain
    assert Verb.QUEUE.value in notice_card(Notice("welcome"), who, has_deposit=True).data
