"""Every confirm of the desk asks for the PIN: no door stands beside the lock."""

import ast
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.intents import ORDER_ACTIONS, Action, State
from bot.domain.orders import Side
from bot.domain.seals import Choice
from bot.domain.step_up import Step
from bot.flows import (
    ad_change,
    ad_publish,
    ad_rule,
    ads_all,
    bank_add,
    banks,
    convert,
    convert_again,
    deposit,
    deposit_follow,
    off_ramp,
    off_ramp_settle,
    pin_questions,
    shop,
)
from bot.texts.extract import ROOT
from tests.flows.ad_bench import open_shelf
from tests.flows.ad_form_bench import open_stall
from tests.flows.bank_bench import open_counter
from tests.flows.bench import LEAD, OPERATOR, ORDER, OWNER, Bench, open_bench
from tests.flows.convert_bench import Deal, open_deal
from tests.flows.deposit_bench import open_links
from tests.flows.off_ramp_bench import Sale
from tests.flows.rule_bench import RANK_1, open_rules
from tests.flows.shop_bench import opened
from tests.flows.step_up_bench import FIRST, reply, set_pin
from tests.support.fake_mtpay import LOST as MTPAY_LOST
from tests.support.fake_otc import CHASE
from tests.support.fake_otc import LOST_ORDER as OTC_LOST

ORDER_CALLS = {Action.RELEASE: "release", Action.MARK_PAID: "mark_paid", Action.CANCEL: "cancel"}


@dataclass
class Door:
    """An opened step: `press` is its last tap, `sent` how many requests (or armed rules) came of it."""

    bench: Bench
    by: int
    press: Callable[[], Awaitable[object]]
    sent: Callable[[], Awaitable[int]]


Open = Callable[[Path, AsyncExitStack], Awaitable[Door]]


async def _stale_pin(bench: Bench, by: int) -> None:
    await set_pin(bench, by=by)
    bench.pass_(3600)


def _of_order(action: Action) -> Open:
    async def made(folder: Path, stack: AsyncExitStack) -> Door:
        bench = await stack.enter_async_context(open_bench(folder))
        await _stale_pin(bench, OPERATOR)
        if action is Action.MARK_PAID:
            bench.add(replace(ORDER, side=Side.BUY, status="unpay", paid_at=0))
        choice = {Action.MARK_PAID: Choice(method="bank"), Action.CANCEL: Choice(reason="1")}.get(action, Choice())
        seal = await bench.open_step(action=action, choice=choice)

        async def sent() -> int:
            return bench.gate.count(ORDER_CALLS[action])

        return Door(bench, OPERATOR, lambda: bench.confirm(seal), sent)

    return made


def _count(calls: Callable[[], int]) -> Callable[[], Awaitable[int]]:
    async def sent() -> int:
        return calls()

    return sent


async def _convert(folder: Path, stack: AsyncExitStack) -> Door:
    deal = await stack.enter_async_context(open_deal(folder))
    await _stale_pin(deal.bench, OPERATOR)
    quote = await deal.quote()
    seal = quote.open_seal
    assert seal is not None
    return Door(
        deal.bench, OPERATOR, lambda: convert.convert(deal.desk, OPERATOR, seal.id, deal.bench.now),
        _count(lambda: sum(1 for call in deal.pay.calls if "convert" in str(call))),
    )  # fmt: skip


async def _lost(folder: Path, stack: AsyncExitStack) -> tuple[Deal, str]:
    deal = await stack.enter_async_context(open_deal(folder))
    intent = await deal.lose(acts=False)
    return deal, intent.id


async def _again(folder: Path, stack: AsyncExitStack) -> Door:
    deal, conversion = await _lost(folder, stack)
    await _stale_pin(deal.bench, OPERATOR)
    _, seal = await convert_again.open_again(deal.desk, OPERATOR, conversion)
    deal.bench.pass_(2)
    before = sum(1 for call in deal.pay.calls if "convert" in str(call))
    return Door(
        deal.bench, OPERATOR, lambda: convert_again.ask_again(deal.desk, OPERATOR, seal.id, deal.bench.now),
        _count(lambda: sum(1 for call in deal.pay.calls if "convert" in str(call)) - before),
    )  # fmt: skip


