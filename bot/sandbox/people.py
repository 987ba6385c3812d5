"""Who lives in the sandbox: one merchant's desk, its bot, and somebody who does not belong."""

from __future__ import annotations

from dataclasses import dataclass

BOT_TOKEN = "1000:sandbox-token-not-secret"  # noqa: S105 # the sandbox's own, opens nothing else
BOT_USERNAME = "c2c_desk_sandbox_bot"
BOT_NAME = "C2C Desk"

GATE_KEY = "sandbox-key"
GATE_SECRET = "sandbox-secret-not-secret"  # noqa: S105 # the sandbox's own, opens nothing else

PAY_CLIENT_ID = "sandbox-pay-client"
PAY_SECRET = "sandbox-pay-secret-not-secret-0123456789="  # noqa: S105 # the sandbox's own; ends like real ones do
PAY_ACCOUNTS = ("2124538349", "2124538350")

MTPAY_ACCESS_KEY = "sandbox-mtpay-access"
MTPAY_SECRET = "sandbox-mtpay-secret-not-secret"  # noqa: S105 # the sandbox's own, opens nothing else

DESK_ID = -1001000000001
DESK_TITLE = "C2C Desk"
DESK_TIMEZONE = "Asia/Shanghai"
"""of the demo's desk: the page shows its clocks, so that they agree with the cards"""


@dataclass(frozen=True)
class Person:
    id: int
    key: str
    """the name the page's test ids use: `person-owner`"""
    first_name: str
    username: str
    language_code: str = "en"
    on_desk: bool = True


PEOPLE = (
    Person(1001, "owner", "Owner", "desk_owner", language_code="zh"),
    Person(1002, "lead", "Lead", "desk_lead"),
    Person(1003, "operator", "Operator 1", "desk_operator_1"),
    Person(1006, "operator-2", "Operator 2", "desk_operator_2"),
    Person(1004, "agent", "Agent", "desk_agent"),
    Person(1005, "viewer", "Viewer", "desk_viewer"),
    Person(1999, "stranger", "Stranger", "some_stranger", on_desk=False),
)
