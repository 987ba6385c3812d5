"""People of the desk, who may not come in, what each role may move, and invitations."""

from collections.abc import Callable
from decimal import Decimal

from bot.domain.staff import Limit, Person, Role
from storage.exact import money_text
from storage.invites import Invite, Invites
from storage.session import Row, Session, Value

__all__ = ["Invite", "Staff"]

STRANGER_HOURS_KEPT = 24


class Staff:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._invites = Invites(session)

    def if_undone(self, work: Callable[[], None]) -> None:
        """`work` puts back whatever was read from here into memory, should this block not become durable."""
        self._session.if_undone(work)

    async def people(self) -> list[Person]:
        """Everybody, the highest role first."""
        people = [_person(row) for row in await self._session.rows("SELECT * FROM staff ORDER BY id")]
        return sorted(people, key=lambda person: -person.role)

    async def get(self, person_id: int) -> Person | None:
        row = await self._session.row("SELECT * FROM staff WHERE id = :id", id=person_id)
        return _person(row) if row else None

    async def put(self, person: Person, at: int, by: int | None) -> None:
        """Adds the person, or changes role, name, language and timezone; frozen and duty are set by their own verbs."""
        await self._session.rows(
            "INSERT INTO staff (id, role, name, language, timezone, is_frozen, on_duty, added_at, added_by)"
            " VALUES (:id, :role, :name, :language, :timezone, :is_frozen, :on_duty, :at, :by)"
            " ON CONFLICT (id) DO UPDATE SET role = excluded.role, name = excluded.name,"
            " language = excluded.language, timezone = excluded.timezone",
            id=person.id,
            role=person.role.word,
            name=person.name,
            language=person.language,
            timezone=person.timezone,
            is_frozen=person.is_frozen,
            on_duty=person.on_duty,
            at=at,
            by=by,
        )

    async def set_role(self, person_id: int, role: Role) -> None:
        await self._set("role = :role", person_id, role=role.word)

    async def set_frozen(self, person_id: int, is_frozen: bool, at: int) -> None:
        await self._set("is_frozen = :is_frozen, frozen_at = :at", person_id, is_frozen=is_frozen, at=at)

    async def set_duty(self, person_id: int, on_duty: bool, at: int) -> None:
        await self._set("on_duty = :on_duty, duty_at = :at", person_id, on_duty=on_duty, at=at)

    async def set_language(self, person_id: int, language: str) -> None:
        await self._set("language = :language", person_id, language=language)

    async def set_timezone(self, person_id: int, timezone: str) -> None:
        await self._set("timezone = :timezone", person_id, timezone=timezone)

    async def _set(self, change: str, person_id: int, **values: Value) -> None:
        await self._session.rows(f"UPDATE staff SET {change} WHERE id = :id", id=person_id, **values)  # noqa: S608 our own words

    async def set_reachable(self, person_id: int, is_reachable: bool) -> None:
        """Whether messages to this person arrive; unknown people count as reachable."""
        sql = (
            "DELETE FROM unreachable WHERE person_id = :id"
            if is_reachable
            else "INSERT INTO unreachable (person_id) VALUES (:id) ON CONFLICT (person_id) DO NOTHING"
        )
        await self._session.rows(sql, id=person_id)

    async def unreachable(self) -> set[int]:
        return {row["person_id"] for row in await self._session.rows("SELECT person_id FROM unreachable")}

    async def remove(self, person_id: int) -> None:
        await self._session.rows("DELETE FROM staff WHERE id = :id", id=person_id)
        for kept in ("unreachable", "alert_choices", "quiet_hours"):
            await self._session.rows(f"DELETE FROM {kept} WHERE person_id = :id", id=person_id)  # noqa: S608 our own words

    async def block(self, user_id: int, at: int, by: int | None) -> None:
        await self._session.rows(
            "INSERT INTO blocked (user_id, blocked_at, blocked_by) VALUES (:id, :at, :by)"
            " ON CONFLICT (user_id) DO NOTHING",
            id=user_id,
            at=at,
            by=by,
        )

    async def is_blocked(self, user_id: int) -> bool:
        return await self._session.row("SELECT user_id FROM blocked WHERE user_id = :id", id=user_id) is not None

    async def add_invite(self, invite: Invite) -> None:
        await self._invites.add(invite)

    async def invite(self, invite_id: str) -> Invite | None:
        return await self._invites.get(invite_id)

    async def invite_by_hash(self, code_hash: str) -> Invite | None:
        return await self._invites.by_hash(code_hash)

    async def use_invite(self, code_hash: str, user_id: int, name: str, at: int) -> Invite | None:
        """The invite, now used by this person; None when there is none, it is used, settled or has ended."""
        return await self._invites.use(code_hash, user_id, name, at)

    async def settle_invite(self, invite_id: str, outcome: str, at: int) -> bool:
        """True when it was used and not settled before."""
        return await self._invites.settle(invite_id, outcome, at)

    async def limit(self, role: Role, action: str) -> Limit:
        """What the role may move; nothing when nobody has said."""
        row = await self._session.row(
            "SELECT per_action, per_day FROM limits WHERE role = :role AND action = :action",
            role=role.word,
            action=action,
        )
        return _limit(row) if row else Limit(Decimal(0), Decimal(0))

    async def set_limit(self, role: Role, action: str, limit: Limit, at: int, by: int | None) -> None:
        await self._session.rows(
            "INSERT INTO limits (role, action, per_action, per_day, set_at, set_by)"
            " VALUES (:role, :action, :per_action, :per_day, :at, :by)"
            " ON CONFLICT (role, action) DO UPDATE SET per_action = excluded.per_action, per_day = excluded.per_day,"
            " set_at = excluded.set_at, set_by = excluded.set_by",
            role=role.word,
            action=action,
            per_action=money_text(limit.per_action),
            per_day=money_text(limit.per_day),
            at=at,
            by=by,
        )

    async def limits(self) -> list[tuple[Role, str, Limit]]:
        found = await self._session.rows("SELECT * FROM limits")
        known = [(Role.of(row["role"]), str(row["action"]), _limit(row)) for row in found]
        return sorted(known, key=lambda entry: entry[:2])

    async def count_stranger(self, user_id: int, hour: int) -> int:
        """How often this stranger wrote in this hour, now included. `hour` is a running number of hours."""
        row = await self._session.row(
            "INSERT INTO strangers (user_id, hour, count) VALUES (:id, :hour, 1)"
            " ON CONFLICT (user_id, hour) DO UPDATE SET count = strangers.count + 1 RETURNING count",
            id=user_id,
            hour=hour,
        )
        count = int(row["count"]) if row else 0
        if count == 1:
            await self._session.rows("DELETE FROM strangers WHERE hour < :hour", hour=hour - STRANGER_HOURS_KEPT)
        return count


def _person(row: Row) -> Person:
    return Person(
        id=row["id"],
        role=Role.of(row["role"]),
        name=row["name"],
        language=row["language"],
        timezone=row["timezone"],
        is_frozen=bool(row["is_frozen"]),
        on_duty=bool(row["on_duty"]),
    )


def _limit(row: Row) -> Limit:
    return Limit(Decimal(row["per_action"]), Decimal(row["per_day"]))
