"""Bring the cards of a purchase up to date when its time to be paid is over: from then on they say not to pay."""

from bot.domain.payees import is_to_pay
from bot.flows.announce import announce_order
from bot.flows.desk import Desk


class PayDeadlines:
    """Silently: a reminder rang before, and who has the account open is rung for that.

    What was shown is not kept: after a restart a card is drawn once more, and one that stands already is not touched.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._commits = -1
        self._next_at = 0
        self._shown: dict[str, int] = {}

    async def round(self) -> None:
        """Asks the memory only after something was written, or when a deadline has come."""
        desk = self._desk
        commits = desk.store.commits
        if commits == self._commits and not 0 < self._next_at <= desk.now():
            return
        async with desk.store.read() as tables:
            orders = [order for order in await tables.orders.bought_and_unpaid() if order.pay_deadline]
        moments = {order.id: desk.clock.moment_of(order.pay_deadline) for order in orders if is_to_pay(order)}
        due = [id_ for id_, at in moments.items() if at <= desk.now() and self._shown.get(id_) != at]
        if due:
            async with desk.store.write() as tables:
                for order_id in due:
                    await announce_order(desk, tables, order_id)
            desk.wake_relay.set()
        self._shown = {id_: at for id_, at in moments.items() if at <= desk.now()}
        self._next_at = min((at for at in moments.values() if at > desk.now()), default=0)
        self._commits = commits
