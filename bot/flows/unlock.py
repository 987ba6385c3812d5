"""A lead lets a stopped order go on: with a reason in words, by a second step that holds for this very lock."""

from bot.domain.errors import NotAllowed
from bot.domain.situations import LockReason, Situation
from bot.domain.staff import Right
from bot.flows.announce import announce_order
from bot.flows.assemble import name_of, situation_of, stored_order
from bot.flows.bank import unreleased_sale
from bot.flows.desk import Desk
from bot.flows.step_up import check_deed
from storage.doubts import Unlock
from storage.store import Tables

LEAST_LETTERS, MOST_LETTERS = 3, 200


async def begin(desk: Desk, user_id: int, order_id: str) -> Situation:
    """May this person unlock it at all? Raises NotAllowed."""
    desk.need(user_id, Right.UNLOCK)
    async with desk.store.read() as tables:
        await _lock(tables, order_id)
        return await situation_of(desk, tables, await stored_order(tables, order_id))


async def open_step(desk: Desk, user_id: int, order_id: str, words: str) -> tuple[Situation, Unlock]:
    """Keep the reason and open the step. Raises NotAllowed("reason_in_words") for words that say nothing."""
    desk.need(user_id, Right.UNLOCK)
    reason = " ".join(words.split())
    if sum(char.isalnum() for char in reason) < LEAST_LETTERS or len(reason) > MOST_LETTERS:
        raise NotAllowed("reason_in_words", {"order": order_id, "most": str(MOST_LETTERS)})
    async with desk.store.write() as tables:
        _, _, locked_at = await _lock(tables, order_id)
        unlock = Unlock(desk.new_id(), order_id, locked_at, reason, user_id, desk.now())
        await tables.doubts.add_unlock(unlock)
        return await situation_of(desk, tables, await stored_order(tables, order_id)), unlock


async def carry_out(desk: Desk, user_id: int, unlock_id: str) -> Situation:
    """The lock goes; the release itself still needs its own step.

    Raises NotAllowed: `seal_expired`, `seal_used`, `not_your_step`, `not_locked` when it is another lock by now.
    """
    desk.need(user_id, Right.UNLOCK)
    await _check_pin(desk, user_id, unlock_id)
    async with desk.store.write() as tables:
        step = await tables.doubts.unlock(unlock_id)
        if step is None:
            raise NotAllowed("stale_button")
        _check_step(desk, user_id, step)
        reason, _, locked_at = await _lock(tables, step.order_id)
        if locked_at != step.locked_at:
            raise NotAllowed("order_changed", {"order": step.order_id})
        if not await tables.doubts.use_unlock(unlock_id, desk.now()):
            raise NotAllowed("seal_used", {"who": "", "order": step.order_id})
        await tables.orders.unlock(step.order_id)
        # Who asked while it was stopped asked for this; what was asked before, for another cause, stays asked
        await tables.approvals.answer(step.order_id, user_id, locked_at)
        await tables.seals.end_for(step.order_id, desk.now())
        await tables.journal.add(
            at=desk.now(), actor=user_id, action="unlock", target=step.order_id,
            facts={"unlock": step.id, "lock": reason.value}, outcome="done",
        )  # fmt: skip
        # Whoever waits for it must hear it
        await announce_order(desk, tables, step.order_id, repost=True, ring=True)
        situation = await situation_of(desk, tables, await stored_order(tables, step.order_id))
    desk.wake_relay.set()
    return situation


async def _check_pin(desk: Desk, user_id: int, unlock_id: str) -> None:
    async with desk.store.read() as tables:
        step = await tables.doubts.unlock(unlock_id)
    if step is not None and step.asked_by == user_id:
        await check_deed(desk, user_id, "unlock", step.order_id, is_money=False)


def _check_step(desk: Desk, user_id: int, step: Unlock) -> None:
    if step.asked_by != user_id:
        raise NotAllowed("not_your_step", {"who": name_of(desk, step.asked_by), "order": step.order_id})
    if step.done_at is not None:
        facts = {"who": name_of(desk, step.asked_by), "actor": str(step.asked_by), "order": step.order_id}
        raise NotAllowed("seal_used", facts)
    if step.ended_at is not None or desk.now() - step.asked_at >= desk.policy.approval_seconds * 1000:
        raise NotAllowed("seal_expired", {"order": step.order_id})


async def _lock(tables: Tables, order_id: str) -> tuple[LockReason, int, int]:
    stored = await unreleased_sale(tables, order_id)
    if stored.lock is None:
        raise NotAllowed("not_locked", {"order": order_id})
    return stored.lock
