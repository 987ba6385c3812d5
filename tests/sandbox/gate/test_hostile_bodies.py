"""Whatever a body carries, an endpoint serves it or refuses it, and never breaks."""

from typing import Any

import pytest

from bot.sandbox.gate import GateVenue, acts
from bot.sandbox.gate.calls import Call
from bot.sandbox.gate.endpoints import ENDPOINTS, Endpoint
from bot.sandbox.gate.fields import Refusal
from tests.sandbox.gate.situations import AD, MARKET

FIELDS: dict[str, Any] = {
    **AD,
    **MARKET,
    "adv_no": "2130000011",
    "adv_status": 1,
    "base64_img": "aGk=",
    "biz_uid": "0",
    "cycle_type": "Weekly",
    "day_of_week": "1",
    "image_content_type": "image/png",
    "lastreceived": 1,
    "message": "hello",
    "oid": "2130000011",
    "order_tab": "",
    "page": 1,
    "per_page": 10,
    "reason_id": "1",
    "start_time": 1,
    "status": "",
    "time_zone": "0",
    "txid": "61000001",
    "work_status": 2,
}
NASTY: list[Any] = [None, True, -1, 10**30, 1.5, "", "\x00", "9" * 5000, "1E+999999", "NaN", "١", [], {}, '{"bank":[]}']


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_no_body_breaks_an_endpoint(endpoint: Endpoint) -> None:
    venue = GateVenue()
    acts.open_order(venue, {"side": "buy"})
    for name in FIELDS:
        for value in NASTY:
            try:
                data = endpoint.serve(Call(venue, {**FIELDS, name: value}, "http://127.0.0.1/files/"))
            except Refusal as no:
                assert no.message
            else:
                assert isinstance(data, dict | list)
