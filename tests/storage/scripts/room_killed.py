"""Puts a file into the room and kills its own process at the given probe point."""

import asyncio
import os
import signal
import sys

from storage.store import Store


async def main(url: str, point: str) -> None:
    def probe(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    store = await Store.open(url, probe)
    await store.files.put(b"receipt")
    await store.close()


asyncio.run(main(sys.argv[1], sys.argv[2]))
