"""The journal in the chat: ten lines a page, each with its time, person, deed, target and outcome."""

from collections.abc import Mapping, Sequence

from bot.domain.journal import Entry
from bot.domain.quotes import OWN
from bot.domain.situations import Reader
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.buttons import Verb, press
from bot.views.card import Card, Markup, bold, clean, escape, joined
from bot.views.convert_lines import tail_of
from bot.views.pen import Pen, rows

PAGE = 10
LINE_COLUMNS = 60
ORDER_DIGITS = 12
LISTS = {
    "converts": mark("conversions as a file"),
    "otc": mark("off-ramps as a file"),
    "deposits": mark("payment links as a file"),
    "day": mark("a day as a file"),
}
"""lists that were handed out, by the target of that entry"""
OF_NO_ACCOUNT = {
    "otc": ("order", "number", "amount"),
    "bank": ("bank",),
    "deposit": ("label", "number", "amount"),
    "shop": ("hours",),
    "ads": ("way",),
    "day": ("day",),
}
"""what stands before the slash of a target that is no quote of an account, and the facts that name it to people"""
OF_AN_AD = "ad"
"""before the slash of a target that is one of our ads, or one that is not published yet"""

DEEDS = {
    "release": mark("release"),
    "mark_paid": mark("mark paid"),
    "cancel": mark("cancel"),
    "convert": mark("convert"),
    "ask_again": mark("Gate asked again"),
    "settle": mark("settled by a lead"),
    "otc": mark("off-ramp"),
    "otc_odd": mark("odd word of Gate"),
    "deposit": mark("payment link"),
    "ad": mark("change of an ad"),
    "publish_ad": mark("publish an ad"),
    "reprice": mark("price rule"),
    "ads_auto": mark("ads offline unasked"),
    "chain_begun": mark("journal chained"),
    "day_close": mark("day closed"),
    "callback": mark("callback of Gate Pay"),
    "bank_add": mark("bank account added"),
    "bank_delete": mark("bank account deleted"),
    "bank_review": mark("bank account reviewed"),
    "shop_rest": mark("shop to rest"),
    "shop_work": mark("shop online"),
    "shop_hours": mark("shop hours"),
    "claim": mark("claim"),
    "approval_end": mark("first yes"),
    "armed_end": mark("armed action"),
    "not_there_yet": mark("not there yet"),
    "snooze": mark("asked again later"),
    "payer_named": mark("payer's name kept"),
    "credit_twice": mark("one credit, two releases"),
    "name_differs": mark("name differs"),
    "other_payer": mark("other payer"),
    "unlock": mark("unlock"),
    "second_credit": mark("one more credit"),
    "show_payee": mark("payee shown"),
    "ask_lead": mark("asked a lead"),
    "invite": mark("invite made"),
    "join_request": mark("asks to join"),
    "staff_join": mark("let in"),
    "staff_refuse": mark("not let in"),
    "staff_role": mark("role changed"),
    "staff_remove": mark("staff removed"),
    "staff_freeze": mark("person frozen"),
    "staff_unfreeze": mark("person unfrozen"),
    "limit": mark("limit set"),
    "pin": mark("PIN asked"),
    "pin_set": mark("PIN set"),
    "pin_removed": mark("PIN taken away"),
    "pin_locked": mark("PIN wrong too often"),
    "pin_unlocked": mark("may try the PIN again"),
    "pin_reset": mark("PIN reset"),
    "freeze_card": mark("paper card"),
    "freeze": mark("desk frozen"),
    "unfreeze": mark("desk unfrozen"),
    "restored": mark("copy put back"),
    "duty": mark("duty"),
    "handover": mark("handover"),
    "alerts": mark("alerts chosen"),
    "escalated": mark("nobody answers"),
    "bell": mark("bell outside Telegram"),
    "say": mark("to the buyer"),
    "say_again": mark("to the buyer again"),
    "export": mark("appeal pack made"),
    "template_saved": mark("template saved"),
    "template_removed": mark("template removed"),
    "allow_file_host": mark("file host allowed"),
    "unknown_file_host": mark("unknown file host"),
    "file_not_fetched": mark("file not fetched"),
    "calls_refused": mark("calls refused"),
    "stranger": mark("stranger"),
    "anonymous_in_group": mark("anonymous in group"),
    "outsider_in_group": mark("outsider in group"),
    "topic_removed": mark("topic removed"),
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
    "taken": mark("taken by Gate"),
    "no_answer": mark("no answer"),
    "never_left": mark("not sent"),
    "nothing": mark("nothing happened"),
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
    "armed": mark("armed"),
    "first_approval": mark("first of two"),
    "used": mark("completed"),
    "taken_back": mark("taken back"),
    "first_out": mark("first person out"),
    "doubt": mark("payment doubted"),
    "other_action": mark("something else done"),
    "not_now": mark("not allowed"),
    "too_late": mark("too late"),
    "not_alone": mark("not alone any more"),
    "rules": mark("settings changed"),
    "frozen": mark("desk frozen"),
    "approval_end:refused": mark("second said no"),
    "stopped": mark("stopped"),
    "begun": mark("begun"),
    "added": mark("added"),
    "not_found": mark("not found"),
    "expired": mark("expired"),
    "deleted": mark("deleted"),
    "found_deleted": mark("deleted"),
    "still_listed": mark("still listed"),
    "unclear": mark("not told"),
    "done_late": mark("done, answer lost"),
    "differs": mark("Gate shows otherwise"),
    "looked_again": mark("looked at again"),
    "unseen": mark("hours not shown"),
    "not_seen": mark("not looked at"),
    "rung": mark("rung"),
    "duty:not_heard": mark("bell not heard"),
    "handover:waiting": mark("offered"),
    "handover:accepted": mark("accepted"),
    "handover:refused": mark("not accepted"),
    "handover:unanswered": mark("not answered"),
    "handover:void": mark("over"),
    "bell:failed": mark("not rung"),
    "deposit:refused": mark("refused by MTPay"),
    "link_ended": mark("link ended"),
    "mismatch": mark("a report that does not match"),
    "too_old": mark("a report too late to count"),
    "reported_InProgress": mark("reported in progress"),
    "reported_Finished": mark("reported finished"),
    "reported_Failed": mark("reported failed"),
    "reported_Cancelled": mark("reported cancelled"),
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
    deed = _deed(pen, entry)
    words = OUTCOMES.get(f"{entry.action}:{entry.outcome}", OUTCOMES.get(entry.outcome))
    outcome = pen.words(words) if words is not None else entry.outcome
    told = " ".join(part for part in (clean(who, 14), clean(deed, 24), clean(_target(entry), 24)) if part)
    line = joined((form.day_clock(entry.at, pen.reader.timezone), escape(told, LINE_COLUMNS)), " ")
    return joined((line, escape(outcome, LINE_COLUMNS)), " → ") if outcome else line


def _deed(pen: Pen, entry: Entry) -> str:
    if entry.action == "export" and entry.target in LISTS:
        return pen.words(LISTS[entry.target])
    return pen.words(DEEDS[entry.action]) if entry.action in DEEDS else entry.action


def _target(entry: Entry) -> str:
    """Long ids by their last digits; a quote or a pair (`2124538349/…`) with the whole id of its sub-account."""
    account, slash, rest = entry.target.partition("/")
    if not slash:
        return form.short_id(entry.target) if len(entry.target) >= ORDER_DIGITS else entry.target
    if account == OF_AN_AD:
        return " ".join(
            part for part in (tail_of(rest) if rest.isdecimal() else "", entry.facts.get("pair", "")) if part
        )
    if account in OF_NO_ACCOUNT:
        return next((_short(entry.facts[name]) for name in OF_NO_ACCOUNT[account] if entry.facts.get(name)), "")
    return _short(rest) if account == OWN else f"{_short(rest)} {account}"


def _short(told: str) -> str:
    is_id = len(told) >= ORDER_DIGITS and " " not in told
    return form.short_id(told) if is_id else told
