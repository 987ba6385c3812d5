"""Chats as Gate writes them (§3.15-§3.17)."""

import json
import logging
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, TypeAdapter

from bot.clients.gate_c2c.wire import (
    Id,
    LooseMoment,
    LooseText,
    LooseWhole,
    Mark,
    Objects,
    Text,
    Whole,
    WireModel,
    decode,
)
from bot.clients.gate_c2c.wire_odd_chat import stand_in
from bot.domain.assumptions import sent_time_is_milliseconds
from bot.domain.chat import Chat, ChatKind, ChatMessage, Sent

log = logging.getLogger(__name__)

KINDS = {
    0: ChatKind.TEXT,
    1: ChatKind.FILE,
    2: ChatKind.TEMPLATE,
    3: ChatKind.ORDER,
    4: ChatKind.PAYMENT_METHOD,
    5: ChatKind.STATUS,
}
SHOWN_AS_SYSTEM = 2
OF_NO_KIND = -1
WHOLE: TypeAdapter[int] = TypeAdapter(Whole)


def _kind_number(value: Any) -> int | None:
    """What is said without a type has none; a type that is no number is one that nobody knows."""
    if isinstance(value, str) and not value.strip():
        return None
    try:
        return WHOLE.validate_python(value)
    except ValueError:
        return OF_NO_KIND


def _facts(value: Any) -> Any:
    """An object, or what stands for one: its JSON text, a list of it, bare words."""
    if isinstance(value, str) and value.strip():
        try:
            value = decode(value.encode("utf-8", "replace"))
        except ValueError:
            return {"text": value}
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        return value[0]
    return {"text": value} if value not in (None, "", [], {}) else {}


def _links(value: Any) -> list[str]:
    """One link or many, bare or as objects that hold one."""
    if isinstance(value, str):
        return _links(decode(value.encode("utf-8", "replace"))) if value.lstrip().startswith("[") else [value.strip()]
    if isinstance(value, dict):
        return [link for link in value.values() if isinstance(link, str) and "://" in link][:1]
    if isinstance(value, list):
        return [link for entry in value for link in _links(entry)]
    if value is None:
        return []
    raise ValueError("no link")


class WireStatusNews(WireModel):
    status: LooseText = ""
    text: LooseText = ""
    vouchers: Annotated[list[str], BeforeValidator(_links)] = Field(
        default_factory=list, validation_alias="payment_voucher"
    )


class WireMessage(WireModel):
    kind: Annotated[int | None, BeforeValidator(_kind_number)] = Field(default=None, validation_alias="msg_type")
    shown_as: LooseWhole = Field(default=0, validation_alias="type")
    text: Text = Field(default="", validation_alias="msg")
    at: LooseMoment = Field(default=0, validation_alias="timest")
    author_id: Text = Field(default="", validation_alias="uid")
    author_name: Text = Field(default="", validation_alias="username")
    facts: Annotated[dict[str, Any], BeforeValidator(_facts)] = Field(default_factory=dict, validation_alias="msg_obj")
    file_url: Text = Field(default="", validation_alias="pic")
    file_key: Text = ""
    file_kind: LooseText = Field(default="", validation_alias="file_type")
    is_flagged: Mark = Field(default=False, validation_alias="risk_type")
    warning: LooseText = Field(default="", validation_alias="toast_msg")

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
    has_older: Mark = Field(default=False, validation_alias="has_history")
    status: Text = Field(default="", validation_alias="order_status")
    last_at: LooseMoment = Field(default=0, validation_alias="SRVTM")
    memo: LooseText = ""

    def chat(self, asked: str) -> Chat:
        order_id = self.order_id or asked
        found, unreadable = _read_or_stood_in(self.messages, order_id)
        return Chat(
            order_id=order_id,
            messages=_in_time(found),
            has_older=self.has_older,
            status=self.status,
            last_at=self.last_at,
            memo=self.memo,
            unreadable=unreadable,
        )


class WireSent(WireModel):
    at: Whole = Field(default=0, validation_alias="SRVTM")
    is_flagged: Mark = Field(default=False, validation_alias="risk_type")
    warning: LooseText = Field(default="", validation_alias="toast_msg")

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


def _read_or_stood_in(entries: list[Any], order_id: str) -> tuple[list[ChatMessage], int]:
    """Nothing that was said is left out: what cannot be read comes as a message of no known kind. Their number, too."""
    found, unreadable = [], 0
    for entry in entries:
        try:
            found.append(WireMessage.model_validate(entry).message(order_id))
        except (ValueError, RecursionError):
            unreadable += 1
            found.append(stand_in(entry, order_id))
    if unreadable:
        log.warning("gate: %s chat messages could not be read", unreadable)
    return found, unreadable


def _in_time(messages: list[ChatMessage]) -> tuple[ChatMessage, ...]:
    """Oldest first; one without a time stays behind the one it came after."""
    placed, at = [], 0
    for message in messages:
        at = message.at or at
        placed.append((at, message))
    return tuple(message for _, message in sorted(placed, key=lambda one: one[0]))


def _canonical(facts: dict[str, Any]) -> str:
    """Links are left out: they are made anew for every answer, and the message must stay the same message."""
    lasting = {name: value for name, value in facts.items() if name not in ("payment_voucher", "file")}
    return json.dumps(lasting, ensure_ascii=False, sort_keys=True, default=str) if lasting else ""
