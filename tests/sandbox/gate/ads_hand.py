"""A typed hand on the market and the ads of a local venue, and the desk's most usual requests."""

from typing import Any

from tests.sandbox.gate.desk import Desk
from tests.support.ads_control import AdsControl
from tests.support.controls import Controls

SALE, PURCHASE = "2130000011", "2130000012"
PUBLISH = "place_biz_push_order"
NEW: dict[str, Any] = {
    "currencyType": "USDT",
    "exchangeType": "CNY",
    "type": "0",
    "unitPrice": "7.21",
    "number": "1000",
    "payType": "bank,alipay",
    "pay_type_json": '{"bank":"20011","alipay":"20013"}',
    "rateFixed": "1",
    "minAmount": "50",
    "maxAmount": "500",
    "expire_min": "20",
    "tierLimit": "1",
    "verifiedLimit": "1",
    "regTimeLimit": "30",
    "min_completed_limit": "5",
    "completed_rate_limit": "90",
    "user_order_limit": "2",
    "trade_tips": "own-name accounts only",
    "auto_reply": "thanks",
}


def hand_of(desk: Desk) -> AdsControl:
    return AdsControl(Controls(desk.client, f"{desk.control_url}/control"))


async def rows(desk: Desk, **wanted: str) -> dict[str, Any]:
    """my_ads_list by id as text."""
    return {str(row["id"]): row for row in (await desk.call("my_ads_list", wanted))["lists"]}


async def detail(desk: Desk, number: str) -> Any:
    return await desk.call("ads_detail", {"adv_no": number})


async def prices(desk: Desk, side: str = "sell", fiat: str = "CNY") -> list[str]:
    wanted = {"asset": "USDT", "fiat_unit": fiat, "trade_type": side}
    return [row["price"] for row in await desk.call("ads_list", wanted)]
