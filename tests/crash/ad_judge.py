"""What happened in a cell of ads, told by the venue's log and its ads, the desk's ledger and what people could read."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bot.sandbox.telegram.model import Message
from tests.crash.ad_cells import DURING, AdCell, Scene
from tests.crash.ad_stage import Shop
from tests.crash.convert_judge import TAG, Pressed, claims
from tests.crash.stage import GROUP, LEAD, Stage

DONE, UNKNOWN, REFUSED, VOID = "done", "unknown", "refused", "void"
SENDING, ACCEPTED, DIFFERS, LATE, DOUBT, LEFT = "sending", "accepted", "differs", "late", "doubt", "left"
FINAL = (DONE, REFUSED, VOID)
CHANGE_CARD: Mapping[str, tuple[str, ...]] = {
    SENDING: ("Changing the ad…",),
    UNKNOWN: ("No answer from Gate",),
    REFUSED: ("Gate refused it", "Not changed: no answer"),
    VOID: ("↩ Nothing was changed",),
    ACCEPTED: ("Gate accepted it",),
    DONE: ("✅ Ad changed",),
    DIFFERS: ("Gate shows otherwise",),
    LEFT: ("Ad not changed",),
}
FORM_CARD: Mapping[str, tuple[str, ...]] = {
    SENDING: ("📤 Sent to Gate",),
    UNKNOWN: ("No answer from Gate",),
    REFUSED: ("Gate said no",),
    VOID: ("↩ Nothing was published",),
    ACCEPTED: ("Gate accepted it",),
    DONE: ("📢 Published",),
    DOUBT: ("Which one is it?",),
}
MOVE_LINE = {
    "⏳": SENDING,
    "❓": UNKNOWN,
    "❌": REFUSED,
    "↩": VOID,
    "☑": ACCEPTED,
    "✅": DONE,
    "🔴": DIFFERS,
    "⏭": LEFT,
}
CHANGE_NEWS: Mapping[str, tuple[str, ...]] = {
    DONE: ("✅ Ad changed",),
    DIFFERS: ("Gate shows otherwise",),
    UNKNOWN: ("No answer to a change",),
    LATE: ("Changed after all",),
}
FORM_NEWS: Mapping[str, tuple[str, ...]] = {
    DONE: ("📢 New ad · 213",),
    UNKNOWN: ("No answer to a new ad",),
    LATE: ("Published after all",),
    DOUBT: ("Which of our ads is the new one",),
}
OF_ACTS = (DONE, ACCEPTED, LATE)
STEPS = {SENDING: 1, UNKNOWN: 2, VOID: 2, REFUSED: 2, DOUBT: 3, ACCEPTED: 3, DONE: 4, DIFFERS: 4}
"""a card goes up this ladder; only a question begins anew"""
LINE = re.compile(r"(\S+) ··(\d{4})\b")
COUNTED = re.compile(r"Gate accepted (\d+) of")
DEALS = (
    "SELECT intents.*, ad_changes.ad_id, ad_changes.move, ad_changes.wanted, ad_changes.found, ad_changes.moved,"
    " ad_changes.checked_at, ad_sendings.ad_id AS made_id, ad_sendings.form_id FROM intents"
    " LEFT JOIN ad_changes ON ad_changes.id = intents.id LEFT JOIN ad_sendings ON ad_sendings.id = intents.id"
    " ORDER BY intents.number"
)


@dataclass(frozen=True)
class Deal:
    """One intent with what is kept beside it. `phase`: what the lead must read; `ad_id` "" for a new ad not found."""

    id: str
    target: str
    state: str
    phase: str
    kind: str
    card: str
    ad_id: str
    is_change: bool


@dataclass
class AdVerdict:
    """`broken` is empty when all is well. `reached`: whether the desk passed the points where it should die."""

    cell: AdCell
    broken: dict[str, list[str]] = field(default_factory=dict)
    reached: bool = True
    outcome: str = ""
    posts: int = 0
    acts: int = 0

    def bad(self, rule: str, why: str) -> None:
        self.broken.setdefault(rule, []).append(why)


def deals(stage: Stage) -> list[Deal]:
    """Every intent, oldest first."""
    return [_deal(row) for row in stage.ask(DEALS)]


def _deal(row: sqlite3.Row) -> Deal:
    is_change = row["ad_id"] is not None
    kind, card = ("ad_form", row["form_id"]) if not is_change else ("ad", row["id"])
    if row["move"]:
        kind, card = "ads_all", row["move"]
    phase = row["state"] if row["state"] not in ("planned", "sent") else SENDING
    if phase == DONE:
        phase = _done(row) if is_change else DONE if row["made_id"] else ACCEPTED
    ad_id = row["ad_id"] if is_change else row["made_id"]
    return Deal(row["id"], row["target"], row["state"], phase, kind, card or "", ad_id or "", is_change)


def _done(row: sqlite3.Row) -> str:
    if row["checked_at"] is None or row["found"] is None:
        return ACCEPTED
    wanted, found = json.loads(row["wanted"]), json.loads(row["found"])
    is_there = all(Decimal(found[name]) == Decimal(wanted[name]) for name in found) and row["moved"] == "[]"
    return DONE if is_there else DIFFERS


def judge(stage: Stage, shop: Shop, cell: AdCell, yes: list[Pressed]) -> AdVerdict:
    """After everything settled, or the time for it was over."""
    kills = {cell.kill, cell.again} - {"", DURING}
    found = deals(stage)
    verdict = AdVerdict(cell, reached=kills <= {*stage.trace()}, posts=len(shop.posts), acts=len(shop.acted()))
    verdict.outcome = ", ".join(one.state for one in found) or "no intent"
    _judge_requests(verdict, shop, found, yes)
    for rule, why in wrong_now(stage, shop):
        verdict.bad(rule, why)
    _judge_telling(verdict, stage, shop)
    _judge_journal(verdict, stage, found)
    for why in shop.astray({one.ad_id for one in found if one.is_change}):
        verdict.bad("R6", why)
    for violation in stage.box.world.violations:
        verdict.bad("T", f"Telegram's rules: {violation}")
    if not found and yes and stage.box.world.callbacks[yes[-1].callback].answered_at is None:
        verdict.bad("R2", "a tap that led to nothing was never answered")
    return verdict


def _judge_requests(verdict: AdVerdict, shop: Shop, found: list[Deal], yes: list[Pressed]) -> None:
    """R1: one POST and one act per intent, one ad per form. R4: none that nobody wanted."""
    wanted = Counter(one.ad_id if one.is_change else "" for one in found)
    sent, acted = Counter(post.id for post in shop.posts), Counter[str]()
    for post in shop.posts:
        acted[post.id] += len(post.acted_at)
    for ad_id, count in sent.items():
        if not wanted[ad_id]:
            verdict.bad("R4", f"a POST for {ad_id or 'a new ad'} that no intent has")
        elif count > wanted[ad_id] or acted[ad_id] > wanted[ad_id]:
            verdict.bad("R1", f"{ad_id or 'a new ad'}: {count} POSTs, {acted[ad_id]} acts, {wanted[ad_id]} intents")
    if len(shop.made) > wanted[""]:
        verdict.bad("R1", f"{len(shop.made)} new ads of {wanted['']} intents")
    each = 3 if verdict.cell.scene is Scene.OFF else 1
    if len(found) > each * len(yes):
        verdict.bad("R4", f"{len(found)} intents of {len(yes)} confirming taps")


def wrong_now(stage: Stage, shop: Shop) -> list[tuple[str, str]]:
    """What is missing or untrue in the ledger and in both chats at this moment."""
    found, cards = deals(stage), _cards(stage)
    wrong: list[tuple[str, str]] = []
    for deal in found:
        wrong += _wrong_ledger(shop, deal)
        said = cards.get((deal.card, deal.ad_id if deal.kind == "ads_all" else ""), set())
        if deal.phase not in said:
            wrong.append(("R2", f"the card of {deal.target} does not read {deal.phase} but {sorted(said)}"))
        wrong += [("R3", f"the card of {deal.target} reads {one}, not {deal.phase}") for one in said - {deal.phase}]
    return wrong + _wrong_group(stage, found)


def _wrong_ledger(shop: Shop, deal: Deal) -> list[tuple[str, str]]:
    """The ledger beside what the venue did."""
    acted = shop.acted(deal.ad_id) if deal.is_change else [at for ad in shop.made for at in shop.acted(str(ad.id))]
    if deal.state not in FINAL:
        return [("R2", f"{deal.target} is left at {deal.state}, the venue {'acted' if acted else 'did not act'}")]
    if bool(acted) is not (deal.state == DONE):
        return [("R3", f"{deal.target} is held to be {deal.state}, the venue {'acted' if acted else 'did not act'}")]
    if deal.phase == ACCEPTED:
        return [("R2", f"{deal.target} was accepted and never seen")]
    if deal.phase == DIFFERS and shop.cell.reads == "fresh":
        return [("R3", f"{deal.target} is held to be otherwise than wanted")]
    if not deal.is_change and acted and deal.ad_id not in {str(ad.id) for ad in shop.made}:
        return [("R3", f"{deal.ad_id} is held to be the new ad")]
    return []


def _words(message: Message) -> str:
    return message.text or message.caption or ""


def _cards(stage: Stage) -> dict[tuple[str, str], set[str]]:
    """What the lead's cards say, by deal and, on a card of several, by ad; a copy that lost its number is nobody's."""
    rows = stage.ask("SELECT message_id, order_id, kind FROM messages WHERE chat_id = ?", LEAD)
    cards = {row["message_id"]: row for row in rows if row["kind"] in ("ad", "ad_form", "ads_all")}
    told: dict[tuple[str, str], set[str]] = {}
    for message in stage.messages(LEAD):
        row = cards.get(message.id)
        if row is not None:
            for ad_id, said in _on_card(stage, row["kind"], _words(message)):
                told.setdefault((row["order_id"], ad_id), set()).update(said)
    return told


def _on_card(stage: Stage, kind: str, text: str) -> Iterator[tuple[str, set[str]]]:
    if kind == "ads_all":
        tails = {str(ad.id)[-4:]: str(ad.id) for ad in stage.box.venue.ads.all()}
        for icon, tail in LINE.findall(TAG.sub("", text)):
            if icon in MOVE_LINE:
                yield tails[tail], {MOVE_LINE[icon]}
    else:
        yield "", claims(text, CHANGE_CARD if kind == "ad" else FORM_CARD)


def _wrong_group(stage: Stage, found: list[Deal]) -> list[tuple[str, str]]:
    """The record holds what was true once: that there was no answer, and how it ended."""
    texts = [_words(message) for message in stage.messages(GROUP)]
    wrong: list[tuple[str, str]] = []
    for deal in found:
        allowed = _record_of(stage, deal)
        told = set().union(*(claims(text, CHANGE_NEWS if deal.is_change else FORM_NEWS) for text in texts))
        if deal.phase == DONE and deal.kind != "ads_all" and not told & {DONE, LATE}:
            wrong.append(("R2", f"the group does not read that {deal.target} is done but {sorted(told)}"))
        wrong += [("R2", f"the group does not read {one} of {deal.target}") for one in {UNKNOWN} & allowed - told]
        if len(found) == 1:
            wrong += [("R3", f"the group reads {one} of {deal.target}") for one in told - allowed]
    if found and found[0].kind == "ads_all" and not any(COUNTED.search(text) for text in texts):
        wrong.append(("R2", "the group does not read how many ads were moved"))
    return wrong


def _record_of(stage: Stage, deal: Deal) -> set[str]:
    """What the group may read: of each state that the journal has of it."""
    had = {outcome for outcome, _ in _entries(stage, deal)}
    allowed = {UNKNOWN} & had
    if deal.phase in (DONE, DIFFERS):
        allowed |= {deal.phase} | ({LATE} if had & {VOID, REFUSED} else set())
    return allowed


def _entries(stage: Stage, deal: Deal) -> list[tuple[str, dict[str, Any]]]:
    rows = stage.ask("SELECT outcome, facts FROM journal WHERE target = ?", deal.target)
    entries = [(str(row["outcome"]), json.loads(row["facts"])) for row in rows]
    return [(outcome, facts) for outcome, facts in entries if facts.get("intent") == deal.id]


def _judge_telling(verdict: AdVerdict, stage: Stage, shop: Shop) -> None:
    """Nothing before it was so, in any words to anybody, and nothing backwards on any card."""
    reached: dict[tuple[int, int, str], int] = {}
    for call in stage.box.world.calls:
        text = " ".join(str(call.params.get(name, "")) for name in ("text", "caption", "media"))
        plain = TAG.sub("", text)
        said = _said(stage, plain)
        for ad_id, claim in said:
            acted = shop.acted(ad_id)
            if claim in OF_ACTS and not (acted and acted[0] <= call.at):
                verdict.bad("R3", f"call {call.n} told {claim} before it was: {plain[:200]!r}")
        counted = COUNTED.search(plain)
        if counted and int(counted[1]) > sum(at <= call.at for at in shop.acted()):
            verdict.bad("R3", f"call {call.n} told of {counted[1]} ads that were moved")
        if not call.ok or not call.method.startswith("editMessage"):
            continue
        for ad_id, claim in said:
            place = int(call.params.get("chat_id", 0)), int(call.params.get("message_id", 0)), ad_id
            step = STEPS.get(claim, 0)
            if step < reached.get(place, 0):
                verdict.bad("R3", f"a card went back from step {reached[place]} to {claim}")
            reached[place] = step


def _said(stage: Stage, plain: str) -> list[tuple[str, str]]:
    """(ad, claim) of everything that a text says; "" where it speaks of one deal only."""
    of_one = set().union(*(claims(plain, words) for words in (CHANGE_CARD, FORM_CARD, CHANGE_NEWS, FORM_NEWS)))
    of_many = [(ad_id, one) for ad_id, said in _on_card(stage, "ads_all", plain) for one in said]
    return [("", one) for one in of_one] or (of_many if len(of_many) > 1 else [])


def _judge_journal(verdict: AdVerdict, stage: Stage, found: list[Deal]) -> None:
    """R5: each decision and each of its outcomes is there, once."""
    for deal in found:
        counts = Counter(outcome for outcome, _ in _entries(stage, deal))
        if not counts.keys() & {"planned", "sent"} or not counts.keys() & {deal.state, "found_late"}:
            verdict.bad("R5", f"{deal.target} is {deal.state}, its journal has {sorted(counts)}")
        for outcome, count in counts.items():
            if count > 1:
                verdict.bad("R5", f"{deal.target}: {outcome} stands {count} times in the journal")
    twice = stage.ask(
        "SELECT chat_id, notice, facts, COUNT(*) AS times FROM outbox WHERE state <> 'dropped'"
        " AND notice LIKE 'ad%' GROUP BY chat_id, notice, facts HAVING COUNT(*) > 1"
    )
    for row in twice:
        verdict.bad("R5", f"news that came more than once: {dict(row)}")
