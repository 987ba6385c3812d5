"""A new ad is looked for in the venue's list: its number is told by nothing else, and neither is a lost answer.

Nothing is ever sent again from here. An ad that is all of the draft, and the only one, is ours; whatever is less clear
waits for a lead's word.
"""

from collections.abc import Sequence

from bot.domain.ad_asking import digest_of_ads
from bot.domain.ad_edits import whole
from bot.domain.ad_sendings import AdSending, FormStanding, Sight, Verdict, could_be, judge
from bot.domain.ads import Ad
from bot.domain.errors import NotAllowed, VenueError
from bot.domain.intents import Action, Event, Intent, State, proves_untouched
from bot.domain.listing import Listing
from bot.domain.situations import Notice
from bot.domain.staff import Right, Role
from bot.flows import following
from bot.flows.ad_form import end, end_old
from bot.flows.ad_publish_view import facts_for, senders, standing_of, stored_sending, tell
from bot.flows.announce import announce, with_role
from bot.flows.desk import Desk, StoreError, log
from bot.flows.following import Kind
from storage.store import Tables

LOOK_AFTER_SECONDS = (0, 5, 10, 30, 65)
LOOK_EVERY_SECONDS, LOOK_SELDOM_SECONDS = 60, 600
LONG_MS, LOOKED_FOR_MS, LATE_MS = 600_000, 86_400_000, 3_600_000
RETRY_SECONDS = 5
MOST_NEW = 6
"""so many of the new ads are read whole; a colleague does not publish more in a minute"""


async def adopt(desk: Desk) -> int:
    return await following.adopt(desk, PUBLISHED)


async def round_(desk: Desk) -> None:
    """Once a second: forms end, sendings are looked for, and owners hear of what stays unknown."""
    await end_old(desk)
    await following.round_(desk, PUBLISHED)
    if desk.gate is None:
        return
    async with desk.store.read() as tables:
        due = await tables.ad_forms.due(desk.now())
    for sending in due:
        await _look_guarded(desk, sending)


async def _look_guarded(desk: Desk, sending: AdSending) -> None:
    try:
        await look_for(desk, sending)
    except StoreError:
        raise
    except Exception as error:  # what is odd about one ad must not keep the others from being found
        log.warning("the ad of %s is not looked for: %r", sending.form_id, error)
        async with desk.store.write() as tables:
            await tables.ad_forms.look_at(sending.id, desk.now() + RETRY_SECONDS * 1000)


async def look_for(desk: Desk, sending: AdSending, *, is_asked: bool = False) -> None:
    """One look, and what follows from it. Raises VenueError when the list cannot be read: that counts for nothing.

    `is_asked`: somebody wants to send it again, so that of a lost one, too, all must be said that could be it.
    """
    listed = await desk.venue.my_ads()
    new = await _whole(desk, await _unclaimed(desk, sending, listed))
    is_blind = bool(set(listed.unreadable) - sending.known) or len(new) > MOST_NEW
    async with desk.store.write() as tables:
        fresh, intent = await stored_sending(tables, sending.id), await tables.intents.get(sending.id)
        if fresh.ad_id or intent is None or fresh.known != sending.known:
            return
        sight = judge(fresh, new, is_blind=is_blind, now=desk.now())
        await _follow(desk, tables, fresh, intent, sight, is_asked=is_asked)
    desk.wake_relay.set()


async def check_lost(desk: Desk, form_id: str) -> None:
    """Before a form is sent again: what was held to be lost may stand there by now.

    Raises VenueError, NotAllowed("ad_form_published", "ad_form_maybe_there").
    """
    async with desk.store.read() as tables:
        earlier = [one for one in await tables.ad_forms.sendings_of(form_id) if not one.ad_id]
        intents = {one.id: await tables.intents.get(one.id) for one in earlier}
    for sending in earlier:
        intent = intents[sending.id]
        if intent is None or intent.state is not State.VOID:
            continue
        await look_for(desk, sending, is_asked=True)
        async with desk.store.read() as tables:
            looked = await stored_sending(tables, sending.id)
        if looked.ad_id:
            raise NotAllowed("ad_form_published", {"ad": looked.ad_id})
        if looked.candidates:
            raise NotAllowed("ad_form_maybe_there", {"ads": ", ".join(looked.candidates)})


async def _unclaimed(desk: Desk, sending: AdSending, listed: Listing[Ad]) -> list[Ad]:
    async with desk.store.read() as tables:
        claimed = await tables.ad_forms.claimed()
    return could_be(sending.draft, listed, sending.known | claimed)


