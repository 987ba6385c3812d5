"""Every request that changes an ad or the work hours, with the exact text it came as."""

from dataclasses import dataclass

from bot.sandbox.gate.call_log import CallLog, LoggedCall

AD_ENDPOINTS = ("place_biz_push_order", "ads_update_status", "set_merchant_work_hours")


@dataclass
class AdPost(LoggedCall):
    """`id`: the ad that the request names, "" for a new one; `ad_id`: the ad that it really made or changed."""

    raw: str = ""
    ad_id: str = ""


class AdLog(CallLog[AdPost]):
    def __init__(self) -> None:
        super().__init__(AdPost)

    def receive(self, endpoint: str, raw: bytes, at: float) -> AdPost:
        call = super().receive(endpoint, raw, at)
        call.raw = raw.decode("utf-8", "replace")
        if isinstance(call.body, dict):
            call.id = str(call.body.get("oid") or call.body.get("adv_no") or "")
        return call
