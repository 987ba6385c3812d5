"""Cards about two people: who sees which button, what fits, and how they look in both languages."""

from dataclasses import replace

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.domain.errors import NotAllowed
from bot.domain.intents import Action
from bot.domain.situations import Notice, Queue, Reader
from bot.domain.staff import Role
from bot.domain.two_people import SAID_NO, Way, Why
from bot.texts import texts_for
from bot.views import confirms, second_words, two_people
from bot.views.buttons import Tap, Verb
from bot.views.card import Card, width
from bot.views.notices import notice_card
from bot.views.orders import order_card
from bot.views.queue import queue_card
from bot.views.refusals import refusal_card
from tests.views import samples
from tests.views.second_samples import FIRST, second_cards, waiting
from tests.views.test_snapshots import drawn


def reader(language: str = "en", role: Role | None = Role.LEAD, id: int = 7251000002) -> Reader:
    made = samples.reader(language, role)
    return made if made.person is None else replace(made, person=replace(made.person, id=id))


def verbs(card: Card) -> list[Verb]:
    taps = [Tap.parse(button.data) for row in card.rows for button in row if button.data]
    return [tap.verb for tap in taps if tap is not None]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("role", [Role.OPERATOR, Role.LEAD, Role.VIEWER, None])
def test_every_card_fits_a_phone(language: str, role: Role | None) -> None:
    allowed = {1: 36, 2: 16, 3: 10}
    for name, card in second_cards(reader(language, role)):
        lines = card.plain.splitlines()
        assert len(lines) <= 8, f"{name}\n{card.plain}"
        most = 38 if name.endswith("unknown") else 36  # the clock of an unknown outcome carries its seconds
        assert max(map(width, lines)) <= most, f"{name}\n{card.plain}"
        for row in card.rows:
            for button in row:
                assert width(button.text) <= allowed[len(row)], f"{name}: {button.text}"


def test_only_the_first_takes_back_and_everybody_else_with_the_right_checks_or_says_no() -> None:
    s = waiting()
    assert verbs(order_card(s, reader(id=FIRST)))[0] is Verb.TAKE_BACK
    for role in (Role.OPERATOR, Role.LEAD, Role.OWNER):
        assert verbs(order_card(s, reader(role=role)))[:2] == [Verb.SECOND, Verb.SECOND_NO]
    for role in (Role.AGENT, Role.VIEWER):
        assert not {Verb.SECOND, Verb.SECOND_NO, Verb.TAKE_BACK} & set(verbs(order_card(s, reader(role=role))))
    assert verbs(order_card(s, reader(role=None))) == [Verb.OPEN]
    for role in Role:
        assert not {Verb.RELEASE, Verb.YES, Verb.CLAIM} & set(verbs(order_card(s, reader(role=role))))


def test_whoever_may_claim_may_stop_what_is_armed() -> None:
    s = waiting(is_armed=True)
    for role in (Role.AGENT, Role.OPERATOR, Role.OWNER):
        assert verbs(order_card(s, reader(role=role)))[0] is Verb.STOP_ARMED
    assert Verb.STOP_ARMED not in verbs(order_card(s, reader(role=Role.VIEWER)))


@pytest.mark.parametrize("is_armed", [False, True])
def test_a_sale_that_waits_for_a_yes_or_its_moment_says_when_gate_may_act(is_armed: bool) -> None:
    for language in ("en", "zh"):
        who = reader(language)
        assert texts_for(language)("Paid {paid} · Gate may act {act}", paid="14:02", act="14:22") in (
            order_card(waiting(is_armed=is_armed), who).plain
        )
    assert "Gate may act" not in order_card(waiting(Action.MARK_PAID, is_armed=is_armed), reader()).plain


def test_a_first_confirm_never_says_that_it_releases() -> None:
    s = replace(waiting(), approval=None)
    for language in ("en", "zh"):
        plain = confirms.release_confirm(s, samples.seal(), reader(language)).rows[-1][0].text
        for way in (Way.SECOND, Way.DELAY):
            card = confirms.release_confirm(replace(s, way=way), samples.seal(), reader(language))
            assert card.rows[-1][0].text != plain
            assert card.rows[-1][0].style == "danger"


def test_every_end_and_every_no_has_its_words_in_both_languages() -> None:
    for why in Why:
        assert why.value in second_words.WHY
    zh = texts_for("zh")
    for because in SAID_NO:
        for answers in two_people.NO_BECAUSE.values():
            assert zh(answers[because]) != answers[because]
    for words in (*second_words.WHY.values(), *second_words.SECOND_REASONS.values()):
        assert zh.template(words) != words, words


@pytest.mark.parametrize("language", ["en", "zh"])
def test_they_look_like_this(language: str, snapshot: SnapshotAssertion) -> None:
    lead, first = reader(language), reader(language, id=FIRST)
    wanted = waiting()
    bare = replace(wanted, approval=None, way=Way.SECOND)
    facts = {"order": samples.ORDER_ID, "action": "release", "first": "王五", "who": "operator 5", "why": "refused"}
    facts |= {"because": "not_there"}
    armed = waiting(is_armed=True)
    cards = {
        "first confirm": confirms.release_confirm(bare, samples.seal(), first),
        "first confirm, alone": confirms.release_confirm(replace(bare, way=Way.DELAY), samples.seal(), first),
        "waiting, for the second": order_card(wanted, lead),
        "waiting, for the first": order_card(wanted, first),
        "waiting, in the group": order_card(wanted, reader(language, None)),
        "second confirm": two_people.second_confirm(wanted, samples.seal(), lead),
        "why not": two_people.why_not(wanted, lead),
        "paid": order_card(waiting(Action.MARK_PAID), lead),
        "armed": order_card(armed, first),
        "queue": queue_card(Queue((wanted, armed), (), ("operator 2",), samples.NOW), lead),
        "ended": notice_card(Notice("approval_ended", facts), lead),
        "armed ended": notice_card(Notice("armed_ended", facts | {"why": "not_now", "because": "desk_frozen"}), lead),
        **{
            f"refusal {reason}": refusal_card(
                NotAllowed(reason, facts | {"limit": "500", "used": "0", "amount": "1000"}), lead
            )
            for reason in second_words.SECOND_REASONS
        },
    }
    assert "\n\n".join(f"=== {name}\n{drawn(card)}" for name, card in cards.items()) == snapshot
