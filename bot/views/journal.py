"""The journal in the chat: ten lines a page, each with its time, person, deed, target and outcome."""

from collections.abc import Mapping, Sequence

from bot.domain.journal import Entry
from bot.domain.situations import Reader
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.buttons import Verb, press
from bot.views.card import Card, Markup, bold, clean, escape, joined
from bot.views.pen import Pen, rows

PAGE = 10
LINE_COLUMNS = 60
ORDER_DIGITS = 12

DEEDS = {
    "release": mark("release"),
    "mark_paid": mark("mark paid"),
    "cancel": mark("cancel"),
    "claim": mark("claim"),
    "not_there": mark("not there yet"),
    "name_differs": mark("name differs"),
    "other_payer": mark("other payer"),
    "unlock": mark("unlock"),
    "show_payee": mark("payee shown"),
    "ask_lead": mark("asked a lead"),
    "invite": mark("invite made"),
    "join_request": mark("asks to join"),
    "join": mark("let in"),
    "staff_role": mark("role changed"),
    "staff_remove": mark("staff removed"),
    "staff_freeze": mark("person frozen"),
    "staff_unfreeze": mark("person unfrozen"),
    "limit": mark("limit set"),
    "freeze": mark("desk frozen"),
    "unfreeze": mark("desk unfrozen"),
    "duty": mark("duty"),
    "say": mark("to the buyer"),
    "say_again": mark("to the buyer again"),
    "export": mark("appeal pack made"),
    "template_saved": mark("template saved"),
    "template_removed": mark("template removed"),
    "allow_file_host": mark("file host allowed"),
    "unknown_file_host": mark("unknown file host"),
    "file_not_fetched": mark("file not fetched"),
    "stranger": mark("stranger"),
    "anonymous_in_group": mark("anonymous in group"),
    "outsider_in_group": mark("outsider in group"),
    "group_lost": mark("group lost"),
    "group_back": mark("group back"),
    "group_migrated": mark("group has a new id"),
    "blind": mark("Gate not readable"),
    "blind_over": mark("Gate readable again"),
    "done_elsewhere": mark("done outside the desk"),
    "delivery_failed": mark("message not delivered"),
}
OUTCOMES = {
    "done": mark("done"),
    "refused": mark("refused by Gate"),
    "unknown": mark("no answer"),
    "void": mark("nothing happened"),
    "sent": mark("sent"),
    "planned": mark("planned"),
    "not_allowed": mark("not allowed"),
    "changed": mark("changed meanwhile"),
    "ignored": mark("ignored"),
    "seen": mark("seen"),
    "made": mark("made"),
    "asked": mark("asked"),
    "joined": mark("joined"),
    "blocked": mark("blocked"),
    "dropped": mark("dropped"),
}


def journal_page(
    entries: Sequence[Entry], page: int, reader: Reader, *, names: Mapping[int, str] | None = None
) -> Card:
    """Newest first; `page` counts from 0; `names` are the shown names of people by id, others stay ids."""
    pen = Pen(reader)
    head = joined((bold(pen.say("Journal")), pen.say("page {page}", page=form.count(page + 1))), " · ")
    lines = [head, *(_line(pen, entry, names or {}) for entry in entries)]
    if not entries:
        lines.append(pen.say("Nothing more is written here."))
    newer = press(pen.words("◀ Newer"), Verb.JOURNAL, form.count(page - 1)) if page > 0 else None
    older = press(pen.words("Older ▶"), Verb.JOURNAL, form.count(page + 1)) if len(entries) >= PAGE else None
    return Card(joined(lines), rows((newer, older)))


def _line(pen: Pen, entry: Entry, names: Mapping[int, str]) -> Markup:
    who = pen.words("desk") if entry.actor is None else names.get(entry.actor) or form.count(entry.actor)
    deed = pen.words(DEEDS[entry.action]) if entry.action in DEEDS else entry.action
    outcome = pen.words(OUTCOMES[entry.outcome]) if entry.outcome in OUTCOMES else entry.outcome
    target = form.short_id(entry.target) if len(entry.target) >= ORDER_DIGITS else entry.target
    told = " ".join(part for part in (clean(who, 14), clean(deed, 24), clean(target, 16)) if part)
    line = joined((form.day_clock(entry.at, pen.reader.timezone), escape(told, LINE_COLUMNS)), " ")
    return joined((line, escape(outcome, LINE_COLUMNS)), " → ") if outcome else line
