"""The merchant's bank accounts at the venue: listed, shown, and deleted by an owner who typed which one."""

import json
import unicodedata
from dataclasses import dataclass

from bot.domain.bank_fields import Draft, proof_of
from bot.domain.errors import DeskError, NotAllowed, Refused, Unreachable
from bot.domain.intents import Action, Event
from bot.domain.off_ramps import BankAccount
from bot.domain.staff import Right
from bot.flows.approve import check_not_frozen
from bot.flows.bank_deletions import ACTION
from bot.flows.bank_form import parked
from bot.flows.desk import Desk
from bot.flows.duress import GATE_PAY
from bot.flows.outcome import attempt, keep_until_stored
from bot.flows.starting import Waits
from bot.flows.step_up import check_deed
from storage.store import Tables

PAGE = 3
"""two lines each: with title and a waiting form, a card's eight"""
BANK_DELETE = "bank_delete"
"""the kind of the question before a deletion; its `order_id` is the account's id"""
FILTERS = ("holder", "bank", "iban", "swift")
"""what `/banks holder=…` may name: the venue's own four"""


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of accounts. `unreadable`: how many more there are that cannot be read; `form`: one left half-way."""

    banks: tuple[BankAccount, ...]
    page: int
    pages: int
    total: int
    unreadable: int = 0
    form: Draft | None = None


@dataclass(frozen=True, slots=True)
class Doomed:
    """An account that somebody wants to delete, and what speaks against it."""

    bank: BankAccount
    was_used_last: bool = False
    is_in_use: bool = False


def read_filters(words: list[str]) -> dict[str, str]:
    """`holder=ACME Ltd swift=CHAS…`, or bare words: the bank's name. Raises NotAllowed("usage")."""
    filters: dict[str, str] = {}
    name = "bank"
    for word in words:
        key, sign, value = word.partition("=")
        if sign:
            name = key.lower()
            if name not in FILTERS or name in filters:
                raise NotAllowed("usage", {"command": "banks", "given": " ".join(words)[:60]})
        filters[name] = f"{filters.get(name, '')} {value if sign else word}".strip()[:100]
    return {key: value for key, value in filters.items() if value}


