"""Taps and commands about our ads: read what was said, call one flow, show one card."""

from collections.abc import Awaitable

from bot.domain.ad_changes import AdStanding
from bot.domain.ad_edits import Part, Wanted
from bot.domain.ad_views import MoveStanding
from bot.domain.ad_words import NUMBER, price_of, read_part, read_price, read_status
from bot.domain.errors import DeskError, NotAllowed
from bot.domain.reach import NotReached
from bot.domain.staff import Right
from bot.flows import ad_change, ad_follow, ad_view, ads_all, ads_watch
from bot.flows import ads as flow
from bot.flows.ad_view import AD
from bot.flows.ads_all import ALL
from bot.flows.deliver import MENU
from bot.views import ads as lists
from bot.views.ad_auto import auto_card
from bot.views.ad_change import change_card
from bot.views.ad_move import move_card
from bot.views.ad_prompts import ad_prompt, which_ad
from bot.views.card import Card, Markup
from bot.views.refusals import refusal
from handlers import ad_form
from handlers.context import Did

PART = "ad_part"
"""the kind of the question for a new value; its `order_id` is ad/part"""
ENDED = frozenset({
    "ad_step_over", "ad_step_used", "ad_busy", "ad_closed", "not_our_ad", "ad_unread", "ads_moved", "ads_none_readable",
})  # fmt: skip


async def ads(did: Did) -> None:
    """`/ads`, `/ads online|offline|closed|all`, `/ads 2130000011`, `/ads new`, `/ads off`, `/ads on`, `/ads auto …`."""
    word = did.words[0].lower() if did.words else "all"
    if did.words and word == "new" and len(did.words) == 1:
        await ad_form.new(did)
    elif word == "auto":
        chosen = await ads_watch.auto(did.desk, did.person_id, did.words[1:])
        await did.say(auto_card(chosen, did.reader), kind=MENU)
    elif len(did.words) > 1:
        raise NotAllowed("usage", {"command": "ads", "given": " ".join(did.words)[:60]})
    elif word in ads_all.STATUS:
        await _show_move(did, await ads_all.begin(did.desk, did.person_id, word), replace=False)
    elif NUMBER.fullmatch(word):
        await _open(did, word, replace=False)
    else:
        await _list(did, word, 0, replace=False)


async def page(did: Did, wanted: str, page: str) -> None:
    await _list(did, wanted, int(page) if page.isdigit() else 0, replace=True)


async def _list(did: Did, wanted: str, page: int, *, replace: bool) -> None:
    found = await flow.listed(did.desk, did.person_id, wanted, page)
    await did.say(lists.ad_list_card(found, did.reader), kind=MENU, replace=replace)


async def open_ad(did: Did, ad_id: str) -> None:
    await _open(did, ad_id, replace=True)


async def _open(did: Did, ad_id: str, *, replace: bool) -> None:
    view = await flow.open_ad(did.desk, did.person_id, ad_id)
    if view.last is not None and await ad_follow.seen(did.desk, view.last.change):
        view = await flow.open_ad(did.desk, did.person_id, ad_id)
    await did.say(lists.ad_card(view, did.reader), kind=MENU, replace=replace)


async def ask(did: Did, ad_id: str, part: str) -> None:
    """The question for a new value; its answer becomes a diff."""
    did.desk.need(did.person_id, Right.ADS)
    ad = await flow.whole_ad(did.desk, ad_id)
    await did.say(ad_prompt(ad, _part(part), did.reader), kind=PART, order_id=f"{ad_id}/{part}")


async def answer(did: Did, question: str, text: str) -> None:
    """The answer to the question: what would change."""
    ad_id, part = question.split("/")
    did.desk.need(did.person_id, Right.ADS)
    ad = await flow.whole_ad(did.desk, ad_id)
    await _begin(did, read_part(_part(part), text, ad), replace=False)


async def price(did: Did) -> None:
    """`/price 7.21` for our only ad online, `/price 7.21 2130000011` for any; several: which one is asked."""
    did.desk.need(did.person_id, Right.ADS)
    text, ad_id = read_price(did.words)
    if ad_id is not None:
        await _begin(did, price_of(await flow.whole_ad(did.desk, ad_id), text), replace=False)
        return
    online = await flow.online(did.desk, did.person_id)
    if not online:
        raise NotAllowed("ads_none_online")
    if len(online) == 1:
        await _begin(did, price_of(online[0], text), replace=False)
        return
    fixed = [ad for ad in online if ad.floating is None]
    wanted = price_of(fixed[0], text).price if fixed else None
    if wanted is None:
        raise NotAllowed("ad_floats", {"ad": online[0].id})
    await did.say(which_ad(fixed, wanted, did.reader), kind=MENU)


async def price_for(did: Did, ad_id: str, text: str) -> None:
    """One of several, chosen by button."""
    did.desk.need(did.person_id, Right.ADS)
    await _begin(did, price_of(await flow.whole_ad(did.desk, ad_id), text))


