"""Photos, documents, videos, animations, sound, albums."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram import shapes
from bot.sandbox.telegram.files import check_kind, photo_sizes, store_file
from bot.sandbox.telegram.methods.sending import checked_caption, place
from bot.sandbox.telegram.model import Json, Message, StoredFile
from bot.sandbox.telegram.refusals import Violation, bad_request, not_built
from bot.sandbox.telegram.spec import Upload
from bot.sandbox.telegram.world import TelegramWorld

UPLOAD_LIMIT, PHOTO_LIMIT = 50 * 1024 * 1024, 10 * 1024 * 1024
NOT_MIXED = ("document", "audio")


def medium_of(world: TelegramWorld, kind: str, params: Json, key: str = "media") -> tuple[str, Any, StoredFile]:
    """The medium of a call: kind, its Bot API form, its file. From an upload or a known file_id."""
    given = params[key]
    if isinstance(given, Upload):
        limit = PHOTO_LIMIT if kind == "photo" else UPLOAD_LIMIT
        if len(given.content) > limit:
            if kind == "photo":
                raise Violation("limit", kind, f"file of size {len(given.content)} bytes is too big for a photo")
            raise Violation("limit", kind, "Request Entity Too Large", code=413)
        if not given.content:
            raise bad_request("file must be non-empty")
        file = store_file(world, given.name, given.content_type, given.content, kind)
    else:
        file = _known(world, given)
        check_kind(file, kind)
    return kind, described(file, kind, params), file


def _known(world: TelegramWorld, given: str) -> StoredFile:
    if given.startswith(("http://", "https://")):
        raise not_built("fetching a medium by its address")
    if given not in world.files:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return world.files[given]


def described(file: StoredFile, kind: str, params: Json) -> Any:
    """A list of sizes for a photo, else one object with what is known."""
    if kind == "photo":
        return photo_sizes(file)
    shown: Json = {
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "file_size": len(file.content),
        "mime_type": file.mime_type,
    }
    if kind != "voice":
        shown["file_name"] = file.file_name
    if kind in ("video", "animation"):
        shown |= {"width": params.get("width", 320), "height": params.get("height", 240)}
    if kind != "document":
        shown["duration"] = params.get("duration", 1)
    return shown


def _send(kind: str, world: TelegramWorld, params: Json) -> Json:
    caption, marks = checked_caption(params, f"send{kind.title()}.caption")
    kind, media, file = medium_of(world, kind, params, key=kind)
    chat, fields = place(world, params)
    content = {"media_kind": kind, "media": media, "file": file, "caption": caption, "caption_entities": marks}
    return shapes.message(world, world.new_message(chat, **content, **fields))


def send_photo(world: TelegramWorld, params: Json) -> Json:
    return _send("photo", world, params)


def send_document(world: TelegramWorld, params: Json) -> Json:
    return _send("document", world, params)


def send_video(world: TelegramWorld, params: Json) -> Json:
    return _send("video", world, params)


def send_animation(world: TelegramWorld, params: Json) -> Json:
    return _send("animation", world, params)


def send_audio(world: TelegramWorld, params: Json) -> Json:
    return _send("audio", world, params)


def send_voice(world: TelegramWorld, params: Json) -> Json:
    return _send("voice", world, params)


def send_media_group(world: TelegramWorld, params: Json) -> list[Json]:
    items = params["media"]
    kinds = {item["type"] for item in items}
    if len(kinds) > 1 and kinds & set(NOT_MIXED):
        raise Violation(
            "album", "sendMediaGroup.media", f"{min(kinds & set(NOT_MIXED))} can't be mixed with other media types"
        )
    if "live_photo" in kinds:
        raise not_built("live photos")
    captions = [checked_caption(item, "sendMediaGroup.media.caption") for item in items]
    media = [medium_of(world, item["type"], item) for item in items]
    chat, fields = place(world, params, len(items))
    group = world.token_text("album-")
    sent: list[Message] = []
    for (kind, medium, file), (caption, marks) in zip(media, captions, strict=True):
        content = {"media_kind": kind, "media": medium, "file": file, "caption": caption, "caption_entities": marks}
        sent.append(world.new_message(chat, **content, **fields, media_group_id=group))
    return [shapes.message(world, message) for message in sent]


METHODS = {
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendVideo": send_video,
    "sendAnimation": send_animation,
    "sendAudio": send_audio,
    "sendVoice": send_voice,
    "sendMediaGroup": send_media_group,
}
