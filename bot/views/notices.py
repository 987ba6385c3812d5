"""What staff must be told that is not the card of an order. Each kind and its facts stand in one table here.

Facts are ready strings: `order` a full id, moments Unix milliseconds in text (see `facts.py`).
"""

import re
from collections.abc import Callable

from bot.domain.situations import LockReason, Notice, Reader
from bot.domain.staff import Right, Role
from bot.texts import mark
from bot.views.ad_form_words import FORM_NOTICES, form_notice_rows, form_notice_words
from bot.views.ad_notices import AD_NOTICES, ad_notice_rows, ad_notice_words, is_ad_line_left_out
from bot.views.alerts import ESCALATION_NOTICES
from bot.views.bank_refusals import PAYER_NOTICES
from bot.views.banks import BANK_NOTICES, REVIEWED, bank_notice
from bot.views.buttons import FIELD, Verb, press
from bot.views.card import Card, Rows, bold, joined
from bot.views.chat_lines import not_fetched
from bot.views.confirms import LOCK_WORDS
from bot.views.convert_lines import account_words, tail_of
from bot.views.day_close import DAY_NOTICE, day_notice
from bot.views.deposit_notices import (
    DEPOSIT_NOTICES,
    MISMATCH,
    deposit_rows,
    deposit_words,
    is_left_out,
    mismatch_notice,
)
from bot.views.desk import copy_put_back, desk_frozen, desk_unfrozen, start_card, welcome_card
from bot.views.duty_words import DUTY_NOTICES, duty_rows
from bot.views.facts import told
from bot.views.file_hosts import allow_row
from bot.views.journal_proof import journal_head
from bot.views.otc_notices import OTC_NOTICES, otc_rows, otc_words
from bot.views.payee_ends import PAYEE_NOTICES
from bot.views.pen import Pen
from bot.views.rule_words import RULE_NOTICES, is_rule_line_left_out, rule_notice_words, rule_rows
from bot.views.second_words import SECOND_NOTICES, is_second_line_left_out, second_notice_words, second_rows
from bot.views.shop_words import shop_notice
from bot.views.staff import join_request
from bot.views.step_up_words import STEP_UP_NOTICES
from bot.views.topics import ENDED, ROOM_NOTICES, ended_line

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
    # count, gate_pay, mtpay
    "calls_refused": (
        mark("⚠ Calls from outside refused: {count}"),
        mark("Gate Pay {gate_pay} · MTPay {mtpay}"),
        mark("Wrongly signed or unreadable."),
        mark("Changed nothing. All of them? Compare"),
        mark("the secret in the settings."),
    ),
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
        mark("The chat is read before any resend."),
    ),
    # conversion, who, give, get, account
    "convert_asked": (
        mark("🙋 {who} asks a lead to convert"),
        mark("Give {give}"),
        mark("Get {get}"),
        mark("from {account}"),
        mark("You take a quote of your own."),
    ),
    # who, asked (may be empty), give, get, account
    "converted": (
        mark("✅ Converted"),
        mark("Gave {give}"),
        mark("Got {get}"),
        mark("from {account}"),
        mark("by {who}"),
        mark("asked for by {asked}"),
    ),
    # who, asked (may be empty), give, get, account, why
    "convert_failed": (
        mark("❌ A conversion failed at Gate"),
        mark("Give {give}"),
        mark("Get {get}"),
        mark("from {account}"),
        mark("Why: {why}"),
        mark("by {who}"),
        mark("asked for by {asked}"),
    ),
    # conversion, who, asked (may be empty), give, get, account
    "convert_unknown": (
        mark("❓ No answer to a conversion"),
        mark("Give {give}"),
        mark("Get {get}"),
        mark("from {account}"),
        mark("by {who}"),
        mark("It may be done, or not."),
        mark("Look into Gate Pay, convert nothing."),
    ),
    # who, asked (may be empty), give, get, account
    "convert_void": (
        mark("↩ This conversion did not happen"),
        mark("Give {give}"),
        mark("Get {get}"),
        mark("from {account}"),
        mark("A lead looked into Gate Pay."),
        mark("Nothing was converted."),
        mark("by {who}"),
        mark("asked for by {asked}"),
    ),
    # conversion, who, asked (may be empty), give, get, account, since
    "convert_unknown_long": (
        mark("❓ Still no answer to a conversion"),
        mark("since {since}"),
        mark("Give {give}"),
        mark("Get {get}"),
        mark("from {account}"),
        mark("by {who}"),
        mark("It may be done, or not."),
        mark("Look into Gate Pay, then settle it."),
    ),
    # conversion, who, asked (may be empty), give, get, account, since
    "convert_stuck": (
        mark("⏳ A conversion comes to no end"),
        mark("since {since}"),
        mark("Give {give}"),
        mark("Get {get}"),
        mark("from {account}"),
        mark("See in Gate Pay what holds it up."),
        mark("by {who}"),
    ),
    # conversion, who, asked (may be empty), give, get, account
    "convert_maybe_twice": (
        mark("🔴 Maybe converted twice"),
        mark("Give {give}"),
        mark("Get {get}"),
        mark("from {account}"),
        mark("by {who}"),
        mark("The repeat made an order of its own."),
        mark("If the first request arrived, too,"),
        mark("it was done twice: look into Gate Pay."),
    ),
    **ROOM_NOTICES,
    **DUTY_NOTICES,
    **OTC_NOTICES,
    **BANK_NOTICES,
    **DEPOSIT_NOTICES,
    **AD_NOTICES,
    **RULE_NOTICES,
    **FORM_NOTICES,
    **STEP_UP_NOTICES,
    **SECOND_NOTICES,
    **ESCALATION_NOTICES,
    # why
    "halted": (
        mark("🛑 The desk has stopped"),
        mark("Database: {why}"),
        mark("Nothing is sent to Gate."),
        mark("Work in the Gate app, get help."),
    ),
    # why
    "deaf": (
        mark("🛑 The desk hears nobody"),
        mark("Telegram cannot bring messages:"),
        mark("{why}"),
        mark("Work in the Gate app, get help."),
    ),
    "webhook_taken": (
        mark("🛑 Another program uses this bot"),
        mark("It took the messages away for a while."),
        mark("Now they come here again."),
        mark("Was it none of you? Get a new token from BotFather."),
    ),
}
NOTICES |= PAYER_NOTICES | PAYEE_NOTICES
UNKNOWN_KIND = (mark("ℹ The desk reports: {kind}"),)
OPENS = (
    "unknown_long", "ask_lead", "done_elsewhere", "release_locked", "credit_twice", *ESCALATION_NOTICES, *PAYEE_NOTICES,
)  # fmt: skip
OPENS_CONVERSION = ("convert_unknown", "convert_unknown_long", "convert_stuck", "convert_maybe_twice")
ROWS = (otc_rows, deposit_rows, duty_rows, form_notice_rows, ad_notice_rows, rule_rows)
"""the buttons of those notices that have a table of their own"""
MAY_BE_EMPTY = ("asked", "act_at", "latest_at")
ORDER_ANSWER = re.compile(r"order (\S+): status (\d+)\Z")
"""the desk's own words for what the venue said of its order"""
DRAWN: dict[str, Callable[[Notice, Reader], Card]] = {
    MISMATCH: mismatch_notice,
    ENDED: ended_line,
    "journal_head": journal_head,
    DAY_NOTICE: day_notice,
    "restored": copy_put_back,
}
CHATS = ("file_not_fetched", "chat_unreadable", "saying_unknown")


