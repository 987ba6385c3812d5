"""The list of calls: 17 and `set_merchant_work_hours`, by the last part of their path (contract section 3)."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.gate import account_endpoints as account
from bot.sandbox.gate import ad_endpoints as ads
from bot.sandbox.gate import chat_endpoints as chats
from bot.sandbox.gate import order_endpoints as trades
from bot.sandbox.gate.calls import Call
from bot.sandbox.gate.fields import Json


@dataclass(frozen=True)
class Endpoint:
    """`success` is the message of a good answer; `writes` marks what a lagging replica or a read-only key spoils."""

    group: str
    name: str
    serve: Callable[[Call], Json | list[Json]]
    writes: bool = False
    success: str = "success"

    @property
    def path(self) -> str:
        return f"/api/v4/p2p/merchant/{self.group}/{self.name}"


ENDPOINTS = (
    Endpoint("account", "get_user_info", account.get_user_info),
    Endpoint("account", "get_counterparty_user_info", account.get_counterparty_user_info),
    Endpoint("account", "get_myself_payment", account.get_myself_payment),
    Endpoint("account", "set_merchant_work_hours", account.set_merchant_work_hours, writes=True),
    Endpoint("transaction", "get_pending_transaction_list", trades.get_pending_transaction_list),
    Endpoint("transaction", "get_completed_transaction_list", trades.get_completed_transaction_list),
    Endpoint("transaction", "get_transaction_details", trades.get_transaction_details),
    Endpoint("transaction", "confirm-payment", trades.confirm_payment, writes=True),
    Endpoint("transaction", "confirm-receipt", trades.confirm_receipt, writes=True),
    Endpoint("transaction", "cancel", trades.cancel, writes=True),
    Endpoint("books", "place_biz_push_order", ads.place_biz_push_order, writes=True),
    Endpoint("books", "ads_update_status", ads.ads_update_status, writes=True),
    Endpoint("books", "ads_detail", ads.ads_detail, success="Success"),
    Endpoint("books", "my_ads_list", ads.my_ads_list, success="Success"),
    Endpoint("books", "ads_list", ads.ads_list),
    Endpoint("chat", "get_chats_list", chats.get_chats_list),
    Endpoint("chat", "send_chat_message", chats.send_chat_message, writes=True),
    Endpoint("chat", "upload_chat_file", chats.upload_chat_file, writes=True),
)
