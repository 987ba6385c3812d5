"""Taps and commands about the OTC desk: read what was said, call one flow, show one card."""

from collections.abc import Awaitable
from contextlib import suppress

from bot.domain.errors import DeskError, NotAllowed
from bot.domain.off_ramp_wishes import make_off_ramp_wish, read_off_ramp_wish
from bot.domain.off_ramps import OffRampSide, OffRampStanding, OffRampWish
from bot.domain.reach import NotReached
from bot.domain.staff import Right
from bot.flows import off_ramp as selling
from bot.flows import off_ramp_follow, off_ramp_quote, off_ramp_settle
from bot.flows import off_ramp_view as flow
from bot.flows.deliver import MENU
from bot.flows.off_ramp_view import OFF_RAMP
from bot.views import otc as views
from bot.views import otc_history, otc_unknown
from bot.views.card import Card, Markup
from bot.views.refusals import refusal
from handlers.context import Did

AMOUNT = "otc_amount"
"""the kind of the question for an amount; its `order_id` is side/coin/fiat"""
ORDER = "otc_order"
"""the kind of the question for an order's number; its `order_id` is the off-ramp's id"""
IN_PLACE = frozenset({"quote_ended", "quote_used", "quote_changed", "otc_not_unknown", "otc_settle_early"})


class Overtaken(Exception):
    """A newer quote stands where this was to be shown."""


async def otc(did: Did) -> None:
    """`/otc 1000 USDT`, `/otc 5000 USD`, `/otc list`, `/otc 4263`, or by buttons."""
    words = did.words
    if not words:
        did.desk.need(did.person_id, Right.READ)
        await did.say(views.off_ramp_menu(did.reader), kind=MENU)
    elif words[0].lower() == "list":
        await _history(did, words[1].lower() if len(words) > 1 else "all", 0, replace=False)
    elif len(words) == 1:
        await _find(did, words[0].lstrip("#"))
    else:
        await _begin(did, read_off_ramp_wish(words))


async def _find(did: Did, digits: str) -> None:
    found = await flow.find(did.desk, did.person_id, digits)
    if len(found) == 1:
        await _show(did, found[0], replace=False)
        return
    await did.say(otc_history.history_card(found, "all", 0, False, did.reader), kind=MENU)


async def which_amount(did: Did, side: str, coin: str, fiat: str) -> None:
    did.desk.need(did.person_id, Right.ASK_OFF_RAMP)
    card = views.amount_prompt(_side(side), coin, fiat, did.reader)
    await did.say(card, kind=AMOUNT, order_id="/".join((side, coin, fiat)))


async def amount(did: Did, question: str, text: str) -> None:
    """The answer to the question for an amount."""
    side, coin, fiat = question.split("/")
    await _begin(did, make_off_ramp_wish(_side(side), coin, fiat, text))


async def _begin(did: Did, wish: OffRampWish) -> None:
    request_id, banks, last = await off_ramp_quote.begin(did.desk, did.person_id, wish)
    if len(banks) == 1:
        await _quote(did, request_id, banks[0].id, replace=False)
        return
    await did.say(views.banks_to_choose(wish, request_id, banks, last, did.reader), kind=MENU)


async def take_up(did: Did, request_id: str) -> None:
    """A lead acts on what somebody asked for, under a quote of their own."""
    wish, banks, last = await off_ramp_quote.take_up(did.desk, did.person_id, request_id)
    if len(banks) == 1:
        await _quote(did, request_id, banks[0].id, replace=False)
        return
    await did.say(views.banks_to_choose(wish, request_id, banks, last, did.reader), kind=MENU)


async def to_bank(did: Did, request_id: str, bank_id: str) -> None:
    await _quote(did, request_id, bank_id, replace=True)


async def _quote(did: Did, request_id: str, bank_id: str, *, replace: bool) -> None:
    standing = await off_ramp_quote.take_quote(did.desk, did.person_id, request_id, bank_id)
    await _show(did, standing, replace=replace)


async def ask_lead(did: Did, request_id: str) -> None:
    wish = await off_ramp_quote.ask_lead(did.desk, did.person_id, request_id)
    await did.say(views.leads_asked(wish, did.reader), replace=True)


async def new_quote(did: Did, off_ramp_id: str) -> None:
    await _guarded(did, off_ramp_id, off_ramp_quote.new_quote(did.desk, did.person_id, off_ramp_id))


async def back(did: Did, off_ramp_id: str) -> None:
    await _show(did, await off_ramp_quote.step_back(did.desk, did.person_id, off_ramp_id))


async def yes(did: Did, seal_id: str) -> None:
    await _guarded(did, did.order_id, selling.sell(did.desk, did.person_id, seal_id, did.received_at))


