"""One sentence per refusal: what happened, and what to do now.

Facts are ready strings; moments among them are Unix milliseconds in text (see `facts.py`), orders full ids. A fact that
is missing leaves a dash: a refusal must never fail to be told.
"""

from bot.domain.errors import DeskError, NotAllowed, Refused, Unknown, Unreachable, VenueError
from bot.domain.situations import Reader
from bot.domain.staff import Right, Role
from bot.views.ad_form_words import form_facts
from bot.views.ad_refusals import AD_CALLS, AD_CODES, ad_facts
from bot.views.buttons import FIELD, Verb, press
from bot.views.card import Card, Markup, cut
from bot.views.deposit_refusals import CODES, LOST, MTPAY, NOT_POSITIVE
from bot.views.facts import told
from bot.views.otc_refusals import OF_OFF_RAMP
from bot.views.pay_codes import BANK_UNCLEAR, OTC_READ, PAY_CODES, PAY_READ, TROUBLE
from bot.views.pen import Pen
from bot.views.refusal_words import (
    FILE_KINDS,
    GATEWAY,
    MESSAGE_KIND,
    MESSAGE_KINDS,
    REASONS,
    UNKNOWN_FILE,
    USAGE,
    VENUE_CODES,
    VENUE_OUTCOMES,
)
from bot.views.second_words import second_facts

TOAST_LENGTH = 200
ASKABLE = (
    "over_limit", "over_daily_limit", "role_too_low", "holder_differs", "locked_for_lead", "limit_needs_usdt",
    "otc_for_leads", "reference_used", "reference_as_time", "reference_as_digits", "credit_unnamed",
)  # fmt: skip
SECOND_CREDIT = frozenset({"reference_used", "reference_as_time", "reference_as_digits", "credit_unnamed"})
"""a lead may know of one more credit"""
USED = frozenset({"seal_used", "quote_used", "deposit_step_used", "ad_step_used"})
NAMING_WHO = USED | {"already_open", "already_done", "not_your_step", "not_your_quote", "ad_busy"}
NAMES = {MTPAY: "MTPay"}
"""venues whose names are not written like other words"""
GATE_PAY = "gate_pay"
PAY_MONEY = frozenset({"convert", "off_ramp"})
"""the calls of Gate Pay that move money: what has no answer elsewhere changed no coins"""
PAY_BANKS = frozenset({"add_bank", "delete_bank"})
OTC_CALLS = ("off_ramp", "bank")
"""what the names of the OTC desk's reading calls begin with"""
COUNTED = frozenset(
    {
        "file_pixels",
        "file_pages",
        "file_size",
        "clock_skew",
        "deposit_address_long",
        "payer_too_long",
        "ad_text_long",
        "ad_window",
    }
)
"""reasons whose limit is a count, not a sum of money"""
UNKNOWN_REASON = "refused"
DEFECT = "defect"
SERVER_ERROR = 500


def refusal(error: DeskError, reader: Reader) -> Markup:
    """The sentence as HTML."""
    pen = Pen(reader)
    if isinstance(error, NotAllowed):
        return _not_allowed(pen, error)
    if isinstance(error, VenueError):
        return _venue(pen, error)
    return told(pen, REASONS[DEFECT], {})


def refusal_card(error: DeskError, reader: Reader, *, order: str = "", action: str = "") -> Card:
    """The sentence, with *Ask a lead* where a lead may do what this person may not.

    Needs the full order id and the action word, here or among the error's facts; or the id of a conversion, or of a
    request to the OTC desk, among those.
    """
    pen = Pen(reader)
    text = refusal(error, reader)
    if not isinstance(error, NotAllowed) or error.reason not in ASKABLE or reader.is_group:
        return Card(text)
    request = error.facts.get("request", "")
    if FIELD.match(request):
        return Card(text, ((press(pen.words("Ask a lead"), Verb.OT_ASK, request),),))
    conversion = error.facts.get("conversion", "")
    if FIELD.match(conversion):
        return Card(text, ((press(pen.words("Ask a lead"), Verb.CV_ASK, conversion),),))
    order, action = order or error.facts.get("order", ""), action or error.facts.get("action", "")
    if not FIELD.match(order) or not FIELD.match(action):
        return Card(text)
    if error.reason in SECOND_CREDIT and pen.may(Right.UNLOCK):
        return Card(text, ((press(pen.words("One more credit…"), Verb.SECOND_CREDIT, order),),))
    return Card(text, ((press(pen.words("Ask a lead"), Verb.ASK, order, action),),))


def leads_asked(reader: Reader) -> Markup:
    """Over the card of whoever pressed *Ask a lead*."""
    return Pen(reader).say("🙋 The leads are asked; one of them acts.")


