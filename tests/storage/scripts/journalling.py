"""Adds two rows to the journal in each write and says how many writes are durable, until it is killed."""

import asyncio
import sys

from storage.store import Store, StoreError

PAUSE_SECONDS = 0.002  # as long as nobody pauses, the database's lock is not fair


async def write(store: Store, name: str, number: int) -> bool:
    """False when the other process did not let us, and nothing is written."""
    try:
        async with store.write() as tables:
            await tables.desk.put(name, str(number))
            await tables.journal.add(
                at=number, actor=None, action=name, target=str(number), facts={"name": "张三丰"}, outcome="done"
            )
            await tables.journal.add(at=number, actor=7, action=name, target="", facts={}, outcome="")
    except StoreError as error:
        if error.why == "locked":
            return False
        raise
    return True


async def main(url: str, name: str) -> None:
    store = await Store.open(url)
    number = 1
    while True:
        if await write(store, name, number):
            print(number, flush=True)
            number += 1
        await asyncio.sleep(PAUSE_SECONDS)


asyncio.run(main(sys.argv[1], sys.argv[2]))
