"""Questions about the payer and what they leave on cards, in both languages."""

from dataclasses import replace

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.domain.errors import NotAllowed
from bot.domain.intents import Action, State
from bot.domain.seals import Choice
from bot.domain.situations import (
    BankDoubts,
    BankLook,
    BuyerMark,
    Lock,
    LockReason,
    Notice,
    OtherAnswer,
    Reader,
    Situation,
    Twin,
    Unlocked,
)
from bot.domain.staff import Role
from bot.views import confirms, twins
from bot.views.bank_refusals import PAYER_REASONS
from bot.views.buttons import Tap, Verb
from bot.views.card import Card
from bot.views.notices import notice_card
from bot.views.orders import order_card
from bot.views.refusals import refusal, refusal_card
from bot.views.second_credit import second_credit_confirm, second_credit_prompt
from tests.views import samples
from tests.views.test_snapshots import drawn

PAYERS = (samples.TWINS[0], Twin(samples.ORDER_ID, "张三丰"), samples.TWINS[1])
USED = {"order": samples.ORDER_ID, "action": "release", "other": "0422", "given": "14:02"}
BY_AN_END = NotAllowed("credit_unnamed", USED)
LOOK = BankLook("operator 5", samples.NOW)
ENDED = ("2089000000000000411", "2089000000000000412")
MARK = BuyerMark(LockReason.OTHER_PAYER, "2089000000000000333", samples.NOW - 86_400_000)


def cards(who: Reader) -> dict[str, Card]:
    paid = samples.situation(twins=samples.TWINS)
    late = (refusal(NotAllowed("which_payer", {"count": "3"}), who),)
    named = samples.seal(choice=Choice(reference="448821"))
    timed = samples.seal(choice=Choice(reference="14:02:31"))
    done = samples.intent(State.DONE)
    by_credit = replace(done, arguments={"reference": "448821"})
    return {
        "which payer": twins.payer_question(paid, "id000001", PAYERS, who),
        "which payer, once more": twins.payer_question(paid, "id000001", PAYERS, who, late),
        "which credit": twins.reference_prompt(paid, 2, who),
        "which credit, alone": twins.reference_prompt(paid, 1, who),
        "which credit, others ended": twins.reference_prompt(replace(paid, ended_alike=ENDED[:1]), 1, who),
        "others ended": order_card(replace(paid, ended_alike=ENDED), who),
        "used, to a lead, by an end": refusal_card(BY_AN_END, who),
        "used, to an operator, by an end": refusal_card(BY_AN_END, samples.reader(who.language)),
        "release by digits": confirms.release_confirm(paid, named, who),
        "release by time": confirms.release_confirm(doubted(unlocked=reason()), timed, who),
        "done by a credit": order_card(samples.situation(samples.order(status="finished"), intent=by_credit), who),
        "not there yet": order_card(doubted(), who),
        "asked again": order_card(doubted(snoozed_until=samples.NOW + 180_000), who),
        "another answer": order_card(doubted(answered=other("2089000000000000422", "李四")), who),
        "none of them": order_card(doubted(answered=other("", "")), who),
        "unlocked": order_card(doubted(unlocked=reason()), who),
        "marked": order_card(doubted(mark=MARK), who),
        "marked by a name": order_card(doubted(mark=replace(MARK, reason=LockReason.NAME_DIFFERS)), who),
        "stopped": order_card(stopped(), who),
        "what to do": twins.checklist(stopped(), who),
        "who paid": twins.payer_prompt(paid, who),
        "nobody said": twins.payer_skipped(paid, who),
        "why unlock": twins.unlock_prompt(stopped(), who),
        "unlock": confirms.unlock_confirm(stopped(), "id000001", "his wife paid", who),
        "why one more credit": second_credit_prompt(paid, who),
        "one more credit": second_credit_confirm(
            paid, "id000001", ["2089000000000000422", "2089000000000000411"], "two of 14:02 in the bank", who
        ),
        "said that there is one more": order_card(doubted(second_credit=reason()), who),
        "release of one more": confirms.release_confirm(doubted(second_credit=reason()), timed, who),
        "used, to a lead": refusal_card(NotAllowed("reference_used", USED), who),
        "used, to an operator": refusal_card(NotAllowed("reference_used", USED), samples.reader(who.language)),
        "one credit twice": notice_card(Notice("credit_twice", {"order": samples.ORDER_ID, "given": "448821"}), who),
    }


