"""`/staff …` and the join buttons: people, invites, limits, freezes."""

from collections.abc import Awaitable, Callable

from bot.domain.errors import NotAllowed
from bot.domain.money import parse_amount
from bot.domain.staff import Limit, Role
from bot.flows import invites, members, people
from bot.flows.deliver import MENU
from bot.views import desk as desk_views
from bot.views import staff as views
from handlers import step_up
from handlers.context import Did


async def staff(did: Did) -> None:
    """`/staff` lists; its first word selects what is changed."""
    if not did.words:
        await listing(did)
        return
    word, *rest = did.words
    action = ACTIONS.get(word.lower())
    if action is None:
        raise NotAllowed("usage", {"command": "staff", "given": word[:30]})
    await action(did, rest)


async def listing(did: Did) -> None:
    everybody, unreachable = await people.people(did.desk, did.person_id)
    await did.say(views.staff_card(everybody, unreachable, did.reader), kind=MENU)


async def _invite(did: Did, words: list[str]) -> None:
    if len(words) != 1:
        raise NotAllowed("usage", {"command": "invite"})
    made, code = await invites.invite(did.desk, did.person_id, Role.of(words[0]))
    url = f"https://t.me/{did.mouth.username}?start={code}"
    await did.say(views.invite_card(made.role, url, made.ends_at, did.reader))


async def _role(did: Did, words: list[str]) -> None:
    if len(words) != 2:
        raise NotAllowed("usage", {"command": "role"})
    person = await people.change_role(did.desk, did.person_id, _id(words[0]), Role.of(words[1]))
    await did.mouth.show_menu(
        person.id,
        desk_views.menu(person.role, person.language, **did.desk.exchange.offered),
    )
    await did.say(views.role_changed(person, did.reader))


async def _remove(did: Did, words: list[str]) -> None:
    if len(words) != 1:
        raise NotAllowed("usage", {"command": "remove"})
    person = await people.remove(did.desk, did.person_id, _id(words[0]))
    is_out = await did.mouth.remove_from_group(person.id)
    await did.mouth.show_menu(person.id, ())
    await did.say(views.removed(person, did.reader))
    if not is_out:
        await members.still_inside(did.desk, person)


async def _freeze(did: Did, words: list[str]) -> None:
    await _set_frozen(did, words, frozen=True)


async def _pin(did: Did, words: list[str]) -> None:
    """`/staff pin ID reset`."""
    if len(words) != 2 or words[1].lower() != "reset":
        raise NotAllowed("usage", {"command": "staff_pin"})
    await step_up.reset(did, _id(words[0]))


async def _unfreeze(did: Did, words: list[str]) -> None:
    if len(words) == 1 and await step_up.unlock(did, _id(words[0])):
        if did.desk.person(_id(words[0])).is_frozen:
            await _set_frozen(did, words, frozen=False)
        return
    await _set_frozen(did, words, frozen=False)


async def _set_frozen(did: Did, words: list[str], *, frozen: bool) -> None:
    if len(words) != 1:
        raise NotAllowed("usage", {"command": "staff"})
    person = await people.freeze_person(did.desk, did.person_id, _id(words[0]), frozen)
    await did.say(views.person_frozen(person, did.reader))


async def _limit(did: Did, words: list[str]) -> None:
    if len(words) != 4:
        if not words:
            await did.say(views.limits_card(await people.limits(did.desk, did.person_id), did.reader))
            return
        raise NotAllowed("usage", {"command": "limit"})
    role, limit = Role.of(words[0]), Limit(parse_amount(words[2]), parse_amount(words[3]))
    await people.set_limit(did.desk, did.person_id, role, words[1].lower(), limit)
    await did.say(views.limit_set(role, words[1].lower(), limit, did.reader))


def _id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise NotAllowed("unknown_person", {"given": text[:30]})
    return int(text)


ACTIONS: dict[str, Callable[[Did, list[str]], Awaitable[None]]] = {
    "invite": _invite,
    "role": _role,
    "remove": _remove,
    "pin": _pin,
    "freeze": _freeze,
    "unfreeze": _unfreeze,
    "limit": _limit,
    "limits": _limit,
}


async def pick_role(did: Did, invite_id: str, role: str) -> None:
    """First step of letting somebody in: who it is, and what they will be able to do."""
    found = await invites.open_invite(did.desk, did.person_id, invite_id)
    card = views.role_confirm(found.id, found.used_by or 0, found.used_name, Role.of(role), did.reader)
    await did.say(card, kind=MENU, replace=True)


async def let_in(did: Did, invite_id: str, role: str) -> None:
    person = await invites.admit_person(did.desk, did.person_id, invite_id, Role.of(role))
    await did.mouth.show_menu(
        person.id,
        desk_views.menu(person.role, person.language, **did.desk.exchange.offered),
    )
    await did.say(views.joined_card(person, did.reader), replace=True)


async def refuse(did: Did, invite_id: str) -> None:
    await _turn_away(did, invite_id, block=False)


async def block(did: Did, invite_id: str) -> None:
    await _turn_away(did, invite_id, block=True)


async def _turn_away(did: Did, invite_id: str, *, block: bool) -> None:
    found = await invites.turn_away(did.desk, did.person_id, invite_id, block=block)
    card = views.turned_away(found.used_by or 0, found.used_name, blocked=block, reader=did.reader)
    await did.say(card, replace=True)
