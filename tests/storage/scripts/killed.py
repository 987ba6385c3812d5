"""One write of two rows that kills its own process at the given probe point; without one, prints the points."""

import asyncio
import os
import signal
import sys

from storage.store import Store


async def main(url: str, point: str) -> None:
    seen: list[str] = []
    is_armed = False

    def probe(name: str) -> None:
        if is_armed:
            seen.append(name if name not in seen else f"{name} again")
            if seen[-1] == point:
                os.kill(os.getpid(), signal.SIGKILL)

    store = await Store.open(url, probe)
    is_armed = True
    async with store.write() as tables:
        await tables.desk.put("first", "1")
        await tables.desk.put("last", "1")
    await store.close()
    print("\n".join(seen))


asyncio.run(main(sys.argv[1], sys.argv[2]))
