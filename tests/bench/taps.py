"""P1, P1w, P3, P5, P11: what lies between a thumb and the venue."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from tests.bench.arena import SETTLE_SECONDS, Arena, Contestant, open_arena
from tests.bench.stand import DETAILS, RELEASE
from tests.bench.table import Effort, Row, middle, ms, percentile

Json = dict[str, Any]

NETWORK_SECONDS = 0.08
ACKNOWLEDGED = 30


@dataclass
class Taken:
    """Seconds per tap of one contestant, a list per round; the desk's looks apart."""

    rounds: list[list[float]] = field(default_factory=list)
    looks: list[list[float]] = field(default_factory=list)

    @property
    def middle(self) -> float:
        return middle([middle(one) for one in self.rounds])


async def measure(effort: Effort, wanted: set[str]) -> list[Row]:
    """The rows of these ids, in the order of the table."""
    needed = 2 * effort.rounds * effort.taps + 3 * effort.rounds + ACKNOWLEDGED + 4
    rows = []
    async with open_arena(needed) as arena:
        commits: list[Json] = []
        if wanted & {"P1", "P3"}:
            row, commits = await _p1(arena, effort)
            rows += [row]
        if "P1w" in wanted:
            rows.append(await _p1w(arena, effort))
        if "P3" in wanted:
            rows.append(_p3(commits))
        if "P5" in wanted:
            rows.append(await _p5(arena, effort))
        if "P11" in wanted:
            rows.append(await _p11(arena, effort))
    return [row for row in rows if row.id in wanted]


async def _p1(arena: Arena, effort: Effort) -> tuple[Row, list[Json]]:
    contestants = {"ours": arena.ours, "plain": arena.plain, "looking": arena.looking, "bare": arena.bare}
    taken = {name: Taken() for name in contestants}
    writes: list[Json] = []
    for _ in range(effort.rounds):
        for name, contestant in contestants.items():
            await _round(contestant, taken[name], effort.taps, writes if name == "ours" else None)
    ours, peer, looking = taken["ours"].middle, taken["plain"].middle, taken["looking"].middle
    look = middle([middle(one) for one in taken["ours"].looks])
    figures = {
        "ours": ours - look, "look": look, "peer": peer, "looking": looking, "bare": taken["bare"].middle,
        "ratio": (ours - look) / peer, "commits": _durable(writes),
    }  # fmt: skip
    row = Row(
        "P1",
        "tap → release POST on the wire, the look at the venue apart",
        f"{ms(ours - look)} (+ look {ms(look)})",
        f"PTB + httpx {ms(peer)}; aiohttp loop {ms(figures['bare'])}",
        f"{figures['ratio']:.2f}",
        "≤ 1.7",
        figures["ratio"] <= 1.7,
        figures,
        f"With the look on both sides: ours {ms(ours)}, PTB + httpx {ms(looking)}, ratio {ours / looking:.2f}. In "
        "between ours reads the update, the live button, the person and the seal, commits the inbox, compares the "
        "fresh order with the seal, checks role, limits and freezes, and commits the intent with its journal line; "
        f"the two commits together took {ms(figures['commits'])} on this disk. The rest of the difference is twenty "
        "statements, each a hop to the database's thread and back: 0.04 ms on an idle machine, but on a busy one every "
        "hop waits for a processor, which the peer never does; the ratio grows with the load.",
    )
    return row, writes


async def _round(
    contestant: Contestant, taken: Taken, taps: int, writes: list[Json] | None, pause: float = SETTLE_SECONDS
) -> None:
    """Some releases in a row; `writes` collects what the desk committed around each POST."""
    spent: list[float] = []
    moments: list[tuple[float, float]] = []
    for _ in range(taps):
        moments.append(await contestant.release())
        spent.append(moments[-1][1] - moments[-1][0])
        await asyncio.sleep(pause)
    taken.rounds.append(spent)
    if writes is None:
        return
    events = await _events(contestant, taps)
    looks = []
    for tapped, posted in moments:
        looks += [look["to"] - look["from"] for look in events["looks"] if tapped <= look["from"] <= posted]
    writes.append({"moments": moments, "commits": events["commits"]})
    taken.looks.append(looks)


