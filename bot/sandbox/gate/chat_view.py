"""An order's chat as its counterparty sees it, for the page and for tests."""

from bot.sandbox.gate.chats import Message, StoredFile
from bot.sandbox.gate.fields import Json
from bot.sandbox.gate.orders import Order


def chat(order: Order) -> list[Json]:
    """Every message, oldest first, its files with size and hash. A `link` is absolute or begins with `/files/`."""
    return [
        line(said)
        | {
            "payload": said.payload,
            "file": _file(said.file) if said.file else None,
            "vouchers": [_file(file) for file in said.vouchers],
        }
        for said in order.chat.messages
    ]


def line(said: Message) -> Json:
    """The message in short, as the page polls it."""
    file, payload = said.file, said.payload or {}
    text = said.text or str(payload.get("text") or payload.get("account") or payload.get("msg") or "")
    short: Json = {"from": said.author, "kind": _kind(said), "text": text, "at": said.at}
    short |= {"flagged": said.flagged, "via_api": said.via_api}
    if file is not None:
        short["path"] = file.url("/files/")
        short["name"] = file.name
    if said.vouchers:
        short["pictures"] = [voucher.name for voucher in said.vouchers]
    return short


def _kind(said: Message) -> str:
    if said.file is not None:
        return said.file.kind
    return "text" if said.kind == "notice" else said.kind


def _file(file: StoredFile) -> Json:
    return {
        "key": file.key,
        "name": file.name,
        "kind": file.kind,
        "content_type": file.content_type,
        "size": len(file.content),
        "sha256": file.sha256,
        "link": file.url("/files/"),
    }
