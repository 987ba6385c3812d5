"""A finished form goes to the venue once: sealed, confirmed, one request, and what came back."""

import asyncio
import hashlib
from collections.abc import Mapping

from bot.domain.ad_asking import Summary
from bot.domain.ad_edits import signed_offset
from bot.domain.ad_forms import AdForm, Step, draft_of_answers, next_step
from bot.domain.ad_sendings import AdSending, FormStanding
from bot.domain.ads import AdDraft
from bot.domain.errors import NotAllowed
from bot.domain.intents import Action, Event, Intent, State, after
from bot.domain.money import plain
from bot.domain.seals import Choice, Seal, fingerprint
from bot.domain.staff import Person, Right
from bot.flows.ad_form import own_form
from bot.flows.ad_offers import distance
from bot.flows.ad_publish_follow import check_lost, record
from bot.flows.ad_publish_view import standing_of
from bot.flows.approve import check_not_frozen
from bot.flows.confirm import HEAD_START_SECONDS, check_seal, seal_of
from bot.flows.desk import Desk
from bot.flows.outcome import attempt, keep_until_stored
from bot.flows.quoted import in_words, make_seal
from storage.store import Tables

OF_A_FORM = {"seal_expired": "ad_form_step_over", "seal_used": "ad_form_used"}


async def to_confirm(desk: Desk, user_id: int, form_id: str) -> Summary:
    """Open the last step: the market is read again. A price far from it, or a large offset, has no seal.

    Raises NotAllowed.
    """
    desk.need(user_id, Right.ADS)
    async with desk.store.read() as tables:
        form = await own_form(tables, user_id, form_id)
        await check_not_frozen(desk, tables)
    _check_complete(form)
    found = await distance(desk, form)
    async with desk.store.write() as tables:
        person = desk.need(user_id, Right.ADS)
        await check_not_frozen(desk, tables)
        form = await own_form(tables, user_id, form_id)
        _check_complete(form)
        await tables.seals.end_for(form.target, desk.now())
        draft = draft_of_answers(form.answers)
        is_watched = (draft.asset, draft.fiat) in desk.policy.markets
        if found.asks_twice and not form.is_meant:
            return Summary(form, draft, found, None, is_watched)
        expires_at = desk.now() + desk.policy.approval_seconds * 1000
        facts = sealed_facts(form, person)
        seal = make_seal(
            desk, person, Action.PUBLISH_AD, form.target, facts, expires_at=expires_at, choice=Choice()
        )  # fmt: skip
        await tables.seals.add(seal)
    return Summary(form, draft, found, seal, is_watched)


def _check_complete(form: AdForm) -> None:
    if form.step is not Step.CONFIRM or next_step(form.answers) is not Step.CONFIRM or not form.methods:
        raise NotAllowed("ad_form_moved")


def sealed_facts(form: AdForm, person: Person) -> dict[str, str]:
    """What the confirm rests on: every value that is sent; texts by their hash and length."""
    draft = draft_of_answers(form.answers)
    facts = facts_of_draft(draft) | {"form": form.id, "approver": str(person.id), "role": person.role.word}
    texts = {"terms": draft.terms, "auto_reply": draft.auto_reply}
    return facts | {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}


def facts_of_draft(draft: AdDraft) -> dict[str, str]:
    """The draft as exact text for the journal; of our texts only their lengths."""
    floating = draft.floating
    return {
        "side": draft.side.value,
        "pair": f"{draft.asset}/{draft.fiat}",
        "price": plain(draft.price),
        "floating": "" if floating is None else f"{int(floating.reference)}/{plain(signed_offset(floating))}",
        "amount": plain(draft.amount),
        "limits": f"{plain(draft.least)}~{plain(draft.most)}",
        "basis": str(int(draft.basis)),
        "methods": ",".join(draft.methods),
        "method_ids": ",".join(f"{kind}={number}" for kind, number in sorted(draft.method_ids.items())),
        "window": str(draft.expire_minutes or ""),
        "demands": repr(draft.demands),
        "terms_length": str(len(draft.terms)),
        "auto_reply_length": str(len(draft.auto_reply)),
    }


