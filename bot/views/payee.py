"""To whom our fiat goes: every field of the account with a button that copies it, and the QR code as a picture.

The account and the terms are the other side's words: what the seller wrote stands in a quote, under our own header.
"""

from bot.domain.attachments import KeptFile
from bot.domain.orders import Order, Payee
from bot.domain.payees import payee_mark
from bot.domain.situations import Reader, Situation
from bot.texts import mark
from bot.views.buttons import Verb, press
from bot.views.card import Button, Card, Markup, blockquote, bold, clean, code, escape, joined
from bot.views.drawing import Drawing
from bot.views.file_hosts import allow_row
from bot.views.order_buttons import open_row
from bot.views.pen import BRANDS, METHODS, Pen, masked, rows, tail

TERMS_UNITS = 700
ACCOUNT_COLUMNS = 256
MEMO_COLUMNS = 200
UNKNOWN_HOST = "unknown_host"
NO_QR = {
    UNKNOWN_HOST: mark("It lies at {host}: not a host we know."),
    "bad_address": mark("Its link leads nowhere we may go."),
    "not_https": mark("Its link is not https."),
    "redirected": mark("Its link leads on to somewhere else."),
    "no_picture": mark("The file there is no picture."),
    "too_big": mark("The file there is too big."),
}


def payee_card(s: Situation, reader: Reader, index: int = 0) -> Card:
    """One payee in a direct message, with a button for each other one; in the group by its last digits only.

    Its digest is the account's mark, so that it can be told when the account is another.
    """
    pen, order = Pen(reader, s.seen_at), s.order
    if s.is_too_late:
        return _too_late(pen, order)
    if reader.is_group:
        return _for_group(pen, order)
    made = Drawing()
    made.line(pen.title("💳", pen.words("Payee"), order))
    made.line(pen.say("Pay {total}", total=bold(pen.money(order.fiat_total))))
    if order.pay_deadline:
        made.line(pen.say("Pay before {time}", time=pen.clock_s(order.pay_deadline)))
    if order.hides_payment or not order.payees:
        made.line(pen.say("Gate shows no account for this order"))
        return Card(made.card().text, rows((_back(pen, order),)))
    payee = order.payees[index if 0 <= index < len(order.payees) else 0]
    _add_account(pen, order, payee, made)
    text = joined([Markup(made.card().text), *_terms(pen, order)])
    others = [
        press(pen.method_label(order, one.method), Verb.PAYEE_OF, order.id, str(place))
        for place, one in enumerate(order.payees)
        if one is not payee
    ]
    pairs = [tuple(others[at : at + 2]) for at in range(0, len(others), 2)]
    return Card(
        text, rows((_back(pen, order),), *_copies(pen, order, payee), *pairs), stands_for=payee_mark(order, payee)
    )


def _too_late(pen: Pen, order: Order) -> Card:
    made = Drawing()
    made.line(pen.title("⌛", pen.words("Too late: do not pay"), order))
    made.line(pen.say("Paid already? Mark it on its card."))
    made.rows = (open_row(pen, order),) if pen.reader.is_group else rows((_back(pen, order),))
    return made.card()


def _for_group(pen: Pen, order: Order) -> Card:
    made = Drawing()
    made.line(pen.title("💳", pen.words("Payee"), order))
    made.line(pen.say("Pay {total}", total=bold(pen.money(order.fiat_total))))
    payee = order.main_payee
    if payee is None or order.hides_payment:
        made.line(pen.say("Gate shows no account for this order"))
    else:
        made.line(pen.say("to {name}", name=masked(payee.holder)) if payee.holder else _unnamed(pen))
        made.line(pen.say("into {account}", account=f"{pen.method(order, payee.method)} {tail(payee.account)}"))
    made.rows = (open_row(pen, order),)
    return made.card()


