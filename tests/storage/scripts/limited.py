"""Writes past the file size that the system allows; prints what the desk was told and what a reader sees."""

import asyncio
import resource
import sys

from storage.store import Store, StoreError


async def main(url: str, limit: int) -> None:
    store = await Store.open(url)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        async with store.write() as tables:
            await tables.desk.put("first", "1")
            for number in range(1000):
                await tables.desk.put(f"filler {number}", "x" * 4000)
            await tables.desk.put("last", "1")
    except StoreError as error:
        print(error.why)
    async with store.read() as tables:
        print(await tables.desk.get("first"), await tables.desk.get("last"))
    await store.close()


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
