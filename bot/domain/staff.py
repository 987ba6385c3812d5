"""Who may do what. A right is a table, asked inside the flow that acts."""

from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum, StrEnum

from bot.domain.errors import NotAllowed


class Role(IntEnum):
    """Ordered: each role may do all that the ones below it may."""

    VIEWER = 1
    AGENT = 2
    OPERATOR = 3
    LEAD = 4
    OWNER = 5

    @property
    def word(self) -> str:
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> "Role":
        """The role of a typed word. Raises NotAllowed("unknown_role")."""
        try:
            return cls[word.strip().upper()]
        except KeyError:
            raise NotAllowed("unknown_role", {"given": word[:30]}) from None


class Right(StrEnum):
    READ = "read"
    CLAIM = "claim"
    CHAT = "chat"
    TEMPLATES = "templates"
    EXPORT = "export"
    FILE_HOSTS = "file_hosts"
    RELEASE = "release"
    MARK_PAID = "mark_paid"
    CANCEL = "cancel"
    CONVERT = "convert"
    SETTLE = "settle"
    OFF_RAMP = "off_ramp"
    ASK_OFF_RAMP = "ask_off_ramp"
    BANKS = "banks"
    DEPOSIT = "deposit"
    ADS = "ads"
    ADS_AUTO = "ads_auto"
    SHOP = "shop"
    SHOW_PAYEE = "show_payee"
    UNLOCK = "unlock"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    STAFF = "staff"
    JOURNAL = "journal"
    DAY_CLOSE = "day_close"


LOWEST: dict[Right, Role] = {
    Right.READ: Role.VIEWER,
    Right.CLAIM: Role.AGENT,
    Right.CHAT: Role.AGENT,
    Right.RELEASE: Role.OPERATOR,
    Right.MARK_PAID: Role.OPERATOR,
    Right.CANCEL: Role.OPERATOR,
    Right.CONVERT: Role.OPERATOR,
    Right.SETTLE: Role.LEAD,
    Right.OFF_RAMP: Role.LEAD,
    Right.ASK_OFF_RAMP: Role.OPERATOR,
    Right.BANKS: Role.OWNER,
    Right.DEPOSIT: Role.LEAD,
    Right.ADS: Role.LEAD,
    Right.ADS_AUTO: Role.OWNER,
    Right.SHOP: Role.LEAD,
    Right.SHOW_PAYEE: Role.OPERATOR,
    Right.UNLOCK: Role.LEAD,
    Right.FREEZE: Role.LEAD,
    Right.JOURNAL: Role.LEAD,
    Right.DAY_CLOSE: Role.LEAD,
    Right.TEMPLATES: Role.LEAD,
    Right.EXPORT: Role.LEAD,
    Right.FILE_HOSTS: Role.OWNER,
    Right.UNFREEZE: Role.OWNER,
    Right.STAFF: Role.OWNER,
}


@dataclass(frozen=True, slots=True)
class Person:
    """One of the staff, known by numeric Telegram id only. `name` is shown, never trusted."""

    id: int
    role: Role
    name: str
    language: str
    timezone: str
    is_frozen: bool = False
    on_duty: bool = False

    def may(self, right: Right) -> bool:
        return not self.is_frozen and self.role >= LOWEST[right]

    def need(self, right: Right) -> None:
        """Raises NotAllowed when the person is frozen or the role is too low."""
        if self.is_frozen:
            raise NotAllowed("person_frozen")
        if self.role < LOWEST[right]:
            raise NotAllowed("role_too_low", {"role": self.role.word, "needed": LOWEST[right].word})


@dataclass(frozen=True, slots=True)
class Limit:
    """What a role may move by itself, in units of the asset; 0 means: lead only."""

    per_action: Decimal
    per_day: Decimal


NO_LIMIT_FROM = Role.LEAD


def check_limit(person: Person, limit: Limit, amount: Decimal, used_today: Decimal) -> None:
    """Raises NotAllowed("over_limit") with the numbers, unless the role is above limits."""
    if person.role >= NO_LIMIT_FROM:
        return
    if amount > limit.per_action:
        raise NotAllowed("over_limit", {"limit": format(limit.per_action, "f"), "amount": format(amount, "f")})
    if used_today + amount > limit.per_day:
        raise NotAllowed(
            "over_daily_limit",
            {
                "limit": format(limit.per_day, "f"),
                "used": format(used_today, "f"),
                "amount": format(amount, "f"),
            },
        )
