"""Our ads in every state, their changes in every phase, and every card that is made of them."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.domain.ad_changes import AdChange, AdStanding
from bot.domain.ad_edits import Part, Wanted, shown, told
from bot.domain.ad_views import AdList, AdMove, AdView, Auto, MoveStanding
from bot.domain.ads import Ad, AdState, AdStatus, Demands, Floating, LimitBasis, Reference
from bot.domain.errors import NotAllowed, Refused
from bot.domain.intents import Action, Intent, State
from bot.domain.orders import Side
from bot.domain.seals import Choice, Seal
from bot.domain.situations import Notice, Reader
from bot.views import ad_change, ads
from bot.views.ad_notices import AD_NOTICES
from bot.views.ad_refusals import AD_REASONS
from bot.views.card import Card
from bot.views.notices import notice_card
from bot.views.refusals import refusal_card
from tests.views.samples import NOW

LEAD_ID = 7251000002
AD_ID = "2130003647"
TERMS = "First pay, then tap Paid. No third party pays, no notes with the transfer. We answer within five minutes."
STATUS_OF = {AdState.LISTED: "OPEN", AdState.DELISTED: "OFFLIN", AdState.CLOSED: "CLOSED", AdState.UNKNOWN: "PAUSED"}
WANTED = {
    Part.STATUS: Wanted(AD_ID, status=AdStatus.DELISTED),
    Part.PRICE: Wanted(AD_ID, price=Decimal("7.21")),
    Part.OFFSET: Wanted(AD_ID, offset=Decimal("-0.3")),
    Part.AMOUNT: Wanted(AD_ID, amount=Decimal("2000")),
    Part.LIMITS: Wanted(AD_ID, limits=(Decimal("200"), Decimal("6000"))),
    Part.TERMS: Wanted(AD_ID, terms=TERMS.replace("five", "three")),
    Part.AUTO_REPLY: Wanted(AD_ID, auto_reply=""),
    Part.WINDOW: Wanted(AD_ID, window=20),
}


def ad(side: Side = Side.SELL, state: AdState = AdState.LISTED, **changes: object) -> Ad:
    made = Ad(
        id=AD_ID, side=side, asset="USDT", fiat="CNY", price=Decimal("7.20"), amount=Decimal("1200.00"),
        total=Decimal("5000.00"), locked=Decimal("200"), least=Decimal("10"), most=Decimal("500"),
        fiat_least=Decimal("100.00"), fiat_most=Decimal("5000.00"), basis=LimitBasis.FIAT, status=STATUS_OF[state],
        created_at=NOW // 1000, method_ids={"bank": "7", "alipay": "8"}, floating=None, expire_minutes=15, terms=TERMS,
        auto_reply="Thank you.", demands=Demands(), methods=("bank", "alipay"), method_count=2,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def floating(**changes: object) -> Ad:
    return ad(floating=Floating(Reference.GATE, Decimal("0.5"), False), **changes)  # type: ignore[arg-type]


DEMANDING = Demands(
    vip_tier=2, verification=1, registered_days=30, least_completed=5, most_completed=900,
    completion_percent=Decimal("90.5"), open_orders=2, country="CN", shuts_out_advertisers=True, limits_polymarket=True,
)  # fmt: skip
LONG = {
    "asset": "LONGCOINNAME", "fiat": "LONGFIATNAME", "price": Decimal("987654321098.7654"),
    "amount": Decimal("123456789012345.12345678"), "total": Decimal("999999999999999.12345678"),
    "locked": Decimal("123456789012.12345678"), "fiat_least": Decimal("123456789012.34"),
    "fiat_most": Decimal("999999999999.99"), "id": "9007199254740993", "status": "A STATE NOBODY KNOWS",
    "methods": tuple(f"method_{number}" for number in range(15)), "method_count": 19,
}  # fmt: skip


def views(words: str = TERMS) -> Iterator[tuple[str, AdView]]:
    for side in Side:
        for state in AdState:
            yield f"{side} {state}", AdView(ad(side, state), NOW, rank=3, others=11)
    yield "floating", AdView(floating(), NOW, last=standing(Part.PRICE, State.DONE), rank=1, others=0)
    yield "unranked", AdView(ad(locked=Decimal(0)), NOW, last=standing(Part.TERMS, State.UNKNOWN))
    yield "demanding", AdView(ad(demands=DEMANDING, is_out_of_time=True), NOW, last=looked(Part.PRICE, "7.19"))
    yield "bare", AdView(ad(terms=" ", auto_reply="", methods=(), method_count=0, fiat_least=None), NOW)
    lacking = ad(unread=frozenset({"verification", "country"}), method_count=3)
    yield "unread", AdView(lacking, NOW, last=looked(Part.PRICE, "7.21"))
    yield "long", AdView(ad(**LONG), NOW, rank=100, others=999)  # type: ignore[arg-type]
    odd = ad(terms=words, auto_reply=words, asset=words, fiat=words, status=words, methods=(words,), id="1",
             demands=Demands(country=words))  # fmt: skip
    yield "foreign", AdView(odd, NOW)


def intent(state: State, answer: str = "", **changes: object) -> Intent:
    settled = NOW + 3000 if state in (State.DONE, State.REFUSED, State.VOID) else None
    made = Intent(
        id="c3p0", action=Action.AD, target=f"ad/{AD_ID}", state=state, actor=LEAD_ID, actor_role="lead",
        requester=None, seal_id="s1", amount=Decimal(0), asset="USDT", arguments={}, planned_at=NOW,
        sent_at=None if state is State.PLANNED else NOW, settled_at=settled, looks=2, first_look_at=NOW,
        last_look_at=NOW + 29_000 if state is State.UNKNOWN else None, answer=answer,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def change(part: Part = Part.PRICE, of: Ad | None = None, **changes: object) -> AdChange:
    about = of or (floating() if part is Part.OFFSET else ad())
    made = AdChange("c3p0", 1, about, replace(WANTED[part], ad_id=about.id), LEAD_ID, NOW, NOW + 90_000)
    return replace(made, **changes)  # type: ignore[arg-type]


def seal(opened_by: int = LEAD_ID, target: str = "c3p0") -> Seal:
    return Seal("0123456789abcdef", target, Action.AD, opened_by, NOW, NOW + 90_000, None, None, Choice(), {}, "")


def standing(
    part: Part = Part.PRICE, state: State | None = None, answer: str = "", of: Ad | None = None, **changes: object
) -> AdStanding:
    """A diff with its open seal, or one that was sent."""
    made = change(part, of, **({"ended_at": NOW + 1000} if state else {}) | changes)
    if state is None:
        return AdStanding(made, None, None if made.asks_twice or made.ended_at else seal(), "lead 3")
    return AdStanding(made, intent(state, answer), None, "lead 3")


def looked(part: Part, found: str, of: Ad | None = None, **changes: object) -> AdStanding:
    """Accepted, and looked at again."""
    told = {"found": {part.value: found}, "checked_at": NOW + 5000}
    return standing(part, State.DONE, "ok", of, **told | changes)


def standings(of: Ad | None = None, words: str = "no such price") -> Iterator[tuple[str, AdStanding]]:
    """Every part as a diff, and every phase of some of them; `words` wherever the venue may put some."""
    for part in Part:
        about = of if part is not Part.OFFSET else None
        yield f"diff {part}", standing(part, of=about, best=Decimal("7.19") if part is Part.PRICE else None)
        yield f"left {part}", standing(part, of=about, ended_at=NOW + 9000)
        yield f"sent {part}", standing(part, State.SENT, of=about)
        yield f"accepted {part}", standing(part, State.DONE, "ok", about)
        one = change(part, about)
        yield f"done {part}", looked(part, told(part, one.wanted), about)
        yield f"differs {part}", looked(part, shown(part, one.ad), about)
        before = {"found": {part.value: shown(part, one.ad)}}
        yield f"unknown {part}", standing(part, State.UNKNOWN, "timeout", about, **before)
        yield f"refused {part}", standing(part, State.REFUSED, f"70305102: {words}", about)
        yield f"void {part}", standing(part, State.VOID, "look: untouched", about)
    yield from _odd_standings(of, words)


def _odd_standings(of: Ad | None, words: str) -> Iterator[tuple[str, AdStanding]]:
    for status in AdStatus:
        yield f"diff to {status.name}", standing(of=of, wanted=Wanted(AD_ID, status=status))
    for side in Side:
        far: dict[str, Any] = {"far_percent": "4.2" if side is Side.SELL else "-12.5", "best": Decimal("7.19")}
        about = replace(of or ad(), side=side)
        yield f"diff far {side}", standing(of=about, **far)
        yield f"diff far meant {side}", standing(of=about, **far, is_meant=True)
    yield "diff market unread", standing(of=of, far_percent="")
    yield "diff offset far", standing(Part.OFFSET, far_percent="-9.6", best=Decimal("7.19"))
    yield "diff offset large", standing(Part.OFFSET, far_percent="-0.3")
    stale = Wanted(AD_ID, status=AdStatus.LISTED)
    yield "diff online far", standing(of=of, wanted=stale, far_percent="-9.6", best=Decimal("7.19"))
    several = Wanted(AD_ID, price=Decimal("7.3"), amount=Decimal("50"), window=30, terms="Short.")
    yield "diff several", standing(of=of, wanted=several)
    yield "planned", standing(Part.STATUS, State.PLANNED, of=of)
    unseen = intent(State.UNKNOWN, last_look_at=None)
    yield "unknown unseen", replace(standing(of=of, state=State.UNKNOWN), intent=unseen)
    yield "found done", looked(Part.PRICE, "7.21", of, moved=())
    yield "found moved", looked(Part.PRICE, "7.21", of, moved=("terms", "limits", words))
    yield "answer lost", replace(looked(Part.PRICE, "7.21", of), intent=intent(State.DONE, "look: as wanted"))
    yield "other value", standing(Part.PRICE, State.REFUSED, "look: another value", of, found={"price": "7.19"})
    yield "refused silent", standing(Part.PRICE, State.REFUSED, "", of)
    yield "never left", standing(Part.PRICE, State.VOID, "never_left", of)
    yield "by a rule", looked(Part.PRICE, "7.21", of, rule="r2d2")


def moves(of: Ad | None = None, words: str = "ad limit") -> Iterator[tuple[str, MoveStanding]]:
    base = of or ad()
    every = tuple(replace(base, id=str(2130000001 + number), price=Decimal(7) + number) for number in range(7))
    for way in ("off", "on"):
        asked = AdMove("m1", way, every[:3], LEAD_ID, "", NOW, NOW + 90_000, None, None)
        yield f"{way} asked", MoveStanding(asked, (), seal(target="m1"), "lead 3")
        yield f"{way} asked by another", MoveStanding(asked, (), seal(5, "m1"), "lead 5")
        left = replace(asked, ended_at=NOW + 9000)
        yield f"{way} left", MoveStanding(left, (), None, "lead 3")
        sent = replace(asked, ads=every, ended_at=NOW, sent_at=NOW)
        yield f"{way} sent", MoveStanding(sent, tuple(_moved(sent, words)), None, "lead 3", (every[5].id,))
        alone = replace(sent, person=None, why="unattended", ads=every[:1])
        yield f"{way} by itself", MoveStanding(alone, tuple(_moved(alone, words)))
        far = {every[0].id: "-9.6"} if way == "on" else {}
        part = replace(asked, ads=every[:1], unread=("", "2130000009"), far=far)
        yield f"{way} unread asked", MoveStanding(part, (), seal(target="m1"), "lead 3")
        gone = replace(part, ended_at=NOW, sent_at=NOW)
        yield f"{way} unread sent", MoveStanding(gone, tuple(_moved(gone, words)), None, "lead 3")
    many = tuple(replace(base, id=str(2130000000 + number)) for number in range(150))
    yield "off many", MoveStanding(AdMove("m2", "off", many, LEAD_ID, "", NOW, NOW + 9, None, None), (), seal())


def _moved(move: AdMove, words: str) -> Iterator[AdStanding]:
    """As many ends as there are, one ad each; the last ad has none."""
    status = AdStatus.DELISTED if move.way == "off" else AdStatus.LISTED
    ends = ((State.DONE, str(int(status))), (State.DONE, "4"), (State.UNKNOWN, ""), (State.REFUSED, ""),
            (State.PLANNED, ""))  # fmt: skip
    for one, (state, found) in zip(move.ads, ends, strict=False):
        told = {"found": {"status": found}, "checked_at": NOW} if found else {}
        made = standing(Part.STATUS, state, words, one, wanted=Wanted(one.id, status=status), move=move.id, **told)
        yield replace(made, change=replace(made.change, id=f"c{one.id}"))


def list_cards(who: Reader, of: Ad | None = None) -> Iterator[tuple[str, Card]]:
    base = of or ad()
    every = tuple(
        replace(base, id=f"213000{number}647", side=side, status=STATUS_OF[state])
        for number, (side, state) in enumerate((side, state) for side in Side for state in AdState)
    )
    counts = {"all": 9, "online": 3, "offline": 4, "closed": 2}
    yield "list", ads.ad_list_card(AdList(every, "all", 0, True, 2, NOW, counts), who)
    yield "list two", ads.ad_list_card(AdList((*every[:1], floating()), "online", 3, False, 0, NOW, counts), who)
    for wanted in ("online", "offline", "closed", "all"):
        yield f"list none {wanted}", ads.ad_list_card(AdList((), wanted, 0, False, 0, NOW), who)


def ad_cards(who: Reader, words: str = TERMS) -> Iterator[tuple[str, Card]]:
    for name, view in views(words):
        yield f"ad {name}", ads.ad_card(view, who)
        for part in Part:
            if part is not Part.STATUS:
                yield f"ask {part} {name}", ad_change.ad_prompt(view.ad, part, who)
    yield "which", ad_change.which_ad([ad(), floating(id="7"), ad(Side.BUY, id="8")], Decimal("7.21"), who)
    yield "which many", ad_change.which_ad([ad(id=str(one)) for one in range(40)], Decimal("7.21"), who)
    yield "which long", ad_change.which_ad([ad(**LONG)], Decimal("123456789012.3456"), who)  # type: ignore[arg-type]
    for kinds in ((), ("blind",), ("blind", "unattended")):
        yield f"auto {len(kinds)}", ads.auto_card(Auto(kinds, 1, "owner 1"), who)


def change_cards(who: Reader, of: Ad | None = None, words: str = "no such price") -> Iterator[tuple[str, Card]]:
    for name, one in standings(of, words):
        yield f"change {name}", ad_change.change_card(one, who)
    for name, move in moves(of, words):
        yield f"move {name}", ad_change.move_card(move, who)


def news(who: Reader, words: str = "operator 2") -> Iterator[tuple[str, Card]]:
    facts = {
        "ad": AD_ID, "pair": "USDT/CNY", "side": "sell", "change": "c3p0", "who": words, "since": str(NOW), "rule": "",
        "what": "price=7.21", "found": "price=7.20", "moved": "terms,limits", "way": "off", "done": "3", "failed": "1",
        "unknown": "2", "skipped": "1", "why": "", "online": "3", "unread": "2",
    }  # fmt: skip
    for kind in AD_NOTICES:
        yield f"ad news {kind}", notice_card(Notice(kind, facts | {"why": "blind" if "ads_off" in kind else ""}), who)
        yield f"ad news {kind} by rule", notice_card(Notice(kind, facts | {"rule": "r2", "moved": ""}), who)
        yield f"ad news {kind} empty", notice_card(Notice(kind), who)
        odd = facts | dict.fromkeys(("pair", "side", "what", "found", "moved", "why", "way"), words)
        yield f"ad news {kind} odd", notice_card(Notice(kind, odd), who)
    for wanted in WANTED.values():
        what = "; ".join(f"{part}={told(part, wanted)[:40]}" for part in wanted.parts)
        yield f"ad news {wanted.parts}", notice_card(Notice("ad_changed", facts | {"what": what}), who)
    alone = facts | {"who": "", "why": "unattended", "failed": "0", "unknown": "0", "skipped": "0", "way": "on",
                     "unread": "0"}  # fmt: skip
    yield "ad news alone", notice_card(Notice("ads_moved_all", alone), who)


def refusal_facts(words: str = "no") -> dict[str, str]:
    return {
        "ad": AD_ID, "given": words, "who": words, "limit": "1000", "amount": "1.23456", "code": "CNY", "digits": "4",
        "least": "5000", "most": "100.50", "whole": "8640.0000", "parts": "terms,methods,new_price", "filter": "online",
        "pair": "USDT/CNY", "count": "2",
    }  # fmt: skip


def refusals(who: Reader, words: str = "no") -> Iterator[tuple[str, Card]]:
    for reason in AD_REASONS:
        yield f"refusal {reason}", refusal_card(NotAllowed(reason, refusal_facts(words)), who)
        yield f"refusal {reason} bare", refusal_card(NotAllowed(reason), who)
    for command in ("ads", "price"):
        yield f"usage {command}", refusal_card(NotAllowed("usage", {"command": command, "given": words}), who)
    filtered = Refused("gate", "publish_ad", code="70305102", detail=words, status=200)
    yield "refusal filter", refusal_card(filtered, who)


def every_ad_card(who: Reader, words: str = "no such price") -> Iterator[tuple[str, Card]]:
    yield from list_cards(who)
    yield from ad_cards(who, words)
    yield from change_cards(who, words=words)
    yield from news(who, words)
    yield from refusals(who, words)
