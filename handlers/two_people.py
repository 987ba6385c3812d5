"""Taps about two people: the second one's step, their no, the first one's way back, and the stop of what is armed."""

from bot.domain.situations import LockReason
from bot.flows import approve, assemble, two_people
from bot.flows.deliver import CONFIRM
from bot.views.two_people import second_confirm, why_not
from handlers.context import Did
from handlers.release import ask_payer


async def second(did: Did, approval_id: str) -> None:
    """The second person's own step, under an own seal."""
    approval = await two_people.wanted(did.desk, did.person_id, approval_id)
    situation, seal = await approve.open_step(did.desk, did.person_id, approval.order_id, approval.action)
    await did.show_step(second_confirm(situation, seal, did.reader), situation, kind=CONFIRM, seal_id=seal.id)


async def no(did: Did, approval_id: str) -> None:
    approval = await two_people.wanted(did.desk, did.person_id, approval_id)
    situation = await assemble.show(did.desk, did.person_id, approval.order_id)
    await did.show_order(situation, card=why_not(situation, did.reader))


async def why(did: Did, approval_id: str, because: str) -> None:
    situation = await two_people.say_no(did.desk, did.person_id, approval_id, because)
    await did.show_order(situation)
    if situation.lock is not None and because == LockReason.NAME_DIFFERS:
        await ask_payer(did, situation)


async def take_back(did: Did, approval_id: str) -> None:
    await did.show_order(await two_people.take_back(did.desk, did.person_id, approval_id))


async def stop(did: Did, approval_id: str) -> None:
    await did.show_order(await two_people.stop(did.desk, did.person_id, approval_id))
