"""Topics of the group: an order's is named by digits people use and what it is worth, and leaves one line behind.

No names of people, because lists of topics are glanced at.
"""

from decimal import Decimal

from bot.domain.money import Money
from bot.domain.orders import Phase, Side
from bot.domain.situations import Notice, Reader, Situation
from bot.domain.topics import Stage, stage_of
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.card import Card, Markup, bold, exactly, joined
from bot.views.pen import Pen

APPEAL, UNKNOWN = "⚖", "❓"
ENDS = {Phase.FINISHED: "✅", Phase.CANCELLED: "🚫", Phase.EXPIRED: "⌛"}
ENDED = "topic_ended"
MOST_NOTED = 2000
LINES = {
    (Phase.FINISHED, Side.SELL): mark("{order} released {coins} for {total}"),
    (Phase.FINISHED, Side.BUY): mark("{order} bought {coins} for {total}"),
    (Phase.CANCELLED, Side.SELL): mark("{order} cancelled, {coins} for {total}"),
    (Phase.CANCELLED, Side.BUY): mark("{order} cancelled, {coins} for {total}"),
    (Phase.EXPIRED, Side.SELL): mark("{order} expired, {coins} for {total}"),
    (Phase.EXPIRED, Side.BUY): mark("{order} expired, {coins} for {total}"),
}

ROOM_NOTICES: dict[str, tuple[str, ...]] = {
    # why
    "topics_kept": (
        mark("🗂 Topics of ended orders stay"),
        mark("The bot may not delete them:"),
        mark("it only closes them."),
        mark("Telegram: {why}"),
        mark("Let it delete messages."),
    ),
    # why
    "queue_not_pinned": (
        mark("📌 The queue cannot be pinned"),
        mark("It stands in the group all the same."),
        mark("Telegram: {why}"),
        mark("Let the bot pin messages."),
    ),
}


def topic_name(s: Situation) -> str:
    """At most 128 characters, as Telegram allows; the mark in front says trouble or the end."""
    order = s.order
    plain = f"{order.short_id} · {form.amount(order.total)} {order.fiat}"
    return f"{_mark(s)} {plain}".strip()[:128]


def _mark(s: Situation) -> str:
    stage = stage_of(s)
    if stage is Stage.OVER:
        return ENDS.get(s.order.phase, "✅")
    if stage is Stage.IN_TROUBLE:
        return APPEAL if s.order.in_appeal else UNKNOWN
    return ""


def ended_line(notice: Notice, reader: Reader) -> Card:
    """`0417 released 1,000 USDT for 7,200 CNY, 14:08, operator 2 · chat kept: /chat 0417`, in one line."""
    facts, pen = notice.facts, Pen(reader, int(notice.facts["at"]))
    short = form.short_id(facts["order"])
    words = LINES[Phase(facts["phase"]), Side(facts["side"])]
    told = pen.say(words, order=bold(short), coins=_money(pen, facts["coins"]), total=_money(pen, facts["total"]))
    when = pen.clock(int(facts["at"]))
    if facts["who"]:
        told = pen.say("{told}, {time}, {who}", told=told, time=when, who=pen.staff(facts["who"]))
    else:
        told = pen.say("{told}, {time}", told=told, time=when)
    kept = pen.say("chat kept: /chat {order}", order=short)
    return Card(joined((told, kept), " · "))


def _money(pen: Pen, text: str) -> Markup:
    digits, _, code = text.partition(" ")
    return pen.money(Money(Decimal(digits), code))


def note_card(order_id: str, who: str, text: str, reader: Reader) -> Card:
    """What one of us noted on an order, for the others; it stands in no quote, which is the buyers' place."""
    pen = Pen(reader)
    head = pen.say("📝 Note by {who} · {order}", who=pen.staff(who), order=form.short_id(order_id))
    return Card(joined((bold(head), exactly(text, MOST_NOTED))))