async def _off_ramp(folder: Path, stack: AsyncExitStack) -> Door:
    bench = await stack.enter_async_context(open_bench(folder))
    sale = Sale(bench, folder / "desk.db")
    await _stale_pin(bench, LEAD)
    seal = (await sale.quote()).open_seal
    assert seal is not None
    return Door(
        bench, LEAD, lambda: off_ramp.sell(sale.desk, LEAD, seal.id, bench.now), _count(lambda: len(sale.otc.made))
    )


async def _deposit(folder: Path, stack: AsyncExitStack) -> Door:
    links = await stack.enter_async_context(open_links(folder))
    await _stale_pin(links.bench, LEAD)
    seal = (await links.ask()).open_seal
    assert seal is not None
    return Door(
        links.bench, LEAD, lambda: deposit.make(links.desk, LEAD, seal.id, links.bench.now),
        _count(lambda: len(links.mtpay.asked)),
    )  # fmt: skip


async def _ad(folder: Path, stack: AsyncExitStack) -> Door:
    shelf = await stack.enter_async_context(open_shelf(folder))
    await _stale_pin(shelf.bench, LEAD)
    seal = (await shelf.ask()).open_seal
    assert seal is not None
    return Door(
        shelf.bench, LEAD, lambda: ad_change.change(shelf.desk, LEAD, seal.id, shelf.bench.clock.now()),
        _count(lambda: len(shelf.posts())),
    )  # fmt: skip


async def _all_ads(folder: Path, stack: AsyncExitStack) -> Door:
    shelf = await stack.enter_async_context(open_shelf(folder))
    await _stale_pin(shelf.bench, LEAD)
    seal = (await ads_all.begin(shelf.desk, LEAD, "off")).open_seal
    assert seal is not None
    shelf.bench.pass_(2)
    return Door(
        shelf.bench, LEAD, lambda: ads_all.move(shelf.desk, LEAD, seal.id, shelf.bench.clock.now()),
        _count(lambda: min(1, len(shelf.posts()))),
    )  # fmt: skip


async def _publish(folder: Path, stack: AsyncExitStack) -> Door:
    stall = await stack.enter_async_context(open_stall(folder))
    await _stale_pin(stall.bench, LEAD)
    seal = (await stall.confirm(await stall.fill())).seal
    assert seal is not None
    return Door(
        stall.bench, LEAD, lambda: ad_publish.send(stall.desk, LEAD, seal.id, stall.bench.clock.now()),
        _count(lambda: stall.gate.count("publish_ad")),
    )  # fmt: skip


async def _reprice(folder: Path, stack: AsyncExitStack) -> Door:
    rules = await stack.enter_async_context(open_rules(folder))
    await _stale_pin(rules.bench, LEAD)
    asked = await ad_rule.ask(rules.desk, LEAD, (await rules.make(RANK_1)).rule.id, "1")
    seal = asked.open_seal
    assert seal is not None
    rules.bench.pass_(2)

    async def armed() -> int:
        return int((await rules.rule(asked.rule.id)).is_armed)

    return Door(rules.bench, LEAD, lambda: ad_rule.arm(rules.desk, LEAD, seal.id, rules.bench.clock.now()), armed)


async def _shop(folder: Path, stack: AsyncExitStack) -> Door:
    bench = await stack.enter_async_context(open_bench(folder))
    await _stale_pin(bench, LEAD)
    step = await opened(bench)
    return Door(
        bench, LEAD, lambda: shop.send(bench.desk, LEAD, step.seal.id, bench.clock.now()),
        _count(lambda: bench.gate.count("set_work_hours")),
    )  # fmt: skip


async def _bank_add(folder: Path, stack: AsyncExitStack) -> Door:
    counter = await stack.enter_async_context(open_counter(folder))
    await _stale_pin(counter.bench, OWNER)
    seal = await counter.confirm(await counter.fill())
    return Door(
        counter.bench, OWNER, lambda: bank_add.send(counter.desk, OWNER, seal.id, counter.bench.now),
        _count(lambda: sum(1 for call in counter.otc.calls if "add" in str(call))),
    )  # fmt: skip


