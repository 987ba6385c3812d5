"""One order as a document: what was seen, what was decided, what the journal says."""

import json
from typing import Any

from bot.domain.intents import Intent
from bot.domain.journal import Entry
from bot.flows.desk import Desk
from storage.order_facts import encode
from storage.orders import StoredOrder
from storage.store import Tables


async def export(desk: Desk, order_id: str) -> dict[str, Any] | None:
    """JSON-ready; None for an order the desk never saw."""
    async with desk.store.read() as tables:
        stored = await tables.orders.get(order_id)
        if stored is None:
            return None
        document = await order_document(tables, stored)
        entries = await tables.journal.page(limit=10_000, offset=0, target=order_id)
    return {**document, "journal": [_entry(entry) for entry in reversed(entries)]}


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


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "outcome": entry.outcome,
        "facts": dict(entry.facts),
    }
