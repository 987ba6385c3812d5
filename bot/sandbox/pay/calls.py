"""One call as the endpoints see it: for which account, with what, and the log line it fills in."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.sandbox.faults import Fault
from bot.sandbox.pay.call_log import ConvertCall
from bot.sandbox.pay.otc_form import Form
from bot.sandbox.pay.refusals import INVALID, No
from bot.sandbox.pay.venue import PayVenue


@dataclass(frozen=True)
class Call:
    """`body`: the JSON of a POST; `form`: the form of one. `stale`: the answer comes from a replica that lags."""

    venue: PayVenue
    account: str
    query: Mapping[str, str]
    body: object = None
    stale: Fault | None = None
    entry: ConvertCall | None = None
    form: Form | None = None

    def text(self, name: str) -> str:
        """A text field of the body, "" when absent. Raises No on any other type."""
        if not isinstance(self.body, dict):
            raise No(INVALID, "the body is no JSON object")
        value = self.body.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise No(INVALID, f"{name} is text")
        return value

    def needed(self, name: str) -> str:
        value = self.text(name)
        if not value.strip():
            raise No(INVALID, f"missing {name}")
        return value

    def side(self) -> str:
        side = self.query.get("side", "")
        if side not in ("", "buy", "sell"):
            raise No(INVALID, "side is buy or sell")
        return side
