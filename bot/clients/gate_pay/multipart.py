"""The form that a bank account is added with (§4 O6): text fields and the statement, as multipart/form-data."""

import re
from dataclasses import dataclass, field

import httpx

from bot.domain.off_ramps import BankForm

KINDS = ((b"\xff\xd8\xff", "image/jpeg", (".jpg", ".jpeg")), (b"\x89PNG\r\n\x1a\n", "image/png", (".png",)))
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Form:
    """A body ready to leave, with the header that tells its boundary. It holds names and accounts: never shown."""

    content_type: str
    body: bytes = field(repr=False)


def encode_form(form: BankForm) -> Form:
    """Raises ValueError for a form without country or statement, or with a statement that is no JPEG or PNG."""
    kind, endings = _kind(form.statement)
    name = _file_name(form.statement_name, endings)
    built = httpx.Request("POST", "http://localhost/", data=_fields(form), files={"file": (name, form.statement, kind)})
    return Form(built.headers["content-type"], built.read())


def _fields(form: BankForm) -> dict[str, str]:
    """The last three are only sent when they are given."""
    if form.country is None:
        raise ValueError("a bank account has a country")
    needed = {
        "bankAccountName": form.holder,
        "bankName": form.bank,
        "countryId": str(form.country.id),
        "address": form.address,
        "iban": form.iban,
        "swift": form.swift,
    }
    more = {
        "remittanceLineNumber": form.remittance_line,
        "agentBankName": form.agent_bank,
        "agentBankSwift": form.agent_swift,
    }
    given = {name: text for name, text in more.items() if text}
    return {name: _encodable(text) for name, text in (needed | given).items()}


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _kind(statement: bytes) -> tuple[str, tuple[str, ...]]:
    for start, kind, endings in KINDS:
        if statement.startswith(start):
            return kind, endings
    raise ValueError("a statement is a JPEG or a PNG")


def _file_name(given: str, endings: tuple[str, ...]) -> str:
    """A name that needs no quoting, and ends as its content is."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", given).strip("._") or "statement"
    return name[-LONGEST_NAME:] if name.lower().endswith(endings) else name[:LONGEST_NAME] + endings[0]
