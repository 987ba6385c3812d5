"""Links go on by themselves: steps and links end, and what has no answer waits for a report or a lead's word.

MTPay documents no way to ask for an order (§7), so that nothing here ever looks, and nothing is ever sent again.
"""

from bot.domain.deposits import Deposit, DepositStanding
from bot.domain.errors import NotAllowed
from bot.domain.intents import Action, Event, Intent, State
from bot.flows import following
from bot.flows.deposit import end_summary, record
from bot.flows.deposit_view import facts_for, standing_of, stored_deposit, tell
from bot.flows.desk import Desk
from bot.flows.following import Kind
from bot.flows.settling import check_may_settle, settle_by_word
from storage.store import Tables

OUTCOMES = {"made": Event.FOUND_DONE, "nothing": Event.FOUND_UNTOUCHED}


async def adopt(desk: Desk) -> int:
    """At start: requests that were on their way have no answer; the hosts of known links stay out of buyers' chats."""
    async with desk.store.read() as tables:
        for url in await tables.deposits.links():
            desk.exchange.learn_checkout(url)
    return await following.adopt(desk, DEPOSITS)


async def round_(desk: Desk) -> None:
    await following.round_(desk, DEPOSITS)
    await _end_links(desk)


async def _end_links(desk: Desk) -> None:
    """Nobody has reported anything of them, and nobody can pay by them any more."""
    async with desk.store.read() as tables:
        over = await tables.deposits.links_over(desk.now())
    if not over:
        return
    async with desk.store.write() as tables:
        for deposit in over:
            if await tables.deposits.mark_over(deposit.id, desk.now()):
                await tables.journal.add(
                    at=desk.now(), actor=None, action=Action.DEPOSIT.value, target=deposit.target,
                    facts={"number": deposit.order_no}, outcome="link_ended",
                )  # fmt: skip
                await tell(desk, tables, deposit)
    desk.wake_relay.set()


async def may_settle(desk: Desk, user_id: int, deposit_id: str) -> DepositStanding:
    """The deposit, for the question before `settle`."""
    await check_may_settle(desk, user_id, f"deposit/{deposit_id}")
    async with desk.store.read() as tables:
        deposit, _ = await _unknown(tables, deposit_id)
        return await standing_of(desk, tables, deposit)


async def settle(desk: Desk, user_id: int, deposit_id: str, outcome: str) -> DepositStanding:
    """A lead has looked into MTPay's console: it was `made`, or `nothing` was. No request is sent."""
    event = OUTCOMES.get(outcome)
    if event is None:
        raise NotAllowed("stale_button")
    await check_may_settle(desk, user_id, f"deposit/{deposit_id}")
    async with desk.store.write() as tables:
        _, intent = await _unknown(tables, deposit_id)
        await settle_by_word(desk, tables, user_id, intent, outcome, event, record)
        standing = await standing_of(desk, tables, await stored_deposit(tables, deposit_id))
    desk.wake_relay.set()
    return standing


async def _unknown(tables: Tables, deposit_id: str) -> tuple[Deposit, Intent]:
    deposit, intent = await stored_deposit(tables, deposit_id), await tables.intents.get(deposit_id)
    if intent is None or intent.state is not State.UNKNOWN:
        raise NotAllowed("deposit_not_unknown", {"deposit": deposit_id})
    return deposit, intent


async def _over(tables: Tables, now: int) -> list[Deposit]:
    return await tables.deposits.over(now)


async def _no_look(_desk: Desk, _intent: Intent, _deposit: Deposit) -> None:
    """There is nothing to ask."""


DEPOSITS = Kind(
    action=Action.DEPOSIT,
    is_on=lambda desk: desk.exchange.mtpay is not None,
    stored=stored_deposit,
    over=_over,
    end_quote=end_summary,
    record=record,
    due_at=lambda intent, deposit: None,
    look=_no_look,
    facts=facts_for,
    long_notice="deposit_unknown_long",
)
