"""Say what a buyer wrote, and mark what staff said, in one chat of ours."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from bot.clients.telegram import Telegram
from bot.domain.attachments import MAX_PHOTO_BYTES, FileState, KeptFile
from bot.domain.conversation import Chunk
from bot.domain.reach import MessageGone, Moved, Offline, Rejected, Slow, TopicGone
from bot.domain.sayings import Saying, State
from bot.domain.situations import Reader
from bot.domain.topics import stage_of
from bot.flows import deliver, tell_chat
from bot.flows.deliver import NOTICE, Delivery, Shown
from bot.flows.desk import Desk
from bot.flows.saying_outcome import ANSWERS, LEAVING, REMINDER
from bot.flows.tell_chat import SAID, Telling
from bot.views.card import Card
from bot.views.chat import chunk_card, file_caption, herald_card, split_chunk
from bot.views.sayings import held_card, outcome_card, progress_card
from bot.views.topics import topic_name
from bot.watchers.pace import Pace
from bot.watchers.topics import Topics

log = logging.getLogger("desk.relay")

NOT_READY_SECONDS = 0.5
ON_THE_WAY = frozenset({State.PLANNED, State.SENT, State.UNKNOWN})
MARKS = {
    State.PLANNED: "👀",
    State.SENT: "👀",
    State.UNKNOWN: "👀",
    State.DELIVERED: "👌",
    State.REFUSED: "💔",
    State.MISSING: "💔",
}
NAMES = {"image/jpeg": "picture.jpg", "image/png": "picture.png", "image/webp": "picture.webp",
         "image/gif": "picture.gif", "video/mp4": "video.mp4", "application/pdf": "document.pdf"}  # fmt: skip


class ChatTeller:
    """Raises NotReached when Telegram does not show it; then nothing was remembered as told."""

    def __init__(self, desk: Desk, telegram: Telegram, topics: Topics, pace: Pace) -> None:
        self._pace = pace
        self._desk = desk
        self._telegram = telegram
        self._topics = topics

    async def tell(self, delivery: Delivery) -> None:
        """The next lines of the order's chat."""
        telling = await tell_chat.next_telling(self._desk, delivery)
        if telling is None:
            self._pace.give_back(delivery.chat_id)
            await deliver.again(self._desk, delivery, NOT_READY_SECONDS, "a file is on its way", counts=False)
            return
        if telling.chunk is None:
            self._pace.give_back(delivery.chat_id)
            await tell_chat.told(self._desk, telling, [])
            return
        telling = await self._with_topic(_that_fits(telling))
        shown = await self._show(telling, file_caption(telling.chunk, telling.reader) if telling.chunk else Card(""))
        await tell_chat.told(self._desk, telling, shown)

    async def herald(self, chat_id: int, chunks: Sequence[Chunk], upto: int) -> None:
        """What these orders' buyers wrote since the last digest, in one message; their topics follow."""
        reader = Reader(self._desk.policy.language, self._desk.policy.timezone, None)
        await self._telegram.send(chat_id, herald_card(chunks, reader), silent=True)
        await tell_chat.heralded(self._desk, chat_id, upto)

    async def tell_late(self, delivery: Delivery) -> None:
        """A file whose line stands there already."""
        telling = await tell_chat.late_file(self._desk, delivery)
        lines = telling.chunk.lines if telling is not None and telling.chunk is not None else ()
        if (
            telling is None
            or telling.chunk is None
            or not any(_is_settled(file) for line in lines for file in line.files)
        ):
            await self._nothing(delivery)
            return
        if not telling.files:  # it will not come: the line says why
            await tell_chat.told_late(self._desk, telling, await self._show(telling, Card("")))
            return
        caption = file_caption(telling.chunk, telling.reader)
        # One of several: the words stand under the first of them, and it hangs where that does
        is_placed = telling.topic_id is not None or telling.card_id is not None
        is_one_of_several = "file" in delivery.facts and "late" not in delivery.facts
        if is_one_of_several and is_placed and not delivery.repeated:
            caption = Card("")
        await tell_chat.told_late(self._desk, telling, await self._show(telling, caption))

    async def _nothing(self, delivery: Delivery) -> None:
        """There is nothing to say (any more), and the turn is somebody else's."""
        self._pace.give_back(delivery.chat_id, is_answer=delivery.kind in ANSWERS)
        await deliver.finish(self._desk, [delivery], [])

    async def _with_topic(self, telling: Telling) -> Telling:
        """The order's topic, made when it is needed and the group can have one."""
        if not telling.wants_topic or telling.chunk is None:
            return telling
        situation = telling.chunk.situation
        name, stage = topic_name(situation), stage_of(situation)
        topic_id = await self._topics.make(telling.delivery.chat_id, name)
        if topic_id is not None:
            await tell_chat.topic_opened(self._desk, situation.order.id, topic_id, name=name, stage=stage)
        return replace(telling, topic_id=topic_id)

    async def _show(self, telling: Telling, caption: Card) -> list[Shown]:
        """The words, or the first file with its caption; each further file has a turn of its own."""
        assert telling.chunk is not None
        for file in telling.files[:1]:
            sent = await self._show_file(telling, file, caption)
            if sent is not None:
                return [sent]
        card = chunk_card(telling.chunk, telling.reader)
        delivery = telling.delivery
        message_id = await self._telegram.send(
            delivery.chat_id, card, silent=not delivery.ring, topic_id=telling.topic_id, reply_to=_thread(telling)
        )
        return [self._shown(telling, message_id, card)]

    async def _show_file(self, telling: Telling, file: KeptFile, card: Card) -> Shown | None:
        """None when Telegram will not take the file: then its line says so."""
        delivery, form = telling.delivery, _form(file)
        content = await tell_chat.content_of(self._desk, file, form)
        if content is None:
            return None
        try:
            message_id, file_id = await self._send_file(telling, card, content, form, file)
        except (Offline, Slow, MessageGone, TopicGone):
            raise
        except Rejected as no:
            log.warning("a file of %s cannot be shown: %s", delivery.order_id, no)
            return None
        if isinstance(content, bytes) and file_id:
            await tell_chat.remember_file_id(self._desk, file, form, file_id)
        return self._shown(telling, message_id, card)

    async def _send_file(
        self, telling: Telling, card: Card, content: bytes | str, form: str, file: KeptFile
    ) -> tuple[int, str]:
        delivery = telling.delivery
        name = NAMES.get(file.content_type, "file.bin")
        try:
            return await self._telegram.send_file(
                delivery.chat_id, card, content, form, name, silent=not delivery.ring, topic_id=telling.topic_id,
                reply_to=_thread(telling),
            )  # fmt: skip
        except Rejected:
            if isinstance(content, bytes):
                raise
            again = await self._desk.store.files.get(file.sha256)  # Telegram no longer knows its own id
            if again is None:
                raise
            return await self._telegram.send_file(
                delivery.chat_id, card, again, form, name, silent=not delivery.ring, topic_id=telling.topic_id,
                reply_to=_thread(telling),
            )  # fmt: skip

    def _shown(self, telling: Telling, message_id: int, card: Card) -> Shown:
        delivery = telling.delivery
        return Shown(
            delivery.chat_id, message_id, SAID, delivery.order_id, delivery.person_id, card.data, self._desk.now(),
            card.digest,
        )  # fmt: skip

    async def mark(self, delivery: Delivery) -> None:
        """A reaction on the person's own message, and the reason as a reply where there is one."""
        marked = await tell_chat.marked(self._desk, delivery)
        reader = deliver.reader_for(self._desk, delivery.person_id)
        if marked is None or reader is None:
            await self._nothing(delivery)
            return
        saying = marked.saying
        if LEAVING in delivery.facts and saying.state not in ON_THE_WAY:
            self._pace.give_back(delivery.chat_id, is_answer=True)
            await deliver.finish(self._desk, [delivery], [])
            return
        was_marked = await self._react(delivery, saying, marked.worst)
        shown: list[Shown] = []
        if LEAVING in delivery.facts or not _needs_words(saying, was_marked):
            self._pace.give_back(delivery.chat_id, is_answer=True)  # a mark is no message
        else:
            card = outcome_card(saying, marked.situation, reader)
            shown = [await self._reply(delivery, saying, card)]
        await deliver.finish(self._desk, [delivery], shown)

    async def _react(self, delivery: Delivery, saying: Saying, state: State) -> bool:
        """False where reactions are refused, or the message stands in a group that has another id now."""
        emoji = MARKS.get(state)
        if emoji is None:
            return True
        if delivery.chat_id != saying.source_chat:
            return False
        try:
            await self._telegram.react(saying.source_chat, saying.source_message, emoji)
        except (Rejected, MessageGone, Moved):
            return False
        return True

    async def progress(self, delivery: Delivery) -> None:
        """How far a long upload is, in one message that changes; once it is over it says how it ended."""
        marked = await tell_chat.marked(self._desk, delivery)
        reader = deliver.reader_for(self._desk, delivery.person_id)
        if marked is None or reader is None:
            await self._nothing(delivery)
            return
        saying, facts = marked.saying, delivery.facts
        card = progress_card(saying, marked.situation, int(facts["done"]), int(facts["total"]), reader)
        if saying.state is not State.PLANNED:
            card = outcome_card(saying, marked.situation, reader)
        number = await tell_chat.progress_of(self._desk, saying)
        if number is None:
            if saying.state is not State.PLANNED:
                await self._nothing(delivery)
                return
            await tell_chat.progress_shown(self._desk, saying, await self._put_progress(delivery, saying, card))
        else:
            with suppress(MessageGone):
                await self._telegram.edit(delivery.chat_id, number, card)
            if saying.state not in (State.PLANNED, State.SENT):
                await tell_chat.progress_over(self._desk, saying)
        await deliver.finish(self._desk, [delivery], [])

    async def _put_progress(self, delivery: Delivery, saying: Saying, card: Card) -> int:
        return await self._telegram.send(
            delivery.chat_id, card, silent=True, reply_to=_answered(delivery, saying),
            topic_id=await self._topics.of(saying.order_id, delivery),
        )  # fmt: skip

    async def ask(self, delivery: Delivery) -> None:
        """What is held is shown to the person who said it, with what can be done."""
        marked = await tell_chat.marked(self._desk, delivery)
        reader = deliver.reader_for(self._desk, delivery.person_id)
        if marked is None or marked.situation is None or reader is None or marked.saying.state is not State.HELD:
            await self._nothing(delivery)
            return
        card = held_card(marked.together, marked.situation, reader, is_again=delivery.kind == REMINDER)
        await deliver.finish(self._desk, [delivery], [await self._reply(delivery, marked.saying, card)])

    async def _reply(self, delivery: Delivery, saying: Saying, card: Card) -> Shown:
        message_id = await self._telegram.send(
            delivery.chat_id, card, silent=not delivery.ring, reply_to=_answered(delivery, saying),
            topic_id=await self._topics.of(saying.order_id, delivery),
        )  # fmt: skip
        return Shown(
            delivery.chat_id, message_id, NOTICE, saying.order_id, delivery.person_id, card.data, self._desk.now(),
            card.digest,
        )  # fmt: skip