async def listed(desk: Desk, user_id: int, filters: dict[str, str], page: int) -> Listed:
    """Raises NotAllowed or VenueError."""
    person = desk.need(user_id, Right.OFF_RAMP)
    found = await desk.exchange.off_ramp.banks(**filters)
    pages = max(1, -(-len(found) // PAGE))
    page = min(max(page, 0), pages - 1)
    shown = tuple(found[page * PAGE : (page + 1) * PAGE])
    form = await parked(desk, user_id) if person.may(Right.BANKS) else None
    return Listed(shown, page, pages, len(found), len(found.unreadable), form)


async def one(desk: Desk, user_id: int, bank_id: str) -> BankAccount:
    """The account as the venue lists it now. Raises NotAllowed("bank_unknown") or VenueError."""
    desk.need(user_id, Right.OFF_RAMP)
    for bank in await desk.exchange.off_ramp.banks():
        if bank.id == bank_id:
            return bank
    raise NotAllowed("bank_unknown")


async def doomed(desk: Desk, user_id: int, bank_id: str) -> Doomed:
    """The first step of a deletion: what is about to go."""
    desk.need(user_id, Right.BANKS)
    await check_deed(desk, user_id, "bank_delete", f"bank/{bank_id}")
    bank = await one(desk, user_id, bank_id)
    async with desk.store.read() as tables:
        last = await tables.off_ramps.last_bank()
        open_ones = [one for one in await tables.intents.all_open() if one.action is Action.OFF_RAMP]
        going = [await tables.off_ramps.get(intent.id) for intent in open_ones]
    used = {_id_of(off_ramp.bank_id) for off_ramp in going if off_ramp is not None}
    return Doomed(bank, was_used_last=bool(last) and _id_of(last) == bank.id, is_in_use=bank.id in used)


def _id_of(sent: str) -> str:
    return str(json.loads(sent))


async def delete(
    desk: Desk, user_id: int, bank_id: str, typed: str, asked: int | None = None
) -> tuple[BankAccount | str, str] | None:
    """Delete once, if the last characters are the right ones. Returns the account and what became of it.

    "deleted", "found_deleted" (no answer, but the list has it no more), "still_listed", or "unknown" (no list either:
    told later). An update (`asked`) that was handled before sends nothing a second time: it returns what was kept (the
    account as it was shown; "refused", too), or None where that is told by itself. Raises NotAllowed, or Refused with
    the venue's words.
    """
    desk.need(user_id, Right.BANKS)
    async with desk.store.read() as tables:
        begun = await tables.bank_deletions.begun_by(asked)
    if begun is not None:
        return (begun.bank, begun.outcome) if begun.outcome and not begun.is_lost else None
    bank = await one(desk, user_id, bank_id)
    if unicodedata.normalize("NFKC", typed).strip(" ·.").upper() != proof_of(bank):
        async with desk.store.write() as tables:
            await _journal(desk, tables, user_id, bank, "not_allowed", {"reason": "bank_tail_differs"})
        raise NotAllowed("bank_tail_differs")
    await check_deed(desk, user_id, "bank_delete", f"bank/{bank_id}")
    number = await _begin(desk, user_id, bank, asked)
    if number is None:
        return None
    event, answer = await attempt(desk.exchange.off_ramp.delete_bank(sent_id=bank.sent_id), f"delete bank {bank.id}")
    if event in (Event.REFUSED, Event.NEVER_LEFT):
        answer = answer.replace(bank.iban, "··") if bank.iban else answer
        await _settle(desk, number, user_id, bank, "refused", {"answer": answer[:300]})
        code, _, words = answer.partition(": ")
        if event is Event.NEVER_LEFT:
            raise Unreachable("gate_pay", "delete_bank", words)
        raise Refused("gate_pay", "delete_bank", code=code, detail=words, status=200)
    became = "deleted" if event is Event.ACCEPTED else await _look(desk, bank)
    await _settle(desk, number, user_id, bank, became, {})
    return bank, became


async def _begin(desk: Desk, user_id: int, bank: BankAccount, asked: int | None) -> int | None:
    """Written down as sent; its number, None for an update that began one. Raises NotAllowed while one is open."""
    async with desk.store.write() as tables:
        desk.need(user_id, Right.BANKS)
        await check_not_frozen(desk, tables, Waits.WHILE_GATE_ANSWERS, venue=GATE_PAY)
        is_open = await tables.bank_deletions.is_open(bank.id)
        if is_open:
            await _journal(desk, tables, user_id, bank, "not_allowed", {"reason": "bank_delete_open"})
        else:
            number = await tables.bank_deletions.begin(asked, bank.id, _shown(bank), user_id, desk.now())
            if number is not None:
                await _journal(desk, tables, user_id, bank, "sent", {})
    if is_open:
        raise NotAllowed("bank_delete_open", {"bank": _shown(bank)})
    return number


async def _settle(desk: Desk, number: int, user_id: int, bank: BankAccount, became: str, facts: dict[str, str]) -> None:
    """What is not known yet is looked up in the list until it is. The request left: what it led to is kept."""

    async def keep(tables: Tables) -> None:
        if became == "unknown":
            await tables.bank_deletions.lost(number)
        else:
            await tables.bank_deletions.settle(number, became, desk.now())
        await _journal(desk, tables, user_id, bank, became, facts)

    await keep_until_stored(desk, keep, f"delete bank {bank.id} ({became})")


async def _look(desk: Desk, bank: BankAccount) -> str:
    """The answer was lost: the list says what became of it."""
    try:
        now = await desk.exchange.off_ramp.banks()
    except DeskError:
        return "unknown"
    if any(one.id == bank.id for one in now):
        return "still_listed"
    return "unknown" if now.unreadable else "found_deleted"


def _shown(bank: BankAccount) -> str:
    return f"{bank.bank[:40]} ··{bank.tail}"


async def _journal(
    desk: Desk, tables: Tables, user_id: int, bank: BankAccount, outcome: str, facts: dict[str, str]
) -> None:
    await tables.journal.add(
        at=desk.now(), actor=user_id, action=ACTION, target=f"bank/{bank.id}", facts={"bank": _shown(bank), **facts},
        outcome=outcome,
    )  # fmt: skip