def _add_account(pen: Pen, order: Order, payee: Payee, made: Drawing) -> None:
    for line in _holder(pen, order, payee):
        made.line(line)
    if order.holder_differs and order.counterparty_name:
        made.line(pen.say("🔴 Verified name: {name}", name=bold(order.counterparty_name)))
    elif order.holder_differs:
        made.line(pen.say("🔴 Gate gives no verified name"))
    named = (escape(pen.method(order, payee.method)), escape(bank_of(payee)), escape(payee.branch))
    made.line(joined([part for place, part in enumerate(named) if part and part not in named[:place]], " · "))
    if payee.account:
        made.line(code(escape(payee.account, ACCOUNT_COLUMNS)))
    if payee.memo:
        made.line(pen.say("Memo: {words}", words=escape(payee.memo, MEMO_COLUMNS)))
    if payee.qr_url:
        made.line(pen.say("The QR code follows as a picture"), 1)
    shown = {one.method for one in order.payees}
    missing = [pen.method_label(order, method) for method in order.methods if method not in shown]
    if missing:
        made.line(pen.say("No account shown for: {methods}", methods=escape(pen.words(", ").join(missing), 80)), 2)


def _holder(pen: Pen, order: Order, payee: Payee) -> list[Markup]:
    """Whose account it is. Where Gate names nobody (§3.6: Alipay and WeChat) the verified name is only what the app
    is compared with: it may be anybody's account.
    """
    if clean(payee.holder):
        return [pen.say("to {name}", name=bold(payee.holder))]
    if not clean(order.counterparty_name):
        return [_unnamed(pen), pen.say("No verified name to compare with")]
    return [_unnamed(pen), pen.say("In the app compare: {name}", name=bold(order.counterparty_name))]


def _unnamed(pen: Pen) -> Markup:
    return pen.say("⚠ Holder not told by Gate")


def bank_of(payee: Payee) -> str:
    """The bank; a venue that only repeats the payment method there names none."""
    return "" if payee.name == METHODS.get(payee.method) or payee.name == BRANDS.get(payee.method) else payee.name


def _terms(pen: Pen, order: Order) -> list[Markup]:
    """What the ad demands, in the seller's own words."""
    if not order.terms.strip():
        return []
    return [bold(pen.say("The seller's terms:")), blockquote(order.terms, TERMS_UNITS)]


def _copies(pen: Pen, order: Order, payee: Payee) -> list[tuple[Button | None, ...]]:
    return [
        (pen.copy_as(pen.words("Copy account"), payee.account), pen.copy_text(payee.holder, payee.holder)),
        (pen.copy_as(pen.words("Copy bank"), bank_of(payee)), pen.copy_as(pen.words("Copy branch"), payee.branch)),
        (pen.copy_total(order), pen.copy_as(pen.words("Copy memo"), payee.memo)),
    ]


def _back(pen: Pen, order: Order) -> Button:
    return press(pen.words("⬅ Back"), Verb.BACK, order.id)


def qr_caption(s: Situation, payee: Payee, reader: Reader) -> Card:
    """What stands under the picture of the code: it must not be taken for another order's."""
    pen, order = Pen(reader, s.seen_at), s.order
    lines = [
        pen.title("🔳", pen.words("QR code to pay"), order),
        pen.say("Pay {total}", total=bold(pen.money(order.fiat_total))),
        *_holder(pen, order, payee),
    ]
    if clean(payee.holder):
        lines.append(pen.say("The app must show that name."))
    if order.pay_deadline:
        lines.append(pen.say("Pay before {time}", time=pen.clock_s(order.pay_deadline)))
    return Card(joined(lines), stands_for=payee_mark(order, payee))


def qr_missing_card(s: Situation, file: KeptFile, reader: Reader) -> Card:
    """Why there is no picture, and what to do; an owner may let the host in."""
    pen, order = Pen(reader, s.seen_at), s.order
    host = escape(file.host or "–", 80)
    reason = NO_QR.get(file.why)
    lines = [
        pen.title("🔳", pen.words("No QR code"), order),
        pen.say("Pay {total}", total=bold(pen.money(order.fiat_total))),
        pen.say(reason, host=host) if reason else pen.say("It could not be fetched. Tap Show payee again."),
    ]
    if file.why == UNKNOWN_HOST:
        lines.append(pen.say("An owner may let this host in."))
    lines.append(pen.say("Pay by the account, or see the Gate app."))
    return Card(joined(lines), allow_row(pen, str(file.number)) if file.why == UNKNOWN_HOST else ())
