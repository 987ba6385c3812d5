"""A finished form goes to the venue once; what became of it is looked up in the list, and its review is awaited."""

import asyncio

from bot.domain.bank_fields import Draft, Step, form_of, is_complete, is_same
from bot.domain.errors import NotAllowed, VenueError
from bot.domain.intents import Event, proves_untouched
from bot.domain.listing import Listing
from bot.domain.off_ramps import BankAccount, BankForm, Review
from bot.domain.seals import Seal, fingerprint
from bot.domain.situations import Notice
from bot.domain.staff import Right, Role
from bot.flows.announce import announce, with_role
from bot.flows.approve import check_not_frozen
from bot.flows.bank_form import SEALED, end, end_old, forget_statement, own_draft, sealed_facts
from bot.flows.confirm import HEAD_START_SECONDS, check_seal, seal_of
from bot.flows.desk import Desk, StoreError, log
from bot.flows.duress import GATE_PAY
from bot.flows.outcome import attempt, keep_until_stored
from bot.flows.starting import Waits
from storage.bank_forms import Watch
from storage.store import Tables

LOOK_AFTER_SECONDS = (2, 20, 65)
LOOK_EVERY_SECONDS = 60
REVIEW_SECONDS = 180
REVIEW_SLOW_SECONDS = 1800
QUICK_FOR_MS = 86_400_000
WATCHED_FOR_MS = 30 * QUICK_FOR_MS
MISSING_FOR_MS = 3_600_000
NOT_ADDED = {"refused": "bank_refused", "never_left": "bank_never_left", "not_found": "bank_not_added"}
"""the notice for each way in which nothing was added"""


async def send(desk: Desk, user_id: int, seal_id: str, tapped_at: int) -> Draft:
    """Turn a confirmed form into one request, which runs beside. Raises NotAllowed or VenueError: nothing was sent."""
    seal = await seal_of(desk, seal_id)
    if not seal.target.startswith(SEALED):
        raise NotAllowed("stale_button")
    try:
        draft, form = await _decide(desk, user_id, seal, tapped_at)
    except NotAllowed as no:
        async with desk.store.write() as tables:
            await tables.journal.add(
                at=desk.now(), actor=user_id, action="bank_add", target=seal.target,
                facts={"reason": no.reason}, outcome="not_allowed",
            )  # fmt: skip
        raise
    request = desk.spawn(_perform(desk, draft, form), f"bank {draft.id}")
    await asyncio.wait({request}, timeout=HEAD_START_SECONDS)
    desk.wake_relay.set()
    return draft


async def _decide(desk: Desk, user_id: int, seal: Seal, tapped_at: int) -> tuple[Draft, BankForm]:
    """What the venue lists already is read first: a look after a lost answer must not find an older account."""
    person = desk.need(user_id, Right.BANKS)
    form_id = seal.target.removeprefix(SEALED)
    if seal.opened_by == person.id:  # anybody else is told whose step it is
        async with desk.store.read() as tables:
            await own_draft(tables, user_id, form_id)
    await check_seal(desk, seal, person, tapped_at)
    listed = await desk.exchange.off_ramp.banks()
    async with desk.store.read() as tables:
        draft = await own_draft(tables, user_id, form_id)
    content = await desk.store.files.get(draft.statement) if draft.statement else None
    async with desk.store.write() as tables:
        person = desk.need(user_id, Right.BANKS)
        await check_not_frozen(desk, tables, Waits.WHILE_GATE_ANSWERS, venue=GATE_PAY)
        draft, fresh = await own_draft(tables, user_id, form_id), await tables.seals.get(seal.id)
        if fresh is None or fresh.used_at is not None or fresh.is_expired(desk.now()):
            raise NotAllowed("seal_expired")
        if draft.step is not Step.CONFIRM or fingerprint(sealed_facts(draft, person)) != fresh.fingerprint:
            raise NotAllowed("bank_form_moved")
        if content is None or not is_complete(draft):
            raise NotAllowed("bank_statement_lost")
        known = {bank.id for bank in listed}
        if not await tables.seals.use(seal.id, desk.now()) or not await tables.bank_forms.send(
            draft.id, known, desk.now()
        ):
            raise NotAllowed("bank_form_sent", {"bank": draft.shown})
        await _journal(desk, tables, draft, "sent", {"seal": seal.fingerprint, "role": person.role.word})
    return draft, form_of(draft, content)


