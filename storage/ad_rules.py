"""Rules about the prices of our ads. At most one of an ad is alive; one that was changed is a new one."""

from decimal import Decimal

from bot.domain.ad_rules import AdRule
from bot.domain.orders import Side
from bot.domain.repricing import Aim, Rule
from storage.exact import money_text
from storage.session import Row, Session

LIVE = "ended_at IS NULL AND is_meant = 1"


class AdRules:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, rule: AdRule) -> AdRule:
        """It gets the next number. One of the same ad must have ended before, unless this one is only asked about."""
        made = rule.rule
        row = await self._session.row(
            "INSERT INTO reprice_rules (id, ad_id, side, asset, fiat, aim, place, step, floor, ceiling, least_surplus,"
            " least_order, trap_percent, every_seconds, band_percent, person, made_at, is_meant, ours) VALUES"
            " (:id, :ad_id, :side, :asset, :fiat, :aim, :place, :step, :floor, :ceiling, :surplus, :least_order,"
            " :traps, :every, :band, :person, :made_at, :is_meant, :ours) RETURNING *",
            id=rule.id,
            ad_id=rule.ad_id,
            side=rule.side.value,
            asset=rule.asset,
            fiat=rule.fiat,
            aim=made.aim.value,
            place=made.rank,
            step=money_text(made.step),
            floor=money_text(made.floor),
            ceiling=money_text(made.ceiling),
            surplus=money_text(made.least_surplus),
            least_order=money_text(made.least_order),
            traps=money_text(made.trap_percent),
            every=made.every_seconds,
            band=_text(made.band_percent),
            person=rule.person,
            made_at=rule.made_at,
            is_meant=int(rule.is_meant),
            ours=money_text(rule.ours),
        )
        assert row is not None
        return _rule(row)

    async def get(self, rule_id: str) -> AdRule | None:
        row = await self._session.row("SELECT * FROM reprice_rules WHERE id = :id", id=rule_id)
        return _rule(row) if row else None

    async def of_ad(self, ad_id: str) -> AdRule | None:
        """The one that is alive."""
        row = await self._session.row(
            f"SELECT * FROM reprice_rules WHERE ad_id = :ad AND {LIVE}",  # noqa: S608 our own words
            ad=ad_id,
        )
        return _rule(row) if row else None

    async def live(self) -> list[AdRule]:
        """All that are alive, oldest first."""
        rows = await self._session.rows(
            f"SELECT * FROM reprice_rules WHERE {LIVE} ORDER BY number"  # noqa: S608 our own words
        )
        return [_rule(row) for row in rows]

    async def mean(self, rule_id: str) -> bool:
        """Bounds beside the present price are meant; True for exactly one caller."""
        return await self._set("is_meant = 1", "is_meant = 0 AND ended_at IS NULL", rule_id, None)

    async def end(self, rule_id: str, at: int) -> bool:
        """It does nothing any more; True for exactly one caller."""
        sets = "ended_at = :value, armed_until = NULL, step_ends_at = NULL"
        return await self._set(sets, "ended_at IS NULL", rule_id, at)

    async def drop_asked(self, ad_id: str, at: int) -> None:
        """Those of the ad that were only asked about are not asked about any more."""
        await self._session.rows(
            "UPDATE reprice_rules SET ended_at = :at WHERE ad_id = :ad AND is_meant = 0 AND ended_at IS NULL",
            ad=ad_id,
            at=at,
        )

    async def open_step(self, rule_id: str, ends_at: int | None) -> bool:
        """A confirm to arm it is open until then, or no longer; True when that is new."""
        return await self._set(
            "step_ends_at = :value", "COALESCE(step_ends_at, 0) <> COALESCE(:value, 0)", rule_id, ends_at
        )

    async def arm(self, rule_id: str, *, by: int, at: int, until: int, seal_id: str, price: Decimal) -> bool:
        """Under this seal, from this price on; True for exactly one caller."""
        row = await self._session.row(
            "UPDATE reprice_rules SET armed_by = :by, armed_at = :at, armed_until = :until, seal_id = :seal,"
            " armed_price = :price, ours = :price, stopped_at = NULL, stopped_why = '', told_price = NULL,"
            " step_ends_at = NULL"
            " WHERE id = :id AND armed_until IS NULL AND ended_at IS NULL AND is_meant = 1 RETURNING id",
            id=rule_id,
            by=by,
            at=at,
            until=until,
            seal=seal_id,
            price=money_text(price),
        )
        return row is not None

    async def disarm(self, rule_id: str, why: str, at: int) -> bool:
        """A dry run again; True for exactly one caller."""
        row = await self._session.row(
            "UPDATE reprice_rules SET armed_until = NULL, stopped_at = :at, stopped_why = :why"
            " WHERE id = :id AND armed_until IS NOT NULL RETURNING id",
            id=rule_id,
            at=at,
            why=why,
        )
        return row is not None

    async def keep_look(
        self, rule_id: str, at: int, *, why: str, wished: Decimal | None, ours: Decimal, best: Decimal | None
    ) -> None:
        """What a look at the market came to."""
        await self._session.rows(
            "UPDATE reprice_rules SET why = :why, wished = :wished, ours = :ours, best = :best, decided_at = :at"
            " WHERE id = :id",
            id=rule_id,
            at=at,
            why=why,
            wished=_text(wished),
            ours=money_text(ours),
            best=_text(best),
        )

    async def told(self, rule_id: str, price: Decimal) -> None:
        """A dry run has told this price."""
        await self._session.rows(
            "UPDATE reprice_rules SET told_price = :price WHERE id = :id", id=rule_id, price=money_text(price)
        )

    async def drift(self, rule_id: str, *, is_adrift: bool, at: int) -> None:
        """Told that our price has left its band, or is back in it."""
        await self._session.rows(
            "UPDATE reprice_rules SET is_adrift = :adrift, adrift_told_at = :at WHERE id = :id",
            id=rule_id,
            adrift=int(is_adrift),
            at=at,
        )

    async def _set(self, sets: str, where: str, rule_id: str, value: int | None) -> bool:
        row = await self._session.row(
            f"UPDATE reprice_rules SET {sets} WHERE id = :id AND {where} RETURNING id",  # noqa: S608 our own words
            id=rule_id,
            value=value,
        )
        return row is not None


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else money_text(amount)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _rule(row: Row) -> AdRule:
    return AdRule(
        id=row["id"],
        number=row["number"],
        ad_id=row["ad_id"],
        side=Side(row["side"]),
        asset=row["asset"],
        fiat=row["fiat"],
        rule=_terms(row),
        person=row["person"],
        made_at=row["made_at"],
        is_meant=bool(row["is_meant"]),
        ours=Decimal(row["ours"]),
        ended_at=row["ended_at"],
        step_ends_at=row["step_ends_at"],
        seal_id=row["seal_id"],
        armed_by=row["armed_by"],
        armed_at=row["armed_at"],
        armed_until=row["armed_until"],
        armed_price=_number(row["armed_price"]),
        stopped_at=row["stopped_at"],
        stopped_why=row["stopped_why"],
        why=row["why"],
        wished=_number(row["wished"]),
        best=_number(row["best"]),
        decided_at=row["decided_at"],
        told_price=_number(row["told_price"]),
        is_adrift=bool(row["is_adrift"]),
        adrift_told_at=row["adrift_told_at"],
    )


def _terms(row: Row) -> Rule:
    return Rule(
        aim=Aim(row["aim"]),
        floor=Decimal(row["floor"]),
        ceiling=Decimal(row["ceiling"]),
        rank=row["place"],
        step=Decimal(row["step"]),
        least_surplus=Decimal(row["least_surplus"]),
        least_order=Decimal(row["least_order"]),
        trap_percent=Decimal(row["trap_percent"]),
        every_seconds=row["every_seconds"],
        band_percent=_number(row["band_percent"]),
    )
