"""What staff must be told that is not the card of an order. Each kind and its facts stand in one table here.

Facts are ready strings: `order` a full id, moments Unix milliseconds in text (see `facts.py`).
"""

from bot.domain.situations import LockReason, Notice, Reader
from bot.domain.staff import Role
from bot.texts import mark
from bot.views.buttons import FIELD, Verb, press
from bot.views.card import Card, Rows, bold, joined
from bot.views.chat_lines import not_fetched
from bot.views.confirms import LOCK_WORDS
from bot.views.desk import desk_frozen, desk_unfrozen, start_card, welcome_card
from bot.views.facts import told
from bot.views.file_hosts import allow_row
from bot.views.pen import Pen
from bot.views.staff import join_request

# kind: (first line, the lines below). The first line is what a lock screen must say.
NOTICES: dict[str, tuple[str, ...]] = {
    # since, why
    "blind": (
        mark("🙈 Blind: Gate cannot be read"),
        mark("since {since}"),
        mark("Cards may be out of date."),
        mark("Look into the Gate app until it is back."),
    ),
    # since, until
    "blind_over": (mark("👁 Gate can be read again"), mark("blind from {since} to {until}"), mark("All is looked up.")),
    # id, name, what, chat
    "stranger": (
        mark("👤 A stranger wrote to the bot"),
        mark("Shown name: {name}"),
        mark("Id {id}"),
        mark("Got no answer, changed nothing."),
    ),
    # id, name, status
    "outsider_in_group": (
        mark("🔴 Not staff, but in the desk group"),
        mark("Shown name: {name}"),
        mark("Id {id}"),
        mark("They can read all orders: remove them."),
    ),
    # id, name, what, chat
    "anonymous_in_group": (
        mark("🔴 Somebody anonymous in the group"),
        mark("An admin without a name wrote there."),
        mark("Switch anonymity off in its settings."),
        mark("Changed nothing."),
    ),
    # order, action, who
    "unknown_long": (
        mark("❓ Still no answer from Gate · {order}"),
        mark("{who}: {action}"),
        mark("It may be done, or not."),
        mark("Look into the Gate app, press nothing."),
    ),
    # order, who, action, coins
    "ask_lead": (
        mark("🙋 {who} asks a lead · {order}"),
        mark("Action: {action}"),
        mark("Coins: {coins}"),
        mark("Open it and check it yourself."),
    ),
    # order, status
    "done_elsewhere": (
        mark("⚠ Done outside the desk · {order}"),
        mark("Gate: {status}"),
        mark("Not by a button of this desk."),
        mark("Ask who did it in the Gate app."),
    ),
    # order, who, reason
    "release_locked": (
        mark("🔒 Release stopped · {order}"),
        mark("by {who}"),
        mark("Why: {reason}"),
        mark("Only a lead can unlock it."),
    ),
    # seconds
    "clock_skew": (
        mark("🕰 Our clock is wrong by {seconds} s"),
        mark("From 60 s on Gate refuses everything."),
        mark("Set the server's clock."),
    ),
    # status
    "group_lost": (
        mark("🔴 The desk group is lost"),
        mark("The bot was removed or lacks a right."),
        mark("Telegram: {status}"),
        mark("Add it again as an admin."),
        mark("Direct messages go on."),
    ),
    # status
    "group_back": (mark("✅ The desk group is back"),),
    # old, new
    "group_migrated": (
        mark("🔁 The desk group has a new id"),
        mark("{old} → {new}"),
        mark("The desk goes on there."),
        mark("Write DESK_CHAT_ID={new} into .env"),
    ),
    # since (of the last look before), orders
    "started": (mark("▶ The desk is running again"), mark("Last look before: {since}"), mark("Open orders: {orders}")),
    # who, why
    "delivery_failed": (
        mark("📵 A message did not arrive"),
        mark("for {who}"),
        mark("Telegram: {why}"),
        mark("Must open this bot and press Start?"),
    ),
    # order, why
    "unreadable_order": (
        mark("❔ Unreadable order · {order}"),
        mark("Gate's answer is not understood."),
        mark("Handle it in the Gate app"),
        mark("and tell the technician."),
    ),
    # order, host, file (its number)
    "unknown_file_host": (
        mark("📎 File from an unknown host · {order}"),
        mark("Host: {host}"),
        mark("It is not fetched until an owner allows it."),
        mark("Until then look into the Gate app."),
    ),
    # order, why (a key of NotFetched), host
    "file_not_fetched": (
        mark("📎 A file of the chat is not here · {order}"),
        mark("Why: {why}"),
        mark("Look at it in the Gate app."),
    ),
    # order
    "chat_unreadable": (
        mark("❔ Unreadable chat · {order}"),
        mark("Gate's answer is not understood."),
        mark("Read it in the Gate app"),
        mark("and tell the technician."),
    ),
    # order, who
    "saying_unknown": (
        mark("❓ Words to the buyer without an answer · {order}"),
        mark("by {who}"),
        mark("They may be in the chat, or not."),
        mark("The chat is read before anything is sent again."),
    ),
    # why
    "halted": (
        mark("🛑 The desk has stopped"),
        mark("Database: {why}"),
        mark("Nothing is sent to Gate."),
        mark("Work in the Gate app, get help."),
    ),
}
UNKNOWN_KIND = (mark("ℹ The desk reports: {kind}"),)
OPENS = ("unknown_long", "ask_lead", "done_elsewhere", "release_locked")
CHATS = ("file_not_fetched", "chat_unreadable", "saying_unknown")


def notice_card(notice: Notice, reader: Reader) -> Card:
    """The message of a notice; a kind without a sentence is told by its name, never swallowed."""
    special = _special(notice, reader)
    if special is not None:
        return special
    pen = Pen(reader)
    templates = NOTICES.get(notice.kind, UNKNOWN_KIND)
    facts = {"kind": notice.kind, **notice.facts, **_words(pen, notice)}
    first, *rest = (told(pen, template, facts) for template in templates)
    return Card(joined((bold(first), *rest)), _rows(pen, notice))


def _special(notice: Notice, reader: Reader) -> Card | None:
    facts = notice.facts
    if notice.kind == "join_request":
        return join_request(facts, reader)
    if notice.kind == "welcome":
        return welcome_card(Role.of(facts["role"]), reader) if "role" in facts else start_card(reader)
    if notice.kind == "desk_frozen":
        return desk_frozen(facts.get("who", ""), reader)
    if notice.kind == "desk_unfrozen":
        return desk_unfrozen(facts.get("who", ""), reader)
    return None


def _words(pen: Pen, notice: Notice) -> dict[str, str]:
    """Facts whose words are ours."""
    if notice.kind == "file_not_fetched":
        return {"why": not_fetched(pen, notice.facts.get("why", ""), notice.facts.get("host", ""))}
    reason = notice.facts.get("reason", "")
    known = {str(one): text for one, text in LOCK_WORDS.items()}
    if reason in {str(one) for one in LockReason}:
        return {"reason": pen.words(known[reason])}
    return {}


def _rows(pen: Pen, notice: Notice) -> Rows:
    order = notice.facts.get("order", "")
    if notice.kind == "unknown_file_host":
        return allow_row(pen, notice.facts.get("file", ""))
    if notice.kind in CHATS and not pen.reader.is_group and FIELD.match(order):
        return ((press(pen.words("Chat"), Verb.CHAT, order),),)
    if notice.kind not in OPENS or not FIELD.match(order):
        return ()
    return ((press(pen.words("Open"), Verb.OPEN, order),),)
