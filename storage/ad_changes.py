"""Changes of ads that were shown as a diff, and moves of all of them. The intent of a change has the change's id."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from pydantic import TypeAdapter

from bot.domain.ad_changes import AdChange
from bot.domain.ad_edits import Wanted
from bot.domain.ad_views import AdMove
from bot.domain.ads import Ad
from storage.exact import facts_text, money_text, read_facts, read_texts, texts_text
from storage.session import Row, Session

_AD = TypeAdapter(Ad)
_ADS = TypeAdapter(tuple[Ad, ...])


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a move was asked of, as its column `ads` holds it; an older desk kept the ads alone."""

    ads: tuple[Ad, ...]
    unread: tuple[str, ...] = ()
    far: Mapping[str, str] = field(default_factory=dict)


_SEEN = TypeAdapter(_Seen)


class AdChanges:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(
        self,
        change_id: str,
        ad: Ad,
        wanted: Wanted,
        *,
        person: int,
        asked_at: int,
        ends_at: int,
        far_percent: str | None = None,
        best: Decimal | None = None,
        rule: str = "",
        move: str = "",
    ) -> AdChange:
        """A diff that is shown to a person, or one that is sent at once by a rule or a move."""
        row = await self._session.row(
            "INSERT INTO ad_changes"
            " (id, ad_id, ad, wanted, person, asked_at, ends_at, far_percent, best, rule, move) VALUES"
            " (:id, :ad_id, :ad, :wanted, :person, :asked_at, :ends_at, :far, :best, :rule, :move) RETURNING *",
            id=change_id,
            ad_id=ad.id,
            ad=_AD.dump_json(ad, ensure_ascii=True).decode(),
            wanted=facts_text(wanted.as_facts()),
            person=person,
            asked_at=asked_at,
            ends_at=ends_at,
            far=far_percent,
            best=None if best is None else money_text(best),
            rule=rule,
            move=move,
        )
        assert row is not None
        return _change(row)

    async def get(self, change_id: str) -> AdChange | None:
        row = await self._session.row("SELECT * FROM ad_changes WHERE id = :id", id=change_id)
        return _change(row) if row else None

    async def sent_from(self, change_id: str, ad: Ad) -> None:
        """The ad as it is in the moment of the decision: what is sent is made from it."""
        await self._session.rows(
            "UPDATE ad_changes SET ad = :ad WHERE id = :id",
            id=change_id,
            ad=_AD.dump_json(ad, ensure_ascii=True).decode(),
        )

    async def end(self, change_id: str, at: int) -> bool:
        """Nobody can confirm it any more; True for exactly one caller."""
        row = await self._session.row(
            "UPDATE ad_changes SET ended_at = :at WHERE id = :id AND ended_at IS NULL RETURNING id", id=change_id, at=at
        )
        return row is not None

    async def mean(self, change_id: str, *, ends_at: int) -> AdChange | None:
        """A far price is meant; None when the diff has ended."""
        row = await self._session.row(
            "UPDATE ad_changes SET is_meant = 1, ends_at = :ends_at WHERE id = :id AND ended_at IS NULL RETURNING *",
            id=change_id,
            ends_at=ends_at,
        )
        return _change(row) if row else None

    async def keep_look(self, change_id: str, at: int, *, found: dict[str, str], moved: tuple[str, ...]) -> bool:
        """What the venue shows of it now; True for the first look of all."""
        row = await self._session.row("SELECT checked_at FROM ad_changes WHERE id = :id", id=change_id)
        await self._session.rows(
            "UPDATE ad_changes SET checked_at = :at, found = :found, moved = :moved WHERE id = :id",
            id=change_id,
            at=at,
            found=facts_text(found),
            moved=texts_text(moved),
        )
        return row is not None and row["checked_at"] is None

    async def keep_found(self, change_id: str, found: dict[str, str]) -> None:
        """What a look showed while the outcome is not known."""
        await self._session.rows(
            "UPDATE ad_changes SET found = :found WHERE id = :id", id=change_id, found=facts_text(found)
        )

    async def live(self, person: int) -> list[AdChange]:
        """Diffs of a person that can still be confirmed."""
        return await self._changes("person = :person AND ended_at IS NULL", person=person)

    async def over(self, now: int) -> list[AdChange]:
        """Diffs whose time is over."""
        return await self._changes("ended_at IS NULL AND ends_at <= :now", now=now)

    async def of_move(self, move_id: str) -> list[AdChange]:
        return await self._changes("move = :move AND move <> ''", move=move_id)

    async def of_ad(self, ad_id: str, limit: int = 1) -> list[AdChange]:
        """What was sent for this ad, newest first."""
        rows = await self._session.rows(
            "SELECT ad_changes.* FROM ad_changes JOIN intents ON intents.id = ad_changes.id"
            " WHERE ad_id = :ad ORDER BY ad_changes.number DESC LIMIT :limit",
            ad=ad_id,
            limit=limit,
        )
        return [_change(row) for row in rows]

    async def done_count(self, ad_id: str) -> int:
        """How often the desk has changed this ad."""
        rows = await self._session.rows(
            "SELECT COUNT(*) AS done FROM intents WHERE target = :target AND state = 'done'", target=f"ad/{ad_id}"
        )
        return int(rows[0]["done"])

    async def unchecked(self) -> list[AdChange]:
        """Accepted, and not yet looked at again."""
        rows = await self._session.rows(
            "SELECT ad_changes.* FROM ad_changes JOIN intents ON intents.id = ad_changes.id"
            " WHERE checked_at IS NULL AND intents.state = 'done' ORDER BY ad_changes.number"
        )
        return [_change(row) for row in rows]

    async def _changes(self, where: str, **values: str | int) -> list[AdChange]:
        rows = await self._session.rows(
            f"SELECT * FROM ad_changes WHERE {where} ORDER BY number",  # noqa: S608 our own words
            **values,
        )
        return [_change(row) for row in rows]

    async def add_move(self, move: AdMove) -> None:
        await self._session.rows(
            "INSERT INTO ad_moves (id, way, ads, person, why, asked_at, ends_at, ended_at, sent_at) VALUES"
            " (:id, :way, :ads, :person, :why, :asked_at, :ends_at, :ended_at, :sent_at)",
            id=move.id,
            way=move.way,
            ads=_SEEN.dump_json(_Seen(move.ads, move.unread, move.far), ensure_ascii=True).decode(),
            person=move.person,
            why=move.why,
            asked_at=move.asked_at,
            ends_at=move.ends_at,
            ended_at=move.ended_at,
            sent_at=move.sent_at,
        )

    async def move(self, move_id: str) -> AdMove | None:
        row = await self._session.row("SELECT * FROM ad_moves WHERE id = :id", id=move_id)
        return _move(row) if row else None

    async def end_move(self, move_id: str, at: int, *, sent: bool) -> bool:
        """Nobody can confirm it any more; True for exactly one caller."""
        row = await self._session.row(
            "UPDATE ad_moves SET ended_at = :at, sent_at = :sent_at WHERE id = :id AND ended_at IS NULL RETURNING id",
            id=move_id,
            at=at,
            sent_at=at if sent else None,
        )
        return row is not None

    async def moves_over(self, now: int) -> list[AdMove]:
        rows = await self._session.rows(
            "SELECT * FROM ad_moves WHERE ended_at IS NULL AND ends_at <= :now ORDER BY number", now=now
        )
        return [_move(row) for row in rows]

    async def moves_sent_since(self, since: int) -> list[AdMove]:
        rows = await self._session.rows("SELECT * FROM ad_moves WHERE sent_at >= :since ORDER BY number", since=since)
        return [_move(row) for row in rows]

    async def taken_off(self) -> frozenset[str]:
        """The ads that moves took offline since the last one that brought some back, and those that it did not bring.

        Nothing taken off since then: all that it was about, for what came back may have gone off by itself.
        """
        row = await self._session.row(
            "SELECT * FROM ad_moves WHERE way = 'on' AND sent_at IS NOT NULL ORDER BY number DESC LIMIT 1"
        )
        rows = await self._session.rows(
            "SELECT * FROM ad_moves WHERE way = 'off' AND sent_at IS NOT NULL AND number > :last",
            last=row["number"] if row else 0,
        )
        taken = {ad.id for off in map(_move, rows) for ad in off.ads}
        if row is None:
            return frozenset(taken)
        last = _move(row)
        came_back = await self._brought_back(last.id) if taken else set()
        return frozenset(taken | {*last.unread} | {ad.id for ad in last.ads} - came_back)

    async def _brought_back(self, move_id: str) -> set[str]:
        rows = await self._session.rows(
            "SELECT ad_id FROM ad_changes JOIN intents ON intents.id = ad_changes.id"
            " WHERE move = :move AND move <> '' AND intents.state = 'done'",
            move=move_id,
        )
        return {row["ad_id"] for row in rows}

    async def purge(self, before: int) -> int:
        """Removes diffs and moves that were asked for before then (ms) and never sent; how many."""
        rows = await self._session.rows(
            "DELETE FROM ad_changes WHERE asked_at < :before AND ended_at IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM intents WHERE intents.id = ad_changes.id) RETURNING id",
            before=before,
        )
        return len(rows)


def _change(row: Row) -> AdChange:
    return AdChange(
        id=row["id"],
        number=row["number"],
        ad=_AD.validate_json(row["ad"]),
        wanted=Wanted.of(read_facts(row["wanted"])),
        person=row["person"],
        asked_at=row["asked_at"],
        ends_at=row["ends_at"],
        ended_at=row["ended_at"],
        far_percent=row["far_percent"],
        best=None if row["best"] is None else Decimal(row["best"]),
        is_meant=bool(row["is_meant"]),
        rule=row["rule"],
        move=row["move"],
        checked_at=row["checked_at"],
        found=None if row["found"] is None else read_facts(row["found"]),
        moved=read_texts(row["moved"]),
    )


def _move(row: Row) -> AdMove:
    text = row["ads"]
    seen = _Seen(_ADS.validate_json(text)) if text.startswith("[") else _SEEN.validate_json(text)
    return AdMove(
        id=row["id"],
        way=row["way"],
        ads=seen.ads,
        person=row["person"],
        why=row["why"],
        asked_at=row["asked_at"],
        ends_at=row["ends_at"],
        ended_at=row["ended_at"],
        sent_at=row["sent_at"],
        unread=seen.unread,
        far=seen.far,
    )
