"""What is kept only for a while: handled updates, sent news, ended steps, and the names in finished orders."""

from bot.flows import journal
from bot.flows.desk import Desk, log

DAY_MS = 86_400_000
INBOX_MS = DAY_MS


async def purge(desk: Desk) -> None:
    """Forget what has had its time; the journal stays, and its head is told once a day.

    Afterwards the forgotten words stand in no file of the database.
    """
    await journal.tell_head(desk)
    desk.exchange.forget_deadlines(desk.clock.monotonic())
    now = desk.now()
    async with desk.store.write() as tables:
        await tables.inbox.purge(now - INBOX_MS)
        await tables.albums.purge(now - INBOX_MS)
        await tables.outbox.purge(now - 7 * DAY_MS)
        await tables.seals.purge(now - 7 * DAY_MS)
        await tables.step_up.purge(now - 7 * DAY_MS)
        await tables.approvals.purge(now - 7 * DAY_MS, asked_before=now - desk.policy.retention_days * DAY_MS)
        await tables.conversions.purge(now - 7 * DAY_MS)
        await tables.off_ramps.purge(now - 7 * DAY_MS)
        await tables.deposits.purge(now - 7 * DAY_MS, names_before=now - desk.policy.retention_days * DAY_MS)
        await tables.days.purge(now - 7 * DAY_MS, notes_before=now - desk.policy.retention_days * DAY_MS)
        await tables.ad_changes.purge(now - 7 * DAY_MS)
        await tables.ad_forms.purge(now - 7 * DAY_MS)
        await tables.bank_deletions.purge(now - 7 * DAY_MS)
        await tables.bank_forms.purge(now - 7 * DAY_MS)
        await tables.duty.purge(now - 7 * DAY_MS, notes_before=now - desk.policy.retention_days * DAY_MS)
        await tables.alerts.purge(now - 7 * DAY_MS)
        await tables.callbacks.purge(now - min(30, desk.policy.retention_days) * DAY_MS)
        await tables.messages.purge(now - desk.policy.retention_days * DAY_MS)
        await tables.chats.purge(now - desk.policy.retention_days * DAY_MS)
        await tables.files.purge(now - desk.policy.retention_days * DAY_MS)
        await tables.sayings.purge(now - desk.policy.retention_days * DAY_MS)
        await tables.topics.purge(now - desk.policy.retention_days * DAY_MS)
        await tables.notes.purge(now - desk.policy.retention_days * DAY_MS)
        await tables.credits.purge(now - desk.policy.retention_days * DAY_MS)
        await tables.twin_questions.purge(now - desk.policy.retention_days * DAY_MS)
        await tables.doubts.purge(now - desk.policy.retention_days * DAY_MS)
        await tables.orders.purge(now - desk.policy.retention_days * DAY_MS)
        in_use = await tables.files.in_use()
    await desk.store.files.purge(in_use)
    # Each time, for a reader may have been in the way the last time something was forgotten
    if not await desk.store.cut_log():
        log.info("the database's log is in use and is cut an hour later")
