"""Every request that says something to a counterparty or brings a file for it."""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from bot.sandbox.gate.call_log import CallLog, LoggedCall
from bot.sandbox.gate.chats import Files
from bot.sandbox.gate.fields import Json

CHAT_ENDPOINTS = ("send_chat_message", "upload_chat_file")


@dataclass
class ChatCall(LoggedCall):
    """`file_key`, `sha256`, `content_type` and `size` (bytes) are of the file sent or uploaded, `text` of a text.

    `delivered`: whether the counterparty can read it now.
    """

    text: str = ""
    file_key: str = ""
    content_type: str = ""
    sha256: str = ""
    size: int = 0
    delivered: bool = False

    def note(self, data: Json, files: Files, *, is_held_back: bool) -> None:
        """What the answer says of a call that acted."""
        if self.endpoint == "upload_chat_file":
            self.file_key = str(data["file_key"])
            return
        self.delivered = not is_held_back
        file = files.by_key(self.file_key)
        if file is not None:
            self.content_type, self.sha256, self.size = file.content_type, file.sha256, len(file.content)


class ChatLog(CallLog[ChatCall]):
    def __init__(self) -> None:
        super().__init__(ChatCall)

    def receive(self, endpoint: str, raw: bytes, at: float) -> ChatCall:
        """An upload's Base64 is logged by its size and hash: the log would be larger than the files."""
        call = super().receive(endpoint, raw, at)
        body = call.body
        if isinstance(body, dict) and isinstance(body.get("base64_img"), str):
            _note_content(call, body["base64_img"])
            call.content_type = str(body.get("image_content_type", ""))
            call.body = body | {"base64_img": f"({len(body['base64_img'])} characters)"}
        elif isinstance(body, dict) and body.get("type") == 1:
            call.file_key = str(body.get("message", ""))
        elif isinstance(body, dict):
            call.text = str(body.get("message", ""))
        elif endpoint == "upload_chat_file":
            call.body = f"({len(raw)} bytes)"
        return call


def _note_content(call: ChatCall, encoded: str) -> None:
    try:
        content = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return
    call.sha256, call.size = hashlib.sha256(content).hexdigest(), len(content)
