"""What happened in a cell of payment links, told by MTPay's log, the desk's ledger and what people could read."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from bot.domain.deposits import hash_of_hook
from bot.sandbox.mtpay.book import Order
from bot.sandbox.telegram.model import Message
from tests.crash.convert_judge import Pressed, claims
from tests.crash.deposit_cells import DURING, DepositCell
from tests.crash.deposit_stage import Deposits
from tests.crash.stage import GROUP, LEAD, Stage

DONE, UNKNOWN, REFUSED, VOID = "done", "unknown", "refused", "void"
SENDING, WAITING, MADE, UNAVAILABLE = "sending", "waiting", "made", "unavailable"
REPORTS = {
    "InProgress": ("Payer says it is paid",),
    "Finished": ("Reported finished",),
    "Failed": ("Reported failed",),
    "Cancelled": ("Reported cancelled",),
}
CARD: Mapping[str, tuple[str, ...]] = {
    SENDING: ("Asking for a link",),
    UNKNOWN: ("No answer from MTPay",),
    REFUSED: ("MTPay refused",),
    VOID: ("↩ Nothing was made",),
    WAITING: ("· waiting",),
    MADE: ("Made, but no link here",),
    UNAVAILABLE: ("MTPay: not available",),
    **REPORTS,
}
NOTICE: Mapping[str, tuple[str, ...]] = {
    WAITING: ("Payment link made",),
    UNKNOWN: ("No answer from MTPay",),
    **REPORTS,
}
STEPS = {SENDING: 1, UNKNOWN: 2, VOID: 2, REFUSED: 2, WAITING: 3, MADE: 3, UNAVAILABLE: 3} | dict.fromkeys(REPORTS, 5)
STEPS |= {"InProgress": 4}
"""a card goes up this ladder; only a summary begins anew"""
OF_ORDERS = (WAITING, MADE, UNAVAILABLE)
SUMMARY = "not made yet"


@dataclass
class Kept:
    """What the desk's memory held at the moment of the kill: (our number, report)."""

    acknowledged: set[tuple[str, str]] = field(default_factory=set)
    lost: set[tuple[str, str]] = field(default_factory=set)


@dataclass
class DepositVerdict:
    """`broken` is empty when all is well. `reached`: whether the desk passed the point where it should die."""

    cell: DepositCell
    broken: dict[str, list[str]] = field(default_factory=dict)
    reached: bool = True
    outcome: str = ""
    posts: int = 0
    reports: int = 0

    def bad(self, rule: str, why: str) -> None:
        self.broken.setdefault(rule, []).append(why)


def judge(stage: Stage, deposits: Deposits, cell: DepositCell, yes: list[Pressed], kept: Kept) -> DepositVerdict:
    """After everything settled, or the time for it was over."""
    verdict = DepositVerdict(cell, reached=not cell.kill or cell.kill in [*stage.trace(), DURING])
    rows = _asked(stage)
    verdict.posts = len(deposits.posts)
    verdict.outcome = ", ".join(f"{row['state']} {row['report']}".strip() for row in rows) or "no intent"
    for row in rows:
        _judge_request(verdict, deposits, row)
    _judge_strangers(verdict, deposits, rows, yes)
    for rule, why in wrong_now(stage, deposits):
        verdict.bad(rule, why)
    _judge_telling(verdict, stage, deposits)
    _judge_reports(verdict, stage, deposits, kept)
    _judge_leaks(verdict, stage, deposits)
    if not rows and yes and stage.box.world.callbacks[yes[-1].callback].answered_at is None:
        verdict.bad("R2", "a tap that led to nothing was never answered")
    return verdict


def reports_kept(stage: Stage) -> set[tuple[str, str]]:
    """(our number, report) of every report that the memory holds."""
    bodies = [json.loads(row["body"]) for row in stage.ask("SELECT body FROM callbacks WHERE venue = 'mtpay'")]
    return {(body["order_no"], body["status"]) for body in bodies}


def _asked(stage: Stage) -> list[sqlite3.Row]:
    """Deposits with an intent, oldest first."""
    return stage.ask(
        "SELECT deposits.*, intents.state FROM deposits JOIN intents ON intents.id = deposits.id ORDER BY number"
    )


