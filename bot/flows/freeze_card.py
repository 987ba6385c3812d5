"""The paper card for a lost phone: an address whose one button freezes the desk's money and can do nothing else."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.alerts import AlertKind
from bot.domain.errors import NotAllowed
from bot.domain.situations import Notice
from bot.domain.staff import Right, Role
from bot.flows.announce import announce, with_role
from bot.flows.desk import Desk
from bot.flows.duress import FROZEN, QUIETLY
from bot.flows.journal_line import journal
from bot.flows.standing import end_all
from bot.flows.step_up import check_deed
from storage.step_up import FreezeCard
from storage.store import Tables

SECRET_BYTES = 24
"""192 bits: nobody guesses it, however often they try"""
PATH = "/freeze/"
DEED = "freeze_card"
WRONG_PER_MINUTE = 30


class Frozen(StrEnum):
    """What the button led to. NOT_OURS: no card has this secret."""

    NOW = "now"
    ALREADY = "already"
    NOT_OURS = "not_ours"


@dataclass(frozen=True, slots=True)
class Made:
    """Shown once: what is kept of it is a hash. `had_pin`: whether its maker has a PIN."""

    url: str
    had_pin: bool

    def __repr__(self) -> str:
        return "Made(…)"


async def make(desk: Desk, user_id: int) -> Made:
    """A new card; the one before it works no longer. Raises NotAllowed."""
    desk.need(user_id, Right.UNFREEZE)
    if not desk.exchange.public_url:
        raise NotAllowed("freeze_card_no_address")
    await check_deed(desk, user_id, DEED, is_always=True, is_money=False)
    secret, key = secrets.token_urlsafe(SECRET_BYTES), secrets.token_hex(32)
    async with desk.store.write() as tables:
        desk.need(user_id, Right.UNFREEZE)
        await tables.step_up.put_card(FreezeCard(key, hash_of_secret(secret, key), user_id, desk.now()))
        await journal(desk, tables, user_id, "freeze_card", "desk", {}, "made")
        pins = await tables.step_up.pins(user_id)
    return Made(f"{desk.exchange.public_url.rstrip('/')}{PATH}{secret}", pins is not None and pins.is_shown_set)


async def end(desk: Desk, user_id: int) -> None:
    """No card works any more. Raises NotAllowed, "freeze_card_none" when there was none."""
    desk.need(user_id, Right.UNFREEZE)
    await check_deed(desk, user_id, DEED, is_always=True, is_money=False)
    async with desk.store.write() as tables:
        desk.need(user_id, Right.UNFREEZE)
        if not await tables.step_up.end_card():
            raise NotAllowed("freeze_card_none")
        await journal(desk, tables, user_id, "freeze_card", "desk", {}, "dropped")


def hash_of_secret(secret: str, key: str) -> str:
    return hmac.new(bytes.fromhex(key), secret.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


async def is_genuine(desk: Desk, secret: str) -> bool:
    """Whether a card has this secret; changes nothing."""
    async with desk.store.read() as tables:
        return await _is_genuine(tables, secret)


async def _is_genuine(tables: Tables, secret: str) -> bool:
    card = await tables.step_up.card()
    given = hash_of_secret(secret, card.key if card is not None else "00" * 32)
    return hmac.compare_digest(given, card.hash if card is not None else "") and card is not None


async def freeze(desk: Desk, secret: str) -> Frozen:
    """Freeze the desk's money for all to see, once. Returns after the commit; raises StoreError: then it is not."""
    if not await is_genuine(desk, secret):
        return Frozen.NOT_OURS
    async with desk.store.write() as tables:
        if not await _is_genuine(tables, secret):  # a new card may have ended this one meanwhile
            return Frozen.NOT_OURS
        if await tables.desk.get(FROZEN) is not None and await tables.desk.get(QUIETLY) is None:
            return Frozen.ALREADY
        await tables.desk.put(FROZEN, str(desk.now()))
        await tables.desk.delete(QUIETLY)
        await journal(desk, tables, None, "freeze", "desk", {"by": DEED}, "done")
        notice = Notice("frozen_by_card", {"at": str(desk.now())})
        await announce(desk, tables, notice, with_role(desk, Role.AGENT), group=True, kind=AlertKind.ALWAYS)
        await end_all(desk, tables, None)
    desk.wake_relay.set()
    return Frozen.NOW


class Tries:
    """How often wrong secrets came lately: too many are not even looked up with care. Right ones always count."""

    def __init__(self) -> None:
        self._wrong: list[float] = []

    def is_too_many(self, now: float) -> bool:
        """One more wrong one at `now` (s)."""
        self._wrong = [at for at in self._wrong[-WRONG_PER_MINUTE:] if 0 <= now - at < 60]
        self._wrong.append(now)
        return len(self._wrong) > WRONG_PER_MINUTE