async def _events(contestant: Contestant, outcomes: int) -> Json:
    """What the desk wrote down of its round, with as many outcomes, however slow the machine is."""
    found: Json = {"commits": [], "looks": []}
    for _ in range(20):
        await asyncio.sleep(SETTLE_SECONDS)
        for name, more in (await contestant.child.ask("events")).items():
            found[name] += more
        if sum(_kind(commit["did"]) == "outcome" for commit in found["commits"]) >= outcomes:
            break
    return found


async def _p1w(arena: Arena, effort: Effort) -> Row:
    """Both sides make the same two calls, and each answer of the venue takes 80 ms longer."""
    taken = {"ours": Taken(), "peer": Taken()}
    for contestant in (arena.ours, arena.looking):
        contestant.stand.delays |= {DETAILS: NETWORK_SECONDS, RELEASE: NETWORK_SECONDS}
    for _ in range(max(effort.rounds, 1)):
        for name, contestant in (("ours", arena.ours), ("peer", arena.looking)):
            await _round(contestant, taken[name], effort.taps, None, SETTLE_SECONDS + 2 * NETWORK_SECONDS)
    for contestant in (arena.ours, arena.looking):
        contestant.stand.delays.clear()
    await arena.ours.child.ask("events")
    until_post = {name: one.middle for name, one in taken.items()}
    ours, peer = (until_post[name] + NETWORK_SECONDS for name in ("ours", "peer"))
    return Row(
        "P1w",
        "tap → release answered, 80 ms of network per call, look and POST on both sides",
        ms(ours),
        f"PTB + httpx, same two calls {ms(peer)}",
        f"{ours / peer:.3f}",
        "≤ 1.03",
        ours / peer <= 1.03,
        {"ours": ours, "peer": peer, "ratio": ours / peer},
        f"Until the POST is on the wire, one 80 ms answer less: {ms(until_post['ours'])} and {ms(until_post['peer'])}, "
        f"ratio {until_post['ours'] / until_post['peer']:.3f}. What is above 1 has P1's reasons.",
    )


KINDS = (
    ("inbox", lambda did: "insert inbox" in did),
    ("intent", lambda did: "insert intents" in did),
    ("outcome", lambda did: "update intents" in did),
    ("inbox mark", lambda did: did == ["update inbox"]),
    ("others", lambda did: not did or did == ["insert desk"]),
)


def _durable(writes: list[Json]) -> float:
    """Seconds that inbox and intent commit took together, in the middle."""
    spent = {
        kind: [one["took"] for write in writes for one in write["commits"] if _kind(one["did"]) == kind]
        for kind in IN_THE_WAY
    }
    return middle(spent["inbox"]) + middle(spent["intent"])


IN_THE_WAY = ("inbox", "intent")
"""what the POST waits for; outcome, cards and marks of an earlier tap may be written meanwhile"""


def _kind(did: list[str]) -> str:
    """What a commit was for. Reads do not count: another connection's may have run meanwhile."""
    changes = [statement for statement in did if not statement.startswith("select")]
    return next((name for name, fits in KINDS if fits(changes)), "shown to people")


