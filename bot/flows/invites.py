"""Joining: a one-time code in a link, a join request to the owners, and an owner who decides seeing id and name."""

import hashlib
import secrets

from bot.domain.errors import NotAllowed
from bot.domain.situations import Notice
from bot.domain.staff import Person, Right, Role
from bot.flows.announce import announce, with_role
from bot.flows.desk import Desk
from bot.flows.journal_line import journal
from bot.flows.people import newcomer
from bot.flows.step_up import check_deed
from storage.staff import Invite
from storage.store import Tables


async def invite(desk: Desk, user_id: int, role: Role) -> tuple[Invite, str]:
    """A one-time code for a role. Returns the invite and the code that the link carries; only its hash is kept."""
    desk.need(user_id, Right.STAFF)
    if role is Role.OWNER:
        raise NotAllowed("owner_from_settings")
    await check_deed(desk, user_id, "invite", role.word, is_always=True, is_money=False)
    code = secrets.token_urlsafe(18)
    now = desk.now()
    made = Invite(
        id=desk.new_id(), hash=_hash(code), role=role, made_by=user_id, made_at=now,
        ends_at=now + desk.policy.invite_seconds * 1000, used_by=None, used_name="", used_at=None, outcome="",
    )  # fmt: skip
    async with desk.store.write() as tables:
        await tables.staff.add_invite(made)
        await journal(desk, tables, user_id, "invite", made.id, {"role": role.word}, "made")
    return made, code


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()


async def ask_to_join(desk: Desk, user_id: int, name: str, username: str, code: str) -> bool:
    """A stranger came with a code. True when it was good: owners are asked. False means silence."""
    async with desk.store.write() as tables:
        if await tables.staff.is_blocked(user_id):
            return False
        used = await tables.staff.use_invite(_hash(code), user_id, name, desk.now())
        if used is None:
            return False
        await journal(
            desk, tables, None, "join_request", used.id, {"id": str(user_id), "role": used.role.word}, "asked"
        )
        facts = {
            "invite": used.id, "id": str(user_id), "name": name, "username": username, "role": used.role.word,
            "made_by": str(used.made_by), "made_at": str(used.made_at), "ends_at": str(used.ends_at),
        }  # fmt: skip
        await announce(desk, tables, Notice("join_request", facts), with_role(desk, Role.OWNER))
    desk.wake_relay.set()
    return True


async def open_invite(desk: Desk, user_id: int, invite_id: str) -> Invite:
    """The used and still undecided invite an owner looks at. Raises NotAllowed("invite_ended")."""
    desk.need(user_id, Right.STAFF)
    async with desk.store.read() as tables:
        found = await tables.staff.invite(invite_id)
    if found is None or found.used_by is None or found.outcome or found.ends_at <= desk.now():
        raise NotAllowed("invite_ended")
    return found


async def admit_person(desk: Desk, user_id: int, invite_id: str, role: Role) -> Person:
    """An owner, having seen id and shown name, takes the person in."""
    found = await open_invite(desk, user_id, invite_id)
    if role is Role.OWNER:
        raise NotAllowed("owner_from_settings")
    assert found.used_by is not None
    await check_deed(desk, user_id, "staff_join", str(found.used_by), detail=role.word, is_always=True, is_money=False)
    async with desk.store.write() as tables:
        desk.need(user_id, Right.STAFF)
        if not await tables.staff.settle_invite(invite_id, "joined", desk.now()):
            raise NotAllowed("invite_ended")
        person = newcomer(desk, found.used_by, found.used_name, role)
        await tables.staff.put(person, desk.now(), user_id)
        await journal(desk, tables, user_id, "staff_join", str(person.id), {"role": role.word}, "done")
        await desk.read_people(tables)
        await announce(desk, tables, Notice("welcome", {"role": role.word}), [person])
    desk.wake_relay.set()
    return person


async def turn_away(desk: Desk, user_id: int, invite_id: str, *, block: bool) -> Invite:
    """Refuse a join request; blocking also ends every later invite of that id."""
    found = await open_invite(desk, user_id, invite_id)
    assert found.used_by is not None
    outcome = "blocked" if block else "refused"
    async with desk.store.write() as tables:
        if not await tables.staff.settle_invite(invite_id, outcome, desk.now()):
            raise NotAllowed("invite_ended")
        if block:
            await tables.staff.block(found.used_by, desk.now(), user_id)
        await journal(desk, tables, user_id, "staff_refuse", str(found.used_by), {"outcome": outcome}, "done")
    return found


async def is_invited(desk: Desk, tables: Tables, user_id: int, text: str) -> bool:
    """True when `/start CODE` carries a code that lives and nobody else used; anything else is a stranger's guess."""
    code = text.partition(" ")[2].strip()
    found = await tables.staff.invite_by_hash(_hash(code)) if 0 < len(code) <= 64 else None
    if found is None or found.outcome or found.ends_at <= desk.now() or found.used_by not in (None, user_id):
        return False
    return not await tables.staff.is_blocked(user_id)
