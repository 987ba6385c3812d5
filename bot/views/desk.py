"""The desk itself: what I may do here, on and off duty, my language and clock, and the freeze."""

from bot.domain.situations import Reader
from bot.domain.staff import Person, Right, Role
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
    ("duty", Right.READ, mark("on or off duty: /duty on")),
    ("language", Right.READ, mark("English or Chinese")),
    ("timezone", Right.READ, mark("my clock: /timezone Asia/Shanghai")),
    ("templates", Right.TEMPLATES, mark("quick replies to buyers")),
    ("journal", Right.JOURNAL, mark("who did what")),
    ("freeze", Right.FREEZE, mark("stop all money at once")),
    ("unfreeze", Right.UNFREEZE, mark("let money move again")),
    ("staff", Right.STAFF, mark("people, invites, limits")),
    ("help", Right.READ, mark("this list")),
)
LANGUAGE_NAMES = {"en": "English", "zh": "简体中文"}


def menu(role: Role, language: str) -> tuple[tuple[str, str], ...]:
    """Telegram's command menu of a role: (command, description)."""
    pen = Pen(Reader(language, "UTC", Person(0, role, "", language, "UTC")))
    return tuple((command, pen.words(text)) for command, right, text in COMMANDS if pen.may(right))


def help_card(reader: Reader) -> Card:
    """Only what this person may do."""
    pen = Pen(reader)
    lines = [bold(pen.say("C2C Desk"))]
    if reader.person is None:
        lines.append(pen.say("Open an order here, act in a direct message."))
        return Card(joined(lines))
    role = reader.person.role
    lines.append(pen.say("You are {role}: {right}.", role=role_word(pen, role), right=pen.words(MAY[role])))
    lines += _commands(pen)
    lines.append(pen.say("Text you write here goes to nobody."))
    if pen.may(Right.CHAT):
        lines.append(pen.say("To a buyer: reply to their words, tap Write to buyer,"))
        lines.append(pen.say("or write /say 0417 and the text."))
    return Card(joined(lines))


def _commands(pen: Pen) -> list[Markup]:
    return [
        joined((escape(f"/{command}"), pen.say(text)), " – ") for command, right, text in COMMANDS if pen.may(right)
    ]


def start_card(reader: Reader) -> Card:
    """The answer to /start of somebody who is staff already."""
    pen = Pen(reader)
    name = pen.staff(reader.person.name) if reader.person else "–"
    lines = [bold(pen.say("Hello {name}, this is the desk.", name=name))]
    lines.append(pen.say("Orders come here while you are on duty."))
    lines += _commands(pen)
    return Card(joined(lines), ((press(pen.words("Queue"), Verb.QUEUE),),))


def welcome_card(role: Role, reader: Reader) -> Card:
    """The first message to somebody an owner let in."""
    pen = Pen(reader)
    lines = [bold(pen.say("✅ You are in as {role}.", role=role_word(pen, role)))]
    lines.append(pen.say("You {right}.", right=pen.words(MAY[role])))
    lines += _commands(pen)
    return Card(joined(lines), ((press(pen.words("Go on duty"), Verb.DUTY, "on"),),))


def duty_card(person: Person, others: tuple[str, ...], reader: Reader) -> Card:
    """`others` are the shown names of everybody else on duty."""
    pen = Pen(reader)
    if person.on_duty:
        head = pen.say("🔔 You are on duty: orders ring here.")
        button = press(pen.words("Go off duty"), Verb.DUTY, "off")
    else:
        head = pen.say("🔕 You are off duty: orders do not ring.")
        button = press(pen.words("Go on duty"), Verb.DUTY, "on")
    names = pen.words(", ").join(pen.staff(name) for name in others)
    rest = pen.say("Also on duty: {names}", names=escape(names, 200)) if others else _nobody_else(pen, person)
    return Card(joined((bold(head), rest)), ((button,),))


def _nobody_else(pen: Pen, person: Person) -> Markup:
    return pen.say("Nobody else is.") if person.on_duty else pen.say("Nobody is: the owners are rung.")


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
    lines.append(pen.say("What was sent already is still looked at."))
    lines.append(pen.say("An owner unfreezes it: /unfreeze"))
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
