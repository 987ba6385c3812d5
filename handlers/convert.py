"""Taps and commands about conversions: read what was said, call one flow, show one card."""

from collections.abc import Awaitable
from contextlib import suppress

from bot.domain.errors import DeskError, NotAllowed
from bot.domain.quotes import Fixed, Standing, Wish
from bot.domain.reach import NotReached
from bot.domain.wishes import make_wish, read_wish
from bot.flows import convert as converting
from bot.flows import convert_again, convert_follow, convert_quote
from bot.flows import convert_view as flow
from bot.flows.convert_view import AMOUNT, CONVERSION
from bot.flows.deliver import MENU
from bot.views import convert as views
from bot.views import convert_history, convert_menu
from bot.views.card import Card, Markup
from bot.views.refusals import refusal, refusal_card
from handlers.context import Did

UNASKED = "own"
"""stands in a wish until the account was asked for"""
IN_PLACE = frozenset({"quote_ended", "quote_used", "quote_changed", "not_unknown", "asked_again_already"})


class Overtaken(Exception):
    """A newer quote stands in this one's place, and shows itself there."""


async def convert(did: Did) -> None:
    """`/convert 100 USDT BTC`, or without words by buttons."""
    accounts = flow.accounts_for(did.desk, did.person_id)
    if not did.words:
        await _start(did, accounts)
        return
    wish = read_wish(did.words, accounts[0] if len(accounts) == 1 else UNASKED)
    if len(accounts) == 1:
        await _quote(did, wish)
        return
    if not flow.fits_a_button(wish):
        raise NotAllowed(
            "amount_too_precise", {"amount": f"{wish.amount:f}", "code": wish.fixed_money.code, "most": "8"}
        )
    await did.say(convert_menu.accounts_card(accounts, wish, did.reader), kind=MENU)


async def _start(did: Did, accounts: tuple[str, ...]) -> None:
    if len(accounts) > 1:
        await did.say(convert_menu.accounts_card(accounts, None, did.reader), kind=MENU)
        return
    await _sell(did, accounts[0], 0, replace=False)


async def with_account(did: Did, account: str) -> None:
    await _sell(did, account, 0)


async def sell_page(did: Did, account: str, page: str) -> None:
    await _sell(did, account, _number(page))


async def _sell(did: Did, account: str, page: int, *, replace: bool = True) -> None:
    offer = await flow.offer_to_sell(did.desk, did.person_id, account, page)
    await did.say(convert_menu.sell_card(offer, did.reader), kind=MENU, replace=replace)


async def buy_page(did: Did, account: str, sell: str, page: str) -> None:
    offer = await flow.offer_to_buy(did.desk, did.person_id, account, sell, _number(page))
    await did.say(convert_menu.buy_card(offer, did.reader), kind=MENU, replace=True)


async def which_amount(did: Did, account: str, sell: str, buy: str) -> None:
    pair = await flow.pair_for(did.desk, did.person_id, account, sell, buy)
    await did.say(convert_menu.fixed_card(account, pair, did.reader), kind=MENU, replace=True)


async def ask_amount(did: Did, account: str, sell: str, buy: str, fixed: str) -> None:
    pair = await flow.pair_for(did.desk, did.person_id, account, sell, buy)
    card = convert_menu.amount_prompt(account, pair, _fixed(fixed), did.reader)
    await did.say(card, kind=AMOUNT, order_id="/".join((account, sell, buy, fixed)))


async def amount(did: Did, question: str, text: str) -> None:
    """The answer to the question for an amount."""
    account, sell, buy, fixed = question.split("/")
    await _quote(did, make_wish(account, sell, buy, _fixed(fixed), text))


async def wish(did: Did, account: str, sell: str, buy: str, fixed: str, number: str) -> None:
    """The account was asked for; everything else was typed before."""
    await _quote(did, make_wish(account, sell, buy, _fixed(fixed), number), replace=True)


async def _quote(did: Did, wish: Wish, *, replace: bool = False) -> None:
    await _show(did, await convert_quote.take_quote(did.desk, did.person_id, wish), replace=replace)


async def new_quote(did: Did, conversion_id: str) -> None:
    await _guarded(did, conversion_id, convert_quote.new_quote(did.desk, did.person_id, conversion_id))


async def lead_quote(did: Did, conversion_id: str) -> None:
    """A lead acts on what somebody asked for, under a quote of their own."""
    await _show(did, await convert_quote.quote_for(did.desk, did.person_id, conversion_id), replace=False)


async def ask_lead(did: Did, conversion_id: str) -> None:
    standing = await convert_quote.ask_lead(did.desk, did.person_id, conversion_id)
    await _show(did, standing, above=(views.leads_asked_line(did.reader),))


async def back(did: Did, conversion_id: str) -> None:
    await _show(did, await convert_quote.step_back(did.desk, did.person_id, conversion_id))


