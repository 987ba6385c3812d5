"""What became of every word of a bad day, told by the venue's own chats and log and by what people could read.

To buyers: each at most once; what arrived is said to have arrived or to be unknown, what did not arrive is said so.
To staff: each at least once, in order, under its own order; a repeat is marked, and there is one per kill at most.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from bot.sandbox.gate.chat_log import ChatCall
from bot.sandbox.gate.chats import Message as Line
from bot.sandbox.gate.orders import Order
from storage import chat_facts
from tests.crash.chat_pictures import number_of
from tests.crash.chat_play import TEAM, Play, Spoken
from tests.crash.chat_seen import (
    DELIVERED,
    FILE_MISSING,
    FILE_TO_COME,
    HELD,
    MISSING,
    REFUSED,
    UNKNOWN,
    Told,
    all_told,
    answers,
    mark_on,
)
from tests.crash.stage import GROUP, Stage

DONE, BROKEN = "👌", "💔"
NOT_TAKEN = ("429", "refused")
Item = tuple[str, str]
"""order and what was said: a text, or `#7` for a picture"""


@dataclass
class Judgement:
    """Counts of what happened, and by rule what broke: that is empty when all is well."""

    counts: Counter[str] = field(default_factory=Counter)
    broken: dict[str, list[str]] = field(default_factory=dict)

    def bad(self, rule: str, what: str) -> None:
        self.broken.setdefault(rule, []).append(what)


def judge(play: Play, kills: int) -> Judgement:
    """After everything settled, or the time for it was over. `kills` with all else that can lose Telegram's answer."""
    found = Judgement()
    to_buyers(play, found)
    to_staff(play, found, kills)
    _heard(play.stage, play.orders, found)
    for violation in play.stage.box.world.violations:
        found.bad("wrong calls to Telegram", str(violation)[:200])
    return found


# to buyers


def to_buyers(play: Play, found: Judgement) -> None:
    arrived = Counter(item for order in play.orders for item in _arrived(order))
    said: dict[Item, list[Spoken]] = {}
    for spoken in play.spoken:
        for item in _items(spoken):
            said.setdefault(item, []).append(spoken)
    replies = {chat: answers(play.stage.box.world, chat) for chat in (*TEAM, GROUP)}
    for item, count in arrived.items():
        if item not in said:
            found.bad("to a wrong order", f"{item} stands there {count} times, and nobody said it there")
    for item, speakers in said.items():
        _one_item(play, found, item, speakers, arrived[item], replies)
    found.counts["to buyers said"] = sum(len(speakers) for speakers in said.values())
    found.counts["to buyers arrived"] = sum(arrived.values())
    _posts(play, found, said)


def _arrived(order: Order) -> list[Item]:
    """What the merchant API put into this order's chat."""
    return [(str(order.id), _name(line)) for line in order.chat.messages if line.via_api]


def _name(line: Line) -> str:
    return f"#{number_of(line.file.content)}" if line.file is not None else line.text


def _items(spoken: Spoken) -> list[Item]:
    order = str(spoken.order.id)
    items = [] if spoken.picture is None else [(order, f"#{spoken.picture}")]
    return items + ([(order, spoken.text)] if spoken.text else [])


def _one_item(
    play: Play,
    found: Judgement,
    item: Item,
    speakers: list[Spoken],
    arrived: int,
    replies: dict[int, dict[int, set[str]]],
) -> None:
    """`speakers` said the same to the same buyer; mostly that is one."""
    if arrived > len(speakers):
        found.bad("to a buyer more than once", f"{item}: {arrived} times, said {len(speakers)} times")
    done = unsure = 0
    seen = []
    for spoken in speakers:
        mark = mark_on(play.stage.box.world, spoken.chat, _mates(play, spoken)[0].message)
        words = _of_album(play, spoken, replies)
        seen.append((spoken.chat, spoken.message, mark, sorted(words)))
        if _is_done(mark, words) and not (spoken.album and not arrived and words):
            done += 1  # an album has one mark, and words for the piece that did not arrive
        elif not words:
            found.bad("silent", f"{item}: mark {mark!r} and no word, arrived {arrived} of {len(speakers)}")
        elif words & {UNKNOWN, MISSING}:
            unsure += 1
        elif words & {REFUSED, HELD} and mark == BROKEN and _is_partial(spoken):
            unsure += 1  # one mark stands for a picture and its caption, or for an album
        found.counts[f"to buyers {_outcome(mark, words)}"] += 1
    if done > arrived:
        found.bad("said to have arrived and did not", f"{item}: {done} marks, {arrived} there: {seen}")
    if arrived > done + unsure:
        found.bad("arrived and was not said to", f"{item}: {arrived} there, {done} marks, {unsure} unsure: {seen}")