def doubted(**doubts: object) -> Situation:
    return samples.situation(last_look=LOOK, doubts=BankDoubts(**doubts))  # type: ignore[arg-type]


def stopped() -> Situation:
    lock = Lock(LockReason.OTHER_PAYER, 5, "operator 5", samples.NOW)
    return samples.situation(lock=lock, doubts=BankDoubts(payer="王五", mark=MARK))


def other(order_id: str, name: str) -> OtherAnswer:
    return OtherAnswer("operator 5", samples.NOW, order_id, name)


def reason() -> Unlocked:
    return Unlocked("lead 1", samples.NOW, "his wife paid, we know her")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_questions_about_the_payer_look_like_this(language: str, snapshot: SnapshotAssertion) -> None:
    of_lead = cards(samples.reader(language, Role.LEAD))
    assert "\n\n".join(f"=== {name}\n{drawn(card)}" for name, card in of_lead.items()) == snapshot


@pytest.mark.parametrize("language", ["en", "zh"])
def test_refusals_about_the_payer_read_like_this(language: str, snapshot: SnapshotAssertion) -> None:
    facts = {
        "count": "3", "order": samples.ORDER_ID, "other": "0422", "given": "8821", "until": str(samples.NOW),
        "most": "200",
    }  # fmt: skip
    who = samples.reader(language)
    told = {name: Card(refusal(NotAllowed(name, facts), who)).plain for name in PAYER_REASONS}
    assert "\n".join(f"{name}: {words}" for name, words in told.items()) == snapshot


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_group_reads_no_full_name_and_nobodys_reason(language: str) -> None:
    group = samples.reader(language, None)
    for situation in (
        stopped(), doubted(unlocked=reason()), doubted(second_credit=reason()),
        doubted(answered=other("2089000000000000422", "李四明")),
    ):  # fmt: skip
        shown = order_card(situation, group).plain
        assert "王五" not in shown and "李四明" not in shown and "his wife" not in shown


def test_the_buttons_of_names_say_nothing_of_whose_order_they_are() -> None:
    card = twins.payer_question(samples.situation(), "id000001", PAYERS, samples.reader())
    taps = [Tap.parse(data) for data in card.data]
    names = [tap.args for tap in taps if tap is not None and tap.verb is Verb.TWIN_PAYER]
    assert names == [("id000001", "0"), ("id000001", "1"), ("id000001", "2"), ("id000001", "none")]


def test_names_that_are_cut_to_the_same_label_are_told_apart_by_their_orders() -> None:
    long = "Maximiliane Alexandra Konstantinopolsky "
    payers = tuple(Twin(f"20890000000000004{at}", long + end) for at, end in ((17, "A"), (22, "B")))
    card = twins.payer_question(samples.situation(), "id000001", payers, samples.reader())
    assert [row[0].text[-4:] for row in card.rows[:2]] == ["0417", "0422"]


def test_a_snooze_is_offered_only_after_somebody_looked_and_only_to_those_who_may() -> None:
    def verbs(situation: Situation, role: Role) -> set[Verb]:
        taps = [Tap.parse(data) for data in order_card(situation, samples.reader(role=role)).data]
        return {tap.verb for tap in taps if tap is not None}

    assert Verb.SNOOZE not in verbs(samples.situation(), Role.OPERATOR)
    assert Verb.SNOOZE in verbs(doubted(), Role.AGENT)
    assert Verb.SNOOZE not in verbs(doubted(snoozed_until=samples.NOW), Role.OPERATOR)
    assert not {Verb.SNOOZE, Verb.OFFER} & verbs(doubted(), Role.VIEWER)


def test_only_a_release_asks_about_twins() -> None:
    paid = samples.situation(samples.order(status="paid"), twins=samples.TWINS)
    assert "0422" not in confirms.cancel_confirm(paid, samples.seal(Action.CANCEL), samples.reader()).plain