async def _whole(desk: Desk, new: Sequence[Ad]) -> list[Ad]:
    """Each from both of its answers; one whose details cannot be read now is what its row tells."""
    made = []
    for row in new[: MOST_NEW + 1]:
        try:
            details = await desk.venue.ad(ad_id=row.id)
        except VenueError as away:
            log.info("details of ad %s not read: %s", row.id, away)
            made.append(row)
            continue
        made.append(whole(details, row) if details.id == row.id else row)
    return made


async def _follow(
    desk: Desk, tables: Tables, sending: AdSending, intent: Intent, sight: Sight, *, is_asked: bool
) -> None:
    """Keep what a look has shown, and tell it."""
    if sight.verdict is Verdict.FOUND:
        await _found(desk, tables, sending, intent, next(iter(sight.ads)))
        return
    if sight.verdict is Verdict.BLIND:
        await tables.ad_forms.look_at(sending.id, desk.now() + RETRY_SECONDS * 1000)
        return
    if sight.verdict is Verdict.ABSENT and intent.state is State.UNKNOWN:
        intent = await tables.intents.count_look(intent.id, desk.now())
        if proves_untouched(intent.looks, intent.first_look_at, desk.now()):
            intent = await _nothing_there(desk, tables, intent)
    is_open = intent.state is not State.VOID or is_asked or bool(sending.candidates)
    doubts = sight.ads if sight.verdict is Verdict.DOUBT and is_open else {}
    await tables.ad_forms.looked(
        sending.id, desk.now(), next_look_at=_next_look(desk, sending, intent), candidates=doubts
    )
    if set(doubts) != set(sending.candidates):
        await tell(desk, tables, sending)
        if doubts:
            facts = facts_for(desk, sending, intent) | {"ads": ", ".join(doubts)}
            await announce(desk, tables, Notice("ad_publish_doubt", facts), with_role(desk, Role.LEAD), group=True)
    await _say_unlisted(desk, tables, sending, intent)


def _next_look(desk: Desk, sending: AdSending, intent: Intent) -> int | None:
    """Quickly at first; what is done and never listed, and what was not there, is given up some time."""
    now, looks = desk.now(), sending.looks + 1
    age = now - sending.sent_at
    if intent.state is State.REFUSED or age > (LATE_MS if intent.state is State.VOID else LOOKED_FOR_MS):
        return None if intent.state is not State.UNKNOWN else now + LOOK_SELDOM_SECONDS * 1000
    if looks < len(LOOK_AFTER_SECONDS):
        return max(now, sending.sent_at + LOOK_AFTER_SECONDS[looks] * 1000)
    return now + (LOOK_EVERY_SECONDS if age < LATE_MS else LOOK_SELDOM_SECONDS) * 1000


async def _nothing_there(desk: Desk, tables: Tables, intent: Intent) -> Intent:
    moved = await tables.intents.move(
        intent.id, frm=State.UNKNOWN, event=Event.FOUND_UNTOUCHED, at=desk.now(), answer="not in the list"
    )
    if moved is None:
        return intent
    await record(desk, tables, moved)
    return moved


async def _say_unlisted(desk: Desk, tables: Tables, sending: AdSending, intent: Intent) -> None:
    """Accepted, and not in the list for long: whoever sent it hears so once."""
    told = f"ad_unlisted_told:{sending.id}"
    if intent.state is not State.DONE or desk.now() - sending.sent_at < LONG_MS or await tables.desk.get(told):
        return
    await tables.desk.put(told, str(desk.now()))
    await announce(
        desk, tables, Notice("ad_publish_unlisted", facts_for(desk, sending, intent)), senders(desk, sending)
    )


async def _found(
    desk: Desk, tables: Tables, sending: AdSending, intent: Intent, ad_id: str, *, by: int | None = None
) -> None:
    """This is the ad it made: the form is over, whatever was held of it before."""
    if not await tables.ad_forms.found(sending.id, ad_id):
        return
    is_late, is_lost = intent.state in (State.VOID, State.REFUSED), intent.state is State.UNKNOWN
    later = [one for one in await tables.ad_forms.sendings_of(sending.form_id) if one.sent_at > sending.sent_at]
    if not later and intent.state is not State.DONE:
        event = Event.FOUND_LATE if is_late else Event.FOUND_DONE
        await tables.intents.move(intent.id, frm=intent.state, event=event, at=desk.now(), answer=f"ad {ad_id}")
    outcome = "found_late" if is_late else "done" if is_lost else "found"
    await _journal(desk, tables, intent, outcome, {"ad": ad_id}, by)
    form = await tables.ad_forms.get(sending.form_id)
    if form is not None and not later:
        await end(desk, tables, form, "published")
    await tell(desk, tables, sending)
    facts = facts_for(desk, sending, intent) | {"ad": ad_id}
    if is_late:
        await announce(desk, tables, Notice("ad_published_late", facts), with_role(desk, Role.LEAD), group=True)
    else:
        await announce(desk, tables, Notice("ad_published", facts), (), group=True, ring=False)


