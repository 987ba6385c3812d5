"""Rules about prices in every mode, and every card that is made of them."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from bot.domain.ad_rules import HOUR_MS, AdRule, RuleStanding, Stop, facts_of_arming
from bot.domain.errors import NotAllowed
from bot.domain.intents import Action
from bot.domain.orders import Side
from bot.domain.repricing import Aim, Rule, Why
from bot.domain.seals import Choice, Seal
from bot.domain.situations import Notice, Reader
from bot.views import rules
from bot.views.card import Card
from bot.views.notices import notice_card
from bot.views.refusals import refusal_card
from bot.views.rule_words import RULE_NOTICES, RULE_REASONS
from tests.views.ad_samples import AD_ID, LEAD_ID, ad
from tests.views.samples import NOW

RULE = AdRule(
    id="id000042", number=1, ad_id=AD_ID, side=Side.SELL, asset="USDT", fiat="CNY",
    rule=Rule(Aim.RANK, Decimal("7.15"), Decimal("7.30")), person=LEAD_ID, made_at=NOW, is_meant=True,
    ours=Decimal("7.20"),
)  # fmt: skip
LOOKED = replace(RULE, why=Why.AIM.value, wished=Decimal("7.18"), best=Decimal("7.18"), decided_at=NOW)
FULL = replace(
    LOOKED, is_adrift=True, stopped_at=NOW, stopped_why=Stop.EDITED.value,
    rule=replace(
        RULE.rule, aim=Aim.UNDERCUT, step=Decimal("0.01"), least_surplus=Decimal(500), least_order=Decimal(1000),
        band_percent=Decimal(2), every_seconds=3600,
    ),
)  # fmt: skip
ARMED = replace(LOOKED, armed_by=LEAD_ID, armed_at=NOW, armed_until=NOW + HOUR_MS, armed_price=Decimal("7.20"))
WORDS = {
    "rule": RULE.id, "ad": AD_ID, "pair": "USDT/CNY", "fiat": "CNY", "side": "sell", "ours": "7.20", "price": "7.18",
    "best": "7.18", "who": "王五", "until": str(NOW + HOUR_MS), "floor": "7.15", "top": "7.30", "percent": "-0.28",
    "band": "2", "detail": "",
}  # fmt: skip
REFUSED = {
    "ad": AD_ID, "given": "0", "word": "floor", "digits": "4", "least": "1", "top": "50", "floor": "7.30",
    "ceiling": "7.15", "who": "王五", "until": str(NOW),
}  # fmt: skip


def standing(rule: AdRule = LOOKED, *, seal: Seal | None = None, waits: bool = False) -> RuleStanding:
    return RuleStanding(rule, seal, "王五", "王五" if rule.armed_by else "", waits)


def seal(rule: AdRule = LOOKED, hours: int = 24) -> Seal:
    facts = facts_of_arming(rule, ad(), until=NOW + hours * HOUR_MS, approver=LEAD_ID, role="lead")
    return Seal(
        "id000077", rule.target, Action.REPRICE, LEAD_ID, NOW + 3, NOW + 120_000, None, None, Choice(), facts, "f" * 64
    )


def rule_cards(who: Reader) -> Iterator[tuple[str, Card]]:
    def drawn(name: str, rule: AdRule, **given: object) -> tuple[str, Card]:
        return f"rule {name}", rules.rule_card(standing(rule, **given), who)  # type: ignore[arg-type]

    yield drawn("new", RULE)
    for why in Why:
        wished = Decimal("7.18") if why in (Why.AIM, Why.BOUND) else None
        yield drawn(f"dry {why}", replace(LOOKED, why=why.value, wished=wished))
    yield drawn("full", FULL)
    yield drawn("buying", replace(FULL, side=Side.BUY))
    yield drawn("asked", replace(RULE, is_meant=False))
    yield drawn("armed", ARMED)
    yield drawn("armed full", replace(ARMED, rule=FULL.rule))
    yield drawn("waits", ARMED, waits=True)
    yield drawn("gone", replace(RULE, ended_at=NOW))
    for stop in Stop:
        yield drawn(f"stopped {stop}", replace(LOOKED, stopped_at=NOW, stopped_why=stop.value))
    yield drawn("confirm", LOOKED, seal=seal())
    yield drawn("confirm full", FULL, seal=seal(FULL, 1))
    yield drawn("confirm buying", replace(FULL, side=Side.BUY), seal=seal(FULL, 4))


def list_cards(who: Reader) -> Iterator[tuple[str, Card]]:
    yield "rules none", rules.rule_list([], 0, who)
    yield "rules some", rules.rule_list([standing(ARMED), standing(FULL), standing(ARMED, waits=True)], 0, who)
    many = [standing(replace(LOOKED, id=f"id{number}")) for number in range(20)]
    yield "rules many", rules.rule_list(many, 1, who)


def step_cards(who: Reader) -> Iterator[tuple[str, Card]]:
    for side in Side:
        yield f"rule aims {side}", rules.aim_menu(ad(side), who)
        yield f"rule bounds {side}", rules.bounds_prompt(ad(side), Aim.UNDERCUT, "0.01", who)
    yield "rule change", rules.change_prompt(standing(FULL), who)
    yield "rule change armed", rules.change_prompt(standing(ARMED), who)


def news(who: Reader) -> Iterator[tuple[str, Card]]:
    for kind in RULE_NOTICES:
        why = Stop.STALE.value if kind == "rule_stopped" else Why.AIM.value
        yield f"news {kind}", notice_card(Notice(kind, WORDS | {"why": why}), who)
    yield "news dropped", notice_card(Notice("rule_stopped", WORDS | {"why": "dropped"}), who)
    yield "news stopped by nobody", notice_card(Notice("rule_stopped", WORDS | {"who": "", "why": "ended"}), who)


def refusals(who: Reader) -> Iterator[tuple[str, Card]]:
    for reason in RULE_REASONS:
        yield f"refusal {reason}", refusal_card(NotAllowed(reason, REFUSED), who)
    yield "refusal usage", refusal_card(NotAllowed("usage", {"command": "reprice"}), who)


def every_rule_card(who: Reader) -> Iterator[tuple[str, Card]]:
    yield from rule_cards(who)
    yield from list_cards(who)
    yield from step_cards(who)
    yield from news(who)
    yield from refusals(who)