def _of_album(play: Play, spoken: Spoken, replies: dict[int, dict[int, set[str]]]) -> set[str]:
    """One question stands for all of an album."""
    return set().union(*(replies[one.chat].get(one.message, set()) for one in _mates(play, spoken)))


def _mates(play: Play, spoken: Spoken) -> list[Spoken]:
    """All of its album; Telegram shows a reaction to any of them on the first."""
    return [one for one in play.spoken if one.album == spoken.album] if spoken.album else [spoken]


def _is_done(mark: str, words: set[str]) -> bool:
    """By the mark, or in words where nothing says otherwise."""
    return mark == DONE or (DELIVERED in words and mark != BROKEN and not words & {UNKNOWN, MISSING, REFUSED, HELD})


def _is_partial(spoken: Spoken) -> bool:
    return bool(spoken.album) or (spoken.picture is not None and bool(spoken.text))


def _outcome(mark: str, words: set[str]) -> str:
    if _is_done(mark, words):
        return "delivered"
    return next((word for word in (MISSING, REFUSED, HELD, UNKNOWN) if word in words), "said otherwise")


def _posts(play: Play, found: Judgement, said: dict[Item, list[Spoken]]) -> None:
    """No second request for what may have arrived: as many as were said, plus those that the venue surely refused."""
    sent: dict[Item, list[ChatCall]] = {}
    for call in play.stage.box.venue.chat_sends.calls:
        if call.endpoint == "send_chat_message":
            sent.setdefault(_sent(play.stage, call), []).append(call)
    for item, calls in sent.items():
        doubtful = [call for call in calls if not any(word in call.outcome for word in NOT_TAKEN)]
        if len(doubtful) > len(said.get(item, [])):
            outcomes = [call.outcome for call in calls]
            found.bad("sent again by itself", f"{item}: {outcomes}, said {len(said.get(item, []))} times")
    found.counts["requests to say something"] = sum(map(len, sent.values()))


def _sent(stage: Stage, call: ChatCall) -> Item:
    file = stage.box.venue.files.by_key(call.file_key) if call.file_key else None
    return call.id, f"#{number_of(file.content)}" if file is not None else call.text


# to staff


def to_staff(play: Play, found: Judgement, kills: int) -> None:
    told = {chat: all_told(play.stage.box.world, chat) for chat in (*TEAM, GROUP)}
    for order in play.orders:
        _one_order(order, told, found)
    shorts = {str(order.id)[-4:] for order in play.orders}
    for chat, by_order in told.items():
        if strange := by_order.keys() - shorts:
            found.bad("told under a wrong order", f"{chat}: {strange}")
        if found.counts[f"repeats in {chat}"] > kills:
            found.bad("more repeats than kills", f"{chat}: {found.counts[f'repeats in {chat}']}, kills {kills}")
    _topics(play.stage, found, told[GROUP])


def _one_order(order: Order, told: dict[int, dict[str, list[Told]]], found: Judgement) -> None:
    """The group is told of everything; between them, our people are, too."""
    short, said = str(order.id)[-4:], _said_by_buyer(order)
    covered: set[int] = set()
    for chat, chunks in told.items():
        walk = Walk(said, is_all=chat == GROUP)
        for chunk in chunks.get(short, []):
            walk.take(chunk)
        for rule, what in walk.bad:
            found.bad(rule, f"order {short} in {chat}: {what}")
        if chat == GROUP and walk.place < len(said):
            found.bad("never told to the group", f"order {short}: {said[walk.place :]}")
        if walk.awaited:
            promised = [said[place] for place in sorted(walk.awaited)]
            found.bad("said to be fetched and never heard of again", f"order {short} in {chat}: {promised}")
        covered |= walk.covered if chat != GROUP else set()
        found.counts["marked repeats"] += walk.marked
        found.counts["unmarked repeats"] += walk.unmarked
        found.counts[f"repeats in {chat}"] += walk.marked + walk.unmarked
    untold = [line for place, line in enumerate(said) if place not in covered]
    if untold:
        found.bad("never told to a person", f"order {short}: {untold}")
    found.counts["from buyers said"] += len(said)


