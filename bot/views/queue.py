"""Lists of orders: what needs somebody now, what waits, what was found, and a burst told in one message."""

from collections.abc import Sequence

from bot.domain.situations import Queue, Reader, Situation
from bot.texts import formatting as form
from bot.views.buttons import Verb, press
from bot.views.card import Button, Card, Markup, bold, clean, escape, joined
from bot.views.drawing import MOST_LINES
from bot.views.orders import order_line
from bot.views.pen import LABEL_COLUMNS, Pen, rows

PAGE = 6
PER_ROW = 3
MOST_OPEN_BUTTONS = 60
DIGEST_ORDERS = 90
DIGEST_LENGTH = 3600
NAMED_ON_DUTY = 1


def queue_card(q: Queue, reader: Reader) -> Card:
    """The desk's work in one look; its buttons only open cards, because it stays pinned."""
    pen = Pen(reader, q.looked_at)
    head = [_headline(pen, q)]
    if q.is_frozen:
        head.append(pen.say("🧊 Desk frozen: no money moves"))
    if q.blind_since is not None:
        head.append(pen.say("🙈 Gate not seen since {time}", time=pen.clock(q.blind_since, seconds=True)))
    foot = _foot(pen, q)
    room = MOST_LINES - len(head) - len(foot)
    listed = [order_line(s, reader) for s in q.now[:room]]
    if len(q.now) > room:
        rest = form.count(len(q.now) - room + 1)
        listed[-1] = pen.say("… and {number} more, see the buttons", number=rest)
    if not q.now:
        listed = [pen.say("Nothing needs you now.")]
    waiting = press(pen.words("Waiting {number}", number=form.count(len(q.waiting))), Verb.WAITING, "0")
    last = (waiting if q.waiting else None, press("↻", Verb.QUEUE))
    return Card(joined([*head, *listed, *foot]), rows(*open_rows(q.now[:MOST_OPEN_BUTTONS]), last))


def _headline(pen: Pen, q: Queue) -> Markup:
    names = [clean(name, 10) for name in q.on_duty[:NAMED_ON_DUTY]]
    more = len(q.on_duty) - len(names)
    who = pen.words(", ").join(names) + (f" +{form.count(more)}" if more else "")
    now = bold(pen.say("Now {number}", number=form.count(len(q.now))))
    counts = pen.say("{now} · waiting {waiting}", now=now, waiting=form.count(len(q.waiting)))
    duty = pen.say("duty: {who}", who=who) if who else pen.say("nobody on duty")
    return joined((counts, duty), " · ")


def _foot(pen: Pen, q: Queue) -> list[Markup]:
    foot = []
    deadlines = [s.order.pay_deadline for s in q.waiting if s.order.pay_deadline]
    if deadlines:
        first, number = pen.clock_s(min(deadlines)), form.count(len(deadlines))
        foot.append(pen.say("⏳ {number} unpaid, first ends {time}", number=number, time=first))
    if pen.reader.is_group:
        pass  # what changes at every look would be an edit every time
    elif q.looked_at is None:
        foot.append(pen.say("Gate not looked at yet"))
    else:
        foot.append(pen.say("Looked at Gate {time}", time=pen.clock(q.looked_at, seconds=True)))
    return foot


def open_rows(situations: Sequence[Situation]) -> list[tuple[Button, ...]]:
    """A button per order, three in a row, named by the last four digits."""
    buttons = [press(s.order.short_id, Verb.OPEN, s.order.id) for s in situations]
    return [tuple(buttons[at : at + PER_ROW]) for at in range(0, len(buttons), PER_ROW)]


def waiting_card(q: Queue, page: int, reader: Reader) -> Card:
    """What waits for the other side, six at a time; `page` counts from 0 and is brought into range."""
    pen = Pen(reader, q.looked_at)
    last = max((len(q.waiting) - 1) // PAGE, 0)
    page = min(max(page, 0), last)
    shown = q.waiting[page * PAGE : (page + 1) * PAGE]
    number = form.count(len(q.waiting))
    head = bold(pen.say("Waiting {number}", number=number))
    where = pen.say("page {page} of {pages}", page=form.count(page + 1), pages=form.count(last + 1))
    lines = [joined((head, where), " · "), *(order_line(s, reader) for s in shown)]
    if not shown:
        lines.append(pen.say("Nothing waits."))
    back = press(pen.words("⬅ Queue"), Verb.QUEUE)
    earlier = press("◀", Verb.WAITING, form.count(page - 1)) if page > 0 else None
    later = press("▶", Verb.WAITING, form.count(page + 1)) if page < last else None
    return Card(joined(lines), rows((back,), *open_rows(shown), (earlier, later)))


def found_card(situations: Sequence[Situation], reader: Reader) -> Card:
    """Several orders with the same last digits: numbered, because the digits cannot tell them apart."""
    pen = Pen(reader, max((s.seen_at for s in situations), default=None))
    lines = [bold(pen.say("Which order? Found {number}", number=form.count(len(situations))))]
    buttons = []
    for place, s in enumerate(situations[: MOST_LINES - 1], start=1):
        lines.append(joined((form.count(place), order_line(s, reader)), " "))
        name = pen.name(s.order.counterparty_name or s.order.counterparty_nick)
        label = clean(f"{form.count(place)} · {name}", LABEL_COLUMNS)
        buttons.append(press(label, Verb.OPEN, s.order.id))
    return Card(joined(lines), rows(*(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))))


def digest_card(situations: Sequence[Situation], reader: Reader) -> list[Card]:
    """A burst of orders as few messages: a line and a button per order, nothing left out."""
    cards: list[Card] = []
    chunk: list[Situation] = []
    length = 0
    for s in situations:
        line = _digest_line(s, reader)
        if chunk and (len(chunk) >= DIGEST_ORDERS or length + len(line) > DIGEST_LENGTH):
            cards.append(_digest(chunk, reader))
            chunk, length = [], 0
        chunk.append(s)
        length += len(line) + 1
    return [*cards, _digest(chunk, reader)] if chunk else cards


def _digest(chunk: list[Situation], reader: Reader) -> Card:
    pen = Pen(reader)
    head = bold(pen.say("🔔 {number} orders have news", number=form.count(len(chunk))))
    return Card(joined([head, *(_digest_line(s, reader) for s in chunk)]), tuple(open_rows(chunk)))


def _digest_line(s: Situation, reader: Reader) -> Markup:
    """The list's line without tags: ninety of them must fit into one message."""
    return escape(Card(order_line(s, reader)).plain, 200)
