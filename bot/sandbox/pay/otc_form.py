"""multipart/form-data as it stands on the wire (RFC 7578), read strictly: what is not quite one is no form."""

import re
from dataclasses import dataclass, field

from bot.sandbox.pay.refusals import CONTENT_TYPE, INVALID, No

_TYPE = re.compile(r'multipart/form-data\s*;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))\s*', re.IGNORECASE)
_DISPOSITION = re.compile(r'form-data\s*;\s*name="([^"]+)"(?:\s*;\s*filename="([^"]*)")?\s*', re.IGNORECASE)


@dataclass(frozen=True)
class File:
    name: str
    content_type: str
    content: bytes


@dataclass
class Form:
    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)


def read_form(content_type: str, raw: bytes) -> Form:
    """Raises No when the header or the body is not that of a form, or a name comes twice."""
    header = _TYPE.fullmatch(content_type.strip())
    if header is None:
        raise No(CONTENT_TYPE, "multipart/form-data with a boundary is expected")
    mark = b"--" + (header[1] or header[2]).encode("latin-1", "replace")
    head, *parts = (b"\r\n" + raw).split(b"\r\n" + mark)
    if head or len(parts) < 2 or parts[-1].rstrip(b"\r\n") != b"--":
        raise No(INVALID, "the body is no form of this boundary")
    form = Form()
    for part in parts[:-1]:
        _read_part(part, form)
    return form


def _read_part(part: bytes, form: Form) -> None:
    if not part.startswith(b"\r\n") or b"\r\n\r\n" not in part:
        raise No(INVALID, "a part of the form has no headers")
    lines, content = part[2:].split(b"\r\n\r\n", 1)
    headers = {}
    for line in lines.split(b"\r\n"):
        name, _, value = line.decode("utf-8", "replace").partition(":")
        headers[name.strip().lower()] = value.strip()
    found = _DISPOSITION.fullmatch(headers.get("content-disposition", ""))
    if found is None:
        raise No(INVALID, "a part of the form has no name")
    name = found[1]
    if name in form.fields or name in form.files:
        raise No(INVALID, f"{name} comes twice")
    if found[2] is not None:
        form.files[name] = File(found[2], headers.get("content-type", ""), content)
        return
    try:
        form.fields[name] = content.decode()
    except UnicodeDecodeError:
        raise No(INVALID, f"{name} is no UTF-8") from None
