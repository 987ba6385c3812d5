"""What a rule looks like now, and who is told when something comes of it."""

from collections.abc import Mapping, Sequence

from bot.domain.ad_rules import EXPECTED, AdRule, RuleStanding, Stop
from bot.domain.errors import NotAllowed
from bot.domain.intents import Action
from bot.domain.money import plain
from bot.domain.situations import Notice, Reader
from bot.domain.staff import Right, Role
from bot.flows import past_deals
from bot.flows.announce import announce, with_role
from bot.flows.assemble import name_of
from bot.flows.desk import Desk
from bot.flows.past_deals import Telling
from storage.store import Tables

RULE = "ad_rule"
"""the kind of a delivery and of a shown message; its `order_id` is the rule's id"""
QUIETLY = 7


async def stored_rule(tables: Tables, rule_id: str) -> AdRule:
    """Raises NotAllowed("stale_button") for an id we never gave."""
    found = await tables.ad_rules.get(rule_id)
    if found is None:
        raise NotAllowed("stale_button")
    return found


async def standing_of(desk: Desk, tables: Tables, rule: AdRule) -> RuleStanding:
    """The rule now, from the desk's memory only."""
    seals = await tables.seals.open_for(rule.target) if rule.is_live and not rule.is_armed else []
    changes = await tables.ad_changes.of_ad(rule.ad_id) if rule.is_armed else []
    intent = await tables.intents.get(changes[0].id) if changes else None
    return RuleStanding(
        rule=rule,
        open_seal=seals[-1] if seals and not seals[-1].is_expired(desk.now()) else None,
        person_name=name_of(desk, rule.person),
        armer_name=name_of(desk, rule.armed_by),
        waits=intent is not None and intent.is_open,
    )


async def show(desk: Desk, user_id: int, rule_id: str) -> RuleStanding:
    """The rule for somebody who may read it."""
    desk.need(user_id, Right.READ)
    async with desk.store.read() as tables:
        return await standing_of(desk, tables, await stored_rule(tables, rule_id))


async def listed(desk: Desk, user_id: int) -> Sequence[RuleStanding]:
    """All rules that are alive, armed ones first, then the newest."""
    desk.need(user_id, Right.READ)
    async with desk.store.read() as tables:
        found = [await standing_of(desk, tables, rule) for rule in await tables.ad_rules.live()]
    return sorted(found, key=lambda one: (not one.rule.is_armed, -one.rule.number))


async def of_ad(desk: Desk, user_id: int, ad_id: str) -> RuleStanding | None:
    """The rule of one ad, if it has one."""
    desk.need(user_id, Right.READ)
    async with desk.store.read() as tables:
        rule = await tables.ad_rules.of_ad(ad_id)
        return await standing_of(desk, tables, rule) if rule is not None else None


async def tell(desk: Desk, tables: Tables, rule: AdRule) -> None:
    """Every card of it is brought up to date."""
    for shown in await tables.messages.everywhere(rule.id, RULE):
        await tables.outbox.put_line(
            chat_id=shown.chat_id, person_id=shown.person_id, kind=RULE, key=f"{RULE}:{rule.id}", order_id=rule.id,
            facts={}, ring=False, priority=QUIETLY, at=desk.now(),
        )  # fmt: skip


async def next_telling(desk: Desk, chat_id: int, person_id: int | None, rule_id: str) -> Telling[RuleStanding] | None:
    """None when there is nothing to show: nobody reads it, or no card of it stands there."""
    person = desk.people.get(person_id or 0)
    if person is None or person.is_frozen:
        return None
    async with desk.store.read() as tables:
        rule = await tables.ad_rules.get(rule_id)
        there = await past_deals.messages_in(tables, chat_id, RULE, [rule_id])
        if rule is None or not there:
            return None
        standing = await standing_of(desk, tables, rule)
    return Telling(standing, Reader(person.language, person.timezone, person), there[0])


def facts_for(rule: AdRule) -> dict[str, str]:
    """What every notice about it says."""
    return {
        "rule": rule.id,
        "ad": rule.ad_id,
        "pair": rule.pair,
        "fiat": rule.fiat,
        "side": rule.side.value,
        "ours": plain(rule.ours),
    }


async def journal(
    desk: Desk, tables: Tables, actor: int | None, rule: AdRule, outcome: str, facts: Mapping[str, str]
) -> None:
    await tables.journal.add(
        at=desk.now(), actor=actor, action=Action.REPRICE.value, target=f"ad/{rule.ad_id}",
        facts={"pair": rule.pair, "rule": rule.id} | dict(facts), outcome=outcome,
    )  # fmt: skip


async def end(desk: Desk, tables: Tables, rule: AdRule, *, actor: int | None = None) -> None:
    """The rule does nothing any more, and nobody can arm it."""
    if await tables.ad_rules.end(rule.id, desk.now()):
        await tables.seals.end_for(rule.target, desk.now())
        await journal(desk, tables, actor, rule, "dropped", {})
        await tell(desk, tables, rule)


async def stop(
    desk: Desk, tables: Tables, rule: AdRule, why: Stop, *, actor: int | None = None, detail: str = ""
) -> bool:
    """An armed rule is one in dry run again, and leads are told; loudly, unless somebody has decided on it.

    False when it was not armed any more.
    """
    if not await tables.ad_rules.disarm(rule.id, why.value, desk.now()):
        return False
    await journal(desk, tables, actor, rule, "stopped", {"why": why.value, "detail": detail[:200]})
    facts = facts_for(rule) | {"why": why.value, "who": name_of(desk, actor), "detail": detail[:100]}
    people = [person for person in with_role(desk, Role.LEAD) if person.id != actor]
    await announce(desk, tables, Notice("rule_stopped", facts), people, group=True, ring=why not in EXPECTED)
    await tell(desk, tables, rule)
    return True
