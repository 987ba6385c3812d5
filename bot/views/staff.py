"""Who belongs to the desk: list, invite, join request, and what was changed."""

from collections.abc import Mapping, Sequence

from bot.domain.intents import Action
from bot.domain.quotes import LIMIT_CODE
from bot.domain.situations import Reader
from bot.domain.staff import NO_LIMIT_FROM, Limit, Person, Role
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.buttons import Verb, press
from bot.views.card import Button, Card, Markup, bold, clean, code, escape, joined
from bot.views.facts import ACTIONS, ROLES
from bot.views.pen import Pen, rows

ROLE_BUTTONS = {
    Role.VIEWER: mark("Viewer…"),
    Role.AGENT: mark("Agent…"),
    Role.OPERATOR: mark("Operator…"),
    Role.LEAD: mark("Lead…"),
}
MAY = {
    Role.VIEWER: mark("may read the orders"),
    Role.AGENT: mark("may claim orders, write to buyers"),
    Role.OPERATOR: mark("may move coins up to the limit"),
    Role.LEAD: mark("may move coins without limit"),
    Role.OWNER: mark("may do everything"),
}
COPY_ROOM = 256


def role_word(pen: Pen, role: Role) -> str:
    return pen.words(ROLES[role.word])


def staff_card(people: Sequence[Person], unreachable: set[int], reader: Reader) -> Card:
    """Everybody, highest role first; who cannot be written to, is frozen, is on duty."""
    pen = Pen(reader)
    lines = [bold(pen.say("Staff {number}", number=form.count(len(people))))]
    for person in sorted(people, key=lambda one: (-one.role, one.id)):
        lines.append(_person_line(pen, person, person.id in unreachable))
    if unreachable & {person.id for person in people}:
        lines.append(pen.say("📵 must open this bot and press Start"))
    lines.append(pen.say("Change: /staff invite, role, remove, freeze, limit"))
    return Card(joined(lines))


def _person_line(pen: Pen, person: Person, is_unreachable: bool) -> Markup:
    marks = ("🔔" if person.on_duty else "", "🧊" if person.is_frozen else "", "📵" if is_unreachable else "")
    parts = [code(form.count(person.id)), escape(clean(person.name, 12) or "–"), escape(role_word(pen, person.role))]
    return joined([*parts, *(mark_ for mark_ in marks if mark_)], " ")


def invite_card(role: Role, url: str, ends_at: int, reader: Reader) -> Card:
    """A link that lets one person ask once; an owner still decides."""
    pen = Pen(reader)
    lines = (
        joined((bold(pen.words("Invite made")), role_word(pen, role)), " · "),
        escape(url, COPY_ROOM),
        pen.say("For one person, once."),
        pen.say("Ends {time}", time=pen.clock(ends_at)),
        pen.say("You confirm after they pressed Start."),
    )
    return Card(joined(lines), ((Button(pen.words("Copy link"), copy=url),),))


def join_request(facts: Mapping[str, str], reader: Reader) -> Card:
    """For owners. Facts: invite, id, name, username, role, made_by, made_at, ends_at (moments in ms as text)."""
    pen = Pen(reader)
    username = facts.get("username", "")
    at_name = escape(f" · @{username}", 40) if username else Markup("")
    made_by = pen.words("you") if _is_reader(reader, facts.get("made_by", "")) else facts.get("made_by", "–")
    lines = (
        bold(pen.say("Somebody asks to join")),
        pen.say("Shown name: {name}", name=clean(facts.get("name", ""), 24) or "–"),
        joined((pen.say("Id {id}", id=code(facts.get("id", "–"))), at_name), " " if at_name else ""),
        pen.say("Invite made by {who} {time}", who=made_by, time=_moment(pen, facts.get("made_at", ""))),
        pen.say("Invited as: {role}", role=_role_of(pen, facts.get("role", ""))),
        pen.say("Names can be faked: phone and ask"),
        pen.say("No rights yet · ends {time}", time=_moment(pen, facts.get("ends_at", ""))),
    )
    return Card(joined(lines), _join_rows(pen, facts.get("invite", "")))


def _join_rows(pen: Pen, invite: str) -> tuple[tuple[Button, ...], ...]:
    if not invite:
        return ()
    refuse = press(pen.words("Refuse"), Verb.REFUSE, invite)
    block = press(pen.words("Refuse + block"), Verb.BLOCK, invite)
    made = [press(pen.words(text), Verb.ROLE, invite, role.word) for role, text in ROLE_BUTTONS.items()]
    return rows((refuse, block), tuple(made[:3]), tuple(made[3:]))


