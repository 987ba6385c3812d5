"""A chat message as one JSON text: whatever a buyer writes (NUL, half a surrogate) comes back as it was."""

from typing import Any

from bot.domain.chat import ChatKind, ChatMessage
from storage.exact import facts_text, read_facts


def encode(message: ChatMessage) -> str:
    return facts_text(
        {
            "order_id": message.order_id,
            "kind": message.kind.value,
            "text": message.text,
            "at": message.at,
            "author_id": message.author_id,
            "author_name": message.author_name,
            "file_url": message.file_url,
            "file_key": message.file_key,
            "file_kind": message.file_kind,
            "status": message.status,
            "vouchers": list(message.vouchers),
            "is_flagged": message.is_flagged,
            "warning": message.warning,
            "facts": message.facts,
        }
    )


def decode(text: str) -> ChatMessage:
    facts: dict[str, Any] = read_facts(text)
    return ChatMessage(
        order_id=facts["order_id"],
        kind=ChatKind(facts["kind"]),
        text=facts["text"],
        at=facts["at"],
        author_id=facts["author_id"],
        author_name=facts["author_name"],
        file_url=facts["file_url"],
        file_key=facts["file_key"],
        file_kind=facts["file_kind"],
        status=facts["status"],
        vouchers=tuple(facts["vouchers"]),
        is_flagged=facts["is_flagged"],
        warning=facts["warning"],
        facts=facts["facts"],
    )
