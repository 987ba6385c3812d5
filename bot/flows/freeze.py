"""Stop and restart the desk's money: reading, chat and looks go on."""

from bot.domain.situations import Notice
from bot.domain.staff import Person, Right, Role
from bot.flows.announce import announce, with_role
from bot.flows.desk import Desk
from bot.flows.people import journal


async def freeze_desk(desk: Desk, user_id: int | None) -> None:
    """Stop the desk's money. `user_id` None: the command line."""
    if user_id is not None:
        desk.need(user_id, Right.FREEZE)
    async with desk.store.write() as tables:
        await tables.desk.put("frozen", str(desk.now()))
        await journal(desk, tables, user_id, "freeze", "desk", {}, "done")
        who = {"who": desk.people[user_id].name if user_id in desk.people else ""}
        await announce(desk, tables, Notice("desk_frozen", who), _others(desk, user_id), group=True)
    desk.wake_relay.set()


async def unfreeze_desk(desk: Desk, user_id: int) -> None:
    desk.need(user_id, Right.UNFREEZE)
    async with desk.store.write() as tables:
        await tables.desk.delete("frozen")
        await journal(desk, tables, user_id, "unfreeze", "desk", {}, "done")
        who = {"who": desk.people[user_id].name}
        await announce(desk, tables, Notice("desk_unfrozen", who), _others(desk, user_id), group=True)
    desk.wake_relay.set()


def _others(desk: Desk, user_id: int | None) -> list[Person]:
    """Everybody who acts, but for whoever did it: that person has the answer already."""
    return [person for person in with_role(desk, Role.AGENT) if person.id != user_id]
