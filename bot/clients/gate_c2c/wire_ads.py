"""Ads as Gate writes them (§3.10-§3.14): three shapes for the same thing, and one more to publish."""

from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import AliasChoices, Field

from bot.clients.gate_c2c.wire import (
    Amount,
    Flag,
    Id,
    Moment,
    Number,
    Objects,
    OptionalAmount,
    Text,
    Whole,
    WireModel,
    Word,
    decode,
    encode,
    read_each,
)
from bot.domain.ads import Ad, AdDraft, Demands, Floating, LimitBasis, MarketAd, Reference
from bot.domain.listing import Listing
from bot.domain.money import plain
from bot.domain.orders import Side

NONE = -1
N = TypeVar("N", int, Decimal)
# What an edit must send again: an answer that lacks one of them does not say that nothing is demanded.
TOLD = (
    "basis", "method_ids", "reference", "offset", "is_discount", "is_fixed", "expire_minutes", "terms", "auto_reply",
    "vip_tier", "verification", "registered_days", "least_completed", "most_completed", "completion_percent",
    "open_orders", "country", "shuts_out_advertisers", "limits_polymarket",
)  # fmt: skip


class WireAd(WireModel):
    """Both `ads_detail` and a row of `my_ads_list`; only the second has its id under `id`."""

    id: Id = Field(validation_alias=AliasChoices("id", "orderid", "adv_no"))
    side: Annotated[Side, Word] = Field(validation_alias="type")
    asset: Text = Field(validation_alias=AliasChoices("currency_type", "currencyType", "asset"), min_length=1)
    fiat: Text = Field(validation_alias=AliasChoices("want_type", "exchangeType", "fiat_unit"), min_length=1)
    price: Amount = Field(validation_alias="rate")
    amount: Amount
    total: Number = Field(default=0, validate_default=True)
    locked: Number = Field(default=0, validation_alias="locked_amount", validate_default=True)
    least: OptionalAmount = Field(default=None, validation_alias="min_amount")
    most: OptionalAmount = Field(default=None, validation_alias="max_amount")
    fiat_least: OptionalAmount = Field(default=None, validation_alias="fiat_min_amount")
    fiat_most: OptionalAmount = Field(default=None, validation_alias="fiat_max_amount")
    basis: Whole = Field(default=0, validation_alias="limit_basis")
    status: Text = ""
    created_at: Moment = Field(default=0, validation_alias="timestamp")
    method_ids: Any = Field(default=None, validation_alias="pay_type_json")
    reference: Whole = Field(default=0, validation_alias=AliasChoices("rate_ref_id", "rateReferenceId"))
    offset: Number = Field(default=0, validation_alias=AliasChoices("rate_offset", "rateOffset"), validate_default=True)
    is_discount: Flag = Field(default=False, validation_alias="float_trend")
    is_fixed: Flag = Field(default=True, validation_alias=AliasChoices("rate_fixed", "rateFixed"))
    expire_minutes: Whole = Field(default=0, validation_alias="expire_min")
    terms: Text = Field(default="", validation_alias="trade_tips")
    auto_reply: Text = ""
    vip_tier: Whole = Field(default=0, validation_alias="tier_limit")
    verification: Whole = Field(default=0, validation_alias="verified_limit")
    registered_days: Whole = Field(default=0, validation_alias="reg_time_limit")
    least_completed: Whole = Field(default=NONE, validation_alias="min_completed_limit")
    most_completed: Whole = Field(default=NONE, validation_alias="max_completed_limit")
    completion_percent: Number = Field(default=NONE, validation_alias="completed_rate_limit", validate_default=True)
    open_orders: Whole = Field(default=NONE, validation_alias=AliasChoices("user_orders_limit", "user_order_limit"))
    country: Text = Field(default="", validation_alias="user_country_limit")
    shuts_out_advertisers: Flag = Field(default=False, validation_alias="advertisers_limit")
    limits_polymarket: Flag = Field(default=False, validation_alias="polymarket_limit")
    is_out_of_time: Flag = Field(default=False, validation_alias="is_out_time")
    type_numbers: Text = Field(default="", validation_alias="pay_type_num")
    takes_bank: Flag = Field(default=False, validation_alias="pay_bank")
    takes_alipay: Flag = Field(default=False, validation_alias="pay_ali")
    takes_wechat: Flag = Field(default=False, validation_alias="pay_wechat")
    takes_paypal: Flag = Field(default=False, validation_alias="pay_paypal")

    def floating(self) -> Floating | None:
        known = self.reference in tuple(Reference)
        return (
            None if self.is_fixed or not known else Floating(Reference(self.reference), self.offset, self.is_discount)
        )

    def demands(self) -> Demands:
        return Demands(
            vip_tier=self.vip_tier,
            verification=self.verification,
            registered_days=self.registered_days,
            least_completed=_demand(self.least_completed),
            most_completed=_demand(self.most_completed),
            completion_percent=_demand(self.completion_percent),
            open_orders=_demand(self.open_orders),
            country=self.country if self.country not in ("", str(NONE), "0") else None,
            shuts_out_advertisers=self.shuts_out_advertisers,
            limits_polymarket=self.limits_polymarket,
        )

    def methods(self, method_ids: dict[str, str]) -> tuple[str, ...]:
        """The map may lack a pay type that the ad has; the flags of the details name four of them."""
        flagged = {
            "bank": self.takes_bank,
            "alipay": self.takes_alipay,
            "wechat": self.takes_wechat,
            "paypal": self.takes_paypal,
        }
        return tuple(dict.fromkeys([*method_ids, *(name for name, takes in flagged.items() if takes)]))

    def unread(self) -> frozenset[str]:
        return frozenset(name for name in TOLD if name not in self.model_fields_set)

    def ad(self) -> Ad:
        method_ids = _method_ids(self.method_ids)
        methods = self.methods(method_ids)
        numbers = [part for part in self.type_numbers.split(",") if part.strip()]
        return Ad(
            id=self.id,
            side=self.side,
            asset=self.asset,
            fiat=self.fiat,
            price=self.price,
            amount=self.amount,
            total=self.total,
            locked=self.locked,
            least=self.least,
            most=self.most,
            fiat_least=self.fiat_least,
            fiat_most=self.fiat_most,
            basis=LimitBasis.FIAT if self.basis == 1 else LimitBasis.CRYPTO,
            status=self.status,
            created_at=self.created_at,
            method_ids=method_ids,
            methods=methods,
            method_count=max(len(numbers), len(methods)),
            unread=self.unread(),
            floating=self.floating(),
            expire_minutes=self.expire_minutes,
            terms=self.terms,
            auto_reply=self.auto_reply,
            demands=self.demands(),
            is_out_of_time=self.is_out_of_time,
        )


