"""A payment link: the summary sealed for the lead who asked, and the one request behind its confirm."""

import asyncio
import secrets
from dataclasses import replace

from bot.domain.deposit_wishes import read_payer, with_method
from bot.domain.deposits import (
    ANY_METHOD,
    LANGUAGES,
    Deposit,
    DepositStanding,
    DepositWish,
    Link,
    Method,
    facts_of_deposit,
    hash_of_hook,
)
from bot.domain.errors import NotAllowed, Unknown
from bot.domain.intents import Action, Event, Intent, State, after
from bot.domain.seals import Choice, Seal, fingerprint
from bot.domain.staff import Person, Right
from bot.flows.approve import check_not_frozen
from bot.flows.assemble import name_of
from bot.flows.confirm import HEAD_START_SECONDS, check_seal, seal_of
from bot.flows.deposit_view import standing_of, stored_deposit, tell, tell_outcome
from bot.flows.desk import Desk
from bot.flows.duress import MTPAY
from bot.flows.outcome import attempt, keep_until_stored
from bot.flows.quoted import in_words, is_over, make_seal
from bot.flows.starting import Waits
from storage.store import Tables

OF_A_LINK = {"seal_expired": "deposit_step_over", "seal_used": "deposit_step_used"}


async def begin(desk: Desk, user_id: int, wish: DepositWish) -> DepositStanding:
    """Show what would be asked for, with its confirm step. Nothing is sent. Raises NotAllowed."""
    desk.need(user_id, Right.DEPOSIT)
    desk.exchange.check_deposits()
    async with desk.store.write() as tables:
        person = desk.need(user_id, Right.DEPOSIT)
        await check_not_frozen(desk, tables, Waits.WHILE_GATE_ANSWERS, venue=MTPAY)
        for old in await tables.deposits.live(user_id):
            await end_summary(desk, tables, old)
        now = desk.now()
        ends_at = now + desk.policy.approval_seconds * 1000
        made = await tables.deposits.add(desk.new_id(), wish, person=user_id, asked_at=now, ends_at=ends_at)
        return await _open_step(desk, tables, person, made)


async def again(desk: Desk, user_id: int, deposit_id: str) -> DepositStanding:
    """The same wish once more, as a new summary: nothing is sent before it is confirmed."""
    desk.need(user_id, Right.DEPOSIT)
    async with desk.store.read() as tables:
        old = await stored_deposit(tables, deposit_id)
    read_payer(old.wish.payer)  # forgotten by now: then it must be typed again
    return await begin(desk, user_id, old.wish)


async def switch_method(desk: Desk, user_id: int, deposit_id: str, bit: str) -> DepositStanding:
    """Allow a payment method, or no longer. Raises NotAllowed("no_method") for the last one."""
    if bit not in {str(int(method)) for method in ANY_METHOD}:
        raise NotAllowed("stale_button")
    return await _choose(desk, user_id, deposit_id, method=Method(int(bit)))


async def choose_language(desk: Desk, user_id: int, deposit_id: str, language: str) -> DepositStanding:
    """In which language the customer sees the page."""
    if language not in LANGUAGES:
        raise NotAllowed("stale_button")
    return await _choose(desk, user_id, deposit_id, language=language)


async def _choose(
    desk: Desk, user_id: int, deposit_id: str, *, method: Method | None = None, language: str = ""
) -> DepositStanding:
    """Another summary in the place of the old one: the step before it can be confirmed no more."""
    person = desk.need(user_id, Right.DEPOSIT)
    async with desk.store.write() as tables:
        old = await stored_deposit(tables, deposit_id)
        if old.person != user_id:
            raise NotAllowed("not_your_step", {"who": name_of(desk, old.person)})
        if is_over(desk, old.id, old.asked_at, old.ends_at):
            raise NotAllowed("deposit_step_over")
        methods = with_method(old.wish.methods, method) if method is not None else old.wish.methods
        ends_at = desk.now() + desk.policy.approval_seconds * 1000
        changed = await tables.deposits.change(
            deposit_id, methods=methods, language=language or old.wish.language, ends_at=ends_at
        )
        if changed is None:
            raise NotAllowed("deposit_step_over")
        await tables.seals.end_for(deposit_id, desk.now())
        return await _open_step(desk, tables, person, changed)


