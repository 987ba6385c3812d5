"""The desk itself: what I may do here, on and off duty, my language and clock, and the freeze."""

from bot.domain.situations import Notice, Reader
from bot.domain.staff import Person, Right, Role
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.buttons import Verb, press
from bot.views.card import Card, Markup, bold, escape, joined
from bot.views.pen import Pen
from bot.views.staff import MAY, role_word

COMMANDS = (
    ("orders", Right.READ, mark("what needs me now")),
    ("order", Right.READ, mark("one order: /order 0417")),
    ("chat", Right.READ, mark("the buyer chat: /chat 0417")),
    ("say", Right.CHAT, mark("to the buyer: /say 0417 text")),
    ("convert", Right.CONVERT, mark("coins for coins: /convert 100 USDT BTC")),
    ("converts", Right.READ, mark("conversions so far")),
    ("otc", Right.ASK_OFF_RAMP, mark("coins to a bank account: /otc 1000 USDT")),
    ("banks", Right.OFF_RAMP, mark("bank accounts of the OTC desk")),
    ("deposit", Right.DEPOSIT, mark("a payment link: /deposit 5500.20 CNY NAME")),
    ("deposits", Right.READ, mark("payment links so far")),
    ("today", Right.READ, mark("the day so far")),
    ("close", Right.DAY_CLOSE, mark("close the day: bank beside desk")),
    ("market", Right.READ, mark("the market around our ads: /market USDT CNY")),
    ("ads", Right.READ, mark("our ads: online, offline, change one")),
    ("price", Right.ADS, mark("a price of ours: /price 7.21")),
    ("reprice", Right.READ, mark("rules that follow the market")),
    ("me", Right.READ, mark("our account at Gate, open or resting")),
    ("duty", Right.READ, mark("on or off duty, handover: /duty")),
    ("alerts", Right.READ, mark("what rings at me: /alerts")),
    ("pin", Right.READ, mark("my PIN before money moves")),
    ("language", Right.READ, mark("English or Chinese")),
    ("timezone", Right.READ, mark("my clock: /timezone Asia/Shanghai")),
    ("templates", Right.TEMPLATES, mark("quick replies to buyers")),
    ("journal", Right.JOURNAL, mark("who did what")),
    ("freeze", Right.FREEZE, mark("stop all money at once")),
    ("unfreeze", Right.UNFREEZE, mark("let money move again")),
    ("staff", Right.STAFF, mark("people, invites, limits")),
    ("help", Right.READ, mark("this list")),
)
OF_GATE_PAY = frozenset({"convert", "converts", "otc", "banks"})
"""commands that exist only where Gate Pay is set up: there `has_convert` is true"""
OF_MTPAY = frozenset({"deposit", "deposits"})
"""commands that exist only where MTPay is set up: there `has_deposit` is true"""
LANGUAGE_NAMES = {"en": "English", "zh": "简体中文"}


def menu(
    role: Role, language: str, *, has_convert: bool = True, has_deposit: bool = False
) -> tuple[tuple[str, str], ...]:
    """Telegram's command menu of a role: (command, description)."""
    pen = Pen(Reader(language, "UTC", Person(0, role, "", language, "UTC")))
    return tuple((command, pen.words(text)) for command, text in _allowed(pen, has_convert, has_deposit))


def _allowed(pen: Pen, has_convert: bool, has_deposit: bool) -> list[tuple[str, str]]:
    hidden = (frozenset() if has_convert else OF_GATE_PAY) | (frozenset() if has_deposit else OF_MTPAY)
    return [(command, text) for command, right, text in COMMANDS if pen.may(right) and command not in hidden]


def help_card(reader: Reader, *, has_convert: bool = True, has_deposit: bool = False) -> Card:
    """Only what this person may do."""
    pen = Pen(reader)
    lines = [bold(pen.say("C2C Desk"))]
    if reader.person is None:
        lines.append(pen.say("Open an order here, act in a direct message."))
        return Card(joined(lines))
    role = reader.person.role
    lines.append(pen.say("You are {role}: {right}.", role=role_word(pen, role), right=pen.words(MAY[role])))
    lines += _commands(pen, has_convert, has_deposit)
    lines.append(pen.say("Text you write here goes to nobody."))
    if pen.may(Right.CHAT):
        lines.append(pen.say("To a buyer: reply to their words, tap Write to buyer,"))
        lines.append(pen.say("or write /say 0417 and the text."))
    return Card(joined(lines))


