"""My alerts: what rings here, how loudly, and when not."""

from bot.domain.alerts import AlertKind, Loudness, QuietHours, Wishes
from bot.domain.errors import NotAllowed
from bot.flows import alerts as flow
from bot.flows.deliver import MENU
from bot.views.alerts import alerts_card
from handlers.context import Did

QUIET = "quiet"


async def alerts(did: Did) -> None:
    """`/alerts`, `/alerts unpaid off`, `/alerts quiet 23:00-07:00`, `/alerts quiet off`."""
    match did.words:
        case []:
            await _show(did, await flow.show(did.desk, did.person_id))
        case [word, *span] if word.lower() == QUIET and span:
            await quiet(did, " ".join(span))
        case [kind, state]:
            await choose(did, kind, state)
        case _:
            raise NotAllowed("usage", {"command": "alerts", "given": " ".join(did.words)[:30]})


async def choose(did: Did, kind: str, state: str) -> None:
    chosen = AlertKind.of(kind)
    await _show(did, await flow.choose(did.desk, did.person_id, chosen, Loudness.of(state)))


async def quiet(did: Did, span: str) -> None:
    hours = None if span.strip().lower() == Loudness.OFF else QuietHours.of(span)
    await _show(did, await flow.set_quiet(did.desk, did.person_id, hours))


async def no_quiet(did: Did) -> None:
    await quiet(did, Loudness.OFF.value)


async def _show(did: Did, wishes: Wishes) -> None:
    await did.say(alerts_card(wishes, did.reader), kind=MENU, replace=True)
