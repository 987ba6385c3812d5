"""One call as the endpoints see it: the body by its types, and orders as this answer may know them."""

from bot.sandbox.gate.ads import Ad
from bot.sandbox.gate.faults import Fault
from bot.sandbox.gate.fields import Fields, Json
from bot.sandbox.gate.orders import Order
from bot.sandbox.gate.venue import GateVenue

_LONGEST_LAG = 60  # seconds; what changed longer before the fault has reached every replica


class Call:
    def __init__(self, venue: GateVenue, body: Json, files_url: str, stale: Fault | None = None) -> None:
        self.venue = venue
        self.fields = Fields(body)
        self.files_url = files_url
        self._stale = stale
        self._was_behind = False
        self.ad_id = ""  # of the ad that this call made or changed

    def seen(self, order: Order) -> Order:
        """The order, or its past when this answer comes from a replica that lags behind."""
        if self._stale is None:
            return order
        past = order.before_change if self._stale.of == "anyone" else order.before_desk_act
        if past is None or past.ended_at < self._stale.set_at - _LONGEST_LAG:
            return order
        self._was_behind = True
        return past

    def seen_ad(self, ad: Ad) -> Ad | None:
        """The same for one of our ads; None when this replica has not heard of it yet."""
        if self._stale is None:
            return ad
        since = self._stale.set_at - _LONGEST_LAG
        is_behind, past = self.venue.ads.past(ad.id, self._stale.of, since)
        self._was_behind = self._was_behind or is_behind
        return past if is_behind else ad

    def finish(self) -> None:
        """A stale fault is used up only by answers that really were behind."""
        if self._stale is not None and self._was_behind:
            self.venue.faults.use(self._stale)
