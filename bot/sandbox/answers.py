"""An answer before it is sent, whoever gives it."""

from dataclasses import dataclass, field

JSON_TYPE = "application/json"


@dataclass
class Answer:
    status: int
    body: bytes
    content_type: str = JSON_TYPE
    headers: dict[str, str] = field(default_factory=dict)
