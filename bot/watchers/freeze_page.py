"""`/freeze/{secret}`: looking at it changes nothing, its button freezes the desk's money, a wrong secret is no page."""

import base64
import hashlib
import logging
from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.flows import freeze_card
from bot.flows.desk import Desk, StoreError
from bot.flows.freeze_card import PATH, Frozen, Tries
from bot.views import freeze_page as views
from bot.watchers.bodies import NotReceived, received

MOST_BYTES = 1024
"""a button sends nothing"""
MOST_SECRET = 128

POLICY = (
    "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(views.STYLE.encode()).digest()).decode()
    + "'"
)
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow",
}
"""the address is a secret: it is kept, sent on and framed nowhere"""

log = logging.getLogger("desk.http")


class FreezePage:
    """Says that it is frozen only when that is committed; works while Telegram is away."""

    def __init__(self, desk: Desk, now: Callable[[], float]) -> None:
        self._desk = desk
        self._now = now
        self._tries = Tries()

    @property
    def route(self) -> Route:
        return Route(f"{PATH}{{secret}}", self._answer, methods=["GET", "POST"])

    async def _answer(self, request: Request) -> Response:
        secret, language = request.path_params["secret"], self._desk.policy.language
        try:
            if request.method == "POST":
                await received(request, MOST_BYTES)
                return await self._freeze(secret, language)
            if len(secret) <= MOST_SECRET and await freeze_card.is_genuine(self._desk, secret):
                return HTMLResponse(views.ask_page(language), headers=HEADERS)
        except NotReceived as no:
            return PlainTextResponse(no.words, no.status)
        except StoreError as error:
            log.error("the paper card's page cannot be answered: %s", error)
            return HTMLResponse(views.failed_page(language), 500, headers=HEADERS)
        return self._not_found()

    async def _freeze(self, secret: str, language: str) -> Response:
        found = Frozen.NOT_OURS
        if len(secret) <= MOST_SECRET:
            found = await freeze_card.freeze(self._desk, secret)
        if found is Frozen.NOT_OURS:
            return self._not_found()
        log.warning("the paper card's button was pressed: frozen %s", found)
        page = views.done_page(language) if found is Frozen.NOW else views.already_page(language)
        return HTMLResponse(page, headers=HEADERS)

    def _not_found(self) -> Response:
        """Just as for any other address; whoever tries many is sent away."""
        if self._tries.is_too_many(self._now()):
            return PlainTextResponse("Too Many Requests", 429)
        raise HTTPException(404)