def notice_card(notice: Notice, reader: Reader, *, has_convert: bool = True, has_deposit: bool = False) -> Card:
    """The message of a notice; a kind without a sentence is told by its name, never swallowed."""
    special = _special(notice, reader, has_convert, has_deposit)
    if special is not None:
        return special
    pen = Pen(reader)
    templates = NOTICES.get(notice.kind, UNKNOWN_KIND)
    facts = {"kind": notice.kind, **notice.facts, **_words(pen, notice)}
    kept = (template for template in templates if not _is_left_out(notice, template))
    first, *rest = (told(pen, template, facts) for template in kept)
    return Card(joined((bold(first), *rest)), _rows(pen, notice))


def _is_left_out(notice: Notice, template: str) -> bool:
    if notice.kind in DEPOSIT_NOTICES:
        return is_left_out(notice, template)
    if notice.kind in AD_NOTICES:
        return is_ad_line_left_out(notice, template)
    if notice.kind in SECOND_NOTICES:
        return is_second_line_left_out(notice.facts, template)
    if notice.kind in RULE_NOTICES:
        return is_rule_line_left_out(notice, template)
    return any(f"{{{name}}}" in template for name in MAY_BE_EMPTY if not notice.facts.get(name))


def _special(notice: Notice, reader: Reader, has_convert: bool, has_deposit: bool) -> Card | None:
    facts = notice.facts
    if notice.kind in DRAWN:
        return DRAWN[notice.kind](notice, reader)
    if notice.kind in BANK_NOTICES or notice.kind == REVIEWED:
        return bank_notice(notice.kind, facts, reader)
    if notice.kind == "shop_set":
        return shop_notice(notice, Pen(reader))
    if notice.kind == "join_request":
        return join_request(facts, reader)
    if notice.kind == "welcome":
        if "role" not in facts:
            return start_card(reader, has_convert=has_convert, has_deposit=has_deposit)
        return welcome_card(Role.of(facts["role"]), reader, has_convert=has_convert, has_deposit=has_deposit)
    if notice.kind == "desk_frozen":
        return desk_frozen(facts.get("who", ""), reader)
    if notice.kind == "desk_unfrozen":
        return desk_unfrozen(facts.get("who", ""), reader)
    return None


