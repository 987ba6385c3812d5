"""Own and foreign profiles, own payment methods, work hours (contract 3.1 - 3.3, 3.18)."""

import re
from datetime import UTC, datetime, timedelta

from bot.sandbox.gate import people_shapes
from bot.sandbox.gate.calls import Call
from bot.sandbox.gate.fields import INVALID, Fields, Json, Refusal

_WEEKDAYS = set("1234567")
_LAYOUT = {"cycle_type", "day_of_week", "time_zone", "start_time", "end_time"}
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def get_user_info(call: Call) -> Json:
    _look_at_the_clock(call)
    return people_shapes.own_profile(call.venue.account)


def get_counterparty_user_info(call: Call) -> Json:
    person = call.venue.counterparties.get(call.fields.needed("biz_uid"))
    if person is None:
        raise Refusal(f"{INVALID}: biz_uid")
    return people_shapes.counterparty_profile(person)


def get_myself_payment(call: Call) -> list[Json]:
    fiat = call.fields.text("fiat", "")
    methods = [method for method in call.venue.account.methods if not fiat or method.takes(fiat)]
    return people_shapes.payment_methods(methods, ids_as_strings=call.venue.variants.ids_as_strings)


def set_merchant_work_hours(call: Call) -> Json:
    wanted = call.fields.integer("work_status")
    if wanted not in (0, 1, 2):
        raise Refusal(f"{INVALID}: work_status")
    account = call.venue.account
    account.work_hours = _hours(call.fields) if wanted == 2 else None
    account.work_status = wanted
    _look_at_the_clock(call)
    return {"work_status": account.work_status}


def _look_at_the_clock(call: Call) -> None:
    """Custom hours begin and end by themselves. Hours whose layout is not ours were set by hand and stay."""
    account = call.venue.account
    if account.work_hours is not None and account.work_hours.keys() >= _LAYOUT:
        account.work_status = 3 if _is_working(account.work_hours, call.venue.now()) else 2


def _hours(fields: Fields) -> Json:
    cycle, zone = fields.one_of("cycle_type", ("Weekly", "Daily")), fields.needed("time_zone")
    start, end = fields.needed("start_time"), fields.needed("end_time")
    days = fields.needed("day_of_week") if cycle == "Weekly" else fields.text("day_of_week", "")
    if not cycle or not re.fullmatch(r"[+-]?\d{1,2}", zone) or not -12 <= int(zone) <= 14:
        raise Refusal(f"{INVALID}: time_zone")
    if not (_CLOCK.fullmatch(start) and _CLOCK.fullmatch(end) and start <= end):
        raise Refusal(f"{INVALID}: start_time")
    if days and not all(day.strip() in _WEEKDAYS for day in days.split(",")):
        raise Refusal(f"{INVALID}: day_of_week")
    return {
        "work_status": 2,
        "cycle_type": cycle,
        "day_of_week": days,
        "time_zone": zone,
        "start_time": start,
        "end_time": end,
    }


def _is_working(hours: Json, now: float) -> bool:
    local = datetime.fromtimestamp(now, UTC) + timedelta(hours=int(hours["time_zone"]))
    days = [day.strip() for day in str(hours["day_of_week"]).split(",") if day.strip()]
    today = hours["cycle_type"] == "Daily" or str(local.isoweekday()) in days
    return today and str(hours["start_time"]) <= local.strftime("%H:%M") <= str(hours["end_time"])
