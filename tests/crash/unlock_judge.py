"""Whether a stopped order stays stopped until a lead's whole yes, goes on after it, and everybody knows which it is.

HALF: the lock is gone without the lead's finished step and its line in the journal, or they stand without it.
TWICE: more than one end of one lock. TOLD: somebody's card does not show how it is. POST: money moved, and nobody
released.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.situations import LockReason
from bot.sandbox.gate.orders import Order
from bot.views.buttons import Verb
from tests.crash.stage import LEAD, OPERATOR, Stage
from tests.crash.unlock_cells import UnlockCell

DOUBT = LockReason.OTHER_PAYER.value
BUSY = (
    "SELECT (SELECT COUNT(*) FROM inbox WHERE handled_at IS NULL)"
    " + (SELECT COUNT(*) FROM outbox WHERE state IN ('pending', 'sending')) AS busy"
)


@dataclass
class UnlockVerdict:
    """`broken` is empty when all is well. `reached`: whether the desk passed the point where it should die."""

    broken: dict[str, list[str]]
    reached: bool
    unlocked: bool


def is_locked(stage: Stage, order: Order) -> bool:
    rows = stage.ask("SELECT lock_reason FROM orders WHERE id = ?", str(order.id))
    return bool(rows) and rows[0]["lock_reason"] is not None


def judge(stage: Stage, order: Order, cell: UnlockCell) -> UnlockVerdict:
    """After the lead's way was walked to its end, and everything settled or the time for it was over."""
    locked, done = is_locked(stage, order), _lines(stage, order, "unlock")
    used = len(stage.ask("SELECT 1 FROM unlocks WHERE order_id = ? AND done_at IS NOT NULL", str(order.id)))
    broken: dict[str, list[str]] = {}
    if (done, used) != ((0, 0) if locked else (1, 1)):
        rule = "TWICE" if max(done, used) > 1 else "HALF"
        broken[rule] = [f"locked: {locked}, {done} lines in the journal, {used} steps used"]
    if not _lines(stage, order, DOUBT):
        broken["HALF"] = [*broken.get("HALF", []), "a lock without its line in the journal"]
    if untold := _untold(stage, locked):
        broken["TOLD"] = untold
    if posts := stage.posts(order):
        broken["POST"] = [f"{len(posts)} requests"]
    return UnlockVerdict(broken, not cell.kill or cell.kill in stage.trace(), not locked)


def _lines(stage: Stage, order: Order, action: str) -> int:
    asked = "SELECT 1 FROM journal WHERE target = ? AND action = ? AND outcome <> 'not_allowed'"
    return len(stage.ask(asked, str(order.id), action))


def _untold(stage: Stage, locked: bool) -> list[str]:
    """The newest card decides: a release is offered to whoever may, exactly when nothing stops it."""
    wrong = []
    for person in (OPERATOR, LEAD):
        if (stage.newest(person, [Verb.RELEASE]) is not None) == locked:
            wrong.append(f"{person} is {'still' if locked else 'not'} offered to release")
    return wrong


def is_settled(stage: Stage, order: Order, cell: UnlockCell) -> bool:
    """Nothing is under way any more, and everybody's card shows how it is."""
    if stage.ask(BUSY)[0]["busy"] or stage.box.world.updates.pending:
        return False
    return not judge(stage, order, cell).broken