def _p3(writes: list[Json]) -> Row:
    usual = dict.fromkeys(("inbox", "intent", "other before", "outcome", "inbox mark", "shown to people"), 0.0)
    holds, releases = True, sum(len(write["moments"]) for write in writes)
    for write in writes:
        found = [(commit["at"], _kind(commit["did"])) for commit in write["commits"]]
        for tapped, posted in write["moments"]:
            before = [kind for at, kind in found if tapped <= at <= posted and kind in IN_THE_WAY]
            holds = holds and before == ["inbox", "intent"]
            usual["other before"] += len(before) - 2
        for name in ("inbox", "intent", "outcome", "inbox mark", "shown to people"):
            usual[name] += sum(kind == name for _, kind in found)
    usual = {name: count / releases for name, count in usual.items()}
    holds = holds and usual["outcome"] == 1
    return Row(
        "P3",
        "durable commits per release",
        f"before the POST inbox {usual['inbox']:.0f} + intent {usual['intent']:.0f}, after it {usual['outcome']:.0f}",
        "PTB + httpx: 0",
        "–",
        "inbox 1 + intent 1 before, 1 after",
        holds,
        usual,
        f"In every one of {releases} releases, by the probe at the store's door and the arrival of the POST. Beside "
        f"the release, and after it or while it is under way: {usual['inbox mark']:.1f} commits that the update is "
        f"handled, {usual['shown to people']:.1f} that record what chats were shown (direct message and group).",
    )


async def _p5(arena: Arena, effort: Effort) -> Row:
    unloaded: list[float] = []
    loaded: list[float] = []
    for _ in range(effort.rounds):
        unloaded.append(await _one(arena.ours))
        hanging = arena.ours.next_tap()
        answered = arena.ours.stand.held[hanging["order"]] = asyncio.Event()
        await arena.ours.release(hanging)
        await asyncio.sleep(SETTLE_SECONDS)
        loaded.append(await _one(arena.ours))
        answered.set()
        await asyncio.sleep(SETTLE_SECONDS)
    free = middle([await _one(arena.plain) for _ in range(3)])
    hanging = arena.plain.next_tap()
    arena.plain.stand.held[hanging["order"]] = asyncio.Event()
    asyncio.get_running_loop().call_later(effort.hang, arena.plain.stand.held[hanging["order"]].set)
    await arena.plain.release(hanging)
    blocked = await _one(arena.plain)
    ratio, peer = middle(loaded) / middle(unloaded), blocked / free
    return Row(
        "P5",
        "tap on order B while order A's release hangs, against unloaded",
        f"{ms(middle(loaded))} against {ms(middle(unloaded))}",
        f"PTB default {ms(blocked)} against {ms(free)} (× {peer:.0f})",
        f"{ratio:.2f}",
        "≤ 1.2",
        ratio <= 1.2,
        {"loaded": middle(loaded), "unloaded": middle(unloaded), "ratio": ratio, "peer": peer, "blocked": blocked},
        f"A's answer is withheld ({effort.hang:.0f} s for the peer, which handles one update at a time).",
    )


async def _one(contestant: Contestant) -> float:
    tapped, posted = await contestant.release()
    await asyncio.sleep(SETTLE_SECONDS)
    return posted - tapped


async def _p11(arena: Arena, effort: Effort) -> Row:
    """Release… needs a look at the venue, which does not come."""
    arena.ours.stand.delays[DETAILS] = effort.hang
    arena.plain.stand.delays[RELEASE] = effort.hang
    chosen = [arena.ours.next_tap() for _ in range(ACKNOWLEDGED)]
    waiting = [asyncio.create_task(_slow_peer(arena.plain)) for _ in range(2)]
    ours = []
    for one in chosen:
        ours.append(await arena.ours.acknowledged(one, one["first"]))
        await asyncio.sleep(0.02)
    theirs = max(await asyncio.gather(*waiting))
    worst = percentile(ours, 0.99)
    return Row(
        "P11",
        f"button acknowledged while Gate hangs {effort.hang:.0f} s, p99",
        ms(worst),
        f"PTB default {ms(theirs)}",
        f"{worst / theirs:.3f}",
        "≤ 300 ms",
        worst <= 0.3,
        {"p99": worst, "p50": middle(ours), "peer": theirs},
        f"Of {len(ours)} taps on Release… of different orders; p50 {ms(middle(ours))}: an answer in words has 150 ms "
        "before the spinner is stopped without any.",
    )


async def _slow_peer(contestant: Contestant) -> float:
    chosen = contestant.next_tap()
    return await contestant.acknowledged(chosen, chosen["data"])