async def status(did: Did, ad_id: str, code: str) -> None:
    await _begin(did, read_status(ad_id, code))


async def _begin(did: Did, wanted: Wanted, *, replace: bool = True) -> None:
    await _show(did, await ad_change.begin(did.desk, did.person_id, wanted), replace=replace)


async def step(did: Did, change_id: str, way: str) -> None:
    await _guarded(did, change_id, ad_change.step(did.desk, did.person_id, change_id, way))


async def mean(did: Did, change_id: str) -> None:
    await _guarded(did, change_id, ad_change.mean(did.desk, did.person_id, change_id))


async def back(did: Did, change_id: str) -> None:
    """The ad again, as it is."""
    standing = await ad_change.back(did.desk, did.person_id, change_id)
    await _open(did, standing.change.ad.id, replace=True)


async def yes(did: Did, seal_id: str) -> None:
    """The confirming tap. An ad that is not what was shown any more is shown anew; nothing was sent then."""
    try:
        standing = await ad_change.change(did.desk, did.person_id, seal_id, did.received_at)
    except NotAllowed as no:
        change_id = no.facts.get("change", "")
        if no.reason == "ad_moved" and change_id:
            shown = await ad_view.show(did.desk, did.person_id, change_id)
            fresh = await ad_change.begin(did.desk, did.person_id, shown.change.wanted)
            await _show(did, fresh, above=(refusal(no, did.reader),))
            return
        if no.reason not in ENDED or not change_id:
            raise
        await _show(did, await ad_view.show(did.desk, did.person_id, change_id), above=(refusal(no, did.reader),))
        return
    await _show(did, standing)


async def open_change(did: Did, change_id: str) -> None:
    await _show(did, await ad_view.show(did.desk, did.person_id, change_id), replace=did.order_id == change_id)


async def look(did: Did, change_id: str) -> None:
    """Ask the venue now about a change without an outcome."""
    await ad_follow.look_now(did.desk, did.person_id, change_id)
    await _show(did, await ad_view.show(did.desk, did.person_id, change_id))


async def all_of_them(did: Did, way: str) -> None:
    await _show_move(did, await ads_all.begin(did.desk, did.person_id, way))


async def all_yes(did: Did, seal_id: str) -> None:
    try:
        standing = await ads_all.move(did.desk, did.person_id, seal_id, did.received_at)
    except NotAllowed as no:
        move_id = no.facts.get("move", "")
        if no.reason == "ads_moved" and move_id:
            shown = await ads_all.show(did.desk, did.person_id, move_id)
            fresh = await ads_all.begin(did.desk, did.person_id, shown.move.way)
            await _show_move(did, fresh, above=(refusal(no, did.reader),))
            return
        if no.reason not in ENDED or not move_id:
            raise
        shown = await ads_all.show(did.desk, did.person_id, move_id)
        await _show_move(did, shown, above=(refusal(no, did.reader),))
        return
    await _show_move(did, standing)


async def all_back(did: Did, move_id: str) -> None:
    await ads_all.back(did.desk, did.person_id, move_id)
    await _list(did, "all", 0, replace=True)


async def _guarded(did: Did, change_id: str, work: Awaitable[AdStanding]) -> None:
    """Show what became of it, or why not over the card as it is now."""
    try:
        standing = await work
    except DeskError as no:
        if isinstance(no, NotReached) or not isinstance(no, NotAllowed) or no.reason not in ENDED:
            raise
        now = await ad_view.show(did.desk, did.person_id, change_id)
        await _show(did, now, above=(refusal(no, did.reader),))
        return
    await _show(did, standing)


async def _show(did: Did, standing: AdStanding, *, above: tuple[Markup, ...] = (), replace: bool = True) -> None:
    """In place of the card that was tapped; an outcome that came meanwhile is shown instead."""
    change_id, seal = standing.change.id, standing.open_seal

    async def as_it_is(drawn: Card) -> Card:
        now = await ad_view.show(did.desk, did.person_id, change_id)
        return drawn if now == standing else change_card(now, did.reader, above)

    await did.say(
        change_card(standing, did.reader, above),
        kind=AD,
        order_id=change_id,
        replace=replace,
        seal_id=seal.id if seal is not None else None,
        redraw=as_it_is,
    )


async def _show_move(did: Did, standing: MoveStanding, *, above: tuple[Markup, ...] = (), replace: bool = True) -> None:
    move_id, seal = standing.move.id, standing.open_seal

    async def as_it_is(drawn: Card) -> Card:
        now = await ads_all.show(did.desk, did.person_id, move_id)
        return drawn if now == standing else move_card(now, did.reader, above)

    await did.say(
        move_card(standing, did.reader, above),
        kind=ALL,
        order_id=move_id,
        replace=replace,
        seal_id=seal.id if seal is not None else None,
        redraw=as_it_is,
    )


def _part(word: str) -> Part:
    """A part that is asked for by a question; the state has buttons of its own."""
    if word not in set(Part) - {Part.STATUS}:
        raise NotAllowed("stale_button")
    return Part(word)
