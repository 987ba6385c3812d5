"""What happened in a cell of off-ramps, told by the venue's log, the desk's ledger and what people could read."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from bot.sandbox.pay.otc_book import DONE as VENUE_DONE
from bot.sandbox.pay.otc_book import FAIL as VENUE_FAIL
from bot.sandbox.pay.otc_book import FINAL as VENUE_FINAL
from tests.crash.convert_judge import Pressed, claims
from tests.crash.otc_cells import DURING, OtcCell
from tests.crash.otc_stage import Otc
from tests.crash.stage import GROUP, LEAD, Stage

DONE, UNKNOWN, REFUSED, VOID, TAKEN, SENDING, ENDED, SENT_ON = (
    "done", "unknown", "refused", "void", "taken", "sending", "ended", "dispatched",
)  # fmt: skip
CARD = {
    DONE: ("✅ Off-ramp done",),
    UNKNOWN: ("No answer from Gate",),
    REFUSED: ("Gate refused", "Off-ramp failed"),
    VOID: ("↩ Nothing happened",),  # the same words without the arrow end many a refusal
    TAKEN: ("Gate works on it", "On the way to the bank"),
    SENDING: ("Selling…",),
    ENDED: ("Off-ramp quote ended",),
}
NOTICE = {DONE: ("✅ Off-ramp done",), UNKNOWN: ("No answer to an off-ramp",), REFUSED: ("An off-ramp failed at Gate",)}
FINAL = (DONE, REFUSED, VOID, UNKNOWN)
STEPS = {SENDING: 1, UNKNOWN: 2, VOID: 2, TAKEN: 3, SENT_ON: 4, DONE: 5, REFUSED: 5}
"""a card goes up this ladder; only a fresh quote, or the end of an old one, begins anew"""


@dataclass
class Kept:
    """What the desk's memory held at the moment of the kill, and how its states went on while they were watched."""

    acknowledged: set[str] = field(default_factory=set)
    """events whose callback was acknowledged before the desk died"""
    lost: set[str] = field(default_factory=set)
    """of these, those that its memory did not hold then"""
    statuses: list[str] = field(default_factory=list)


@dataclass
class OtcVerdict:
    """`broken` is empty when all is well. `reached`: whether the desk passed the point where it should die."""

    cell: OtcCell
    broken: dict[str, list[str]] = field(default_factory=dict)
    reached: bool = True
    outcome: str = ""
    posts: int = 0
    events: int = 0

    def bad(self, rule: str, why: str) -> None:
        self.broken.setdefault(rule, []).append(why)


def judge(stage: Stage, otc: Otc, cell: OtcCell, yes: list[Pressed], kept: Kept) -> OtcVerdict:
    """After everything settled, or the time for it was over."""
    verdict = OtcVerdict(cell, reached=not cell.kill or cell.kill in [*stage.trace(), DURING])
    intents = _intents(stage)
    verdict.posts = len(otc.posts)
    verdict.outcome = ", ".join(row["state"] for row in intents) or "no intent"
    for row in intents:
        _judge_requests(verdict, stage, otc, row)
    _judge_strangers(verdict, otc, intents, yes)
    for rule, why in wrong_now(stage, otc):
        verdict.bad(rule, why)
    _judge_telling(verdict, stage, otc, kept)
    _judge_callbacks(verdict, stage, otc, kept)
    _judge_tokens(verdict, stage, otc)
    if not intents and yes and stage.box.world.callbacks[yes[-1].callback].answered_at is None:
        verdict.bad("R2", "a tap that led to nothing was never answered")
    return verdict


def _intents(stage: Stage) -> list[sqlite3.Row]:
    return stage.ask("SELECT * FROM intents WHERE action = 'otc' ORDER BY number")


def _number(row: sqlite3.Row) -> str:
    return str(json.loads(row["arguments"])["client_order_id"])


def _judge_requests(verdict: OtcVerdict, stage: Stage, otc: Otc, row: sqlite3.Row) -> None:
    """R1 of one intent: one POST, one order, and both of what was shown."""
    number = _number(row)
    sent = [call for call in otc.posts if call.id == number]
    if len(sent) > 1:
        verdict.bad("R1", f"{number}: {len(sent)} POSTs")
    if len(otc.orders_of(number)) > 1:
        verdict.bad("R1", f"{number}: {len(otc.orders_of(number))} orders")
    (shown,) = stage.ask("SELECT * FROM off_ramps WHERE id = ?", row["id"])
    for call in sent:
        said = call.body if isinstance(call.body, dict) else {}
        wanted = (Decimal(shown["coin_amount"]), Decimal(shown["fiat_amount"]), json.loads(shown["bank_id"]))
        given = tuple(Decimal(str(said.get(name, "0"))) for name in ("cryptoAmount", "fiatAmount"))
        if (*given, said.get("bankAccountId")) != wanted:
            verdict.bad("R6", f"{number}: sent {said}, shown {wanted}")


