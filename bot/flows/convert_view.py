"""What a conversion looks like now, who is told when it changes, and the list of past ones."""

from bot.domain.errors import NotAllowed
from bot.domain.intents import Intent, State
from bot.domain.quotes import Conversion, Offer, Pair, Standing, Wish
from bot.domain.situations import Notice, Reader
from bot.domain.staff import Right
from bot.flows import past_deals
from bot.flows.announce import announce
from bot.flows.assemble import name_of
from bot.flows.desk import Desk
from bot.flows.past_deals import Fetch, Telling
from storage.store import Tables

CONVERSION = "conversion"
"""the kind of a delivery and of a shown message; its `order_id` is the conversion's id"""
AMOUNT = "convert_amount"
"""the kind of the question for an amount; its `order_id` is account/sell/buy/fixed"""
PAGE, LAST_PAIRS = 12, 4
NOTICES = {
    State.DONE: "converted",
    State.REFUSED: "convert_failed",
    State.UNKNOWN: "convert_unknown",
    State.VOID: "convert_void",
}
FILTERS = {
    "all": tuple(State),
    "done": (State.DONE,),
    "open": (State.PLANNED, State.SENT, State.TAKEN, State.ASKED, State.UNKNOWN),
    "failed": (State.REFUSED, State.VOID),
}


async def stored_conversion(tables: Tables, conversion_id: str) -> Conversion:
    """Raises NotAllowed("stale_button") for an id we never gave."""
    found = await tables.conversions.get(conversion_id)
    if found is None:
        raise NotAllowed("stale_button")
    return found


async def standing_of(desk: Desk, tables: Tables, conversion: Conversion) -> Standing:
    """The conversion now, from the desk's memory only."""
    intent = await tables.intents.get(conversion.id)
    seals = await tables.seals.open_for(conversion.id)
    return Standing(
        conversion=conversion,
        intent=intent,
        open_seal=seals[-1] if seals and intent is None else None,
        person_name=name_of(desk, intent.actor if intent is not None else conversion.person),
        requester_name=name_of(desk, conversion.requester),
        has_accounts=len(desk.exchange.accounts) > 1,
        unanswered=await tables.conversions.without_outcome(conversion.wish.account) if intent is None else 0,
        refusal=await _refusal(tables, conversion.instead_of),
    )


async def _refusal(tables: Tables, conversion_id: str) -> str:
    """The venue's words when it refused that quote; an order of it that failed later is no refusal."""
    intent = await tables.intents.get(conversion_id) if conversion_id else None
    if intent is None or intent.state is not State.REFUSED:
        return ""
    return "" if (await stored_conversion(tables, conversion_id)).order_id else intent.answer


async def show(desk: Desk, user_id: int, conversion_id: str) -> Standing:
    """The conversion for somebody who may read it."""
    desk.need(user_id, Right.READ)
    async with desk.store.read() as tables:
        return await standing_of(desk, tables, await stored_conversion(tables, conversion_id))


async def tell(desk: Desk, tables: Tables, conversion: Conversion, *, priority: int = 1) -> None:
    """Every card of it is brought up to date; whoever decided on it gets one, if it was sent."""
    await past_deals.tell_cards(desk, tables, CONVERSION, conversion.id, conversion.person, priority=priority)


async def tell_outcome(desk: Desk, tables: Tables, conversion: Conversion, intent: Intent) -> None:
    """The group's record, and the one who asked a lead for it; what has no outcome rings there and for its actor.

    They also hear that nothing happened, where that was in doubt.
    """
    await tell(desk, tables, conversion, priority=0)
    kind = NOTICES.get(intent.state)
    if kind is None or (intent.state is State.REFUSED and not conversion.order_id):
        return  # a refused quote moved nothing: its card says so, and the journal
    if intent.state is State.VOID and not intent.is_by_word:
        return  # it never left, and nobody was told otherwise
    is_unknown = intent.state is State.UNKNOWN
    notice = Notice(kind, facts_for(desk, conversion, intent))
    asked = [person for person in (desk.people.get(conversion.requester or 0),) if person is not None]
    in_doubt = [person for person in (desk.people.get(intent.actor),) if person is not None]
    people = [*asked, *in_doubt] if is_unknown or intent.state is State.VOID else asked
    await announce(desk, tables, notice, people, ring=is_unknown, group=True)


def facts_for(desk: Desk, conversion: Conversion, intent: Intent) -> dict[str, str]:
    """What a notice about it says."""
    give, get = conversion.executed or (conversion.quote.sell, conversion.quote.buy)
    return {
        "conversion": conversion.id,
        "who": name_of(desk, intent.actor),
        "asked": name_of(desk, conversion.requester),
        "give": str(give),
        "get": str(get),
        "account": conversion.wish.account,
        "why": intent.answer[:100],
    }


