"""Where the files of a chat may be fetched from: an owner looks at the host's name and lets it in."""

from bot.domain.attachments import KeptFile
from bot.domain.situations import Reader
from bot.domain.staff import Right
from bot.texts import formatting as form
from bot.views.buttons import FIELD, Verb, press
from bot.views.card import Card, Rows, bold, code, escape, joined
from bot.views.pen import Pen

HOST_COLUMNS = 120


def allow_row(pen: Pen, file: str) -> Rows:
    """*Allow host…* for those who may; `file` is the number of a file that waits for it."""
    if pen.reader.is_group or not pen.may(Right.FILE_HOSTS) or not FIELD.match(file):
        return ()
    return ((press(pen.words("Allow host…"), Verb.ALLOW_HOST, file),),)


def host_confirm(file: KeptFile, reader: Reader) -> Card:
    """The second step: the whole name, so that a look-alike is seen."""
    pen = Pen(reader)
    lines = (
        bold(pen.say("Fetch files from this host?")),
        code(escape(file.host or "–", HOST_COLUMNS)),
        pen.say("A file of order {order} lies there.", order=form.short_id(file.order_id)),
        pen.say("⚠ Allow it only if it belongs to Gate."),
        pen.say("A look-alike name may be a trap."),
    )
    back = press(pen.words("Don't allow"), Verb.DISMISS)
    yes = press(pen.words("Allow this host"), Verb.ALLOW_HOST_YES, form.count(file.number))
    return Card(joined(lines), ((back,), (yes,)))


def host_allowed(host: str, reader: Reader) -> Card:
    pen = Pen(reader)
    return Card(joined((pen.say("✅ Files are fetched from there now:"), code(escape(host or "–", HOST_COLUMNS)))))
