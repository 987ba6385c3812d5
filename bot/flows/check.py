"""Is everything set up right? Asks each venue, harmlessly, and returns findings; the words are made elsewhere."""

import time

from bot.clients.telegram import Group, Telegram
from bot.domain.assumptions import ASSUMPTIONS
from bot.domain.errors import NotAllowed, Refused, VenueError
from bot.domain.findings import Finding
from bot.domain.reach import NotReached, Rejected
from bot.domain.staff import Role
from bot.flows.desk import Desk

GATE_LABELS = {
    "INVALID_KEY": "key", "INVALID_CREDENTIALS": "key", "INVALID_SIGNATURE": "key", "FORBIDDEN": "permission",
    "NO_ACCESS": "merchant", "READ_ONLY": "read_only", "IP_FORBIDDEN": "ip", "REQUEST_EXPIRED": "clock",
}  # fmt: skip
SKEW_WARNING_SECONDS = 5.0
RIGHT_OF = {
    "topics": "can_manage_topics",
    "delete": "can_delete_messages",
    "pin": "can_pin_messages",
    "members": "can_restrict_members",
}


async def check(desk: Desk, telegram: Telegram, chat_id: int | None) -> list[Finding]:
    """All findings, venue by venue; nothing here changes anything at a venue."""
    findings = [*_settings(desk), *await _database(desk), *await _gate(desk)]
    findings += await _telegram(desk, telegram, chat_id)
    findings += _owners(desk)
    findings += await _assumptions(desk)
    return findings


def _settings(desk: Desk) -> list[Finding]:
    markets = ", ".join("/".join(pair) for pair in desk.policy.markets)
    return [
        Finding("settings", "complete", True),
        Finding("settings", "markets", True, {"markets": markets}),
        Finding("settings", "timezone", True, {"zone": desk.policy.timezone}),
    ]


async def _database(desk: Desk) -> list[Finding]:
    whole = await desk.store.integrity()
    async with desk.store.write() as tables:
        await tables.desk.put("checked_at", str(desk.now()))
    return [
        Finding("database", "writable", True),
        Finding("database", "integrity", whole == "ok", {"why": whole[:200]}),
    ]


async def _gate(desk: Desk) -> list[Finding]:
    if desk.gate is None:
        return [Finding("gate", "off", None)]
    started = time.monotonic()
    try:
        profile = await desk.gate.profile()
    except Refused as no:
        return [_gate_refusal(no)]
    except (VenueError, NotAllowed) as away:
        return [Finding("gate", "reach", False, {"why": str(away)[:200]})]
    taken = f"{(time.monotonic() - started) * 1000:.0f}"
    skew = desk.gate.skew_seconds
    found = [
        Finding("gate", "reach", True, {"ms": taken}),
        Finding("gate", "key", True),
        Finding("gate", "permission", True),
        Finding("gate", "merchant", True, {"name": profile.nick}),
        Finding("gate", "clock", abs(skew) <= SKEW_WARNING_SECONDS, {"seconds": f"{skew:.1f}"}),
        Finding("gate", "read_only", None),
        Finding("gate", "ip", None),
    ]
    for asset, fiat in desk.policy.markets:
        found.append(await _market(desk, asset, fiat))
    return found


def _gate_refusal(no: Refused) -> Finding:
    label = no.code if no.code in GATE_LABELS else no.detail if no.detail in GATE_LABELS else ""
    return Finding("gate", GATE_LABELS.get(label, "merchant"), False, {"code": no.code, "why": no.detail[:200]})


async def _market(desk: Desk, asset: str, fiat: str) -> Finding:
    market = f"{asset}/{fiat}"
    try:
        rows = await desk.venue.pending_orders(asset=asset, fiat=fiat)
    except (VenueError, NotAllowed) as no:
        return Finding("gate", "market", False, {"market": market, "why": str(no)[:200]})
    return Finding("gate", "market", True, {"market": market, "orders": str(len(rows))})


async def _telegram(desk: Desk, telegram: Telegram, chat_id: int | None) -> list[Finding]:
    started = time.monotonic()
    try:
        await telegram.start()
    except Rejected:
        return [Finding("telegram", "token", False)]
    except NotReached as away:
        return [Finding("telegram", "reach", False, {"why": str(away)[:200]})]
    taken = f"{(time.monotonic() - started) * 1000:.0f}"
    found = [
        Finding("telegram", "reach", True, {"ms": taken}),
        Finding("telegram", "token", True, {"name": telegram.username}),
    ]
    found += await _group(desk, telegram, chat_id)
    for person in sorted(desk.people.values(), key=lambda one: one.id):
        facts = {"name": person.name, "id": str(person.id)}
        area = "owners" if person.role is Role.OWNER else "staff"
        found.append(Finding(area, "reachable", await _is_reachable(telegram, person.id), facts))
    return found


async def _is_reachable(telegram: Telegram, user_id: int) -> bool | None:
    try:
        return await telegram.can_reach(user_id)
    except NotReached:
        return None


async def _group(desk: Desk, telegram: Telegram, chat_id: int | None) -> list[Finding]:
    if chat_id is None:
        return [Finding("group", "none", None)]
    try:
        group = await telegram.group(chat_id)
        admins = await telegram.administrators(chat_id)
    except NotReached as no:
        return [Finding("group", "found", False, {"id": str(chat_id), "why": str(no)[:200]})]
    found = [
        Finding("group", "found", True, {"title": group.title}),
        Finding("group", "private", group.is_private),
        Finding("group", "reactions", group.allows_reactions or None),
    ]
    found += [Finding("group", key, _right(group, key, right)) for key, right in RIGHT_OF.items()]
    outsiders = [name for user_id, name in admins if user_id not in desk.people]
    facts = {"number": str(group.members), "staff": str(len(desk.people))}
    # One more than the staff is the bot itself.
    found.append(Finding("group", "outsiders", not outsiders and group.members <= len(desk.people) + 1, facts))
    return found


def _right(group: Group, key: str, right: str) -> bool | None:
    if key == "topics" and not group.is_forum:
        return None
    return right not in group.missing


def _owners(desk: Desk) -> list[Finding]:
    number = len(desk.policy.owners)
    return [Finding("owners", "count", None if number == 1 else True, {"number": str(number)})]


async def _assumptions(desk: Desk) -> list[Finding]:
    async with desk.store.read() as tables:
        seen = {key: (confirmed, refuted) for key, confirmed, refuted, _ in await tables.assumptions.all()}
    found = []
    for assumption in ASSUMPTIONS:
        confirmed, refuted = seen.get(assumption.key, (None, None))
        ok = False if refuted is not None else True if confirmed is not None else None
        found.append(Finding("assumptions", assumption.key, ok, {"section": assumption.section}))
    return found
