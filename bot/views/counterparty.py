"""What Gate tells of the other side of an order, as it tells it: figures and flags, and no judgement of ours."""

from bot.domain.orders import Profile, Side
from bot.domain.situations import Reader, Situation
from bot.texts import formatting as form
from bot.views.buttons import Verb, press
from bot.views.card import Button, Card, Markup, clean, escape, joined, quote
from bot.views.order_buttons import open_row
from bot.views.pen import Pen

FIGURE_COLUMNS = 12
NOTE_COLUMNS = 80


def profile_button(pen: Pen, s: Situation) -> Button | None:
    """For the menu of an order, where the venue said who the other side is."""
    if not s.order.counterparty_id:
        return None
    is_buyer = s.order.side is Side.SELL
    label = pen.words("Buyer's profile") if is_buyer else pen.words("Seller's profile")
    return press(label, Verb.PROFILE, s.order.id)


def profile_card(s: Situation, profile: Profile, seen_at: int, reader: Reader) -> Card:
    """`seen_at`: when it was read (ms). In the group there is only the way to the order."""
    pen, order = Pen(reader, seen_at), s.order
    title = pen.words("Buyer's profile") if order.side is Side.SELL else pen.words("Seller's profile")
    lines = [pen.title("👤", title, order)]
    if reader.is_group:
        return Card(joined(lines), (open_row(pen, order),))
    lines.append(pen.say("nick {nick}", nick=clean(profile.nick) or "–"))
    lines += _age(pen, profile) + _trades(pen, profile) + _figures(pen, profile) + _flags(pen, profile)
    if profile.note:
        lines.append(pen.say("Our note at Gate: {note}", note=quote(escape(profile.note, NOTE_COLUMNS))))
    lines.append(pen.say("Gate's own figures, no promise."))
    lines.append(pen.say("read {at}", at=pen.clock(seen_at, seconds=True)))
    return Card(joined(lines), ((press(pen.words("⬅ Back"), Verb.MORE, order.id),),))


def _age(pen: Pen, profile: Profile) -> list[Markup]:
    since = escape(profile.registered_on, FIGURE_COLUMNS) or Markup("–")
    lines = [pen.say("At Gate since {date}: {days} days", date=since, days=form.count(profile.registered_days))]
    if profile.first_trade_days is not None:
        lines.append(pen.say("First trade {days} days ago", days=form.count(profile.first_trade_days)))
    return lines


def _trades(pen: Pen, profile: Profile) -> list[Markup]:
    done, month = form.count(profile.completed), form.count(profile.completed_month)
    lines = [pen.say("Completed: {month} in 30 days, {all} in all", month=month, all=done)]
    percent = form.plain_number(profile.completion_percent)
    lines.append(pen.say("Completion, 30 days: {percent}%", percent=percent))
    if profile.as_buyer is not None and profile.as_seller is not None:
        bought, sold = form.count(profile.as_buyer), form.count(profile.as_seller)
        lines.append(pen.say("{bought} as buyer, {sold} as seller", bought=bought, sold=sold))
    return lines


def _figures(pen: Pen, profile: Profile) -> list[Markup]:
    """Two figures whose unit the contract leaves open: shown bare, and that is said."""
    lines = []
    if profile.confirm_time:
        lines.append(pen.say("Average confirm time: {figure}", figure=escape(profile.confirm_time, FIGURE_COLUMNS)))
    if profile.cancels_month:
        lines.append(pen.say("Cancellations, 30 days: {figure}", figure=escape(profile.cancels_month, FIGURE_COLUMNS)))
    return [*lines, pen.say("(Gate names no unit for these)")] if lines else []


def _flags(pen: Pen, profile: Profile) -> list[Markup]:
    identity = pen.words("identity checked") if profile.is_verified else pen.words("identity not checked")
    phone = _word(pen, profile.has_phone, pen.words("phone"), pen.words("no phone"), pen.words("phone not told"))
    mail = _word(pen, profile.has_email, pen.words("e-mail"), pen.words("no e-mail"), pen.words("e-mail not told"))
    traded = pen.words("Traded with us before") if profile.has_traded else pen.words("Never traded with us")
    lines = [escape(identity), escape(pen.words(", ").join((phone, mail)), 46), escape(traded)]
    if profile.is_followed is not None:
        lines.append(pen.say("We follow them") if profile.is_followed else pen.say("We do not follow them"))
    return lines


def _word(pen: Pen, fact: bool | None, yes: str, no: str, unsaid: str) -> str:
    return unsaid if fact is None else yes if fact else no
