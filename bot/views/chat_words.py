"""The words of the buyer chat, as tables: who speaks, what kind of thing it is, why a file is not here."""

from bot.domain.chat import ChatKind
from bot.domain.orders import Side
from bot.domain.sayings import Doubt
from bot.texts import mark

SPEAKERS = {Side.SELL: mark("Buyer {name}"), Side.BUY: mark("Seller {name}")}
WRITE = {Side.SELL: mark("Write to buyer"), Side.BUY: mark("Write to seller")}

SHARED = mark("💳 Shared a payment account")
KINDS = {
    ChatKind.TEMPLATE: mark("🧩 A ready-made message of Gate"),
    ChatKind.ORDER: mark("📄 Shared an order"),
    ChatKind.PAYMENT_METHOD: SHARED,
    ChatKind.UNKNOWN: mark("❔ A kind the desk does not know"),
}

# The fields of a shared payment account that are worth reading, in this order
ACCOUNT_FIELDS = (
    ("pay_name", mark("Method: {words}")),
    ("real_name", mark("Name: {words}")),
    ("account", mark("Account: {words}")),
    ("account_des", mark("Bank: {words}")),
    ("code", mark("Code: {words}")),
    ("memo", mark("Memo: {words}")),
    ("memo_ext", mark("Memo: {words}")),
    ("trade_tips", mark("Terms: {words}")),
)

PICTURE, VIDEO, FILE = mark("🖼 Picture"), mark("🎬 Video"), mark("📎 File")
RECEIPT = mark("🧾 Receipt, not proof")

NOT_FETCHED = {
    "unknown_host": mark("its host {host} is not allowed yet"),
    "bad_address": mark("its address leads into our own network"),
    "not_https": mark("its link is not encrypted"),
    "redirected": mark("its link leads elsewhere"),
    "refused": mark("Gate does not give it out"),
    "too_big": mark("it is over 20 MB"),
    "slow": mark("it came too slowly"),
    "cut": mark("it broke off half-way"),
    "away": mark("the file host cannot be reached"),
    "empty": mark("it is empty"),
}
NOT_FETCHED_OTHERWISE = mark("it could not be read")

DOUBTS = {
    Doubt.STALE: mark("Written {about} min ago: does it still fit?"),
    Doubt.CONTACT: mark("It holds “{about}”. Gate may punish phone numbers, handles and links."),
    Doubt.CHECKOUT: mark("It holds our payment link ({about}). That never goes into Gate's chat."),
    Doubt.WRONG_ORDER: mark("Is it meant for order {about}? This is {order}."),
    Doubt.FINISHED: mark("Order {order} is over. The other side may not read it."),
    Doubt.FORWARDED: mark("It is forwarded: somebody else's words would stand there as yours."),
    Doubt.LONG: mark("It has {given} characters, Gate takes 500: it would go in {about} parts."),
    Doubt.BAD_FILE: mark("A file of this album cannot go. Nothing of it was sent yet."),
    Doubt.MANY_PAGES: mark("The PDF has {about} pages: that is {about} pictures."),
}