class WireTradeMethod(WireModel):
    method: Text = Field(default="", validation_alias=AliasChoices("pay_type", "identifier"))


class WireMarketAd(WireModel):
    id: Id = Field(validation_alias="adv_no")
    rank: Whole = Field(default=0, validation_alias="index")
    asset: Text = Field(default="", validation_alias=AliasChoices("asset", "currency_type", "currencyType"))
    fiat: Text = Field(default="", validation_alias=AliasChoices("fiat_unit", "want_type"))
    price: Amount
    amount: OptionalAmount = Field(default=None, validation_alias="surplus_amount")
    least: OptionalAmount = Field(default=None, validation_alias="min_single_trans_amount")
    most: OptionalAmount = Field(default=None, validation_alias="max_single_trans_amount")
    fiat_least: OptionalAmount = Field(default=None, validation_alias="fiat_min_amount")
    fiat_most: OptionalAmount = Field(default=None, validation_alias="fiat_max_amount")
    nick: Text = Field(default="", validation_alias="nick_name")
    trade_methods: Objects = Field(default_factory=list)

    def market_ad(self, side: Side) -> MarketAd:
        methods = read_each(self.trade_methods, lambda entry: WireTradeMethod.model_validate(entry).method, "pay_id")
        return MarketAd(
            id=self.id,
            rank=self.rank,
            side=side,
            asset=self.asset,
            fiat=self.fiat,
            price=self.price,
            amount=self.amount,
            least=self.least,
            most=self.most,
            fiat_least=self.fiat_least,
            fiat_most=self.fiat_most,
            nick=self.nick,
            methods=tuple(method for method in methods if method),
        )