async def _bank_delete(folder: Path, stack: AsyncExitStack) -> Door:
    counter = await stack.enter_async_context(open_counter(folder))
    await _stale_pin(counter.bench, OWNER)
    return Door(
        counter.bench, OWNER, lambda: banks.delete(counter.desk, OWNER, CHASE.id, CHASE.iban[-4:]),
        _count(lambda: sum(1 for call in counter.otc.calls if "delete" in str(call))),
    )  # fmt: skip


async def _settle(folder: Path, stack: AsyncExitStack) -> Door:
    deal, conversion = await _lost(folder, stack)
    await _stale_pin(deal.bench, LEAD)

    async def settled() -> int:
        return int(not (await deal.bench.intent(conversion)).is_open)

    return Door(
        deal.bench, LEAD, lambda: convert_again.settle(deal.desk, LEAD, conversion, "nothing"), settled
    )  # fmt: skip


async def _settle_link(folder: Path, stack: AsyncExitStack) -> Door:
    links = await stack.enter_async_context(open_links(folder))
    made = await links.fail(MTPAY_LOST)
    await _stale_pin(links.bench, LEAD)

    async def settled() -> int:
        return int(not (await links.bench.intent(made)).is_open)

    return Door(links.bench, LEAD, lambda: deposit_follow.settle(links.desk, LEAD, made, "nothing"), settled)


async def _settle_off_ramp(folder: Path, stack: AsyncExitStack) -> Door:
    bench = await stack.enter_async_context(open_bench(folder))
    sale = Sale(bench, folder / "desk.db")
    made = await sale.fail(OTC_LOST)
    sale.otc.errors["find"] = [OTC_LOST] * 9
    await _stale_pin(bench, LEAD)

    async def settled() -> int:
        return int((await bench.intent(made.id)).state is not State.UNKNOWN)

    order = next(iter(sale.otc.made))
    return Door(bench, LEAD, lambda: off_ramp_settle.settle(sale.desk, LEAD, made.id, order), settled)


DOORS: dict[str, Open] = {
    **{action.value: _of_order(action) for action in ORDER_ACTIONS},
    Action.CONVERT.value: _convert, Action.OFF_RAMP.value: _off_ramp, Action.DEPOSIT.value: _deposit,
    Action.AD.value: _ad, Action.PUBLISH_AD.value: _publish, Action.REPRICE.value: _reprice,
    Action.SHOP.value: _shop, "ask again": _again, "all ads": _all_ads, "bank_add": _bank_add,
    "bank_delete": _bank_delete, "settle": _settle, "settle a link": _settle_link,
    "settle an off-ramp": _settle_off_ramp,
}  # fmt: skip


def test_every_action_has_a_door_here() -> None:
    assert {action.value for action in Action} <= set(DOORS)


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened_stack:
        yield opened_stack


@pytest.mark.parametrize("name", DOORS)
async def test_it_asks_for_the_pin_and_the_same_tap_goes_on_after_the_right_one(
    name: str, tmp_path: Path, stack: AsyncExitStack
) -> None:
    door = await DOORS[name](tmp_path, stack)
    with pytest.raises(NotAllowed) as refused:
        await door.press()
    await door.bench.desk.drain(5)
    assert refused.value.reason == "pin_needed" and await door.sent() == 0
    facts = refused.value.facts
    prompt = await pin_questions.ask(door.bench.desk, door.by, Step.PROVE, facts["about"], facts)
    await reply(door.bench, prompt, FIRST)
    await door.press()
    await door.bench.desk.drain(5)
    assert await door.sent() == 1


@pytest.mark.parametrize("name", DOORS)
async def test_where_a_pin_is_required_nobody_without_one_gets_through(
    name: str, tmp_path: Path, stack: AsyncExitStack
) -> None:
    door = await DOORS[name](tmp_path, stack)
    desk = door.bench.desk
    async with desk.store.write() as tables:
        await tables.step_up.forget(door.by)
    desk.policy = replace(desk.policy, step_up="required")
    with pytest.raises(NotAllowed, match="pin_missing"):
        await door.press()
    await desk.drain(5)
    assert await door.sent() == 0


def test_whatever_uses_a_seal_up_has_it_checked() -> None:
    """A new flow with a confirm of its own cannot forget the lock."""
    for path in sorted((ROOT / "bot" / "flows").glob("*.py")):
        called = {
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call)
        }
        text = path.read_text(encoding="utf-8")
        if "seals.use(" in text:
            assert "check_seal" in called, path.name