async def _perform(desk: Desk, draft: Draft, form: BankForm) -> None:
    """The one request, and what came of it; whatever happens, never a second time by itself."""
    given: list[tuple[str, bool]] = []

    async def request() -> None:
        given.append(await desk.exchange.off_ramp.add_bank(form=form))

    event, answer = await attempt(request(), f"bank {draft.id}")

    async def keep(tables: Tables) -> None:
        if event is Event.ACCEPTED:
            await _added(desk, tables, draft, *given[0])
        elif event is Event.NO_ANSWER:
            await _lost(desk, tables, draft, answer)
        elif event is Event.NEVER_LEFT:
            await _not_added(desk, tables, draft, "never_left", _quiet(draft, answer))
        else:
            await _not_added(desk, tables, draft, "refused", _quiet(draft, answer))

    await keep_until_stored(desk, keep, f"bank {draft.id} ({event})")
    if event is Event.ACCEPTED:
        await forget_statement(desk, draft)


def _quiet(draft: Draft, words: str) -> str:
    """The venue's words without the account in full, should they repeat it."""
    account = draft.answer(Step.ACCOUNT)
    return words.replace(account, f"··{draft.tail}")[:300] if account else words[:300]


async def adopt(desk: Desk) -> int:
    """At start: a form that was on its way when the process died may or may not have arrived."""
    async with desk.store.write() as tables:
        orphans = [draft for draft in await tables.bank_forms.sent() if not draft.is_unknown]
        for draft in orphans:
            await _lost(desk, tables, draft, "restarted")
    return len(orphans)


async def round_(desk: Desk) -> None:
    """Every few seconds: lost answers are looked up, reviews are watched, old forms end."""
    await end_old(desk)
    if desk.exchange.otc is None:
        return
    async with desk.store.read() as tables:
        lost = [draft for draft in await tables.bank_forms.sent() if draft.is_unknown and _is_due(desk, draft)]
        watches = [watch for watch in await tables.bank_forms.watches() if desk.now() >= watch.next_at]
    if not lost and not watches:
        return
    try:
        listed = await desk.exchange.off_ramp.banks()
    except StoreError:
        raise
    except VenueError as error:
        log.warning("bank accounts cannot be looked at: %s", error)
        await _wait(desk, watches)
        return
    for draft in lost:
        await _look(desk, draft, listed)
    for watch in watches:
        await _watch(desk, watch, listed)


def _is_due(desk: Desk, draft: Draft) -> bool:
    if draft.looks < len(LOOK_AFTER_SECONDS):
        due_at = (draft.sent_at or 0) + LOOK_AFTER_SECONDS[draft.looks] * 1000
    else:
        due_at = (draft.last_look_at or 0) + LOOK_EVERY_SECONDS * 1000
    return desk.now() >= due_at or due_at - desk.now() > 2 * LOOK_EVERY_SECONDS * 1000


async def _look(desk: Desk, draft: Draft, listed: Listing[BankAccount]) -> None:
    """Is it there? What could not be read may be it, so that such a look counts for nothing."""
    found = next((bank for bank in listed if bank.id not in draft.known and is_same(bank, draft)), None)
    if found is not None:
        async with desk.store.write() as tables:
            await _added(desk, tables, draft, found.id, False)
        await forget_statement(desk, draft)
    elif not listed.unreadable:
        async with desk.store.write() as tables:
            counted = await tables.bank_forms.looked(draft.id, desk.now())
            if counted is not None and proves_untouched(counted.looks, counted.first_look_at, desk.now()):
                await _not_added(desk, tables, counted, "not_found", "")
    desk.wake_relay.set()


