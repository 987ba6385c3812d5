"""Lists of what was done so far, of whatever kind: filters, pages, one word and one icon per state, and the file."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from bot.domain.intents import State
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.buttons import Verb, press
from bot.views.card import Button, Markup, Rows, bold, clean, joined
from bot.views.convert_lines import choice
from bot.views.pen import Pen, rows

PAGE = 6
"""entries on one page, so that a card stays within eight lines"""
FILTERS = {
    "all": mark("all"),
    "done": mark("done"),
    "open": mark("open"),
    "failed": mark("failed"),
}
FILTER_BUTTONS = {
    "all": mark("All"),
    "done": mark("Done"),
    "open": mark("Open ones"),
    "failed": mark("Failed"),
}
ICONS = {
    None: "⌛",
    State.PLANNED: "📤",
    State.SENT: "📤",
    State.ASKED: "📤",
    State.TAKEN: "⏳",
    State.UNKNOWN: "❓",
    State.DONE: "✅",
    State.REFUSED: "❌",
    State.VOID: "↩",
}
STATUS_WORDS = {
    None: mark("quote only"),
    State.PLANNED: mark("planned"),
    State.SENT: mark("sent"),
    State.ASKED: mark("asked again"),
    State.TAKEN: mark("taken by Gate"),
    State.UNKNOWN: mark("no answer"),
    State.DONE: mark("done"),
    State.REFUSED: mark("failed"),
    State.VOID: mark("nothing happened"),
}
CELL_COLUMNS = 200
# What a spreadsheet takes for the start of a formula, full-width forms too
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def page_head(
    pen: Pen, title: Markup, wanted: str, page: int, has_more: bool, *, filters: Mapping[str, str] = FILTERS
) -> Markup:
    """Title, filter, the newest's day (the moment the pen speaks of), and the page where there are several."""
    head = [bold(title), pen.words(filters.get(wanted, filters["all"]))]
    if pen.near_ms is not None:
        head.append(form.day(pen.near_ms, pen.reader.timezone))
    if page or has_more:
        head.append(pen.words("page {page}", page=form.count(page + 1)))
    return joined(head, " · ")


def list_rows(
    pen: Pen,
    opening: Sequence[Button | None],
    listing: Verb,
    file: Verb,
    *,
    wanted: str,
    page: int,
    has_more: bool,
    buttons: Mapping[str, str] = FILTER_BUTTONS,
) -> Rows:
    """Two buttons a row that open an entry each, then pages, the other filters, and the file outside of a group."""
    pairs = [tuple(opening[at : at + 2]) for at in range(0, len(opening), 2)]
    newer = choice(pen.words("◀ Newer"), listing, wanted, form.count(page - 1)) if page > 0 else None
    older = choice(pen.words("Older ▶"), listing, wanted, form.count(page + 1)) if has_more else None
    others = tuple(press(pen.words(text), listing, one, "0") for one, text in buttons.items() if one != wanted)
    csv_button = choice(pen.words("As a file (CSV)"), file, wanted) if opening and not pen.reader.is_group else None
    return rows(*pairs, (newer, older), others[:3], (csv_button,))


def sheet(header: Iterable[str], lines: Iterable[Iterable[str]]) -> bytes:
    """UTF-8 with BOM, CRLF. A cell that a spreadsheet would run as a formula begins with an apostrophe."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(list(header))
    for line in lines:
        writer.writerow([_cell(value) for value in line])
    return text.getvalue().encode("utf-8-sig")


def _cell(value: str) -> str:
    shown = clean(value, CELL_COLUMNS)
    return f"'{shown}" if value.startswith(FORMULA) or shown.startswith(FORMULA) else shown
