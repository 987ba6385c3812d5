"""A confirmed form is sent once; a lost answer is looked up and never sent again; a review is told once per change."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.bank_fields import Draft, Step
from bot.domain.errors import NotAllowed, Refused, Unreachable
from bot.domain.off_ramps import Review
from bot.flows import bank_add, bank_form, freeze
from storage.errors import StoreError
from tests.flows.bank_bench import IBAN, Counter, open_counter
from tests.flows.bench import LEAD, OWNER, notices
from tests.flows.convert_bench import no
from tests.support.fake_otc import LOST

REFUSAL = Refused("gate_pay", "add_bank", code="550400", detail=f"iban {IBAN} not supported", status=200)


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with open_counter(tmp_path) as opened:
        yield opened


async def lose(counter: Counter, *, acts: bool) -> Draft:
    """A form whose answer was lost."""
    counter.otc.acts = acts
    counter.otc.errors["add_bank"] = [LOST]
    return await counter.send(await counter.fill())


async def test_a_confirmed_form_is_sent_once_with_its_statement_and_forgotten(counter: Counter) -> None:
    draft = await counter.send(await counter.fill())
    (form,) = counter.otc.forms
    assert (form.holder, form.iban, form.statement_name) == ("ACME LTD", IBAN, "statement.jpg")
    assert form.statement.endswith(b"statement.jpg")
    stored = await counter.stored(draft.id)
    assert (stored.outcome, stored.answers, stored.statement) == ("added", {}, "") and await counter.kept() == set()
    assert notices(await counter.bench.outbox(), "bank_added") == [OWNER]
    assert await counter.outcomes() == ["begun", "sent", "added"]


async def test_that_more_material_is_wanted_is_said(counter: Counter) -> None:
    counter.otc.wants_more = True
    await counter.send(await counter.fill())
    assert len(await counter.notices("bank_added_wants")) == 1


async def test_the_form_is_marked_sent_before_anything_leaves(counter: Counter) -> None:
    draft = await counter.fill()
    seen: list[int | None] = []

    async def look() -> None:
        seen.append((await counter.stored(draft.id)).sent_at)

    counter.otc.during["add_bank"] = look
    await counter.send(draft)
    assert seen == [counter.bench.now]


async def test_many_taps_send_one_request(counter: Counter) -> None:
    seal = await counter.confirm(await counter.fill())
    taps = (bank_add.send(counter.desk, OWNER, seal.id, counter.bench.now) for _ in range(5))
    ended = await asyncio.gather(*taps, return_exceptions=True)
    await counter.desk.drain(5)
    assert len(counter.otc.forms) == 1
    assert sum(isinstance(one, NotAllowed) for one in ended) == 4


async def test_a_quick_thumb_and_a_late_one_send_nothing(counter: Counter) -> None:
    draft = await counter.fill()
    quick = await counter.confirm(draft, read_for=1.1)
    assert (await no(bank_add.send(counter.desk, OWNER, quick.id, counter.bench.now))).reason == "too_quick"
    late = await counter.confirm(draft, read_for=counter.desk.policy.approval_seconds)
    assert (await no(bank_add.send(counter.desk, OWNER, late.id, counter.bench.now))).reason == "seal_expired"
    assert counter.otc.forms == []


async def test_only_the_owner_who_filled_it_in_sends_it(counter: Counter) -> None:
    seal = await counter.confirm(await counter.fill())
    assert (await no(bank_add.send(counter.desk, LEAD, seal.id, counter.bench.now))).reason == "role_too_low"
    other = replace(counter.desk.people[OWNER], id=99)
    counter.desk.people[99] = other
    assert (await no(bank_add.send(counter.desk, 99, seal.id, counter.bench.now))).reason == "not_your_step"
    assert counter.otc.forms == []


async def test_an_owner_who_lost_the_role_meanwhile_sends_nothing(counter: Counter) -> None:
    seal = await counter.confirm(await counter.fill())

    async def demote() -> None:
        counter.desk.people[OWNER] = replace(counter.desk.people[OWNER], role=counter.desk.people[LEAD].role)

    counter.otc.during["banks"] = demote
    assert (await no(bank_add.send(counter.desk, OWNER, seal.id, counter.bench.now))).reason == "role_too_low"
    assert counter.otc.forms == []


async def test_a_form_that_was_changed_after_its_confirm_is_not_sent(counter: Counter) -> None:
    draft = await counter.fill()
    seal = await counter.confirm(draft)
    draft = await bank_form.back(counter.desk, OWNER, draft.id)
    await counter.answer(draft, "other.jpg")
    assert (await no(bank_add.send(counter.desk, OWNER, seal.id, counter.bench.now))).reason == "seal_used"
    assert counter.otc.forms == []


async def test_answers_other_than_the_sealed_ones_are_not_sent(counter: Counter) -> None:
    draft = await counter.fill()
    seal = await counter.confirm(draft)
    async with counter.bench.store.write() as tables:
        await tables.bank_forms.move(
            draft.id, frm=Step.CONFIRM, to=Step.CONFIRM, answers={**draft.answers, "account": "99999999"},
            statement=draft.statement, at=counter.bench.now,
        )  # fmt: skip
    assert (await no(bank_add.send(counter.desk, OWNER, seal.id, counter.bench.now))).reason == "bank_form_moved"
    assert counter.otc.forms == []


async def test_a_frozen_desk_adds_nothing(counter: Counter) -> None:
    seal = await counter.confirm(await counter.fill())
    await freeze.freeze_desk(counter.desk, OWNER)
    assert (await no(bank_add.send(counter.desk, OWNER, seal.id, counter.bench.now))).reason == "desk_frozen"
    assert counter.otc.forms == []


async def test_a_venue_that_cannot_be_read_first_gets_nothing(counter: Counter) -> None:
    seal = await counter.confirm(await counter.fill())
    counter.otc.errors["banks"] = [Unreachable("gate_pay", "banks", "down")]
    with pytest.raises(Unreachable):
        await bank_add.send(counter.desk, OWNER, seal.id, counter.bench.now)
    assert counter.otc.forms == []
    await bank_add.send(counter.desk, OWNER, seal.id, counter.bench.now)
    await counter.desk.drain(5)
    assert len(counter.otc.forms) == 1


async def test_a_refusal_is_told_in_gates_words_and_the_form_may_be_mended(counter: Counter) -> None:
    counter.otc.acts, counter.otc.errors["add_bank"] = False, [REFUSAL]
    draft = await counter.send(await counter.fill())
    (told,) = await counter.notices("bank_refused")
    assert told.facts["why"].startswith("550400: iban ··3000") and IBAN not in str(told.facts)
    assert IBAN not in str(await counter.bench.journal())
    again = await bank_form.go_on(counter.desk, OWNER, draft.id)
    assert again.step is Step.CONFIRM and again.statement
    counter.otc.acts = True
    await counter.send(again)
    assert len(counter.otc.forms) == 2 and (await counter.stored(draft.id)).outcome == "added"


async def test_a_request_that_never_left_may_be_sent_again_by_a_person(counter: Counter) -> None:
    counter.otc.acts, counter.otc.errors["add_bank"] = False, [Unreachable("gate_pay", "add_bank", "no route")]
    draft = await counter.send(await counter.fill())
    assert (await bank_form.go_on(counter.desk, OWNER, draft.id)).step is Step.CONFIRM
    await counter.look(600)
    assert len(counter.otc.forms) == 1


async def test_what_never_left_is_not_called_gates_refusal(counter: Counter) -> None:
    counter.otc.acts, counter.otc.errors["add_bank"] = False, [Unreachable("gate_pay", "add_bank", "no route")]
    await counter.send(await counter.fill())
    (told,) = await counter.notices("bank_never_left")
    assert "why" not in told.facts and await counter.notices("bank_refused") == []
    assert await counter.outcomes() == ["begun", "sent", "never_left"]


async def test_a_lost_answer_is_found_in_the_list(counter: Counter) -> None:
    draft = await lose(counter, acts=True)
    assert (await counter.stored(draft.id)).is_unknown and len(await counter.notices("bank_unknown")) == 1
    await counter.look(3)
    assert (await counter.stored(draft.id)).outcome == "added" and len(await counter.notices("bank_added")) == 1
    assert len(counter.otc.forms) == 1 and await counter.kept() == set()


@pytest.mark.parametrize(("holder", "bank"), [("A*** LTD", "Commerzbank"), ("AC•••••", "Comm…"), ("***", "***")])
async def test_a_lost_answer_is_found_in_a_list_that_masks_names(counter: Counter, holder: str, bank: str) -> None:
    draft = await lose(counter, acts=True)
    counter.otc.listed[-1] = replace(counter.otc.listed[-1], holder=holder, bank=bank)
    for _ in range(4):
        await counter.look(62)
    assert (await counter.stored(draft.id)).outcome == "added" and len(counter.otc.forms) == 1
    assert await counter.notices("bank_not_added") == []


async def test_a_lost_answer_that_no_look_finds_is_nothing_added(counter: Counter) -> None:
    draft = await lose(counter, acts=False)
    for seconds in (3, 20):
        await counter.look(seconds)
    assert await counter.notices("bank_not_added") == []
    for seconds in (30, 30):
        await counter.look(seconds)
    assert len(await counter.notices("bank_not_added")) == 1
    again = await bank_form.go_on(counter.desk, OWNER, draft.id)
    assert again.step is Step.CONFIRM and len(counter.otc.forms) == 1
    await counter.look(600)
    assert len(counter.otc.forms) == 1


async def test_an_older_account_like_it_is_not_taken_for_the_new_one(counter: Counter) -> None:
    await counter.send(await counter.fill())
    draft = await lose(counter, acts=False)
    await counter.look(3)
    stored = await counter.stored(draft.id)
    assert (stored.ended_at, stored.looks) == (None, 1)


async def test_looks_that_cannot_read_everything_prove_nothing(counter: Counter) -> None:
    draft = await lose(counter, acts=False)
    counter.otc.unreadable = 1
    for _ in range(6):
        await counter.look(60)
    assert (await counter.stored(draft.id)).looks == 0
    counter.otc.unreadable, counter.otc.errors["banks"] = 0, [Unreachable("gate_pay", "banks", "down")]
    await counter.look(60)
    assert (await counter.stored(draft.id)).looks == 0


async def test_a_form_whose_request_a_restart_cut_off_is_looked_up(counter: Counter) -> None:
    draft = await counter.fill()
    async with counter.bench.store.write() as tables:
        await tables.bank_forms.send(draft.id, {"501"}, counter.bench.now)
    await counter.look(5)
    assert counter.otc.count("banks") == 0
    assert await bank_add.adopt(counter.desk) == 1 and await bank_add.adopt(counter.desk) == 0
    assert len(await counter.notices("bank_unknown")) == 1
    for _ in range(5):
        await counter.look(30)
    assert len(await counter.notices("bank_not_added")) == 1 and counter.otc.forms == []


async def test_an_outcome_that_cannot_be_stored_is_kept_until_it_can(counter: Counter) -> None:
    draft = await counter.fill()
    seal = await counter.confirm(draft)

    async def break_memory() -> None:
        counter.bench.broken.add("before:commit")

    counter.otc.during["add_bank"] = break_memory
    await bank_add.send(counter.desk, OWNER, seal.id, counter.bench.now)
    await asyncio.sleep(0.05)
    assert counter.desk.is_halted
    counter.bench.broken.clear()
    await counter.desk.drain(5)
    assert (await counter.stored(draft.id)).outcome == "added"


async def test_nothing_is_begun_while_a_form_is_without_an_outcome(counter: Counter) -> None:
    draft = await lose(counter, acts=False)
    assert (await no(bank_form.begin(counter.desk, OWNER))).reason == "bank_form_sent"
    assert (await no(bank_form.drop(counter.desk, OWNER, draft.id))).reason == "bank_form_sent"


async def test_a_form_without_an_outcome_is_not_ended_by_age(counter: Counter) -> None:
    draft = await lose(counter, acts=False)
    counter.otc.unreadable = 1
    await counter.look(90_000)
    assert (await counter.stored(draft.id)).ended_at is None


async def watched(counter: Counter) -> str:
    """An account that was added here; its id."""
    await counter.send(await counter.fill())
    await counter.look(1)
    return counter.otc.listed[-1].id


async def test_owners_hear_of_each_change_of_a_review_once(counter: Counter) -> None:
    bank_id = await watched(counter)
    assert await counter.notices("bank_reviewed") == []
    counter.otc.reviewed(bank_id, Review.MORE_WANTED, "statement too old")
    for _ in range(3):
        await counter.look(200)
    (told,) = await counter.notices("bank_reviewed")
    assert (told.facts["review"], told.facts["memo"]) == ("3", "statement too old") and told.chat_id == OWNER
    counter.otc.reviewed(bank_id, Review.APPROVED)
    for _ in range(3):
        await counter.look(200)
    assert [one.facts["review"] for one in await counter.notices("bank_reviewed")] == ["3", "1"]


async def test_a_settled_review_is_not_looked_at_any_more(counter: Counter) -> None:
    bank_id = await watched(counter)
    counter.otc.reviewed(bank_id, Review.REFUSED, "other name")
    await counter.look(200)
    looks = counter.otc.count("banks")
    await counter.look(4000)
    assert counter.otc.count("banks") == looks and len(await counter.notices("bank_reviewed")) == 1


async def test_a_review_is_looked_at_every_few_minutes_only(counter: Counter) -> None:
    await watched(counter)
    looks = counter.otc.count("banks")
    for _ in range(60):
        await counter.look(3)
    assert counter.otc.count("banks") - looks == 1


async def test_a_contract_without_reviews_is_watched_for_a_day_only(counter: Counter) -> None:
    counter.otc.review = None
    await watched(counter)
    await counter.look(86_500)
    await counter.look(4000)
    async with counter.bench.store.read() as tables:
        assert await tables.bank_forms.watches() == []
    assert await counter.notices("bank_reviewed") == []


async def test_a_memory_that_fails_is_not_taken_for_a_venue_that_does(counter: Counter) -> None:
    await lose(counter, acts=True)
    counter.bench.broken.add("before:commit")
    with pytest.raises(StoreError):
        await counter.look(3)
