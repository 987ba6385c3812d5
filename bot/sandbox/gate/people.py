"""Who trades: the desk's own account, its payment methods, its counterparties (contract 3.1 - 3.3)."""

import hashlib
from dataclasses import dataclass, field

from bot.sandbox.gate.fields import Json

OWN_UID = 7700001
OWN_BIZ_UID = "bizuid-me-7f31"
OWN_NICK = "desk_one"
OWN_REALNAME = "Desk One Ltd"

PAY_NAMES = {
    "bank": "Bank card",
    "alipay": "Alipay",
    "wechat": "WeChat",
    "paypal": "PayPal",
    "swift": "SWIFT",
    "wu": "Western Union",
}
# Only bank, swift and wu can be inferred from the documents; the rest is ours.
PAY_NUMBERS = {"alipay": "1", "bank": "2", "wechat": "3", "wu": "4", "swift": "5", "paypal": "6"}


@dataclass
class PaymentMethod:
    """One account a seller is paid into; `fiats` empty = every currency."""

    id: int
    pay_type: str
    account: str
    real_name: str
    bank_name: str = ""
    bank_branch: str = ""
    description: str = ""
    memo: str = ""
    trade_tips: str = ""
    fiats: tuple[str, ...] = ()
    qr: str = ""  # the name of a file of the venue

    @property
    def masked(self) -> str:
        return "****" + self.account[-4:]

    def takes(self, fiat: str) -> bool:
        return not self.fiats or fiat in self.fiats


def own_methods() -> list[PaymentMethod]:
    return [
        PaymentMethod(
            20011, "bank", "6222020000008821", OWN_REALNAME, bank_name="ICBC", bank_branch="Central", description="desk"
        ),
        PaymentMethod(20013, "alipay", "desk-one@example.invalid", OWN_REALNAME, description="desk", fiats=("CNY",)),
        PaymentMethod(
            20012,
            "swift",
            "DE00000000000000008765",
            OWN_REALNAME,
            description="USD settlement",
            memo="quote the order number",
            trade_tips="own-name accounts only",
            fiats=("USD", "EUR"),
        ),
    ]


@dataclass
class Counterparty:
    name: str
    nick: str
    uid: str
    numeric_uid: int
    profile: Json = field(default_factory=dict)
    methods: list[PaymentMethod] = field(default_factory=list)

    def method(self, pay_type: str) -> PaymentMethod | None:
        return next((method for method in self.methods if method.pay_type == pay_type), None)


def new_counterparty(name: str, nick: str, number: int) -> Counterparty:
    """A stranger with one account per usual pay type; the encrypted id follows from name and nick."""
    mark = hashlib.sha256(f"{name}/{nick}".encode()).hexdigest()
    bank = PaymentMethod(90000 + number * 10, "bank", f"62284800{int(mark[:8], 16) % 10**8:08d}", name)
    bank.bank_name, bank.bank_branch = "Sample Bank", "Central"
    others = [
        PaymentMethod(90000 + number * 10 + place, pay_type, f"{nick}@{pay_type}.example.invalid", name)
        for place, pay_type in enumerate(("alipay", "wechat", "paypal", "swift", "wu"), start=1)
    ]
    return Counterparty(name, nick, f"bizuid-them-{mark[:6]}", 8800000 + number, {}, [bank, *others])


@dataclass
class OwnAccount:
    methods: list[PaymentMethod] = field(default_factory=own_methods)
    work_status: int = 1
    work_hours: Json | None = None
    profile: Json = field(default_factory=dict)

    def method(self, pay_type: str, fiat: str) -> PaymentMethod | None:
        return next((each for each in self.methods if each.pay_type == pay_type and each.takes(fiat)), None)

    def ids_of(self, pay_type: str) -> set[str]:
        return {str(method.id) for method in self.methods if method.pay_type == pay_type}