def _words(pen: Pen, notice: Notice) -> dict[str, str]:
    """Facts whose words are ours."""
    if notice.kind in OTC_NOTICES:
        return otc_words(pen, notice)
    if notice.kind in DEPOSIT_NOTICES:
        return deposit_words(pen, notice)
    if notice.kind in AD_NOTICES:
        return ad_notice_words(pen, notice)
    if notice.kind in SECOND_NOTICES:
        return second_notice_words(pen, notice.facts)
    if notice.kind in RULE_NOTICES:
        return rule_notice_words(pen, notice)
    if notice.kind in FORM_NOTICES:
        return form_notice_words(pen, notice)
    if notice.kind == "file_not_fetched":
        return {"why": not_fetched(pen, notice.facts.get("why", ""), notice.facts.get("host", ""))}
    if "account" in notice.facts:
        return _conversion_words(pen, notice)
    reason = notice.facts.get("reason", "")
    known = {str(one): text for one, text in LOCK_WORDS.items()}
    if reason in {str(one) for one in LockReason}:
        return {"reason": pen.words(known[reason])}
    return {}


def _conversion_words(pen: Pen, notice: Notice) -> dict[str, str]:
    made: dict[str, str] = {"account": account_words(pen, notice.facts["account"])}
    order = ORDER_ANSWER.match(notice.facts.get("why", ""))
    if order is not None:
        made["why"] = pen.words("order {order}, status {status}", order=tail_of(order[1]), status=order[2])
    return made


def _rows(pen: Pen, notice: Notice) -> Rows:
    found = (rows_of(pen, notice) for rows_of in ROWS)
    of_kind = next((rows for rows in found if rows is not None), None)
    if of_kind is not None:
        return of_kind
    order, conversion = notice.facts.get("order", ""), notice.facts.get("conversion", "")
    if FIELD.match(conversion) and notice.kind == "convert_asked":
        take = press(pen.words("Take a quote"), Verb.CV_LEAD, conversion, style="primary")
        return ((take,),) if pen.may(Right.CONVERT) else ()
    if FIELD.match(conversion) and notice.kind in OPENS_CONVERSION:
        return ((press(pen.words("Open"), Verb.CV_OPEN, conversion),),)
    if notice.kind in SECOND_NOTICES:
        return second_rows(pen, order)
    if notice.kind == "unknown_file_host":
        return allow_row(pen, notice.facts.get("file", ""))
    if notice.kind in CHATS and not pen.reader.is_group and FIELD.match(order):
        return ((press(pen.words("Chat"), Verb.CHAT, order),),)
    if notice.kind not in OPENS or not FIELD.match(order):
        return ()
    return ((press(pen.words("Open"), Verb.OPEN, order),),)
