"""What happened in a cell, told by the venue's own log, the desk's ledger and what people could read: R1 to R4."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from bot.domain.intents import Action
from bot.sandbox.gate.money_log import MoneyCall
from bot.sandbox.gate.orders import Order
from bot.sandbox.telegram.world import Call
from tests.crash.cells import ENDPOINTS, FAULTS, Cell
from tests.crash.stage import GROUP, OPERATOR, Stage

DONE, UNKNOWN, REFUSED, VOID, SENDING = "done", "unknown", "refused", "void", "sending"
CLAIMS: dict[Action, dict[str, tuple[str, ...]]] = {
    Action.RELEASE: {DONE: ("✅ Released", "Gate took the release"), SENDING: ("Releasing…",)},
    Action.MARK_PAID: {DONE: ("We paid, coins to come", "Gate took the paid mark"), SENDING: ("Marking as paid…",)},
    Action.CANCEL: {DONE: ("🚫 Cancelled", "Gate took the cancel"), SENDING: ("Cancelling…",)},
}
SEEN_DONE = {
    Action.RELEASE: ("finished",),
    Action.MARK_PAID: ("paid", "finished"),
    Action.CANCEL: ("cancelled",),
}
COMMON = {UNKNOWN: ("No answer from Gate",), REFUSED: ("Gate refused the",), VOID: ("nothing happened",)}
TAG = re.compile(r"<[^>]*>")
NOTHING = "othing was"  # as every refusal of a tap says
MOMENT = 4.0  # between a state that was read and its words that were sent, on a machine with twenty others at work


@dataclass
class Verdict:
    """What broke, by rule; empty lists are what we promise."""

    cell: Cell
    second_posts: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    resent: list[str] = field(default_factory=list)
    reached: bool = True
    outcome: str = ""

    @property
    def broken(self) -> dict[str, list[str]]:
        rules = {"R1": self.second_posts, "R2": self.silent, "R3": self.false, "R4": self.resent}
        return {rule: found for rule, found in rules.items() if found}


def claims(text: str, action: Action) -> set[str]:
    """What a text says of the action."""
    plain = TAG.sub("", text)
    return {claim for claim, words in (CLAIMS[action] | COMMON).items() if any(word in plain for word in words)}


def acted_at(stage: Stage, order: Order, cell: Cell) -> float | None:
    """When the venue carried the action out, None when it did not."""
    done = [call for call in _posts(stage, order, cell) if call.acted]
    if not done:
        return None
    late = float(FAULTS[cell.fault].get("seconds", 0)) if "late" in done[0].outcome else 0.0
    return done[0].at + late


def visible(stage: Stage, chat: int, cell: Cell) -> set[str]:
    """Every claim that stands in a chat now."""
    return set().union(*(claims(one.text or "", cell.action) for one in stage.messages(chat)))


def is_settled(stage: Stage, order: Order, cell: Cell, yes_taps: list[tuple[float, str]]) -> bool:
    """Nothing is under way any more, and everybody can read how it ended."""
    if any(call.outcome in ("received", "waiting", "to act late") for call in _posts(stage, order, cell)):
        return False
    busy = stage.ask(
        "SELECT (SELECT COUNT(*) FROM inbox WHERE handled_at IS NULL)"
        " + (SELECT COUNT(*) FROM outbox WHERE state IN ('pending', 'sending'))"
        " + (SELECT COUNT(*) FROM intents WHERE state IN ('planned', 'sent', 'unknown')) AS busy"
    )
    is_quiet = busy[0]["busy"] == 0 and not stage.box.world.updates.pending
    return is_quiet and not _wrong_now(stage, order, cell) and not _is_silent(stage, order, yes_taps)


def judge(stage: Stage, order: Order, cell: Cell, yes_taps: list[tuple[float, str]]) -> Verdict:
    """After everything settled, or the time for it was over. `yes_taps`: when, and the callback's id."""
    verdict = Verdict(cell, reached=not cell.kill or cell.kill in [*stage.trace(), cell.during])
    posts = _posts(stage, order, cell)
    intents = stage.ask("SELECT * FROM intents WHERE target = ?", str(order.id))
    if len(posts) > len(intents):
        verdict.second_posts.append(f"{len(posts)} requests for {len(intents)} intents")
    for earlier, later in pairwise(posts):
        if not any(earlier.at < at <= later.at for at, _ in yes_taps):
            verdict.resent.append(f"request {later.n} follows {earlier.n} and nobody tapped")
    if order.released_times > 1:
        verdict.second_posts.append(f"released {order.released_times} times")
    wrong = _wrong_now(stage, order, cell)
    verdict.silent += [why for rule, why in wrong if rule == "R2"]
    verdict.false += [why for rule, why in wrong if rule == "R3"]
    verdict.false += _wrong_then(stage, order, cell)
    verdict.outcome = ", ".join(row["state"] for row in intents) or f"no intent: {_toast(stage, yes_taps)}"
    if _is_silent(stage, order, yes_taps):
        verdict.silent.append("a tap that led to nothing was never answered")
    return verdict