def _is_reader(reader: Reader, user_id: str) -> bool:
    return reader.person is not None and str(reader.person.id) == user_id


def _moment(pen: Pen, at: str) -> Markup:
    return pen.clock(int(at)) if at.isdecimal() else Markup("–")


def _role_of(pen: Pen, word: str) -> str:
    return pen.words(ROLES[word]) if word in ROLES else word or "–"


def role_confirm(invite: str, user_id: int, name: str, role: Role, reader: Reader) -> Card:
    """The second step of letting somebody in: who, and what that person will be able to do."""
    pen = Pen(reader)
    lines = (
        bold(pen.say("Let in as {role}?", role=role_word(pen, role))),
        pen.say("Shown name: {name}", name=clean(name, 24) or "–"),
        pen.say("Id {id}", id=code(form.count(user_id))),
        pen.say("This person {right}.", right=pen.words(MAY[role])),
        pen.say("Did you phone and ask?"),
    )
    yes = pen.words("Yes, let in as {role}", role=role_word(pen, role))
    made = rows(
        (press(pen.words("Refuse"), Verb.REFUSE, invite), press(pen.words("Refuse + block"), Verb.BLOCK, invite)),
        (press(yes, Verb.ROLE_YES, invite, role.word, style="primary"),),
    )
    return Card(joined(lines), made)


def joined_card(person: Person, reader: Reader) -> Card:
    pen = Pen(reader)
    head = pen.say("✅ {name} is in as {role}.", name=bold(pen.staff(person.name)), role=role_word(pen, person.role))
    return Card(joined((head, pen.say("Id {id}", id=code(form.count(person.id))))))


def turned_away(user_id: int, name: str, *, blocked: bool, reader: Reader) -> Card:
    pen = Pen(reader)
    text = mark("🚫 {name} ({id}) was refused and blocked.") if blocked else mark("🚫 {name} ({id}) was refused.")
    return Card(pen.say(text, name=pen.staff(name), id=form.count(user_id)))


def removed(person: Person, reader: Reader) -> Card:
    pen = Pen(reader)
    text = mark("🚪 {name} ({id}) is no longer staff.")
    done = pen.say(text, name=pen.staff(person.name), id=form.count(person.id))
    return Card(joined((done, pen.say("Every old button of theirs is dead."))))


def role_changed(person: Person, reader: Reader) -> Card:
    pen = Pen(reader)
    return Card(pen.say("✅ {name} is now {role}.", name=pen.staff(person.name), role=role_word(pen, person.role)))


def person_frozen(person: Person, reader: Reader) -> Card:
    """Also for the way back, which `person.is_frozen` tells."""
    pen = Pen(reader)
    frozen = mark("🧊 {name} ({id}) is frozen: nothing works for them.")
    text = frozen if person.is_frozen else mark("✅ {name} ({id}) may work again.")
    return Card(pen.say(text, name=pen.staff(person.name), id=form.count(person.id)))


def limit_set(role: Role, action: str, limit: Limit, reader: Reader) -> Card:
    pen = Pen(reader)
    return Card(joined((bold(pen.say("Limit set")), _limit_line(pen, role, action, limit))))


def limits_card(limits: Sequence[tuple[Role, str, Limit]], reader: Reader) -> Card:
    """What stands; whatever is not listed is 0, which means leads only."""
    pen = Pen(reader)
    lines = [bold(pen.say("Limits in coins: once / per day"))]
    lines += [_limit_line(pen, role, action, limit) for role, action, limit in limits if role < NO_LIMIT_FROM]
    lines.append(pen.say("Not listed: leads only"))
    lines.append(pen.say("Set: /staff limit operator release 1000 5000"))
    return Card(joined(lines))


def _limit_line(pen: Pen, role: Role, action: str, limit: Limit) -> Markup:
    return pen.say(
        "{role}, {action}: {once} / {day}",
        role=role_word(pen, role),
        action=pen.words(ACTIONS[action]) if action in ACTIONS else action,
        once=escape(form.amount(limit.per_action), COPY_ROOM),
        day=_per_day(action, limit),
    )


def _per_day(action: str, limit: Limit) -> Markup:
    """What is released counts in its own coin, what is converted in USDT whatever the coins are."""
    shown = escape(form.amount(limit.per_day), COPY_ROOM)
    return joined((shown, escape(LIMIT_CODE)), " ") if action == Action.CONVERT else shown
