"""Everything with which somebody could try to reach a buyer, a host or a file, as raw Bot API objects."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.domain.attachments import FileState
from bot.domain.sayings import digest
from bot.flows import deliver
from bot.flows.deliver import MENU, Shown
from bot.flows.say import Spoken, say
from bot.flows.tell_chat import SAID
from handlers.chat import WRITE
from tests.security.forgeries import Identity
from tests.security.stand import (
    DESK_GROUP,
    FOREIGN_GROUP,
    LEAD,
    OPERATOR,
    STRANGER,
    VIEWER,
    Json,
    Stand,
    callback,
    chat_of,
    user,
)
from tests.security.venue import SALE, SECOND, greeting_of

PHONE_FILE = "phone-1"
CONTACT = "call me at 13800138000"
ODD_HOST = "files.odd.example"
NUMBERS = itertools.count(9001)
FORWARDED = {"forward_origin": {"type": "user", "date": SECOND, "sender_user": user(STRANGER)}}


@dataclass(frozen=True)
class Loot:
    """What a thief could know: the ids of the messages that open ways, and the data of their buttons.

    `said` shows a buyer's words, `prompt` asks for words to the buyer, `menu` carries every button in `live`; each
    stands under the same id in every chat of `SHOWN_IN`. `own` is the message of the lead that is held.
    """

    said: int
    prompt: int
    menu: int
    own: int
    live: tuple[str, ...]


SHOWN_IN = (DESK_GROUP, FOREIGN_GROUP, OPERATOR, LEAD, VIEWER)


async def chat_is_at_work(stand: Stand) -> Loot:
    """A lead has something held, something that was refused, a prompt open, and a file lies on an unknown host."""
    desk, now = stand.desk, stand.clock.now()
    stand.phone.files[PHONE_FILE] = b"a receipt"
    own = next(NUMBERS)
    held = (await say(desk, LEAD, SALE, Spoken(CONTACT, LEAD, own, now)))[0]
    lost = (await say(desk, LEAD, SALE, Spoken("refused words", LEAD, next(NUMBERS), now)))[0].id
    async with desk.store.write() as tables:
        await tables.files.want(SALE, 1, [f"https://{ODD_HOST}/a"], now)
        file = (await tables.files.wanted(now))[0]
        await tables.files.failed(file.number, "unknown_host", ODD_HOST)
        session = tables.sayings._session
        await session.rows("UPDATE sayings SET state = 'refused', settled_at = :at WHERE id = :id", at=now, id=lost)
    live = (
        f"sy:{held.id}:{digest([held])}", f"sx:{held.id}", f"sr:{lost}", f"ah:{file.number}",
        f"ay:{file.number}", f"pk:{SALE}", f"wr:{SALE}", f"ch:{SALE}", f"hi:{SALE}:1", f"tp:{SALE}", f"te:{SALE}:1",
        greeting_of(SALE),
    )  # fmt: skip
    loot = Loot(next(NUMBERS), next(NUMBERS), next(NUMBERS), own, live)
    for chat in SHOWN_IN:
        for number, kind, data in ((loot.said, SAID, ()), (loot.prompt, WRITE, ()), (loot.menu, MENU, live)):
            await show(stand, chat, number, kind, data)
    stand.forget()
    return loot


async def show(stand: Stand, chat: int, number: int, kind: str, data: tuple[str, ...] = ()) -> None:
    """A message of ours about the sale stands in that chat."""
    person = chat if chat > 0 else None
    row = Shown(chat, number, kind, SALE, person, data, stand.clock.now(), "x")
    await deliver.remember(stand.desk, row)


async def host_is_unknown(stand: Stand) -> bool:
    """Nobody has allowed the odd host: not in memory, not in what fetches, and its file was not asked for again."""
    async with stand.desk.store.read() as tables:
        file = await tables.files.get(1)
        kept = await tables.desk.get("file_hosts")
    return ODD_HOST not in stand.hosts.hosts and not kept and file is not None and file.state is FileState.FAILED


def reply_to(chat: int, number: int) -> Json:
    ours = {"id": 1000, "is_bot": True, "first_name": "Desk", "username": "desk_bot"}
    return {"reply_to_message": {
        "message_id": number, "date": SECOND, "chat": chat_of(chat), "from": ours, "text": "💬 Buyer"}}  # fmt: skip


def photo() -> Json:
    return {"photo": [{"file_id": PHONE_FILE, "file_unique_id": "u1", "width": 90, "height": 90, "file_size": 9}]}


def document(name: str = "receipt.jpg") -> Json:
    return {"document": {"file_id": PHONE_FILE, "file_unique_id": "u2", "file_name": name, "file_size": 9}}


def video() -> Json:
    shape = {"width": 90, "height": 90, "duration": 1}
    return {"video": {"file_id": PHONE_FILE, "file_unique_id": "u3", "file_size": 9, **shape}}


def contents() -> Iterator[Json]:
    """What a message to a buyer can hold."""
    album = f"album-{next(NUMBERS)}"
    yield {"text": "agreed"}
    yield {"caption": "see the receipt", **photo()}
    yield document()
    yield video()
    yield {"media_group_id": album, "caption": "two of them", **photo()}
    yield {"media_group_id": album, **document()}


def commands() -> Iterator[Json]:
    for text in ("/say 0417 agreed", "/say agreed", "/say@desk_bot 0417 agreed", "/SAY 0417 agreed", "/chat 0417",
                 "/templates", "/templates add en Thanks | Thank you.", "/templates remove 1"):  # fmt: skip
        entity = {"type": "bot_command", "offset": 0, "length": len(text.split()[0])}
        yield {"text": text, "entities": [entity]}
    yield {"caption": "/say 0417 agreed", **photo()}


def messages(identity: Identity, chat: int, loot: Loot, **more: Any) -> list[Json]:
    """Replies of every kind to every message of the loot, all commands, with and without a topic."""
    found = []
    for number in (loot.said, loot.prompt, loot.menu, loot.own):
        found += [reply_to(chat, number) | content for content in contents()]
    found += list(commands())
    found += [reply_to(chat, loot.menu) | content for content in commands()]
    topic = {"message_thread_id": loot.said, "is_topic_message": True}
    found += [topic | content for content in (*contents(), *commands())]
    return [_said(identity, chat, body | more) for body in found]


def _said(identity: Identity, chat: int, body: Json) -> Json:
    said = {"message_id": next(NUMBERS), "date": SECOND, "chat": chat_of(chat)} | body | identity.more
    return said if identity.sender is None else said | {"from": identity.sender}


def edits(identity: Identity, chat: int, loot: Loot) -> list[Json]:
    """The held message changed on the phone, by this sender; and replies that come as edits."""
    own = _said(identity, chat, {"text": "changed", "edit_date": SECOND}) | {"message_id": loot.own}
    return [{"edited_message": body} for body in (own, *messages(identity, chat, loot, edit_date=SECOND))]


def taps(identity: Identity, chat: int, loot: Loot) -> list[Json]:
    """Each live button on the message that shows it, and on the buyer's words, which do not."""
    bodies = [callback(identity.person, chat, number, data) for number in (loot.menu, loot.said) for data in loot.live]
    if identity.sender is None:
        return [{"callback_query": {key: value for key, value in body.items() if key != "from"}} for body in bodies]
    return [{"callback_query": body | {"from": identity.sender}} for body in bodies]


def every_way(identity: Identity, chat: int, loot: Loot) -> dict[str, list[Json]]:
    """Updates by what they are."""
    ways = {
        "messages": [{"message": body} for body in messages(identity, chat, loot)],
        "forwards": [{"message": body} for body in messages(identity, chat, loot, **FORWARDED)],
        "edits": edits(identity, chat, loot),
        "channel posts": [{"channel_post": body} for body in messages(identity, chat, loot)],
        "business": [{"business_message": body} for body in messages(identity, chat, loot)],
    }
    return ways | {"taps": taps(identity, chat, loot)}