def _posts(stage: Stage, order: Order, cell: Cell) -> list[MoneyCall]:
    return [call for call in stage.posts(order) if call.endpoint == ENDPOINTS[cell.action]]


def _wrong_now(stage: Stage, order: Order, cell: Cell) -> list[tuple[str, str]]:
    """What is missing or untrue in the two chats and in the ledger at this moment."""
    rows = stage.ask("SELECT state FROM intents WHERE target = ? ORDER BY number DESC LIMIT 1", str(order.id))
    if not rows:
        return [("R3", f"{chat} reads {DONE}") for chat in (OPERATOR, GROUP) if DONE in visible(stage, chat, cell)]
    state, is_done = rows[0]["state"], acted_at(stage, order, cell) is not None
    wrong = []
    # An unknown that is openly said is no lie, as long as no look has seen more
    if (state == DONE) != is_done and (state != UNKNOWN or _was_seen_done(stage, order, cell)):
        wrong.append(("R3", f"the ledger says {state}, the venue {'acted' if is_done else 'did not act'}"))
    if state in ("planned", "sent"):
        wrong.append(("R2", f"the ledger is left at {state}"))
    for chat in (OPERATOR, GROUP):
        if state not in (told := visible(stage, chat, cell)):
            wrong.append(("R2", f"{chat} does not read {state} but {sorted(told)}"))
        kept = told - lost_copy(stage, chat, cell)
        wrong += [("R3", f"{chat} reads {claim} while it is {state}") for claim in _contrary(state) & kept]
    return wrong


def lost_copy(stage: Stage, chat: int, cell: Cell) -> set[str]:
    """What only a message says whose number died with a desk, between Telegram's answer and our commit.

    At most one such copy per kill; the desk tells everything again below it and can never change it.
    """
    known = {row["message_id"] for row in stage.ask("SELECT message_id FROM messages WHERE chat_id = ?", chat)}
    told = {one.id: claims(one.text or "", cell.action) for one in stage.messages(chat)}
    lost = [number for number, said in told.items() if said and number not in known]
    if not lost or len(lost) >= stage.lives or lost[-1] == max(number for number, said in told.items() if said):
        return set()
    return set().union(*(told[number] for number in lost)) - set().union(
        *(said for number, said in told.items() if number not in lost)
    )


def _was_seen_done(stage: Stage, order: Order, cell: Cell) -> bool:
    rows = stage.ask("SELECT phase FROM orders WHERE id = ?", str(order.id))
    return bool(rows) and rows[0]["phase"] in SEEN_DONE[cell.action]


def _contrary(state: str) -> set[str]:
    return {DONE, UNKNOWN, REFUSED, VOID, SENDING} - {state}


def _wrong_then(stage: Stage, order: Order, cell: Cell) -> list[str]:
    """Statements that were untrue when they were sent: done before it was, unknown after the desk knew."""
    at = acted_at(stage, order, cell)
    known = stage.ask("SELECT settled_at FROM intents WHERE target = ? AND state = 'done'", str(order.id))
    known_at = stage.start + (known[0]["settled_at"] / 1000 - stage.start) / stage.speed if known else None
    wrong, said_done = [], set[str]()
    for call in stage.box.world.calls:
        told, chat = claims(str(call.params.get("text", "")), cell.action), str(call.params.get("chat_id"))
        if DONE in told and (at is None or call.at < at):
            wrong.append(f"call {call.n} told done before it was")
        if UNKNOWN in told and chat in said_done:
            wrong.append(f"call {call.n} told unknown where done had been told")
        said_done |= {chat} if DONE in told and call.ok else set()
        if UNKNOWN in told and known_at is not None and call.at > known_at + MOMENT:
            wrong.append(f"call {call.n} told unknown {call.at - known_at:.2f} s after the desk knew")
    return wrong


def _toast(stage: Stage, yes_taps: list[tuple[float, str]]) -> str:
    return str(stage.box.world.callbacks[yes_taps[-1][1]].text) if yes_taps else "no tap"


def _is_silent(stage: Stage, order: Order, yes_taps: list[tuple[float, str]]) -> bool:
    """The confirming tap led to nothing, and nobody told the person."""
    intents = stage.ask("SELECT 1 FROM intents WHERE target = ?", str(order.id))
    return not intents and bool(yes_taps) and not _is_answered(stage, *yes_taps[-1])


def _is_answered(stage: Stage, tapped_at: float, callback_id: str) -> bool:
    """In the small window; or, when that had to be closed before the answer was known, in the chat."""
    query = stage.box.world.callbacks[callback_id]
    later = (call for call in stage.box.world.calls if call.ok and _is_later(call, tapped_at))
    is_said = bool(query.text) or any(NOTHING in str(call.params.get("text", "")) for call in later)
    return query.answered_at is not None and is_said


def _is_later(call: Call, tapped_at: float) -> bool:
    return call.at >= tapped_at and str(call.params.get("chat_id")) == str(OPERATOR)
