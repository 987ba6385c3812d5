"""What Telegram's refusals mean, told apart by their words: it gives no codes. The library re-cases them."""

from bot.domain.reach import Blocked, MessageGone, NoTopics, NotReached, Rejected, TopicGone

SHUT_OUT = (
    "chat not found", "not enough rights", "have no rights", "need administrator rights", "write_forbidden",
    "chat_restricted", "bot was kicked", "group chat was deactivated",
)  # fmt: skip


def bad_request(text: str) -> NotReached:
    """The refusal behind a text of Telegram, whatever its case."""
    words = text.lower()
    if any(gone in words for gone in ("thread not found", "topic_deleted", "topic_id_invalid", "topic_closed")):
        return TopicGone(text)
    if "not a forum" in words or "not enough rights to create" in words or "chat_not_modified" in words:
        return NoTopics(text)
    if "message to edit not found" in words or "message_id_invalid" in words or "can't be edited" in words:
        return MessageGone(text)
    if any(shut in words for shut in SHUT_OUT):
        return Blocked(text)
    return Rejected(text)