def toast(error: DeskError, reader: Reader) -> str:
    """The same for the small window over a tap: plain, at most 200 characters."""
    return cut(Card(refusal(error, reader)).plain.replace("\n", " "), TOAST_LENGTH)


def _not_allowed(pen: Pen, error: NotAllowed) -> Markup:
    if error.reason == "usage":
        template = USAGE.get(error.facts.get("command", "").lstrip("/"), USAGE["help"])
    else:
        template = REASONS.get(_reason_for(pen, error), REASONS[UNKNOWN_REASON])
    facts = {"reason": error.reason, **error.facts}
    if error.reason == "message_kind":
        facts["given"] = pen.words(MESSAGE_KINDS.get(facts.get("given", ""), MESSAGE_KIND))
    if error.reason in COUNTED and "limit" in facts:
        facts["most"] = facts["limit"]
    if error.reason == "other_quote" and "asked" in facts:
        facts["wanted"] = facts["asked"]
    if error.reason == "file_kind":
        facts["given"] = _file_kind(pen, facts.get("given", ""))
    facts |= ad_facts(pen, error.reason, facts) | form_facts(error.reason, facts)
    facts |= second_facts(pen, error.reason, facts)
    return told(pen, template, facts)


def _file_kind(pen: Pen, given: str) -> str:
    """`ZIP archive` in the reader's language; a name that is no such phrase stays as it is."""
    if given in ("", "unknown"):
        return pen.words(UNKNOWN_FILE)
    name, _, kind = given.rpartition(" ")
    return pen.words(FILE_KINDS[kind], name=name) if name and kind in FILE_KINDS else given


def _reason_for(pen: Pen, error: NotAllowed) -> str:
    """The reason as this reader should hear it: a lead is not sent to a lead, nobody is told of himself as another."""
    if error.reason == "role_too_low" and error.facts.get("needed") == Role.OWNER.word:
        return "owners_only"
    if error.reason == "clock_skew" and {"seconds", "limit"} <= error.facts.keys():
        return "clock_skew_by"
    if error.reason == "amount_not_positive" and error.facts.get("code") in CODES:
        return NOT_POSITIVE
    is_otc = "off_ramp" in error.facts and f"{OF_OFF_RAMP}{error.reason}" in REASONS
    reason = f"{OF_OFF_RAMP}{error.reason}" if is_otc else error.reason
    reader = pen.reader.person
    if error.reason in USED and reader is not None and error.facts.get("actor") == str(reader.id):
        return f"{reason}_by_you"
    return f"{reason}_by_nobody" if error.reason in NAMING_WHO and not error.facts.get("who") else reason


def _venue(pen: Pen, error: VenueError) -> Markup:
    venue = NAMES.get(error.venue) or error.venue.replace("_", " ").title()
    facts = {"venue": venue, "words": error.detail, "call": error.call}
    if isinstance(error, Refused):
        seconds = "" if error.retry_after is None else format(error.retry_after, ".0f")
        facts |= {"code": error.code, "status": str(error.status), "seconds": seconds or "–"}
        return told(pen, _refused_words(error), facts)
    if isinstance(error, Unreachable):
        return told(pen, VENUE_OUTCOMES["unreachable"], facts)
    if isinstance(error, Unknown):
        return told(pen, _unknown_words(error), facts | {"status": str(error.status or "–"), "code": error.detail})
    return told(pen, VENUE_OUTCOMES["unclear"], facts)


def _unknown_words(error: Unknown) -> str:
    if error.venue == MTPAY:
        return LOST
    if error.venue != GATE_PAY:
        return VENUE_OUTCOMES[error.why]
    if error.call in PAY_BANKS:
        return BANK_UNCLEAR
    if error.call not in PAY_MONEY:
        return OTC_READ if error.call.startswith(OTC_CALLS) else PAY_READ
    return TROUBLE.get(error.detail) or VENUE_OUTCOMES[error.why]


def _refused_words(error: Refused) -> str:
    if error.is_throttled:
        return VENUE_OUTCOMES["throttled"]
    if error.venue == MTPAY:
        return VENUE_OUTCOMES["refused"]
    if error.venue == GATE_PAY and error.code in PAY_CODES:
        return PAY_CODES[error.code]
    if error.code in GATEWAY:
        return GATEWAY[error.code]
    if error.call in AD_CALLS and error.code in AD_CODES:
        return AD_CODES[error.code]
    if error.code in VENUE_CODES:
        return VENUE_CODES[error.code]
    if "NO_ACCESS" in error.detail:
        return VENUE_CODES["NO_ACCESS"]
    if error.status >= SERVER_ERROR:
        return VENUE_OUTCOMES["server_error"]
    return VENUE_OUTCOMES["refused"]
