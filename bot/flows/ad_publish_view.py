"""What a new ad looks like after it was sent, and who is told when that changes."""

from bot.domain.ad_sendings import AdSending, FormStanding, Phase
from bot.domain.errors import NotAllowed
from bot.domain.intents import Intent
from bot.domain.money import plain
from bot.domain.situations import Reader
from bot.domain.staff import Person, Right, Role
from bot.flows import past_deals
from bot.flows.announce import with_role
from bot.flows.assemble import name_of
from bot.flows.desk import Desk
from bot.flows.past_deals import Telling
from storage.store import Tables

AD_FORM = "ad_form"
"""the kind of a delivery and of a shown message; its `order_id` is the form's id"""


async def stored_sending(tables: Tables, sending_id: str) -> AdSending:
    """Raises NotAllowed("stale_button") for an id we never gave."""
    found = await tables.ad_forms.sending(sending_id)
    if found is None:
        raise NotAllowed("stale_button")
    return found


async def standing_of(desk: Desk, tables: Tables, form_id: str) -> FormStanding:
    """The form now, from the desk's memory only. Raises NotAllowed("ad_form_over") for one that is forgotten."""
    form = await tables.ad_forms.get(form_id)
    if form is None:
        raise NotAllowed("ad_form_over")
    sendings = await tables.ad_forms.sendings_of(form_id)
    newest = next((one for one in sendings if one.ad_id), sendings[0]) if sendings else None
    seals = await tables.seals.open_for(form.target)
    return FormStanding(
        form=form,
        sending=newest,
        intent=await tables.intents.get(newest.id) if newest is not None else None,
        open_seal=seals[-1] if seals else None,
        person_name=name_of(desk, form.person),
    )


async def show(desk: Desk, user_id: int, form_id: str) -> FormStanding:
    """What became of a form, for whoever may publish. What was never sent is its maker's alone."""
    desk.need(user_id, Right.ADS)
    async with desk.store.read() as tables:
        standing = await standing_of(desk, tables, form_id)
    if standing.sending is None and standing.form.person != user_id:
        raise NotAllowed("ad_form_over")
    return standing


async def tell(desk: Desk, tables: Tables, sending: AdSending, *, ring: bool = False) -> None:
    """Every card of it is brought up to date; whoever sent it gets one."""
    await past_deals.tell_cards(desk, tables, AD_FORM, sending.form_id, sending.person, priority=1, ring=ring)


def senders(desk: Desk, sending: AdSending) -> list[Person]:
    """Who hears of it: whoever sent it, or the owners once that person may not read it any more."""
    sender = desk.people.get(sending.person)
    return [sender] if sender is not None and sender.may(Right.ADS) else with_role(desk, Role.OWNER)


def facts_for(desk: Desk, sending: AdSending, intent: Intent) -> dict[str, str]:
    """What a notice about it says."""
    draft = sending.draft
    return {
        "form": sending.form_id,
        "pair": f"{draft.asset}/{draft.fiat}",
        "side": draft.side.value,
        "price": f"{plain(draft.price)} {draft.fiat}",
        "coins": f"{plain(draft.amount)} {draft.asset}",
        "who": name_of(desk, intent.actor),
    }


async def next_telling(desk: Desk, chat_id: int, person_id: int | None, form_id: str) -> Telling[FormStanding] | None:
    """None when there is nothing to show: nobody may read it, or it was never sent."""
    person = desk.people.get(person_id or 0)
    if person is None or not person.may(Right.ADS):
        return None
    async with desk.store.read() as tables:
        if await tables.ad_forms.get(form_id) is None:
            return None
        standing = await standing_of(desk, tables, form_id)
        there = await past_deals.messages_in(tables, chat_id, AD_FORM, [form_id])
    if standing.phase in (Phase.FILLING, Phase.LEFT):
        return None
    return Telling(standing, Reader(person.language, person.timezone, person), there[0] if there else None)