class WireMine(WireModel):
    ads: Objects = Field(default_factory=list, validation_alias=AliasChoices("lists", "list"))


class WireAdStatus(WireModel):
    status: Whole = 0


def read_ad(data: Any) -> Ad:
    """Raises ValueError when id, side, price or amount cannot be read."""
    return WireAd.model_validate(data).ad()


def read_my_ads(data: Any) -> Listing[Ad]:
    return read_each(WireMine.model_validate(data).ads, read_ad, "id")


def read_market(data: Any, side: Side) -> Listing[MarketAd]:
    """The array of §3.14; an empty object stands for an empty array. Raises ValueError for anything else."""
    if data in (None, {}):
        return Listing()
    if not isinstance(data, list):
        raise ValueError("not a list")
    return read_each(data, lambda entry: WireMarketAd.model_validate(entry).market_ad(side), "adv_no")


def draft_fields(draft: AdDraft) -> dict[str, Any]:
    """The request of §3.10: nearly everything a text, limits in the keys that belong to their basis."""
    fields: dict[str, Any] = {
        "currencyType": draft.asset,
        "exchangeType": draft.fiat,
        "type": _operation(draft),
        "unitPrice": plain(draft.price),
        "number": plain(draft.amount),
        "payType": ",".join(draft.methods),
    }
    if draft.method_ids:
        # Gate refuses a map with keys that payType lacks.
        fields["pay_type_json"] = encode(
            {name: number for name, number in draft.method_ids.items() if name in draft.methods}
        ).decode()
    fields["rateFixed"] = "1" if draft.floating is None else "0"
    if draft.floating is not None:
        fields["rateReferenceId"] = str(int(draft.floating.reference))
        fields["rateOffset"] = plain(draft.floating.offset_percent)
        fields["float_trend"] = "1" if draft.floating.is_discount else "0"
    fields["limitBasis"] = int(draft.basis)
    least, most = ("minAmount", "maxAmount") if draft.basis is LimitBasis.CRYPTO else ("fiatMinAmount", "fiatMaxAmount")
    fields |= {least: plain(draft.least), most: plain(draft.most)}
    fields |= _demand_fields(draft.demands)
    fields |= {"expire_min": str(draft.expire_minutes)} if draft.expire_minutes is not None else {}
    texts = {"trade_tips": draft.terms, "auto_reply": draft.auto_reply}
    # An edit names an emptied text, too: what is left out may stay as it was
    fields |= {name: text for name, text in texts.items() if text or draft.ad_id}
    fields |= {"team_payment_uid": draft.team_payee} if draft.team_payee else {}
    fields |= {"oid": draft.ad_id} if draft.ad_id else {}
    return fields


def _operation(draft: AdDraft) -> str:
    if draft.ad_id is None:
        return "0" if draft.side is Side.SELL else "1"
    return "2" if draft.side is Side.SELL else "3"


def _demand_fields(demands: Demands) -> dict[str, Any]:
    def number(value: int | Decimal | None) -> str:
        return str(NONE) if value is None else plain(Decimal(value))

    return {
        "tierLimit": str(demands.vip_tier),
        "verifiedLimit": str(demands.verification),
        "regTimeLimit": str(demands.registered_days),
        "advertisersLimit": "1" if demands.shuts_out_advertisers else "0",
        "polymarket_limit": int(demands.limits_polymarket),
        "min_completed_limit": number(demands.least_completed),
        "max_completed_limit": number(demands.most_completed),
        "completed_rate_limit": number(demands.completion_percent),
        "user_country_limit": demands.country if demands.country is not None else str(NONE),
        "user_order_limit": number(demands.open_orders),
    }


def _demand(value: N) -> N | None:
    return None if value < 0 else value


def _method_ids(value: Any) -> dict[str, str]:
    """`pay_type_json` is JSON inside a text; anything else is no map."""
    try:
        found = decode(value.encode()) if isinstance(value, str) and value else value
    except ValueError:
        return {}
    return {str(name): str(number) for name, number in found.items()} if isinstance(found, dict) else {}


def read_ad_status(data: Any) -> int:
    """The number that Gate says an ad now has; 0 when it does not say."""
    return WireAdStatus.model_validate(data).status
