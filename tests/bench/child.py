"""A contestant in a process of its own: started, asked by JSON lines, measured from outside, ended by its id."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60.0

Json = dict[str, Any]


@dataclass
class Child:
    process: asyncio.subprocess.Process

    async def hear(self) -> Json:
        """Its next JSON line."""
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), READY_SECONDS)
        if not line:
            raise RuntimeError(f"a contestant ended with code {await self.process.wait()}; its words are on stderr")
        found: Json = json.loads(line)
        return found

    async def ask(self, what: str, **facts: Any) -> Json:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": what, **facts}).encode() + b"\n")
        return await self.hear()

    @property
    def memory(self) -> int:
        """Resident bytes."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError("the contestant has no memory")


@contextlib.asynccontextmanager
async def start(
    module: str, *arguments: str, folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Child]:
    """`python -m module arguments…`; killed at the end of the block, because nothing of it is wanted any more."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments,
        cwd=folder or CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1", **(environment or {})},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**24,
    )  # fmt: skip
    try:
        yield Child(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
