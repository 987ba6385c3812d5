"""`/reprice`: read what was said, call one flow, show one card."""

from collections.abc import Awaitable

from bot.domain.ad_rules import Mode, RuleStanding
from bot.domain.ad_words import NUMBER
from bot.domain.errors import NotAllowed
from bot.domain.repricing import Aim
from bot.domain.rule_words import read_number
from bot.domain.staff import Right
from bot.flows import ad_rule, rule_view
from bot.flows.deliver import MENU
from bot.flows.duress import as_shown
from bot.flows.rule_view import RULE
from bot.views.card import Markup
from bot.views.refusals import refusal
from bot.views.rules import aim_menu, bounds_prompt, change_prompt, rule_card, rule_list
from handlers.context import Did

BOUNDS, CHANGE = "rule_bounds", "rule_change"
"""the kinds of the questions for bounds and for what should be different"""
SAID_ABOVE = frozenset({"rule_step_over", "rule_moved", "rule_offline", "rule_armed", "desk_frozen"})


async def reprice(did: Did) -> None:
    """`/reprice`, `/reprice 2130000011`, `/reprice 2130000011 rank 1 floor 7.15 ceiling 7.30 every 60`."""
    if not did.words:
        await page(did, "0", replace=False)
        return
    ad_id, *words = did.words
    if not NUMBER.fullmatch(ad_id):
        raise NotAllowed("usage", {"command": "reprice", "given": ad_id[:30]})
    if words:
        await _show(did, await ad_rule.make(did.desk, did.person_id, ad_id, words), replace=False)
    else:
        await _of_ad(did, ad_id, replace=False)


async def page(did: Did, number: str, *, replace: bool = True) -> None:
    found = await rule_view.listed(did.desk, did.person_id)
    place = int(number) if number.isdigit() and len(number) < 4 else 0
    await did.say(rule_list(found, place, did.reader), kind=MENU, replace=replace)


async def new(did: Did, ad_id: str) -> None:
    """From an ad's card: its rule, or what one should do."""
    await _of_ad(did, ad_id, replace=True)


async def _of_ad(did: Did, ad_id: str, *, replace: bool) -> None:
    standing = await rule_view.of_ad(did.desk, did.person_id, ad_id)
    if standing is not None:
        await _show(did, standing, replace=replace)
        return
    ad = await ad_rule.offer(did.desk, did.person_id, ad_id)
    await did.say(aim_menu(ad, did.reader), kind=MENU, replace=replace)


async def aim(did: Did, ad_id: str, kind: str, number: str) -> None:
    """The question for the bounds."""
    if kind not in set(Aim):
        raise NotAllowed("stale_button")
    read_number(kind, number, 4)
    ad = await ad_rule.offer(did.desk, did.person_id, ad_id)
    await did.say(bounds_prompt(ad, Aim(kind), number, did.reader), kind=BOUNDS, order_id=f"{ad_id}/{kind}/{number}")


async def bounds(did: Did, question: str, text: str) -> None:
    """`7.15 7.30`, and more words of a rule behind it."""
    ad_id, kind, number = question.split("/")
    words = text.replace("~", " ").replace("–", " ").split()
    if len(words) < 2:
        raise NotAllowed("rule_missing", {"word": "ceiling"})
    said = [kind, number, "floor", words[0], "ceiling", words[1], *words[2:]]
    await _show(did, await ad_rule.make(did.desk, did.person_id, ad_id, said), replace=False)


async def ask_change(did: Did, rule_id: str) -> None:
    did.desk.need(did.person_id, Right.ADS)
    standing = await rule_view.show(did.desk, did.person_id, rule_id)
    if standing.mode in (Mode.GONE, Mode.ASKED):
        raise NotAllowed("rule_over")
    await did.say(change_prompt(standing, did.reader), kind=CHANGE, order_id=rule_id)


async def change(did: Did, rule_id: str, text: str) -> None:
    did.desk.need(did.person_id, Right.ADS)
    standing = await rule_view.show(did.desk, did.person_id, rule_id)
    if standing.mode in (Mode.GONE, Mode.ASKED):
        raise NotAllowed("rule_over")
    made = await ad_rule.make(did.desk, did.person_id, standing.rule.ad_id, text.split())
    await _show(did, made, replace=False)


async def open_rule(did: Did, rule_id: str) -> None:
    await _show(did, await rule_view.show(did.desk, did.person_id, rule_id))


async def mean(did: Did, rule_id: str) -> None:
    await _show(did, await ad_rule.mean(did.desk, did.person_id, rule_id))


async def drop(did: Did, rule_id: str) -> None:
    await _show(did, await ad_rule.drop(did.desk, did.person_id, rule_id))


async def stop(did: Did, rule_id: str) -> None:
    await _show(did, await ad_rule.halt(did.desk, did.person_id, rule_id))


async def arm(did: Did, rule_id: str, hours: str) -> None:
    await _guarded(did, rule_id, ad_rule.ask(did.desk, did.person_id, rule_id, hours))


async def yes(did: Did, seal_id: str) -> None:
    await _guarded(did, did.order_id or "", ad_rule.arm(did.desk, did.person_id, seal_id, did.received_at))


async def back(did: Did, rule_id: str) -> None:
    await _show(did, await ad_rule.back(did.desk, did.person_id, rule_id))


async def _guarded(did: Did, rule_id: str, work: Awaitable[RuleStanding]) -> None:
    """Why not, above the rule as it is now."""
    try:
        await _show(did, await work)
    except NotAllowed as no:
        shown = await as_shown(did.desk, did.person_id, no)
        if shown is not no or no.reason not in SAID_ABOVE or not rule_id:
            raise shown from None
        standing = await rule_view.show(did.desk, did.person_id, rule_id)
        await _show(did, standing, above=(refusal(no, did.reader),))


async def _show(did: Did, standing: RuleStanding, *, above: tuple[Markup, ...] = (), replace: bool = True) -> None:
    seal = standing.open_seal
    await did.mouth.show(
        did.person_id,
        rule_card(standing, did.reader, above),
        kind=RULE,
        order_id=standing.rule.id,
        person_id=did.person_id,
        replace=did.message_id if replace and did.is_private else None,
        seal_id=seal.id if seal is not None and seal.opened_by == did.person_id else None,
    )
