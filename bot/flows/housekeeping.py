"""What is kept only for a while: handled updates, sent news, ended steps, and the names in finished orders."""

from bot.flows.desk import Desk

DAY_MS = 86_400_000
INBOX_MS = DAY_MS


async def purge(desk: Desk) -> None:
    """Forget what has had its time; the journal stays."""
    now = desk.now()
    async with desk.store.write() as tables:
        await tables.inbox.purge(now - INBOX_MS)
        await tables.outbox.purge(now - 7 * DAY_MS)
        await tables.seals.purge(now - 7 * DAY_MS)
        await tables.messages.purge(now - desk.policy.retention_days * DAY_MS)
        await tables.chats.purge(now - desk.policy.retention_days * DAY_MS)
        await tables.files.purge(now - desk.policy.retention_days * DAY_MS)
        await tables.sayings.purge(now - desk.policy.retention_days * DAY_MS)
        await tables.orders.purge(now - desk.policy.retention_days * DAY_MS)
        in_use = await tables.files.in_use()
    await desk.store.files.purge(in_use)
