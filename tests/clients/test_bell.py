"""The bell outside: one POST over a real socket, and nothing of its address in any word of ours."""

import logging

import pytest

from bot.clients.bell import Bell, NotRung
from tests.support.outside import listening


async def test_a_ring_is_one_post_with_what_was_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with listening() as outside, Bell(outside.url) as bell:
        await bell.ring({"kind": "x", "orders": 2})
        assert outside.told == [{"kind": "x", "orders": 2}]
        assert outside.heads[0].startswith("POST /ring/s3cr3t HTTP/1.1") and "application/json" in outside.heads[0]
        assert "s3cr3t" not in repr(bell)


@pytest.mark.parametrize("status", [301, 307, 400, 404, 500, 0])
async def test_everything_but_a_yes_is_not_rung_and_no_redirect_is_followed(status: int) -> None:
    async with listening() as elsewhere, listening() as outside, Bell(outside.url) as bell:
        outside.status, outside.more = status, f"location: {elsewhere.url}\r\n"
        with pytest.raises(NotRung) as no:
            await bell.ring({"kind": "x"})
        assert len(outside.told) == 1 and elsewhere.told == []
        assert "127.0.0.1" not in str(no.value) and "s3cr3t" not in str(no.value)


async def test_who_never_answers_is_given_up() -> None:
    async with listening() as outside, Bell(outside.url, seconds=0.2) as bell:
        outside.status = -1
        with pytest.raises(NotRung, match="Timeout"):
            await bell.ring({"kind": "x"})


async def test_nobody_there_is_said_without_the_address() -> None:
    async with listening() as outside:
        url = outside.url
    async with Bell(url) as bell:
        with pytest.raises(NotRung, match="ConnectError") as no:
            await bell.ring({"kind": "x"})
    assert "s3cr3t" not in repr(no.value)
