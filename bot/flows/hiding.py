"""Words that may not be kept: they leave the stored update; that it came stays, so that it is answered."""

from storage.store import Tables

SECRET = "pin"  # noqa: S105 # the kind of a message
"""the kind of a question whose answer is taken away at once: it waits behind nothing else that the person does"""
HIDDEN = "•"
"""stands in a stored update for words that may not be kept"""


async def hide_text(tables: Tables, update_id: int) -> None:
    """Take out what somebody wrote; that they wrote stays until it is handled, so that it is answered."""
    envelope = await tables.inbox.payload(update_id)
    if not envelope:
        return
    message = envelope["update"].get("message") or envelope["update"].get("edited_message") or {}
    for name in {"text", "caption"} & message.keys():
        message[name] = HIDDEN
    for name in {"entities", "caption_entities"} & message.keys():
        del message[name]
    await tables.inbox.rewrite(update_id, envelope)
