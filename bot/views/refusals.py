"""One sentence per refusal: what happened, and what to do now.

Facts are ready strings; moments among them are Unix milliseconds in text (see `facts.py`), orders full ids. A fact that
is missing leaves a dash: a refusal must never fail to be told.
"""

from bot.domain.errors import DeskError, NotAllowed, Refused, Unknown, Unreachable, VenueError
from bot.domain.situations import Reader
from bot.domain.staff import Role
from bot.views.buttons import FIELD, Verb, press
from bot.views.card import Card, Markup, cut
from bot.views.facts import told
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

TOAST_LENGTH = 200
ASKABLE = ("over_limit", "over_daily_limit", "role_too_low", "holder_differs", "locked_for_lead")
FILE_LIMITS = frozenset({"file_pixels", "file_pages", "file_size"})
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

    Needs the full order id and the action word, here or among the error's facts.
    """
    pen = Pen(reader)
    text = refusal(error, reader)
    if not isinstance(error, NotAllowed) or error.reason not in ASKABLE or reader.is_group:
        return Card(text)
    order, action = order or error.facts.get("order", ""), action or error.facts.get("action", "")
    if not FIELD.match(order) or not FIELD.match(action):
        return Card(text)
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
    if error.reason in ("seal_used", "already_open", "already_done", "not_your_step") and not error.facts.get("who"):
        template = REASONS.get(f"{error.reason}_by_nobody", template)
    facts = {"reason": error.reason, **error.facts}
    if error.reason == "message_kind":
        facts["given"] = pen.words(MESSAGE_KINDS.get(facts.get("given", ""), MESSAGE_KIND))
    if error.reason in FILE_LIMITS and "limit" in facts:
        facts["most"] = facts["limit"]  # a count, not a sum of money
    if error.reason == "file_kind":
        facts["given"] = _file_kind(pen, facts.get("given", ""))
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
    reader = pen.reader.person
    if error.reason == "seal_used" and reader is not None and error.facts.get("actor") == str(reader.id):
        return "seal_used_by_you"
    return error.reason


def _venue(pen: Pen, error: VenueError) -> Markup:
    facts = {"venue": error.venue.capitalize(), "words": error.detail, "call": error.call}
    if isinstance(error, Refused):
        seconds = "" if error.retry_after is None else format(error.retry_after, ".0f")
        facts |= {"code": error.code, "status": str(error.status), "seconds": seconds or "–"}
        return told(pen, _refused_words(error), facts)
    if isinstance(error, Unreachable):
        return told(pen, VENUE_OUTCOMES["unreachable"], facts)
    if isinstance(error, Unknown):
        return told(pen, VENUE_OUTCOMES[error.why], facts | {"status": str(error.status or "–")})
    return told(pen, VENUE_OUTCOMES["unclear"], facts)


def _refused_words(error: Refused) -> str:
    if error.is_throttled:
        return VENUE_OUTCOMES["throttled"]
    if error.code in GATEWAY:
        return GATEWAY[error.code]
    if error.code in VENUE_CODES:
        return VENUE_CODES[error.code]
    if "NO_ACCESS" in error.detail:
        return VENUE_CODES["NO_ACCESS"]
    if error.status >= SERVER_ERROR:
        return VENUE_OUTCOMES["server_error"]
    return VENUE_OUTCOMES["refused"]