async def open_off_ramp(did: Did, off_ramp_id: str) -> None:
    await _show(did, await flow.show(did.desk, did.person_id, off_ramp_id), replace=did.order_id == off_ramp_id)


async def look(did: Did, off_ramp_id: str) -> None:
    await _guarded(did, off_ramp_id, off_ramp_follow.look_now(did.desk, did.person_id, off_ramp_id))


async def settle(did: Did, off_ramp_id: str, outcome: str) -> None:
    """What a lead has seen in Gate Pay: its order, whose number is asked for, or nothing, which is asked once more."""
    standing = await off_ramp_settle.may_settle(did.desk, did.person_id, off_ramp_id)
    if outcome == off_ramp_settle.NOTHING:
        await _put(did, standing, otc_unknown.nothing_confirm(standing, did.reader), replace=True)
    elif outcome == otc_unknown.ORDER:
        await did.say(otc_unknown.order_prompt(standing, did.reader), kind=ORDER, order_id=off_ramp_id)
    else:
        raise NotAllowed("stale_button")


async def order_number(did: Did, off_ramp_id: str, text: str) -> None:
    """The answer to the question for the number: that order as Gate has it, asked once more."""
    number = text.strip().lstrip("#")
    standing, order = await off_ramp_settle.look_up(did.desk, did.person_id, off_ramp_id, number)
    await _put(did, standing, otc_unknown.order_confirm(standing, order, did.reader), replace=False)


async def settle_yes(did: Did, off_ramp_id: str, outcome: str) -> None:
    await _guarded(did, off_ramp_id, off_ramp_settle.settle(did.desk, did.person_id, off_ramp_id, outcome))


async def history_page(did: Did, wanted: str, page: str) -> None:
    await _history(did, wanted, int(page) if page.isdigit() else 0, replace=True)


async def _history(did: Did, wanted: str, page: int, *, replace: bool) -> None:
    listed, has_more = await flow.history(did.desk, did.person_id, wanted, page)
    card = otc_history.history_card(listed, wanted, page, has_more, did.reader)
    await did.say(card, kind=MENU, replace=replace)


async def csv(did: Did, wanted: str) -> None:
    listed = await flow.all_for_csv(did.desk, did.person_id, wanted)
    content = otc_history.csv_file(listed, did.reader)
    await did.mouth.show_file(did.person_id, Card(Markup("")), content, f"otc-{wanted}.csv", order_id=wanted)


async def _guarded(did: Did, off_ramp_id: str | None, work: Awaitable[OffRampStanding]) -> None:
    """Show what became of it, or why not over the card as it is now."""
    try:
        standing = await work
    except DeskError as no:
        if isinstance(no, NotReached) or off_ramp_id is None:
            raise
        if not isinstance(no, NotAllowed) or no.reason not in IN_PLACE:
            raise
        now = await flow.show(did.desk, did.person_id, off_ramp_id)
        await _show(did, now, above=(refusal(no, did.reader),))
        return
    with suppress(Overtaken):
        await _show(did, standing, yields=True)


async def _show(
    did: Did,
    standing: OffRampStanding,
    *,
    above: tuple[Markup, ...] = (),
    replace: bool = True,
    yields: bool = False,
) -> None:
    """The card as it is now. `yields`: raises Overtaken when a newer quote stands there by now."""
    card, seal = views.off_ramp_card(standing, did.reader, above), standing.open_seal
    seal_id = seal.id if seal is not None else None
    await _put(did, standing, card, above=above, replace=replace, yields=yields, seal_id=seal_id)


async def _put(
    did: Did,
    standing: OffRampStanding,
    card: Card,
    *,
    above: tuple[Markup, ...] = (),
    replace: bool,
    yields: bool = False,
    seal_id: str | None = None,
) -> None:
    """In place of the card that was tapped; an outcome that came meanwhile is shown instead."""
    off_ramp_id = standing.off_ramp.id

    async def as_it_is(drawn: Card) -> Card:
        now = await flow.show(did.desk, did.person_id, off_ramp_id)
        if yields and await flow.was_overtaken(did.desk, now):
            raise Overtaken
        if (now.intent, now.open_seal) == (standing.intent, standing.open_seal):
            return drawn
        return views.off_ramp_card(now, did.reader, above)

    await did.say(card, kind=OFF_RAMP, order_id=off_ramp_id, replace=replace, seal_id=seal_id, redraw=as_it_is)


def _side(word: str) -> OffRampSide:
    try:
        return OffRampSide(word)
    except ValueError:
        raise NotAllowed("stale_button") from None