async def record(desk: Desk, tables: Tables, intent: Intent) -> None:
    """Journal what became of a request, keep the form where a person can go on, and tell whoever waits."""
    sending = await stored_sending(tables, intent.id)
    await _journal(desk, tables, intent, intent.state.value, {"answer": intent.answer[:300]})
    if intent.state in (State.DONE, State.UNKNOWN):
        await tables.ad_forms.look_at(sending.id, desk.now())
    form = await tables.ad_forms.get(sending.form_id)
    if form is not None and intent.state is State.DONE:
        await end(desk, tables, form, "published")
    elif intent.state in (State.REFUSED, State.VOID):
        await tables.ad_forms.reopen(sending.form_id, desk.now())
    await tell(desk, tables, sending, ring=intent.state in (State.REFUSED, State.VOID))
    if intent.state is State.UNKNOWN:
        notice = Notice("ad_publish_unknown", facts_for(desk, sending, intent))
        await announce(desk, tables, notice, senders(desk, sending), group=True)


async def pick(desk: Desk, user_id: int, form_id: str, ad_id: str) -> FormStanding:
    """A lead says which of the ads is the one. Nothing is sent."""
    async with desk.store.write() as tables:
        desk.need(user_id, Right.ADS)
        sending, intent = await _doubted(desk, tables, form_id)
        if ad_id not in sending.candidates:
            raise NotAllowed("ad_form_no_doubt")
        await _found(desk, tables, sending, intent, ad_id, by=user_id)
        standing = await standing_of(desk, tables, form_id)
    desk.wake_relay.set()
    return standing


async def disown(desk: Desk, user_id: int, form_id: str, digest: str) -> FormStanding:
    """A lead says that none of these is the one: it is looked for as if they had been there before."""
    async with desk.store.write() as tables:
        desk.need(user_id, Right.ADS)
        sending, intent = await _doubted(desk, tables, form_id)
        if digest_of_ads(sending.candidates) != digest:
            raise NotAllowed("ad_form_no_doubt")
        await tables.ad_forms.disown(sending.id, sending.candidates, desk.now())
        await _journal(desk, tables, intent, "disowned", {"ads": ",".join(sending.candidates)}, user_id)
        await tell(desk, tables, sending)
        standing = await standing_of(desk, tables, form_id)
    desk.wake_relay.set()
    return standing


async def _doubted(desk: Desk, tables: Tables, form_id: str) -> tuple[AdSending, Intent]:
    standing = await standing_of(desk, tables, form_id)
    if standing.sending is None or standing.intent is None or not standing.sending.candidates:
        raise NotAllowed("ad_form_no_doubt")
    return standing.sending, standing.intent


async def _journal(
    desk: Desk, tables: Tables, intent: Intent, outcome: str, facts: dict[str, str], by: int | None = None
) -> None:
    await tables.journal.add(
        at=desk.now(), actor=by if by is not None else intent.actor, action=Action.PUBLISH_AD.value,
        target=intent.target, facts={"intent": intent.id, **facts}, outcome=outcome,
    )  # fmt: skip


async def _none_over(_tables: Tables, _now: int) -> list[AdSending]:
    """Forms end by themselves, see `end_old`."""
    return []


async def _no_end(_desk: Desk, _tables: Tables, _sending: AdSending) -> None:
    """There is nothing to end."""


async def _no_look(_desk: Desk, _intent: Intent, _sending: AdSending) -> None:
    """Sendings keep their own moments of looking, for those that are done need looks, too."""


PUBLISHED = Kind(
    action=Action.PUBLISH_AD,
    is_on=lambda desk: desk.gate is not None,
    stored=stored_sending,
    over=_none_over,
    end_quote=_no_end,
    record=record,
    due_at=lambda intent, sending: None,
    look=_no_look,
    facts=facts_for,
    long_notice="ad_publish_unknown_long",
)
