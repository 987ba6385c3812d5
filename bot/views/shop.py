"""`/me`: our own account at Gate on one card, and the steps that open it, close it, or give it hours."""

import re

from bot.domain.accounts import PayAccount, PaymentMethod, WorkStatus
from bot.domain.listing import Listing
from bot.domain.shop import CUSTOM, RESTS, WORKS, Change, Shop, Step
from bot.domain.shop_hours import offset_of
from bot.domain.situations import Reader
from bot.domain.staff import Right
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.buttons import Verb, press
from bot.views.card import Button, Card, Markup, Rows, bold, clean, escape, joined
from bot.views.pen import BRANDS, METHODS, Pen, masked, rows, tail
from bot.views.shop_words import end_lines, hours_line, offset_words, standing_words, wish_words

METHOD_LINES = 12
KIND_COLUMNS, BANK_COLUMNS = 12, 10
LONG_NUMBER = re.compile(r"\d(?:[ \-]?\d){4,}")
WORDS_OF_STATUS = {WorkStatus.REST: "rest", WorkStatus.WORK: "work"}
STATUS_OF_WORD = {word: status for status, word in WORDS_OF_STATUS.items()}
QUESTIONS = {
    WorkStatus.REST: mark("Go to rest?"),
    WorkStatus.WORK: mark("Go online?"),
    WorkStatus.CUSTOM: mark("Set these hours?"),
}
LAST_STEPS = {
    WorkStatus.REST: mark("Yes, rest"),
    WorkStatus.WORK: mark("Yes, go online"),
    WorkStatus.CUSTOM: mark("Yes, set the hours"),
}


def shop_card(shop: Shop, reader: Reader, above: tuple[Markup, ...] = ()) -> Card:
    """The account as it was read; `above` says what has just happened. Buttons only for who may change it."""
    pen, own = Pen(reader, shop.seen_at), shop.profile
    margin = bold(pen.say("🔴 Gate asks for a margin top-up"))
    lines = [*((margin,) if own.needs_margin else ()), *above]
    lines.append(_title(pen, shop))
    if own.is_banned:
        lines.append(pen.say("🔴 Gate marks the account as blocked"))
    lines.append(pen.say("identity checked") if own.is_verified else pen.say("🔴 identity not checked"))
    done, month = form.count(own.completed), form.count(own.completed_month)
    lines.append(pen.say("Completed: {month} in 30 days, {all} in all", month=month, all=done))
    lines.append(pen.say("Completion, 30 days: {percent}%", percent=form.plain_number(own.completion_percent)))
    lines.append(pen.say("{days} days at Gate", days=form.count(own.registered_days)))
    lines.append(pen.say("Online at Gate: {state}", state=_yes_no(pen, own.is_online)))
    lines.append(pen.say("Working state: {state}", state=bold(standing_words(pen, shop.standing))))
    lines += hours_line(pen, own.hours)
    if own.needs_margin is None:
        lines.append(pen.say("Margin: Gate does not say"))
    lines.append(pen.say("May trade: {market}", market=escape(own.market, 30) or "–"))
    lines += _method_lines(pen, shop.methods)
    if shop.is_frozen:
        lines.append(pen.say("🧊 Desk frozen: the shop can only rest"))
    lines.append(pen.say("read {at}", at=pen.clock(shop.seen_at, seconds=True)))
    return Card(joined(lines), _shop_rows(pen, shop))


def _title(pen: Pen, shop: Shop) -> Markup:
    own = shop.profile
    parts = ["🏪", bold(escape(own.nick, 24) or "–")]
    if own.badge == 1:
        parts += ["·", pen.say("Blue V")]
    elif own.badge:
        parts += ["·", pen.say("badge {number}", number=form.count(own.badge))]
    return joined(parts, " ")


def _yes_no(pen: Pen, fact: bool | None) -> Markup:
    if fact is None:
        return pen.say("Gate does not say")
    return pen.say("yes") if fact else pen.say("no")


def _method_lines(pen: Pen, methods: Listing[PaymentMethod] | None) -> list[Markup]:
    """One line each, by the last digits; never a QR code, a memo or a description."""
    if methods is None:
        return [pen.say("Payment methods cannot be read now")]
    each = [(method, account) for method in methods for account in method.accounts]
    lines = [pen.say("Payment methods:") if each else pen.say("No payment method is set up")]
    lines += [_account_line(pen, method, account) for method, account in each[:METHOD_LINES]]
    left = len(each) - METHOD_LINES
    if left > 0:
        lines.append(pen.say("and {count} more", count=form.count(left)))
    if methods.unreadable:
        lines.append(pen.say("{count} more cannot be read", count=form.count(len(methods.unreadable))))
    return lines


