"""What is left of an account that must not be paid any more: why, and what to do; and the news of it for its reader."""

from bot.domain.payees import End
from bot.domain.situations import Reader, Situation
from bot.texts import mark
from bot.views.buttons import FIELD, Verb, press
from bot.views.card import Card, Rows, bold, joined
from bot.views.facts import told
from bot.views.pen import Pen

# by `payee_` and the end: (first line, the lines below); each tells an order
PAYEE_NOTICES: dict[str, tuple[str, ...]] = {
    "payee_changed": (mark("⚠ Payee changed: do not pay · {order}"), mark("Show it anew before you pay.")),
    "payee_late": (mark("⌛ Too late: do not pay · {order}"), mark("Paid already? Mark it on its card.")),
    "payee_over": (mark("🚫 Order over: do not pay · {order}"), mark("Paid already? Appeal in Gate's app.")),
    "payee_not_now": (mark("✋ Do not pay any more · {order}"), mark("Its card says why.")),
}


def payee_end_card(s: Situation, end: End, reader: Reader) -> Card:
    """In place of the account, with the way to the order's card."""
    pen = Pen(reader, s.seen_at)
    first, *rest = (told(pen, template, {"order": s.order.id}) for template in PAYEE_NOTICES[f"payee_{end}"])
    return Card(joined((bold(first), *rest)), open_rows(pen, s.order.id))


def open_rows(pen: Pen, order: str) -> Rows:
    return ((press(pen.words("Open"), Verb.OPEN, order),),) if FIELD.match(order) else ()
