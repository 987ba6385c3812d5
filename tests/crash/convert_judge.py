"""What happened in a cell of conversions, told by the venue's log, the desk's ledger and what people could read."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from bot.sandbox.pay.book import SUCCESS
from bot.sandbox.pay.call_log import ConvertCall
from bot.sandbox.telegram.model import Message
from tests.crash.convert_cells import DURING, ConvertCell, Scene
from tests.crash.convert_stage import Pay
from tests.crash.stage import GROUP, OPERATOR, Stage

TAG = re.compile(r"<[^>]*>")
DONE, UNKNOWN, REFUSED, VOID, TAKEN, SENDING, ENDED = (
    "done", "unknown", "refused", "void", "taken", "sending", "ended",
)  # fmt: skip
CARD = {
    DONE: ("✅ Converted",),
    UNKNOWN: ("No answer from Gate",),
    REFUSED: ("Gate refused", "Failed at Gate"),
    VOID: ("↩ Nothing happened",),
    TAKEN: ("Gate works on it",),
    SENDING: ("Converting…", "Asked once more…"),
    ENDED: ("Quote ended",),
}
NOTICE = {DONE: ("✅ Converted",), UNKNOWN: ("No answer to a conversion",), REFUSED: ("conversion failed at Gate",)}
FINAL = (DONE, REFUSED, VOID, UNKNOWN)
MOST_EXECUTED = {Scene.EXECUTED: 2}


@dataclass
class Pressed:
    """What a person pressed: when (Unix seconds), and the callback's id."""

    at: float
    callback: str


@dataclass
class ConvertVerdict:
    """`broken` is empty when all is well. `reached`: whether the desk passed the point where it should die."""

    cell: ConvertCell
    broken: dict[str, list[str]] = field(default_factory=dict)
    reached: bool = True
    outcome: str = ""
    posts: int = 0

    def bad(self, rule: str, why: str) -> None:
        self.broken.setdefault(rule, []).append(why)


def claims(text: str, words: Mapping[str, tuple[str, ...]]) -> set[str]:
    """What a text says of a conversion."""
    plain = TAG.sub("", text)
    return {claim for claim, known in words.items() if any(one in plain for one in known)}


def judge(stage: Stage, pay: Pay, cell: ConvertCell, yes: list[Pressed], again: list[Pressed]) -> ConvertVerdict:
    """After everything settled, or the time for it was over."""
    verdict = ConvertVerdict(cell, reached=not cell.kill or cell.kill in [*stage.trace(), DURING])
    intents = _intents(stage)
    verdict.posts = len(pay.posts)
    verdict.outcome = ", ".join(row["state"] for row in intents) or f"no intent: {_toast(stage, yes)}"
    for row in intents:
        _judge_requests(verdict, pay, row, again)
    _judge_strangers(verdict, pay, intents, yes)
    for rule, why in wrong_now(stage, pay):
        verdict.bad(rule, why)
    for why in _told_too_early(stage, pay):
        verdict.bad("R3", why)
    if not intents and yes and not _is_answered(stage, yes[-1]):
        verdict.bad("R2", "a tap that led to nothing was never answered")
    return verdict


def _intents(stage: Stage) -> list[sqlite3.Row]:
    return stage.ask("SELECT * FROM intents WHERE action = 'convert' ORDER BY number")


def _request_id(row: sqlite3.Row) -> str:
    return str(json.loads(row["arguments"])["client_req_id"])


def _judge_requests(verdict: ConvertVerdict, pay: Pay, row: sqlite3.Row, again: list[Pressed]) -> None:
    """R1 and R4 of one intent: one POST, one execution, and a repeat only by a person, with the same bytes."""
    wanted = _request_id(row)
    sent = [(call, raw) for call, raw in zip(pay.posts, pay.log.bytes, strict=True) if call.id == wanted]
    stored = json.loads(row["arguments"])["body"].encode()
    if any(raw != stored for _, raw in sent):
        verdict.bad("R1", f"{wanted}: other bytes than those that were stored")
    if len(sent) > 1 + min(len(again), 1):
        verdict.bad("R1", f"{wanted}: {len(sent)} POSTs, {len(again)} pressed *Ask Gate again*")
    for (earlier, _), (later, _) in pairwise(sent):
        if not any(earlier.at < pressed.at <= later.at for pressed in again):
            verdict.bad("R4", f"POST {later.n} follows {earlier.n} and nobody pressed")
    executed = [one for one in pay.executions if one.client_req_id == wanted]
    if len(executed) > (MOST_EXECUTED.get(verdict.cell.scene, 1) if again else 1):
        verdict.bad("R1", f"{wanted}: executed {len(executed)} times")


