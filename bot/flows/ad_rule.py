"""Make a rule about an ad's price, change it, arm it under a seal until a fixed end, stop it. Nothing is sent here."""

from collections.abc import Sequence

from bot.domain.ad_rules import HOUR_MS, HOURS, AdRule, RuleStanding, Stop, facts_of_arming, facts_of_rule
from bot.domain.ads import Ad, AdState
from bot.domain.errors import NotAllowed
from bot.domain.intents import Action
from bot.domain.money import plain
from bot.domain.repricing import Rule
from bot.domain.rule_words import read_rule
from bot.domain.seals import Choice, Seal, fingerprint
from bot.domain.situations import Notice
from bot.domain.staff import Right
from bot.flows.ads import whole_ad
from bot.flows.announce import announce
from bot.flows.approve import check_not_frozen
from bot.flows.assemble import name_of
from bot.flows.confirm import check_seal, seal_of
from bot.flows.desk import Desk
from bot.flows.quoted import in_words, is_over, make_seal
from bot.flows.rule_view import end, facts_for, journal, standing_of, stop, stored_rule, tell
from bot.flows.step_up import PIN_FIRST
from storage.store import Tables

OF_A_RULE = {"seal_expired": "rule_step_over", "seal_used": "rule_step_over"}
LEAVES_OPEN = frozenset({"too_quick", "not_your_step", "stale_button", *PIN_FIRST})


async def own_ad(desk: Desk, ad_id: str) -> Ad:
    """One of ours whose price a rule may set. Raises NotAllowed, or what reading raises."""
    ad = next((one for one in await desk.venue.my_ads() if one.id == ad_id), None)
    if ad is None:
        raise NotAllowed("not_our_ad", {"ad": ad_id[:20]})
    check_fits(ad)
    return ad


def check_fits(ad: Ad) -> None:
    if ad.state is AdState.CLOSED:
        raise NotAllowed("rule_closed", {"ad": ad.id})
    if ad.floating is not None:
        raise NotAllowed("rule_floats", {"ad": ad.id})


async def offer(desk: Desk, user_id: int, ad_id: str) -> Ad:
    """The ad that a rule is to be made for, without one yet."""
    desk.need(user_id, Right.ADS)
    return await own_ad(desk, ad_id)


async def make(desk: Desk, user_id: int, ad_id: str, words: Sequence[str]) -> RuleStanding:
    """A rule in dry run from these words, in the place of the ad's old one, from which it takes what is not said.

    Bounds that exclude the present price are only asked about: its mode is then ASKED. Raises NotAllowed.
    """
    desk.need(user_id, Right.ADS)
    async with desk.store.read() as tables:
        old = await tables.ad_rules.of_ad(ad_id)
    made = read_rule(words, old.rule if old is not None else None)
    ad = await own_ad(desk, ad_id)
    async with desk.store.write() as tables:
        desk.need(user_id, Right.ADS)
        rule = _new(desk, user_id, ad, made)
        await tables.ad_rules.drop_asked(ad_id, desk.now())
        if rule.is_meant:
            await _end_others(desk, tables, user_id, rule)
        added = await tables.ad_rules.add(rule)
        if rule.is_meant:
            await journal(desk, tables, user_id, added, "made", facts_of_rule(added))
        standing = await standing_of(desk, tables, added)
    desk.wake_relay.set()
    return standing


def _new(desk: Desk, user_id: int, ad: Ad, made: Rule) -> AdRule:
    return AdRule(
        id=desk.new_id(),
        number=0,
        ad_id=ad.id,
        side=ad.side,
        asset=ad.asset,
        fiat=ad.fiat,
        rule=made,
        person=user_id,
        made_at=desk.now(),
        is_meant=made.floor <= ad.price <= made.ceiling,
        ours=ad.price,
    )


