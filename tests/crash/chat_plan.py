"""A bad day of talk, drawn by lot: who says what about which order, and what breaks meanwhile. A seed is a plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.crash.stage import LEAD, OPERATOR, OPERATOR_2, OWNER

BUYER = 0
STAFF = (OPERATOR, OPERATOR, OPERATOR_2, LEAD, OWNER)
FEW_ORDERS = 20
REPLY, COMMAND = "reply", "command"
PER_SECOND = 6.5  # the group takes so many messages a minute, and of a desk's time there are but hours
SYLLABLES = ("ba", "co", "di", "fu", "ga", "ho", "ju", "ke", "la", "mi", "no", "pu", "ra", "si", "to", "vu")
EQUAL = ("hello?", "thank you", "one moment please", "ok")

GATE_KINDS: tuple[dict[str, Any], ...] = (
    {"kind": "refuse"},
    {"kind": "reset"},
    {"kind": "reset", "acts": True},
    {"kind": "drop_before"},
    {"kind": "act_and_drop"},
    {"kind": "error_500"},
    {"kind": "act_and_500"},
    {"kind": "429", "seconds": 1},
    {"kind": "html"},
    {"kind": "html", "acts": True},
    {"kind": "truncated"},
    {"kind": "truncated", "to": "cut"},
    {"kind": "delay", "seconds": 0.5, "acts": True},
    {"kind": "act_late", "seconds": 0.7},
)
# A file that is another one, and says it is whole, is nothing that anybody could notice
FILE_KINDS = tuple(
    kind for kind in GATE_KINDS if kind["kind"] not in ("refuse", "truncated") or kind.get("to") == "cut"
)
GATE_ENDPOINTS = ("send_chat_message", "send_chat_message", "upload_chat_file", "get_chats_list", "files", "*")
TELEGRAM_KINDS = ("429", "500", "502", "drop_before", "drop_after", "slow")
TELEGRAM_METHODS = ("*", "sendMessage", "sendPhoto", "setMessageReaction", "file")
KILL_POINTS = (
    "before:gate.say", "after:gate.say", "after:gate.send_file", "before:gate.upload_file", "after:gate.upload_file",
    "after:gate.chat", "before:telegram.send", "after:telegram.send", "after:telegram.send_file",
    "after:telegram.react", "after:telegram.updates", "after:telegram.download", "after:files.fetch",
    "before:insert sayings", "after:insert sayings", "after:update sayings", "after:insert chat_messages",
    "after:insert chat_told", "before:update outbox", "after:update outbox", "after:insert files", "before:commit",
    "after:commit",
)  # fmt: skip


# Between what was done and what we wrote of it: each of these deaths comes in every plan
WORST_POINTS = ("after:gate.say#1", "before:insert messages#1", "after:telegram.send#2")


@dataclass(frozen=True)
class Word:
    """One act of one person. `by` is BUYER or somebody of ours; texts of a buyer come within one second.

    A staff member's `pictures` are a photo or an album, `texts` then hold its caption at most. `lot` decides what is
    only known when it happens, such as which shown message is answered.
    """

    at: float
    order: int
    by: int
    texts: tuple[str, ...] = ()
    pictures: tuple[int, ...] = ()
    way: str = REPLY
    lot: int = 0

    @property
    def size(self) -> int:
        return len(self.texts) + len(self.pictures)


@dataclass(frozen=True)
class Death:
    """Not before `at` (seconds) the desk dies, at `point` when it comes by, else soon; and is away for `away`."""

    at: float
    point: str
    away: float


@dataclass(frozen=True)
class Trouble:
    """`side`: gate, telegram, gate_away or telegram_away; `facts` the fault, or how long it is away."""

    at: float
    side: str
    facts: dict[str, Any]

    @property
    def answers_lost(self) -> int:
        """How often Telegram may show something in one chat without our learning of it."""
        if self.side == "telegram_away":
            return 1
        return int(self.facts["times"]) if self.facts.get("kind") == "drop_after" else 0


@dataclass(frozen=True)
class Plan:
    words: tuple[Word, ...]
    deaths: tuple[Death, ...]
    troubles: tuple[Trouble, ...]
    variants: dict[str, bool]
    seconds: float
    paid: frozenset[int] = field(default_factory=frozenset)


def make_plan(messages: int, orders: int, kills: int, seed: int) -> Plan:
    """The same for the same numbers. Times are real seconds from the start."""
    lot = Random(seed)
    seconds = messages / PER_SECOND
    words = sorted(_words(lot, messages, orders, seconds), key=lambda word: word.at)
    return Plan(
        tuple(words),
        tuple(_deaths(lot, kills, seconds)),
        tuple(sorted(_troubles(lot, messages, seconds), key=lambda trouble: trouble.at)),
        _variants(lot, orders),
        seconds,
        frozenset(number for number in range(orders) if lot.random() < 0.6),
    )


def _variants(lot: Random, orders: int) -> dict[str, bool]:
    """How the venue answers where its documents leave it open."""
    found = {name: lot.random() < 0.5 for name in ("inclusive_cursors", "uid_on_own", "changing_links")}
    # Without counts a fast desk asks for every hot chat so often that no machine keeps up with many of them
    return found | {"im_unread_in_rows": orders > FEW_ORDERS or lot.random() < 0.5}


def token(number: int) -> str:
    """A word that no other text holds, without digits: those could be numbers of orders or of telephones."""
    letters = [SYLLABLES[number // 16**place % 16] for place in range(3)]
    return "".join(letters)


def _words(lot: Random, messages: int, orders: int, seconds: float) -> list[Word]:
    words: list[Word] = []
    said = 0
    while said < messages:
        left = messages - said
        at, order = lot.uniform(0, seconds), lot.randrange(orders)
        word = _buyers(lot, said, at, order, left) if lot.random() < 0.5 else _staffs(lot, said, at, order, left)
        words.append(word)
        said += word.size
    return words


def _buyers(lot: Random, number: int, at: float, order: int, left: int) -> Word:
    kind = lot.random()
    if kind < 0.12:
        picture = lot.randrange(max(1, number)) if lot.random() < 0.15 else number
        return Word(at, order, BUYER, pictures=(picture,))
    if kind < 0.27:
        texts = [_text(lot, number + place) for place in range(max(2, min(left, lot.randint(2, 4))))]
        if lot.random() < 0.4:
            texts[1] = texts[0]  # told apart by their count alone
        return Word(at, order, BUYER, tuple(texts))
    return Word(at, order, BUYER, (_text(lot, number),))


def _staffs(lot: Random, number: int, at: float, order: int, left: int) -> Word:
    by, kind = lot.choice(STAFF), lot.random()
    way = COMMAND if lot.random() < 0.15 else REPLY
    draw = lot.randrange(1 << 30)
    if kind < 0.08:
        return Word(at, order, by, pictures=(number,), way=way, lot=draw)
    if kind < 0.11 and left >= 4:
        pictures = tuple(range(number, number + lot.randint(2, 3)))
        caption = (f"album {token(number)}",) if lot.random() < 0.6 else ()
        return Word(at, order, by, caption, pictures, way, draw)
    return Word(at, order, by, (_text(lot, number),), way=way, lot=draw)


def _text(lot: Random, number: int) -> str:
    return lot.choice(EQUAL) if lot.random() < 0.12 else f"{token(number)} is what I say"


def _deaths(lot: Random, kills: int, seconds: float) -> list[Death]:
    deaths = []
    for number in range(kills):
        at = (number + lot.uniform(0.2, 0.9)) * seconds / max(1, kills)
        point = f"{lot.choice(KILL_POINTS)}#{lot.randint(1, 4)}" if lot.random() < 0.75 else ""
        point = WORST_POINTS[number] if number < len(WORST_POINTS) else point
        away = lot.uniform(4, 10) if lot.random() < 0.15 else lot.uniform(0, 1.0)
        deaths.append(Death(at, point, away))
    return deaths


def _troubles(lot: Random, messages: int, seconds: float) -> list[Trouble]:
    found = []
    for _ in range(max(4, messages // 12)):
        endpoint = lot.choice(GATE_ENDPOINTS)
        kind = lot.choice(FILE_KINDS if endpoint == "files" else GATE_KINDS)
        facts = {"endpoint": endpoint, "times": lot.randint(1, 3), **kind}
        found.append(Trouble(lot.uniform(0, seconds), "gate", facts))
    for _ in range(max(2, messages // 30)):
        method, fault = lot.choice(TELEGRAM_METHODS), lot.choice(TELEGRAM_KINDS)
        if method == "file" and fault == "drop_after":
            fault = "cut"
        facts = {"method": method, "kind": fault, "times": lot.randint(1, 2)}
        found.append(Trouble(lot.uniform(0, seconds), "telegram", facts))
    for side in ("gate_away", "telegram_away"):
        found += [
            Trouble(lot.uniform(0, seconds), side, {"seconds": lot.uniform(0.3, 4)})
            for _ in range(max(1, messages // 250))
        ]
    return found