async def _open_step(desk: Desk, tables: Tables, person: Person, deposit: Deposit) -> DepositStanding:
    desk.exchange.deadlines[deposit.id] = desk.clock.monotonic() + desk.policy.approval_seconds
    facts = facts_of_deposit(deposit, approver=person.id, role=person.role.word)
    seal = make_seal(desk, person, Action.DEPOSIT, deposit.id, facts, expires_at=deposit.ends_at, choice=Choice())
    await tables.seals.add(seal)
    return await standing_of(desk, tables, deposit)


async def end_summary(desk: Desk, tables: Tables, deposit: Deposit) -> None:
    """Nobody can confirm it any more; every card of it is brought up to date once."""
    if await tables.deposits.end(deposit.id, desk.now()):
        await tables.seals.end_for(deposit.id, desk.now())
        await tell(desk, tables, deposit)


async def step_back(desk: Desk, user_id: int, deposit_id: str) -> DepositStanding:
    """The person does not want it: the step ends, nothing was sent."""
    desk.need(user_id, Right.READ)
    async with desk.store.write() as tables:
        deposit = await stored_deposit(tables, deposit_id)
        if deposit.person == user_id and await tables.deposits.end(deposit.id, desk.now()):
            await tables.seals.end_for(deposit.id, desk.now())
        return await standing_of(desk, tables, await stored_deposit(tables, deposit_id))


async def make(desk: Desk, user_id: int, seal_id: str, tapped_at: int) -> DepositStanding:
    """Turn an open summary into one deposit order. Raises NotAllowed: then nothing was sent."""
    seal = await seal_of(desk, seal_id)
    try:
        person = desk.need(user_id, Right.DEPOSIT)
        if seal.action is not Action.DEPOSIT:
            raise NotAllowed("stale_button")
        desk.exchange.check_deposits()
        await check_seal(desk, seal, person, tapped_at)
        async with desk.store.write() as tables:
            intent, body = await _decide(desk, tables, user_id, seal)
    except NotAllowed as error:
        no = in_words(error, seal, "deposit", OF_A_LINK)
        await _refused(desk, user_id, seal, no)
        raise no from None
    request = desk.spawn(_perform(desk, intent, body), intent.target)
    await asyncio.wait({request}, timeout=HEAD_START_SECONDS)
    desk.wake_relay.set()
    async with desk.store.read() as tables:
        return await standing_of(desk, tables, await stored_deposit(tables, intent.id))


async def _refused(desk: Desk, user_id: int, seal: Seal, no: NotAllowed) -> None:
    """A summary whose own step is over ends here; a tap on the step before the newest one leaves that open."""
    async with desk.store.write() as tables:
        if no.reason == "deposit_step_over":
            deposit = await tables.deposits.get(seal.target)
            has_newer = any(one.id != seal.id for one in await tables.seals.open_for(seal.target))
            if deposit is not None and not has_newer:
                await end_summary(desk, tables, deposit)
        await tables.journal.add(
            at=desk.now(), actor=user_id, action=Action.DEPOSIT.value, target=f"deposit/{seal.target}",
            facts={"reason": no.reason, **no.facts}, outcome="not_allowed",
        )  # fmt: skip
    desk.wake_relay.set()


