"""`/me`, the shop's hours, and the profile behind an order: read what was said, call one flow, show one card."""

from bot.domain.errors import DeskError, NotAllowed
from bot.domain.reach import NotReached
from bot.domain.shop import Change, Step, Wish
from bot.flows import counterparty
from bot.flows import shop as flow
from bot.flows.deliver import MENU
from bot.flows.duress import as_shown
from bot.views import shop as views
from bot.views.card import Markup
from bot.views.counterparty import profile_card
from bot.views.refusals import refusal
from handlers.context import Did

HOURS = "shop_hours"
"""the kind of the question for hours"""
IN_PLACE = frozenset({"shop_same", "shop_frozen", "shop_changed", "shop_step_over", "shop_busy"})


async def me(did: Did) -> None:
    """`/me`."""
    if did.words:
        raise NotAllowed("usage", {"command": "me", "given": " ".join(did.words)[:40]})
    await _show(did, replace=False)


async def look(did: Did) -> None:
    """Again, in the place of the old one."""
    await _show(did)


async def _show(did: Did, *, above: tuple[Markup, ...] = (), replace: bool = True) -> None:
    shop = await flow.look(did.desk, did.person_id)
    await did.say(views.shop_card(shop, did.reader, above), kind=MENU, replace=replace)


async def ask(did: Did, word: str) -> None:
    """Rest or work: what would change, with its second step."""
    status = views.STATUS_OF_WORD.get(word)
    if status is None:
        raise NotAllowed("stale_button")
    try:
        await _show_step(did, await flow.ask(did.desk, did.person_id, Wish(status)))
    except NotAllowed as no:
        await _in_place(did, no)


async def ask_hours(did: Did) -> None:
    offset, zone = await flow.offset(did.desk, did.person_id)
    await did.say(views.hours_prompt(offset, zone, did.reader), kind=HOURS, order_id=flow.TARGET)


async def hours(did: Did, question: str, text: str) -> None:
    """The reply to the question for hours; one that cannot be hours may be given again."""
    await _show_step(did, await flow.ask_hours(did.desk, did.person_id, text))


async def _show_step(did: Did, step: Step) -> None:
    await did.mouth.show(
        did.person_id,
        views.step_card(step, did.reader),
        kind=MENU,
        person_id=did.person_id,
        replace=did.message_id if did.is_private else None,
        seal_id=step.seal.id,
    )


async def yes(did: Did, seal_id: str) -> None:
    try:
        change = await flow.send(did.desk, did.person_id, seal_id, did.received_at)
    except NotAllowed as no:
        await _in_place(did, no)
        return
    await _show_end(did, change)


async def _show_end(did: Did, change: Change) -> None:
    """Over the account as it is now; where that cannot be read, on a card of its own, for it must be told."""
    if change.end is None:
        await did.say(views.end_card(change, did.reader), kind=MENU, replace=True)
        return
    try:
        await _show(did, above=views.ended_above(change, did.reader))
    except DeskError as no:
        if isinstance(no, NotReached):
            raise
        await did.say(views.end_card(change, did.reader), kind=MENU, replace=True)


async def back(did: Did) -> None:
    await flow.step_back(did.desk, did.person_id)
    await _show(did)


async def _in_place(did: Did, no: NotAllowed) -> None:
    """Why not, over the account as it is now; what has no place there is told like every refusal."""
    shown = await as_shown(did.desk, did.person_id, no)
    if shown is not no or no.reason not in IN_PLACE:
        raise shown
    try:
        await _show(did, above=(refusal(no, did.reader),))
    except DeskError as away:
        raise (away if isinstance(away, NotReached) else no) from None


async def profile(did: Did, order_id: str) -> None:
    """What Gate tells of the other side, in place of the order's card."""
    situation, found = await counterparty.profile(did.desk, did.person_id, order_id)
    await did.show_order(situation, card=profile_card(situation, found, did.desk.now(), did.reader))
