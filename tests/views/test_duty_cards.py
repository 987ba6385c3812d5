"""Duty's cards in both languages: what they say, how long they are, and what stands on them."""

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.domain.duty import BellState, OfferState
from bot.domain.errors import NotAllowed
from bot.domain.orders import Side
from bot.domain.situations import Notice, Reader
from bot.domain.staff import Role
from bot.views.buttons import Tap, Verb
from bot.views.card import width
from bot.views.duty import bell_card, duty_card, leaving_card
from bot.views.duty_words import DUTY_NOTICES, DUTY_REASONS
from bot.views.handover import handover_card
from bot.views.notices import notice_card
from bot.views.orders import order_card
from bot.views.refusals import refusal
from tests.views import duty_samples, samples
from tests.views.strict_html import problem
from tests.views.test_every_card import HOSTILE, READERS, _id
from tests.views.test_snapshots import drawn

LANGUAGES = ("en", "zh")
SHORT = {BellState.MISSED, BellState.HEARD, BellState.DROPPED}


@pytest.mark.parametrize("language", LANGUAGES)
def test_dutys_cards_look_like_this(language: str, snapshot: SnapshotAssertion) -> None:
    cards = dict(duty_samples.duty_cards(samples.reader(language)))
    shown = {name: card for name, card in cards.items() if not name.startswith("noted")}
    assert "\n\n".join(f"=== {name}\n{drawn(card)}" for name, card in shown.items()) == snapshot


@pytest.mark.parametrize("who", READERS, ids=_id)
def test_every_card_is_short_sound_and_has_labels_that_fit(who: Reader) -> None:
    allowed = {1: 36, 2: 16, 3: 10}
    for name, card in duty_samples.duty_cards(who):
        assert problem(card.text) == "", name
        assert len(card.plain.split("\n")) <= 8, f"{name}\n{card.plain}"
        if not name.startswith(("noted", "bell missed", "handover giver", "handover taker", "handover notes")):
            assert max(map(width, card.plain.split("\n"))) <= 44, f"{name}\n{card.plain}"
        for row in card.rows:
            for button in row:
                assert width(button.text) <= allowed[len(row)], f"{name}: {button.text}"


@pytest.mark.parametrize("words", HOSTILE)
def test_names_cannot_break_a_card(words: str) -> None:
    for who in READERS:
        for name, card in duty_samples.duty_cards(who, words):
            assert problem(card.text) == "" and 0 < len(card.plain) <= 4096, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_bell_that_is_over_is_short_and_only_a_missed_one_offers_another(language: str) -> None:
    for state in BellState:
        card = bell_card(duty_samples.bell(state), samples.reader(language))
        if state in SHORT:
            assert card.plain.count("\n") == (state is BellState.MISSED)
        assert [Tap.parse(data).verb for data in card.data if Tap.parse(data)] == {  # type: ignore[union-attr]
            BellState.WAITING: [Verb.DUTY_HEARD], BellState.MISSED: [Verb.DUTY],
        }.get(state, [])  # fmt: skip


def test_a_missed_bell_says_that_nobody_is_on_duty_by_it_and_where_to_look() -> None:
    english = bell_card(duty_samples.bell(BellState.MISSED), samples.reader("en")).plain
    assert "you are NOT on duty" in english and "the phone's notifications" in english
    assert "还没有上班" in bell_card(duty_samples.bell(BellState.MISSED), samples.reader("zh")).plain


def test_only_the_taker_may_accept_and_only_the_giver_may_take_back() -> None:
    verbs = {}
    for person in (duty_samples.GIVER, duty_samples.TAKER):
        who = Reader("en", "UTC", samples.person(id=person))
        verbs[person] = {Tap.parse(data).verb for data in handover_card(duty_samples.offer(), who).data}  # type: ignore[union-attr]
    assert verbs == {
        duty_samples.GIVER: {Verb.HANDOVER_BACK}, duty_samples.TAKER: {Verb.HANDOVER_YES, Verb.HANDOVER_NO},
    }  # fmt: skip


@pytest.mark.parametrize("state", [state for state in OfferState if state not in ("draft", "waiting")])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_handover_that_is_over_is_short_and_without_buttons(language: str, state: OfferState) -> None:
    for person in (duty_samples.GIVER, duty_samples.TAKER):
        who = Reader(language, "UTC", samples.person(id=person))
        card = handover_card(duty_samples.offer(state, "notes"), who)
        assert card.plain.count("\n") <= 1 and card.rows == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_notes_of_five_hundred_characters_reach_the_other_one(language: str) -> None:
    note = "收" * 500 if language == "zh" else "n" * 500
    who = Reader(language, "UTC", samples.person(id=duty_samples.TAKER))
    assert note in handover_card(duty_samples.offer(note=note), who).plain


def test_a_viewer_sees_who_is_on_duty_and_no_button_to_change_it() -> None:
    viewer = samples.reader("en", Role.VIEWER)
    card = duty_card(duty_samples.watchman(person=samples.person(Role.VIEWER)), viewer)
    assert card.data == () and "owners are rung" in card.plain


def test_the_last_one_is_offered_to_stay_to_hand_over_and_to_go_anyway() -> None:
    card = leaving_card(duty_samples.watchman(money=duty_samples.money()), samples.reader("en"))
    assert card.data == ("d:show", "d:over", "dx")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_claim_button_stands_there_with_two_on_duty_and_only_while_nobody_is_on_it(language: str) -> None:
    who = samples.reader(language)
    for side, status in ((Side.SELL, "paid"), (Side.BUY, "unpay")):
        order = samples.order(side, status)
        claim = f"dc:{order.id}"
        assert claim not in order_card(samples.situation(order, on_duty=1), who).data
        assert claim in order_card(samples.situation(order, on_duty=2), who).data
        for claimer in (samples.person().id, 5):
            taken = samples.situation(order, on_duty=2, claimed_by=claimer, claimed_name="x")
            assert claim not in order_card(taken, who).data
        assert claim not in order_card(samples.situation(order, on_duty=2), samples.reader(language, Role.VIEWER)).data
        assert claim not in order_card(samples.situation(order, on_duty=2), samples.reader(language, None)).data


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_and_notice_has_a_sentence_in_the_readers_language(language: str) -> None:
    who = samples.reader(language)
    facts = {"who": "王五", "order": samples.ORDER_ID, "given": "501", "most": "500", "orders": "2"}
    said: list[str] = [refusal(NotAllowed(reason, facts), who) for reason in DUTY_REASONS]
    said += [notice_card(Notice(kind, facts), who).text for kind in DUTY_NOTICES]
    for text in said:
        assert "–" not in text
        assert any("\u4e00" <= char <= "\u9fff" for char in text.replace("王五", "")) is (language == "zh"), text
