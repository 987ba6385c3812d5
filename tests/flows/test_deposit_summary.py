"""The summary of a wish: who may ask for it, what is chosen in it, and when it is over."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.domain.deposits import ANY_METHOD, LANGUAGES, Method, Phase
from bot.flows import deposit, freeze
from bot.flows.exchange import MOST_HOOK_CHARACTERS, Exchange
from tests.flows.bench import AGENT, LEAD, OPERATOR, OWNER, VIEWER
from tests.flows.deposit_bench import PAYER, PUBLIC, RECEIVES, Links, no, open_links, restart, seal
from tests.support.fake_mtpay import HOOKS, LOST


@pytest.fixture
async def links(tmp_path: Path) -> AsyncIterator[Links]:
    async with open_links(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("by", [LEAD, OWNER])
async def test_a_summary_is_stored_with_its_step_and_sends_nothing(links: Links, by: int) -> None:
    standing = await links.ask(by=by)
    assert standing.phase is Phase.SUMMARY and links.mtpay.asked == []
    made = standing.deposit
    assert (made.person, made.ends_at - made.asked_at, made.order_no, made.hook_hash) == (by, 120_000, "", "")
    assert standing.open_seal is not None and standing.open_seal.expires_at == made.ends_at
    assert PAYER not in str(links.rows("seals")) and standing.unanswered == 0 and await links.lines() == []


@pytest.mark.parametrize("by", [OPERATOR, AGENT, VIEWER])
async def test_only_leads_ask_for_links(links: Links, by: int) -> None:
    mine = await links.ask()
    for work in (
        links.ask(by=by),
        deposit.again(links.desk, by, mine.deposit.id),
        deposit.switch_method(links.desk, by, mine.deposit.id, "1"),
        deposit.choose_language(links.desk, by, mine.deposit.id, "en"),
        deposit.make(links.desk, by, seal(mine), links.bench.now),
    ):
        assert (await no(work)).reason == "role_too_low"
    assert links.mtpay.asked == [] and len(links.rows()) == 1


OFF: dict[str, tuple[Callable[[Links], object], str]] = {
    "no settings": (lambda links: setattr(links.desk, "exchange", Exchange(public_url=PUBLIC)), "deposit_off"),
    "no address": (lambda links: setattr(links.desk.exchange, "public_url", ""), "deposit_no_address"),
    "a long address": (
        lambda links: setattr(links.desk.exchange, "public_url", "https://d.example/" + "x" * 140),
        "deposit_address_long",
    ),
    "halted": (lambda links: setattr(links.desk, "is_halted", True), "halted"),
}


@pytest.mark.parametrize("what", OFF)
async def test_without_what_it_needs_there_is_neither_summary_nor_link(links: Links, what: str) -> None:
    change, why = OFF[what]
    standing = await links.ask()
    change(links)
    assert (await no(links.ask())).reason == why
    assert (await no(links.tap(standing))).reason == why
    assert links.mtpay.asked == [] and await links.intent(standing.deposit.id) is None
    assert (await links.outcomes())[-1] == "not_allowed"


async def test_the_longest_address_that_mtpay_takes_is_taken(links: Links) -> None:
    room = MOST_HOOK_CHARACTERS - len(f"https://d.example/{HOOKS}") - 32
    links.desk.exchange.public_url = "https://d.example/" + "x" * room + "/"
    await links.act()
    assert len(links.mtpay.asked[0].fields["webhookUrl"]) == MOST_HOOK_CHARACTERS
    links.desk.exchange.public_url += "x/"
    refused = await no(links.ask())
    assert (refused.reason, refused.facts) == ("deposit_address_long", {"limit": "200"})


async def test_a_frozen_desk_shows_no_summary(links: Links) -> None:
    await freeze.freeze_desk(links.desk, OWNER)
    assert (await no(links.ask())).reason == "desk_frozen" and links.rows() == []


async def test_a_newer_summary_ends_the_older_one_of_the_same_person_only(links: Links) -> None:
    others, first = await links.ask(by=OWNER), await links.ask()
    await links.ask("1 HKD 李四")
    assert await links.phase(first.deposit.id) is Phase.LEFT
    assert await links.phase(others.deposit.id) is Phase.SUMMARY
    await links.tap(others, by=OWNER)
    assert len(links.mtpay.asked) == 1


async def test_a_summary_tells_of_links_without_an_answer(links: Links) -> None:
    await links.fail(LOST)
    assert (await links.ask()).unanswered == 1


@pytest.mark.parametrize("bits", [["1"], ["2", "4"], ["4", "4", "1"]])
async def test_methods_are_switched_over_and_what_is_confirmed_is_what_stands(links: Links, bits: list[str]) -> None:
    standing, wanted = await links.ask(), ANY_METHOD
    for bit in bits:
        standing, wanted = await deposit.switch_method(links.desk, LEAD, standing.deposit.id, bit), wanted ^ int(bit)
        assert standing.deposit.wish.methods == wanted
    links.bench.pass_(2)
    await links.tap(standing)
    assert links.mtpay.asked[0].fields["paymentMethod"]["method"] == int(wanted)


async def test_the_last_method_stays(links: Links) -> None:
    made = (await links.ask()).deposit.id
    for bit in ("1", "2"):
        standing = await deposit.switch_method(links.desk, LEAD, made, bit)
    assert (await no(deposit.switch_method(links.desk, LEAD, made, "4"))).reason == "no_method"
    assert (await links.standing(made)).open_seal == standing.open_seal
    assert (await links.stored(made)).wish.methods == Method.ALIPAY


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_language_of_the_page_is_chosen(links: Links, language: str) -> None:
    standing = await deposit.choose_language(links.desk, LEAD, (await links.ask()).deposit.id, language)
    links.bench.pass_(2)
    await links.tap(standing)
    assert links.mtpay.asked[0].fields["language"] == language and standing.deposit.wish.methods == ANY_METHOD


@pytest.mark.parametrize(("bit", "language"), [("8", "fr"), ("0", ""), ("7", "EN"), ("-1", "zh"), ("x", "zh_cn")])
async def test_a_choice_that_is_none_changes_nothing(links: Links, bit: str, language: str) -> None:
    standing = await links.ask()
    made = standing.deposit
    for work in (
        deposit.switch_method(links.desk, LEAD, made.id, bit),
        deposit.choose_language(links.desk, LEAD, made.id, language),
        deposit.switch_method(links.desk, LEAD, "never", "1"),
    ):
        assert (await no(work)).reason == "stale_button"
    assert (await links.standing(made.id)).open_seal == standing.open_seal and await links.stored(made.id) == made


async def test_a_choice_is_a_step_of_its_own_and_begins_its_time_anew(links: Links) -> None:
    first = await links.ask(read_for=100)
    second = await deposit.choose_language(links.desk, LEAD, first.deposit.id, "en")
    assert second.deposit.ends_at == links.bench.now + 120_000
    assert (await no(links.tap(second))).reason == "too_quick"
    links.bench.pass_(100)
    await links.tap(second)
    assert len(links.mtpay.asked) == 1


@pytest.mark.parametrize("choose", ["method", "language"])
async def test_a_tap_on_the_step_before_a_choice_sends_nothing_and_leaves_the_newer_one(
    links: Links, choose: str
) -> None:
    first = await links.ask()
    made = first.deposit.id
    if choose == "method":
        second = await deposit.switch_method(links.desk, LEAD, made, "1")
    else:
        second = await deposit.choose_language(links.desk, LEAD, made, "en")
    links.bench.pass_(2)
    assert [row["id"] for row in links.rows("seals") if row["used_at"] is None] == [seal(second)]
    assert (await no(links.tap(first))).reason == "deposit_step_over" and links.mtpay.asked == []
    assert await links.phase(made) is Phase.SUMMARY
    await links.tap(second)
    assert len(links.mtpay.asked) == 1 and await links.outcomes() == ["not_allowed", "sent", "done"]


async def test_nobody_chooses_for_somebody_else(links: Links) -> None:
    standing = await links.ask()
    refused = await no(deposit.switch_method(links.desk, OWNER, standing.deposit.id, "1"))
    assert (refused.reason, refused.facts) == ("not_your_step", {"who": "lead 2"})
    await links.tap(standing)
    assert len(links.mtpay.asked) == 1


@pytest.mark.parametrize("what", ["time", "sent", "stepped back", "restart"])
async def test_nothing_is_chosen_any_more_once_it_is_over(links: Links, what: str) -> None:
    standing = await links.ask()
    made = standing.deposit.id
    if what == "time":
        links.bench.pass_(118)
    elif what == "sent":
        await links.tap(standing)
    elif what == "stepped back":
        await deposit.step_back(links.desk, LEAD, made)
    else:
        await restart(links)
    assert (await no(deposit.switch_method(links.desk, LEAD, made, "1"))).reason == "deposit_step_over"
    assert (await links.stored(made)).wish.methods == ANY_METHOD


async def test_stepping_back_ends_ones_own_summary_and_nobody_elses(links: Links) -> None:
    standing = await links.ask()
    for by in (OWNER, OPERATOR, VIEWER):
        assert (await deposit.step_back(links.desk, by, standing.deposit.id)).phase is Phase.SUMMARY
    assert (await deposit.step_back(links.desk, LEAD, standing.deposit.id)).phase is Phase.LEFT
    assert (await deposit.step_back(links.desk, LEAD, standing.deposit.id)).phase is Phase.LEFT
    assert (await no(links.tap(standing))).reason == "deposit_step_over" and links.mtpay.asked == []


async def test_the_same_once_more_is_a_summary_of_its_own(links: Links) -> None:
    made = await links.act(RECEIVES)
    fresh = await deposit.again(links.desk, OWNER, made)
    assert fresh.deposit.id != made and fresh.deposit.wish == (await links.stored(made)).wish
    assert (fresh.phase, fresh.deposit.person, len(links.mtpay.asked)) == (Phase.SUMMARY, OWNER, 1)
    assert (await no(deposit.again(links.desk, LEAD, "never"))).reason == "stale_button"


async def test_the_same_once_more_needs_the_name_that_was_forgotten(links: Links) -> None:
    made = await links.act()
    async with links.bench.store.write() as tables:
        await tables.deposits.purge(0, names_before=10**15)
    assert (await no(deposit.again(links.desk, LEAD, made))).reason == "payer_missing" and len(links.rows()) == 1
