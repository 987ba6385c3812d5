"""What MTPay reports of a link: a hint. Its signature covers no body (§7), so that every field must match ours.

A report can only move a deposit forward, settles an order whose answer was lost, and moves no money of ours. One that
was signed too long ago moves nothing: whoever saw a signature once could send it for ever. Leads are told to look.
"""

import hashlib
import json
from dataclasses import asdict
from decimal import Decimal

from bot.clients.mtpay.webhooks import read_webhook
from bot.domain.deposits import (
    ENDS,
    Deposit,
    Proof,
    Report,
    Webhook,
    contradictions,
    differences,
    hash_of_hook,
    may_follow,
    without_name,
)
from bot.domain.intents import Action, Event, Intent, State
from bot.domain.situations import Notice
from bot.domain.staff import Role
from bot.flows.announce import announce, with_role
from bot.flows.assemble import name_of
from bot.flows.deposit_view import askers, facts_for, tell
from bot.flows.desk import Desk, log
from bot.flows.receipts import Receipt
from storage.callbacks import Callback
from storage.store import Tables

MTPAY = "mtpay"
MISMATCH, BEHIND, TOO_OLD = "mismatch", "behind", "too_old"
MOST_EVENTS, MOST_FITTING = 200, 2000
"""different messages of one deposit that are kept, more than a venue would ever send; those that fit it never have to
stand behind those that do not"""
LATE = "late/"
"""begins the event of a report whose signature is of long ago: the same one, signed anew, is another event"""
MOST_LATE, MOST_LATE_FITTING = 20, 60
SETTLED_BY_A_REPORT = {
    State.UNKNOWN: Event.FOUND_DONE,
    State.VOID: Event.FOUND_LATE,
    State.REFUSED: Event.FOUND_LATE,
}


class NotYet(Exception):
    """The order itself has no answer yet: the report waits for it."""


async def receive(desk: Desk, *, token: str, raw: bytes) -> Receipt:
    """Verify, then store, without the payer's name. Raises StoreError: then it must not be acknowledged."""
    async with desk.store.read() as tables:
        deposit = await tables.deposits.by_hook(hash_of_hook(token))
    if deposit is None:
        return Receipt.NOT_OURS
    try:
        _, timestamp, webhook = read_webhook(raw)
    except ValueError:
        return Receipt.UNREADABLE
    proof = desk.exchange.proof_of_report(raw)
    if proof is Proof.NONE:
        log.warning("a report of %s is not signed as it should be", deposit.label)
        return Receipt.FORGED
    body = _kept(without_name(webhook, deposit.wish.payer))
    digest = hashlib.sha256(body.encode()).hexdigest()[:32]
    event = f"{deposit.id}/{digest}"
    async with desk.store.write() as tables:
        is_known = await tables.callbacks.count(MTPAY, event) > 0
        is_late = proof is Proof.OLD and not is_known  # a replay of what came in time says nothing new
        if is_late:
            event = f"{deposit.id}/{LATE}{digest}"
            is_known = await tables.callbacks.count(MTPAY, event) > 0
        if not is_known and await _has_most(tables, deposit, webhook, is_late=is_late):
            log.error("too many different reports of %s: the rest is not kept", deposit.label)
            return Receipt.TOO_MANY
        await tables.callbacks.keep(
            venue=MTPAY, event=event, timestamp=timestamp[:20], nonce="", body=body, at=desk.now()
        )
    desk.exchange.callback_came.set()
    return Receipt.KEPT


async def _has_most(tables: Tables, deposit: Deposit, webhook: Webhook, *, is_late: bool) -> bool:
    fits = not differences(deposit, webhook)
    if is_late:
        most = MOST_LATE_FITTING if fits else MOST_LATE
        return await tables.callbacks.count(MTPAY, f"{deposit.id}/{LATE}") >= most
    return await tables.callbacks.count(MTPAY, f"{deposit.id}/") >= (MOST_FITTING if fits else MOST_EVENTS)


async def handle(desk: Desk, callback: Callback) -> None:
    """Once per different message. Raises NotYet while the order itself is on its way."""
    deposit_id, _, event = callback.event.partition("/")
    webhook = _read(callback.body)
    async with desk.store.write() as tables:
        deposit, intent = await tables.deposits.get(deposit_id), await tables.intents.get(deposit_id)
        if intent is not None and intent.state in (State.PLANNED, State.SENT):
            raise NotYet
        if deposit is None or intent is None:
            await tables.callbacks.handled(callback.number, "not_ours", desk.now())
            return
        outcome, differs = _judged(deposit, webhook)
        if event.startswith(LATE) and outcome != BEHIND:
            outcome = TOO_OLD
        if not await tables.callbacks.handled(callback.number, outcome, desk.now()):
            return
        log.info("report of %s: %s", deposit.label, outcome)
        if outcome == MISMATCH:
            await _tell_mismatch(desk, tables, deposit, differs)
        elif outcome == TOO_OLD:
            await _tell_too_old(desk, tables, deposit, "" if differs else webhook.status, callback.timestamp)
        elif outcome != BEHIND:
            await _take(desk, tables, deposit, intent, webhook)
    desk.wake_relay.set()


