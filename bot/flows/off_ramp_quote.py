"""The first steps of an off-ramp: the wish, the bank account, and a quote sealed for the lead who asked."""

import json

from bot.domain.errors import NotAllowed
from bot.domain.intents import Action
from bot.domain.off_ramps import (
    COINS,
    FIATS,
    BankAccount,
    OffRamp,
    OffRampQuote,
    OffRampSide,
    OffRampStanding,
    OffRampWish,
    facts_of_off_ramp,
    hash_of_token,
)
from bot.domain.quotes import check_amount
from bot.domain.seals import Choice
from bot.domain.situations import Notice
from bot.domain.staff import Right, Role
from bot.flows.announce import announce, with_role
from bot.flows.approve import check_not_frozen
from bot.flows.assemble import name_of
from bot.flows.desk import Desk
from bot.flows.duress import GATE_PAY
from bot.flows.off_ramp_view import standing_of, stored_off_ramp, tell
from bot.flows.quoted import NewerQuote, make_seal
from bot.flows.starting import Waits
from storage.store import Tables


async def begin(desk: Desk, user_id: int, wish: OffRampWish) -> tuple[str, list[BankAccount], str]:
    """Keep the wish; its id, the accounts that may be paid to, and the one used last.

    Raises NotAllowed("otc_for_leads") naming the request when the person may only ask a lead.
    """
    person = desk.need(user_id, Right.ASK_OFF_RAMP)
    check_wish(wish)
    desk.exchange.off_ramp  # noqa: B018 raises without Gate Pay settings
    request_id = desk.new_id()
    async with desk.store.write() as tables:
        await tables.off_ramps.ask(request_id, wish, user_id, desk.now())
    if not person.may(Right.OFF_RAMP):
        raise NotAllowed("otc_for_leads", {"request": request_id})
    return request_id, await usable_banks(desk), await _last_bank(desk)


async def take_up(desk: Desk, user_id: int, request_id: str) -> tuple[OffRampWish, list[BankAccount], str]:
    """A lead acts on what somebody asked for: the wish, the accounts, the one used last."""
    desk.need(user_id, Right.OFF_RAMP)
    async with desk.store.read() as tables:
        wish, _ = await _asked(tables, request_id)
        await check_not_carried_out(desk, tables, request_id)
    return wish, await usable_banks(desk), await _last_bank(desk)


def check_wish(wish: OffRampWish) -> None:
    """Raises NotAllowed for what the OTC desk does not trade, before anything is asked."""
    if wish.coin not in COINS or wish.fiat not in FIATS:
        given = wish.coin if wish.coin not in COINS else wish.fiat
        raise NotAllowed("otc_currency", {"given": given[:20], "coins": ", ".join(COINS), "fiats": ", ".join(FIATS)})
    check_amount(wish.amount, wish.fixed_money.code)
    if wish.side is OffRampSide.FIAT and wish.amount != round(wish.amount, 2):
        raise NotAllowed("amount_too_precise", {"amount": f"{wish.amount:f}", "code": wish.fiat, "off_ramp": ""})


async def usable_banks(desk: Desk) -> list[BankAccount]:
    """Approved accounts, or of a contract that tells no review state. Raises NotAllowed("no_bank") without one."""
    banks = [bank for bank in await desk.exchange.off_ramp.banks() if bank.is_usable]
    if not banks:
        raise NotAllowed("no_bank")
    return banks


async def ask_lead(desk: Desk, user_id: int, request_id: str) -> OffRampWish:
    """Pass the wish to the leads, who take a quote of their own."""
    desk.need(user_id, Right.ASK_OFF_RAMP)
    async with desk.store.write() as tables:
        wish, asked_by = await _asked(tables, request_id)
        if asked_by != user_id:
            raise NotAllowed("not_your_quote", {"who": name_of(desk, asked_by), "off_ramp": ""})
        other = wish.fiat if wish.side is OffRampSide.CRYPTO else wish.coin
        facts = {"request": request_id, "who": name_of(desk, user_id), "amount": str(wish.fixed_money), "other": other}
        leads = [person for person in with_role(desk, Role.LEAD) if person.id != user_id]
        await announce(desk, tables, Notice("otc_asked", facts), leads, key=f"otc_asked:{request_id}")
        await tables.journal.add(
            at=desk.now(), actor=user_id, action="ask_lead", target=f"otc/{request_id}",
            facts={"asked_for": Action.OFF_RAMP.value, "amount": str(wish.fixed_money)}, outcome="done",
        )  # fmt: skip
    desk.wake_relay.set()
    return wish


async def take_quote(
    desk: Desk,
    user_id: int,
    request_id: str,
    bank_id: str,
    *,
    instead_of: OffRamp | None = None,
    is_unasked: bool = False,
) -> OffRampStanding:
    """Ask the venue for an offer to that account and open its confirm step. Raises NotAllowed or VenueError.

    `is_unasked`: the desk does this by itself, and raises NewerQuote when the person took another quote meanwhile.
    """
    try:
        return await _offer(desk, await _take(desk, user_id, request_id, bank_id, instead_of), is_unasked=is_unasked)
    except NotAllowed as no:
        async with desk.store.write() as tables:
            await tables.journal.add(
                at=desk.now(), actor=user_id, action=Action.OFF_RAMP.value, target=f"otc/{request_id}",
                facts={"reason": no.reason, **no.facts}, outcome="not_allowed",
            )  # fmt: skip
        raise


