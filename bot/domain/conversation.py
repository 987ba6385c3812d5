"""A chat as the desk shows it to its people."""

from dataclasses import dataclass

from bot.domain.attachments import KeptFile
from bot.domain.chat import Author, ChatMessage
from bot.domain.situations import Situation


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the chat. `number` grows in the order in which the desk heard of them.

    `said_by` is the shown name of our own who wrote it through the desk; "" with author US means: outside the desk
    (Gate's app, an automatic greeting).
    """

    number: int
    message: ChatMessage
    author: Author
    said_by: str = ""
    files: tuple[KeptFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one message tells: lines of one order's chat, oldest first. `is_repeat`: it may have been told before."""

    situation: Situation
    lines: tuple[Line, ...]
    is_repeat: bool = False


@dataclass(frozen=True, slots=True)
class Transcript:
    """One page of a chat. `read_at` is when the venue was last asked (ms), `older` the number before which to go on.

    `held` counts the questions about words of its reader that wait for an answer.
    """

    situation: Situation
    lines: tuple[Line, ...]
    read_at: int | None
    older: int | None = None
    held: int = 0


@dataclass(frozen=True, slots=True)
class Template:
    """A text that leads have prepared: `label` stands on its button, `text` may hold `{order}` and its like."""

    number: int
    label: str
    language: str
    text: str
