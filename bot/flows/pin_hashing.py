"""A PIN becomes a hash, away from the event loop: argon2id, with parameters that take about 50 ms of one core."""

import asyncio
import hmac
import secrets

from argon2.low_level import Type, hash_secret

PASSES, KIBIBYTES, LANES, BYTES = 2, 19_456, 1, 32
SALT_BYTES = 16
AT_ONCE = 2
"""each takes 19 MiB, and a core"""

_room = asyncio.Semaphore(AT_ONCE)


def new_salt() -> str:
    return secrets.token_hex(SALT_BYTES)


async def hash_of(pin: str, salt: str) -> str:
    """argon2's encoded text, with its parameters in it; equal for equal PINs of one salt (hex)."""
    async with _room:
        return await asyncio.to_thread(_hash, pin.encode(), bytes.fromhex(salt))


def _hash(pin: bytes, salt: bytes) -> str:
    return hash_secret(pin, salt, PASSES, KIBIBYTES, LANES, BYTES, Type.ID).decode()


def is_same(one: str, other: str) -> bool:
    """In a time that does not tell where they differ; nothing is the same as no hash."""
    return bool(one) and bool(other) and hmac.compare_digest(one.encode(), other.encode())
