"""Our own account at the venue and where others pay us."""

from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum


class WorkStatus(IntEnum):
    """What the merchant asks for (§2.2)."""

    REST = 0
    WORK = 1
    CUSTOM = 2


@dataclass(frozen=True, slots=True)
class WorkHours:
    """Custom hours. `cycle` is `Weekly` or `Daily`; `days` e.g. (1, 2, 3) and only weekly; `zone` hours off UTC."""

    cycle: str
    days: tuple[int, ...]
    zone: str
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class OwnProfile:
    """What the venue tells of ourselves (§3.1). `id` also marks our own chat messages.

    `working` is the venue's number: 0 rest, 1 work, 2 custom and resting, 3 custom and working, -1 unsaid. What is
    None was not said.
    """

    id: str
    nick: str
    is_verified: bool
    badge: int
    completed: int
    completed_month: int
    completion_percent: Decimal
    registered_days: int
    working: int
    is_online: bool | None
    is_banned: bool
    needs_margin: bool | None
    market: str
    hours: WorkHours | None


@dataclass(frozen=True, slots=True)
class PayAccount:
    """One of our accounts that counterparties pay to; `account` may come masked."""

    id: str
    holder: str
    account: str
    bank: str = ""
    branch: str = ""
    description: str = ""
    memo: str = ""
    qr_url: str = ""


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """A way to be paid: `method` is the venue's pay type, `ids` what an ad refers to."""

    method: str
    name: str
    ids: tuple[str, ...]
    accounts: tuple[PayAccount, ...]
