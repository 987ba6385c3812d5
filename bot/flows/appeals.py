"""Say on the card when the moment comes from which we may appeal that a seller does not release."""

from bot.domain.escalation import Stage
from bot.flows.announce import announce_order
from bot.flows.desk import Desk
from storage.store import Tables

EVERYBODY = 0


class Appeals:
    """Shows the cards of purchases anew as their moment passes, with sound: our fiat is gone and the move is ours.

    That it rang is in the store: after a restart a card is drawn once more, silently.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._commits = -1
        self._next_at = 0
        self._shown: dict[str, int] = {}

    async def round(self) -> None:
        """Asks the memory only after something was written, or when a moment has come."""
        desk = self._desk
        commits = desk.store.commits
        if commits == self._commits and not 0 < self._next_at <= desk.now():
            return
        async with desk.store.read() as tables:
            orders = await tables.orders.bought_and_paid()
        moments = {order.id: order.may_appeal_at * 1000 for order in orders if order.may_appeal_at is not None}
        due = [id_ for id_, at in moments.items() if at <= desk.now() and self._shown.get(id_) != at]
        if due:
            async with desk.store.write() as tables:
                for order_id in due:
                    await _tell(desk, tables, order_id, moments[order_id])
            desk.wake_relay.set()
        self._shown = {id_: at for id_, at in moments.items() if at <= desk.now()}
        self._next_at = min((at for at in moments.values() if at > desk.now()), default=0)
        self._commits = commits


async def _tell(desk: Desk, tables: Tables, order_id: str, moment: int) -> None:
    has_rung = (Stage.MAY_APPEAL, EVERYBODY) in await tables.alerts.rung(order_id, moment, desk.now())
    await announce_order(desk, tables, order_id, repost=not has_rung, ring=not has_rung)
    if not has_rung:
        await tables.alerts.ring(order_id, Stage.MAY_APPEAL, EVERYBODY, desk.now())
