"""What a payment link looks like now, who is told when it changes, and the list of past ones."""

from bot.domain.deposits import Deposit, DepositStanding, Phase
from bot.domain.errors import NotAllowed
from bot.domain.intents import Intent, State
from bot.domain.situations import Notice, Reader
from bot.domain.staff import Person, Right, Role
from bot.flows import past_deals
from bot.flows.announce import announce, with_role
from bot.flows.assemble import name_of
from bot.flows.desk import Desk
from bot.flows.past_deals import Fetch, Telling
from storage.deposits import FILTERS
from storage.store import Tables

DEPOSIT = "deposit"
"""the kind of a delivery and of a shown message; its `order_id` is the deposit's id"""


async def stored_deposit(tables: Tables, deposit_id: str) -> Deposit:
    """Raises NotAllowed("stale_button") for an id we never gave."""
    found = await tables.deposits.get(deposit_id)
    if found is None:
        raise NotAllowed("stale_button")
    return found


async def standing_of(desk: Desk, tables: Tables, deposit: Deposit) -> DepositStanding:
    """The deposit now, from the desk's memory only."""
    intent = await tables.intents.get(deposit.id)
    seals = await tables.seals.open_for(deposit.id) if intent is None else []
    return DepositStanding(
        deposit=deposit,
        intent=intent,
        open_seal=seals[-1] if seals else None,
        person_name=name_of(desk, deposit.person),
        unanswered=await tables.deposits.without_outcome() if intent is None else 0,
    )


async def show(desk: Desk, user_id: int, deposit_id: str) -> DepositStanding:
    """The deposit for somebody who may read it."""
    desk.need(user_id, Right.READ)
    async with desk.store.read() as tables:
        return await standing_of(desk, tables, await stored_deposit(tables, deposit_id))


async def find(desk: Desk, user_id: int, given: str) -> DepositStanding:
    """A sent one by its number: `D0612`, or the digits alone. Raises NotAllowed("deposit_unknown_number")."""
    desk.need(user_id, Right.READ)
    digits = given.upper().removeprefix("D").lstrip("0")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= 9
    async with desk.store.read() as tables:
        deposit = await tables.deposits.by_number(int(digits)) if is_number else None
        if deposit is None:
            raise NotAllowed("deposit_unknown_number", {"given": given[:20]})
        return await standing_of(desk, tables, deposit)


async def handed_out(desk: Desk, user_id: int, deposit_id: str) -> Deposit:
    """A link that can still be given to its customer. Raises NotAllowed("link_ended") for any other."""
    desk.need(user_id, Right.DEPOSIT)
    async with desk.store.read() as tables:
        standing = await standing_of(desk, tables, await stored_deposit(tables, deposit_id))
    deposit = standing.deposit
    is_over = bool(deposit.expires_at) and desk.now() >= deposit.expires_at  # without an end it is not told when
    if standing.phase not in (Phase.WAITING, Phase.IN_PROGRESS) or is_over or not deposit.url:
        raise NotAllowed("link_ended", {"deposit": deposit.label})
    return deposit


async def tell(desk: Desk, tables: Tables, deposit: Deposit, *, priority: int = 1) -> None:
    """Every card of it is brought up to date; whoever decided on it gets one."""
    await past_deals.tell_cards(desk, tables, DEPOSIT, deposit.id, deposit.person, priority=priority)


async def tell_outcome(desk: Desk, tables: Tables, deposit: Deposit, intent: Intent) -> None:
    """The group's record of a link; what has no outcome rings for whoever asked, too."""
    await tell(desk, tables, deposit, priority=0)
    made = "deposit_made" if deposit.is_available is not False else None  # nothing that the group could remember
    kind = {State.DONE: made, State.UNKNOWN: "deposit_unknown"}.get(intent.state)
    if kind is None:
        return
    is_unknown = intent.state is State.UNKNOWN
    people = askers(desk, deposit) if is_unknown else []
    await announce(desk, tables, Notice(kind, facts_for(desk, deposit, intent)), people, ring=is_unknown, group=True)


def askers(desk: Desk, deposit: Deposit) -> list[Person]:
    """Who hears of it: whoever asked for it, or the owners once that person may not read it any more."""
    asker = desk.people.get(deposit.person)
    return [asker] if asker is not None and not asker.is_frozen else with_role(desk, Role.OWNER)


def facts_for(desk: Desk, deposit: Deposit, intent: Intent) -> dict[str, str]:
    """What a notice about it says. Never the payer's name: news is kept longer than names may be."""
    return {
        "deposit": deposit.id,
        "label": deposit.label,
        "amount": str(deposit.wish.money),
        "who": name_of(desk, intent.actor),
        "why": intent.answer[:100],
    }


async def next_telling(
    desk: Desk, chat_id: int, person_id: int | None, deposit_id: str
) -> Telling[DepositStanding] | None:
    """None when there is nothing to show: nobody reads it, or it ended before anything was sent."""
    person = desk.people.get(person_id or 0)
    if person is None or person.is_frozen:
        return None
    async with desk.store.read() as tables:
        deposit = await tables.deposits.get(deposit_id)
        if deposit is None:
            return None
        standing = await standing_of(desk, tables, deposit)
        there = await past_deals.messages_in(tables, chat_id, DEPOSIT, [deposit_id])
    if not there and standing.phase in (Phase.SUMMARY, Phase.LEFT):
        return None
    return Telling(standing, Reader(person.language, person.timezone, person), there[0] if there else None)


async def history(desk: Desk, user_id: int, wanted: str, page: int) -> tuple[list[DepositStanding], bool]:
    """One page of what was sent to MTPay, newest first, and whether there is more."""
    return await past_deals.page_of(desk, user_id, page, _fetch(wanted), standing_of)


async def all_for_csv(desk: Desk, user_id: int, wanted: str) -> list[DepositStanding]:
    """Everything of that filter as far as one file takes it; that it was handed out is journalled."""
    desk.need(user_id, Right.DEPOSIT)
    return await past_deals.all_of(desk, user_id, "deposits", _fetch(wanted), standing_of)


def _fetch(wanted: str) -> Fetch[Deposit]:
    if wanted not in FILTERS:
        raise NotAllowed("usage", {"command": "deposits", "given": wanted[:20]})
    return lambda tables, limit, offset: tables.deposits.history(wanted, limit, offset)
