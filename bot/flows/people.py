"""Staff: list, change, remove, limit, freeze. Owners come from the settings and cannot be changed here."""

from bot.domain.errors import NotAllowed
from bot.domain.intents import LIMITED
from bot.domain.staff import Limit, Person, Right, Role
from bot.flows.desk import Desk
from bot.flows.journal_line import journal
from bot.flows.standing import end_of_people
from bot.flows.step_up import check_deed

OWNER_UNNAMED = "Owner"


async def seed_owners(desk: Desk) -> None:
    """At start: the owners of the settings are owners and not frozen; whoever left the settings is one no longer.

    Such a person's PIN goes with them, and so does what they approved.
    """
    async with desk.store.write() as tables:
        known = {person.id: person for person in await tables.staff.people()}
        changed = set[int]()
        for owner_id in sorted(desk.policy.owners):
            person = known.get(owner_id)
            if person is None:
                await tables.staff.put(newcomer(desk, owner_id, OWNER_UNNAMED, Role.OWNER), desk.now(), owner_id)
                continue
            if person.role is not Role.OWNER:
                await tables.staff.set_role(owner_id, Role.OWNER)
                changed.add(owner_id)
            if person.is_frozen:
                await tables.staff.set_frozen(owner_id, False, desk.now())
        for person in known.values():
            if person.role is Role.OWNER and person.id not in desk.policy.owners:
                await tables.staff.remove(person.id)
                await tables.step_up.forget(person.id)
                changed.add(person.id)
        await desk.read_people(tables)
        await end_of_people(desk, tables, changed, None)


def newcomer(desk: Desk, user_id: int, name: str, role: Role) -> Person:
    return Person(user_id, role, name or str(user_id), desk.policy.language, desk.policy.timezone)


async def people(desk: Desk, user_id: int) -> tuple[list[Person], set[int]]:
    """The staff, and whom the bot cannot reach (they never started it)."""
    desk.need(user_id, Right.STAFF)
    async with desk.store.read() as tables:
        return list(desk.people.values()), await tables.staff.unreachable()


def _target(desk: Desk, given: int) -> Person:
    person = desk.people.get(given)
    if person is None:
        raise NotAllowed("unknown_person", {"given": str(given)})
    return person


async def change_role(desk: Desk, user_id: int, target_id: int, role: Role) -> Person:
    desk.need(user_id, Right.STAFF)
    _changeable(desk, _target(desk, target_id), role)
    await check_deed(desk, user_id, "staff_role", str(target_id), detail=role.word, is_always=True, is_money=False)
    async with desk.store.write() as tables:
        desk.need(user_id, Right.STAFF)
        await tables.staff.set_role(target_id, role)
        await journal(desk, tables, user_id, "staff_role", str(target_id), {"role": role.word}, "done")
        await desk.read_people(tables)
        await end_of_people(desk, tables, {target_id}, user_id)
    return desk.people[target_id]


def _changeable(desk: Desk, person: Person, role: Role | None = None) -> None:
    if person.id in desk.policy.owners or role is Role.OWNER:
        raise NotAllowed("owner_from_settings")


async def remove(desk: Desk, user_id: int, target_id: int) -> Person:
    """Gone from the very next update on; the caller also removes the person from the group."""
    desk.need(user_id, Right.STAFF)
    person = _target(desk, target_id)
    _changeable(desk, person)
    await check_deed(desk, user_id, "staff_remove", str(target_id), is_always=True, is_money=False)
    async with desk.store.write() as tables:
        desk.need(user_id, Right.STAFF)
        await tables.staff.remove(target_id)
        await tables.step_up.forget(target_id)
        await journal(desk, tables, user_id, "staff_remove", str(target_id), {"role": person.role.word}, "done")
        await desk.read_people(tables)
        await end_of_people(desk, tables, {target_id}, user_id)
    return person


async def freeze_person(desk: Desk, user_id: int, target_id: int, frozen: bool) -> Person:
    """Leads and owners freeze; owners thaw, with their PIN. Nobody freezes somebody above themselves."""
    actor = desk.need(user_id, Right.FREEZE if frozen else Right.UNFREEZE)
    person = _target(desk, target_id)
    if person.role > actor.role or person.id in desk.policy.owners:
        raise NotAllowed("role_too_low", {"role": actor.role.word, "needed": Role.OWNER.word})
    if not frozen:
        await check_deed(desk, user_id, "staff_unfreeze", str(target_id), is_always=True, is_money=False)
    async with desk.store.write() as tables:
        desk.need(user_id, Right.FREEZE if frozen else Right.UNFREEZE)
        await tables.staff.set_frozen(target_id, frozen, desk.now())
        word = "staff_freeze" if frozen else "staff_unfreeze"
        await journal(desk, tables, user_id, word, str(target_id), {}, "done")
        await desk.read_people(tables)
        await end_of_people(desk, tables, {target_id}, user_id)
    return desk.people[target_id]


async def set_limit(desk: Desk, user_id: int, role: Role, action: str, limit: Limit) -> None:
    desk.need(user_id, Right.STAFF)
    if action not in {item.value for item in LIMITED}:
        raise NotAllowed("unknown_action", {"given": action[:30]})
    wish = f"{action} {limit.per_action:f} {limit.per_day:f}"
    await check_deed(desk, user_id, "limit", role.word, detail=wish, is_always=True, is_money=False)
    async with desk.store.write() as tables:
        desk.need(user_id, Right.STAFF)
        await tables.staff.set_limit(role, action, limit, desk.now(), user_id)
        facts = {"action": action, "per_action": format(limit.per_action, "f"), "per_day": format(limit.per_day, "f")}
        await journal(desk, tables, user_id, "limit", role.word, facts, "done")
        of_role = {person.id for person in desk.people.values() if person.role is role}
        await end_of_people(desk, tables, of_role, user_id)


async def limits(desk: Desk, user_id: int) -> list[tuple[Role, str, Limit]]:
    desk.need(user_id, Right.STAFF)
    async with desk.store.read() as tables:
        return await tables.staff.limits()
