"""The control door of the market, of the ads as colleagues handle them in Gate's app, and of the own account."""

from dataclasses import asdict, replace
from decimal import Decimal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.gate import ads
from bot.sandbox.gate.ads import Ad, as_json, priced, with_facts
from bot.sandbox.gate.control_requests import Handler, body_of, guarded
from bot.sandbox.gate.fields import Json, is_amount
from bot.sandbox.gate.people import PaymentMethod
from bot.sandbox.gate.venue import GateVenue

LAST_POSTS = 6
SIDES = ("sell", "buy")


def ad_control_routes(venue: GateVenue) -> list[Route]:
    """Routes under `/control/gate/ads`, `/control/gate/market` and `/control/gate/account`."""
    mine, market, account = _Mine(venue), _Rivals(venue), _Account(venue)

    def post(path: str, handler: Handler) -> Route:
        return Route(f"/control/gate/{path}", guarded(handler), methods=["POST"])

    return [
        Route("/control/gate/ads", guarded(mine.state), methods=["GET"]),
        Route("/control/gate/ads/posts", guarded(mine.posts), methods=["GET"]),
        post("ads", mine.publish),
        post("ads/rules", mine.set_rules),
        post("ads/next_id", mine.set_next_id),
        post("ads/{number:int}/edit", mine.edit),
        post("ads/{number:int}/status", mine.set_status),
        Route("/control/gate/market", guarded(market.state), methods=["GET"]),
        post("market", market.set_manner),
        post("market/move", market.move),
        post("market/trap", market.trap),
        post("market/undercut", market.undercut),
        post("market/clear", market.clear),
        post("market/rivals", market.add),
        post("market/rivals/{number:int}", market.change),
        Route("/control/gate/market/rivals/{number:int}", guarded(market.remove), methods=["DELETE"]),
        Route("/control/gate/account", guarded(account.state), methods=["GET"]),
        post("account", account.change),
    ]


class _Mine:
    def __init__(self, venue: GateVenue) -> None:
        self.venue = venue

    async def state(self, request: Request) -> Response:
        self.venue.tick()
        rows = [as_json(ad) for ad in self.venue.ads.all()]
        posts = self.venue.ad_posts.as_json()[-LAST_POSTS:]
        return JSONResponse({"ads": rows, "rules": asdict(self.venue.ad_rules), "last_posts": posts})

    async def posts(self, request: Request) -> Response:
        return JSONResponse({"posts": self.venue.ad_posts.as_json()})

    async def publish(self, request: Request) -> Response:
        """A colleague publishes in the app: none of the merchant API's demands hold."""
        plain = _standing(self.venue, nick="desk_one")
        ad = replace(with_facts(plain, await body_of(request)), id=self.venue.ads.take_id())
        self.venue.ads.keep(self.venue.market.floated(ad), by_desk=False)
        return JSONResponse({"id": str(ad.id)})

    async def edit(self, request: Request) -> Response:
        """A colleague edits in the app: what is not named stays."""
        ad = with_facts(self.venue.ads.get(request.path_params["number"]), await body_of(request))
        self.venue.ads.keep(self.venue.market.floated(ad), by_desk=False)
        return JSONResponse(as_json(self.venue.ads.get(ad.id)))

    async def set_status(self, request: Request) -> Response:
        number, wanted = request.path_params["number"], (await body_of(request))["status"]
        known = {text: status for status, text in ads.STATUS.items()}
        status = known.get(wanted, wanted)
        if not isinstance(status, int):
            raise ValueError(f"status is one of {', '.join(known)}")
        self.venue.ads.set_status(number, status, by_desk=False)
        return JSONResponse(as_json(self.venue.ads.get(number)))

    async def set_rules(self, request: Request) -> Response:
        self.venue.ad_rules.switch(await body_of(request))
        return JSONResponse(asdict(self.venue.ad_rules))

    async def set_next_id(self, request: Request) -> Response:
        number = int((await body_of(request))["id"])
        if any(ad.id >= number for ad in self.venue.ads.all()) and number != 0:
            raise ValueError("ids only rise")
        self.venue.ads.next_number = number
        return JSONResponse({"id": str(number)})


