"""Writes bot/sandbox/telegram/bot_api.json: names, types and limits of every Bot API method.

    python -m tests.bot_api_spec.generate

Names and types come from the pydantic models of the pinned aiogram wheel, limits from the sentences below its fields
(the models themselves enforce neither). The sandbox reads the JSON only: aiogram stays a test dependency.

Shape: {"api_version", "methods": {name: {"params": {param: field}}}, "types": {name: {"fields": {name: field}}}}
field: {"type": "int|str|[MessageEntity]…", "required"?, "min"?, "max"?, "unit"?, "choices"?, "alphabet"?, "parsed"?}
unit: "characters" | "bytes" | "items" | "value"; parsed: the limit counts the text after entity parsing.
"""

import ast
import datetime
import enum
import inspect
import json
import re
import textwrap
import types
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import aiogram
import aiogram.methods
from aiogram.client.default import Default
from aiogram.types import InputFile
from pydantic import BaseModel

TARGET = Path(__file__).parents[2] / "bot" / "sandbox" / "telegram" / "bot_api.json"
PLAIN = {int: "int", str: "str", bool: "bool", float: "float"}
WORD_LENGTH = re.compile(r"(\d+)-(\d+) (characters|bytes)|length can't exceed (\d+) (bytes)")
ITEMS = re.compile(r"(?:[Ll]ist of|include) (\d+)-(\d+)|(?:[Aa]t most|up to) (\d+) ")
VALUE = re.compile(r"(?:^|[;,] |\. |between |Values between )(\d+)(?:-| and )(\d+)(?=[\s.;,]|$)")
NUMBERS = re.compile(r"must be one of (\d+ \(.*)")
WORDS = re.compile(r"[Mm]ust be one of ((?:'\w+'(?: \([^)]*\))?(?:, | or )?)+)")


def build() -> dict[str, Any]:
    spec: dict[str, Any] = {"api_version": aiogram.__api_version__, "methods": {}, "types": {}}
    for name in aiogram.methods.__all__:
        model = getattr(aiogram.methods, name)
        if isinstance(getattr(model, "__api_method__", None), str):
            spec["methods"][model.__api_method__] = {"params": _fields(model, spec["types"])}
    spec["methods"] = dict(sorted(spec["methods"].items()))
    spec["types"] = dict(sorted(spec["types"].items()))
    return spec


def as_text(spec: dict[str, Any]) -> str:
    """One line per method and type, so that a new wheel gives a readable difference."""
    lines = ["{", f' "api_version": {json.dumps(spec["api_version"])},']
    for part, comma in (("methods", ","), ("types", "")):
        rows = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in spec[part].items()]
        lines += [f' "{part}": {{', ",\n".join(rows), " }" + comma]
    return "\n".join([*lines, "}", ""])


def _fields(model: type[BaseModel], seen: dict[str, Any]) -> dict[str, Any]:
    sentences = _sentences(model)
    out = {}
    for name, info in model.model_fields.items():
        annotation = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
        field: dict[str, Any] = {"type": _type(annotation, seen)}
        if info.is_required():
            field["required"] = True
        if choices := _literal(info.annotation):
            field = {"type": _type(type(choices[0]), seen), "required": True, "choices": choices}
        out[name] = field | _limits(field["type"], sentences.get(name, ""))
    return out


def _sentences(model: type[BaseModel]) -> dict[str, str]:
    found: dict[str, str] = {}
    for parent in reversed(model.__mro__):
        if not issubclass(parent, BaseModel) or parent is BaseModel or "[" in parent.__name__:
            continue
        tree = ast.parse(textwrap.dedent(inspect.getsource(parent))).body[0]
        assert isinstance(tree, ast.ClassDef)
        for field, text in zip(tree.body, tree.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
                assert isinstance(field.target, ast.Name)
                found[field.target.id] = str(text.value.value).split(".. deprecated")[0]
    return found


def _literal(annotation: Any) -> list[Any]:
    if get_origin(annotation) is not Literal:
        return []
    return [arg.value if isinstance(arg, enum.Enum) else arg for arg in get_args(annotation)]


def _type(annotation: Any, seen: dict[str, Any]) -> str:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _type(get_args(annotation)[0], seen)
    if origin in (Union, types.UnionType):
        parts = [_type(arg, seen) for arg in get_args(annotation) if arg not in (type(None), Default)]
        unique = list(dict.fromkeys(part for text in parts for part in text.split("|")))
        return "|".join(unique)
    if origin is list:
        return f"[{_type(get_args(annotation)[0], seen).replace('|', '/')}]"
    if origin is Literal:
        return "str"
    if isinstance(annotation, type) and issubclass(annotation, datetime.datetime | datetime.timedelta):
        return "int"
    return _named(annotation, seen)


def _named(annotation: Any, seen: dict[str, Any]) -> str:
    if annotation in PLAIN:
        return PLAIN[annotation]
    if annotation is Any or not isinstance(annotation, type):
        return "any"  # rich text refers to itself by name
    if issubclass(annotation, InputFile):
        return "file"
    if issubclass(annotation, enum.Enum):
        return "str"
    assert issubclass(annotation, BaseModel)
    name = str(annotation.__name__)
    if name not in seen:
        seen[name] = {}
        seen[name] = {"fields": _fields(annotation, seen)}
    return name


def _limits(kind: str, sentence: str) -> dict[str, Any]:
    text = re.sub(r"<[^>]*>", "", sentence)
    if found := NUMBERS.search(text):
        return {"choices": [int(number) for number in re.findall(r"\b(\d+) \(", found[1])]}
    if kind == "str" and (found := WORDS.search(text)):
        return {"choices": re.findall(r"'(\w+)'", found[1])}
    if kind == "str" and (found := WORD_LENGTH.search(text)):
        low, high = (found[1], found[2]) if found[1] else ("0", found[4])
        out: dict[str, Any] = {"min": int(low), "max": int(high), "unit": found[3] or found[5]}
        if re.search(r"after entit\w+ parsing", text):
            out["parsed"] = True
        return out | _alphabet(text)
    if kind.startswith("[") and (found := ITEMS.search(text)):
        low, high = (found[1], found[2]) if found[1] else ("0", found[3])
        return {"min": int(low), "max": int(high), "unit": "items"}
    if kind in ("int", "float") and (found := VALUE.search(text)):
        return {"min": int(found[1]), "max": int(found[2]), "unit": "value"}
    return {}


def _alphabet(text: str) -> dict[str, str]:
    if "lowercase English letters, digits and underscores" in text:
        return {"alphabet": "a-z0-9_"}
    if ":code:`A-Z`, :code:`a-z`, :code:`0-9`, :code:`_` and :code:`-` are allowed" in text:
        return {"alphabet": "A-Za-z0-9_-"}
    return {}


if __name__ == "__main__":
    TARGET.write_text(as_text(build()), encoding="utf-8")
