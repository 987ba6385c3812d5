"""The end of the journal's chain, as its owners are told it once a day."""

from bot.domain.journal_chain import HEX_DIGITS
from bot.domain.situations import Notice, Reader
from bot.views.card import Card, bold, code, escape, joined
from bot.views.pen import Pen, rows


def journal_head(notice: Notice, reader: Reader) -> Card:
    """Facts: `day` in the desk's time zone, `rows`, `last` (id), `hash`."""
    pen, facts = Pen(reader), notice.facts
    end = facts.get("hash", "")
    lines = (
        bold(pen.words("📒 Journal · {day}", day=facts.get("day", "–"))),
        pen.say("Rows: {rows}", rows=facts.get("rows", "–")),
        pen.say("Hash of row {last}:", last=facts.get("last", "–")),
        code(escape(end or "–", HEX_DIGITS)),
        pen.say("Keep this message: it proves later"),
        pen.say("that no row up to here was changed."),
    )
    return Card(joined(lines), rows((pen.copy_as(pen.words("Copy hash"), end),)))
