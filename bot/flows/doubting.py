"""What must be asked about words for a buyer, however long ago they were kept: it may come up while they wait."""

from collections.abc import Sequence

from bot.domain.contacts import names_host
from bot.domain.orders import Order
from bot.domain.sayings import STALE_SECONDS, Doubt, Saying
from bot.flows.assemble import stored_order
from bot.flows.desk import Desk
from storage.store import Tables


def checkout_hosts(desk: Desk) -> tuple[str, ...]:
    """Where our own payment links lead, by the settings and by the links that were given to us."""
    return (*desk.policy.checkout_hosts, *sorted(desk.exchange.checkout_hosts))


def of_the_moment(hosts: Sequence[str], now: int, order: Order, text: str, said_at: int) -> dict[Doubt, str]:
    """What may come up also after they were kept: their age, the order's end, a link that is ours by now."""
    doubts: dict[Doubt, str] = {}
    away = now - said_at
    if away > STALE_SECONDS * 1000:
        doubts[Doubt.STALE] = str(away // 60_000)
    if order.is_final:
        doubts[Doubt.FINISHED] = order.status
    if found := names_host(text, hosts):
        doubts[Doubt.CHECKOUT] = found
    return doubts


async def came_up(desk: Desk, tables: Tables, sayings: Sequence[Saying], answered_at: int | None) -> dict[str, str]:
    """What their person has not been asked about, now that they say (ms, None = now) that these may go."""
    order = (await stored_order(tables, sayings[0].order_id)).order
    words = " ".join(one.text for one in sayings)
    said_at = desk.now() if answered_at is None else answered_at
    known = {doubt for one in sayings for doubt in one.doubts} - {Doubt.STALE}
    found = of_the_moment(checkout_hosts(desk), desk.now(), order, words, said_at)
    return {str(doubt): about[:100] for doubt, about in found.items() if doubt not in known}