async def _end_others(desk: Desk, tables: Tables, user_id: int, rule: AdRule) -> None:
    """The ad's old rule gives way; an armed one is not armed any more, for nobody has approved the new one."""
    old = await tables.ad_rules.of_ad(rule.ad_id)
    if old is None:
        return
    await stop(desk, tables, old, Stop.CHANGED, actor=user_id)
    await tables.ad_rules.end(old.id, desk.now())
    await tables.seals.end_for(old.target, desk.now())
    await tell(desk, tables, old)


async def mean(desk: Desk, user_id: int, rule_id: str) -> RuleStanding:
    """Bounds beside the present price are meant: the rule begins, in dry run."""
    desk.need(user_id, Right.ADS)
    async with desk.store.write() as tables:
        desk.need(user_id, Right.ADS)
        rule = await stored_rule(tables, rule_id)
        if rule.is_meant or rule.ended_at is not None:
            raise NotAllowed("rule_over")
        if rule.person != user_id:
            raise NotAllowed("not_your_step", {"who": name_of(desk, rule.person)})
        await _end_others(desk, tables, user_id, rule)
        await tables.ad_rules.mean(rule_id)
        await journal(desk, tables, user_id, rule, "made", facts_of_rule(rule))
        standing = await standing_of(desk, tables, await stored_rule(tables, rule_id))
    desk.wake_relay.set()
    return standing


async def drop(desk: Desk, user_id: int, rule_id: str) -> RuleStanding:
    """The rule ends, armed or not."""
    desk.need(user_id, Right.ADS)
    async with desk.store.write() as tables:
        desk.need(user_id, Right.ADS)
        rule = await stored_rule(tables, rule_id)
        await stop(desk, tables, rule, Stop.DROPPED, actor=user_id)
        await end(desk, tables, rule, actor=user_id)
        standing = await standing_of(desk, tables, await stored_rule(tables, rule_id))
    desk.wake_relay.set()
    return standing


async def halt(desk: Desk, user_id: int, rule_id: str) -> RuleStanding:
    """A person stops an armed rule; it goes on as a dry run. Allowed on a frozen desk, too."""
    desk.need(user_id, Right.ADS)
    async with desk.store.write() as tables:
        desk.need(user_id, Right.ADS)
        rule = await stored_rule(tables, rule_id)
        await stop(desk, tables, rule, Stop.BY_PERSON, actor=user_id)
        standing = await standing_of(desk, tables, await stored_rule(tables, rule_id))
    desk.wake_relay.set()
    return standing


async def ask(desk: Desk, user_id: int, rule_id: str, hours: str) -> RuleStanding:
    """Look, check, and seal the ad, the rule with its bounds, and the end. Nothing is armed before it is confirmed."""
    desk.need(user_id, Right.ADS)
    if hours not in {str(one) for one in HOURS}:
        raise NotAllowed("stale_button")
    async with desk.store.read() as tables:
        rule = await stored_rule(tables, rule_id)
        _check_alive(desk, rule)
    ad = await whole_ad(desk, rule.ad_id)
    _check_online(ad)
    async with desk.store.write() as tables:
        person = desk.need(user_id, Right.ADS)
        await check_not_frozen(desk, tables)
        rule = await stored_rule(tables, rule_id)
        _check_alive(desk, rule)
        now = desk.now()
        await tables.seals.end_for(rule.target, now)
        until, ends_at = now + int(hours) * HOUR_MS, now + desk.policy.approval_seconds * 1000
        desk.exchange.deadlines[rule.target] = desk.clock.monotonic() + desk.policy.approval_seconds
        facts = facts_of_arming(rule, ad, until=until, approver=user_id, role=person.role.word)
        seal = make_seal(desk, person, Action.REPRICE, rule.target, facts, expires_at=ends_at, choice=Choice())
        await tables.seals.add(seal)
        await tables.ad_rules.open_step(rule_id, ends_at)
        await tell(desk, tables, rule)
        return await standing_of(desk, tables, rule)


def _check_alive(desk: Desk, rule: AdRule) -> None:
    if not rule.is_live:
        raise NotAllowed("rule_over")
    if rule.is_armed:
        raise NotAllowed("rule_armed", {"who": name_of(desk, rule.armed_by), "until": str(rule.armed_until)})