class _Rivals:
    def __init__(self, venue: GateVenue) -> None:
        self.venue = venue

    async def state(self, request: Request) -> Response:
        self.venue.tick()
        return JSONResponse(market_state(self.venue))

    async def set_manner(self, request: Request) -> Response:
        """{"pace": seconds, "seed": n, "answers": "live"|"stale"|"empty", "references": {"USDT/CNY": "7.15"}}"""
        wanted, market = await body_of(request), self.venue.market
        if unknown := set(wanted) - {"pace", "seed", "answers", "references"}:
            raise ValueError(f"a market has no {', '.join(sorted(unknown))}")
        if not 0 <= float(wanted.get("pace", 0)) <= 3600:
            raise ValueError("pace is seconds from 0 to 3600")
        for pair, price in dict(wanted.get("references") or {}).items():
            market.set_reference(_pair(pair), Decimal(_amount(price)))
        if "answers" in wanted:
            market.answer(str(wanted["answers"]))
        if "seed" in wanted:
            market.reseed(int(wanted["seed"]))
        if "pace" in wanted:
            market.set_pace(float(wanted["pace"]))
        return JSONResponse(market_state(self.venue))

    async def move(self, request: Request) -> Response:
        steps = int((await body_of(request)).get("steps", 1))
        if not 0 < steps <= 10_000:
            raise ValueError("steps is 1 to 10000")
        self.venue.market.move(steps)
        return JSONResponse(market_state(self.venue))

    async def add(self, request: Request) -> Response:
        wanted = await body_of(request)
        ad = with_facts(_standing(self.venue, nick="rival"), wanted)
        return self._rival(self.venue.market.join(ad))

    async def change(self, request: Request) -> Response:
        market = self.venue.market
        ad = with_facts(market.rival(request.path_params["number"]), await body_of(request))
        return self._rival(market.change(ad, "price"))

    async def remove(self, request: Request) -> Response:
        self.venue.market.leave(request.path_params["number"])
        return JSONResponse(market_state(self.venue))

    async def clear(self, request: Request) -> Response:
        self.venue.market.clear()
        return JSONResponse(market_state(self.venue))

    async def trap(self, request: Request) -> Response:
        facts = await body_of(request)
        side, asset, fiat = _side(facts), str(facts.pop("asset", "USDT")), str(facts.pop("fiat", "CNY"))
        facts.pop("side", None)
        return self._rival(self.venue.market.trap(side, asset, fiat, **facts))

    async def undercut(self, request: Request) -> Response:
        """{"ad": id}, or {"side", "asset", "fiat"} of our best listed one."""
        wanted, venue = await body_of(request), self.venue
        if "ad" in wanted:
            ours: Ad | None = venue.ads.get(int(wanted["ad"]))
        else:
            pair = str(wanted.get("asset", "USDT")), str(wanted.get("fiat", "CNY"))
            ours = venue.market.ours(_side(wanted), *pair)
        if ours is None:
            raise ValueError("no ad of ours is listed on that side")
        return self._rival(venue.market.undercut(ours))

    def _rival(self, ad: Ad) -> Response:
        return JSONResponse(rival_json(self.venue, ad))


class _Account:
    def __init__(self, venue: GateVenue) -> None:
        self.venue = venue

    async def state(self, request: Request) -> Response:
        account = self.venue.account
        methods = [asdict(method) for method in account.methods]
        facts = {"work_status": account.work_status, "work_hours": account.work_hours, "profile": account.profile}
        return JSONResponse({**facts, "methods": methods})

    async def change(self, request: Request) -> Response:
        """`profile`: fields of get_user_info shown so from now on; `methods`: all own ones; `add_methods`: more."""
        wanted, account = await body_of(request), self.venue.account
        if unknown := set(wanted) - {"profile", "methods", "add_methods", "work_status", "work_hours"}:
            raise ValueError(f"an account has no {', '.join(sorted(unknown))}")
        methods = [_method(each) for each in wanted.get("methods", [])] if "methods" in wanted else account.methods
        account.methods = [*methods, *(_method(each) for each in wanted.get("add_methods", []))]
        account.profile |= wanted.get("profile") or {}
        account.work_status = int(wanted.get("work_status", account.work_status))
        account.work_hours = wanted.get("work_hours", account.work_hours)
        return await self.state(request)


def market_state(venue: GateVenue) -> Json:
    """The true market, whatever `answers` lets the API say: sides by pair, best first, ours among them."""
    market = venue.market
    pairs = sorted({(ad.asset, ad.fiat) for ad in (*venue.ads.all(), *market.rivals.values())} | set(market.references))
    rows = {
        f"{asset}/{fiat}": {
            side: [rival_json(venue, ad) for ad in market.true_side(side, asset, fiat)] for side in SIDES
        }
        for asset, fiat in pairs
    }
    return {
        "pace": market.pace,
        "seed": market.seed,
        "steps": market.steps,
        "answers": market.answers,
        "references": {"/".join(pair): f"{price:f}" for pair, price in market.references.items()},
        "pairs": rows,
        "events": list(market.events),
    }


def rival_json(venue: GateVenue, ad: Ad) -> Json:
    names = ("side", "asset", "fiat", "price", "amount", "min_amount", "max_amount", "fiat_min_amount")
    facts: Json = {name: getattr(ad, name) for name in (*names, "fiat_max_amount", "pay_types", "nick")}
    is_ours = any(ad.id == mine.id for mine in venue.ads.all())
    return {"id": str(ad.id), "is_ours": is_ours, "is_trap": ad.id in venue.market.traps, **facts}


def _standing(venue: GateVenue, nick: str) -> Ad:
    """What an ad or a rival is where nobody says otherwise."""
    ad = Ad(
        id=0,
        side="sell",
        asset="USDT",
        fiat="CNY",
        price="7.25",
        amount="10000.00",
        min_amount="10",
        max_amount="5000",
        pay_types=("bank", "alipay"),
        pay_type_json="{}",
        created_at=venue.seconds(),
        nick=nick,
    )
    return priced(ad, ad.price)


def _pair(text: str) -> tuple[str, str]:
    asset, slash, fiat = text.partition("/")
    if not (asset and slash and fiat):
        raise ValueError("a pair is ASSET/FIAT")
    return asset, fiat


def _side(wanted: Json) -> str:
    side = wanted.get("side", "sell")
    if side not in SIDES:
        raise ValueError("side is sell or buy")
    return str(side)


def _amount(value: object) -> str:
    if not is_amount(str(value)):
        raise ValueError("a price is a plain number above 0")
    return str(value)


def _method(wanted: Json) -> PaymentMethod:
    """Raises TypeError on a fact that no method has."""
    fiats = tuple(str(fiat) for fiat in wanted.get("fiats", ()))
    return PaymentMethod(**{"real_name": "Desk One Ltd", **wanted, "id": int(wanted["id"]), "fiats": fiats})
