"""Orders as Gate writes them (§3.4-§3.6), both spellings, into the desk's own types."""

from collections.abc import Iterator
from typing import Any

from pydantic import AliasChoices, Field

from bot.clients.gate_c2c.wire import (
    Amount,
    Flag,
    Id,
    LooseFlag,
    LooseWhole,
    Mark,
    Moment,
    Objects,
    StrictFlag,
    Text,
    Texts,
    WireModel,
    read_each,
    utc_seconds,
)
from bot.domain import assumptions
from bot.domain.listing import Listing
from bot.domain.orders import Order, OrderRow, Payee, Side, phase_of

ASSET = AliasChoices("currency_type", "currencyType")
FIAT = AliasChoices("want_type", "exchangeType")
EVIDENCE_ROWS = 5
NICK = AliasChoices("its_nick", "its_nickname")


class WireRow(WireModel):
    id: Id = Field(validation_alias="txid")
    is_purchase: StrictFlag | None = Field(default=None, validation_alias="type_buy")
    side_word: Text = Field(default="", validation_alias=AliasChoices("type", "trade_type"))
    asset: Text = Field(validation_alias=ASSET, min_length=1)
    fiat: Text = Field(validation_alias=FIAT, min_length=1)
    amount: Amount
    price: Amount = Field(validation_alias="rate")
    total: Amount
    status: Text = Field(min_length=1)
    created_at: Moment = Field(default=0, validation_alias="timestamp")
    created_text: Text = Field(default="", validation_alias="timest")
    counterparty_id: Text = Field(default="", validation_alias="its_uid")
    counterparty_nick: Text = Field(default="", validation_alias=NICK)
    counterparty_name: Text = Field(default="", validation_alias="its_realname")
    buyer_name: Text = Field(default="", validation_alias=AliasChoices("buyer_realname", "buyerRealname"))
    seller_name: Text = Field(default="", validation_alias=AliasChoices("seller_realname", "sellerRealname"))
    is_cancelable: LooseFlag = Field(default=False, validation_alias="cancelable")
    in_appeal: Flag = Field(default=False, validation_alias=AliasChoices("in_dispute", "in_appeal"))
    unread: LooseWhole | None = Field(default=None, validation_alias="im_unread")

    def side(self) -> Side:
        """The hint of the row. Raises ValueError when there is none: the details have to be asked."""
        if self.is_purchase is not None:
            return Side.BUY if self.is_purchase else Side.SELL
        return Side(self.side_word.strip().lower())

    def row(self, tab: str) -> OrderRow:
        side = self.side()
        other = self.seller_name if side is Side.BUY else self.buyer_name
        listed_as_appeal = tab == "dispute" and not phase_of(self.status).is_final
        return OrderRow(
            id=self.id,
            side=side,
            asset=self.asset,
            fiat=self.fiat,
            amount=self.amount,
            price=self.price,
            total=self.total,
            status=self.status,
            created_at=self.created_at or utc_seconds(self.created_text),
            counterparty_id=self.counterparty_id,
            counterparty_nick=self.counterparty_nick,
            counterparty_name=self.counterparty_name or other,
            is_cancelable=self.is_cancelable,
            in_appeal=self.in_appeal or listed_as_appeal,
            unread=self.unread,
        )


class WireRows(WireModel):
    rows: Objects = Field(default_factory=list, validation_alias=AliasChoices("list", "lists"))
    count: LooseWhole | None = None


class WirePayee(WireModel):
    """One entry of `pay_others`; keys that only some answers have are taken when they are there."""

    method: Text = Field(default="", validation_alias="pay_type")
    name: Text = Field(default="", validation_alias="pay_name")
    description: Text = Field(default="", validation_alias="account_des")
    account: Text = ""
    holder: Text = Field(default="", validation_alias="real_name")
    memo: Text = ""
    qr_url: Text = Field(default="", validation_alias="file")

    def payee(self) -> Payee:
        return Payee(
            method=self.method,
            name=self.name or self.description,
            holder=self.holder,
            account=self.account,
            memo=self.memo,
            qr_url=self.qr_url,
        )


