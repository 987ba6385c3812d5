"""What a tap says: a verb and its fields, typed, checked at birth against Telegram's 64 bytes.

The text form is `code:field:field`. It is opaque to people and never trusted: whether it lives is decided by what was
stored when the message was shown, and what it may do inside the flow.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.views.card import DATA_BYTES, Button

FIELD = re.compile(r"[A-Za-z0-9_.\-]{1,48}\Z")


class Verb(StrEnum):
    OPEN = "o"
    MORE = "m"
    BACK = "b"
    RELEASE = "r"
    YES = "y"
    NAME_DIFFERS = "nd"
    NOT_THERE = "nt"
    OTHER_PAYER = "op"
    CLAIM = "cl"
    LOOK = "lk"
    MARK_PAID = "mp"
    METHOD = "me"
    PAYEE = "pe"
    CANCEL = "c"
    REASONS = "rs"
    REASON = "rn"
    UNLOCK = "u"
    UNLOCK_YES = "uy"
    ASK = "a"
    QUEUE = "q"
    WAITING = "w"
    ROLE = "ro"
    ROLE_YES = "ry"
    REFUSE = "rf"
    BLOCK = "bl"
    DUTY = "d"
    LANGUAGE = "l"
    JOURNAL = "j"
    STAFF = "s"
    DISMISS = "x"
    CHAT = "ch"
    OLDER = "hi"
    WRITE = "wr"
    TEMPLATES = "tp"
    TEMPLATE = "te"
    SAY_TEMPLATE = "st"
    SEND_HELD = "sy"
    DROP_HELD = "sx"
    SEND_AGAIN = "sr"
    ALLOW_HOST = "ah"
    ALLOW_HOST_YES = "ay"
    PACK = "pk"


FIELDS: dict[Verb, tuple[str, ...]] = {
    Verb.OPEN: ("order",),
    Verb.MORE: ("order",),
    Verb.BACK: ("order",),
    Verb.RELEASE: ("order",),
    Verb.YES: ("seal",),
    Verb.NAME_DIFFERS: ("order", "seal"),
    Verb.NOT_THERE: ("order",),
    Verb.OTHER_PAYER: ("order",),
    Verb.CLAIM: ("order",),
    Verb.LOOK: ("order",),
    Verb.MARK_PAID: ("order",),
    Verb.METHOD: ("order", "index"),
    Verb.PAYEE: ("order",),
    Verb.CANCEL: ("order",),
    Verb.REASONS: ("order",),
    Verb.REASON: ("order", "id"),
    Verb.UNLOCK: ("order",),
    Verb.UNLOCK_YES: ("order",),
    Verb.ASK: ("order", "action"),
    Verb.QUEUE: (),
    Verb.WAITING: ("page",),
    Verb.ROLE: ("invite", "role"),
    Verb.ROLE_YES: ("invite", "role"),
    Verb.REFUSE: ("invite",),
    Verb.BLOCK: ("invite",),
    Verb.DUTY: ("state",),
    Verb.LANGUAGE: ("code",),
    Verb.JOURNAL: ("page",),
    Verb.STAFF: (),
    Verb.DISMISS: (),
    Verb.CHAT: ("order",),
    Verb.OLDER: ("order", "before"),
    Verb.WRITE: ("order",),
    Verb.TEMPLATES: ("order",),
    Verb.TEMPLATE: ("order", "template"),
    Verb.SAY_TEMPLATE: ("order", "template"),
    Verb.SEND_HELD: ("saying",),
    Verb.DROP_HELD: ("saying",),
    Verb.SEND_AGAIN: ("saying",),
    Verb.ALLOW_HOST: ("file",),
    Verb.ALLOW_HOST_YES: ("file",),
    Verb.PACK: ("order",),
}


@dataclass(frozen=True, slots=True)
class Tap:
    """`Tap(Verb.REASON, ("2089000000000000417", "9")).data` is `rn:2089000000000000417:9`."""

    verb: Verb
    args: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.args) != len(FIELDS[self.verb]):
            raise ValueError(f"{self.verb.name} needs {FIELDS[self.verb]}, not {self.args}")
        if not all(FIELD.match(arg) for arg in self.args):
            raise ValueError(f"{self.verb.name} cannot carry {self.args}")
        if len(self.data.encode()) > DATA_BYTES:
            raise ValueError(f"callback data over {DATA_BYTES} bytes: {self.data!r}")

    @property
    def data(self) -> str:
        return ":".join((self.verb.value, *self.args))

    @classmethod
    def parse(cls, text: str) -> "Tap | None":
        """The tap behind callback data; None for anything this desk never made."""
        word, *args = text.split(":")
        try:
            return cls(Verb(word), tuple(args))
        except ValueError:
            return None


def press(text: str, verb: Verb, *args: str, style: str = "") -> Button:
    """A button that taps back."""
    return Button(text, data=Tap(verb, args).data, style=style)