async def yes(did: Did, seal_id: str) -> None:
    await _guarded(did, did.order_id, converting.convert(did.desk, did.person_id, seal_id, did.received_at))


async def again(did: Did, conversion_id: str) -> None:
    try:
        standing, seal = await convert_again.open_again(did.desk, did.person_id, conversion_id)
    except NotAllowed as no:
        await _refuse(did, conversion_id, no)
        return
    card = views.again_confirm(standing, seal, did.reader)
    await _put(did, standing, card, seal_id=seal.id, replace=True)


async def again_yes(did: Did, seal_id: str) -> None:
    await _guarded(did, did.order_id, convert_again.ask_again(did.desk, did.person_id, seal_id, did.received_at))


async def settle(did: Did, conversion_id: str, outcome: str) -> None:
    standing = await convert_again.may_settle(did.desk, did.person_id, conversion_id)
    await _put(did, standing, views.settle_confirm(standing, outcome, did.reader), replace=True)


async def settle_yes(did: Did, conversion_id: str, outcome: str) -> None:
    await _guarded(did, conversion_id, convert_again.settle(did.desk, did.person_id, conversion_id, outcome))


async def open_conversion(did: Did, conversion_id: str) -> None:
    await _show(did, await flow.show(did.desk, did.person_id, conversion_id), replace=did.order_id == conversion_id)


async def look(did: Did, conversion_id: str) -> None:
    await _guarded(did, conversion_id, convert_follow.look_now(did.desk, did.person_id, conversion_id))


async def converts(did: Did) -> None:
    """`/converts`, or with a filter: all, done, open, failed."""
    await _history(did, did.words[0].lower() if did.words else "all", 0, replace=False)


async def history_page(did: Did, wanted: str, page: str) -> None:
    await _history(did, wanted, _number(page), replace=True)


async def _history(did: Did, wanted: str, page: int, *, replace: bool) -> None:
    listed, has_more = await flow.history(did.desk, did.person_id, wanted, page)
    card = convert_history.history_card(listed, wanted, page, has_more, did.reader)
    await did.say(card, kind=MENU, replace=replace)


async def csv(did: Did, wanted: str) -> None:
    listed = await flow.all_for_csv(did.desk, did.person_id, wanted)
    content = convert_history.csv_file(listed, did.reader)
    await did.mouth.show_file(did.person_id, Card(Markup("")), content, f"conversions-{wanted}.csv", order_id=wanted)


async def _guarded(did: Did, conversion_id: str | None, work: Awaitable[Standing]) -> None:
    """Show what became of it, or why not over the card as it is now."""
    try:
        standing = await work
    except DeskError as no:
        if isinstance(no, NotReached):
            raise
        await _refuse(did, conversion_id, no)
        return
    with suppress(Overtaken):
        await _show(did, standing, yields=True)


async def _refuse(did: Did, conversion_id: str | None, no: DeskError) -> None:
    """Over the card that was tapped when that explains it; else the sentence alone, with what may be done."""
    if isinstance(no, NotAllowed) and no.reason in IN_PLACE and conversion_id is not None:
        standing = await flow.show(did.desk, did.person_id, conversion_id)
        await _show(did, standing, above=(refusal(no, did.reader),))
        return
    if isinstance(no, NotAllowed) and no.facts.get("conversion") and refusal_card(no, did.reader).rows:
        standing = await flow.show(did.desk, did.person_id, no.facts["conversion"])
        await _put(did, standing, refusal_card(no, did.reader), replace=True)
        return
    raise no


async def _show(
    did: Did, standing: Standing, *, above: tuple[Markup, ...] = (), replace: bool = True, yields: bool = False
) -> None:
    seal_id = standing.open_seal.id if standing.open_seal is not None else None
    card = views.conversion_card(standing, did.reader, above)
    await _put(did, standing, card, seal_id=seal_id, replace=replace, above=above, yields=yields)


async def _put(
    did: Did,
    standing: Standing,
    card: Card,
    *,
    seal_id: str | None = None,
    replace: bool = False,
    above: tuple[Markup, ...] = (),
    yields: bool = False,
) -> None:
    """In place of the card that was tapped; an outcome that came meanwhile is shown instead.

    `yields`: raises Overtaken when a newer quote stands there by now.
    """
    conversion_id = standing.conversion.id

    async def as_it_is(drawn: Card) -> Card:
        now = await flow.show(did.desk, did.person_id, conversion_id)
        if yields and await flow.was_overtaken(did.desk, now):
            raise Overtaken
        if (now.intent, now.open_seal) == (standing.intent, standing.open_seal):
            return drawn
        return views.conversion_card(now, did.reader, above)

    await did.say(
        card,
        kind=CONVERSION,
        order_id=conversion_id,
        replace=replace,
        seal_id=seal_id,
        redraw=as_it_is,
    )


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _fixed(word: str) -> Fixed:
    try:
        return Fixed(word)
    except ValueError:
        raise NotAllowed("stale_button") from None
