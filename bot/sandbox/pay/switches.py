"""Named switches of plain types, set by the control door."""

from dataclasses import dataclass, fields
from typing import Any, ClassVar


@dataclass
class Switches:
    """A dataclass whose fields are switched by name; `choices`: the values that a field may have, if not any."""

    choices: ClassVar[dict[str, tuple[object, ...]]] = {}

    def switch(self, wanted: dict[str, Any]) -> None:
        """Raises ValueError, changing nothing, on a name or value that is none."""
        for name, value in wanted.items():
            if not self._takes(name, value):
                known = ", ".join(sorted(field.name for field in fields(self)))
                raise ValueError(f"no such variant: {name}={value!r}; known: {known}")
        for name, value in wanted.items():
            setattr(self, name, value)

    def fits(self, name: str, value: object) -> bool:
        """Whether a value of the right type will do."""
        return value in self.choices.get(name, (value,))

    def _takes(self, name: str, value: object) -> bool:
        kinds = {field.name: type(field.default) for field in fields(self)}
        kind = kinds.get(name)
        if kind is float:
            is_number = type(value) in (int, float) and isinstance(value, int | float)
            return is_number and 0 <= value <= 86400 and self.fits(name, value)  # type: ignore[operator]
        return kind is not None and type(value) is kind and self.fits(name, value)
