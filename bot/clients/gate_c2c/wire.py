"""How Gate writes things: tolerant field types that every model of this folder is made of (§4).

Numbers come as numbers or as text, flags as 0/1, "0"/"1" or booleans, nothing as null, "", {} or []. What cannot be
read is a validation error; nothing is guessed and no float is ever made.
"""

import json
import logging
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from bot.domain.assumptions import MILLISECONDS_FROM
from bot.domain.listing import Listing
from bot.domain.money import plain

WHOLE = re.compile(r"-?[0-9]{1,20}")
MAX_DIGITS = 38
MAX_MAGNITUDE = 24
END_OF_CALENDAR = 253_402_214_400
"""Unix seconds of the last day that can be written with four digits for the year"""

log = logging.getLogger(__name__)


def decode(body: bytes) -> Any:
    """JSON with exact decimals. Raises ValueError for anything that is not one complete document."""
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except ArithmeticError:
        raise ValueError("a number beyond all measure") from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def encode(fields: Mapping[str, Any]) -> bytes:
    """The bytes that are signed and sent: compact, UTF-8, order kept. Half a surrogate pair becomes a `?`."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8", "replace")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return plain(_bounded(value))
    if value in (None, [], {}):
        return ""
    raise ValueError("not a text")


def _id(value: Any) -> str:
    text = _text(value).strip() if not isinstance(value, bool) else ""
    if not text or text == "0":
        raise ValueError("no id")
    return text


def _whole(value: Any) -> int:
    if isinstance(value, int):
        return int(value)
    if isinstance(value, Decimal) and _bounded(value) == value.to_integral_value():
        return int(value)
    text = _text(value).strip()
    if text == "":
        return 0
    if not WHOLE.fullmatch(text):
        raise ValueError("not a whole number")
    return int(text)


def _loose_text(value: Any) -> str:
    """For words beside the matter: odd ones must not hide the message."""
    try:
        return _text(value)
    except ValueError:
        return ""


def _flag(value: Any) -> bool:
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    return _whole(value) != 0


def _loose_whole(value: Any) -> int:
    """For figures that are only shown: an odd one must not hide the order."""
    try:
        return _whole(value)
    except ValueError:
        return 0


def _loose_flag(value: Any) -> bool:
    """For permissions: what cannot be read is not permitted, and does not hide the order."""
    try:
        return _flag(value)
    except ValueError:
        return False


def _maybe_whole(value: Any) -> int | None:
    """For figures that are only shown: what is odd or not there is told to be neither, not taken for nought."""
    try:
        return None if value in (None, "", [], {}) else _whole(value)
    except ValueError:
        return None


def _maybe_flag(value: Any) -> bool | None:
    """The same for a yes or no."""
    try:
        return None if value in (None, "", [], {}) else _flag(value)
    except ValueError:
        return None


def _mark(value: Any) -> bool:
    """For warnings: what cannot be read is a warning."""
    plain_value = value.strip().lower() if isinstance(value, str) else value
    return plain_value not in ("", "0", "false", [], {}) and bool(plain_value)


def _strict_flag(value: Any) -> bool:
    """For the flag that decides who pays whom: 0 or 1, nothing else."""
    if _text(value).strip() not in ("0", "1"):
        raise ValueError("neither 0 nor 1")
    return _text(value).strip() == "1"


def _amount(value: Any) -> Decimal:
    if isinstance(value, bool | float) or not isinstance(value, str | int | Decimal):
        raise ValueError("not an amount")
    try:
        amount = _bounded(Decimal(value.strip() if isinstance(value, str) else value))
    except InvalidOperation:
        raise ValueError("not an amount") from None
    if amount < 0:
        raise ValueError("a negative amount")
    return amount


def _bounded(amount: Decimal) -> Decimal:
    """A few bytes of exponent must not become a gigabyte of digits."""
    if not amount.is_finite() or abs(amount.adjusted()) > MAX_MAGNITUDE or _digits(amount) > MAX_DIGITS:
        raise ValueError("out of any sensible range")
    return amount


def _digits(amount: Decimal) -> int:
    """How many at most: counting them exactly is slow, and hardly any amount needs it."""
    written = len(str(amount))
    return written if written <= MAX_DIGITS else len(amount.as_tuple().digits)


def _number(value: Any) -> Decimal:
    """A figure that is only shown (percent, offset): may be negative, nothing counts as 0."""
    if value in (None, "", [], {}):
        return Decimal(0)
    if isinstance(value, bool | float) or not isinstance(value, str | int | Decimal):
        raise ValueError("not a number")
    try:
        return _bounded(Decimal(value.strip() if isinstance(value, str) else value))
    except InvalidOperation:
        raise ValueError("not a number") from None


def _optional_amount(value: Any) -> Decimal | None:
    return None if value in (None, "", [], {}) else _amount(value)


def _moment(value: Any) -> int:
    """Unix seconds from seconds, milliseconds or a UTC text; 0 = none. A text that is no time is none, too."""
    if isinstance(value, str) and not WHOLE.fullmatch(value.strip()):
        return utc_seconds(value)
    number = _whole(value)
    return number // 1000 if number >= MILLISECONDS_FROM else number


def _loose_moment(value: Any) -> int:
    """For what must not be lost with its time: one that cannot be read, or be shown, is none."""
    try:
        moment = _moment(value)
    except ValueError:
        return 0
    return moment if 0 < moment < END_OF_CALENDAR else 0


def utc_seconds(text: str) -> int:
    """`2026-09-21 14:13:20` or `2026/09/21` read as UTC (assumption `times_are_utc`); 0 when it is no time."""
    for layout in ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d", "%Y/%m/%d"):
        try:
            return int(datetime.strptime(text.strip(), layout).replace(tzinfo=UTC).timestamp())
        except ValueError:
            continue
    return 0


def _list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    if value in (None, "", {}):
        return []
    raise ValueError("not a list")


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    if value in (None, "", []):
        return {}
    raise ValueError("not an object")


Text = Annotated[str, BeforeValidator(_text)]
Id = Annotated[str, BeforeValidator(_id)]
Whole = Annotated[int, BeforeValidator(_whole)]
Flag = Annotated[bool, BeforeValidator(_flag)]
StrictFlag = Annotated[bool, BeforeValidator(_strict_flag)]
LooseWhole = Annotated[int, BeforeValidator(_loose_whole)]
LooseFlag = Annotated[bool, BeforeValidator(_loose_flag)]
MaybeWhole = Annotated[int | None, BeforeValidator(_maybe_whole)]
MaybeFlag = Annotated[bool | None, BeforeValidator(_maybe_flag)]
Mark = Annotated[bool, BeforeValidator(_mark)]
Amount = Annotated[Decimal, BeforeValidator(_amount)]
OptionalAmount = Annotated[Decimal | None, BeforeValidator(_optional_amount)]
Number = Annotated[Decimal, BeforeValidator(_number)]
Moment = Annotated[int, BeforeValidator(_moment)]
LooseText = Annotated[str, BeforeValidator(_loose_text)]
LooseMoment = Annotated[int, BeforeValidator(_loose_moment)]
Objects = Annotated[list[Any], BeforeValidator(_list)]
Texts = Annotated[list[Text], BeforeValidator(_list)]
Object = Annotated[dict[str, Any], BeforeValidator(_object)]


class WireModel(BaseModel):
    """An object from Gate. A key with null counts as absent, so that the other spelling or the default applies."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: item for key, item in value.items() if item is not None} if None in value.values() else value
        return {} if value == [] else value


def _word(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


Word = BeforeValidator(_word)

T = TypeVar("T")


def read_each(entries: list[Any], read: Callable[[Any], T], id_key: str, *, counted: int | None = None) -> Listing[T]:
    """Every entry that can be read, and the ids of those that cannot: one odd row must not hide the others."""
    readable: list[T] = []
    unreadable: list[str] = []
    for entry in entries:
        try:
            readable.append(read(entry))
        except ValueError:
            unreadable.append(_bare_id(entry, id_key))
    if unreadable:
        log.warning("gate: %s entries could not be read: %s", len(unreadable), ",".join(unreadable))
    return Listing(readable, unreadable=tuple(unreadable), counted=counted)


def _bare_id(entry: Any, id_key: str) -> str:
    try:
        text = _id(entry[id_key])
    except (ValueError, KeyError, TypeError):
        return ""
    return text if WHOLE.fullmatch(text) else ""
