"""The door for venues, Telegram and the paper card: `/callbacks/…`, `/telegram`, `/freeze/…` and `/healthz`.

For a reverse proxy alone.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator
from functools import partial

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.domain.updates import WEBHOOK_PATH
from bot.flows import callbacks, deposit_hooks
from bot.flows.desk import Desk, StoreError
from bot.flows.receipts import Receipt
from bot.flows.refused_calls import RefusedCalls
from bot.watchers.bodies import NotReceived, received
from bot.watchers.freeze_page import FreezePage
from bot.watchers.webhook import Webhook

MOST_BYTES = 64 * 1024
MOST_UPDATE_BYTES = 1024 * 1024
MOST_AT_ONCE = 64

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 # its name

log = logging.getLogger("desk.http")


class HttpDoor:
    """Listens from `start` to `stop`; port 0 takes a free one. Without a webhook nothing is at `/telegram`."""

    def __init__(self, desk: Desk, host: str, port: int, webhook: Webhook | None = None) -> None:
        self._desk = desk
        self.refused = RefusedCalls()
        self._webhook = webhook
        self._host, self._port = host, port
        self._server: _Quiet | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        return self._port

    async def start(self) -> None:
        """Raises OSError when the address cannot be taken."""
        sock = _bound(self._host, self._port)
        self._port = sock.getsockname()[1]
        config = uvicorn.Config(
            self._app(), log_config=None, access_log=False, lifespan="off", server_header=False, proxy_headers=False,
            limit_concurrency=MOST_AT_ONCE, timeout_graceful_shutdown=2, http="h11", ws="none",
        )  # fmt: skip
        self._server = _Quiet(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[sock]), name="http")

    async def stop(self) -> None:
        """What is being answered gets a moment; nothing is acknowledged that was not stored."""
        if self._server is None or self._serving is None:
            return
        self._server.should_exit = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._serving, 4)

    def _app(self) -> Starlette:
        routes = [
            Route("/callbacks/gatepay", self._gate_pay, methods=["POST"]),
            Route("/callbacks/mtpay/{token}", self._mtpay, methods=["POST"]),
            FreezePage(self._desk, self._desk.clock.monotonic).route,
            Route("/healthz", self._health, methods=["GET"]),
        ]
        if (webhook := self._webhook) is not None:

            async def telegram(request: Request) -> Response:
                return await _brought(request, webhook)

            routes.append(Route(WEBHOOK_PATH, telegram, methods=["POST"]))
        return Starlette(routes=routes)

    async def _gate_pay(self, request: Request) -> Response:
        headers = request.headers

        async def take(raw: bytes) -> Receipt:
            return await callbacks.receive(
                self._desk,
                timestamp=headers.get("x-gatepay-timestamp", ""),
                nonce=headers.get("x-gatepay-nonce", ""),
                signature=headers.get("x-gatepay-signature", ""),
                raw=raw,
            )

        status, words = await _taken(request, partial(self._counted, callbacks.GATE_PAY, take))
        code = "SUCCESS" if status == 200 else "FAIL"
        return JSONResponse({"returnCode": code, "returnMessage": words}, status)

    async def _mtpay(self, request: Request) -> Response:
        async def take(raw: bytes) -> Receipt:
            return await deposit_hooks.receive(self._desk, token=request.path_params["token"], raw=raw)

        status, words = await _taken(request, partial(self._counted, deposit_hooks.MTPAY, take))
        return JSONResponse({"success": True} if status == 200 else {"success": False, "message": words}, status)

    async def _counted(self, venue: str, take: Callable[[bytes], Awaitable[Receipt]], raw: bytes) -> Receipt:
        receipt = await take(raw)
        self.refused.count(venue, receipt)
        return receipt

    async def _health(self, _: Request) -> Response:
        """For a monitor: whether the desk could act now. Says nothing of what it knows."""
        is_well = not self._desk.is_halted
        return JSONResponse({"status": "ok" if is_well else "halted"}, 200 if is_well else 503)


def _bound(host: str, port: int) -> socket.socket:
    """Named as TCP, so that Nagle's delay is turned off: else every acknowledgement waits some 40 ms."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(128)
    except OSError:
        sock.close()
        raise
    sock.setblocking(False)
    return sock


class _Quiet(uvicorn.Server):
    """Signals are the application's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


ANSWERS = {
    Receipt.KEPT: (200, ""),
    Receipt.NOT_OURS: (404, "not found"),
    Receipt.FORGED: (401, "signature"),
    Receipt.UNREADABLE: (400, "not JSON"),
    Receipt.TOO_MANY: (429, "too many"),
}


async def _taken(request: Request, take: Callable[[bytes], Awaitable[Receipt]]) -> tuple[int, str]:
    """The status and words for what came in; 200 only for what is stored."""
    try:
        return ANSWERS[await take(await received(request, MOST_BYTES))]
    except NotReceived as no:
        return no.status, no.words
    except StoreError as error:
        log.error("a callback cannot be stored: %s", error)
        return 500, "try again"


async def _brought(request: Request, webhook: Webhook) -> Response:
    """Whoever does not know the secret is not read. No answer has a body: Telegram would act on what it says."""
    if not webhook.is_genuine(request.headers.getlist(SECRET_HEADER)):
        return Response(status_code=401)
    try:
        return Response(status_code=ANSWERS[await webhook.take(await received(request, MOST_UPDATE_BYTES))][0])
    except NotReceived as no:
        return Response(status_code=no.status)
    except Exception as error:  # whatever it was: it is not stored, and must come again, soon and not ever later
        log.warning("an update is not taken: %r", error)
        return Response(status_code=503, headers={"retry-after": "1"})
