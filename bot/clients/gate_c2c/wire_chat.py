"""Chats as Gate writes them (§3.15-§3.17)."""

import json
from typing import Any

from pydantic import Field

from bot.clients.gate_c2c.wire import (
    Flag,
    Id,
    Moment,
    Object,
    Objects,
    Text,
    Texts,
    Whole,
    WireModel,
    read_each,
)
from bot.domain.assumptions import sent_time_is_milliseconds
from bot.domain.chat import Chat, ChatKind, ChatMessage, Sent

KINDS = {
    0: ChatKind.TEXT,
    1: ChatKind.FILE,
    2: ChatKind.TEMPLATE,
    3: ChatKind.ORDER,
    4: ChatKind.PAYMENT_METHOD,
    5: ChatKind.STATUS,
}
SHOWN_AS_SYSTEM = 2


class WireStatusNews(WireModel):
    status: Text = ""
    text: Text = ""
    vouchers: Texts = Field(default_factory=list, validation_alias="payment_voucher")


class WireMessage(WireModel):
    kind: Whole | None = Field(default=None, validation_alias="msg_type")
    shown_as: Whole = Field(default=0, validation_alias="type")
    text: Text = Field(default="", validation_alias="msg")
    at: Moment = Field(default=0, validation_alias="timest")
    author_id: Text = Field(default="", validation_alias="uid")
    author_name: Text = Field(default="", validation_alias="username")
    facts: Object = Field(default_factory=dict, validation_alias="msg_obj")
    file_url: Text = Field(default="", validation_alias="pic")
    file_key: Text = ""
    file_kind: Text = Field(default="", validation_alias="file_type")
    is_flagged: Flag = Field(default=False, validation_alias="risk_type")
    warning: Text = Field(default="", validation_alias="toast_msg")

    def message(self, order_id: str) -> ChatMessage:
        kind = self._kind()
        news = WireStatusNews.model_validate(self.facts if kind is ChatKind.STATUS else {})
        return ChatMessage(
            order_id=order_id,
            kind=kind,
            text=self.text or news.text,
            at=self.at,
            author_id=self.author_id,
            author_name=self.author_name,
            file_url=self.file_url or self._linked(kind),
            file_key=self.file_key or (self.text if kind is ChatKind.FILE and "://" not in self.text else ""),
            file_kind=self.file_kind,
            status=news.status,
            vouchers=tuple(url for url in news.vouchers if url),
            is_flagged=self.is_flagged,
            warning=self.warning,
            facts=_canonical(self.facts),
        )

    def _linked(self, kind: ChatKind) -> str:
        """A file's link may stand in its words, the picture of a shared account among its facts."""
        link = self.text if kind is ChatKind.FILE else ""
        if kind is ChatKind.PAYMENT_METHOD and isinstance(self.facts.get("file"), str):
            link = self.facts["file"]
        return link if "://" in link else ""

    def _kind(self) -> ChatKind:
        """System notices come without a message type; an unknown type is kept as such."""
        if self.kind is not None:
            return KINDS.get(self.kind, ChatKind.UNKNOWN)
        if self.shown_as == SHOWN_AS_SYSTEM or self.author_id == "System":
            return ChatKind.NOTICE
        return ChatKind.FILE if self.file_key or self.file_url else ChatKind.TEXT


class WireChat(WireModel):
    messages: Objects = Field(default_factory=list)
    order_id: Text = Field(default="", validation_alias="txid")
    has_older: Flag = Field(default=False, validation_alias="has_history")
    status: Text = Field(default="", validation_alias="order_status")
    last_at: Moment = Field(default=0, validation_alias="SRVTM")
    memo: Text = ""

    def chat(self, asked: str) -> Chat:
        order_id = self.order_id or asked
        found = read_each(self.messages, lambda entry: WireMessage.model_validate(entry).message(order_id), "id")
        return Chat(
            order_id=order_id,
            messages=tuple(sorted(found, key=lambda message: message.at)),
            has_older=self.has_older,
            status=self.status,
            last_at=self.last_at,
            memo=self.memo,
            unreadable=len(found.unreadable),
        )


class WireSent(WireModel):
    at: Whole = Field(default=0, validation_alias="SRVTM")
    is_flagged: Flag = Field(default=False, validation_alias="risk_type")
    warning: Text = Field(default="", validation_alias="toast_msg")

    def sent(self) -> Sent:
        at = self.at if sent_time_is_milliseconds(self.at) else self.at * 1000
        return Sent(at=at, is_flagged=self.is_flagged, warning=self.warning)


class WireFile(WireModel):
    key: Id = Field(validation_alias="file_key")


def read_chat(data: Any, asked: str = "") -> Chat:
    """One page; `asked` stands in for a missing order id. Raises ValueError only when this is no chat at all."""
    return WireChat.model_validate(data).chat(asked)


def read_sent(data: Any) -> Sent:
    return WireSent.model_validate(data).sent()


def evidence_of_sent(data: Any) -> bool | None:
    """What the answer says of `sent_time_is_milliseconds`."""
    return sent_time_is_milliseconds(WireSent.model_validate(data).at)


def read_file_key(data: Any) -> str:
    """The opaque key of an uploaded file. Raises ValueError without one."""
    return WireFile.model_validate(data).key


def _canonical(facts: dict[str, Any]) -> str:
    """Links are left out: they are made anew for every answer, and the message must stay the same message."""
    lasting = {name: value for name, value in facts.items() if name not in ("payment_voucher", "file")}
    return json.dumps(lasting, ensure_ascii=False, sort_keys=True, default=str) if lasting else ""
