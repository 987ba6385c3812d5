"""What rings at me, and what is said of an order that nobody answers: words, widths, buttons that name their state."""

from dataclasses import replace
from itertools import product

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.domain.alerts import CHOOSABLE, DUTY_RINGS, Loudness, QuietHours, Wishes
from bot.domain.orders import Side
from bot.domain.situations import (
    BankDoubts,
    BankLook,
    BuyerMark,
    Lock,
    LockReason,
    Notice,
    OtherAnswer,
    Reader,
    Unlocked,
)
from bot.views.alerts import ESCALATION_NOTICES, alerts_card
from bot.views.buttons import Tap, Verb
from bot.views.card import Card, width
from bot.views.notices import notice_card
from bot.views.orders import order_card, order_line
from tests.views.samples import NOW, ORDER_ID, SECOND, TWINS, order, reader, situation
from tests.views.strict_html import problem
from tests.views.test_snapshots import drawn

NIGHT = QuietHours(23 * 60, 7 * 60)


def seen(language: str, *, on_duty: bool = False) -> Reader:
    who = reader(language)
    assert who.person is not None
    return Reader(language, "UTC", replace(who.person, on_duty=on_duty))


def all_as(state: Loudness, quiet: QuietHours | None = None) -> Wishes:
    return Wishes(dict.fromkeys(CHOOSABLE, state), quiet)


def told(language: str, stage: str, act_at: bool = True) -> Card:
    facts = {"order": ORDER_ID, "since": str(NOW), "until": str(NOW + 180_000)}
    facts |= {"act_at": str(NOW + 720_000)} if act_at else {}
    return notice_card(Notice(stage, facts), seen(language))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_they_look_like_this(language: str, snapshot: SnapshotAssertion) -> None:
    cards = {
        "off duty": alerts_card(Wishes(quiet=NIGHT), seen(language)),
        "on duty": alerts_card(all_as(Loudness.OFF), seen(language, on_duty=True)),
    } | {stage: told(language, stage) for stage in ESCALATION_NOTICES}
    assert "\n\n".join(f"=== {name}\n{drawn(card)}" for name, card in cards.items()) == snapshot


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_card_fits_a_phone(language: str) -> None:
    cards = [
        alerts_card(all_as(state, quiet), seen(language, on_duty=on_duty))
        for state, quiet, on_duty in product(Loudness, (None, NIGHT), (True, False))
    ] + [told(language, stage, act_at) for stage in ESCALATION_NOTICES for act_at in (True, False)]
    for card in cards:
        lines = card.plain.split("\n")
        assert len(lines) <= 8 and max(map(width, lines)) <= 36 and problem(card.text) == "", card.plain
        assert "–\n" not in card.plain and not card.plain.endswith(" –"), card.plain
        for row in card.rows:
            assert all(width(button.text) <= 16 for button in row) or len(row) == 1


@pytest.mark.parametrize(("state", "on_duty"), list(product(Loudness, (True, False))))
def test_each_kind_has_a_button_for_each_state_it_is_not_in(state: Loudness, on_duty: bool) -> None:
    card = alerts_card(all_as(state), seen("en", on_duty=on_duty))
    taps = [Tap.parse(data) for data in card.data]
    offered = {tap.args for tap in taps if tap is not None and tap.verb is Verb.ALERT}
    free = [kind for kind in CHOOSABLE if not (on_duty and kind in DUTY_RINGS)]
    assert offered == {(kind.value, other.value) for kind in free for other in Loudness if other is not state}
    labels = [button.text for row in card.rows for button in row]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_card_and_the_queue_say_from_when_the_venue_may_act(language: str) -> None:
    early = situation(order(paid_at=SECOND - 60, appeal_from=SECOND + 300))
    later = situation(order(paid_at=SECOND - 60, appeal_from=0))
    unknown = situation(order(paid_at=0, appeal_from=SECOND + 300))
    who = reader(language)
    assert f'unix="{SECOND + 300}"' in order_card(early, who).text
    assert f'unix="{SECOND + 300}"' in order_line(early, who)
    assert f'unix="{SECOND - 60 + 1200}"' in order_card(later, who).text
    assert f'unix="{SECOND - 60 + 1200}"' in order_line(later, who)
    assert f'unix="{SECOND + 300}"' not in order_card(unknown, who).text
    bought = situation(order(Side.BUY, "paid", paid_at=SECOND - 60, appeal_from=SECOND + 900))
    assert f'unix="{SECOND + 900}"' in order_line(bought, who), "there it is our own right to appeal"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_time_there_is_stays_on_the_card_whatever_else_it_has_to_say(language: str) -> None:
    mark = BuyerMark(LockReason.OTHER_PAYER, "2089000000000000333", NOW)
    answered = OtherAnswer("operator 5", NOW, "2089000000000000422", "李四")
    doubts = BankDoubts(mark=mark, answered=answered, unlocked=Unlocked("lead 1", NOW, "his wife"))
    full = order(paid_at=SECOND - 60, appeal_from=0, warnings=("risk user",))
    for of in (full, replace(full, in_appeal=True, can_release_in_appeal=True, verdict="Prove it")):
        said = situation(
            of, twins=TWINS, doubts=doubts, claimed_by=5, claimed_name="operator 5", last_look=BankLook("op", NOW)
        )
        for who in (reader(language), reader(language, None)):
            card = order_card(said, who)
            assert f'unix="{SECOND - 60 + 1200}"' in card.text, card.plain
            assert len(card.plain.split("\n")) <= 8, card.plain
            for known in ("7,200.00", "张", "0422", "0333"):
                assert known in card.plain, card.plain


@pytest.mark.parametrize("language", ["en", "zh"])
def test_in_an_appeal_the_card_says_from_when_the_venue_may_act(language: str) -> None:
    for of in (order(in_appeal=True), order(in_appeal=True, can_release_in_appeal=True), order(status="locked")):
        assert f'unix="{SECOND + 1200}"' in order_card(situation(of), reader(language)).text


@pytest.mark.parametrize(("language", "words"), [("en", "14:22 at the latest"), ("zh", "最迟 14:22")])
def test_without_a_moment_of_the_payment_the_latest_one_is_told_as_such(language: str, words: str) -> None:
    for of in (order(paid_at=0), order(paid_at=0, in_appeal=True)):
        assert words in order_card(situation(of, forced_by=SECOND + 1200), reader(language)).plain
        assert words not in order_card(situation(of), reader(language)).plain
    lock = Lock(LockReason.OTHER_PAYER, 5, "operator 5", NOW)
    assert words in order_card(situation(order(paid_at=0), forced_by=SECOND + 1200, lock=lock), reader(language)).plain
    facts = {"order": ORDER_ID, "since": str(NOW), "latest_at": str(NOW + 1_200_000)}
    for stage in ("claimer", "alone", "owners", "duty", "leads", "answer", "mark"):
        told = notice_card(Notice(f"escalated_{stage}", facts), reader(language)).plain
        assert words.replace("14:22", "14:22:02") in told and max(map(width, told.split("\n"))) <= 36, told


@pytest.mark.parametrize(("language", "words"), [("en", "not marked"), ("zh", "无法标记")])
def test_a_buyer_without_an_id_whom_nobody_can_mark_is_said_to_be_one(language: str, words: str) -> None:
    lock = Lock(LockReason.OTHER_PAYER, 5, "operator 5", NOW)
    for of, is_said in ((order(counterparty_id=""), True), (order(), False)):
        card = order_card(situation(of, lock=lock), reader(language))
        assert (words in card.plain) is is_said and max(map(width, card.plain.split("\n"))) <= 36