def _judge_strangers(verdict: OtcVerdict, otc: Otc, intents: list[sqlite3.Row], yes: list[Pressed]) -> None:
    """A POST under a number that no intent has is a new request by nobody's will."""
    strangers = {call.id for call in otc.posts} - {_number(row) for row in intents}
    if strangers:
        verdict.bad("R4", f"POSTs under numbers of no intent: {sorted(strangers)}")
    if len(intents) > len(yes):
        verdict.bad("R4", f"{len(intents)} intents of {len(yes)} confirming taps")
    for token, count in Counter(order.quote.token for order in otc.orders).items():
        if count > 1:
            verdict.bad("R1", f"{count} orders of token {token}")
    posted = Counter(str(call.body.get("quoteToken")) for call in otc.posts if isinstance(call.body, dict))
    if any(count > 1 for count in posted.values()):
        verdict.bad("R1", f"a token was sent again: {dict(posted)}")


def wrong_now(stage: Stage, otc: Otc) -> list[tuple[str, str]]:
    """What is missing or untrue in the ledger and in both chats at this moment."""
    intents = _intents(stage)
    wrong: list[tuple[str, str]] = []
    for row in intents:
        wrong += _wrong_ledger(otc, row)
    told, lost = _told(stage)
    said = set().union(*told.values())
    for row in intents:
        wrong += _wrong_card(row, told, said | lost)
        wrong += _wrong_group(stage, row)
    if not intents and DONE in said | lost | _group(stage):
        wrong.append(("R3", "told done without an intent"))
    return wrong


def _wrong_ledger(otc: Otc, row: sqlite3.Row) -> list[tuple[str, str]]:
    state, statuses = row["state"], [order.status for order in otc.orders_of(_number(row))]
    if state not in FINAL:
        return [("R2", f"the ledger is left at {state}, the venue's orders have {statuses}")]
    if state == UNKNOWN and any(status in VENUE_FINAL for status in statuses):
        return [("R2", f"still unknown, while the venue's order has ended: {statuses}")]
    wanted = {DONE: [VENUE_DONE], VOID: [], REFUSED: [VENUE_FAIL] if statuses else []}
    if statuses != wanted.get(state, statuses):
        return [("R3", f"the ledger says {state}, the venue's orders have {statuses}")]
    return []


def _told(stage: Stage) -> tuple[dict[str, frozenset[str]], set[str]]:
    """What the lead's card of each off-ramp says, and what copies say whose number died with a desk."""
    rows = stage.ask("SELECT message_id, order_id, kind FROM messages WHERE chat_id = ?", LEAD)
    cards = {row["message_id"]: row["order_id"] for row in rows if row["kind"] == "off_ramp"}
    others = {row["message_id"] for row in rows} - set(cards)
    told: dict[str, frozenset[str]] = {}
    lost: set[str] = set()
    for message in stage.messages(LEAD):
        said = claims(message.text or "", CARD)
        if message.id in cards:
            told[cards[message.id]] = told.get(cards[message.id], frozenset()) | said
        elif stage.lives > 1 and message.id not in others:
            lost |= said - {SENDING, TAKEN, ENDED}
    return told, lost


def _wrong_card(row: sqlite3.Row, told: dict[str, frozenset[str]], anywhere: set[str]) -> list[tuple[str, str]]:
    state, card = row["state"], told.get(row["id"], frozenset[str]())
    if state in (REFUSED, VOID) and not card:
        # A fresh quote took the card's place and says so above its numbers
        return [] if state in anywhere else [("R2", f"nobody reads {state}: {sorted(anywhere)}")]
    wrong = [] if state in card else [("R2", f"the card does not read {state} but {sorted(card)}")]
    wrong += [("R3", f"the card reads {claim} while it is {state}") for claim in sorted(card - {state})]
    if DONE in anywhere and state != DONE:
        wrong.append(("R3", f"a message reads done while it is {state}"))
    return wrong


def _group(stage: Stage) -> set[str]:
    return set().union(*(claims(one.text or "", NOTICE) for one in stage.messages(GROUP)))


def _wrong_group(stage: Stage, row: sqlite3.Row) -> list[tuple[str, str]]:
    """The record: what ended and what needs a human; a quote that was refused moved nothing and is not told there."""
    state, told = row["state"], _group(stage)
    (shown,) = stage.ask("SELECT order_id FROM off_ramps WHERE id = ?", row["id"])
    is_needed = state in (DONE, UNKNOWN) or (state == REFUSED and bool(shown["order_id"]))
    wrong = [("R2", f"the group does not read {state} but {sorted(told)}")] if is_needed and state not in told else []
    # That there was no answer once stays true in the record
    return wrong + [("R3", f"the group reads {one} while it is {state}") for one in sorted(told - {state, UNKNOWN})]