class WireOrder(WireModel):
    is_sell: StrictFlag
    id: Id = Field(validation_alias="txid")
    ad_id: Text = Field(default="", validation_alias="orderid")
    asset: Text = Field(validation_alias=ASSET, min_length=1)
    fiat: Text = Field(validation_alias=FIAT, min_length=1)
    amount: Amount
    price: Amount = Field(validation_alias="rate")
    total: Amount
    status: Text = Field(min_length=1)
    created_at: Moment = Field(default=0, validation_alias=AliasChoices("timest", "timestamp"))
    pay_deadline: Moment = Field(default=0, validation_alias="last_pay_time")
    paid_at: Moment = Field(default=0, validation_alias="timest_paid")
    appeal_from: Moment = Field(default=0, validation_alias="dispute_time")
    in_appeal: Flag = Field(default=False, validation_alias=AliasChoices("in_appeal", "in_dispute"))
    is_cancelable: LooseFlag = Field(default=False, validation_alias="cancelable")
    can_release_in_appeal: LooseFlag = Field(default=False, validation_alias="is_show_receive")
    hides_payment: Flag = Field(default=False, validation_alias="hide_payment")
    counterparty_id: Text = Field(default="", validation_alias="its_uid")
    counterparty_nick: Text = Field(default="", validation_alias=NICK)
    counterparty_name: Text = Field(default="", validation_alias="its_realname")
    own_name: Text = Field(default="", validation_alias="own_realname")
    chosen_method: Text = Field(default="", validation_alias="sel_paytype")
    methods: Texts = Field(default_factory=list, validation_alias="supported_pay_types")
    has_bank: Flag | None = Field(default=None, validation_alias="show_bank")
    bank_name: Text = Field(default="", validation_alias="bankname")
    bank_branch: Text = Field(default="", validation_alias="bankbranch")
    bank_account: Text = Field(default="", validation_alias="bankid")
    bank_holder: Text = Field(default="", validation_alias="bank_holder_realname")
    has_alipay: Flag | None = Field(default=None, validation_alias="show_ali")
    alipay_account: Text = Field(default="", validation_alias="aliname")
    has_wechat: Flag | None = Field(default=None, validation_alias="show_wechat")
    wechat_account: Text = Field(default="", validation_alias="wename")
    has_others: Flag | None = Field(default=None, validation_alias="show_others")
    others: Objects = Field(default_factory=list, validation_alias="pay_others")
    vouchers: Texts = Field(default_factory=list, validation_alias="payment_voucher_url")
    unread: LooseWhole = Field(default=0, validation_alias="im_unread")
    has_traded: LooseFlag = Field(default=False, validation_alias="have_traded")
    terms: Text = Field(default="", validation_alias="trade_tips")
    verdict: Text = Field(default="", validation_alias="appeal_verdict_has_open")
    reason_id: Text = ""
    reason_text: Text = Field(default="", validation_alias="reason_desc")
    kind: LooseWhole = Field(default=0, validation_alias="order_type")
    is_risk_user: Mark = False
    is_black: Mark = False

    def payees(self) -> tuple[Payee, ...]:
        """The blocks that are marked as valid. A block without its mark counts when it names an account."""
        blocks = (
            (self.has_bank, Payee("bank", self.bank_name, self.bank_holder, self.bank_account, self.bank_branch)),
            (self.has_alipay, Payee("alipay", "", "", self.alipay_account)),
            (self.has_wechat, Payee("wechat", "", "", self.wechat_account)),
        )
        named = [block for mark, block in blocks if mark or (mark is None and block.account)]
        others = [] if self.has_others is False else read_each(self.others, _read_payee, "id")
        return (*named, *others)

    def warnings(self) -> tuple[str, ...]:
        marks = (("risk_user", self.is_risk_user), ("black", self.is_black))
        return tuple(name for name, is_set in marks if is_set)

    def order(self) -> Order:
        return Order(
            id=self.id,
            side=Side.SELL if self.is_sell else Side.BUY,
            asset=self.asset,
            fiat=self.fiat,
            amount=self.amount,
            price=self.price,
            total=self.total,
            status=self.status,
            created_at=self.created_at,
            pay_deadline=self.pay_deadline,
            paid_at=self.paid_at,
            appeal_from=self.appeal_from,
            in_appeal=self.in_appeal,
            is_cancelable=self.is_cancelable,
            can_release_in_appeal=self.can_release_in_appeal,
            hides_payment=self.hides_payment or self.status.strip().lower() == "hide_payment",
            counterparty_id=self.counterparty_id,
            counterparty_nick=self.counterparty_nick,
            counterparty_name=self.counterparty_name,
            own_name=self.own_name,
            chosen_method=self.chosen_method,
            methods=tuple(self.methods),
            payees=self.payees(),
            vouchers=tuple(url for url in self.vouchers if url),
            unread=self.unread,
            has_traded=self.has_traded,
            terms=self.terms,
            verdict=self.verdict,
            cancel_reason=self.reason_text or self.reason_id,
            ad_id=self.ad_id,
            kind=self.kind,
            warnings=self.warnings(),
        )


def read_order(data: Any) -> Order:
    """The details of one order. Raises ValueError when side, id, money or status cannot be read."""
    return WireOrder.model_validate(data).order()


def read_rows(data: Any, tab: str = "") -> Listing[OrderRow]:
    """The rows of a list answer. Raises ValueError only when there is no list at all."""
    page = WireRows.model_validate(data)
    return read_each(page.rows, lambda entry: WireRow.model_validate(entry).row(tab), "txid", counted=page.count)


def evidence_of_rows(data: Any) -> Iterator[tuple[str, bool | None]]:
    """What a few rows say of the assumptions about rows; unreadable ones say nothing."""
    for entry in WireRows.model_validate(data).rows[:EVIDENCE_ROWS]:
        if not isinstance(entry, dict):
            continue
        yield "new_spelling_is_sent", "currency_type" in entry if "currencyType" in entry else True
        try:
            yield from _evidence_of_row(WireRow.model_validate(entry))
        except ValueError:
            continue


def _evidence_of_row(row: WireRow) -> Iterator[tuple[str, bool | None]]:
    yield "times_are_utc", assumptions.times_are_utc(row.created_at, utc_seconds(row.created_text))
    if row.is_purchase is not None:
        names = {"counterparty": row.counterparty_name, "buyer": row.buyer_name, "seller": row.seller_name}
        yield "row_side_is_ours", assumptions.row_side_is_ours(row.side(), **names)


def _read_payee(entry: Any) -> Payee:
    return WirePayee.model_validate(entry).payee()
