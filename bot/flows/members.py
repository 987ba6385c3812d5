"""Reading is a right, too: who is in the desk group, and whether the bot still is."""

from bot.domain.situations import Notice
from bot.domain.staff import Person, Role
from bot.domain.updates import Incoming, Kind
from bot.flows.announce import announce, with_role
from bot.flows.desk import Desk

PRESENT = frozenset({"member", "administrator", "creator", "restricted"})
GONE = frozenset({"left", "kicked"})


async def membership_changed(desk: Desk, update: Incoming, bot_id: int) -> None:
    """Report outsiders in the desk group, and the bot's own removal, to owners; keep who can be reached."""
    if update.kind is Kind.SELF and update.chat_type == "private":
        if update.user_id in desk.people:
            async with desk.store.write() as tables:
                await tables.staff.set_reachable(update.user_id, update.member_status in PRESENT)
        return
    if update.kind is Kind.SELF or update.member_id == bot_id:
        await _own_standing(desk, update)
        return
    if update.member_status in PRESENT and update.member_id not in desk.people:
        facts = {"id": str(update.member_id), "name": update.member_name, "status": update.member_status}
        await _tell(desk, "outsider_in_group", str(update.member_id), facts)


async def still_inside(desk: Desk, person: Person) -> None:
    """Somebody was removed from the staff, but Telegram did not let us remove them from the group."""
    facts = {"id": str(person.id), "name": person.name, "status": "member"}
    await _tell(desk, "outsider_in_group", str(person.id), facts)


async def _own_standing(desk: Desk, update: Incoming) -> None:
    desk.standing_changed_at = desk.now()
    kind = "group_back" if update.member_status == "administrator" else "group_lost"
    await _tell(desk, kind, str(update.chat_id), {"status": update.member_status})


async def _tell(desk: Desk, kind: str, target: str, facts: dict[str, str]) -> None:
    async with desk.store.write() as tables:
        kept = {key: value for key, value in facts.items() if key != "name"}
        await tables.journal.add(at=desk.now(), actor=None, action=kind, target=target, facts=kept, outcome="seen")
        await announce(desk, tables, Notice(kind, facts), with_role(desk, Role.OWNER))
    desk.wake_relay.set()


async def group_migrated(desk: Desk, new_chat_id: int, asked: int | None = None) -> None:
    """A private supergroup upgrade changes the chat id: everything goes on under the new one.

    `asked` is the id that Telegram answered so about: what waits for it moves even when the upgrade is known already.
    """
    old = desk.desk_chat_id
    if old is None or old == new_chat_id or asked not in (None, old):
        if asked is not None and asked != new_chat_id:
            async with desk.store.write() as tables:
                await tables.outbox.migrate(asked, new_chat_id)
        return
    async with desk.store.write() as tables:
        await tables.desk.put("desk_chat_id", f"{desk.policy.desk_chat_id}:{new_chat_id}")
        await tables.messages.migrate(old, new_chat_id)
        await tables.outbox.migrate(old, new_chat_id)
        await tables.chats.migrate(old, new_chat_id)
        facts = {"old": str(old), "new": str(new_chat_id)}
        await tables.journal.add(
            at=desk.now(), actor=None, action="group_migrated", target=str(new_chat_id), facts=facts, outcome="done"
        )
        await announce(desk, tables, Notice("group_migrated", facts), with_role(desk, Role.OWNER))
        desk.desk_chat_id = new_chat_id
    desk.wake_relay.set()


async def known_group(desk: Desk) -> int | None:
    """The group's id after upgrades, as long as the settings still name the one that was upgraded."""
    configured = desk.policy.desk_chat_id
    async with desk.store.read() as tables:
        kept = await tables.desk.get("desk_chat_id")
    if kept is not None and configured is not None:
        old, _, new = kept.partition(":")
        if int(old) == configured or int(new) == configured:
            return int(new)
    return configured
