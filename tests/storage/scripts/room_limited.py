"""Puts a file that is larger than the system allows; prints what the desk was told and what is in the room."""

import asyncio
import os
import resource
import sys

from storage.store import Store, StoreError


async def main(url: str) -> None:
    store = await Store.open(url)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    try:
        await store.files.put(b"x" * 200_000)
    except StoreError as error:
        print(error.why)
    await store.files.put(b"small")
    print(len(os.listdir(store.files.folder)))
    await store.close()


asyncio.run(main(sys.argv[1]))
