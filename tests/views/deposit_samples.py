"""Payment links in every state, and every card that is made of them."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from bot.domain.deposits import FIATS, Deposit, DepositStanding, DepositWish, Method, Mode
from bot.domain.errors import NotAllowed, Refused, Unknown
from bot.domain.intents import Action, Intent, State
from bot.domain.seals import Choice, Seal
from bot.domain.situations import Notice, Reader
from bot.views import deposit_list, deposits, past_deals
from bot.views.card import Card
from bot.views.deposit_notices import DEPOSIT_NOTICES
from bot.views.deposit_refusals import DEPOSIT_REASONS
from bot.views.notices import notice_card
from bot.views.refusals import refusal_card
from tests.views.samples import NOW

LEAD_ID = 7251000002
ORDER_NO = "D0612-7f3a9b21c4d84e0f"
CODE = "0123456789abcdef0123456789abcdef"
URL = "https://pay.example/api/buy-coin/0123456789abcdef?lang=zh_CN"
PAYS = DepositWish(Mode.PAYS, "CNY", Decimal("5500.20"), "张三丰", Method.BANK_CARD | Method.ALIPAY)
RECEIVES = DepositWish(Mode.RECEIVES, "HKD", Decimal("5000"), "李四", language="zh_TW")
WISHES = (PAYS, RECEIVES)


def deposit(wish: DepositWish = PAYS, **changes: object) -> Deposit:
    made = Deposit(
        id="d3p05170", number=612, wish=wish, person=LEAD_ID, asked_at=NOW, ends_at=NOW + 90_000, hook_hash="feedbeef"
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def intent(state: State, answer: str = "") -> Intent:
    settled = NOW + 3000 if state in (State.DONE, State.REFUSED, State.VOID) else None
    return Intent(
        id="d3p05170", action=Action.DEPOSIT, target="deposit/d3p05170", state=state, actor=LEAD_ID, actor_role="lead",
        requester=None, seal_id="s1", amount=Decimal(0), asset="", arguments={}, planned_at=NOW,
        sent_at=None if state is State.PLANNED else NOW, settled_at=settled, looks=0, first_look_at=None,
        last_look_at=None, answer=answer,
    )  # fmt: skip


def seal(opened_by: int = LEAD_ID) -> Seal:
    return Seal(
        "0123456789abcdef", "d3p05170", Action.DEPOSIT, opened_by, NOW, NOW + 90_000, None, None, Choice(), {}, ""
    )


def standing(
    of: Deposit | None = None, state: State | None = None, answer: str = "", **changes: object
) -> DepositStanding:
    made = DepositStanding(of or deposit(), None if state is None else intent(state, answer), person_name="lead 3")
    return replace(made, **changes)  # type: ignore[arg-type]


def linked(wish: DepositWish = PAYS, **changes: object) -> Deposit:
    """One with a link that waits for its payer."""
    made = deposit(
        wish, order_no=ORDER_NO, request_code=CODE, url=URL, is_available=True, expires_at=NOW + 7_200_000, ended_at=NOW
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def reported(wish: DepositWish = PAYS, report: str = "Finished", **changes: object) -> Deposit:
    """One with everything that the venue may tell."""
    paid, trade = (wish.amount, Decimal("755.52")) if wish.mode is Mode.PAYS else (Decimal("39000.00"), wish.amount)
    made = linked(
        wish, report=report, reported_at=NOW + 60_000, payment_amount=paid, transaction_amount=trade,
        unit_price=Decimal("7.28"), fee=Decimal("5.3"), received=trade - Decimal("5.3"), method="1",
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def standings(wish: DepositWish = PAYS, words: str = "no advert") -> Iterator[tuple[str, DepositStanding]]:
    """Every phase, and everything the desk may know around it; `words` wherever somebody else may put some."""
    of, sent = deposit(wish), deposit(wish, order_no=ORDER_NO, ended_at=NOW + 1000)
    yield "summary", standing(of, open_seal=seal())
    yield "summary unanswered", standing(of, open_seal=seal(), unanswered=2)
    yield "summary of another", standing(of, open_seal=seal(opened_by=5))
    yield "left", standing(of)
    yield "left early", standing(replace(of, ended_at=NOW + 9_000))
    yield "planned", standing(sent, State.PLANNED)
    yield "sent", standing(sent, State.SENT)
    yield "refused", standing(sent, State.REFUSED, words)
    yield "refused silent", standing(sent, State.REFUSED)
    yield "unknown", standing(sent, State.UNKNOWN, "timeout")
    yield "unknown odd number", standing(replace(sent, order_no=words), State.UNKNOWN, "timeout")
    yield "void", standing(sent, State.VOID, "never_left")
    yield "unavailable", standing(replace(linked(wish), is_available=False, url=""), State.DONE)
    yield "unavailable with a link", standing(replace(linked(wish), is_available=False), State.DONE)
    yield "made", standing(sent, State.DONE)
    yield "waiting", standing(linked(wish), State.DONE)
    yield "waiting without an end", standing(linked(wish, expires_at=0), State.DONE)
    yield "over", standing(linked(wish, over_at=NOW + 7_201_000), State.DONE)
    yield from _reports(wish, words)


def _reports(wish: DepositWish, words: str) -> Iterator[tuple[str, DepositStanding]]:
    for report in ("InProgress", "Finished", "Failed", "Cancelled"):
        yield f"reported {report}", standing(reported(wish, report), State.DONE)
        bare = linked(wish, report=report, reported_at=NOW + 60_000, message=words)
        yield f"reported {report} bare", standing(bare, State.DONE)
        other = {"payment_amount": Decimal("4999.99"), "transaction_amount": Decimal("686.81")}
        yield f"reported {report} other", standing(reported(wish, report, message=words, **other), State.DONE)


def deposit_cards(who: Reader, wish: DepositWish = PAYS, words: str = "no advert") -> Iterator[tuple[str, Card]]:
    for name, one in standings(wish, words):
        yield f"deposit {name}", deposits.deposit_card(one, who)
        for outcome in ("made", "nothing"):
            if name == "unknown":
                yield f"deposit settle {outcome}", deposits.settle_question(one, outcome, who)


def way_cards(who: Reader) -> Iterator[tuple[str, Card]]:
    yield "deposit menu", deposits.deposit_menu(who)
    for mode in Mode:
        for fiat in FIATS:
            yield f"deposit amount {mode} {fiat}", deposits.amount_prompt(mode, fiat, who)
            yield f"deposit payer {mode} {fiat}", deposits.payer_prompt(mode, fiat, Decimal("99999999.12"), who)


def customer_cards(wish: DepositWish = PAYS) -> Iterator[tuple[str, Card]]:
    for language in ("en", "zh_CN", "zh_TW"):
        of = linked(replace(wish, language=language))
        yield f"deposit text {wish.mode} {language}", deposits.forward_text(of)
        yield f"deposit qr {wish.mode} {language}", deposits.qr_card(of)


def list_cards(who: Reader, wish: DepositWish = PAYS, words: str = "moved") -> Iterator[tuple[str, Card]]:
    every = [replace(one, deposit=replace(one.deposit, id=f"d3p0{at:04}"))
             for at, (_, one) in enumerate(standings(wish, words)) if one.intent is not None]  # fmt: skip
    for at in range(0, len(every), past_deals.PAGE):
        page = every[at : at + past_deals.PAGE]
        yield f"deposit list {at}", deposit_list.deposit_list(page, "all", at // past_deals.PAGE, True, who)
    yield "deposit list empty", deposit_list.deposit_list([], "ended", 0, False, who)


def news(who: Reader, words: str = "operator 2") -> Iterator[tuple[str, Card]]:
    facts = {
        "deposit": "d3p05170", "label": "D0612", "who": words, "amount": "5500.20 CNY", "since": str(NOW),
        "status": "Finished", "paid": "4999.99 CNY", "fee": "5.3 MTC", "received": "750.22 MTC", "differs": "yes",
        "why": words,
        "what": f"requestCode: {CODE} / {CODE[::-1]}; requestAmount: 5500.20 / 9999.99; requestCurrency: CNY / {words};"
        f" requestStatus: – / {words}; fiatCurrency: CNY / HKD",
    }  # fmt: skip
    bare = facts | {"differs": "", "paid": "", "fee": "", "received": "", "why": "", "what": ""}
    for kind in DEPOSIT_NOTICES:
        yield f"deposit news {kind}", notice_card(Notice(kind, facts), who)
        yield f"deposit news {kind} bare", notice_card(Notice(kind, bare), who)
        yield f"deposit news {kind} empty", notice_card(Notice(kind), who)
    for status in ("InProgress", "Failed", "Cancelled", words):
        yield f"deposit news {status}", notice_card(Notice("deposit_reported", bare | {"status": status}), who)


def refusals(who: Reader, words: str = "no") -> Iterator[tuple[str, Card]]:
    facts = {
        "given": words, "who": words, "limit": "200", "fiats": "CNY, HKD", "coin": "MTC", "amount": "1.234",
        "code": "CNY", "digits": "2", "deposit": "D0612",
    }  # fmt: skip
    for reason in (*DEPOSIT_REASONS, "amount_not_positive"):
        yield f"refusal {reason}", refusal_card(NotAllowed(reason, facts), who)
    for command in ("deposit", "deposits"):
        yield f"usage {command}", refusal_card(NotAllowed("usage", {"command": command, "given": words}), who)
    for code in ("INVALID_SIGNATURE", "ORDER_EXISTS"):
        yield f"refusal {code}", refusal_card(Refused("mtpay", "deposit", code=code, detail=words, status=200), who)
    whys: tuple[Literal["timeout", "dropped", "server_error", "unreadable", "redirected"], ...] = (
        "timeout", "dropped", "server_error", "unreadable", "redirected",
    )  # fmt: skip
    for why in whys:
        yield f"refusal {why}", refusal_card(Unknown("mtpay", "deposit", why=why, detail=words), who)


def every_deposit_card(who: Reader, wish: DepositWish = PAYS, words: str = "no") -> Iterator[tuple[str, Card]]:
    yield from deposit_cards(who, wish, words)
    yield from way_cards(who)
    yield from customer_cards(wish)
    yield from list_cards(who, wish, words)
    yield from news(who, words)
    yield from refusals(who, words)
