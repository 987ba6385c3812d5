"""The listeners of the sandbox fail the way networks fail."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.sandbox.serving import Listener, drop_connection, reset_connection, transport_of


async def hello(_: Request) -> Response:
    return PlainTextResponse("hello")


async def slow(_: Request) -> Response:
    await asyncio.sleep(30)
    return PlainTextResponse("late")


async def dropped(request: Request) -> Response:
    drop_connection(request.scope)
    return PlainTextResponse("unheard")


async def closed(request: Request) -> Response:
    transport = transport_of(request.scope)
    assert transport is not None
    transport.close()
    return PlainTextResponse("unheard")


async def reset(request: Request) -> Response:
    reset_connection(request.scope)
    return PlainTextResponse("unheard")


def app() -> Starlette:
    handlers = {"hello": hello, "slow": slow, "dropped": dropped, "closed": closed, "reset": reset}
    return Starlette(routes=[Route(f"/{name}", handler) for name, handler in handlers.items()])


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    listener = Listener(app())
    await listener.start()
    yield listener
    await listener.stop()


async def test_a_listener_answers_on_the_port_it_names(listener: Listener) -> None:
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{listener.url}/hello")).text == "hello"


async def test_an_away_listener_refuses_and_comes_back_on_the_same_port(listener: Listener) -> None:
    url = listener.url
    async with httpx.AsyncClient() as client:
        await client.get(f"{url}/hello")
        await listener.go_away()
        assert listener.is_away
        with pytest.raises(httpx.ConnectError):
            await client.get(f"{url}/hello")
        await listener.come_back()
        assert listener.url == url
        assert (await client.get(f"{url}/hello")).text == "hello"


async def test_a_port_stays_reserved_while_its_listener_is_away(listener: Listener) -> None:
    await listener.go_away()
    with socket.socket() as other, pytest.raises(OSError):
        other.bind(("127.0.0.1", listener.port))


async def test_going_away_cuts_a_request_in_flight(listener: Listener) -> None:
    async with httpx.AsyncClient() as client:
        request = asyncio.create_task(client.get(f"{listener.url}/slow"))
        await asyncio.sleep(0.1)
        await listener.go_away()
        with pytest.raises(httpx.TransportError):
            await asyncio.wait_for(request, 1)


@pytest.mark.parametrize("path", ["dropped", "closed"])
async def test_a_dropped_connection_gives_no_answer(listener: Listener, path: str) -> None:
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(f"{listener.url}/{path}")
        assert (await client.get(f"{listener.url}/hello")).text == "hello"


async def test_a_reset_connection_is_a_read_error(listener: Listener) -> None:
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ReadError):
            await client.get(f"{listener.url}/reset")


async def test_two_listeners_do_not_mix_up_their_connections(listener: Listener) -> None:
    second = Listener(app())
    await second.start()
    async with httpx.AsyncClient() as one, httpx.AsyncClient() as other:
        await one.get(f"{listener.url}/hello")
        with pytest.raises(httpx.RemoteProtocolError):
            await other.get(f"{second.url}/dropped")
        assert (await one.get(f"{listener.url}/hello")).text == "hello"
    await second.stop()


async def test_stopping_ends_handlers_within_a_second(listener: Listener) -> None:
    async with httpx.AsyncClient() as client:
        request = asyncio.create_task(client.get(f"{listener.url}/slow"))
        await asyncio.sleep(0.1)
        await asyncio.wait_for(listener.stop(), 1)
        with pytest.raises(httpx.TransportError):
            await request
