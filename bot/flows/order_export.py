"""One order as a document: what was seen and what was decided."""

import json
from typing import Any

from bot.domain.intents import Intent
from storage.order_facts import encode
from storage.orders import StoredOrder
from storage.store import Tables


async def order_document(tables: Tables, stored: StoredOrder) -> dict[str, Any]:
    """The order as last seen, when it was seen, and the newest money action on it. Moments in ms."""
    intent = await tables.intents.latest_for(stored.order.id)
    return {
        "order": json.loads(encode(stored.order)),
        "first_seen_at": stored.first_seen_at,
        "final_at": stored.final_at,
        "intent": None if intent is None else _intent(intent),
    }


def _intent(intent: Intent) -> dict[str, Any]:
    return {"id": intent.id, "action": intent.action.value, "state": intent.state.value, "answer": intent.answer}
