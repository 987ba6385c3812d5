"""Why a message did not reach a chat. The type says what the relay does next."""

from bot.domain.errors import DeskError


class NotReached(DeskError):
    """Root: Telegram did not show what we asked it to show."""


class Offline(NotReached):
    """No answer or a server error: the same again, a little later. `may_be_shown`: only the answer may be lost."""

    def __init__(self, why: str = "", *, may_be_shown: bool = False) -> None:
        super().__init__(why)
        self.may_be_shown = may_be_shown


class Slow(NotReached):
    """Telegram asks to wait: `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


class Blocked(NotReached):
    """The person never started the bot or blocked it; or the bot is not in the group any more."""


class NoRight(NotReached):
    """The chat is open to us, but this needs a right that the bot lacks."""


class MessageGone(NotReached):
    """The message was deleted: show it anew."""


class TopicGone(NotReached):
    """The topic was deleted: make it anew."""


class NoTopics(NotReached):
    """The group has no topics, or the bot may not make them."""


class Moved(NotReached):
    """The group was upgraded: `chat_id` is its new id."""

    def __init__(self, chat_id: int) -> None:
        super().__init__(f"moved to {chat_id}")
        self.chat_id = chat_id


class Rejected(NotReached):
    """Telegram refused the request itself; the words are Telegram's."""


class NoAccess(Rejected):
    """Telegram does not accept our token: nothing is wrong with what was said, and it waits for a token that works."""


class TooBig(Rejected):
    """A file over what Telegram gives a bot or takes from one, or over what we asked for."""


class FileGone(Rejected):
    """Telegram does not know the file any more: send its bytes, or ask for it anew."""
