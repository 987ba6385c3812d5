"""Is everything set up right? Asks each venue, harmlessly, and returns findings; the words are made elsewhere."""

import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

from bot.clients.telegram import Group, Telegram
from bot.domain.assumptions import ASSUMPTIONS
from bot.domain.errors import NotAllowed, Refused, VenueError
from bot.domain.findings import Finding
from bot.domain.reach import NotReached, Rejected
from bot.domain.staff import Role
from bot.flows.announce import with_role
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


async def check(
    desk: Desk, telegram: Telegram, chat_id: int | None, webhook_url: str | None = None, *, font: str = ""
) -> list[Finding]:
    """All findings, venue by venue; nothing here changes anything at a venue. `webhook_url`: where Telegram shall bring
    updates, None when the desk asks for them. `font`: what pictures write Chinese with, empty for none."""
    pictures = Finding("pictures", "font", True if font else None, {"font": font})
    findings = [*_settings(desk), *await _database(desk), pictures]
    findings += [*await _gate(desk), *await _gate_pay(desk), *_mtpay(desk)]
    findings += await _telegram(desk, telegram, chat_id, webhook_url)
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


async def _gate_pay(desk: Desk) -> list[Finding]:
    """One harmless read per account: key, signature, clock and the right to act for a sub-account in one."""
    pay = desk.exchange.pay
    if pay is None:
        return [Finding("gate_pay", "off", None)]
    found = []
    for account in desk.exchange.accounts:
        try:
            codes = await pay.currencies(account=account, side="sell")
        except (VenueError, NotAllowed) as no:
            facts = {"account": account, "why": str(no)[:200], "code": getattr(no, "code", "")}
            found.append(Finding("gate_pay", "account", False, facts))
        else:
            found.append(Finding("gate_pay", "account", True, {"account": account, "coins": str(len(codes))}))
    found.append(await _bank_accounts(desk))
    found.append(Finding("gate_pay", "callbacks", True if desk.exchange.public_url else None))
    skew = pay.skew_seconds
    found.append(Finding("gate_pay", "clock", abs(skew) <= SKEW_WARNING_SECONDS, {"seconds": f"{skew:.1f}"}))
    return found


async def _bank_accounts(desk: Desk) -> Finding:
    try:
        banks = await desk.exchange.off_ramp.banks()
    except (VenueError, NotAllowed) as no:
        return Finding("gate_pay", "banks", False, {"why": str(no)[:200]})
    usable = sum(bank.is_usable for bank in banks)
    return Finding("gate_pay", "banks", True if usable else None, {"number": str(len(banks)), "usable": str(usable)})


def _mtpay(desk: Desk) -> list[Finding]:
    """There is nothing harmless to ask MTPay: only whether a link could be asked for at all."""
    if desk.exchange.mtpay is None:
        return [Finding("mtpay", "off", None)]
    try:
        desk.exchange.check_deposits()
    except NotAllowed as no:
        return [Finding("mtpay", "address", False, {"why": no.reason})]
    return [Finding("mtpay", "address", True, {"url": desk.exchange.public_url}), Finding("mtpay", "key", None)]


async def _telegram(desk: Desk, telegram: Telegram, chat_id: int | None, webhook_url: str | None) -> list[Finding]:
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
    found += await _webhook(telegram, webhook_url)
    found += await _group(desk, telegram, chat_id)
    for person in sorted(desk.people.values(), key=lambda one: one.id):
        facts = {"name": person.name, "id": str(person.id)}
        area = "owners" if person.role is Role.OWNER else "staff"
        found.append(Finding(area, "reachable", await _is_reachable(telegram, person.id), facts))
    return found


async def _webhook(telegram: Telegram, wanted: str | None) -> list[Finding]:
    """How updates reach the desk, and what Telegram says went wrong with it. Only hosts are told, no addresses."""
    try:
        seen = await telegram.webhook()
    except NotReached as no:
        return [Finding("telegram", "webhook", None, {"why": str(no)[:200]})]
    set_there, facts = urlsplit(seen.url).hostname or "–", {"host": urlsplit(wanted or "").hostname or "–"}
    if wanted is None:
        if not seen.url:
            return [Finding("telegram", "polling", True)]
        return [Finding("telegram", "polling", None, {"host": set_there, "waiting": str(seen.waiting)})]
    if seen.url != wanted:
        key = "webhook_elsewhere" if seen.url else "webhook_unset"
        return [Finding("telegram", key, None, facts | {"other": set_there})]
    found = [Finding("telegram", "webhook", True, facts | {"waiting": str(seen.waiting)})]
    if seen.error:
        at = datetime.fromtimestamp(seen.error_at, UTC).strftime("%Y-%m-%d %H:%M UTC")
        found.append(Finding("telegram", "delivery", False if seen.waiting else None, {"why": seen.error, "at": at}))
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
    found = [Finding("owners", "count", None if number == 1 else True, {"number": str(number)})]
    if number == 1 and len(with_role(desk, Role.LEAD)) <= 1:
        found.append(Finding("owners", "alone", True if desk.policy.rings_outside else None))
    return found


async def _assumptions(desk: Desk) -> list[Finding]:
    async with desk.store.read() as tables:
        seen = {key: (confirmed, refuted) for key, confirmed, refuted, _ in await tables.assumptions.all()}
    found = []
    exchange = desk.exchange
    set_up = {"gate": desk.gate, "gate_pay": exchange.pay, "mtpay": exchange.mtpay}
    for assumption in (one for one in ASSUMPTIONS if set_up[one.venue] is not None):
        confirmed, refuted = seen.get(assumption.key, (None, None))
        ok = False if refuted is not None else True if confirmed is not None else None
        found.append(Finding("assumptions", assumption.key, ok, {"section": assumption.section}))
    return found
