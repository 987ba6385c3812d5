"""Whether a release that needs two people, or its armed moment, was sent as promised; beside R1 to R4 of every release.

TWO: nothing is released on fewer yes than it needs: two different people's, each in the journal; or one's whose stop
window is over.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.sandbox.gate.orders import Order
from bot.views.buttons import Verb
from tests.crash import judge as releases
from tests.crash.second_cells import Scene, SecondCell
from tests.crash.stage import Stage

BUSY = (
    "SELECT (SELECT COUNT(*) FROM inbox WHERE handled_at IS NULL)"
    " + (SELECT COUNT(*) FROM outbox WHERE state IN ('pending', 'sending'))"
    " + (SELECT COUNT(*) FROM intents WHERE state IN ('planned', 'sent', 'unknown')) AS busy"
)
ON_THE_WAY = ("received", "waiting", "to act late")


@dataclass(frozen=True)
class Pressed:
    """One last tap: whose, and the callback's id."""

    person: int
    callback: str
    at: float


@dataclass
class SecondVerdict:
    """What broke, by rule; empty is what we promise."""

    broken: dict[str, list[str]]
    reached: bool
    posts: int
    outcome: str = ""
    pressed: list[Pressed] = field(default_factory=list)


def judge(stage: Stage, order: Order, cell: SecondCell, pressed: list[Pressed]) -> SecondVerdict:
    """After everything settled, or the time for it was over."""
    taps = [(one.at, one.callback) for one in pressed]
    plain = releases.judge(stage, order, cell.release, [] if cell.scene is Scene.ARMED else taps)
    broken = {rule: list(found) for rule, found in plain.broken.items()}
    # The plain judge knows one person's chat only: who was silent to whom is asked here
    silent = [why for why in broken.pop("R2", []) if "never answered" not in why]
    silent += [f"{one.person} pressed and was told nothing" for one in pressed if not is_answered(stage, order, one)]
    if silent:
        broken["R2"] = silent
    if alone := too_few(stage, order, cell):
        broken["TWO"] = alone
    if left := forgotten(stage, order):
        broken["LEFT"] = left
    posts = len(stage.posts(order))
    return SecondVerdict(broken, plain.reached, posts, plain.outcome, pressed)


def too_few(stage: Stage, order: Order, cell: SecondCell) -> list[str]:
    """Intents without the yes that they need."""
    wrong = []
    for intent in stage.ask("SELECT * FROM intents WHERE target = ?", str(order.id)):
        used = stage.ask("SELECT * FROM approvals WHERE intent_id = ? AND why = 'used'", intent["id"])
        if len(used) != 1:
            wrong.append(f"{intent['id']} rests on {len(used)} approvals")
        elif cell.scene is Scene.ARMED:
            if used[0]["due_at"] is None or intent["planned_at"] < used[0]["due_at"]:
                wrong.append(f"{intent['id']} went out before its time")
        elif used[0]["first_by"] == intent["actor"]:
            wrong.append(f"{intent['id']} rests on one person")
        else:
            wrong += _unwritten(stage, order, used[0]["first_by"], intent["actor"])
    if order.released_times and not stage.ask("SELECT 1 FROM intents WHERE target = ?", str(order.id)):
        wrong.append("released without an intent")
    return wrong


def _unwritten(stage: Stage, order: Order, first: int, second: int) -> list[str]:
    rows = stage.ask("SELECT actor, outcome FROM journal WHERE target = ? AND action = 'release'", str(order.id))
    written = {(row["actor"], row["outcome"]) for row in rows}
    wanted = {(first, "first_approval"), (second, "sent")}
    return [f"not in the journal: {row}" for row in wanted - written]


def forgotten(stage: Stage, order: Order) -> list[str]:
    """An armed release whose time is over, and nothing came of it; a first yes that nobody can see any more."""
    rows = stage.ask("SELECT * FROM approvals WHERE order_id = ? AND ended_at IS NULL", str(order.id))
    if not rows:
        return []
    if rows[0]["due_at"] is not None:
        return ["an armed release is neither sent nor ended"]
    shown = stage.newest(rows[0]["first_by"], [Verb.TAKE_BACK])
    return [] if shown is not None else ["a first yes stands, and its card does not say so"]


def is_answered(stage: Stage, order: Order, tap: Pressed) -> bool:
    """The tap led to something that is stored in its name, or the person was told why not."""
    mine = stage.ask(
        "SELECT 1 FROM journal WHERE target = ? AND actor = ? AND outcome IN ('first_approval', 'armed', 'sent')",
        str(order.id), tap.person,
    )  # fmt: skip
    if mine:
        return True
    query = stage.box.world.callbacks[tap.callback]
    later = (call for call in stage.box.world.calls if call.ok and call.at >= tap.at)
    told = (str(call.params.get("text", "")) for call in later if str(call.params.get("chat_id")) == str(tap.person))
    return query.answered_at is not None and (bool(query.text) or any(releases.NOTHING in text for text in told))


def is_settled(stage: Stage, order: Order, cell: SecondCell, pressed: list[Pressed]) -> bool:
    """Nothing is under way any more, and everybody can read how it ended."""
    if any(call.outcome in ON_THE_WAY for call in stage.posts(order)) or stage.box.world.updates.pending:
        return False
    if stage.ask(BUSY)[0]["busy"] or forgotten(stage, order):
        return False
    return not judge(stage, order, cell, pressed).broken
