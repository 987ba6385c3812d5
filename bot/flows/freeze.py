"""Stop and restart the desk's money: reading, chat and looks go on."""

from bot.domain.situations import Notice
from bot.domain.staff import Person, Right, Role
from bot.flows.announce import announce, with_role
from bot.flows.desk import Desk
from bot.flows.duress import FROZEN, QUIETLY, hidden_from
from bot.flows.journal_line import journal
from bot.flows.standing import end_all
from bot.flows.step_up import check_deed


async def freeze_desk(desk: Desk, user_id: int | None) -> None:
    """Stop the desk's money, for all to see. `user_id` None: the command line."""
    if user_id is not None:
        desk.need(user_id, Right.FREEZE)
    async with desk.store.write() as tables:
        await tables.desk.put(FROZEN, str(desk.now()))
        await tables.desk.delete(QUIETLY)
        await journal(desk, tables, user_id, "freeze", "desk", {}, "done")
        who = {"who": desk.people[user_id].name if user_id in desk.people else ""}
        await announce(desk, tables, Notice("desk_frozen", who), _others(desk, user_id), group=True)
        await end_all(desk, tables, user_id)
    desk.wake_relay.set()


async def unfreeze_desk(desk: Desk, user_id: int) -> None:
    """Whoever has a PIN gives it for this each time: a lost phone alone must not undo the paper card.

    Who never saw that the desk was frozen, and the group, are not told of its end: that would tell whoever forces them.
    """
    desk.need(user_id, Right.UNFREEZE)
    await check_deed(desk, user_id, "unfreeze", is_always=True, is_money=False)
    async with desk.store.write() as tables:
        desk.need(user_id, Right.UNFREEZE)
        hidden = await hidden_from(tables)
        await tables.desk.delete(FROZEN)
        await tables.step_up.end_quiet()
        await journal(desk, tables, user_id, "unfreeze", "desk", {}, "done")
        await end_all(desk, tables, user_id)
        await tables.desk.delete(QUIETLY)
        notice = Notice("desk_unfrozen", {"who": desk.people[user_id].name})
        hearers = [person for person in _others(desk, user_id) if person.id not in hidden]
        await announce(desk, tables, notice, hearers, group=not hidden)
    desk.wake_relay.set()


def _others(desk: Desk, user_id: int | None) -> list[Person]:
    """Everybody who acts, but for whoever did it: that person has the answer already."""
    return [person for person in with_role(desk, Role.AGENT) if person.id != user_id]