def _judge_telling(verdict: OtcVerdict, stage: Stage, otc: Otc, kept: Kept) -> None:
    """Done only once it was, and nothing backwards: not in the ledger, not on any card."""
    done_at = min((order.updated_at for order in otc.orders if order.status == VENUE_DONE), default=None)
    reached: dict[tuple[int, int], int] = {}
    for call in stage.box.world.calls:
        text = str(call.params.get("text", ""))
        said = claims(text, CARD)
        if DONE in said and (done_at is None or call.at < done_at):
            verdict.bad("R3", f"call {call.n} told done before it was")
        if not call.ok or not call.method.startswith("editMessage"):
            continue
        place = int(call.params.get("chat_id", 0)), int(call.params.get("message_id", 0))
        step = 0 if "cannot be undone" in text or ENDED in said else step_of(text)
        if step and step < reached.get(place, 0):
            verdict.bad("R3", f"a card went back from step {reached[place]} to {sorted(said)}")
        reached[place] = step
    if any(STATUS_ORDER[later] < STATUS_ORDER[earlier] for earlier, later in pairwise(kept.statuses)):
        verdict.bad("R3", f"the status went backwards: {kept.statuses}")


STATUS_ORDER = {"": 0, "PROCESSING": 1, "DISPATCHED": 2, "DONE": 3, "FAIL": 3}


def step_of(text: str) -> int:
    """How far a card's words are; 0 for what is no step."""
    if "On the way to the bank" in text:
        return STEPS[SENT_ON]
    return max((STEPS.get(claim, 0) for claim in claims(text, CARD)), default=0)


def _judge_callbacks(verdict: OtcVerdict, stage: Stage, otc: Otc, kept: Kept) -> None:
    """R7: what was acknowledged is there and was handled, each event once; each was acknowledged in the end."""
    rows = {row["event"]: row for row in stage.ask("SELECT * FROM callbacks")}
    verdict.events = len(rows)
    for event in sorted(kept.lost):
        verdict.bad("R7", f"{event} was acknowledged and not in the memory after the kill")
    for attempt in otc.attempts:
        event = f"OTC/{attempt.order_id}/{attempt.event}"
        if attempt.is_acknowledged and event not in rows:
            verdict.bad("R7", f"{event} was acknowledged and is lost")
    for event, row in rows.items():
        if row["handled_at"] is None:
            verdict.bad("R7", f"{event} was never handled")
        elif row["outcome"] != "looked":
            verdict.bad("R7", f"{event} was handled as {row['outcome']}")
    if otc.undelivered:
        verdict.bad("R7", f"never acknowledged: {otc.undelivered}")
    _judge_effects(verdict, stage)


def _judge_effects(verdict: OtcVerdict, stage: Stage) -> None:
    """An end is journalled once, and its notice is written once for each chat."""
    ends = stage.ask(
        "SELECT target, outcome, COUNT(*) AS times FROM journal WHERE action = 'otc' AND outcome IN ('done', 'refused')"
        " GROUP BY target, outcome HAVING COUNT(*) > 1"
    )
    notices = stage.ask(
        "SELECT chat_id, notice, COUNT(*) AS times FROM outbox WHERE state <> 'dropped'"
        " AND notice IN ('otc_done', 'otc_failed') GROUP BY chat_id, notice HAVING COUNT(*) > 1"
    )
    for row in [*ends, *notices]:
        verdict.bad("R7", f"an effect that came more than once: {dict(row)}")


def _judge_tokens(verdict: OtcVerdict, stage: Stage, otc: Otc) -> None:
    """A token of a quote that has ended stands nowhere; one that was sent to anybody's chat is told, too."""
    live = {row["token"] for row in stage.ask("SELECT token FROM off_ramps WHERE ended_at IS NULL")}
    tables = [row["name"] for row in stage.ask("SELECT name FROM sqlite_master WHERE type = 'table'")]
    memory = {name: _words(stage.ask(f"SELECT * FROM {name}")) for name in tables}
    places = memory | {"log": stage.log(), "telegram": _words_of_calls(stage)}
    for token in otc.venue.otc.quotes:
        for place, words in places.items():
            if token in words and (token not in live or place != "off_ramps"):
                verdict.bad("token", f"a token stands in {place}")


def _words(rows: list[sqlite3.Row]) -> str:
    return "\n".join(str(value) for row in rows for value in row)


def _words_of_calls(stage: Stage) -> str:
    return "\n".join(str(call.params) for call in stage.box.world.calls)
