"""P6, P7, P9: what watching two hundred orders costs, and how late an alert is."""

from __future__ import annotations

import asyncio
import random
import time

from tests.bench.arena import Contestant, desk, peer
from tests.bench.people import OPERATOR
from tests.bench.stand import DETAILS, LISTED, Stand
from tests.bench.table import Effort, Row, middle, ms

CHANGED = (0, 1, 5)
TICK_SECONDS = 2.0
MARKETS = 1


async def measure(effort: Effort, wanted: set[str]) -> list[Row]:
    rows = []
    if "P6" in wanted:
        rows.append(await _p6(effort))
    if "P7" in wanted:
        rows.append(await _p7(effort))
    if "P9" in wanted:
        rows.append(await _p9(effort))
    return rows


async def _known(contestant: Contestant, count: int) -> list[str]:
    orders = [str(61_000_000 + number) for number in range(count)]
    contestant.stand.orders |= {order: {} for order in orders}
    await contestant.child.ask("known", orders=orders)
    await contestant.child.ask("tick")
    await asyncio.sleep(1.5)  # profiles of the counterparties are read once, beside the tick
    return orders


async def _p6(effort: Effort) -> Row:
    async with desk(runs=False) as ours, peer("naive_watch") as naive:
        orders = await _known(ours, effort.orders)
        naive.stand.orders |= ours.stand.orders
        figures: dict[str, float] = {}
        for changed in CHANGED:
            for order in orders[:changed]:
                status = ours.stand.orders[order].get("status", "paid")
                ours.stand.orders[order]["status"] = "unconfirmed" if status == "paid" else "paid"
            before = len(ours.stand.hits)
            await ours.child.ask("tick")
            figures[f"changed {changed}"] = len(ours.stand.hits) - before
        theirs = (await naive.child.ask("tick"))["calls"]
    holds = all(figures[f"changed {changed}"] == 2 * MARKETS + changed for changed in CHANGED)
    return Row(
        "P6",
        f"venue calls per poll tick, {effort.orders} open orders, 0 / 1 / 5 changed",
        " / ".join(f"{figures[f'changed {changed}']:.0f}" for changed in CHANGED),
        f"list, details and chat of each: {theirs}",
        f"1 : {theirs / figures['changed 0']:.0f}",
        "2 × markets + changed + chat probes",
        holds,
        {**figures, "peer": float(theirs)},
        "One market, two tabs. The payment clocks of all rows run meanwhile and count as no change. There are no chat "
        "probes yet.",
    )


async def _p7(effort: Effort) -> Row:
    async with desk(runs=False) as many, desk(runs=False) as single:
        await _known(many, effort.orders)
        await _known(single, 1)
        spent: dict[str, list[float]] = {"many": [], "single": []}
        parsed: list[float] = []
        for _ in range(3 * effort.rounds + 2):
            spent["many"].append((await many.child.ask("tick"))["cpu"])
            spent["single"].append((await single.child.ask("tick"))["cpu"])
            parsed.append((await many.child.ask("parse", orders=effort.orders))["seconds"])
    many_cpu, one_cpu = middle(spent["many"]), middle(spent["single"])
    ratio, micros = many_cpu / one_cpu, middle(parsed) * 1e6
    return Row(
        "P7",
        f"CPU per tick at {effort.orders} open orders / at 1; parse and compare per order",
        f"{ms(many_cpu)} / {ms(one_cpu)}; {micros:.0f} µs",
        "–",
        f"{ratio:.2f}",
        "≤ 3; ≤ 25 µs",
        ratio <= 3 and micros <= 25,
        {"many": many_cpu, "one": one_cpu, "ratio": ratio, "micros": micros},
        "CPU time of the whole process, two list calls per tick included; nothing changed at the venue.",
    )


async def _p9(effort: Effort) -> Row:
    async with (
        desk(poll=TICK_SECONDS, is_quick=False) as ours,
        peer("naive_alert", str(TICK_SECONDS)) as naive,
    ):
        # Where in a tick a change falls decides its wait: spread evenly, the middle needs few samples
        shares = [(number + 0.5) / effort.alerts for number in range(effort.alerts)]
        random.Random(9).shuffle(shares)
        spent: dict[str, list[float]] = {"ours": [], "peer": []}
        await asyncio.sleep(2)
        for number, share in enumerate(shares):
            order = str(62_000_000 + number)
            both = (_alert(ours.stand, order, share), _alert(naive.stand, order, share))
            one, other = await asyncio.gather(*both)
            spent["ours"].append(one)
            spent["peer"].append(other)
            await asyncio.sleep(TICK_SECONDS / 4)
        looks = (await ours.child.ask("events"))["looks"]
    trip = middle([look["to"] - look["from"] for look in looks])
    ideal = TICK_SECONDS / 2 + trip
    ours_p50, peer_p50 = middle(spent["ours"]), middle(spent["peer"])
    return Row(
        "P9",
        "alert latency p50 / (half a tick + one round trip)",
        ms(ours_p50),
        f"plain loop {ms(peer_p50)} ({peer_p50 / ideal:.2f})",
        f"{ours_p50 / ideal:.2f}",
        "≤ 1.1",
        ours_p50 / ideal <= 1.1,
        {"ours": ours_p50, "peer": peer_p50, "ratio": ours_p50 / ideal, "trip": trip},
        f"From the payment at the venue to the ringing message on the wire, {effort.alerts} payments spread "
        f"evenly over ticks of {TICK_SECONDS} s; a round trip is {ms(trip)}. Between: list, details, commits, message. "
        "The desk's own tick is 3 s, where the same work weighs less.",
    )


async def _alert(stand: Stand, order: str, share: float) -> float:
    """Seconds from the new paid order to the message, when it comes at this share of a tick."""
    at = (await stand.expect(LISTED, lambda hit: hit.fields.get("order_tab") == "pending")).at
    asked = stand.expect(DETAILS, lambda hit: hit.order == order)
    told = stand.expect("sendMessage", lambda hit: hit.fields.get("chat_id") == str(OPERATOR))
    await asyncio.sleep(max(0.0, at + share * TICK_SECONDS - time.perf_counter()))
    stand.orders[order] = {}
    came = time.perf_counter()
    await asyncio.wait_for(asked, 10)
    return (await asyncio.wait_for(told, 10)).at - came