async def send(desk: Desk, user_id: int, seal_id: str, tapped_at: int) -> FormStanding:
    """Turn a confirmed form into one request, which runs beside. Raises NotAllowed or VenueError: nothing was sent."""
    seal = await seal_of(desk, seal_id)
    if seal.action is not Action.PUBLISH_AD:
        raise NotAllowed("stale_button")
    try:
        intent, sending = await _decide(desk, user_id, seal, tapped_at)
    except NotAllowed as error:
        no = in_words(error, seal, "form", OF_A_FORM)
        async with desk.store.write() as tables:
            await tables.journal.add(
                at=desk.now(), actor=user_id, action=Action.PUBLISH_AD.value, target=seal.target,
                facts={"reason": no.reason, **no.facts}, outcome="not_allowed",
            )  # fmt: skip
        raise no from None
    request = desk.spawn(_perform(desk, intent, sending), intent.target)
    await asyncio.wait({request}, timeout=HEAD_START_SECONDS)
    desk.wake_relay.set()
    async with desk.store.read() as tables:
        return await standing_of(desk, tables, sending.form_id)


async def _decide(desk: Desk, user_id: int, seal: Seal, tapped_at: int) -> tuple[Intent, AdSending]:
    """What the venue lists already is read first: a look afterwards must not take an older ad for the new one."""
    person = desk.need(user_id, Right.ADS)
    form_id = seal.facts["form"]
    await check_seal(desk, seal, person, tapped_at)
    await check_lost(desk, form_id)
    listed = await desk.venue.my_ads()
    async with desk.store.write() as tables:
        person = desk.need(user_id, Right.ADS)
        await check_not_frozen(desk, tables)
        form, fresh = await own_form(tables, user_id, form_id), await tables.seals.get(seal.id)
        if fresh is None or fresh.used_at is not None or fresh.is_expired(desk.now()):
            raise NotAllowed("seal_expired")
        _check_complete(form)
        if fingerprint(sealed_facts(form, person)) != fresh.fingerprint:
            raise NotAllowed("ad_form_moved")
        if not await tables.seals.use(seal.id, desk.now()) or not await tables.ad_forms.send(form.id, desk.now()):
            raise NotAllowed("seal_used", {"who": ""})
        known = {ad.id for ad in listed} | {*listed.unreadable} | ({form.like} if form.like else set())
        return await _planned(desk, tables, person, fresh, form, known)


async def _planned(
    desk: Desk, tables: Tables, person: Person, seal: Seal, form: AdForm, known: set[str]
) -> tuple[Intent, AdSending]:
    """The decision in the ledger: `planned` and `sent` in one commit, with what is needed to find the ad again."""
    now, draft = desk.now(), draft_of_answers(form.answers)
    is_first = await tables.intents.get(form.id) is None
    intent = Intent(
        id=form.id if is_first else desk.new_id(),
        action=Action.PUBLISH_AD,
        target=form.target,
        state=after(State.PLANNED, Event.SENDING),
        actor=person.id,
        actor_role=person.role.word,
        requester=None,
        seal_id=seal.id,
        amount=draft.amount,
        asset=draft.asset,
        arguments={"known": ",".join(sorted(known))},
        planned_at=now,
        sent_at=now,
        settled_at=None,
        looks=0,
        first_look_at=None,
        last_look_at=None,
        answer="",
    )
    conflict = await tables.intents.plan(intent)
    if conflict is not None:
        raise NotAllowed("seal_used", {"who": ""})
    sending = AdSending(intent.id, form.id, person.id, draft, frozenset(known), now, None)
    await tables.ad_forms.add_sending(sending)
    await _journal_sent(desk, tables, intent, seal, facts_of_draft(draft))
    return intent, sending


async def _journal_sent(desk: Desk, tables: Tables, intent: Intent, seal: Seal, facts: Mapping[str, str]) -> None:
    await tables.journal.add(
        at=desk.now(), actor=intent.actor, action=intent.action.value, target=intent.target,
        facts={**facts, "intent": intent.id, "seal": seal.fingerprint, "role": intent.actor_role}, outcome="sent",
    )  # fmt: skip


async def _perform(desk: Desk, intent: Intent, sending: AdSending) -> None:
    """Send the one request of a `sent` intent and keep its outcome; whatever happens, never a second time."""
    event, answer = await attempt(desk.venue.publish_ad(draft=sending.draft), intent.target)

    async def keep(tables: Tables) -> None:
        moved = await tables.intents.move(intent.id, frm=State.SENT, event=event, at=desk.now(), answer=answer)
        if moved is not None:
            await record(desk, tables, moved)

    await keep_until_stored(desk, keep, f"{intent.target} ({event})")
