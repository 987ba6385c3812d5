"""Control requests: their JSON, and wrong ones answered with 400 and words."""

import json
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.gate.fields import Json, Refusal

Handler = Callable[[Request], Awaitable[Response]]


async def body_of(request: Request) -> Json:
    raw = await request.body()
    body = json.loads(raw) if raw else {}
    if not isinstance(body, dict):
        raise TypeError("a JSON object is expected")
    return body


def guarded(handler: Handler) -> Handler:
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except Refusal as no:
            return JSONResponse({"error": no.message}, 400)
        except (ValueError, TypeError, KeyError) as wrong:
            return JSONResponse({"error": str(wrong) or type(wrong).__name__}, 400)

    return answer