async def new_quote(desk: Desk, user_id: int, off_ramp_id: str) -> OffRampStanding:
    """The same wish to the same account once more."""
    async with desk.store.read() as tables:
        old = await stored_off_ramp(tables, off_ramp_id)
    return await take_quote(desk, user_id, old.request, str(json.loads(old.bank_id)), instead_of=old)


async def _take(desk: Desk, user_id: int, request_id: str, bank_id: str, instead_of: OffRamp | None) -> OffRamp:
    desk.need(user_id, Right.OFF_RAMP)
    async with desk.store.read() as tables:
        wish, asked_by = await _asked(tables, request_id)
        await check_not_carried_out(desk, tables, request_id)
    check_wish(wish)
    bank = await _bank(desk, bank_id)
    # The quote's life begins when it is asked for, not when the answer has found its way
    asked_at, began = desk.now(), desk.clock.monotonic()
    quote = await desk.exchange.off_ramp.quote(wish=wish)
    _check_offer(wish, quote)
    made = OffRamp(
        id=desk.new_id(),
        wish=wish,
        quote=quote,
        token_hash=hash_of_token(quote.token),
        bank_id=json.dumps(bank.sent_id),
        bank=shown_bank(bank),
        person=user_id,
        requester=asked_by if asked_by != user_id else None,
        asked_at=asked_at,
        ends_at=asked_at + quote.valid_seconds * 1000,
        request=request_id,
        instead_of=instead_of.id if instead_of is not None else "",
        before=instead_of.free_money.amount if instead_of is not None else None,
    )
    desk.exchange.deadlines[made.id] = began + quote.valid_seconds
    return made


async def _offer(desk: Desk, made: OffRamp, *, is_unasked: bool) -> OffRampStanding:
    """Store the quote with its seal, in place of the person's older ones."""
    async with desk.store.write() as tables:
        person = desk.need(made.person, Right.OFF_RAMP)  # the venue took its time; the right may be gone
        await check_not_frozen(desk, tables, Waits.WHILE_GATE_ANSWERS, venue=GATE_PAY)
        live = await tables.off_ramps.live(made.person)
        if is_unasked and live:
            raise NewerQuote
        for old in live:
            await end_quote(desk, tables, old)
        await tables.off_ramps.add(made)
        facts = facts_of_off_ramp(made, approver=person.id, role=person.role.word)
        choice = Choice(requester=made.requester)
        seal = make_seal(desk, person, Action.OFF_RAMP, made.id, facts, expires_at=made.ends_at, choice=choice)
        await tables.seals.add(seal)
        standing = await standing_of(desk, tables, made)
    desk.wake_relay.set()
    return standing


def _check_offer(wish: OffRampWish, quote: OffRampQuote) -> None:
    """The venue must have quoted what was asked; anything else is not shown as if it had been."""
    offered = quote.sell if wish.side is OffRampSide.CRYPTO else quote.get
    is_of_these_two = (quote.sell.code, quote.get.code) == (wish.coin, wish.fiat)
    if offered != wish.fixed_money or not is_of_these_two:
        raise NotAllowed("other_quote", {"asked": str(wish.fixed_money), "offered": str(offered), "off_ramp": ""})


async def _bank(desk: Desk, bank_id: str) -> BankAccount:
    """The account as the venue lists it now. Raises NotAllowed("bank_not_usable")."""
    for bank in await desk.exchange.off_ramp.banks():
        if bank.id == bank_id and bank.is_usable:
            return bank
    raise NotAllowed("bank_not_usable", {"bank": bank_id[:20]})


def shown_bank(bank: BankAccount) -> str:
    """`ACME LTD · Chase ··4410`: enough to recognise it, too little to use it."""
    return f"{bank.holder[:40]} · {bank.bank[:30]} ··{bank.tail}"


async def end_quote(desk: Desk, tables: Tables, off_ramp: OffRamp) -> None:
    """Nobody can take it any more; every card of it is brought up to date once."""
    if await tables.off_ramps.end(off_ramp.id, desk.now()):
        await tables.seals.end_for(off_ramp.id, desk.now())
        await tell(desk, tables, off_ramp)


async def step_back(desk: Desk, user_id: int, off_ramp_id: str) -> OffRampStanding:
    """The person does not want it: the quote ends, nothing was sent."""
    desk.need(user_id, Right.READ)
    async with desk.store.write() as tables:
        off_ramp = await stored_off_ramp(tables, off_ramp_id)
        if off_ramp.person == user_id and await tables.off_ramps.end(off_ramp.id, desk.now()):
            await tables.seals.end_for(off_ramp.id, desk.now())
        return await standing_of(desk, tables, await stored_off_ramp(tables, off_ramp_id))


async def check_not_carried_out(desk: Desk, tables: Tables, request: str) -> None:
    """What was asked for once is done once, whoever is quicker and however often the button is pressed."""
    done = await tables.off_ramps.carried_out_for(request) if request else None
    if done is not None:
        raise NotAllowed("quote_used", {"who": name_of(desk, done.person), "off_ramp": done.id})


async def _asked(tables: Tables, request_id: str) -> tuple[OffRampWish, int]:
    asked = await tables.off_ramps.asked(request_id)
    if asked is None:
        raise NotAllowed("stale_button")
    return asked


async def _last_bank(desk: Desk) -> str:
    async with desk.store.read() as tables:
        last = await tables.off_ramps.last_bank()
    return str(json.loads(last)) if last else ""
