"""A chat message that cannot be read: what stands in for it, so that staff hear that something was said."""

import json
from typing import Any

from pydantic import TypeAdapter

from bot.clients.gate_c2c.wire import LooseMoment
from bot.domain.chat import ChatKind, ChatMessage
from bot.domain.seals import same_file

CHANGING = ("pic", "file", "payment_voucher")
READ_APART = ("uid", "username", "timest")
FIRST = ("msg", "msg_obj")
MOST_FACTS = 12
FACT_LENGTH = 300
MOMENT: TypeAdapter[int] = TypeAdapter(LooseMoment)


def stand_in(entry: Any, order_id: str) -> ChatMessage:
    """A message of no known kind with whatever can be told of the entry, the same for the same entry."""
    known = entry if isinstance(entry, dict) else {"msg": entry}
    link = _plain(known, "pic")
    return ChatMessage(
        order_id=order_id,
        kind=ChatKind.UNKNOWN,
        text="",
        at=MOMENT.validate_python(known.get("timest")),
        author_id=_plain(known, "uid"),
        author_name=_plain(known, "username"),
        file_url=link if "://" in link else "",
        facts=_facts(known),
    )


def _plain(entry: dict[Any, Any], name: str) -> str:
    value = entry.get(name)
    return value if isinstance(value, str) else ""


def _facts(entry: dict[Any, Any]) -> str:
    """Field by field as short text. Links are made anew for every answer, so they are left out."""
    names = sorted((str(name) for name in entry if name not in (*CHANGING, *READ_APART)), key=_rank)
    facts = {name[:60]: words for name in names[:MOST_FACTS] if (words := _words(entry.get(name)))}
    return json.dumps(facts, ensure_ascii=False, sort_keys=True) if facts else ""


def _rank(name: str) -> tuple[bool, str]:
    return name not in FIRST, name


def _words(value: Any) -> str:
    if isinstance(value, str):
        return "" if "://" in value else value[:FACT_LENGTH]
    if value in (None, [], {}):
        return ""
    try:
        return json.dumps(_lasting(value), ensure_ascii=False, sort_keys=True, default=str)[:FACT_LENGTH]
    except (ValueError, TypeError, RecursionError):
        return "…"


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _lasting(item) for name, item in value.items() if name not in CHANGING}
    if isinstance(value, list):
        return [_lasting(item) for item in value]
    return same_file(value) if isinstance(value, str) and "://" in value else value