def _account_line(pen: Pen, method: PaymentMethod, account: PayAccount) -> Markup:
    """`Bank card · ICBC ··8821 · 张**`."""
    kind = method.method
    named = pen.words(METHODS[kind]) if kind in METHODS else BRANDS.get(kind) or _unnumbered(method.name or kind)
    where = f"{clean(_unnumbered(account.bank), BANK_COLUMNS)} {tail(account.account)}".strip()
    parts = (clean(named, KIND_COLUMNS), where, masked(clean(account.holder, 30)))
    return joined(("•", escape(" · ".join(part for part in parts if part), 60)), " ")


def _unnumbered(name: str) -> str:
    """A name in which somebody wrote the account's number shows nothing of it."""
    return LONG_NUMBER.sub("…", name)


def _shop_rows(pen: Pen, shop: Shop) -> Rows:
    refresh = press(pen.words("Refresh"), Verb.SHOP)
    if not pen.may(Right.SHOP):
        return ((refresh,),) if pen.reader.person is not None else ()
    working = shop.profile.working
    rest = press(pen.words("Rest"), Verb.SH_ASK, "rest") if working != RESTS else None
    if shop.is_frozen:
        return rows((refresh,), (rest,))
    online = press(pen.words("Go online"), Verb.SH_ASK, "work") if working != WORKS else None
    hours = press(pen.words("Hours…"), Verb.SH_HOURS)
    return rows((refresh,), (online, rest), (hours,))


def step_card(step: Step, reader: Reader) -> Card:
    """The second step: old, new, and what it means; nothing is sent before its last row is pressed."""
    pen, wish = Pen(reader, step.seal.opened_at), step.wish
    lines = [
        bold(pen.say(QUESTIONS[wish.status])),
        pen.say("Now: {state}", state=standing_words(pen, step.was)),
        *hours_line(pen, step.was.hours),
        pen.say("Then: {state}", state=bold(wish_words(pen, wish))),
        *hours_line(pen, wish.hours),
    ]
    if wish.hours is not None:
        lines += _hours_notes(pen, step)
    elif step.was.working in CUSTOM:
        lines.append(pen.say("The own hours end with it."))
    if step.is_frozen:
        lines.append(pen.say("🧊 The desk is frozen: resting is"))
        lines.append(pen.say("allowed, for it moves no money."))
    lines.append(pen.say("Nothing is sent yet."))
    lines.append(pen.say("Valid until {time}", time=pen.clock(step.seal.expires_at, seconds=True)))
    back = press(pen.words("⬅ Back"), Verb.SH_BACK)
    return Card(joined(lines), ((back,), (_last(pen, step),)))


def _last(pen: Pen, step: Step) -> Button:
    return press(pen.words(LAST_STEPS[step.wish.status]), Verb.SH_YES, step.seal.id, style="primary")


def _hours_notes(pen: Pen, step: Step) -> list[Markup]:
    """Gate is given an offset, not a zone."""
    hours = step.wish.hours
    if hours is None or not step.is_moved:
        return []
    offset = offset_words(offset_of(hours) or 0)
    return [pen.say("Gate keeps {offset}, also when", offset=offset), pen.say("your clock is moved in the year.")]


def hours_prompt(offset: int, zone: str, reader: Reader) -> Card:
    """A question whose reply is days and times."""
    pen = Pen(reader)
    lines = (
        bold(pen.say("Working hours")),
        bold(pen.say("Which days, from when to when?")),
        pen.say("Reply like:"),
        pen.say("Mon-Fri 09:00-18:00"),
        pen.say("daily 09:00-18:00"),
        pen.say("Your clock: {zone}", zone=f"{clean(zone, 24)}, {offset_words(offset)}"),
        pen.say("Nothing is sent yet."),
    )
    return Card(joined(lines), prompt=True, prompt_hint=pen.words("Days and times"))


def end_card(change: Change, reader: Reader) -> Card:
    """How the change ended, when there is no card of the account to say it on."""
    pen = Pen(reader)
    return Card(joined(_end(pen, change)), ((press(pen.words("Refresh"), Verb.SHOP),),))


def ended_above(change: Change, reader: Reader) -> tuple[Markup, ...]:
    """The same for above the account's card."""
    return _end(Pen(reader), change)


def _end(pen: Pen, change: Change) -> tuple[Markup, ...]:
    return end_lines(pen, change.end, change.wish, change.now, change.answer)
