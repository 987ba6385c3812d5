"""What a person wants to hear of, and when not: their own choice, for their own direct message."""

from bot.domain.alerts import DUTY_RINGS, NO_WISHES, AlertKind, Loudness, QuietHours, Wishes
from bot.domain.errors import NotAllowed
from bot.domain.staff import Right
from bot.flows.desk import Desk
from bot.flows.journal_line import journal


async def show(desk: Desk, user_id: int) -> Wishes:
    desk.need(user_id, Right.READ)
    async with desk.store.read() as tables:
        return (await tables.alerts.wishes()).get(user_id, NO_WISHES)


async def choose(desk: Desk, user_id: int, kind: AlertKind, loudness: Loudness) -> Wishes:
    """Raises NotAllowed("alert_on_duty") for what rings at whoever is on duty: they leave duty first."""
    desk.need(user_id, Right.READ)
    async with desk.store.write() as tables:
        person = desk.need(user_id, Right.READ)  # as it is now: duty may have begun meanwhile
        if person.on_duty and kind in DUTY_RINGS and loudness is not Loudness.ON:
            raise NotAllowed("alert_on_duty", {"kind": kind.value})
        await tables.alerts.choose(user_id, kind, loudness, desk.now())
        facts = {"kind": kind.value, "state": loudness.value}
        await journal(desk, tables, user_id, "alerts", str(user_id), facts, "done")
        return (await tables.alerts.wishes()).get(user_id, NO_WISHES)


async def set_quiet(desk: Desk, user_id: int, quiet: QuietHours | None) -> Wishes:
    """In the person's own time zone; None: no quiet hours."""
    desk.need(user_id, Right.READ)
    async with desk.store.write() as tables:
        await tables.alerts.set_quiet(user_id, quiet, desk.now())
        facts = {"quiet": quiet.text if quiet is not None else "off"}
        await journal(desk, tables, user_id, "alerts", str(user_id), facts, "done")
        return (await tables.alerts.wishes()).get(user_id, NO_WISHES)
