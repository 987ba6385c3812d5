"""Conversions in every state, and every card that is made of them."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from bot.domain.errors import NotAllowed, Refused, Unknown
from bot.domain.intents import Action, Intent, State
from bot.domain.money import Money
from bot.domain.quotes import OWN, Conversion, Fixed, Offer, Pair, Quote, Standing, Wish
from bot.domain.seals import Choice, Seal
from bot.domain.situations import Notice, Reader
from bot.views import convert, convert_history, convert_menu, past_deals
from bot.views.card import Card
from bot.views.notices import notice_card
from bot.views.pay_codes import PAY_CODES
from bot.views.refusal_words import CONVERT_REASONS
from bot.views.refusals import refusal_card
from tests.views.samples import NOW

SUB = "2124538349"
GIVEN = Money(Decimal("100.00"), "USDT")
GOT = Money(Decimal("0.00101234"), "BTC")
ASKED_AGAIN = NOW + 60_000
CODES = ("USDT", "BTC", "ETH", "GT", "SOL", "DOGE", "TRX", "XRP", "ADA", "TON", "BNB", "LTC")
PAIR = Pair("USDT", "BTC", Decimal("10"), Decimal("100000"), Decimal("0.0001"), Decimal("1"))


def conversion(
    sell: Money = GIVEN, buy: Money = GOT, account: str = OWN, fixed: Fixed = Fixed.SELL, **changes: object
) -> Conversion:
    amount = sell.amount if fixed is Fixed.SELL else buy.amount
    made = Conversion(
        id="c0ffee01", wish=Wish(account, sell.code, buy.code, fixed, amount),
        quote=Quote("q-20251121-7F3A", sell, buy, Decimal("0.00001")), person=7251000002, requester=None, asked_at=NOW,
        ends_at=NOW + 15_000,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def intent(state: State, answer: str = "", requester: int | None = None) -> Intent:
    settled = NOW + 3000 if state in (State.DONE, State.REFUSED, State.VOID) else None
    return Intent(
        id="c0ffee01", action=Action.CONVERT, target="own/q-20251121-7F3A", state=state, actor=7251000002,
        actor_role="operator", requester=requester, seal_id="s1", amount=Decimal("100.00"), asset="USDT", arguments={},
        planned_at=NOW, sent_at=None if state is State.PLANNED else NOW, settled_at=settled, looks=0,
        first_look_at=None, last_look_at=None, answer=answer,
    )  # fmt: skip


def seal(opened_by: int = 7251000002) -> Seal:
    return Seal(
        "0123456789abcdef", "c0ffee01", Action.CONVERT, opened_by, NOW, NOW + 15_000, None, None, Choice(), {}, ""
    )


def standing(of: Conversion | None = None, state: State | None = None, answer: str = "", **changes: object) -> Standing:
    made = Standing(of or conversion(), None if state is None else intent(state, answer), person_name="operator 2")
    return replace(made, **changes)  # type: ignore[arg-type]


def standings(base: Conversion | None = None, words: str = "rate moved") -> Iterator[tuple[str, Standing]]:
    """Every state, and everything the desk may know around it; `words` wherever somebody else may put some."""
    of = base or conversion()
    order = replace(of, order_id="200000000000001234", status=1, looked_at=NOW + 5000)
    asked = replace(of, asked_again_at=ASKED_AGAIN)
    yield "quote", standing(of, open_seal=seal())
    worse = replace(of, before=of.free_money.amount * 2, requester=7251000009)
    yield "quote worse", standing(worse, open_seal=seal(), requester_name="agent 1", unanswered=2)
    better = replace(of, before=of.free_money.amount / 2)
    yield "quote better", standing(better, open_seal=seal(), refusal=f"400622: {words}")
    yield "quote of another", standing(of, open_seal=seal(opened_by=5))
    yield "ended", standing(replace(of, ended_at=NOW + 15_000))
    yield "planned", standing(of, State.PLANNED)
    yield "sent", standing(worse, State.SENT, requester_name="agent 1")
    yield "taken", standing(order, State.TAKEN)
    yield "taken 2", standing(replace(order, status=2), State.TAKEN)
    yield "done", standing(replace(order, status=3, executed=(of.quote.sell, of.quote.buy)), State.DONE)
    other = (of.quote.sell, Money(of.quote.buy.amount / 2, of.quote.buy.code))
    yield "done otherwise", standing(replace(order, status=3, executed=other), State.DONE)
    yield "taken otherwise", standing(replace(order, executed=other), State.TAKEN)
    named = replace(worse, order_id="200000000000001234", status=3, executed=(of.quote.sell, of.quote.buy))
    yield "done for another", standing(named, State.DONE, requester_name="agent 1")
    yield "done by a word", standing(asked, State.DONE, "settled by 7")
    yield "refused", standing(of, State.REFUSED, f"400622: {words}")
    yield "failed", standing(replace(order, status=6), State.REFUSED, "order 1234: status 6")
    yield "void", standing(of, State.VOID, words)
    yield "unknown", standing(of, State.UNKNOWN, "timeout")
    moved = (Decimal("500"), Decimal("0.5"))
    after = (moved[0] - of.quote.sell.amount, moved[1] + of.quote.buy.amount)
    evident = replace(asked, balances_before=moved, balances_now=after, again_answer=f"400201: {words}")
    yield "unknown asked", standing(evident, State.UNKNOWN, "timeout")
    still = replace(asked, balances_before=moved, balances_now=moved, requester=7251000009, again_answer="timeout")
    yield "unknown asked in vain", standing(still, State.UNKNOWN, "timeout", requester_name="agent 1")
    yield "asked", standing(asked, State.ASKED, "timeout")
    named_only = replace(of, order_id="200000000000001234", looked_at=NOW + 5000, looks=1)
    yield "taken named", standing(named_only, State.TAKEN, "order 200000000000001234 named")
    unread = replace(named_only, looks=4, requester=7251000009)
    unread_answer = "order 200000000000001234 cannot be read"
    yield "unknown named", standing(unread, State.UNKNOWN, unread_answer, requester_name="agent 1")
    foreign = "order 200000000000001234 of another quote"
    yield "unknown of another quote", standing(of, State.UNKNOWN, foreign)
    away = replace(still, again_answer=f"400002: {words}")
    yield "unknown turned away", standing(away, State.UNKNOWN, foreign, requester_name="agent 1")


def conversion_cards(who: Reader, base: Conversion | None = None, words: str = "moved") -> Iterator[tuple[str, Card]]:
    for name, one in standings(base, words):
        yield f"conversion {name}", convert.conversion_card(one, who)


def convert_confirms(who: Reader, base: Conversion | None = None, words: str = "moved") -> Iterator[tuple[str, Card]]:
    for name, one in standings(base, words):
        if name.startswith("unknown"):
            yield f"convert again {name}", convert.again_confirm(one, seal(), who)
            for outcome in ("done", "nothing"):
                yield f"convert settle {name} {outcome}", convert.settle_confirm(one, outcome, who)


def menu_cards(who: Reader, account: str = SUB, codes: tuple[str, ...] = CODES) -> Iterator[tuple[str, Card]]:
    accounts = (OWN, account, "2124538350")
    wish = Wish(account, codes[0], codes[1], Fixed.BUY, Decimal("0.01"))
    last = ((codes[0], codes[1]), (codes[1], codes[0]))
    yield "convert accounts", convert_menu.accounts_card(accounts, None, who)
    yield "convert accounts wish", convert_menu.accounts_card(accounts, wish, who)
    selling = Offer(account, codes, 0, 3, last=last, accounts=accounts)
    yield "convert sell", convert_menu.sell_card(selling, who)
    yield "convert sell page", convert_menu.sell_card(replace(selling, page=1), who)
    yield "convert sell nothing", convert_menu.sell_card(Offer(OWN, (), 0, 1), who)
    buying = Offer(account, codes[2:], 1, 2, sell=codes[0])
    yield "convert buy", convert_menu.buy_card(buying, who)
    yield "convert buy nothing", convert_menu.buy_card(Offer(OWN, (), 0, 1, sell=codes[0]), who)
    pair = replace(PAIR, sell=codes[0], buy=codes[1])
    open_pair = Pair(codes[0], codes[1], sell_min=Decimal("250"), buy_max=Decimal("0.5"))
    for name, one in (("", pair), (" open", open_pair), (" free", Pair(codes[0], codes[1]))):
        yield f"convert fixed{name}", convert_menu.fixed_card(account, one, who)
        for fixed in Fixed:
            yield f"convert amount{name} {fixed}", convert_menu.amount_prompt(account, one, fixed, who)


def history_cards(who: Reader, base: Conversion | None = None, words: str = "moved") -> Iterator[tuple[str, Card]]:
    every = [replace(one, conversion=replace(one.conversion, id=f"c0ffee{at:02}"))
             for at, (_, one) in enumerate(standings(base, words))]  # fmt: skip
    for at in range(0, len(every), past_deals.PAGE):
        page = every[at : at + past_deals.PAGE]
        yield f"converts {at}", convert_history.history_card(page, "all", at, True, who)
    yield "converts empty", convert_history.history_card([], "failed", 0, False, who)
    mixed = [standing(conversion(account=account, id=f"c0ffee{account}")) for account in (OWN, SUB)]
    yield "converts mixed", convert_history.history_card(mixed, "done", 0, False, who)


def news(who: Reader, words: str = "operator 2") -> Iterator[tuple[str, Card]]:
    facts = {
        "conversion": "c0ffee01", "who": words, "asked": words, "give": "123456.00 USDT", "get": "… BTC",
        "account": SUB, "why": "order 200000000000001234: status 6", "since": str(NOW),
    }  # fmt: skip
    for kind in (
        "convert_asked", "converted", "convert_failed", "convert_unknown", "convert_void", "convert_unknown_long",
    ):  # fmt: skip
        yield f"converted {kind}", notice_card(Notice(kind, facts), who)
        yield f"converted {kind} bare", notice_card(Notice(kind, facts | {"asked": "", "account": OWN}), who)


def refusals(who: Reader, words: str = "no") -> Iterator[tuple[str, Card]]:
    facts = {
        "given": words, "who": words, "sell": words, "buy": words, "pair": words, "code": words, "most": "8",
        "amount": "1.00", "limit": "10", "conversion": "c0ffee01", "asked": "100 USDT", "offered": "99 USDT",
        "at": str(NOW),
    }  # fmt: skip
    for reason in CONVERT_REASONS:
        yield f"refusal {reason}", refusal_card(NotAllowed(reason, facts), who)
    for code in (*PAY_CODES, "999999"):
        yield f"refusal {code}", refusal_card(Refused("gate_pay", "convert", code=code, detail=words, status=200), who)
    for call in ("preview", "convert"):
        yield f"refusal {call}", refusal_card(Unknown("gate_pay", call, why="timeout"), who)


def every_convert_card(who: Reader, base: Conversion | None = None, words: str = "moved") -> Iterator[tuple[str, Card]]:
    yield from conversion_cards(who, base, words)
    yield from convert_confirms(who, base, words)
    yield from menu_cards(who)
    yield from history_cards(who, base, words)
    yield from news(who, words)
    yield from refusals(who, words)