async def _added(desk: Desk, tables: Tables, draft: Draft, bank_id: str, wants_more: bool) -> None:
    await end(desk, tables, draft, "added")
    await tables.bank_forms.watch(bank_id, draft.shown, desk.now())
    await _tell(desk, tables, draft, "bank_added_wants" if wants_more else "bank_added", {})


async def _lost(desk: Desk, tables: Tables, draft: Draft, why: str) -> None:
    if await tables.bank_forms.lost(draft.id):
        await _journal(desk, tables, draft, "unknown", {"answer": why[:100]})
        await _tell(desk, tables, draft, "bank_unknown", {})


async def _not_added(desk: Desk, tables: Tables, draft: Draft, outcome: str, why: str) -> None:
    """The form stands at its last step again: a person may change it, and send it anew."""
    if await tables.bank_forms.reopen(draft.id, desk.now()):
        await _journal(desk, tables, draft, outcome, {"answer": why} if why else {})
        facts = {"why": why} if outcome == "refused" else {}
        await _tell(desk, tables, draft, NOT_ADDED[outcome], facts | {"form": draft.id})


async def _tell(desk: Desk, tables: Tables, draft: Draft, kind: str, facts: dict[str, str]) -> None:
    person = desk.people.get(draft.person)
    people = [person] if person is not None else with_role(desk, Role.OWNER)
    await announce(desk, tables, Notice(kind, {"bank": draft.shown, **facts}), people)


async def _watch(desk: Desk, watch: Watch, listed: Listing[BankAccount]) -> None:
    """Owners hear of every change, once; the first look that says "under review" is none."""
    bank = next((one for one in listed if one.id == watch.bank_id), None)
    review = bank.review if bank is not None else watch.review
    async with desk.store.write() as tables:
        if bank is not None and review is not None and review != (watch.review or Review.UNDER_REVIEW):
            facts = {"bank": watch.bank, "review": str(review), "memo": bank.memo[:200]}
            await announce(desk, tables, Notice("bank_reviewed", facts), with_role(desk, Role.OWNER))
            await tables.journal.add(
                at=desk.now(), actor=None, action="bank_review", target=f"bank/{watch.bank_id}",
                facts=facts, outcome="done",
            )  # fmt: skip
        if _is_settled(desk, watch, bank, review):
            await tables.bank_forms.unwatch(watch.bank_id)
        else:
            await tables.bank_forms.seen(watch.bank_id, review, _next_look(desk, watch))
    desk.wake_relay.set()


def _is_settled(desk: Desk, watch: Watch, bank: BankAccount | None, review: int | None) -> bool:
    age = desk.now() - watch.added_at
    if bank is None:
        return age > MISSING_FOR_MS
    is_untold = review is None and age > QUICK_FOR_MS
    return review in (Review.APPROVED, Review.REFUSED) or is_untold or age > WATCHED_FOR_MS


async def _wait(desk: Desk, watches: list[Watch]) -> None:
    async with desk.store.write() as tables:
        for watch in watches:
            await tables.bank_forms.seen(watch.bank_id, watch.review, _next_look(desk, watch))


def _next_look(desk: Desk, watch: Watch) -> int:
    is_young = desk.now() - watch.added_at < QUICK_FOR_MS
    return desk.now() + (REVIEW_SECONDS if is_young else REVIEW_SLOW_SECONDS) * 1000


async def _journal(desk: Desk, tables: Tables, draft: Draft, outcome: str, facts: dict[str, str]) -> None:
    await tables.journal.add(
        at=desk.now(), actor=draft.person, action="bank_add", target=f"bank/{draft.id}",
        facts={"bank": draft.shown, **facts}, outcome=outcome,
    )  # fmt: skip
