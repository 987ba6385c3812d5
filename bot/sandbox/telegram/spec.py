"""Checks a call against the Bot API's own names, types and limits (bot_api.json, drawn from the specification)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.sandbox.telegram.model import Json
from bot.sandbox.telegram.refusals import Violation

SPEC: Json = json.loads(Path(__file__).with_name("bot_api.json").read_text(encoding="utf-8"))
METHODS: dict[str, Json] = SPEC["methods"]
BY_LOWER_NAME = {name.lower(): name for name in METHODS}

TELEGRAMS_WORDS = {
    "callback_data": "BUTTON_DATA_INVALID",
    "answerCallbackQuery.text": "MESSAGE_TOO_LONG",
    "createForumTopic.name": "TOPIC_TITLE_INVALID",
    "editForumTopic.name": "TOPIC_TITLE_INVALID",
    "command": "BOT_COMMAND_INVALID",
    "description": "BOT_COMMAND_DESCRIPTION_INVALID",
    "sendMediaGroup.media": "wrong number of media in the album: 2-10 items are required",
    "secret_token": "secret token contains unallowed characters or is too long",
}
"""How Telegram words a broken limit, by `method.parameter` or by the field alone; else the sandbox says it itself."""


@dataclass(frozen=True)
class Upload:
    """A file that came with the request."""

    name: str
    content_type: str
    content: bytes


def checked(method: str, raw: dict[str, Any]) -> Json:
    """The parameters with their types; raises Violation for an unknown name, wrong type, missing field, broken limit.

    `raw`: strings (form, query), JSON values, or Uploads. Uploads that no parameter names must be `attach://` targets.
    """
    fields = METHODS[method]["params"]
    attached = {name: value for name, value in raw.items() if isinstance(value, Upload) and name not in fields}
    out: Json = {}
    for name, value in raw.items():
        if name in attached:
            continue
        if name not in fields:
            raise Violation("unknown_parameter", f"{method}.{name}", f'unknown parameter "{name}" of {method}')
        out[name] = _field(value, fields[name], f"{method}.{name}")
    for name, rule in fields.items():
        if rule.get("required") and name not in out:
            raise Violation("missing_parameter", f"{method}.{name}", f'parameter "{name}" is required')
    return _with_files(out, attached, method)


def _field(value: Any, rule: Json, where: str) -> Any:
    typed = _value(value, rule["type"], where)
    _check_limits(typed, rule, where)
    return typed


def _value(value: Any, kind: str, where: str) -> Any:
    if kind.startswith("["):
        items = _decoded(value, where)
        if not isinstance(items, list):
            raise _wrong(where, "an Array")
        return [_value(item, kind[1:-1].replace("/", "|"), f"{where}[{n}]") for n, item in enumerate(items)]
    kinds = kind.split("|")
    objects = [name for name in kinds if name in SPEC["types"]]
    for name in kinds:
        if name in _SIMPLE and (found := _SIMPLE[name](value)) is not None:
            return found
    if objects:
        return _object(_decoded(value, where), objects, where)
    if "any" in kinds:
        return value
    raise _wrong(where, " or ".join(kinds))


def _decoded(value: Any, where: str) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise Violation("wrong_type", where, f"can't parse {where.rpartition('.')[2]} JSON object") from None


def _object(value: Any, names: list[str], where: str) -> Json:
    if not isinstance(value, dict):
        raise _wrong(where, " or ".join(names))
    name = _which(value, names, where)
    fields = SPEC["types"][name]["fields"]
    for key in value:
        if key not in fields:
            raise Violation("unknown_field", f"{where}.{key}", f'unknown field "{key}" of {name}')
    for key, rule in fields.items():
        if rule.get("required") and key not in value:
            raise Violation("missing_field", f"{where}.{key}", f'field "{key}" of {name} is required')
    return {key: _field(item, fields[key], f"{where}.{key}") for key, item in value.items()}


def _which(value: Json, names: list[str], where: str) -> str:
    """The type meant: by its fixed fields (`type`, `source`), else by the required fields that are there."""
    fits = []
    for name in names:
        fields = SPEC["types"][name]["fields"]
        fixed = [key for key, rule in fields.items() if rule.get("required") and "choices" in rule]
        if all(value.get(key) in fields[key]["choices"] for key in fixed):
            fits.append((sum(key in value for key, rule in fields.items() if rule.get("required")), name))
    if not fits:
        raise _wrong(where, " or ".join(names))
    return max(fits, key=lambda fit: fit[0])[1]


def _check_limits(value: Any, rule: Json, where: str) -> None:
    if "choices" in rule and value not in rule["choices"]:
        raise _broken("choice", where, f"must be one of {rule['choices']}")
    if "max" in rule and not rule.get("parsed"):
        size = _size(value, rule["unit"])
        if not rule["min"] <= size <= rule["max"]:
            raise _broken("limit", where, f"must have {rule['min']}-{rule['max']} {rule['unit']}, has {size}")
    if "alphabet" in rule and not re.fullmatch(f"[{rule['alphabet']}]*", value):
        raise _broken("alphabet", where, f"may hold {rule['alphabet']} only")


def _size(value: Any, unit: str) -> float:
    if unit == "value":
        return float(value)
    if unit == "bytes":
        return len(str(value).encode("utf-8", "surrogatepass"))
    return len(value)


def _with_files(params: Json, attached: dict[str, Upload], method: str) -> Json:
    """Replaces `attach://name` by the file that came under that name, wherever it stands."""
    used: set[str] = set()

    def replaced(value: Any) -> Any:
        if isinstance(value, str) and value.startswith("attach://"):
            name = value.removeprefix("attach://")
            if name not in attached:
                raise Violation("missing_file", method, f'file "{name}" is not found in the request')
            used.add(name)
            return attached[name]
        if isinstance(value, list):
            return [replaced(item) for item in value]
        return each(value) if isinstance(value, dict) else value

    def each(given: Json) -> Json:
        return {name: value if name in ("text", "caption") else replaced(value) for name, value in given.items()}

    out = each(params)
    if extra := set(attached) - used:
        raise Violation("unknown_parameter", method, f'unknown file "{min(extra)}" of {method}')
    return out


def _broken(kind: str, where: str, text: str) -> Violation:
    field = where.rpartition(".")[2]
    words = TELEGRAMS_WORDS.get(where) or TELEGRAMS_WORDS.get(field if "[" in where else "")
    return Violation(kind, where, words or f"{where} {text}")


def _wrong(where: str, kinds: str) -> Violation:
    return Violation("wrong_type", where, f"{where} must be {kinds}")


def _as_int(value: Any) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,19}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _as_float(value: Any) -> float | None:
    if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return float(value)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _as_bool(value: Any) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower())
    return value if isinstance(value, bool) else None


def _as_text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _as_file(value: Any) -> Upload | None:
    return value if isinstance(value, Upload) else None


_SIMPLE = {"int": _as_int, "float": _as_float, "bool": _as_bool, "str": _as_text, "file": _as_file}
