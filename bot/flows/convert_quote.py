"""The first step of a conversion: check the wish, take a quote, seal it for the person who asked."""

import asyncio
from dataclasses import replace
from decimal import Decimal

from bot.domain.errors import NotAllowed, Refused, VenueError
from bot.domain.intents import Action
from bot.domain.money import plain
from bot.domain.quotes import (
    Conversion,
    Fixed,
    Pair,
    Quote,
    Standing,
    Wish,
    check_amount,
    check_bounds,
    facts_of_quote,
    limit_value,
)
from bot.domain.seals import Choice, Seal
from bot.domain.situations import Notice
from bot.domain.staff import Person, Right, Role, check_limit
from bot.flows.announce import announce, with_role
from bot.flows.approve import check_not_frozen
from bot.flows.assemble import name_of
from bot.flows.convert_view import standing_of, stored_conversion, tell
from bot.flows.desk import Desk, log
from bot.flows.duress import GATE_PAY
from bot.flows.quoted import NewerQuote, make_seal
from bot.flows.starting import Waits
from bot.flows.working_day import day_start
from storage.store import Tables

AMOUNT_REFUSED = "400621"


async def take_quote(
    desk: Desk,
    user_id: int,
    wish: Wish,
    *,
    asked: Conversion | None = None,
    instead_of: Conversion | None = None,
    is_unasked: bool = False,
) -> Standing:
    """Ask the venue for an offer and open its confirm step. Raises NotAllowed (journalled) or VenueError.

    `asked`: what somebody asked a lead for, when this person acts on that. `is_unasked`: the desk does this by itself,
    and raises NewerQuote when the person took another quote meanwhile.
    """
    try:
        return await _offer(desk, await _take(desk, user_id, wish, asked, instead_of), is_unasked=is_unasked)
    except NotAllowed as no:
        await _journal_refusal(desk, user_id, wish, no)
        raise


async def new_quote(desk: Desk, user_id: int, conversion_id: str) -> Standing:
    """The same wish once more, for the same requester."""
    async with desk.store.read() as tables:
        old = await stored_conversion(tables, conversion_id)
        asked = await tables.conversions.get(old.request) if old.request and old.person == user_id else None
        if asked is not None and await tables.conversions.carried_out_for(asked.id) is not None:
            asked = None  # what was asked for is done; this is a wish of one's own
    return await take_quote(desk, user_id, old.wish, asked=asked, instead_of=old)


async def _take(
    desk: Desk, user_id: int, wish: Wish, asked: Conversion | None, instead_of: Conversion | None
) -> Conversion:
    desk.need(user_id, Right.CONVERT)
    async with desk.store.read() as tables:
        await check_not_frozen(desk, tables, Waits.WHILE_GATE_ANSWERS, venue=GATE_PAY)
    pair = await desk.exchange.pair(desk.exchange.account(wish.account), wish.sell, wish.buy)
    check_amount(wish.amount, wish.fixed_money.code)
    check_bounds(pair, **{wish.fixed.value: wish.amount})
    # The quote's life begins when it is asked for, not when the answer has found its way
    asked_at, began = desk.now(), desk.clock.monotonic()
    quote, balances = await asyncio.gather(_preview(desk, wish, pair), _balances(desk, wish))
    _check_offer(wish, quote)
    check_bounds(pair, sell=quote.sell.amount, buy=quote.buy.amount)
    conversion = Conversion(
        id=desk.new_id(),
        wish=wish,
        quote=quote,
        person=user_id,
        requester=asked.person if asked is not None and asked.person != user_id else None,
        request=asked.id if asked is not None else "",
        asked_at=asked_at,
        ends_at=asked_at + desk.policy.quote_seconds * 1000,
        instead_of=instead_of.id if instead_of is not None else "",
        before=instead_of.free_money.amount if instead_of is not None else None,
        balances_before=balances,
    )
    desk.exchange.deadlines[conversion.id] = began + desk.policy.quote_seconds
    return conversion


