"""What there is to look after at all, asked in one statement: most of the time most of it is nothing."""

from storage.alerts import PAID
from storage.session import Session

_OPEN = "state IN ('planned', 'sent', 'taken', 'asked', 'unknown')"
_INTENT = f"EXISTS (SELECT 1 FROM intents WHERE {_OPEN} AND action"
# ruff: noqa: S608 every word below is our own
_GOING = {
    "orders": f"{_INTENT} IN ('release', 'mark_paid', 'cancel'))",
    "steps": "EXISTS (SELECT 1 FROM seals WHERE used_at IS NULL)",
    "approvals": "EXISTS (SELECT 1 FROM approvals WHERE ended_at IS NULL)",
    "conversions": f"{_INTENT} = 'convert') OR EXISTS (SELECT 1 FROM conversions WHERE ended_at IS NULL)",
    "off_ramps": f"{_INTENT} = 'otc') OR EXISTS (SELECT 1 FROM off_ramps WHERE ended_at IS NULL)",
    "banks": (
        "EXISTS (SELECT 1 FROM bank_forms WHERE ended_at IS NULL) OR EXISTS (SELECT 1 FROM bank_watches)"
        " OR EXISTS (SELECT 1 FROM bank_deletions WHERE outcome = '' AND is_lost = 1)"
    ),
    "deposits": (
        f"{_INTENT} = 'deposit') OR EXISTS (SELECT 1 FROM deposits WHERE ended_at IS NULL)"
        " OR EXISTS (SELECT 1 FROM deposits WHERE over_at IS NULL AND url <> '' AND report = '')"
    ),
    "callbacks": "EXISTS (SELECT 1 FROM callbacks WHERE handled_at IS NULL)",
    "ads": (
        f"{_INTENT} = 'ad') OR EXISTS (SELECT 1 FROM ad_changes WHERE ended_at IS NULL)"
        " OR EXISTS (SELECT 1 FROM ad_moves WHERE ended_at IS NULL)"
        " OR EXISTS (SELECT 1 FROM ad_changes JOIN intents ON intents.id = ad_changes.id"
        " WHERE checked_at IS NULL AND intents.state = 'done')"
    ),
    "new_ads": (
        f"{_INTENT} = 'publish_ad') OR EXISTS (SELECT 1 FROM ad_forms WHERE ended_at IS NULL)"
        " OR EXISTS (SELECT 1 FROM ad_sendings WHERE next_look_at IS NOT NULL)"
    ),
    "snoozes": "EXISTS (SELECT 1 FROM snoozes)",
    "rules": "EXISTS (SELECT 1 FROM reprice_rules WHERE ended_at IS NULL)",
    "duty": (
        "EXISTS (SELECT 1 FROM duty_bells WHERE state = 'waiting')"
        " OR EXISTS (SELECT 1 FROM handovers WHERE state = 'waiting')"
    ),
    "paid": (f"EXISTS (SELECT 1 FROM orders WHERE {PAID}) OR EXISTS (SELECT 1 FROM pay_reminders)"),
    "to_pay": (
        "EXISTS (SELECT 1 FROM orders WHERE is_final = 0 AND phase = 'unpaid'"
        " AND json_extract(facts, '$.side') = 'buy')"
    ),
    "payees": (
        "EXISTS (SELECT 1 FROM messages WHERE person_id IN (SELECT id FROM staff) AND kind IN ('payee', 'payee_qr'))"
    ),
    "ringing": "EXISTS (SELECT 1 FROM outbox WHERE ring = 1 AND chat_id > 0 AND state IN ('pending', 'sending'))",
    "sayings": "EXISTS (SELECT 1 FROM sayings WHERE state IN ('planned', 'sent', 'unknown'))",
    "words_of_the_gone": (
        "EXISTS (SELECT 1 FROM sayings WHERE state = 'held' AND person_id NOT IN (SELECT id FROM staff))"
        " OR EXISTS (SELECT 1 FROM album_pieces WHERE person_id NOT IN (SELECT id FROM staff))"
    ),
    "files": "EXISTS (SELECT 1 FROM files WHERE state = 'wanted')",
    "forced": "EXISTS (SELECT 1 FROM pins WHERE quiet_at IS NOT NULL OR locked_at IS NOT NULL)",
    "erasures": "EXISTS (SELECT 1 FROM erasures WHERE tries < 100)",
}
KINDS = frozenset(_GOING)
_SQL = "SELECT " + ", ".join(f"({sql}) AS {kind}" for kind, sql in _GOING.items())


class Going:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def kinds(self) -> frozenset[str]:
        """Those of `KINDS` of which a row waits for something, be it only for its time to be over."""
        row = await self._session.row(_SQL)
        return frozenset(kind for kind in _GOING if row is not None and row[kind])
