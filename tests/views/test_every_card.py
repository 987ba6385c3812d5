"""Rules that every card obeys, in both languages, on both sides, in every state."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest

from bot.domain.orders import Order, Payee
from bot.domain.situations import Reader
from bot.domain.staff import Role
from bot.views.buttons import Tap, Verb
from bot.views.card import Card, width
from tests.views import chat_samples, convert_samples, samples
from tests.views.strict_html import problem

LANGUAGES = ("en", "zh")
READERS = [
    samples.reader(language, role) for language in LANGUAGES for role in (None, Role.AGENT, Role.OPERATOR, Role.LEAD)
]
HOSTILE = (
    "<b>bold</b> & <script>alert('x')</script>",
    "💥🙈🇨🇳👨‍👩‍👧 party",
    "\u202eesrever\u202c \u2067mirror\u2069 \u200f",
    "x" * 5000,
    "汉" * 5000,
    "a\x00b\x07c\r\n\tline two\u2028three",
    "\ud800 lone",
    "</code></b>{0}{name}%s",
    "",
)
MONEY_VERBS = {
    Verb.RELEASE, Verb.YES, Verb.MARK_PAID, Verb.METHOD, Verb.CANCEL, Verb.REASONS, Verb.REASON, Verb.PAYEE,
    Verb.PAYEE_OF, Verb.NAME_DIFFERS, Verb.NOT_THERE, Verb.OTHER_PAYER, Verb.CLAIM, Verb.UNLOCK, Verb.UNLOCK_YES,
    Verb.ASK, Verb.SECOND_CREDIT, Verb.SECOND_CREDIT_YES,
}  # fmt: skip
ACCOUNT = frozenset({"6222020200008821", "工行", "人民路支行", "备注", "a@b.example"})
LAST_STEPS = tuple(f"{verb}:" for verb in (Verb.YES, Verb.CV_YES, Verb.CV_AGAIN_YES))
FEW_LINES = ("order ", "changed ", "release ", "mark paid ", "cancel ", "reasons ", "methods ", "unlock ", "queue ",
             "payer ", "payers alike ", "checklist ", "nobody said ",
             "conversion ", "convert ", "converts ", "converted ")  # fmt: skip


def _id(who: Reader) -> str:
    return f"{who.language}-{'group' if who.person is None else who.person.role.word}"


def _hostile_order(words: str) -> Order:
    payee = Payee("bank", words, words, words, words, words, words)
    return replace(
        samples.order(), counterparty_name=words, counterparty_nick=words, own_name=words, terms=words, verdict=words,
        cancel_reason=words, chosen_method=words, methods=(words or "bank",), payees=(payee,), warnings=(words,),
    )  # fmt: skip


def _hostile_cards(who: Reader, words: str) -> Iterator[tuple[str, Card]]:
    base = _hostile_order(words)
    yield from samples.order_cards(who, base)
    yield from samples.confirm_cards(who, base)
    yield from samples.payer_cards(who, base)
    yield from samples.queue_cards(who, base)
    yield from samples.staff_cards(who, words)
    yield from samples.desk_cards(who, words)
    yield from samples.notice_cards(who, words)
    yield from samples.refusal_cards(who, words)
    yield from samples.journal_cards(who, words or "release")
    yield from chat_samples.told_cards(who, samples.situation(base), words)
    yield from chat_samples.own_cards(who, samples.situation(base), words)


@cache
def _cards(who: Reader) -> list[tuple[str, Card]]:
    s = samples.situation(topic_url="https://t.me/c/1/2")
    chats = [*chat_samples.told_cards(who, s), *chat_samples.own_cards(who, s)]
    return [*samples.every_card(who), *chats, *convert_samples.every_convert_card(who)]


def _distinct(cards: Iterable[tuple[str, Card]]) -> Iterator[tuple[str, Card]]:
    """Of cards that are the same in everything the first, whose name stands for the others: nine of ten are."""
    seen: set[Card] = set()
    for name, card in cards:
        if card not in seen:
            seen.add(card)
            yield name, card


@cache
def _distinct_cards(who: Reader) -> list[tuple[str, Card]]:
    return list(_distinct(_cards(who)))


@pytest.mark.parametrize("who", READERS, ids=_id)
def test_no_tag_is_broken_and_no_text_is_too_long(who: Reader) -> None:
    for name, card in _distinct_cards(who):
        assert problem(card.text) == "", name
        assert 0 < len(card.plain) <= 4096, name


@pytest.mark.parametrize("who", READERS, ids=_id)
def test_cards_of_orders_fit_eight_lines_of_thirty_six_columns(who: Reader) -> None:
    limited: dict[tuple[Card, int], str] = {}
    for name, card in _cards(who):
        if name.startswith(FEW_LINES):
            limit = 80 if name.startswith("changed ") else 44 if name.startswith(("queue ", "converts ")) else 40
            limited[card, limit] = name
    for (card, limit), name in limited.items():
        lines = card.plain.split("\n")
        assert len(lines) <= 8, f"{name}\n{card.plain}"
        assert max(map(width, lines)) <= limit, f"{name}\n{card.plain}"


@pytest.mark.parametrize("who", READERS, ids=_id)
def test_only_what_shows_a_chat_holds_a_quote(who: Reader) -> None:
    quoting = ("chat chunk", "chat caption", "chat herald", "chat page", "payee with terms")
    for name, card in _cards(who):
        assert name.startswith(quoting) or "<blockquote" not in card.text, name
    for name, card in chat_samples.own_cards(who, samples.situation(), "<blockquote>x</blockquote>"):
        assert "<blockquote" not in card.text, name


@pytest.mark.parametrize("who", READERS, ids=_id)
def test_labels_fit_a_phone(who: Reader) -> None:
    allowed = {1: 36, 2: 16, 3: 10}
    for name, card in _distinct_cards(who):
        for row in card.rows:
            assert 1 <= len(row) <= 3, name
            for button in row:
                assert width(button.text) <= allowed[len(row)], f"{name}: {button.text}"


@pytest.mark.parametrize("who", READERS, ids=_id)
def test_every_tap_reads_back_and_no_button_is_there_twice(who: Reader) -> None:
    for name, card in _distinct_cards(who):
        for data in card.data:
            assert len(data.encode()) <= 64
            tap = Tap.parse(data)
            assert tap is not None and tap.data == data, name
    for name, card in _cards(who):
        if not name.startswith(("queue", "waiting", "found", "digest")):
            assert len(set(card.data)) == len(card.data), name


@pytest.mark.parametrize("who", READERS, ids=_id)
def test_red_is_only_the_last_step_and_stands_alone_in_the_last_row(who: Reader) -> None:
    for name, card in _distinct_cards(who):
        red = [(row, button) for row in card.rows for button in row if button.style == "danger"]
        assert len(red) <= 1, name
        for row, button in red:
            assert row is card.rows[-1] and row == (button,), name
            assert button.data.startswith(LAST_STEPS), name
            assert len(card.rows) > 1, name


@pytest.mark.parametrize("who", READERS, ids=_id)
def test_back_lies_in_the_first_row_of_every_step(who: Reader) -> None:
    for name, card in samples.confirm_cards(who):
        assert [Tap.parse(button.data).verb for button in card.rows[0]] == [Verb.BACK], name  # type: ignore[union-attr]
        assert card.rows[0][0].text.startswith("⬅"), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_in_the_group_only_opens_orders(language: str) -> None:
    who = samples.reader(language, None)
    for name, card in [*samples.order_cards(who), *samples.queue_cards(who), *samples.notice_cards(who)]:
        taps = [Tap.parse(data) for data in card.data]
        assert all(tap is not None and tap.verb not in MONEY_VERBS for tap in taps), name
        assert not any(button.copy for row in card.rows for button in row), name
        assert "张三丰" not in card.plain and "6222020200008821" not in card.plain, name


@pytest.mark.parametrize("who", READERS, ids=_id)
def test_nothing_is_ever_called_safe_and_nothing_counts_down(who: Reader) -> None:
    for name, card in _distinct_cards(who):
        shown = " ".join([card.plain, *(button.text for row in card.rows for button in row)])
        assert not re.search(r"\bsafe|安全", shown, re.IGNORECASE), name
        assert not re.search(r"\b(?:minutes?|seconds?|min) left|剩余? ?\d+ ?[分秒]|还剩", shown), name


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("role", [None, Role.OWNER], ids=["group", "owner"])
def test_hostile_names_are_shown_harmlessly_and_within_limits(words: str, role: Role | None) -> None:
    language = "zh" if role is None else "en"
    for name, card in _distinct(_hostile_cards(samples.reader(language, role), words)):
        assert problem(card.text) == "", name
        assert 0 < len(card.plain) <= 4096, name
        shown = [card.plain, card.prompt_hint, *(f"{one.text}{one.copy}" for row in card.rows for one in row)]
        for text in shown:
            assert not re.search(r"[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069\u200b-\u200f\ud800-\udfff]", text)
        for row in card.rows:
            assert all(width(button.text) <= 36 for button in row), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_amount_of_eighteen_digits_is_shown_unchanged(language: str) -> None:
    base = replace(
        samples.order(), amount=Decimal("123456789012.345678"), total=Decimal("987654321098765432.10"),
        price=Decimal("0.000000000000000001"),
    )  # fmt: skip
    coins, total = "123,456,789,012.345678 USDT", "987,654,321,098,765,432.10 CNY"
    for name, card in [*samples.order_cards(samples.reader(language, Role.LEAD), base)]:
        if name.startswith("moved"):
            continue
        assert total in card.plain or coins in card.plain, f"{name}\n{card.plain}"
        for row in card.rows:
            for button in row:
                assert button.copy in {"", "987654321098765432.10", "张三丰", "王五", base.id, *ACCOUNT}
    for name, card in samples.confirm_cards(samples.reader(language, Role.LEAD), base):
        assert (total in card.plain) or (coins in card.plain), f"{name}\n{card.plain}"
        if name.startswith("release "):
            assert total in card.plain and coins in card.plain, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_chinese_card_speaks_chinese_and_an_english_one_english(language: str) -> None:
    for name, card in samples.order_cards(samples.reader(language)):
        if name.startswith(("moved", "payee")):
            continue
        names = re.sub("张三丰|李四|王五|工行|人民路支行|李掌柜|备注", "", card.plain)
        assert bool(re.search("[\u4e00-\u9fff]", names)) is (language == "zh"), f"{name}\n{card.plain}"
