"""A copy of the memory was put back: it forgot every stop, freeze, demotion and used credit since it was made.

Nothing of the venue tells that, so the desk's money is frozen until an owner has put right what the copy cannot know.
"""

from bot.domain.alerts import AlertKind
from bot.domain.situations import Notice
from bot.domain.staff import Role
from bot.flows.announce import announce, with_role
from bot.flows.desk import Desk, log
from bot.flows.duress import FROZEN, QUIETLY
from bot.flows.journal_line import journal
from bot.flows.reconcile import show_without
from bot.flows.standing import end_all
from storage.copying import COPIED_AT

NOTICE = "restored"


async def freeze_if_restored(desk: Desk) -> bool:
    """At start, before anything is looked at or sent: True on a copy that nobody has started on yet.

    Frozen for all to see, every confirm and first yes ended, told and journalled, in one transaction with the end of
    the mark; raises StoreError, and the next start finds the mark again.
    """
    async with desk.store.read() as tables:
        copied_at = await tables.desk.get(COPIED_AT)
    if copied_at is None:
        return False
    async with desk.store.write() as tables:
        await tables.desk.put(FROZEN, str(desk.now()))
        await tables.desk.delete(QUIETLY)
        await journal(desk, tables, None, NOTICE, "desk", {"copied_at": copied_at}, "frozen")
        people = with_role(desk, Role.AGENT)
        await announce(desk, tables, Notice(NOTICE, {"at": copied_at}), people, group=True, kind=AlertKind.ALWAYS)
        await end_all(desk, tables, None)
        for seal in await tables.seals.all_open():
            await tables.seals.end(seal.id, desk.now())
            await show_without(desk, tables, seal)
        await tables.desk.delete(COPIED_AT)
    log.warning("this is a copy that was put back; money is frozen until an owner writes /unfreeze")
    return True