def _that_fits(telling: Telling) -> Telling:
    """As many lines as one message holds; the rest is told next."""
    assert telling.chunk is not None
    first = split_chunk(telling.chunk, telling.reader)[0]
    if len(first.lines) == len(telling.chunk.lines):
        return telling
    return replace(telling, chunk=first, upto=first.lines[-1].number, has_more=True)


def _is_settled(file: KeptFile) -> bool:
    return file.state is not FileState.WANTED


def _thread(telling: Telling) -> int | None:
    """Without a topic the order's card is what the words hang on."""
    return telling.card_id if telling.topic_id is None else None


def _answered(delivery: Delivery, saying: Saying) -> int | None:
    """The message it answers, where that can be seen: a group that was upgraded has other numbers."""
    return saying.source_message if delivery.chat_id == saying.source_chat else None


def _form(file: KeptFile) -> str:
    if file.content_type in ("image/jpeg", "image/png") and file.size <= MAX_PHOTO_BYTES:
        return "photo"
    return "video" if file.content_type == "video/mp4" else "document"


def _needs_words(saying: Saying, was_marked: bool) -> bool:
    """A mark says enough of what arrived; every other end has a reason."""
    if saying.state in (State.REFUSED, State.MISSING, State.UNKNOWN):
        return True
    return saying.state is State.DELIVERED and (saying.is_flagged or not was_marked)