def _judge_request(verdict: DepositVerdict, deposits: Deposits, row: sqlite3.Row) -> None:
    """R1 and R6 of one intent: one POST, one order, and both of what was shown."""
    number = row["order_no"]
    sent = [call for call in deposits.posts if call.id == number]
    made = deposits.venue.orders_of(number)
    if len(sent) > 1 or len(made) > 1:
        verdict.bad("R1", f"{number}: {len(sent)} POSTs, {len(made)} orders")
    for call in sent:
        said = json.loads(call.raw, parse_float=Decimal)
        hook = hash_of_hook(str(said["webhookUrl"]).rpartition("/")[2])
        who, how = said["client"]["realName"], (said["paymentMethod"]["method"], said["language"])
        given = (Decimal(said["depositAmount"]), said["depositCurrency"], said["fiatCurrency"], hook, who, *how)
        fiat, choices = row["fiat"], (row["payer"], row["methods"], row["language"])
        if given != (Decimal(row["amount"]), fiat, fiat, row["hook_hash"], *choices):
            verdict.bad("R6", f"{number}: sent {said}, shown {dict(row)}")


def _judge_strangers(verdict: DepositVerdict, deposits: Deposits, rows: list[sqlite3.Row], yes: list[Pressed]) -> None:
    """A POST under a number that no intent has is a new request by nobody's will."""
    strangers = {call.id for call in deposits.posts} - {row["order_no"] for row in rows}
    if strangers:
        verdict.bad("R4", f"POSTs under numbers of no intent: {sorted(strangers)}")
    if len(rows) > len(yes):
        verdict.bad("R4", f"{len(rows)} intents of {len(yes)} confirming taps")
    if len(deposits.orders) > len(rows):
        verdict.bad("R1", f"{len(deposits.orders)} orders of {len(rows)} intents")


def wrong_now(stage: Stage, deposits: Deposits) -> list[tuple[str, str]]:
    """What is missing or untrue in the ledger and in both chats at this moment."""
    wrong: list[tuple[str, str]] = []
    cards, group = _cards(stage), _said(stage.messages(GROUP), NOTICE)
    for row in _asked(stage):
        wrong += _wrong_ledger(deposits, row)
        phase, card = _phase(row), cards.get(row["id"], set())
        if phase not in card:
            wrong.append(("R2", f"the card does not read {phase} but {sorted(card)}"))
        wrong += [("R3", f"the card reads {claim} while it is {phase}") for claim in sorted(card - {phase})]
        if phase not in (REFUSED, VOID, UNAVAILABLE) and ({MADE: UNKNOWN}.get(phase, phase)) not in group:
            wrong.append(("R2", f"the group does not read {phase} but {sorted(group)}"))
        wrong += _wrong_group(deposits, row, group)
    return wrong


def _wrong_ledger(deposits: Deposits, row: sqlite3.Row) -> list[tuple[str, str]]:
    """The ledger beside MTPay's own orders, and what is reported of them."""
    state, orders = row["state"], deposits.venue.orders_of(row["order_no"])
    if state not in (DONE, UNKNOWN, REFUSED, VOID):
        return [("R2", f"the ledger is left at {state}, MTPay has {len(orders)} orders")]
    told = {report for number, report in deposits.acknowledged if number == row["order_no"]}
    if told and (state == UNKNOWN or row["report"] not in told):
        return [("R2", f"still {state} and {row['report'] or 'without a report'}, while {sorted(told)} was reported")]
    if bool(orders) is not (state == DONE) and state != UNKNOWN:
        return [("R3", f"the ledger says {state}, MTPay has {len(orders)} orders")]
    return [(rule, why) for order in orders[:1] for rule, why in _wrong_facts(order, row)]


def _wrong_facts(order: Order, row: sqlite3.Row) -> list[tuple[str, str]]:
    wrong = []
    if row["request_code"] not in ("", order.code):
        wrong.append(("R3", f"request code {row['request_code']}, MTPay has {order.code}"))
    if row["report"]:
        if row["report"] != order.status:
            wrong.append(("R3", f"{row['report']} is held to be reported, MTPay's order is {order.status}"))
        pairs = {"payment_amount": order.payment, "received": order.received, "fee": order.fee}
        wrong += [
            ("R3", f"{name} is held to be {row[name]}, MTPay has {true}")
            for name, true in pairs.items()
            if Decimal(row[name] or 0) != (true or 0)
        ]
    return wrong


def _phase(row: sqlite3.Row) -> str:
    """What the lead must read, from the ledger alone."""
    if row["state"] != DONE:
        return SENDING if row["state"] not in (UNKNOWN, REFUSED, VOID) else str(row["state"])
    if row["report"]:
        return str(row["report"])
    return UNAVAILABLE if row["is_available"] == 0 else WAITING if row["url"] else MADE


def _words(message: Message) -> str:
    return message.text or message.caption or ""


def _said(messages: list[Message], words: Mapping[str, tuple[str, ...]]) -> set[str]:
    return set().union(*(claims(_words(one), words) for one in messages))


