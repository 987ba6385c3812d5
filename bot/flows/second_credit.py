"""A lead says that the bank shows a credit of an order's own beside those of its sum that stand for others.

Two credits of one minute have one mark, and digits cannot be held against a time: without that word the second order
could never be released. The word moves nothing: the credit is named all the same, and stands once.
"""

from bot.domain.errors import NotAllowed
from bot.domain.orders import Order
from bot.domain.situations import Situation
from bot.domain.staff import Right
from bot.domain.twins import MOST_BESIDES, account_of
from bot.flows.announce import announce_order
from bot.flows.assemble import name_of, situation_of, stored_order
from bot.flows.bank import unreleased_sale
from bot.flows.desk import Desk
from bot.flows.step_up import check_deed
from bot.flows.twin_question import credit_named, opened_at, unnamed_ends
from bot.flows.unlock import LEAST_LETTERS, MOST_LETTERS
from storage.credits import SecondCredit, UsedCredit
from storage.store import Tables

DEED = "second_credit"


async def begin(desk: Desk, user_id: int, order_id: str) -> Situation:
    """May this person say it at all?

    Raises NotAllowed: `no_other_credit` when none of the sum stands in the way, `credits_too_many` (order, most).
    """
    desk.need(user_id, Right.UNLOCK)
    async with desk.store.read() as tables:
        await _besides(desk, tables, (await unreleased_sale(tables, order_id)).order)
        return await situation_of(desk, tables, await stored_order(tables, order_id))


async def open_step(desk: Desk, user_id: int, order_id: str, words: str) -> tuple[Situation, SecondCredit]:
    """Keep the reason and open the step. Raises NotAllowed("reason_in_words") for words that say nothing."""
    desk.need(user_id, Right.UNLOCK)
    reason = " ".join(words.split())
    if sum(char.isalnum() for char in reason) < LEAST_LETTERS or len(reason) > MOST_LETTERS:
        raise NotAllowed("reason_in_words", {"order": order_id, "most": str(MOST_LETTERS)})
    async with desk.store.write() as tables:
        besides = await _besides(desk, tables, (await unreleased_sale(tables, order_id)).order)
        step = SecondCredit(desk.new_id(), order_id, besides, reason, user_id, desk.now())
        await tables.credits.add_second(step)
        return await situation_of(desk, tables, await stored_order(tables, order_id)), step


async def carry_out(desk: Desk, user_id: int, step_id: str) -> Situation:
    """The word counts against the credits of the orders that the card named, and against no later one.

    Raises NotAllowed: `seal_expired`, `seal_used`, `not_your_step`, those of a PIN.
    """
    desk.need(user_id, Right.UNLOCK)
    async with desk.store.read() as tables:
        step = await _step(desk, tables, user_id, step_id)
    await check_deed(desk, user_id, DEED, step.order_id, is_always=True)
    async with desk.store.write() as tables:
        desk.need(user_id, Right.UNLOCK)
        await _step(desk, tables, user_id, step_id)
        if not await tables.credits.say_second(step_id, desk.now()):
            raise NotAllowed("seal_used", {"who": "", "order": step.order_id})
        await tables.journal.add(
            at=desk.now(), actor=user_id, action=DEED, target=step.order_id,
            facts={"step": step.id, "besides": ",".join(step.besides)}, outcome="done",
        )  # fmt: skip
        # Whoever waits for it must hear it
        await announce_order(desk, tables, step.order_id, repost=True, ring=True)
        situation = await situation_of(desk, tables, await stored_order(tables, step.order_id))
    desk.wake_relay.set()
    return situation


async def _step(desk: Desk, tables: Tables, user_id: int, step_id: str) -> SecondCredit:
    step = await tables.credits.second(step_id)
    if step is None:
        raise NotAllowed("stale_button")
    if step.asked_by != user_id:
        raise NotAllowed("not_your_step", {"who": name_of(desk, step.asked_by), "order": step.order_id})
    if step.done_at is not None:
        facts = {"who": name_of(desk, step.asked_by), "actor": str(step.asked_by), "order": step.order_id}
        raise NotAllowed("seal_used", facts)
    if step.ended_at is not None or desk.now() - step.asked_at >= desk.policy.approval_seconds * 1000:
        raise NotAllowed("seal_expired", {"order": step.order_id})
    await unreleased_sale(tables, step.order_id)
    return step


async def _besides(desk: Desk, tables: Tables, order: Order) -> tuple[str, ...]:
    """The orders whose credits of this sum can stand in the way: those since this one was opened, named or not, and
    older ones that the mark may be which was refused last. Newest first, as many as the card names."""
    since = await opened_at(desk, tables, order)
    used = await tables.credits.of_total_since(account_of(order), order.fiat, order.total, since)
    used += await _refused_for(desk, tables, order)
    found = [(one.used_at, one.order_id) for one in used]
    found += [(end.at, end.order.id) for end in await unnamed_ends(desk, tables, order)]
    found.sort(key=lambda one: one[0], reverse=True)
    besides = tuple(dict.fromkeys(order_id for _, order_id in found if order_id != order.id))
    if not besides:
        raise NotAllowed("no_other_credit", {"order": order.id})
    if len(besides) > MOST_BESIDES:
        raise NotAllowed("credits_too_many", {"order": order.id, "most": str(MOST_BESIDES)})
    return besides


async def _refused_for(desk: Desk, tables: Tables, order: Order) -> list[UsedCredit]:
    mark = await tables.journal.last_given(order.id, "reference_used")
    if not mark:
        return []
    try:
        return await tables.credits.all_used(credit_named(desk, order, mark))
    except NotAllowed:  # a time that means no one credit of it any more: nothing can be named by it
        return []