async def _preview(desk: Desk, wish: Wish, pair: Pair) -> Quote:
    """The bounds of the other side can only be tried: when Gate refuses the amount, they are said in numbers."""
    try:
        return await desk.exchange.venue.preview(wish=wish)
    except Refused as no:
        if no.code != AMOUNT_REFUSED:
            raise
        bounds = {
            "sell_min": pair.sell_min, "sell_max": pair.sell_max, "buy_min": pair.buy_min, "buy_max": pair.buy_max,
        }  # fmt: skip
        told = {name: plain(bound) if bound is not None else "–" for name, bound in bounds.items()}
        facts = {"amount": str(wish.fixed_money), "sell": wish.sell, "buy": wish.buy, "words": no.detail[:100]}
        raise NotAllowed("amount_refused", facts | told) from None


def _check_offer(wish: Wish, quote: Quote) -> None:
    """The venue must have quoted what was asked; anything else is not shown as if it had been."""
    offered = quote.sell if wish.fixed is Fixed.SELL else quote.buy
    if offered.amount != wish.amount:
        raise NotAllowed("other_quote", {"asked": str(wish.fixed_money), "offered": str(offered)})


async def _balances(desk: Desk, wish: Wish) -> tuple[Decimal, Decimal] | None:
    """What the account holds of both coins: evidence for the day an answer is lost, and no more than that."""
    try:
        held = await desk.exchange.venue.balances(account=wish.account, codes=(wish.sell, wish.buy))
    except (VenueError, NotAllowed) as error:
        log.info("balances not read: %s", error)
        return None
    return held.get(wish.sell, Decimal(0)), held.get(wish.buy, Decimal(0))


async def _offer(desk: Desk, conversion: Conversion, *, is_unasked: bool) -> Standing:
    """Store the quote with its seal; one that the person may not take is stored as ended, so that a lead can."""
    user_id, no = conversion.person, None
    async with desk.store.write() as tables:
        person = desk.need(user_id, Right.CONVERT)  # the venue took its time; the right may be gone
        await check_not_frozen(desk, tables, Waits.WHILE_GATE_ANSWERS, venue=GATE_PAY)
        if is_unasked and await tables.conversions.live(user_id):
            raise NewerQuote
        await end_quotes_of(desk, tables, user_id)
        try:
            limit = await check_quote_limit(desk, tables, person, conversion)
        except NotAllowed as error:
            no = error
            conversion = replace(conversion, ended_at=desk.now())
        await tables.conversions.add(conversion)
        if no is None:
            await tables.seals.add(_seal(desk, person, limit, conversion))
        standing = await standing_of(desk, tables, conversion)
    desk.wake_relay.set()
    if no is not None:
        raise no
    return standing


def _seal(desk: Desk, person: Person, limit: str, conversion: Conversion) -> Seal:
    facts = facts_of_quote(conversion, approver=person.id, role=person.role.word, limit=limit)
    choice = Choice(requester=conversion.requester)
    return make_seal(desk, person, Action.CONVERT, conversion.id, facts, expires_at=conversion.ends_at, choice=choice)


async def check_quote_limit(desk: Desk, tables: Tables, person: Person, conversion: Conversion) -> str:
    """The limit that was checked, as text for the seal. Raises NotAllowed naming the conversion."""
    limit = await tables.staff.limit(person.role, Action.CONVERT.value)
    value = limit_value(conversion.quote)
    wish = conversion.wish
    try:
        if value is not None:
            used = await tables.intents.used_since(person.id, Action.CONVERT, day_start(desk))
            own = await tables.intents.get(conversion.id)
            if own is not None and own.actor == person.id and own.is_open:
                used -= own.amount  # asked about again, it must not stand in its own way
            check_limit(person, limit, value, used)
        elif person.role < Role.LEAD:
            raise NotAllowed("limit_needs_usdt", {"pair": f"{wish.sell} → {wish.buy}"})
    except NotAllowed as no:
        no.facts["conversion"] = conversion.id
        raise
    return f"{plain(limit.per_action)}/{plain(limit.per_day)}"