def _judge_strangers(verdict: ConvertVerdict, pay: Pay, intents: list[sqlite3.Row], yes: list[Pressed]) -> None:
    """A POST under an id that no intent has is a new request by nobody's will."""
    known = {_request_id(row) for row in intents}
    strangers = {call.id for call in pay.posts} - known
    if strangers:
        verdict.bad("R4", f"POSTs under ids of no intent: {sorted(strangers)}")
    if len(intents) > len(yes):
        verdict.bad("R4", f"{len(intents)} intents of {len(yes)} confirming taps")
    quotes = [_quote_id(call) for call in pay.posts if call.acted]
    if len(set(quotes)) > len(intents):
        verdict.bad("R1", "more quotes were executed than there are intents")


def _quote_id(call: ConvertCall) -> str:
    return str(call.body.get("quoteId", "")) if isinstance(call.body, dict) else ""


def wrong_now(stage: Stage, pay: Pay) -> list[tuple[str, str]]:
    """What is missing or untrue in the ledger and in both chats at this moment."""
    intents = _intents(stage)
    wrong: list[tuple[str, str]] = []
    for row in intents:
        wrong += _wrong_ledger(pay, row)
    told, lost = _told(stage)
    standing = set(told.values()) if told else set()
    said = set().union(*standing) if standing else set()
    for row in intents:
        wrong += _wrong_card(row, told, said | lost)
        wrong += _wrong_group(stage, row)
    if not intents and DONE in said | lost | _group(stage):
        wrong.append(("R3", "told done without an intent"))
    return wrong


def _wrong_ledger(pay: Pay, row: sqlite3.Row) -> list[tuple[str, str]]:
    state, statuses = row["state"], pay.statuses(_request_id(row))
    if state not in FINAL:
        return [("R2", f"the ledger is left at {state}")]
    is_done = SUCCESS in statuses
    if state == UNKNOWN or (state == DONE) == is_done:
        return []
    return [("R3", f"the ledger says {state}, the venue's orders have {statuses}")]


def _told(stage: Stage) -> tuple[dict[str, frozenset[str]], set[str]]:
    """What the operator's card of each conversion says, and what copies say whose number died with a desk."""
    rows = stage.ask("SELECT message_id, order_id FROM messages WHERE chat_id = ? AND kind = 'conversion'", OPERATOR)
    known = {row["message_id"]: row["order_id"] for row in rows}
    told: dict[str, frozenset[str]] = {}
    lost: set[str] = set()
    for message in stage.messages(OPERATOR):
        said = claims(message.text or "", CARD)
        if message.id in known:
            told[known[message.id]] = told.get(known[message.id], frozenset()) | said
        elif stage.lives > 1:
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
    order = stage.ask("SELECT order_id FROM conversions WHERE id = ?", row["id"])
    is_needed = state in (DONE, UNKNOWN) or (state == REFUSED and bool(order and order[0]["order_id"]))
    wrong = [("R2", f"the group does not read {state} but {sorted(told)}")] if is_needed and state not in told else []
    # That there was no answer once stays true in the record
    return wrong + [("R3", f"the group reads {one} while it is {state}") for one in sorted(told - {state, UNKNOWN})]


def _told_too_early(stage: Stage, pay: Pay) -> list[str]:
    """Done before it was."""
    first = min((one.at for one in pay.executions), default=None)
    return [
        f"call {call.n} told done before it was"
        for call in stage.box.world.calls
        if DONE in claims(str(call.params.get("text", "")), CARD) and (first is None or call.at < first)
    ]


def _toast(stage: Stage, yes: list[Pressed]) -> str:
    return str(stage.box.world.callbacks[yes[-1].callback].text) if yes else "no tap"


def _is_answered(stage: Stage, pressed: Pressed) -> bool:
    """By the small window, or by a card that says why not."""
    query = stage.box.world.callbacks[pressed.callback]
    newest: list[Message] = stage.messages(OPERATOR)[-1:]
    is_said = bool(query.text) or any(ENDED in claims(one.text or "", CARD) for one in newest)
    return query.answered_at is not None and is_said
