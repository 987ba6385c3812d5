"""The documented-shape answers of the fixtures, and what 'the same keys and JSON types' means."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "fixtures" / "c2c"

Json = dict[str, Any]


def documented_answers() -> dict[tuple[str, str], Json]:
    """(endpoint, variant name or "base") -> the answer as documented."""
    found: dict[tuple[str, str], Json] = {}
    for path in sorted(FOLDER.glob("[a-z]*.json")):
        sample = json.loads(path.read_text("utf-8"))
        found[sample["endpoint"], "base"] = sample["response"]
        for variant in sample["variants"]:
            if variant["basis"] == "documented-shape":
                found[sample["endpoint"], variant["name"]] = variant["response"]
    return found


def differences(ours: Any, documented: Any, path: str = "") -> list[str]:
    """Where keys or JSON types differ. Elements of an array must each have the shape of a documented element."""
    if isinstance(documented, dict) and isinstance(ours, dict):
        found = [f"{path}: missing {key}" for key in documented.keys() - ours.keys()]
        found += [f"{path}: undocumented {key}" for key in ours.keys() - documented.keys()]
        for key in documented.keys() & ours.keys():
            found += differences(ours[key], documented[key], f"{path}.{key}")
        return found
    if isinstance(documented, list) and isinstance(ours, list):
        if documented and not ours:
            return [f"{path}: documented as filled, but empty"]
        return [
            f"{path}[{place}]: like no documented element: {element}"
            for place, element in enumerate(ours)
            if not any(not differences(element, each) for each in documented)
        ]
    return [] if _is_alike(ours, documented) else [f"{path}: {ours!r} instead of something like {documented!r}"]


def _is_alike(ours: Any, documented: Any) -> bool:
    """A documented fraction may be a whole number in another answer, but a whole number is never a fraction."""
    if isinstance(documented, float):
        return isinstance(ours, int | float) and not isinstance(ours, bool)
    return type(ours) is type(documented)