def _commands(pen: Pen, has_convert: bool, has_deposit: bool) -> list[Markup]:
    return [
        joined((escape(f"/{command}"), pen.say(text)), " – ")
        for command, text in _allowed(pen, has_convert, has_deposit)
    ]


def start_card(reader: Reader, *, has_convert: bool = True, has_deposit: bool = False) -> Card:
    """The answer to /start of somebody who is staff already."""
    pen = Pen(reader)
    name = pen.staff(reader.person.name) if reader.person else "–"
    lines = [bold(pen.say("Hello {name}, this is the desk.", name=name))]
    lines.append(pen.say("Orders come here while you are on duty."))
    lines += _commands(pen, has_convert, has_deposit)
    return Card(joined(lines), ((press(pen.words("Queue"), Verb.QUEUE),),))


def welcome_card(role: Role, reader: Reader, *, has_convert: bool = True, has_deposit: bool = False) -> Card:
    """The first message to somebody an owner let in."""
    pen = Pen(reader)
    lines = [bold(pen.say("✅ You are in as {role}.", role=role_word(pen, role)))]
    lines.append(pen.say("You {right}.", right=pen.words(MAY[role])))
    lines += _commands(pen, has_convert, has_deposit)
    return Card(joined(lines), ((press(pen.words("Go on duty"), Verb.DUTY, "on"),),))


def language_card(reader: Reader) -> Card:
    pen = Pen(reader)
    buttons = tuple(press(name, Verb.LANGUAGE, code) for code, name in LANGUAGE_NAMES.items())
    return Card(bold(pen.say("Which language?")), (buttons,))


def language_chosen(reader: Reader) -> Card:
    """`reader` already reads the new language."""
    pen = Pen(reader)
    return Card(pen.say("✅ I speak English to you now."))


def timezone_card(reader: Reader) -> Card:
    """What stands, and how to change it."""
    pen = Pen(reader)
    stands = pen.say("Your clock: {zone}", zone=bold(reader.timezone))
    return Card(joined((stands, pen.say("Write the zone's name: /timezone Asia/Shanghai"))))


def timezone_chosen(reader: Reader) -> Card:
    """`reader` already has the new zone."""
    pen = Pen(reader)
    return Card(pen.say("✅ Your clock is {zone} now.", zone=bold(reader.timezone)))


def desk_frozen(who: str, reader: Reader) -> Card:
    """To the one who pressed, and as the notice to everybody."""
    pen = Pen(reader)
    lines = [bold(pen.say("🧊 Desk frozen: no money moves"))]
    lines.append(pen.say("by {who}", who=pen.staff(who)) if who else pen.say("from the command line"))
    lines.append(pen.say("What was sent is still looked at."))
    lines.append(pen.say("An owner unfreezes it: /unfreeze"))
    return Card(joined(lines))


def copy_put_back(notice: Notice, reader: Reader) -> Card:
    """To everybody who acts, and the group. `at` is when the copy was made, Unix milliseconds in text."""
    pen, at = Pen(reader), notice.facts.get("at", "")
    made = form.day_clock(int(at), reader.timezone) if at.isdecimal() else "–"
    lines = [bold(pen.say("🧊 Desk frozen: a copy was put back"))]
    lines.append(pen.say("It was made {at}.", at=made))
    lines.append(pen.say("What came since is not known here:"))
    lines.append(pen.say("staff, limits, PINs, freezes, stops,"))
    lines.append(pen.say("used credits, requests at Gate."))
    lines.append(pen.say("Put it right, then owner: /unfreeze"))
    return Card(joined(lines))


def desk_unfrozen(who: str, reader: Reader) -> Card:
    pen = Pen(reader)
    by = pen.say("by {who}", who=pen.staff(who)) if who else pen.say("from the command line")
    return Card(joined((bold(pen.say("✅ Desk unfrozen: money may move")), by)))


def text_hint(reader: Reader) -> Card:
    """Plain text in a direct message goes to nobody, and that is said."""
    pen = Pen(reader)
    lines = (
        bold(pen.say("This text went to nobody.")),
        pen.say("To a buyer: reply to their words, tap Write to buyer,"),
        pen.say("or write /say 0417 and the text."),
        pen.say("/help shows what you can write."),
    )
    return Card(joined(lines))


def said(text: Markup) -> Card:
    """A ready sentence as a message, e.g. of `refusals.refusal`."""
    return Card(text)