def _said_by_buyer(order: Order) -> list[str]:
    lines = [line for line in order.chat.messages if line.author == "counterparty" and line.kind in ("text", "file")]
    return [_name(line) for line in lines]


@dataclass
class Walk:
    """How far a chat was told of one order. `is_all`: it must be told of everything, others may begin anywhere."""

    said: list[str]
    is_all: bool
    place: int = 0
    marked: int = 0
    unmarked: int = 0
    covered: set[int] = field(default_factory=set)
    awaited: set[int] = field(default_factory=set)
    bad: list[tuple[str, str]] = field(default_factory=list)
    _last: int = 0
    _length: int = 0

    def take(self, chunk: Told) -> None:
        lines = list(chunk.lines)
        again = self._fits(lines, self._last) and self._length > 0
        if chunk.is_repeat and again:
            self._go(self._last, lines)
            self.marked += 1
        elif lines == [FILE_MISSING] and self.awaited:
            self.awaited.discard(min(self.awaited))  # given up after the tries, of which its line did not wait for all
        elif (start := self._next(lines)) is not None:
            self._go(start, lines)
        elif (late := self._awaited(lines)) is not None:
            self._arrived(*late)  # its place was told in time, the picture itself when it was there
        elif again:
            self.unmarked += 1
            self.bad.append(("told twice without a mark", f"{lines}"))
            self._go(self._last, lines)
        else:
            at = self.said[self.place : self.place + 3]
            self.bad.append(("out of order, lost or of another order", f"{lines} where {at} was next"))
            if lines[-1] in self.said:
                self.place = max(self.place, self.said.index(lines[-1]) + 1)

    def _next(self, lines: list[str]) -> int | None:
        last = self.place if self.is_all else len(self.said)
        return next((start for start in range(self.place, last + 1) if self._fits(lines, start)), None)

    def _awaited(self, lines: list[str]) -> tuple[int, int] | None:
        """The place that was noted for this picture, and its own: where a chat begins anywhere the picture that was
        not there may be a later one than noted, but none behind what was told next.
        """
        for noted in sorted(self.awaited):
            after = min((place for place in self.covered if place > noted), default=self.place)
            for place in [noted] if self.is_all else range(noted, max(after, noted + 1)):
                if lines == [self.said[place]]:
                    return noted, place
        return None

    def _arrived(self, noted: int, place: int) -> None:
        self.awaited.discard(noted)
        self.covered = self.covered - {noted} | {place}

    def _fits(self, lines: list[str], start: int) -> bool:
        there = self.said[start : start + len(lines)]
        return len(there) == len(lines) and all(map(_is_same, lines, there))

    def _go(self, start: int, lines: list[str]) -> None:
        self._last, self._length = start, len(lines)
        self.place = max(self.place, start + len(lines))
        now = set(range(start, start + len(lines)))
        self.covered |= now
        self.awaited -= now  # a repeat may bring the picture itself
        self.awaited |= {start + place for place, line in enumerate(lines) if line == FILE_TO_COME}


def _is_same(told: str, said: str) -> bool:
    return told == said or (told in (FILE_MISSING, FILE_TO_COME) and said.startswith("#"))


def _topics(stage: Stage, found: Judgement, by_order: dict[str, list[Told]]) -> None:
    topics = stage.box.world.chats[GROUP].topics
    for short, chunks in by_order.items():
        for chunk in chunks:
            topic = topics.get(chunk.message.thread_id or 0)
            if topic is None or not topic.name.startswith(short):
                name = topic.name if topic else "none"
                found.bad("in a wrong topic", f"order {short} in topic {name}: {chunk.lines}")


def _heard(stage: Stage, orders: list[Order], found: Judgement) -> None:
    """Every message of every chat is kept once."""
    kept: dict[str, Counter[str]] = {}
    for row in stage.ask("SELECT order_id, facts FROM chat_messages"):
        message = chat_facts.decode(row["facts"])
        kept.setdefault(row["order_id"], Counter())[message.file_key or message.text] += 1
    for order in orders:
        there = Counter(line.file.key if line.file else line.text for line in order.chat.messages if _is_plain(line))
        held = kept.get(str(order.id), Counter())
        wrong = {text: (held[text], count) for text, count in there.items() if held[text] != count}
        if wrong:
            found.bad("kept another number than there are", f"order {order.id}: {wrong}")


def _is_plain(line: Line) -> bool:
    return line.kind in ("text", "file", "notice")