async def next_telling(desk: Desk, chat_id: int, person_id: int | None, conversion_id: str) -> Telling[Standing] | None:
    """None when there is nothing to show: nobody reads it, it was never sent, or it is being decided on just now."""
    person = desk.people.get(person_id or 0)
    if person is None or person.is_frozen:
        return None
    async with desk.store.read() as tables:
        conversion = await tables.conversions.get(conversion_id)
        if conversion is None:
            return None
        standing = await standing_of(desk, tables, conversion)
        there = await past_deals.messages_in(tables, chat_id, CONVERSION, _ids(standing))
        seals = await tables.seals.open_for(conversion_id)
        is_replaced = await _is_overtaken(tables, standing)
    if (is_replaced and (not there or chat_id == conversion.person)) or (not there and _is_past(standing)):
        return None
    is_asking = any(one.opened_by == person_id and not one.is_expired(desk.now()) for one in seals)
    if is_asking and standing.intent is not None:
        return None  # a small change must not pull an open confirm away from under the thumb
    reader = Reader(person.language, person.timezone, person)
    return Telling(standing, reader, there[0] if there else None, tuple(there[1:]))


def _ids(standing: Standing) -> list[str]:
    """Whose messages it may show itself in; a quote that follows a refusal takes the place of what was refused."""
    conversion = standing.conversion
    return [conversion.id, conversion.instead_of] if standing.refusal and conversion.instead_of else [conversion.id]


async def was_overtaken(desk: Desk, standing: Standing) -> bool:
    """Refused, and a newer quote stands in its place already: that one shows itself there."""
    async with desk.store.read() as tables:
        return await _is_overtaken(tables, standing)


async def _is_overtaken(tables: Tables, standing: Standing) -> bool:
    intent, conversion = standing.intent, standing.conversion
    is_refusal = intent is not None and intent.state is State.REFUSED and not conversion.order_id
    return is_refusal and await tables.conversions.is_replaced(conversion.id)


def _is_past(standing: Standing) -> bool:
    """Nothing that is worth a message of its own: a quote that ended."""
    return standing.intent is None and standing.open_seal is None


async def history(desk: Desk, user_id: int, wanted: str, page: int) -> tuple[list[Standing], bool]:
    """One page of what was sent to the venue, newest first, and whether there is more."""
    return await past_deals.page_of(desk, user_id, page, _fetch(wanted), standing_of)


async def all_for_csv(desk: Desk, user_id: int, wanted: str) -> list[Standing]:
    """Everything of that filter, newest first, as far as one file takes it; that it was handed out is journalled."""
    return await past_deals.all_of(desk, user_id, "converts", _fetch(wanted), standing_of)


def _fetch(wanted: str) -> Fetch[Conversion]:
    states = FILTERS.get(wanted)
    if states is None:
        raise NotAllowed("usage", {"command": "converts", "given": wanted[:20]})
    return lambda tables, limit, offset: tables.conversions.history(states, limit, offset)


async def offer_to_sell(desk: Desk, user_id: int, account: str, page: int) -> Offer:
    """The first question of the buttons: which coin is given."""
    desk.need(user_id, Right.CONVERT)
    codes = await desk.exchange.sellable(desk.exchange.account(account))
    async with desk.store.read() as tables:
        last = await tables.conversions.last_pairs(user_id, LAST_PAIRS)
    usable = tuple(pair for pair in last if pair[0] in codes)
    return _page(account, codes, page, last=usable if page == 0 else (), accounts=desk.exchange.accounts)


async def offer_to_buy(desk: Desk, user_id: int, account: str, sell: str, page: int) -> Offer:
    """The second: what for."""
    desk.need(user_id, Right.CONVERT)
    codes = await desk.exchange.sellable(desk.exchange.account(account))
    if sell not in codes:
        raise NotAllowed("unknown_currency", {"given": sell[:20]})
    pairs = await desk.exchange.pairs_from(account, sell)
    if not pairs:
        raise NotAllowed("pair_not_offered", {"sell": sell, "buy": "…"})
    return _page(account, tuple(pair.buy for pair in pairs), page, sell=sell)


async def pair_for(desk: Desk, user_id: int, account: str, sell: str, buy: str) -> Pair:
    """The chosen pair with its bounds."""
    desk.need(user_id, Right.CONVERT)
    return await desk.exchange.pair(desk.exchange.account(account), sell, buy)


def accounts_for(desk: Desk, user_id: int) -> tuple[str, ...]:
    """The accounts that may be chosen. Raises NotAllowed("convert_off") without Gate Pay settings."""
    desk.need(user_id, Right.CONVERT)
    if desk.exchange.pay is None:
        raise NotAllowed("convert_off")
    return desk.exchange.accounts


def fits_a_button(wish: Wish) -> bool:
    """Whether the wish can travel in a button of the question for the account (Telegram's 64 bytes)."""
    return max(len(account) for account in ("own", wish.account)) + len(f"{wish.sell}{wish.buy}{wish.amount:f}") <= 40


def _page(
    account: str,
    codes: tuple[str, ...],
    page: int,
    *,
    sell: str = "",
    last: tuple[tuple[str, str], ...] = (),
    accounts: tuple[str, ...] = (),
) -> Offer:
    pages = max(1, -(-len(codes) // PAGE))
    at = min(max(page, 0), pages - 1)
    return Offer(account, codes[at * PAGE : (at + 1) * PAGE], at, pages, sell=sell, last=last, accounts=accounts)
