"""The statement of a bank account: fetched from the phone, made fit in the workshop, or refused with the reason."""

from bot.domain.attachments import MAX_FROM_PHONE_BYTES, BadFile, Prepared
from bot.domain.bank_fields import MAX_STATEMENT_BYTES, STATEMENT_TYPES
from bot.domain.errors import NotAllowed
from bot.domain.reach import FileGone, NotReached, TooBig
from bot.domain.sayings import PhoneFile
from bot.flows.desk import Desk

NO_PICTURES = frozenset({"file_kind", "file_animated"})
PDFS = frozenset({"file_pages", "file_locked"})


async def prepare(desk: Desk, file: PhoneFile) -> Prepared:
    """One JPEG or PNG of at most 4 MB, its hidden data cut. Raises NotAllowed with what is wrong with it."""
    raw = await _from_phone(desk, file)
    if b"%PDF-" in raw[:1024]:
        raise NotAllowed("bank_statement_pdf")
    if desk.talk.bench is None:
        raise NotAllowed("file_not_from_phone")
    try:
        pages = await desk.talk.bench.prepare(raw, file.name)
    except BadFile as bad:
        raise _no_picture(bad) from None
    if len(pages) != 1 or pages[0].content_type not in STATEMENT_TYPES:
        raise NotAllowed("bank_statement_kind")
    if len(pages[0].content) > MAX_STATEMENT_BYTES:
        raise _too_big(len(pages[0].content))
    return pages[0]


async def _from_phone(desk: Desk, file: PhoneFile) -> bytes:
    if desk.talk.phone is None:
        raise NotAllowed("file_not_from_phone")
    if file.size > MAX_FROM_PHONE_BYTES:
        raise _too_big(file.size)
    try:
        return await desk.talk.phone.download(file.id, MAX_FROM_PHONE_BYTES)
    except TooBig:
        raise _too_big(MAX_FROM_PHONE_BYTES) from None
    except (FileGone, NotReached):
        raise NotAllowed("file_not_from_phone") from None


def _no_picture(bad: BadFile) -> NotAllowed:
    if bad.reason in PDFS:
        return NotAllowed("bank_statement_pdf")
    return NotAllowed("bank_statement_kind") if bad.reason in NO_PICTURES else NotAllowed(bad.reason, bad.facts)


def _too_big(size: int) -> NotAllowed:
    facts = {"megabytes": f"{size / 1_000_000:.1f}", "most": str(MAX_STATEMENT_BYTES // 1_000_000)}
    return NotAllowed("bank_statement_size", facts)
