"""getFile: where a file can be fetched."""

from __future__ import annotations

from bot.sandbox.telegram.model import Json
from bot.sandbox.telegram.refusals import bad_request
from bot.sandbox.telegram.world import TelegramWorld

DOWNLOAD_LIMIT = 20 * 1024 * 1024


def get_file(world: TelegramWorld, params: Json) -> Json:
    file = world.files.get(params["file_id"])
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(file.content) > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    return {
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "file_size": len(file.content),
        "file_path": file.path,
    }


METHODS = {"getFile": get_file}
