"""Off-ramps in every state, and every card that is made of them."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from bot.domain.errors import NotAllowed, Refused, Unknown
from bot.domain.intents import Action, Intent, State
from bot.domain.money import Money
from bot.domain.off_ramps import (
    COINS,
    BankAccount,
    OffRamp,
    OffRampOrder,
    OffRampQuote,
    OffRampSide,
    OffRampStanding,
    OffRampWish,
)
from bot.domain.seals import Choice, Seal
from bot.domain.situations import Notice, Reader
from bot.views import otc, otc_history, otc_unknown, past_deals
from bot.views.card import Card
from bot.views.notices import notice_card
from bot.views.otc_notices import OTC_NOTICES
from bot.views.otc_refusals import OTC_REASONS
from bot.views.pay_codes import PAY_CODES
from bot.views.refusals import refusal_card
from tests.views.samples import NOW

LEAD_ID = 7251000002
TOKEN = "qt-SECRET-5f1c9e"
TOKEN_HASH = "deadbeefcafe0123deadbeef"
SOLD = Money(Decimal("5012.63"), "USDT")
GOT = Money(Decimal("5000.00"), "USD")
BANK = "ACME LTD · Chase ··4410"
NUMBER, ORDER = "1763733722000123456", "200000000000004263"
WISH = OffRampWish("USDT", "USD", OffRampSide.FIAT, Decimal("5000.00"))
WITH_CODE = "550313: quote expired"


def off_ramp(sell: Money = SOLD, get: Money = GOT, side: OffRampSide = OffRampSide.FIAT, **changes: object) -> OffRamp:
    amount = sell.amount if side is OffRampSide.CRYPTO else get.amount
    made = OffRamp(
        id="0ff4a3b5", wish=OffRampWish(sell.code, get.code, side, amount),
        quote=OffRampQuote(TOKEN, sell, get, 60, Decimal("0.5")), token_hash=TOKEN_HASH, bank_id="4711", bank=BANK,
        person=LEAD_ID, requester=None, asked_at=NOW, ends_at=NOW + 60_000, request="ab12cd34",
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def intent(state: State, answer: str = "", **changes: object) -> Intent:
    settled = NOW + 3000 if state in (State.DONE, State.REFUSED, State.VOID) else None
    made = Intent(
        id="0ff4a3b5", action=Action.OFF_RAMP, target=f"otc/{TOKEN_HASH}", state=state, actor=LEAD_ID,
        actor_role="lead", requester=None, seal_id="s1", amount=SOLD.amount, asset="USDT", arguments={},
        planned_at=NOW, sent_at=None if state is State.PLANNED else NOW, settled_at=settled, looks=0,
        first_look_at=None, last_look_at=None, answer=answer,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def seal(opened_by: int = LEAD_ID) -> Seal:
    return Seal(
        "0123456789abcdef", "0ff4a3b5", Action.OFF_RAMP, opened_by, NOW, NOW + 60_000, None, None, Choice(), {}, ""
    )


def standing(
    of: OffRamp | None = None, state: State | None = None, answer: str = "", **changes: object
) -> OffRampStanding:
    made = OffRampStanding(of or off_ramp(), None if state is None else intent(state, answer), person_name="lead 3")
    return replace(made, **changes)  # type: ignore[arg-type]


def standings(base: OffRamp | None = None, words: str = "rate moved") -> Iterator[tuple[str, OffRampStanding]]:
    """Every state, and everything the desk may know around it; `words` wherever somebody else may put some."""
    of = base or off_ramp()
    sent = replace(of, client_order_id=NUMBER, ended_at=NOW + 1000)
    order = replace(sent, order_id=ORDER, status="PROCESSING", looked_at=NOW + 5000)
    yield from _quotes(of, words)
    yield "planned", standing(sent, State.PLANNED)
    yield "sent", standing(replace(sent, requester=7251000009), State.SENT, requester_name="agent 1")
    yield "taken", standing(order, State.TAKEN)
    yield (
        "taken dispatched",
        standing(replace(order, status="DISPATCHED", requester=7251000009), State.TAKEN, requester_name="agent 1"),
    )
    yield "taken odd", standing(replace(order, status=words), State.TAKEN)
    yield "taken beside", replace(standing(order, State.TAKEN), odd_status="REFUNDED")
    yield (
        "taken dispatched beside",
        standing(
            replace(order, status="DISPATCHED", requester=7251000009), State.TAKEN,
            requester_name="a name of twenty c", odd_status=words,
        ),
    )  # fmt: skip
    told = replace(order, status="DONE", fee=Decimal("10.00"), final=Decimal("4990.00"))
    yield "done", standing(told, State.DONE)
    yield "done untold", standing(replace(order, status="DONE"), State.DONE)
    named = replace(told, error=words, requester=7251000009)
    yield "done with words", standing(named, State.DONE, requester_name="agent 1")
    yield "done found", standing(replace(named, final=None), State.DONE, requester_name="a name of twenty c")
    yield "done beside", standing(named, State.DONE, requester_name="agent 1", odd_status="FAIL")
    yield "refused", standing(sent, State.REFUSED, f"999999: {words}")
    yield "refused known", standing(sent, State.REFUSED, WITH_CODE)
    yield (
        "failed",
        standing(replace(order, status="FAIL", error=words, requester=1), State.REFUSED, "", requester_name="agent 1"),
    )
    yield "failed silent", standing(replace(order, status="FAIL"), State.REFUSED, "order 1: FAIL")
    failed = replace(order, status="FAIL", error=words, requester=1)
    yield "failed beside", standing(failed, State.REFUSED, requester_name="a name of twenty c", odd_status="DONE")
    yield "void", standing(sent, State.VOID, words)
    looked = intent(State.VOID, "no such order", looks=3, last_look_at=NOW + 70_000)
    yield "void looked", replace(standing(sent), intent=looked)
    yield "void by word", standing(sent, State.VOID, "settled by 7")
    yield "unknown", standing(sent, State.UNKNOWN, "timeout")
    again = intent(State.UNKNOWN, "timeout", looks=2, last_look_at=NOW + 31_000)
    yield "unknown looked", replace(standing(replace(sent, requester=1), requester_name="agent 1"), intent=again)


def _quotes(of: OffRamp, words: str) -> Iterator[tuple[str, OffRampStanding]]:
    yield "quote", standing(of, open_seal=seal())
    worse = of.free_money.amount * (2 if of.wish.side is OffRampSide.CRYPTO else Decimal("0.5"))
    moved = replace(of, before=worse, requester=7251000009)
    yield "quote worse", standing(moved, open_seal=seal(), requester_name="agent 1", unanswered=2)
    better = replace(of, before=of.free_money.amount * (Decimal("0.5") if of.wish.side is OffRampSide.CRYPTO else 2))
    yield "quote after refusal", standing(better, open_seal=seal(), refusal=f"999999: {words}")
    yield "quote after known", standing(better, open_seal=seal(), refusal=WITH_CODE)
    yield (
        "quote of everything",
        standing(moved, open_seal=seal(), requester_name="agent 1", unanswered=2, refusal=f"999999: {words}"),
    )
    promoted = replace(of, wish=replace(of.wish, promotion="SPRING-26"), bank="A" * 40 + " · " + "B" * 30 + " ··4410")
    yield "quote promoted", standing(promoted, open_seal=seal())
    yield "quote of another", standing(of, open_seal=seal(opened_by=5))
    yield "ended", standing(replace(of, ended_at=NOW + 60_000))
    yield "ended early", standing(replace(of, ended_at=NOW + 9_000, requester=1), requester_name="agent 1")


def off_ramp_cards(who: Reader, base: OffRamp | None = None, words: str = "moved") -> Iterator[tuple[str, Card]]:
    for name, one in standings(base, words):
        yield f"off-ramp {name}", otc.off_ramp_card(one, who)


def settle_cards(who: Reader, base: OffRamp | None = None, words: str = "moved") -> Iterator[tuple[str, Card]]:
    """The questions to a lead who looked."""
    sent = replace(base or off_ramp(), client_order_id=NUMBER, ended_at=NOW + 1000, requester=1)
    unknown = standing(sent, State.UNKNOWN, "timeout", requester_name="agent 1")
    order = OffRampOrder(sent.order_id or ORDER, words, NUMBER)
    yield "settle order asked", otc_unknown.order_prompt(unknown, who)
    yield "settle order", otc_unknown.order_confirm(unknown, order, who)
    yield "settle order unnamed", otc_unknown.order_confirm(unknown, replace(order, client_order_id=""), who)
    yield "settle nothing", otc_unknown.nothing_confirm(unknown, who)


def bank(id: str = "4711", holder: str = "ACME LTD", name: str = "Chase", **changes: object) -> BankAccount:
    made = BankAccount(id, id, holder, name, "United States", "021000021234410", "CHASUS33", 1)
    return replace(made, **changes)  # type: ignore[arg-type]


def way_cards(who: Reader, words: str = "ACME LTD") -> Iterator[tuple[str, Card]]:
    yield "otc menu", otc.off_ramp_menu(who)
    for side in OffRampSide:
        for coin in COINS:
            yield f"otc amount {side} {coin}", otc.amount_prompt(side, coin, "USD", who)
        wish = replace(WISH, side=side, promotion="SPRING-26" if side is OffRampSide.FIAT else "")
        yield f"otc asked {side}", otc.leads_asked(wish, who)
        banks = (bank(), bank("4712", words, words, iban="DE89370400440532013000"), bank("4713", review=None, iban="1"))
        yield f"otc banks {side}", otc.banks_to_choose(wish, "ab12cd34", banks, "4712", who)
    yield "otc bank", otc.banks_to_choose(WISH, "ab12cd34", (bank(words), bank()), "", who)


def history_cards(who: Reader, base: OffRamp | None = None, words: str = "moved") -> Iterator[tuple[str, Card]]:
    every = [replace(one, off_ramp=replace(one.off_ramp, id=f"0ff4{at:04}"))
             for at, (_, one) in enumerate(standings(base, words)) if one.intent is not None]  # fmt: skip
    for at in range(0, len(every), past_deals.PAGE):
        page = every[at : at + past_deals.PAGE]
        yield f"otc list {at}", otc_history.history_card(page, "all", at, True, who)
    yield "otc list empty", otc_history.history_card([], "failed", 0, False, who)


def news(who: Reader, words: str = "operator 2") -> Iterator[tuple[str, Card]]:
    facts = {
        "off_ramp": "0ff4a3b5", "request": "ab12cd34", "who": words, "asked": words, "amount": "123456 USDT",
        "other": "USD", "sell": "123456.00 USDT", "get": "123000.50 USD", "bank": BANK, "fee": "10 USD",
        "final": "122990.50 USD", "why": words, "since": str(NOW), "kind": words, "id": words, "status": words,
        "by_word": "yes",
    }  # fmt: skip
    bare = facts | {
        "asked": "", "fee": "", "final": "", "why": f"order {ORDER}: FAIL", "amount": "5000.00 USD", "other": "USDT",
        "by_word": "",
    }  # fmt: skip
    for kind in OTC_NOTICES:
        yield f"otc news {kind}", notice_card(Notice(kind, facts), who)
        yield f"otc news {kind} bare", notice_card(Notice(kind, bare), who)


def refusals(who: Reader, words: str = "no") -> Iterator[tuple[str, Card]]:
    facts = {
        "given": words, "who": words, "bank": words, "coins": "USDT, USDC", "fiats": "USD", "request": "ab12cd34",
        "asked": "100 USDT", "offered": "99 USDT",
    }  # fmt: skip
    for reason in OTC_REASONS:
        yield f"refusal {reason}", refusal_card(NotAllowed(reason, facts), who)
    for code in (*PAY_CODES, "999999"):
        yield f"refusal {code}", refusal_card(Refused("gate_pay", "off_ramp", code=code, detail=words, status=200), who)
    for call in ("off_ramp", "off_ramp_quote", "banks", "add_bank", "delete_bank"):
        yield f"refusal {call}", refusal_card(Unknown("gate_pay", call, why="timeout"), who)
    trouble = Unknown("gate_pay", "off_ramp", why="server_error", detail="300001", status=500)
    yield "refusal trouble", refusal_card(trouble, who)


def every_otc_card(who: Reader, base: OffRamp | None = None, words: str = "moved") -> Iterator[tuple[str, Card]]:
    yield from off_ramp_cards(who, base, words)
    yield from settle_cards(who, base, words)
    yield from way_cards(who, words)
    yield from history_cards(who, base, words)
    yield from news(who, words)
    yield from refusals(who, words)
