"""The form of a bank account as the venue gets it, read by parsers that are not ours."""

import email
import email.policy
from collections.abc import AsyncGenerator
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartParser

from bot.clients.gate_pay.multipart import encode_form
from bot.domain.off_ramps import BankForm
from tests.clients.otc_samples import FORM, JPEG, client, ended, sample
from tests.clients.raw_venue import Request, raw_venue, says

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))

Files = dict[str, tuple[str, str, bytes]]


def parsed(content_type: str, body: bytes) -> tuple[dict[str, str], Files]:
    """Text fields and files, read by the parser of e-mails."""
    head = f"MIME-Version: 1.0\r\nContent-Type: {content_type}\r\n\r\n".encode()
    message = email.message_from_bytes(head + body, policy=email.policy.HTTP)
    assert isinstance(message, EmailMessage)
    assert message.is_multipart()
    fields: dict[str, str] = {}
    files: Files = {}
    for part in message.iter_parts():
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        name = str(part.get_param("name", header="content-disposition"))
        file_name = part.get_filename()
        if file_name is None:
            fields[name] = content.decode()
        else:
            files[name] = (file_name, part.get_content_type(), content)
    return fields, files


def parts_of(request: Request) -> tuple[dict[str, str], Files]:
    return parsed(request.headers["content-type"], request.body)


def parts_of_form(form: BankForm) -> tuple[dict[str, str], Files]:
    made = encode_form(form)
    return parsed(made.content_type, made.body)


async def uploaded(request: Request) -> tuple[dict[str, str], Files]:
    """The same, read by a web framework."""

    async def stream() -> AsyncGenerator[bytes, None]:
        yield request.body

    form = await MultiPartParser(Headers(request.headers), stream()).parse()
    files: Files = {}
    fields: dict[str, str] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            files[name] = (value.filename or "", value.content_type or "", await value.read())
        else:
            fields[name] = value
    return fields, files


async def test_two_parsers_find_the_same_fields_and_the_exact_bytes_of_the_file() -> None:
    _, [request] = await ended(says(200, sample("otc.bank_create.res")), "add_bank")
    assert await uploaded(request) == parts_of(request)
    fields, files = parts_of(request)
    assert list(fields) == [
        "bankAccountName", "bankName", "countryId", "address", "iban", "swift",
        "remittanceLineNumber", "agentBankName", "agentBankSwift",
    ]  # fmt: skip
    assert files == {"file": ("bank.jpg", "image/jpeg", JPEG)}
    assert request.headers["content-length"] == str(len(request.body))
    assert request.headers["accept"] == "application/json"


async def test_fields_that_are_not_given_are_not_sent() -> None:
    bare = replace(FORM, remittance_line="", agent_bank="", agent_swift="")
    _, [request] = await ended(says(200, sample("otc.bank_create.res")), lambda otc: otc.add_bank(form=bare))
    fields, _ = parts_of(request)
    assert list(fields) == ["bankAccountName", "bankName", "countryId", "address", "iban", "swift"]


async def test_four_megabytes_of_statement_arrive_whole() -> None:
    big = replace(FORM, statement=JPEG[:4] + bytes(range(256)) * (4 * 4096 - 1), statement_name="big.jpeg")
    _, [request] = await ended(says(200, sample("otc.bank_create.res")), lambda otc: otc.add_bank(form=big))
    _, files = await uploaded(request)
    assert files["file"] == ("big.jpeg", "image/jpeg", big.statement)


@pytest.mark.parametrize(
    ("given_name", "statement", "sent"),
    [
        ("对账单.png", PNG, ("png.png", "image/png")),
        ("", PNG, ("statement.png", "image/png")),
        ("scan.PNG", PNG, ("scan.PNG", "image/png")),
        ("scan.png", JPEG, ("scan.png.jpg", "image/jpeg")),
        ('a"; filename="evil.exe', JPEG, ("a_filename_evil.exe.jpg", "image/jpeg")),
        ("a\r\nX-Header: 1\r\n\r\n.jpg", JPEG, ("a_X-Header_1_.jpg", "image/jpeg")),
        ("../../etc/passwd", JPEG, ("etc_passwd.jpg", "image/jpeg")),
        ("x" * 500 + ".jpg", JPEG, ("x" * 56 + ".jpg", "image/jpeg")),
    ],
)
def test_the_files_name_is_harmless_and_tells_its_content(
    given_name: str, statement: bytes, sent: tuple[str, str]
) -> None:
    _, files = parts_of_form(replace(FORM, statement=statement, statement_name=given_name))
    assert files == {"file": (*sent, statement)}


@given(
    st.text(st.characters(exclude_characters="\r\n"), max_size=60),
    st.binary(max_size=300),
)
@settings(max_examples=60, deadline=None)
def test_any_text_and_any_bytes_arrive_as_they_are(text: str, content: bytes) -> None:
    form = replace(FORM, holder=text, address=text, statement=JPEG[:4] + content)
    fields, files = parts_of_form(form)
    assert fields["bankAccountName"] == fields["address"] == text
    assert files["file"][2] == form.statement


def test_half_a_character_cannot_stop_a_form() -> None:
    fields, _ = parts_of_form(replace(FORM, holder="张\ud800三"))
    assert fields["bankAccountName"] == "张?三"


@pytest.mark.parametrize(
    "lacking",
    [{"country": None}, {"statement": b""}, {"statement": b"%PDF-1.7"}, {"statement": b"GIF89a"},
     {"statement": b"\x89PNG"}],
)  # fmt: skip
async def test_a_form_that_lacks_something_is_not_sent(lacking: dict[str, Any]) -> None:
    async with raw_venue() as venue, client(venue) as otc:
        with pytest.raises(ValueError, match=r"country|JPEG"):
            await otc.add_bank(form=replace(FORM, **lacking))
        assert venue.connections == 0


def test_a_form_that_is_ready_shows_nothing_of_it() -> None:
    assert "bank001" not in repr(encode_form(FORM))
