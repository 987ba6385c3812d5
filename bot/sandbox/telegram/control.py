"""The door through which tests and the page move the sandbox's Telegram. JSON in, JSON out; 400 {"error"} says why not.

GET  /control/telegram/state                      people, chats, bot, faults, `revision`
POST …/users {"id","first_name","username"?,"language_code"?,"started"?}
POST …/groups {"title","members":[ids],"id"?,"forum"?,"type"?,"bot_rights"?: "admin"|"member"|{right: bool}|null,
               "reactions"?: [emoji]}              → {"id"}; the first member is the creator
POST …/groups/{id} {"title"?,"reactions"?: [emoji]|null}
GET  …/chats/{id}/messages?viewer=&since=          {"messages","revision"}: what changed after revision `since`;
                                                   `html` is escaped and ready to show; a deleted one comes as such
GET  …/chats/{id}/commands?viewer=                 the bot's menu for this person here
GET  …/files/{file_id}                             a file's content
POST …/act/{kind} {"user_id","chat_id",…}          see acts.py for the kinds
GET  …/callbacks/{id}                              {"answered","text","alert","after_ms"}
GET  …/calls?since=n                               {"calls": [{n, at, method, params, ok, error, code}]}, n above since
GET  …/violations                                  {"violations": [{n, method, kind, where, error, params}]}
POST …/faults {"method","kind","times"?,"seconds"?}, DELETE …/faults; kinds: 429 500 502 html drop_before drop_after
               reset slow bad_request:TEXT forbidden:TEXT; "file" strikes downloads
               (there also 404 cut drip)
GET  …/webhook                                     {"url","secret","error","waiting","attempts": [{n, at, update_id,
                                                   tries, status, error, answer}]}; "" when there is none
POST …/flood {"enforce": bool} · POST …/privacy {"sees_all": bool} · POST …/clock {"offset": seconds}
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.telegram import views
from bot.sandbox.telegram.acts import act, chat_of
from bot.sandbox.telegram.methods.menus import commands_for
from bot.sandbox.telegram.model import Json
from bot.sandbox.telegram.people import Impossible
from bot.sandbox.telegram.refusals import Refusal
from bot.sandbox.telegram.world import TelegramWorld

SHOWN_IN_PAGE = ("image/png", "image/jpeg", "image/gif", "video/mp4")
Handler = Callable[[Request], Awaitable[Response]]


def telegram_control_routes(world: TelegramWorld) -> list[Route]:
    """All control routes below /control/telegram, except `away`, which moves the listener."""
    door = _Door(world)
    base = "/control/telegram"
    table: list[tuple[str, str, Handler]] = [
        ("GET", "/state", door.state),
        ("POST", "/users", door.users),
        ("POST", "/groups", door.groups),
        ("POST", "/groups/{chat_id}", door.change_group),
        ("GET", "/chats/{chat_id}/messages", door.messages),
        ("GET", "/chats/{chat_id}/commands", door.commands),
        ("GET", "/files/{file_id}", door.file),
        ("POST", "/act/{kind}", door.act),
        ("GET", "/callbacks/{callback_id}", door.callback),
        ("GET", "/calls", door.calls),
        ("GET", "/violations", door.violations),
        ("POST", "/faults", door.order_fault),
        ("DELETE", "/faults", door.clear_faults),
        ("GET", "/webhook", door.webhook),
        ("POST", "/flood", door.flood),
        ("POST", "/privacy", door.privacy),
        ("POST", "/clock", door.clock),
    ]
    return [Route(base + path, _guarded(handler), methods=[method]) for method, path, handler in table]


def _guarded(handler: Handler) -> Handler:
    async def guarded(request: Request) -> Response:
        try:
            return await handler(request)
        except (Impossible, Refusal) as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        except (KeyError, ValueError, TypeError, AttributeError) as error:  # a body of another shape than documented
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, status_code=400)

    return guarded


class _Door:
    def __init__(self, world: TelegramWorld) -> None:
        self.world = world
        self._real_clock = world.clock

    async def state(self, _: Request) -> Response:
        return JSONResponse(views.state(self.world))

    async def users(self, request: Request) -> Response:
        body = await _body(request)
        user = self.world.add_user(
            int(body["id"]),
            str(body["first_name"]),
            username=body.get("username"),
            language_code=body.get("language_code"),
            started=bool(body.get("started", False)),
        )
        return JSONResponse({"id": user.id})

    async def groups(self, request: Request) -> Response:
        body = await _body(request)
        chat = self.world.add_group(
            str(body["title"]),
            [int(member) for member in body["members"]],
            chat_id=body.get("id"),
            forum=bool(body.get("forum", False)),
            bot_rights=body.get("bot_rights", "admin"),
            kind=str(body.get("type", "supergroup")),
        )
        chat.allowed_reactions = body.get("reactions")
        return JSONResponse({"id": chat.id})

    async def change_group(self, request: Request) -> Response:
        chat, body = chat_of(self.world, _chat_id(request)), await _body(request)
        chat.title = body.get("title", chat.title)
        chat.is_forum = bool(body.get("forum", chat.is_forum))
        chat.allowed_reactions = body.get("reactions", chat.allowed_reactions)
        return JSONResponse({"id": chat.id})

    async def messages(self, request: Request) -> Response:
        chat = chat_of(self.world, _chat_id(request))
        viewer = int(request.query_params.get("viewer", chat.id))
        is_inside = viewer == chat.id if chat.is_private else chat.member(viewer).is_present
        if not is_inside:
            raise Impossible(f"{viewer} is not in chat {chat.id}")
        since = int(request.query_params.get("since", 0))
        found = views.messages(self.world, chat, since)
        return JSONResponse({"messages": found, "revision": self.world.revision})

    async def commands(self, request: Request) -> Response:
        chat = chat_of(self.world, _chat_id(request))
        viewer = int(request.query_params.get("viewer", chat.id))
        return JSONResponse({"commands": commands_for(self.world, chat, viewer)})

    async def file(self, request: Request) -> Response:
        file = self.world.files.get(request.path_params["file_id"])
        if file is None:
            return JSONResponse({"error": "no such file"}, status_code=404)
        shown = file.mime_type if file.mime_type in SHOWN_IN_PAGE else "application/octet-stream"
        return Response(file.content, media_type=shown, headers={"x-content-type-options": "nosniff"})

    async def act(self, request: Request) -> Response:
        kind = request.path_params["kind"]
        return JSONResponse(act(self.world, kind, await _body(request)))

    async def callback(self, request: Request) -> Response:
        query = self.world.callbacks.get(request.path_params["callback_id"])
        if query is None:
            raise Impossible("no such callback")
        after = None if query.answered_at is None else round((query.answered_at - query.at) * 1000, 1)
        is_answered = query.answered_at is not None
        return JSONResponse(
            {"answered": is_answered, "text": query.text or "", "alert": query.is_alert, "after_ms": after}
        )

    async def calls(self, request: Request) -> Response:
        since = int(request.query_params.get("since", 0))
        return JSONResponse({"calls": [views.call(call) for call in self.world.calls if call.n > since]})

    async def violations(self, _: Request) -> Response:
        return JSONResponse({"violations": self.world.violations})

    async def order_fault(self, request: Request) -> Response:
        body = await _body(request)
        fault = self.world.faults.order(
            str(body["method"]), str(body["kind"]), int(body.get("times", 1)), float(body.get("seconds", 1))
        )
        return JSONResponse(vars(fault))

    async def clear_faults(self, _: Request) -> Response:
        self.world.faults.ordered.clear()
        return JSONResponse({"faults": []})

    async def webhook(self, _: Request) -> Response:
        """The secret, too: it opens nothing but a door of this machine, and tests must be able to forge."""
        updates = self.world.updates
        shown = {"url": "", "secret": "", "error": ""}
        if (webhook := updates.webhook) is not None:
            shown = {
                "url": webhook.url,
                "secret": webhook.secret_token or "",
                "error": webhook.last_error_message or "",
            }
        return JSONResponse(shown | {"waiting": len(updates.pending), "attempts": updates.deliveries.as_json()})

    async def flood(self, request: Request) -> Response:
        self.world.enforce_flood = bool((await _body(request))["enforce"])
        return JSONResponse({"enforce": self.world.enforce_flood})

    async def privacy(self, request: Request) -> Response:
        self.world.sees_all_messages = bool((await _body(request))["sees_all"])
        return JSONResponse({"sees_all": self.world.sees_all_messages})

    async def clock(self, request: Request) -> Response:
        offset, real = float((await _body(request))["offset"]), self._real_clock
        self.world.clock = lambda: real() + offset
        self.world.flood.clock = self.world.clock
        return JSONResponse({"now": self.world.clock()})


def _chat_id(request: Request) -> int:
    return int(request.path_params["chat_id"])


async def _body(request: Request) -> Json:
    body: Any = json.loads(await request.body() or b"{}")
    if not isinstance(body, dict):
        raise ValueError("a JSON object is expected")
    return body