async def end_quotes_of(desk: Desk, tables: Tables, user_id: int) -> None:
    """One open quote per person: older ones end, and their cards say so."""
    for old in await tables.conversions.live(user_id):
        await end_quote(desk, tables, old)


async def end_quote(desk: Desk, tables: Tables, conversion: Conversion) -> None:
    """Nobody can take it any more; every card of it is brought up to date once."""
    if await tables.conversions.end(conversion.id, desk.now()):
        await tables.seals.end_for(conversion.id, desk.now())
        await tell(desk, tables, conversion)


async def step_back(desk: Desk, user_id: int, conversion_id: str) -> Standing:
    """The person does not want it: the quote ends, nothing was sent."""
    desk.need(user_id, Right.READ)
    async with desk.store.write() as tables:
        conversion = await stored_conversion(tables, conversion_id)
        if conversion.person == user_id and conversion.ended_at is None:
            await tables.conversions.end(conversion.id, desk.now())
            await tables.seals.end_for(conversion.id, desk.now())
        return await standing_of(desk, tables, await stored_conversion(tables, conversion_id))


async def ask_lead(desk: Desk, user_id: int, conversion_id: str) -> Standing:
    """Pass a wish that is over one's limit to the leads; who takes it gets a quote of their own."""
    desk.need(user_id, Right.CONVERT)
    async with desk.store.write() as tables:
        conversion = await stored_conversion(tables, conversion_id)
        if conversion.person != user_id:
            raise NotAllowed("not_your_quote", {"who": name_of(desk, conversion.person)})
        wish, quote = conversion.wish, conversion.quote
        shown = {Fixed.SELL: (str(quote.sell), wish.buy), Fixed.BUY: (wish.sell, str(quote.buy))}[wish.fixed]
        facts = {
            "conversion": conversion.id,
            "who": name_of(desk, user_id),
            "give": shown[0],
            "get": shown[1],
            "account": wish.account,
        }
        leads = [person for person in with_role(desk, Role.LEAD) if person.id != user_id]
        await announce(desk, tables, Notice("convert_asked", facts), leads, key=f"convert_asked:{conversion.id}")
        await tables.journal.add(
            at=desk.now(),
            actor=user_id,
            action="ask_lead",
            target=conversion.target,
            facts={"asked_for": Action.CONVERT.value, "give": shown[0], "get": shown[1]},
            outcome="done",
        )
        standing = await standing_of(desk, tables, conversion)
    desk.wake_relay.set()
    return standing


async def quote_for(desk: Desk, user_id: int, conversion_id: str) -> Standing:
    """A lead takes a fresh quote of what somebody asked for; both are named from then on."""
    desk.need(user_id, Right.CONVERT)
    async with desk.store.read() as tables:
        asked = await stored_conversion(tables, conversion_id)
        await check_not_carried_out(desk, tables, asked.id)
    return await take_quote(desk, user_id, asked.wish, asked=asked)


async def check_not_carried_out(desk: Desk, tables: Tables, request: str) -> None:
    """What somebody asked the leads for is done once: the second lead is told who was quicker."""
    done = await tables.conversions.carried_out_for(request) if request else None
    if done is not None:
        raise NotAllowed("quote_used", {"who": name_of(desk, done.person), "conversion": done.id})


async def _journal_refusal(desk: Desk, user_id: int, wish: Wish, no: NotAllowed) -> None:
    async with desk.store.write() as tables:
        await tables.journal.add(
            at=desk.now(),
            actor=user_id,
            action=Action.CONVERT.value,
            target=f"{wish.account}/{wish.sell}-{wish.buy}",
            facts={"reason": no.reason, "wish": str(wish.fixed_money), **no.facts},
            outcome="not_allowed",
        )