def _judged(deposit: Deposit, webhook: Webhook) -> tuple[str, dict[str, tuple[str, str]]]:
    """What becomes of a report, and what it tells otherwise than we know; two ends of one deposit contradict."""
    differs = differences(deposit, webhook)
    if differs:
        return MISMATCH, differs
    report = Report(webhook.status)
    if may_follow(report, deposit.report):
        return report.value, {}
    both_end = report in ENDS and deposit.report in ENDS
    contradicting = contradictions(deposit, webhook) if both_end else {}
    return (MISMATCH, contradicting) if contradicting else (BEHIND, {})


async def _take(desk: Desk, tables: Tables, deposit: Deposit, intent: Intent, webhook: Webhook) -> None:
    report = Report(webhook.status)
    kept = await tables.deposits.keep_report(deposit.id, report, webhook, desk.now())
    assert kept is not None, "deposits are never removed once they were sent"
    event = SETTLED_BY_A_REPORT.get(intent.state)
    if event is not None:
        answer = f"reported by MTPay: {report.value}"
        await tables.intents.move(intent.id, frm=intent.state, event=event, at=desk.now(), answer=answer)
    await tables.journal.add(
        at=desk.now(), actor=None, action=Action.DEPOSIT.value, target=deposit.target,
        facts=_facts(kept, webhook), outcome=f"reported_{report.value}",
    )  # fmt: skip
    await tell(desk, tables, kept, priority=0)
    await _tell_report(desk, tables, kept, intent)
    if event is Event.FOUND_LATE:
        facts = facts_for(desk, kept, intent)
        await announce(desk, tables, Notice("deposit_late", facts), with_role(desk, Role.LEAD))


async def _tell_mismatch(desk: Desk, tables: Tables, deposit: Deposit, differs: dict[str, tuple[str, str]]) -> None:
    """Shown to leads, changes nothing."""
    what = "; ".join(f"{name}: {ours[:60]} / {told[:60] or '–'}" for name, (ours, told) in differs.items())
    facts = {"deposit": deposit.id, "label": deposit.label, "what": what[:300]}
    await tables.journal.add(
        at=desk.now(), actor=None, action=Action.DEPOSIT.value, target=deposit.target, facts=facts, outcome="mismatch"
    )
    leads = with_role(desk, Role.LEAD)
    await announce(desk, tables, Notice("deposit_mismatch", facts), leads, key=f"deposit_mismatch:{deposit.id}")


async def _tell_too_old(desk: Desk, tables: Tables, deposit: Deposit, status: str, signed_at: str) -> None:
    """Leads are told to look at MTPay themselves, once for each word; `status` is empty where the rest does not fit."""
    told = f"too_old_told:{deposit.id}/{status}"
    if await tables.desk.get(told) is not None:
        return
    await tables.desk.put(told, str(desk.now()))
    facts = {"deposit": deposit.id, "label": deposit.label, "status": status, "at": signed_at}
    await tables.journal.add(
        at=desk.now(), actor=None, action=Action.DEPOSIT.value, target=deposit.target, facts=facts, outcome=TOO_OLD
    )
    await announce(desk, tables, Notice("deposit_too_old", facts), with_role(desk, Role.LEAD))


async def _tell_report(desk: Desk, tables: Tables, deposit: Deposit, intent: Intent) -> None:
    """Whoever asked for the link, and the group's record; an end, or another amount, rings."""
    fiat, coin = deposit.wish.fiat, "MTC"
    facts = facts_for(desk, deposit, intent) | {
        "who": name_of(desk, deposit.person),
        "status": deposit.report,
        "paid": _money(deposit.payment_amount, fiat),
        "fee": _money(deposit.fee, coin),
        "received": _money(deposit.received, coin),
        "differs": "yes" if deposit.has_other_payment else "",
        "why": deposit.message[:100],
    }
    rings = deposit.report != Report.IN_PROGRESS or deposit.has_other_payment
    await announce(desk, tables, Notice("deposit_reported", facts), askers(desk, deposit), ring=rings)
    told = facts | {"why": ""}  # the venue's own words may name somebody
    await announce(desk, tables, Notice("deposit_reported", told), [], ring=rings, group=True)


def _facts(deposit: Deposit, webhook: Webhook) -> dict[str, str]:
    told = {
        "number": deposit.order_no,
        "request_code": deposit.request_code,
        "paid": _money(webhook.payment_amount, deposit.wish.fiat),
        "received": _money(webhook.received, "MTC"),
        "fee": _money(webhook.fee, "MTC"),
    }
    return {key: value for key, value in told.items() if value}


def _money(amount: Decimal | None, code: str) -> str:
    return "" if amount is None else f"{amount:f} {code}"


def _kept(webhook: Webhook) -> str:
    """What is stored of a report: every field that is read, exactly, and no name."""
    fields = {name: None if value is None else str(value) for name, value in asdict(webhook).items()}
    return json.dumps(fields, sort_keys=True, ensure_ascii=False)


def _read(body: str) -> Webhook:
    fields = json.loads(body)
    amounts = ("amount", "unit_price", "transaction_amount", "received", "fee", "payment_amount")
    exact = {name: None if fields[name] is None else Decimal(fields[name]) for name in amounts}
    return Webhook(**(fields | exact))
