"""What a rule says without sending anything: what it would do, and that our price has left its band."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from bot.domain import repricing
from bot.domain.ad_rules import AdRule
from bot.domain.ads import Ad, MarketAd
from bot.domain.money import plain
from bot.domain.repricing import BLIND, UNFIT, Decision
from bot.domain.situations import Notice
from bot.domain.staff import Role
from bot.flows.announce import announce, with_role
from bot.flows.desk import Desk
from bot.flows.rule_view import facts_for, tell
from storage.store import Tables

ALARM_MS = 900_000
"""at most one line about the same band in that time"""


async def keep(desk: Desk, rule: AdRule, decision: Decision, ours: Decimal) -> None:
    """On its cards, and of a dry run one quiet line to whoever made it, for each price that is new."""
    would = decision.price if not rule.is_armed else None
    is_news = would is not None and would != rule.told_price
    seen = (decision.why.value, decision.price, ours, decision.seen.best)
    if seen == rule.last and not is_news:
        return
    async with desk.store.write() as tables:
        fresh = await tables.ad_rules.get(rule.id)
        if fresh is None or not fresh.is_live:
            return
        await tables.ad_rules.keep_look(
            rule.id, desk.now(), why=seen[0], wished=decision.price, ours=ours, best=decision.seen.best
        )
        if would is not None and is_news and not fresh.is_armed:
            await _say(desk, tables, rule, decision, would, ours)
        await tell(desk, tables, rule)
    desk.wake_relay.set()


async def _say(desk: Desk, tables: Tables, rule: AdRule, decision: Decision, would: Decimal, ours: Decimal) -> None:
    await tables.ad_rules.told(rule.id, would)
    maker = desk.people.get(rule.person)
    best = "" if decision.seen.best is None else plain(decision.seen.best)
    facts = facts_for(rule) | {"ours": plain(ours), "price": plain(would), "why": decision.why.value, "best": best}
    people = [maker] if maker is not None else []
    await announce(desk, tables, Notice("rule_would", facts), people, ring=False, key=f"would:{rule.id}")


async def drift(
    desk: Desk,
    rule: AdRule,
    ad: Ad,
    market: Sequence[MarketAd],
    own_ids: Collection[str],
    decision: Decision,
) -> None:
    """One line when our price has left its band, and one when it is back; armed or not."""
    if rule.rule.band_percent is None or decision.why in BLIND | UNFIT:
        return
    off = repricing.drift(rule.rule, ad, market, own_ids)
    if off is None or repricing.is_adrift(rule.rule, off) is rule.is_adrift:
        return
    now, told_at = desk.now(), rule.adrift_told_at
    if told_at is not None and told_at <= now < told_at + ALARM_MS:
        return
    is_adrift = not rule.is_adrift
    async with desk.store.write() as tables:
        await tables.ad_rules.drift(rule.id, is_adrift=is_adrift, at=now)
        best = "" if decision.seen.best is None else plain(decision.seen.best)
        facts = facts_for(rule) | {
            "ours": plain(ad.price), "best": best, "percent": plain(off), "band": plain(rule.rule.band_percent),
        }  # fmt: skip
        kind = "rule_adrift" if is_adrift else "rule_back"
        people = with_role(desk, Role.LEAD)
        await announce(desk, tables, Notice(kind, facts), people, group=True, ring=is_adrift)
    desk.wake_relay.set()