def _check_online(ad: Ad) -> None:
    check_fits(ad)
    if ad.state is not AdState.LISTED:
        raise NotAllowed("rule_offline", {"ad": ad.id})


async def back(desk: Desk, user_id: int, rule_id: str) -> RuleStanding:
    """The person does not want it armed: the step ends."""
    desk.need(user_id, Right.READ)
    async with desk.store.write() as tables:
        rule = await stored_rule(tables, rule_id)
        for seal in await tables.seals.open_for(rule.target):
            if seal.opened_by == user_id:
                await tables.seals.end(seal.id, desk.now())
                await tables.ad_rules.open_step(rule_id, None)
        return await standing_of(desk, tables, rule)


async def arm(desk: Desk, user_id: int, seal_id: str, tapped_at: int) -> RuleStanding:
    """The confirming tap: from now on until the sealed end the rule sets the price. Raises NotAllowed."""
    desk.need(user_id, Right.ADS)
    seal = await seal_of(desk, seal_id)
    try:
        person = desk.need(user_id, Right.ADS)
        if seal.action is not Action.REPRICE:
            raise NotAllowed("stale_button")
        await check_seal(desk, seal, person, tapped_at)
        ad = await whole_ad(desk, seal.facts["ad"])
        async with desk.store.write() as tables:
            standing = await _decide(desk, tables, user_id, seal, ad)
    except NotAllowed as error:
        no = in_words(error, seal, "rule_target", OF_A_RULE)
        await _refused(desk, user_id, seal, no)
        raise no from None
    desk.wake_relay.set()
    return standing


async def _decide(desk: Desk, tables: Tables, user_id: int, seal: Seal, ad: Ad) -> RuleStanding:
    """One transaction: every check again, the seal used, the rule armed until the sealed moment."""
    person = desk.need(user_id, Right.ADS)
    rule = await stored_rule(tables, seal.facts["rule"])
    fresh = await tables.seals.get(seal.id)
    if fresh is None or fresh.used_at is not None:
        raise NotAllowed("seal_used", {"who": ""})
    if is_over(desk, rule.target, seal.opened_at, seal.expires_at):
        raise NotAllowed("seal_expired")
    await check_not_frozen(desk, tables)
    _check_alive(desk, rule)
    _check_online(ad)
    until = int(seal.facts["until"])
    facts = facts_of_arming(rule, ad, until=until, approver=user_id, role=person.role.word)
    if fingerprint(facts) != fresh.fingerprint:
        raise NotAllowed("rule_moved", {"ad": ad.id})
    armed = await tables.seals.use(seal.id, desk.now()) and await tables.ad_rules.arm(
        rule.id, by=user_id, at=desk.now(), until=until, seal_id=seal.id, price=ad.price
    )
    if not armed:
        raise NotAllowed("seal_used", {"who": ""})
    rule = await stored_rule(tables, rule.id)
    sealed = facts_of_rule(rule) | {"until": str(until), "seal": fresh.fingerprint, "price": plain(ad.price)}
    await journal(desk, tables, user_id, rule, "armed", sealed)
    told = {"who": person.name, "until": str(until), "floor": plain(rule.rule.floor), "top": plain(rule.rule.ceiling)}
    await announce(desk, tables, Notice("rule_armed", facts_for(rule) | told), [], group=True, ring=False)
    await tell(desk, tables, rule)
    return await standing_of(desk, tables, rule)


async def _refused(desk: Desk, user_id: int, seal: Seal, no: NotAllowed) -> None:
    async with desk.store.write() as tables:
        rule = await tables.ad_rules.get(seal.facts.get("rule", ""))
        if rule is not None:
            if no.reason not in LEAVES_OPEN:
                await tables.seals.end(seal.id, desk.now())
                await tell(desk, tables, rule)
            await journal(desk, tables, user_id, rule, "not_allowed", {"reason": no.reason})
    desk.wake_relay.set()