def _cards(stage: Stage) -> dict[str, set[str]]:
    """What the lead's cards of each deposit say; copies whose number died with a desk are nobody's card."""
    rows = stage.ask("SELECT message_id, order_id FROM messages WHERE chat_id = ? AND kind = 'deposit'", LEAD)
    cards = {row["message_id"]: row["order_id"] for row in rows}
    told: dict[str, set[str]] = {}
    for message in stage.messages(LEAD):
        if message.id in cards:
            told.setdefault(cards[message.id], set()).update(claims(_words(message), CARD))
    return told


def _wrong_group(deposits: Deposits, row: sqlite3.Row, group: set[str]) -> list[tuple[str, str]]:
    """The record holds what was true once: reports that came, a link that was made, an answer that did not come."""
    allowed = {report for number, report in deposits.acknowledged if number == row["order_no"]}
    allowed |= {DONE: {UNKNOWN}, UNKNOWN: {UNKNOWN}}.get(row["state"], set())
    allowed |= {WAITING} if row["url"] and row["is_available"] else set()
    return [("R3", f"the group reads {claim}, which never was") for claim in sorted(group - allowed)]


def _judge_telling(verdict: DepositVerdict, stage: Stage, deposits: Deposits) -> None:
    """Nothing before it was so, in any words to anybody, and nothing backwards on any card."""
    begun = {claim: min((one.created_at for one in deposits.orders), default=None) for claim in OF_ORDERS}
    begun |= {
        report: min((one.at for one in deposits.attempts if one.report == report), default=None) for report in REPORTS
    }
    reached: dict[tuple[int, int], int] = {}
    for call in stage.box.world.calls:
        text = " ".join(str(call.params.get(name, "")) for name in ("text", "caption", "media"))
        said = claims(text, CARD) | claims(text, NOTICE)
        for claim in said & begun.keys():
            since = begun[claim]
            if since is None or call.at < since:
                verdict.bad("R3", f"call {call.n} told {claim} before it was")
        if not call.ok or not call.method.startswith("editMessage"):
            continue
        place = int(call.params.get("chat_id", 0)), int(call.params.get("message_id", 0))
        step = 0 if SUMMARY in text else max((STEPS[claim] for claim in claims(text, CARD)), default=0)
        if step and step < reached.get(place, 0):
            verdict.bad("R3", f"a card went back from step {reached[place]} to {sorted(said)}")
        reached[place] = step


def _judge_reports(verdict: DepositVerdict, stage: Stage, deposits: Deposits, kept: Kept) -> None:
    """R7: what was acknowledged is there and was handled, each report once; each was acknowledged in the end."""
    stored = reports_kept(stage)
    verdict.reports = len(stored)
    for lost in sorted(kept.lost | (deposits.acknowledged - stored)):
        verdict.bad("R7", f"{lost} was acknowledged and not in the memory")
    for row in stage.ask("SELECT * FROM callbacks"):
        if row["handled_at"] is None:
            verdict.bad("R7", f"{row['event']} was never handled")
    if deposits.undelivered:
        verdict.bad("R7", f"never acknowledged: {deposits.undelivered}")
    if stage.ask("SELECT 1 FROM journal WHERE action = 'deposit' AND outcome = 'mismatch'"):
        verdict.bad("R3", "a true report was taken for one that does not fit")
    twice = stage.ask(
        "SELECT target, outcome, COUNT(*) AS times FROM journal WHERE action = 'deposit'"
        " AND outcome <> 'not_allowed' GROUP BY target, outcome HAVING COUNT(*) > 1"
    )
    twice += stage.ask(
        "SELECT chat_id, notice, facts, COUNT(*) AS times FROM outbox WHERE state <> 'dropped'"
        " AND notice LIKE 'deposit_%' GROUP BY chat_id, notice, facts HAVING COUNT(*) > 1"
    )
    for row in twice:
        verdict.bad("R7", f"an effect that came more than once: {dict(row)}")


def _judge_leaks(verdict: DepositVerdict, stage: Stage, deposits: Deposits) -> None:
    """The webhook's address is nowhere; the customer's name and the link are neither in the log nor in the group."""
    tables = [row["name"] for row in stage.ask("SELECT name FROM sqlite_master WHERE type = 'table'")]
    memory = "\n".join(str(value) for name in tables for row in stage.ask(f"SELECT * FROM {name}") for value in row)
    outside = {"log": stage.log(), "group": "\n".join(_words(one) for one in stage.messages(GROUP))}
    for order in deposits.orders:
        token = order.hook_url.rpartition("/")[2]
        for place, words in (outside | {"memory": memory}).items():
            if token in words:
                verdict.bad("leak", f"the webhook's address stands in {place}")
        for place, words in outside.items():
            if order.payer in words or order.url in words:
                verdict.bad("leak", f"the customer's name or link stands in {place}")
