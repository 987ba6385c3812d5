"""A form is filled in answer by answer; whatever is wrong is said, nothing is lost, and nothing stays behind."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.attachments import BadFile, Prepared
from bot.domain.bank_fields import MAX_STATEMENT_BYTES, SWIFT_LENGTH, Draft, Step, form_of
from bot.domain.errors import NotAllowed, Unreachable
from bot.domain.reach import Offline
from bot.flows import bank_form, housekeeping
from bot.flows.exchange import Exchange
from tests.flows.bank_bench import IBAN, Counter, open_counter
from tests.flows.bench import LEAD, OPERATOR, OWNER
from tests.flows.convert_bench import no
from tests.support.fake_files import JPEG


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with open_counter(tmp_path) as opened:
        yield opened


async def test_every_question_is_asked_in_turn_and_every_answer_is_kept(counter: Counter) -> None:
    draft = await counter.fill()
    form = form_of(draft, b"x")
    assert (form.holder, form.bank, form.iban, form.swift) == ("ACME LTD", "Commerzbank", IBAN, "COBADEFF")
    assert form.country is not None and form.country.id == 81
    assert (form.remittance_line, form.agent_bank, form.agent_swift) == ("", "", "")
    assert await counter.bench.store.files.get(draft.statement) == JPEG + b"statement.jpg"


async def test_an_agent_bank_is_asked_for_its_swift(counter: Counter) -> None:
    draft = await counter.fill(Step.AGENT_SWIFT, agent="Citi")
    draft = await counter.answer(draft, "CITIUS33")
    assert draft.step is Step.STATEMENT and form_of(draft, b"").agent_swift == "CITIUS33"


@pytest.mark.parametrize("who", [LEAD, OPERATOR])
async def test_only_an_owner_may_begin_or_answer(counter: Counter, who: int) -> None:
    assert (await no(bank_form.begin(counter.desk, who))).reason == "role_too_low"
    draft = await counter.fill(Step.BANK)
    for work in (
        bank_form.answer(counter.desk, who, draft.id, Step.BANK, "Chase"),
        bank_form.skip(counter.desk, who, draft.id, Step.BANK),
        bank_form.back(counter.desk, who, draft.id),
        bank_form.drop(counter.desk, who, draft.id),
        bank_form.to_confirm(counter.desk, who, draft.id),
        bank_form.give_statement(counter.desk, who, draft.id, Step.STATEMENT, counter.picture()),
    ):
        assert (await no(work)).reason == "role_too_low"


async def test_a_desk_without_gate_pay_has_no_bank_accounts(counter: Counter) -> None:
    counter.desk.exchange = Exchange()
    assert (await no(bank_form.begin(counter.desk, OWNER))).reason == "otc_off"


async def test_a_person_has_one_open_form(counter: Counter) -> None:
    first, is_new = await bank_form.begin(counter.desk, OWNER)
    again, is_second = await bank_form.begin(counter.desk, OWNER)
    assert (is_new, is_second) == (True, False) and again.id == first.id


async def test_a_form_waits_and_goes_on_where_it_stood(counter: Counter) -> None:
    draft = await counter.fill(Step.ADDRESS)
    counter.bench.pass_(3600)
    parked = await bank_form.parked(counter.desk, OWNER)
    assert parked == draft and (await bank_form.go_on(counter.desk, OWNER, draft.id)) == draft
    assert await bank_form.parked(counter.desk, LEAD) is None


async def test_an_answer_to_another_question_changes_nothing(counter: Counter) -> None:
    draft = await counter.fill(Step.ADDRESS)
    late = bank_form.answer(counter.desk, OWNER, draft.id, Step.HOLDER, "Somebody else")
    assert (await no(late)).reason == "bank_form_moved"
    assert (await counter.stored(draft.id)) == draft


async def test_two_answers_at_once_are_one_answer(counter: Counter) -> None:
    draft = await counter.fill(Step.BANK)
    both = (bank_form.answer(counter.desk, OWNER, draft.id, Step.BANK, name) for name in ("One", "Two"))
    ended = await asyncio.gather(*both, return_exceptions=True)
    assert sum(isinstance(one, NotAllowed) for one in ended) == 1
    assert (await counter.stored(draft.id)).step is Step.COUNTRY


async def test_a_wrong_answer_leaves_the_question_open(counter: Counter) -> None:
    draft = await counter.fill(Step.ACCOUNT)
    wrong = bank_form.answer(counter.desk, OWNER, draft.id, Step.ACCOUNT, IBAN[:-1] + "1")
    assert (await no(wrong)).reason == "bank_field_iban"
    assert (await counter.stored(draft.id)) == draft


async def test_a_short_swift_is_warned_of_and_kept(counter: Counter) -> None:
    draft = await counter.fill(Step.SWIFT)
    answered = await bank_form.answer(counter.desk, OWNER, draft.id, Step.SWIFT, "21321")
    assert answered.warning == SWIFT_LENGTH and answered.draft.answer(Step.SWIFT) == "21321"


async def test_countries_are_found_in_both_languages_and_chosen_by_button(counter: Counter) -> None:
    draft = await counter.fill(Step.COUNTRY)
    found = await bank_form.answer(counter.desk, OWNER, draft.id, Step.COUNTRY, "aust")
    assert [country.name for country in found.found] == ["Australia", "Austria"]
    assert found.draft.step is Step.COUNTRY
    chosen = await bank_form.choose_country(counter.desk, OWNER, draft.id, "12")
    assert chosen.draft.step is Step.ADDRESS and chosen.draft.country is not None
    assert (chosen.draft.country.id, chosen.draft.country.name_zh) == (12, "奥地利")


async def test_many_countries_are_paged(counter: Counter) -> None:
    draft = await counter.fill(Step.COUNTRY)
    first = await bank_form.answer(counter.desk, OWNER, draft.id, Step.COUNTRY, "岛")
    third = await bank_form.choose_country(counter.desk, OWNER, draft.id, "p2")
    assert (first.pages, len(first.found), third.page, len(third.found)) == (3, 6, 2, 2)
    beyond = await bank_form.choose_country(counter.desk, OWNER, draft.id, "p99")
    assert beyond.found == third.found


async def test_a_country_that_the_venue_does_not_list_is_refused(counter: Counter) -> None:
    draft = await counter.fill(Step.COUNTRY)
    typed = bank_form.answer(counter.desk, OWNER, draft.id, Step.COUNTRY, "Atlantis")
    assert (await no(typed)).reason == "bank_country_unknown"
    assert (await no(bank_form.choose_country(counter.desk, OWNER, draft.id, "9999"))).reason == "bank_country_unknown"


async def test_an_unreachable_venue_leaves_the_form_as_it_was(counter: Counter) -> None:
    draft = await counter.fill(Step.COUNTRY)
    counter.otc.errors["countries"] = [Unreachable("gate_pay", "bank_countries", "down")]
    with pytest.raises(Unreachable):
        await bank_form.answer(counter.desk, OWNER, draft.id, Step.COUNTRY, "germany")
    assert (await counter.stored(draft.id)) == draft


async def test_stepping_back_keeps_what_was_answered(counter: Counter) -> None:
    draft = await counter.fill()
    for _ in range(5):
        draft = await bank_form.back(counter.desk, OWNER, draft.id)
    assert draft.step is Step.ACCOUNT and draft.has
    draft = await counter.answer(draft, "12345678")
    while draft.step is not Step.CONFIRM:
        draft = await bank_form.skip(counter.desk, OWNER, draft.id, draft.step)
    assert form_of(draft, b"").iban == "12345678" and form_of(draft, b"").swift == "COBADEFF"


async def test_what_must_be_there_cannot_be_skipped(counter: Counter) -> None:
    draft = await counter.fill(Step.SWIFT)
    assert (await no(bank_form.skip(counter.desk, OWNER, draft.id, Step.SWIFT))).reason == "bank_field_empty"
    statement = await counter.fill(Step.STATEMENT)
    assert (await no(bank_form.skip(counter.desk, OWNER, statement.id, Step.STATEMENT))).reason == "bank_field_empty"


async def test_an_optional_answer_is_taken_out_with_a_dash(counter: Counter) -> None:
    draft = await counter.fill(agent="Citi", agent_swift="CITIUS33")
    for _ in range(3):
        draft = await bank_form.back(counter.desk, OWNER, draft.id)
    assert draft.step is Step.AGENT
    draft = await counter.answer(draft, "-")
    assert draft.step is Step.STATEMENT
    assert (form_of(draft, b"").agent_bank, form_of(draft, b"").agent_swift) == ("", "")


def pdf(counter: Counter) -> str:
    counter.bench.phone.files["phone-a.jpg"] = b"%PDF-1.7 ..."
    return "bank_statement_pdf"


def fake(counter: Counter) -> str:
    counter.bench.workshop.errors[b"a.jpg"] = BadFile("file_kind", {"given": "ZIP archive"})
    return "bank_statement_kind"


def broken(counter: Counter) -> str:
    counter.bench.workshop.errors[b"a.jpg"] = BadFile("file_broken", {"given": "JPEG picture"})
    return "file_broken"


def movie(counter: Counter) -> str:
    counter.bench.workshop.pages[b"a.jpg"] = [Prepared(b"x", "video/mp4")]
    return "bank_statement_kind"


def five_megabytes(counter: Counter) -> str:
    counter.bench.workshop.pages[b"a.jpg"] = [Prepared(JPEG + bytes(5_000_000), "image/jpeg")]
    return "bank_statement_size"


def gone(counter: Counter) -> str:
    counter.bench.phone.errors["phone-a.jpg"] = [Offline("away")]
    return "file_not_from_phone"


@pytest.mark.parametrize("wrong", [pdf, fake, broken, movie, five_megabytes, gone])
async def test_a_statement_that_is_none_is_refused_and_may_be_sent_anew(counter: Counter, wrong: object) -> None:
    draft = await counter.fill(Step.STATEMENT)
    file = counter.picture("a.jpg")
    reason = wrong(counter)  # type: ignore[operator]
    refused = await no(bank_form.give_statement(counter.desk, OWNER, draft.id, Step.STATEMENT, file))
    assert refused.reason == reason
    assert (await counter.stored(draft.id)) == draft and await counter.kept() == set()
    assert (await counter.answer(draft, "good.jpg")).step is Step.CONFIRM


async def test_a_statement_of_exactly_four_megabytes_is_taken(counter: Counter) -> None:
    draft = await counter.fill(Step.STATEMENT)
    content = JPEG.ljust(MAX_STATEMENT_BYTES, b"x")
    counter.bench.workshop.pages[b"a.jpg"] = [Prepared(content, "image/png")]
    assert (await counter.answer(draft, "a.jpg")).answer(Step.STATEMENT) == "statement.png"


async def test_a_file_larger_than_telegram_gives_is_not_even_fetched(counter: Counter) -> None:
    draft = await counter.fill(Step.STATEMENT)
    file = counter.picture("a.jpg", size=30_000_000)
    refused = await no(bank_form.give_statement(counter.desk, OWNER, draft.id, Step.STATEMENT, file))
    assert refused.reason == "bank_statement_size" and counter.bench.phone.asked == []


async def test_a_new_statement_takes_the_place_of_the_old_one(counter: Counter) -> None:
    draft = await counter.fill()
    draft = await bank_form.back(counter.desk, OWNER, draft.id)
    draft = await counter.answer(draft, "other.jpg")
    assert await counter.kept() == {draft.statement}
    assert await counter.bench.store.files.get(draft.statement) == JPEG + b"other.jpg"


async def forgotten(counter: Counter, draft: Draft) -> bool:
    stored = await counter.stored(draft.id)
    return not stored.answers and not stored.statement and await counter.kept() == set()


async def test_a_dropped_form_is_forgotten_with_its_statement(counter: Counter) -> None:
    draft = await counter.fill()
    seal = await counter.confirm(draft)
    await bank_form.drop(counter.desk, OWNER, draft.id)
    assert await forgotten(counter, draft)
    async with counter.bench.store.read() as tables:
        ended = await tables.seals.get(seal.id)
    assert ended is not None and ended.used_at is not None
    assert (await no(bank_form.go_on(counter.desk, OWNER, draft.id))).reason == "bank_form_over"


async def test_a_form_of_yesterday_ends_by_itself(counter: Counter) -> None:
    draft = await counter.fill()
    await counter.look(86_390)
    assert (await counter.stored(draft.id)).ended_at is None
    await counter.look(20)
    assert await forgotten(counter, draft) and (await counter.outcomes())[-1] == "expired"


async def test_housekeeping_leaves_the_statement_of_an_open_form(counter: Counter) -> None:
    draft = await counter.fill()
    async with counter.bench.store.read() as tables:
        assert draft.statement in await tables.files.in_use()
    await counter.bench.store.files.purge(set() | await _in_use(counter), grace_seconds=0)
    assert await counter.kept() == {draft.statement}


async def _in_use(counter: Counter) -> set[str]:
    async with counter.bench.store.read() as tables:
        return await tables.files.in_use()


async def test_the_journal_has_only_the_tail_of_an_account(counter: Counter) -> None:
    draft = await counter.fill()
    await bank_form.drop(counter.desk, OWNER, draft.id)
    told = str(await counter.bench.journal())
    assert "··3000" in told and IBAN not in told and "37040044" not in told


async def test_housekeeping_runs_with_forms(counter: Counter) -> None:
    await counter.fill(Step.BANK)
    await housekeeping.purge(counter.desk)
