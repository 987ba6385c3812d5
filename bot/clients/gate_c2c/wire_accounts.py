"""Profiles and payment methods as Gate writes them (§3.1-§3.3)."""

from typing import Any

from pydantic import AliasChoices, Field

from bot.clients.gate_c2c.wire import (
    Flag,
    Id,
    LooseText,
    MaybeFlag,
    MaybeWhole,
    Number,
    Object,
    Objects,
    Text,
    Texts,
    Whole,
    WireModel,
    read_each,
)
from bot.domain.accounts import OwnProfile, PayAccount, PaymentMethod, WorkHours
from bot.domain.listing import Listing
from bot.domain.orders import Profile

DAYS_OF_WEEK = ("1", "2", "3", "4", "5", "6", "7", "0")


class WireProfile(WireModel):
    id: Id = Field(validation_alias="biz_uid")
    nick: Text = Field(default="", validation_alias="user_name")
    is_verified: Flag = Field(default=False, validation_alias="verified")
    completed: Whole = Field(default=0, validation_alias="complete_transactions")
    completed_month: Whole = Field(default=0, validation_alias="complete_transactions_month")
    completion_percent: Number = Field(default=0, validation_alias="complete_rate_month", validate_default=True)
    registered_days: Whole = Field(default=0, validation_alias="registration_days")
    has_traded: Flag = Field(default=False, validation_alias="have_traded")
    registered_on: LooseText = Field(default="", validation_alias="user_timest")
    first_trade_days: MaybeWhole = Field(default=None, validation_alias="first_trade_days")
    has_email: MaybeFlag = Field(default=None, validation_alias="email_verified")
    has_phone: MaybeFlag = None
    as_buyer: MaybeWhole = Field(default=None, validation_alias="paid_transactions")
    as_seller: MaybeWhole = Field(default=None, validation_alias="accepted_transactions")
    confirm_time: LooseText = Field(default="", validation_alias="transactions_used_time")
    cancels_month: LooseText = Field(default="", validation_alias="cancelled_used_time_month")
    is_followed: MaybeFlag = Field(default=None, validation_alias="is_follow")
    note: LooseText = Field(default="", validation_alias="user_note")

    def profile(self) -> Profile:
        return Profile(
            id=self.id,
            nick=self.nick,
            is_verified=self.is_verified,
            completed=self.completed,
            completed_month=self.completed_month,
            completion_percent=self.completion_percent,
            registered_days=self.registered_days,
            has_traded=self.has_traded,
            registered_on=self.registered_on,
            first_trade_days=self.first_trade_days,
            has_email=self.has_email,
            has_phone=self.has_phone,
            as_buyer=self.as_buyer,
            as_seller=self.as_seller,
            confirm_time=self.confirm_time,
            cancels_month=self.cancels_month,
            is_followed=self.is_followed,
            note=self.note,
        )


class WireWorkHours(WireModel):
    """The layout is a guess of others (§3.1): nothing is required."""

    cycle: Text = Field(default="", validation_alias="cycle_type")
    days: Text = Field(default="", validation_alias="day_of_week")
    zone: Text = Field(default="", validation_alias="time_zone")
    start: Text = Field(default="", validation_alias="start_time")
    end: Text = Field(default="", validation_alias="end_time")

    def hours(self) -> WorkHours | None:
        if not self.start and not self.end:
            return None
        days = tuple(int(day) for day in self.days.split(",") if day.strip() in DAYS_OF_WEEK)
        return WorkHours(self.cycle, days, self.zone, self.start, self.end)


class WireMerchant(WireModel):
    market: Text = ""


class WireOwnProfile(WireProfile):
    badge: Whole = Field(default=0, validation_alias="blue_vip")
    working: MaybeWhole = Field(default=None, validation_alias="work_status")
    is_online: MaybeFlag = Field(default=None, validation_alias="online_status")
    is_banned: Flag = Field(default=False, validation_alias="is_black")
    needs_margin: MaybeFlag = Field(default=None, validation_alias="need_replenish")
    merchant: Object = Field(default_factory=dict, validation_alias="merchant_info")
    work_hours: Object = Field(default_factory=dict)

    def own(self) -> OwnProfile:
        return OwnProfile(
            id=self.id,
            nick=self.nick,
            is_verified=self.is_verified,
            badge=self.badge,
            completed=self.completed,
            completed_month=self.completed_month,
            completion_percent=self.completion_percent,
            registered_days=self.registered_days,
            working=-1 if self.working is None else self.working,
            is_online=self.is_online,
            is_banned=self.is_banned,
            needs_margin=self.needs_margin,
            market=WireMerchant.model_validate(self.merchant).market,
            hours=WireWorkHours.model_validate(self.work_hours).hours(),
        )


class WirePayAccount(WireModel):
    """Bank style and other style in one: they share no key with two meanings (§3.3)."""

    id: Id = Field(validation_alias=AliasChoices("bankid", "id"))
    holder: Text = Field(default="", validation_alias="real_name")
    account: Text = Field(default="", validation_alias=AliasChoices("bankaddr", "account"))
    bank: Text = Field(default="", validation_alias="bankname")
    branch: Text = Field(default="", validation_alias="bankbranch")
    description: Text = Field(default="", validation_alias=AliasChoices("bankdesc", "account_des"))
    memo: Text = ""
    qr_url: Text = Field(default="", validation_alias="file")

    def account_of_ours(self) -> PayAccount:
        return PayAccount(
            id=self.id,
            holder=self.holder,
            account=self.account,
            bank=self.bank,
            branch=self.branch,
            description=self.description,
            memo=self.memo,
            qr_url=self.qr_url,
        )


class WirePaymentMethod(WireModel):
    method: Text = Field(validation_alias="pay_type", min_length=1)
    name: Text = Field(default="", validation_alias="pay_name")
    ids: Texts = Field(default_factory=list)
    accounts: Objects = Field(default_factory=list, validation_alias="list")

    def payment_method(self) -> PaymentMethod:
        accounts = read_each(self.accounts, lambda entry: WirePayAccount.model_validate(entry).account_of_ours(), "id")
        return PaymentMethod(self.method, self.name, tuple(item for item in self.ids if item), tuple(accounts))


def read_profile(data: Any) -> Profile:
    """A counterparty. Raises ValueError without an id."""
    return WireProfile.model_validate(data).profile()


def read_own_profile(data: Any) -> OwnProfile:
    return WireOwnProfile.model_validate(data).own()


def read_payment_methods(data: Any) -> Listing[PaymentMethod]:
    """The array of §3.3; an empty object stands for an empty array. Raises ValueError for anything else."""
    if data in (None, {}):
        return Listing()
    if not isinstance(data, list):
        raise ValueError("not a list")
    return read_each(data, lambda entry: WirePaymentMethod.model_validate(entry).payment_method(), "pay_type")


class WireWorking(WireModel):
    working: Whole = Field(default=-1, validation_alias="work_status")


def read_working(data: Any) -> int:
    """The number of §2.2 after a change of the working hours; -1 when Gate does not say."""
    return WireWorking.model_validate(data).working


class WireTime(WireModel):
    milliseconds: Whole = Field(validation_alias="server_time")


def read_server_time(document: Any) -> int:
    """Unix milliseconds of the public time call (§1.2)."""
    return WireTime.model_validate(document).milliseconds