async def _decide(desk: Desk, tables: Tables, user_id: int, seal: Seal) -> tuple[Intent, bytes]:
    """One transaction: every check again, the seal used, our number stored, the intent written as sent."""
    person = desk.need(user_id, Right.DEPOSIT)
    deposit = await stored_deposit(tables, seal.target)
    fresh = await tables.seals.get(seal.id)
    if fresh is None or fresh.used_at is not None or deposit.ended_at is not None:
        intent = await tables.intents.get(deposit.id)
        raise NotAllowed("seal_used", {"who": name_of(desk, intent.actor) if intent is not None else ""})
    if is_over(desk, deposit.id, deposit.asked_at, deposit.ends_at):
        raise NotAllowed("seal_expired")
    await check_not_frozen(desk, tables, Waits.WHILE_GATE_ANSWERS, venue=MTPAY)
    facts = facts_of_deposit(deposit, approver=person.id, role=person.role.word)
    if fingerprint(facts) != fresh.fingerprint:
        raise NotAllowed("seal_expired")
    hook = secrets.token_urlsafe(24)
    sent = replace(deposit, order_no=f"{deposit.label}-{deposit.id}", hook_hash=hash_of_hook(hook))
    body = desk.exchange.deposits.deposit_body(
        wish=deposit.wish, order_no=sent.order_no, hook_url=desk.exchange.hook_url(hook)
    )
    if not await tables.seals.use(seal.id, desk.now()) or not await tables.deposits.end(deposit.id, desk.now()):
        raise NotAllowed("seal_used", {"who": ""})
    await tables.deposits.sent_as(deposit.id, order_no=sent.order_no, hook_hash=sent.hook_hash)
    intent = _intent(desk, person, fresh, sent)
    conflict = await tables.intents.plan(intent)
    if conflict is not None:
        raise NotAllowed("seal_used", {"who": name_of(desk, conflict.actor)})
    await tables.journal.add(
        at=desk.now(), actor=person.id, action=Action.DEPOSIT.value, target=deposit.target,
        facts=facts | {"intent": intent.id, "seal": fresh.fingerprint, "number": sent.order_no}, outcome="sent",
    )  # fmt: skip
    return intent, body


def _intent(desk: Desk, person: Person, seal: Seal, deposit: Deposit) -> Intent:
    """`planned` and `sent` in one commit. The body is not kept: it holds a name, and is never sent again."""
    now = desk.now()
    return Intent(
        id=deposit.id,
        action=Action.DEPOSIT,
        target=deposit.target,
        state=after(State.PLANNED, Event.SENDING),
        actor=person.id,
        actor_role=person.role.word,
        requester=None,
        seal_id=seal.id,
        amount=deposit.wish.amount,
        asset=deposit.wish.currency,
        arguments={"order_no": deposit.order_no},
        planned_at=now,
        sent_at=now,
        settled_at=None,
        looks=0,
        first_look_at=None,
        last_look_at=None,
        answer="",
    )


async def _perform(desk: Desk, intent: Intent, body: bytes) -> None:
    """Send the one request of a `sent` intent and keep its outcome; whatever happens, never a second time."""
    found: list[Link] = []
    lost: list[Unknown] = []

    async def request() -> None:
        found.append(await desk.exchange.deposits.deposit(body=body))

    event, answer = await attempt(request(), intent.target, lost=lost.append)

    async def keep(tables: Tables) -> None:
        if event is Event.ACCEPTED:
            await tables.deposits.keep_link(intent.id, found[0])
            desk.exchange.learn_checkout(found[0].url)
        moved = await tables.intents.move(intent.id, frm=State.SENT, event=event, at=desk.now(), answer=answer)
        if moved is not None:
            await record(desk, tables, moved, detail=lost[0].detail if lost else "")

    await keep_until_stored(desk, keep, f"{intent.target} ({event})")


async def record(desk: Desk, tables: Tables, intent: Intent, *, detail: str = "") -> None:
    """Journal what became of it, and tell whoever has it before them. `detail`: why an answer is none."""
    deposit = await stored_deposit(tables, intent.id)
    facts = {"intent": intent.id, "answer": intent.answer[:300], "number": deposit.order_no}
    if detail not in ("", intent.answer):
        facts["detail"] = detail[:300]
    if deposit.request_code:
        facts["request_code"] = deposit.request_code
    if deposit.is_available is False:
        facts["available"] = "no"
    await tables.journal.add(
        at=desk.now(), actor=intent.actor, action=Action.DEPOSIT.value, target=intent.target, facts=facts,
        outcome=intent.state.value,
    )  # fmt: skip
    await tell_outcome(desk, tables, deposit, intent)
