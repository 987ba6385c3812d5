"""After the tap: summaries and links end, what has no answer waits for a word, and the list of past ones."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.deposits import Link, Phase
from bot.domain.errors import NotAllowed, Unknown
from bot.domain.intents import Event, State
from bot.domain.staff import Role
from bot.flows import deposit, deposit_follow, deposit_view, housekeeping, people
from bot.flows.housekeeping import DAY_MS
from storage.deposits import FILTERS
from storage.messages import Shown
from tests.flows.bench import AGENT, GROUP, LEAD, OPERATOR, OWNER, VIEWER
from tests.flows.deposit_bench import PAYER, Links, no, open_links
from tests.support.fake_mtpay import LOST, NO


@pytest.fixture
async def links(tmp_path: Path) -> AsyncIterator[Links]:
    async with open_links(tmp_path) as opened:
        yield opened


async def show(links: Links, deposit_id: str, *chats: int) -> None:
    """Its card stands in these chats."""
    async with links.bench.store.write() as tables:
        for chat in chats:
            person = chat if chat > 0 else None
            shown = Shown(chat, 70, deposit_view.DEPOSIT, deposit_id, person, (), links.bench.now, "digest")
            await tables.messages.remember(shown)


# By itself


async def test_a_summary_ends_once_by_itself_and_its_card_is_brought_up_to_date(links: Links) -> None:
    made = (await links.ask()).deposit.id
    await show(links, made, LEAD)
    await links.look(117.999)
    assert await links.phase(made) is Phase.SUMMARY
    await links.look(0.001)
    ended = await links.stored(made)
    assert await links.phase(made) is Phase.LEFT and await links.cards(made) == [LEAD]
    await links.look(10)
    assert await links.stored(made) == ended and await links.cards(made) == []


async def test_a_link_that_ended_unused_is_marked_once(links: Links) -> None:
    made = await links.act()
    await links.look(7199.999)
    assert await links.phase(made) is Phase.WAITING
    await links.cards(made)
    for _ in range(3):
        await links.look(1)
    assert await links.phase(made) is Phase.OVER and await links.cards(made) == [LEAD]
    assert await links.outcomes() == ["sent", "done", "link_ended"]


async def test_links_end_without_mtpay_too(links: Links) -> None:
    made = await links.act()
    links.desk.exchange.mtpay = None
    await links.look(7200)
    assert await links.phase(made) is Phase.OVER


async def test_at_start_what_was_on_its_way_has_no_answer_and_is_never_sent_again(links: Links) -> None:
    made = await links.act()
    links.write(f"UPDATE intents SET state = 'sent' WHERE id = '{made}'")
    links.write("UPDATE deposits SET url = '', request_code = '', is_available = NULL, expires_at = 0")
    links.switch_on()
    assert await deposit_follow.adopt(links.desk) == 1
    assert await deposit_follow.adopt(links.desk) == 0
    assert await links.state(made) is State.UNKNOWN and len(await links.notices("deposit_unknown", LEAD)) == 1
    await links.look(3600)
    assert len(links.mtpay.asked) == 1
    await links.report()
    assert await links.phase(made) is Phase.FINISHED


async def test_a_plan_that_was_never_sent_is_void_at_start(links: Links) -> None:
    made = await links.act()
    links.write(f"UPDATE intents SET state = 'planned', sent_at = NULL WHERE id = '{made}'")
    assert await deposit_follow.adopt(links.desk) == 1 and await links.state(made) is State.VOID


async def test_at_start_the_hosts_of_known_links_are_learnt(links: Links) -> None:
    await links.act()
    links.switch_on()
    assert links.desk.exchange.checkout_hosts == set()
    await deposit_follow.adopt(links.desk)
    assert links.desk.exchange.checkout_hosts == {"checkout.mtpay.example"}


async def test_owners_hear_once_of_a_link_that_stays_without_an_answer(links: Links) -> None:
    made = await links.fail(LOST)
    sent_at = (await links.bench.intent(made)).sent_at
    await links.look(119)
    assert await links.notices("deposit_unknown_long") == []
    for _ in range(3):
        await links.look(3600)
    told = await links.notices("deposit_unknown_long")
    assert sorted(one.chat_id for one in told) == [GROUP, OWNER]
    assert told[0].facts["since"] == str(sent_at) and PAYER not in str(told[0].facts)
    assert len(links.mtpay.asked) == 1 and await links.state(made) is State.UNKNOWN


async def test_nothing_is_ever_asked_about_a_link(links: Links) -> None:
    made = await links.fail(LOST)
    intent, stored = await links.bench.intent(made), await links.stored(made)
    assert deposit_follow.DEPOSITS.due_at(intent, stored) is None
    await deposit_follow.DEPOSITS.look(links.desk, intent, stored)
    assert len(links.mtpay.asked) == 1


# A person's word


@pytest.mark.parametrize(("outcome", "phase"), [("made", Phase.MADE), ("nothing", Phase.VOID)])
@pytest.mark.parametrize("by", [LEAD, OWNER])
async def test_a_lead_who_has_looked_settles_it_and_nothing_is_sent(
    links: Links, by: int, outcome: str, phase: Phase
) -> None:
    made = await links.fail(LOST)
    assert (await deposit_follow.may_settle(links.desk, by, made)).phase is Phase.UNKNOWN
    assert (await deposit_follow.settle(links.desk, by, made, outcome)).phase is phase
    (line,) = await links.lines("settle")
    assert (line.actor, line.outcome, line.facts["looked_by"]) == (by, outcome, str(by))
    assert await links.outcomes() == ["sent", "unknown", "done" if outcome == "made" else "void"]
    assert len(await links.notices("deposit_made", GROUP)) == (1 if outcome == "made" else 0)
    assert len(links.mtpay.asked) == 1 and (await links.bench.intent(made)).answer == f"settled by {by}"


@pytest.mark.parametrize("by", [OPERATOR, AGENT, VIEWER])
async def test_nobody_else_settles(links: Links, by: int) -> None:
    made = await links.fail(LOST)
    for work in (deposit_follow.may_settle(links.desk, by, made), deposit_follow.settle(links.desk, by, made, "made")):
        assert (await no(work)).reason == "role_too_low"
    assert await links.state(made) is State.UNKNOWN and await links.lines("settle") == []


async def test_what_is_not_unknown_is_not_settled(links: Links) -> None:
    summary, refused, done = (await links.ask(by=OWNER)).deposit.id, await links.fail(NO), await links.act()
    for made in (summary, refused, done):
        before = await links.standing(made)
        for outcome in deposit_follow.OUTCOMES:
            found = await no(deposit_follow.settle(links.desk, LEAD, made, outcome))
            assert (found.reason, found.facts) == ("deposit_not_unknown", {"deposit": made})
        assert (await no(deposit_follow.may_settle(links.desk, LEAD, made))).reason == "deposit_not_unknown"
        assert await links.standing(made) == before
    assert (await no(deposit_follow.settle(links.desk, LEAD, "never", "made"))).reason == "stale_button"


@pytest.mark.parametrize("outcome", ["", "done", "Made", "nothing "])
async def test_an_odd_word_settles_nothing(links: Links, outcome: str) -> None:
    made = await links.fail(LOST)
    assert (await no(deposit_follow.settle(links.desk, LEAD, made, outcome))).reason == "stale_button"
    assert await links.state(made) is State.UNKNOWN


async def test_of_two_words_at_once_one_counts(links: Links) -> None:
    made = await links.fail(LOST)
    ended = await asyncio.gather(
        *(deposit_follow.settle(links.desk, by, made, outcome) for by, outcome in ((LEAD, "made"), (OWNER, "nothing"))),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in ended) == ["DepositStanding", "NotAllowed"]
    assert len(await links.lines("settle")) == 1 and not (await links.bench.intent(made)).is_open


async def test_a_report_that_was_quicker_than_the_word_stays(links: Links) -> None:
    made = await links.fail(LOST)
    await deposit_follow.may_settle(links.desk, LEAD, made)
    await links.report()
    assert (await no(deposit_follow.settle(links.desk, LEAD, made, "nothing"))).reason == "deposit_not_unknown"
    assert await links.phase(made) is Phase.FINISHED


# What people see


async def test_everybody_of_the_desk_sees_a_link_and_finds_it_by_its_number(links: Links) -> None:
    made = await links.act()
    for by in (OWNER, LEAD, OPERATOR, AGENT, VIEWER):
        assert (await deposit_view.show(links.desk, by, made)).deposit.id == made
        for given in ("D0001", "d1", "1", "0001"):
            assert (await deposit_view.find(links.desk, by, given)).deposit.id == made
    assert (await no(deposit_view.show(links.desk, 99, made))).reason == "no_right_here"
    assert (await no(deposit_view.show(links.desk, LEAD, "never"))).reason == "stale_button"


@pytest.mark.parametrize("given", ["D", "", "D0", "D0002", "D9999", "x1", "1" * 10, "²", "D1 ", "１", "DD1", "-1"])
async def test_a_number_that_was_never_sent_is_not_found(links: Links, given: str) -> None:
    await links.act()
    await links.ask()
    refused = await no(deposit_view.find(links.desk, LEAD, given))
    assert (refused.reason, refused.facts) == ("deposit_unknown_number", {"given": given[:20]})


@pytest.mark.parametrize("phase", ["waiting", "in progress", "no end told"])
async def test_a_link_that_can_be_paid_is_handed_out(links: Links, phase: str) -> None:
    if phase == "no end told":
        links.mtpay.answer = lambda link: Link(link.request_code, link.url)
    made = await links.act()
    if phase == "in progress":
        await links.report("InProgress")
    found = await deposit_view.handed_out(links.desk, OWNER, made)
    assert found.url == f"https://checkout.mtpay.example/api/buy-coin/{links.mtpay.asked[0].code}?lang=zh_CN"
    assert (await no(deposit_view.handed_out(links.desk, OPERATOR, made))).reason == "role_too_low"


@pytest.mark.parametrize(
    "what", ["over", "time", "time in progress", "Finished", "Failed", "Cancelled", "unavailable", "unknown", "refused",
             "summary", "made by word", "forgotten"]
)  # fmt: skip
async def test_a_link_that_nobody_can_pay_by_is_given_to_nobody(links: Links, what: str) -> None:
    if what == "unavailable":
        links.mtpay.answer = lambda link: replace(link, is_available=False)
    answers: dict[str, list[Exception]] = {"unknown": [LOST], "made by word": [LOST], "refused": [NO]}
    links.mtpay.errors = answers.get(what, [])
    made = (await links.ask()).deposit.id if what == "summary" else await links.act()
    if what == "over":
        await links.look(7200)
    elif "time" in what:
        if "progress" in what:
            await links.report("InProgress")
        links.bench.pass_(7200)
    elif what == "made by word":
        await deposit_follow.settle(links.desk, LEAD, made, "made")
    elif what == "forgotten":
        links.write("UPDATE deposits SET url = ''")
    elif what[0].isupper():
        await links.report(what)
    refused = await no(deposit_view.handed_out(links.desk, LEAD, made))
    assert (refused.reason, refused.facts) == ("link_ended", {"deposit": "D0001"})


async def test_every_chat_that_shows_it_gets_it_anew_and_whoever_asked(links: Links) -> None:
    made = await links.act()
    await links.cards(made)
    await show(links, made, OWNER, VIEWER)
    await links.report()
    assert await links.cards(made) == sorted([LEAD, OWNER, VIEWER])


async def test_a_card_is_told_only_where_there_is_something_to_tell(links: Links) -> None:
    made, summary = await links.act(), (await links.ask()).deposit.id
    told = await deposit_view.next_telling(links.desk, LEAD, LEAD, made)
    assert told is not None and told.shown is None and told.reader.person == links.desk.people[LEAD]
    assert told.standing == await links.standing(made)
    assert await deposit_view.next_telling(links.desk, LEAD, LEAD, summary) is None, "it stands nowhere"
    await show(links, summary, LEAD)
    again = await deposit_view.next_telling(links.desk, LEAD, LEAD, summary)
    assert again is not None and again.shown is not None and again.shown.message_id == 70
    assert await deposit_view.next_telling(links.desk, LEAD, LEAD, "never") is None
    assert await deposit_view.next_telling(links.desk, LEAD, None, made) is None
    assert await deposit_view.next_telling(links.desk, 99, 99, made) is None
    await people.freeze_person(links.desk, OWNER, LEAD, True)
    assert await deposit_view.next_telling(links.desk, LEAD, LEAD, made) is None


async def test_an_unknown_link_of_somebody_who_left_is_told_to_the_owners_and_the_group(links: Links) -> None:
    async def leave() -> None:
        await people.remove(links.desk, OWNER, LEAD)

    links.mtpay.during, links.mtpay.errors = leave, [LOST]
    standing = await links.ask()
    await links.tap(standing)
    assert {one.chat_id for one in await links.notices("deposit_unknown")} == {GROUP, OWNER}


@pytest.mark.parametrize("wanted", FILTERS)
async def test_the_list_is_paged_newest_first_and_narrowed(links: Links, wanted: str) -> None:
    for _ in range(7):
        await links.act(by=OWNER)
    await links.report("Finished", of=0)
    await links.report("Failed", of=1)
    await links.ask()
    fits = {"all": 7, "open": 5, "finished": 1, "ended": 1}[wanted]
    first, has_more = await deposit_view.history(links.desk, VIEWER, wanted, 0)
    second, _ = await deposit_view.history(links.desk, VIEWER, wanted, 1)
    numbers = [one.deposit.number for one in (*first, *second)]
    assert len(numbers) == fits and numbers == sorted(numbers, reverse=True) and has_more is (fits > 6)
    rows = await deposit_view.all_for_csv(links.desk, LEAD, wanted)
    assert [one.deposit.number for one in rows] == numbers
    assert [(line.target, line.facts) for line in await links.lines("export")] == [("deposits", {"rows": str(fits)})]


async def test_an_unknown_filter_is_a_usage_and_the_file_is_for_leads(links: Links) -> None:
    for work in (
        deposit_view.history(links.desk, LEAD, "odd", 0),
        deposit_view.all_for_csv(links.desk, LEAD, "odd" * 99),
    ):
        refused = await no(work)
        assert (refused.reason, refused.facts["command"]) == ("usage", "deposits") and len(refused.facts["given"]) < 21
    assert (await no(deposit_view.all_for_csv(links.desk, OPERATOR, "all"))).reason == "role_too_low"
    assert await links.lines("export") == []


async def test_what_a_report_said_is_forgotten_with_the_name(links: Links) -> None:
    links.desk.policy = replace(links.desk.policy, retention_days=5)
    await links.act()
    await links.report("Finished", message="canary words")
    links.bench.pass_(5 * DAY_MS // 1000 + 1)
    await housekeeping.purge(links.desk)
    kept = [str(links.rows(table)) for table in ("deposits", "callbacks", "journal", "intents", "seals")]
    assert "canary words" not in "".join(kept) and links.rows("callbacks") == []


async def test_names_and_links_are_forgotten_in_time_and_summaries_sooner(links: Links) -> None:
    summary, made = (await links.ask(by=OWNER)).deposit.id, await links.act()
    await links.look(7200)
    links.bench.pass_(6 * DAY_MS // 1000)
    await housekeeping.purge(links.desk)
    assert await links.stored(summary) and (await links.stored(made)).wish.payer == PAYER
    links.bench.pass_(DAY_MS // 1000 + 1)
    await housekeeping.purge(links.desk)
    assert [row["id"] for row in links.rows()] == [made] and (await links.stored(made)).wish.payer == PAYER
    links.bench.pass_(links.desk.policy.retention_days * DAY_MS // 1000)
    await housekeeping.purge(links.desk)
    stored = await links.stored(made)
    assert (stored.wish.payer, stored.url, stored.label) == ("", "", "D0002") and await links.phase(made) is Phase.OVER
    assert (await no(deposit.again(links.desk, LEAD, made))).reason == "payer_missing"
    assert PAYER not in str(links.rows())


async def test_checkout_links_never_enter_a_buyers_chat(links: Links) -> None:
    await links.bench.see()
    url = "look https://checkout.mtpay.example/other"
    (before,) = await links.bench.say(url)
    await links.act()
    (after,) = await links.bench.say(url)
    assert not before.doubts.get("checkout") and after.doubts["checkout"] == "checkout.mtpay.example"


def test_a_word_leads_to_an_event_of_the_ledger() -> None:
    assert deposit_follow.OUTCOMES == {"made": Event.FOUND_DONE, "nothing": Event.FOUND_UNTOUCHED}


async def test_a_role_that_was_lowered_sees_but_hands_out_nothing(links: Links) -> None:
    made = await links.act()
    await people.change_role(links.desk, OWNER, LEAD, Role.OPERATOR)
    assert (await deposit_view.show(links.desk, LEAD, made)).phase is Phase.WAITING
    with pytest.raises(NotAllowed):
        await deposit_view.handed_out(links.desk, LEAD, made)


async def test_what_could_be_read_of_a_lost_answer_is_journalled(links: Links) -> None:
    await links.fail(Unknown("mtpay", "deposit", why="unreadable", detail="order c0de: cannot read checkoutUrl"))
    line = (await links.lines())[-1]
    assert (line.outcome, line.facts["answer"]) == ("unknown", "unreadable")
    assert line.facts["detail"] == "order c0de: cannot read checkoutUrl"
    await links.fail(LOST)
    assert "detail" not in (await links.lines())[-1].facts
