"""The ledger. Two rules are the database's own: one open intent per target, and each action done once per target
(and, where that is not enough, per `base`: a change of an ad once per state it starts from).
"""

from decimal import Decimal

from bot.domain.intents import OPEN, Action, Event, Intent, State, after
from bot.domain.orders import Phase
from storage.errors import StoreError
from storage.exact import exact_sum, facts_text, money_text, read_facts
from storage.session import Row, Session

_IS_OPEN = "state IN ('planned', 'sent', 'taken', 'asked', 'unknown')"


class Intents:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def plan(self, intent: Intent) -> Intent | None:
        """Writes the decision down and returns None; or returns the open or done intent that forbids it."""
        written = await self._session.row(
            "INSERT INTO intents (id, action, target, state, actor, actor_role, requester, seal_id, amount, asset,"
            " arguments, planned_at, sent_at, settled_at, looks, first_look_at, last_look_at, answer, base)"
            " SELECT :id, :action, :target, :state, :actor, :actor_role, :requester, :seal_id, :amount, :asset,"
            " :arguments, :planned_at, :sent_at, :settled_at, :looks, :first_look_at, :last_look_at, :answer,"
            " :base"
            " WHERE NOT EXISTS"
            " (SELECT 1 FROM intents WHERE action = :action AND target = :target AND base = :base AND state = 'done')"
            " ON CONFLICT DO NOTHING RETURNING id",
            id=intent.id,
            action=intent.action.value,
            target=intent.target,
            state=intent.state.value,
            actor=intent.actor,
            actor_role=intent.actor_role,
            requester=intent.requester,
            seal_id=intent.seal_id,
            amount=money_text(intent.amount),
            asset=intent.asset,
            arguments=facts_text(intent.arguments),
            planned_at=intent.planned_at,
            sent_at=intent.sent_at,
            settled_at=intent.settled_at,
            looks=intent.looks,
            first_look_at=intent.first_look_at,
            last_look_at=intent.last_look_at,
            answer=intent.answer,
            base=intent.base,
        )
        return None if written else await self._in_the_way_of(intent)

    async def _in_the_way_of(self, intent: Intent) -> Intent:
        row = await self._session.row(
            f"SELECT * FROM intents WHERE id = :id OR (target = :target AND {_IS_OPEN})"  # noqa: S608 our own words
            " OR (target = :target AND action = :action AND base = :base AND state = 'done')"
            " ORDER BY CASE WHEN state = 'done' THEN 1 ELSE 0 END, number DESC LIMIT 1",
            id=intent.id,
            target=intent.target,
            action=intent.action.value,
            base=intent.base,
        )
        return _required(row, intent.id)

    async def get(self, intent_id: str) -> Intent | None:
        row = await self._session.row("SELECT * FROM intents WHERE id = :id", id=intent_id)
        return _intent(row) if row else None

    async def open_for(self, target: str) -> Intent | None:
        row = await self._session.row(
            f"SELECT * FROM intents WHERE target = :target AND {_IS_OPEN}",  # noqa: S608 our own words
            target=target,
        )
        return _intent(row) if row else None

    async def latest_for(self, target: str) -> Intent | None:
        """The open one if there is one, else the newest."""
        row = await self._session.row(
            f"SELECT * FROM intents WHERE target = :target"  # noqa: S608 our own words
            f" ORDER BY CASE WHEN {_IS_OPEN} THEN 0 ELSE 1 END, number DESC LIMIT 1",
            target=target,
        )
        return _intent(row) if row else None

    async def all_open(self) -> list[Intent]:
        """Oldest first."""
        rows = await self._session.rows(f"SELECT * FROM intents WHERE {_IS_OPEN} ORDER BY number")  # noqa: S608 our own words
        return [_intent(row) for row in rows]

    async def move(self, intent_id: str, *, frm: State, event: Event, at: int, answer: str = "") -> Intent | None:
        """The intent after the event; None, and nothing changed, when it was not in `frm`.

        An empty answer keeps the one that is there. Raises TransitionError for a pair the table does not know.
        """
        to = after(frm, event)
        row = await self._session.row(
            "UPDATE intents SET state = :to,"
            " sent_at = COALESCE(:sent_at, sent_at), settled_at = COALESCE(:settled_at, settled_at),"
            " answer = CASE WHEN :answer = '' THEN answer ELSE :answer END"
            " WHERE id = :id AND state = :frm RETURNING *",
            id=intent_id,
            frm=frm.value,
            to=to.value,
            sent_at=at if to is State.SENT else None,
            settled_at=None if to in OPEN else at,
            answer=answer,
        )
        return _intent(row) if row else None

    async def count_look(self, intent_id: str, at: int) -> Intent:
        """One more look that found the target as it was. Raises StoreError("missing")."""
        row = await self._session.row(
            "UPDATE intents SET looks = looks + 1, first_look_at = COALESCE(first_look_at, :at), last_look_at = :at"
            " WHERE id = :id RETURNING *",
            id=intent_id,
            at=at,
        )
        return _required(row, intent_id)

    async def restart_looks(self, intent_id: str) -> None:
        """The looks counted so far prove nothing any more; when the last one was stays known."""
        await self._session.rows("UPDATE intents SET looks = 0, first_look_at = NULL WHERE id = :id", id=intent_id)

    async def used_since(self, actor: int, action: Action, since_ms: int) -> Decimal:
        """What the person has moved or may still have moved since then, in coins, exactly: as the first of two, too."""
        rows = await self._session.rows(
            f"SELECT amount FROM intents WHERE action = :action AND planned_at >= :since"  # noqa: S608 our own words
            " AND (actor = :actor OR id IN"
            " (SELECT intent_id FROM approvals WHERE first_by = :actor AND intent_id IS NOT NULL))"
            f" AND ({_IS_OPEN} OR state = 'done')",
            actor=actor,
            action=action.value,
            since=since_ms,
        )
        return exact_sum(Decimal(row["amount"]) for row in rows)

    async def recent(self, limit: int, offset: int) -> list[Intent]:
        """All intents, newest first."""
        rows = await self._session.rows(
            "SELECT * FROM intents ORDER BY number DESC LIMIT :limit OFFSET :offset", limit=limit, offset=offset
        )
        return [_intent(row) for row in rows]

    async def cancels_since(self, since_ms: int) -> int:
        """How many orders the whole desk has cancelled since then."""
        rows = await self._session.rows(
            "SELECT COUNT(*) AS cancels FROM intents"
            " WHERE action = :cancel AND state = 'done' AND settled_at >= :since",
            cancel=Action.CANCEL.value,
            since=since_ms,
        )
        return int(rows[0]["cancels"])

    async def cancels_in_a_row(self, since_ms: int) -> int:
        """How many of those came after the last order that was completed since then."""
        rows = await self._session.rows(
            "SELECT COUNT(*) AS cancels FROM intents"
            " WHERE action = :cancel AND state = 'done' AND settled_at >= :since"
            " AND settled_at > COALESCE("
            "(SELECT MAX(final_at) FROM orders WHERE final_at >= :since AND phase = :finished), 0)",
            cancel=Action.CANCEL.value,
            since=since_ms,
            finished=Phase.FINISHED.value,
        )
        return int(rows[0]["cancels"])


def _required(row: Row | None, intent_id: str) -> Intent:
    if row is None:
        raise StoreError("missing", f"intent {intent_id}")
    return _intent(row)


def _intent(row: Row) -> Intent:
    return Intent(
        id=row["id"],
        action=Action(row["action"]),
        target=row["target"],
        state=State(row["state"]),
        actor=row["actor"],
        actor_role=row["actor_role"],
        requester=row["requester"],
        seal_id=row["seal_id"],
        amount=Decimal(row["amount"]),
        asset=row["asset"],
        arguments=read_facts(row["arguments"]),
        planned_at=row["planned_at"],
        sent_at=row["sent_at"],
        settled_at=row["settled_at"],
        looks=row["looks"],
        first_look_at=row["first_look_at"],
        last_look_at=row["last_look_at"],
        answer=row["answer"],
        base=row["base"],
    )
