"""Nothing that one update or one bad moment does may make the desk deaf."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot import command_line
from bot.app import assemble
from bot.domain.reach import Offline
from bot.flows import admit
from bot.flows.admit import Admitted
from bot.settings import build
from bot.watchers.inbox import Inbox
from storage.store import StoreError
from tests.review.stand import GROUP, LEAD, OPERATOR, OWNER, Stand
from tests.review.wire import Wire


def _message(number: int, person: int, text: str) -> dict[str, Any]:
    sender = {"id": person, "is_bot": False, "first_name": "x"}
    chat = {"id": person, "type": "private"}
    return {
        "update_id": number,
        "message": {"message_id": number, "date": 1, "chat": chat, "from": sender, "text": text},
    }


async def test_an_update_that_cannot_be_kept_does_not_keep_the_others_out(stand: Stand) -> None:
    handled: list[int] = []

    async def handle(update: Admitted) -> None:
        handled.append(update.update_id)

    async def alarm(why: str) -> None:
        raise Offline("away")

    inbox = Inbox(stand.desk, Wire(), handle, alarm)
    odd = _message(2, OPERATOR, "/orders") | {
        "callback_query": {
            "id": "1", "from": {"id": OPERATOR}, "data": "x",
            "message": {"message_id": 2**70, "chat": {"id": OPERATOR, "type": "private"}},
        }
    }  # fmt: skip
    del odd["message"]
    batch = [_message(1, OPERATOR, "/orders"), odd, _message(3, 1999, "/start \ud800"), _message(4, LEAD, "/orders")]
    assert await inbox.take_in(batch, None) == 5
    await inbox.stop(2)
    assert sorted(handled) == [1, 4]


class _Deaf(Wire):
    async def updates(self, offset: int | None, seconds: int, kinds: Any) -> list[dict[str, Any]]:
        await asyncio.sleep(3600)
        return []


async def test_a_memory_that_cannot_be_read_at_the_start_is_asked_again(stand: Stand) -> None:
    handled: list[int] = []
    is_handled = asyncio.Event()

    async def handle(update: Admitted) -> None:
        handled.append(update.update_id)
        is_handled.set()

    async def alarm(why: str) -> None:
        cries.append(why)

    cries: list[str] = []
    await admit.admit(stand.desk, [_message(7, OPERATOR, "/orders")])
    store = stand.desk.store

    class Busy:
        def read(self) -> Any:
            stand.desk.store = store
            raise StoreError("locked")

    stand.desk.store = Busy()  # type: ignore[assignment]
    inbox = Inbox(stand.desk, _Deaf(), handle, alarm)
    running = asyncio.create_task(inbox.run())
    async with asyncio.timeout(5):
        await is_handled.wait()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await inbox.stop(1)
    assert handled == [7] and len(cries) == 1


async def test_a_freeze_from_the_command_line_is_told_in_the_desk_group_too(tmp_path: Path) -> None:
    settings = build(
        {
            "TELEGRAM_TOKEN": "1000:none", "DESK_OWNERS": str(OWNER), "DESK_CHAT_ID": str(GROUP),
            "DATABASE_URL": f"sqlite:///{tmp_path}/desk.db",
        }
    )  # fmt: skip
    await command_line.freeze(settings, None)  # type: ignore[arg-type]
    application = await assemble(settings)
    async with application.store.read() as tables:
        told = {one.chat_id for one in await tables.outbox.due(10**15)}
    await application.http.aclose()
    await application.store.close()
    assert GROUP in told
