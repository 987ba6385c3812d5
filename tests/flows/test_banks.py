"""Bank accounts are listed by the venue's filters, and deleted once, by whoever typed which one it is."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.bank_fields import Step
from bot.domain.errors import NotAllowed, Refused, Unknown, Unreachable
from bot.domain.intents import Action, Intent, State
from bot.domain.money import Money
from bot.domain.off_ramps import BankAccount, OffRamp, OffRampQuote, OffRampSide, OffRampWish
from bot.domain.situations import Reader
from bot.flows import bank_deletions, bank_form, banks, freeze
from bot.views.banks import bank_list
from bot.views.drawing import MOST_LINES
from tests.flows.bank_bench import Counter, open_counter
from tests.flows.bench import LEAD, OPERATOR, OWNER
from tests.flows.convert_bench import no
from tests.support.fake_otc import CHASE

LOST = Unknown("gate_pay", "delete_bank", why="timeout")
OTHER = replace(CHASE, id="642", sent_id="642", bank="Commerzbank", holder="Other GmbH", iban="UYTU****GFHG")


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with open_counter(tmp_path) as opened:
        opened.otc.listed.append(OTHER)
        yield opened


@pytest.mark.parametrize(
    ("words", "filters"),
    [
        ("", {}),
        ("Chase", {"bank": "Chase"}),
        ("Deutsche Bank", {"bank": "Deutsche Bank"}),
        ("holder=ACME Ltd swift=CHAS", {"holder": "ACME Ltd", "swift": "CHAS"}),
        ("IBAN=DE89", {"iban": "DE89"}),
        ("Chase holder=", {"bank": "Chase"}),
    ],
)
def test_words_are_read_as_the_venues_filters(words: str, filters: dict[str, str]) -> None:
    assert banks.read_filters(words.split()) == filters


@pytest.mark.parametrize("words", ["owner=x", "=x", "bank=a bank=b", "Chase bank=b"])
def test_words_that_are_no_filter_are_explained(words: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        banks.read_filters(words.split())
    assert (caught.value.reason, caught.value.facts["command"]) == ("usage", "banks")


async def test_leads_read_the_list_and_operators_do_not(counter: Counter) -> None:
    found = await banks.listed(counter.desk, LEAD, {}, 0)
    assert found.banks == (CHASE, OTHER) and (found.page, found.pages, found.total) == (0, 1, 2)
    assert (await no(banks.listed(counter.desk, OPERATOR, {}, 0))).reason == "role_too_low"
    assert (await no(banks.one(counter.desk, OPERATOR, "501"))).reason == "role_too_low"


async def test_a_page_of_accounts_stays_within_the_lines_of_a_card(counter: Counter) -> None:
    counter.otc.listed = [replace(CHASE, id=str(number), sent_id=number) for number in range(9)]
    await bank_form.begin(counter.desk, OWNER)
    found = await banks.listed(counter.desk, OWNER, {}, 0)
    owner = Reader("en", "UTC", counter.desk.people[OWNER])
    card = bank_list(found.banks, found.page, found.pages, owner, form_left=found.form)
    assert found.pages == 3 and len(card.plain.splitlines()) == MOST_LINES


async def test_filters_go_to_the_venue(counter: Counter) -> None:
    assert (await banks.listed(counter.desk, LEAD, {"swift": "CHAS", "holder": "acme"}, 0)).banks == (CHASE,)
    assert counter.otc.calls[-1][1] == {"holder": "acme", "iban": "", "swift": "CHAS", "bank": ""}


async def test_many_accounts_are_paged_and_a_page_beyond_is_the_last(counter: Counter) -> None:
    counter.otc.listed = [replace(CHASE, id=str(number)) for number in range(9)]
    assert [bank.id for bank in (await banks.listed(counter.desk, LEAD, {}, 1)).banks] == ["3", "4", "5"]
    assert [bank.id for bank in (await banks.listed(counter.desk, LEAD, {}, 99)).banks] == ["6", "7", "8"]


async def test_only_owners_see_their_form_in_the_list(counter: Counter) -> None:
    draft = await counter.fill(Step.BANK)
    assert (await banks.listed(counter.desk, OWNER, {}, 0)).form == draft
    assert (await banks.listed(counter.desk, LEAD, {}, 0)).form is None


async def delete(counter: Counter, typed: str = "4410", bank: BankAccount = CHASE) -> str:
    done = await banks.delete(counter.desk, OWNER, bank.id, typed)
    assert done is not None
    return done[1]


@pytest.mark.parametrize("typed", ["4410", " ··4410 ", "４４１０"])
async def test_the_last_four_characters_delete_once_by_the_id_as_it_was_listed(counter: Counter, typed: str) -> None:
    assert await delete(counter, typed) == "deleted"
    assert counter.otc.deleted == [501] and counter.otc.listed == [OTHER]
    assert await delete(counter, "gfhg", OTHER) == "deleted"
    assert counter.otc.deleted == [501, "642"]
    assert await counter.outcomes("bank_delete") == ["sent", "deleted", "sent", "deleted"]


@pytest.mark.parametrize("typed", ["4411", "", "0", "44100", "yes", "GFHG", "990044004410"])
async def test_other_characters_delete_nothing(counter: Counter, typed: str) -> None:
    assert (await no(banks.delete(counter.desk, OWNER, "501", typed))).reason == "bank_tail_differs"
    assert counter.otc.deleted == [] and await counter.outcomes("bank_delete") == ["not_allowed"]


async def test_an_account_without_a_number_is_named_by_its_id(counter: Counter) -> None:
    nameless = replace(OTHER, id="7001234", sent_id=7001234, iban="")
    counter.otc.listed.append(nameless)
    assert (await no(banks.delete(counter.desk, OWNER, nameless.id, ""))).reason == "bank_tail_differs"
    assert await delete(counter, "1234", nameless) == "deleted"


async def test_only_owners_delete_and_not_while_the_desk_is_frozen(counter: Counter) -> None:
    assert (await no(banks.delete(counter.desk, LEAD, "501", "4410"))).reason == "role_too_low"
    assert (await no(banks.doomed(counter.desk, LEAD, "501"))).reason == "role_too_low"
    await freeze.freeze_desk(counter.desk, OWNER)
    assert (await no(banks.delete(counter.desk, OWNER, "501", "4410"))).reason == "desk_frozen"
    assert counter.otc.deleted == []


async def test_an_account_that_is_gone_is_said_to_be(counter: Counter) -> None:
    assert (await no(banks.delete(counter.desk, OWNER, "999", "4410"))).reason == "bank_unknown"


async def test_a_lost_answer_is_looked_up_and_never_sent_again(counter: Counter) -> None:
    counter.otc.errors["delete_bank"] = [LOST]
    assert await delete(counter) == "found_deleted"
    counter.otc.errors["delete_bank"], counter.otc.acts = [LOST], False
    assert await delete(counter, "GFHG", OTHER) == "still_listed"
    assert counter.otc.deleted == [501, "642"]


async def test_a_lost_answer_without_a_list_is_unknown(counter: Counter) -> None:
    async def cut() -> None:
        counter.otc.errors["banks"] = [Unreachable("gate_pay", "banks", "down")]

    counter.otc.errors["delete_bank"], counter.otc.during["delete_bank"] = [LOST], cut
    assert await delete(counter) == "unknown"
    assert (await counter.outcomes("bank_delete"))[-1] == "unknown"
    await look(counter, 3)
    assert (await counter.outcomes("bank_delete"))[-1] == "found_deleted", "the list is read until it says"


async def told(counter: Counter) -> list[str]:
    return [one.notice for one in await counter.bench.told() if one.notice.startswith("bank_")]


async def look(counter: Counter, *seconds: float) -> None:
    for wait in seconds:
        counter.bench.pass_(wait)
        await bank_deletions.round_(counter.desk)


async def killed_while_deleting(counter: Counter, *, arrives: bool) -> None:
    """The process dies between the request and its answer, and another one starts."""

    async def die() -> None:
        raise asyncio.CancelledError

    counter.otc.during["delete_bank"], counter.otc.acts = die, arrives
    with pytest.raises(asyncio.CancelledError):
        await banks.delete(counter.desk, OWNER, CHASE.id, "4410", 7)
    counter.otc.during.clear()
    assert await counter.outcomes("bank_delete") == ["sent"] and await bank_deletions.adopt(counter.desk) == 1


async def test_a_deletion_that_a_kill_cut_off_is_settled_by_the_list(counter: Counter) -> None:
    await killed_while_deleting(counter, arrives=True)
    await look(counter, 3, 60)
    assert await counter.outcomes("bank_delete") == ["sent", "found_deleted"]
    assert await told(counter) == ["bank_found_deleted"] and counter.otc.count("delete_bank") == 1


async def test_a_cut_off_deletion_that_did_not_arrive_is_said_so_after_three_looks(counter: Counter) -> None:
    await killed_while_deleting(counter, arrives=False)
    await look(counter, 3, 20)
    assert await told(counter) == [] and await counter.outcomes("bank_delete") == ["sent"]
    await look(counter, 65, 60)
    assert await told(counter) == ["bank_still_listed"] and counter.otc.count("delete_bank") == 1
    await look(counter, 600)
    assert await counter.outcomes("bank_delete") == ["sent", "still_listed"]


async def test_an_answer_that_is_handled_again_after_a_kill_sends_nothing_again(counter: Counter) -> None:
    await killed_while_deleting(counter, arrives=False)
    assert await banks.delete(counter.desk, OWNER, CHASE.id, "4410", 7) is None
    assert counter.otc.count("delete_bank") == 1 and await counter.outcomes("bank_delete") == ["sent"]
    assert (await no(banks.delete(counter.desk, OWNER, CHASE.id, "4410", 8))).reason == "bank_delete_open"
    assert counter.otc.count("delete_bank") == 1 and (await counter.outcomes("bank_delete"))[-1] == "not_allowed"
    await look(counter, 3, 20, 65, 61)
    assert await told(counter) == ["bank_still_listed"]
    assert await banks.delete(counter.desk, OWNER, CHASE.id, "4410", 9) is not None, "another answer is another wish"
    assert counter.otc.count("delete_bank") == 2


async def test_an_account_whose_deletion_is_open_does_not_hold_up_another(counter: Counter) -> None:
    await killed_while_deleting(counter, arrives=False)
    assert await delete(counter, "GFHG", OTHER) == "deleted"


@pytest.mark.parametrize("became", ["deleted", "refused", "found_deleted"])
async def test_an_answer_that_is_handled_again_tells_what_was_kept_before_the_kill(
    counter: Counter, became: str
) -> None:
    if became == "refused":
        counter.otc.acts = False
        no_words = Refused("gate_pay", "delete_bank", code="550399", detail="in use", status=200)
        counter.otc.errors["delete_bank"] = [no_words]
        with pytest.raises(Refused):
            await banks.delete(counter.desk, OWNER, CHASE.id, "4410", 7)
    else:
        counter.otc.errors["delete_bank"] = [LOST] if became == "found_deleted" else []
        await banks.delete(counter.desk, OWNER, CHASE.id, "4410", 7)
    counter.otc.errors.clear()
    assert await bank_deletions.adopt(counter.desk) == 0
    assert await banks.delete(counter.desk, OWNER, CHASE.id, "4410", 7) == ("Chase ··4410", became)
    assert counter.otc.count("delete_bank") == 1 and await counter.outcomes("bank_delete") == ["sent", became]


async def test_what_the_list_settled_was_told_already_and_is_not_told_again(counter: Counter) -> None:
    await killed_while_deleting(counter, arrives=True)
    await look(counter, 3)
    assert await told(counter) == ["bank_found_deleted"]
    assert await banks.delete(counter.desk, OWNER, CHASE.id, "4410", 7) is None


async def test_what_became_of_a_deletion_is_kept_until_it_can_be_stored(counter: Counter) -> None:
    async def break_memory() -> None:
        counter.bench.broken.add("before:commit")

    counter.otc.during["delete_bank"] = break_memory
    deleting = asyncio.create_task(delete(counter))
    await asyncio.sleep(0.3)
    assert counter.desk.is_halted and not deleting.done()
    counter.bench.broken.clear()
    assert await asyncio.wait_for(deleting, 10) == "deleted"
    assert not counter.desk.is_halted and await counter.outcomes("bank_delete") == ["sent", "deleted"]


async def test_a_cut_off_deletion_is_not_settled_by_a_list_that_cannot_be_read(counter: Counter) -> None:
    await killed_while_deleting(counter, arrives=True)
    counter.otc.unreadable = 1
    await look(counter, 3)
    counter.otc.errors["banks"] = [Unreachable("gate_pay", "banks", "down")]
    await look(counter, 20)
    assert await told(counter) == []
    counter.otc.unreadable = 0
    await look(counter, 3)
    assert await told(counter) == ["bank_found_deleted"]


async def test_a_list_that_stays_unreadable_is_asked_for_each_minute_and_then_no_more(counter: Counter) -> None:
    await killed_while_deleting(counter, arrives=True)
    counter.otc.unreadable, before = 1, counter.otc.count("banks")
    await look(counter, 3, *[1] * 200)
    assert counter.otc.count("banks") - before == 5, "after 3, 20, 65 seconds, then each minute"
    assert await told(counter) == []
    await look(counter, *[61] * 10)
    assert await told(counter) == ["bank_unclear"] and await counter.outcomes("bank_delete") == ["sent", "unclear"]
    assert counter.otc.count("banks") - before == bank_deletions.MOST_LOOKS


async def test_looks_that_could_not_tell_do_not_count_as_having_seen_it(counter: Counter) -> None:
    await killed_while_deleting(counter, arrives=True)
    counter.otc.unreadable = 1
    await look(counter, 3, 20, 65, 61)
    counter.otc.unreadable, counter.otc.listed = 0, [CHASE, OTHER]
    await look(counter, 61)
    assert await told(counter) == []
    await look(counter, 61)
    assert await told(counter) == ["bank_still_listed"]


async def test_one_that_is_on_its_way_is_left_to_its_own_answer(counter: Counter) -> None:
    async def meanwhile() -> None:
        counter.bench.pass_(100)
        await bank_deletions.round_(counter.desk)

    counter.otc.during["delete_bank"] = meanwhile
    assert await delete(counter) == "deleted"
    assert await counter.outcomes("bank_delete") == ["sent", "deleted"]
    await look(counter, 100)
    assert await told(counter) == []


async def test_a_refused_deletion_has_the_venues_words(counter: Counter) -> None:
    words = f"account {CHASE.iban} is in use"
    counter.otc.acts = False
    counter.otc.errors["delete_bank"] = [Refused("gate_pay", "delete_bank", code="550399", detail=words, status=200)]
    with pytest.raises(Refused) as caught:
        await delete(counter)
    assert (caught.value.code, CHASE.iban in caught.value.detail) == ("550399", False)
    assert CHASE.iban not in str(await counter.bench.journal())


async def test_a_deletion_that_never_left_is_said_to_have_done_nothing(counter: Counter) -> None:
    counter.otc.acts, counter.otc.errors["delete_bank"] = False, [Unreachable("gate_pay", "delete_bank", "no route")]
    with pytest.raises(Unreachable):
        await delete(counter)


async def test_an_account_nobody_sold_to_has_no_warning(counter: Counter) -> None:
    found = await banks.doomed(counter.desk, OWNER, "501")
    assert (found.bank, found.was_used_last, found.is_in_use) == (CHASE, False, False)


async def sold_to(counter: Counter, bank: BankAccount, number: int, state: State) -> None:
    """An off-ramp to that account, standing there."""
    amount, at = Decimal(100), counter.bench.now + number
    made = OffRamp(
        id=f"o{number}", wish=OffRampWish("USDT", "USD", OffRampSide.CRYPTO, amount),
        quote=OffRampQuote("token", Money(amount, "USDT"), Money(amount, "USD"), 60), token_hash=f"h{number}",
        bank_id=json.dumps(bank.sent_id), bank=bank.bank, person=LEAD, requester=None, asked_at=at, ends_at=at + 1,
    )  # fmt: skip
    intent = Intent(
        id=made.id, action=Action.OFF_RAMP, target=made.target, state=state, actor=LEAD, actor_role="lead",
        requester=None, seal_id="s", amount=amount, asset="USDT", arguments={}, planned_at=at, sent_at=at,
        settled_at=None, looks=0, first_look_at=None, last_look_at=None, answer="",
    )  # fmt: skip
    async with counter.bench.store.write() as tables:
        await tables.off_ramps.add(made)
        await tables.off_ramps.sent_as(made.id, f"c{number}")
        await tables.intents.plan(intent)


async def test_an_account_that_is_in_use_or_was_used_last_is_warned_of(counter: Counter) -> None:
    await sold_to(counter, CHASE, 1, State.TAKEN)
    await sold_to(counter, OTHER, 2, State.DONE)
    going, last = await banks.doomed(counter.desk, OWNER, "501"), await banks.doomed(counter.desk, OWNER, "642")
    assert (going.is_in_use, going.was_used_last) == (True, False)
    assert (last.is_in_use, last.was_used_last) == (False, True)
