"""Talking with buyers: what people say, reply, send and tap, each as one call of a flow and one card."""

from dataclasses import replace

from telegram import Message

from bot.domain.conversation import Template
from bot.domain.errors import NotAllowed
from bot.domain.reach import NotReached
from bot.domain.sayings import PhoneFile, State
from bot.domain.situations import Situation
from bot.domain.staff import Right
from bot.domain.templates import digest
from bot.flows import albums, assemble, chat_view, deliver, evidence_pack, fetch_files, say
from bot.flows.deliver import MENU
from bot.flows.say import Spoken
from bot.flows.tell_chat import SAID
from bot.texts.formatting import clock
from bot.views import chat as views
from bot.views import file_hosts as host_views
from bot.views import sayings as saying_views
from bot.views import templates as template_views
from bot.views.queue import found_card
from bot.views.refusals import refusal
from handlers.context import Did

WRITE = "write"
"""the kind of a prompt whose answer goes to the buyer"""
NOT_FOR_BUYERS = (
    "sticker", "voice", "audio", "video_note", "location", "venue", "contact", "poll", "dice", "story", "game",
    "paid_media", "checklist", "gift",
)  # fmt: skip


async def open_chat(did: Did, order_id: str) -> None:
    await _show(did, order_id, None)


async def older(did: Did, order_id: str, before: str) -> None:
    await _show(did, order_id, int(before) if before.isdigit() else None)


async def _show(did: Did, order_id: str, before: int | None) -> None:
    page = await chat_view.transcript(did.desk, did.person_id, order_id, before)
    await did.say(views.chat_card(page, did.reader), kind=SAID, order_id=order_id, replace=did.order_id == order_id)


async def chat(did: Did) -> None:
    """`/chat 0417`; in an order's topic without a number."""
    order_id = await _order(did, " ".join(did.words[:1]))
    await _show(did, order_id, None)


async def write(did: Did, order_id: str) -> None:
    did.desk.need(did.person_id, Right.CHAT)
    situation = await assemble.show(did.desk, did.person_id, order_id)
    await did.say(saying_views.write_prompt(situation, did.reader), kind=WRITE, order_id=order_id)


async def reply(did: Did, order_id: str) -> None:
    """A reply to a buyer's words, or to the prompt that asks for words to the buyer."""
    assert did.message is not None
    await _say(did, order_id, did.message.text or did.message.caption or "")


async def say_it(did: Did) -> None:
    """`/say 0417 words`, in the order's topic or as a reply to its card without the number."""
    assert did.message is not None
    raw = (did.message.text or did.message.caption or "").strip()
    rest = raw.split(maxsplit=1)[1] if len(raw.split(maxsplit=1)) > 1 else ""
    first = rest.partition(" ")[0]
    first = first.split("\n")[0]
    here = await _here(did)
    order_id = here
    if await _names_an_order(did, first, here):
        order_id = await _order(did, first)
        if here is not None and order_id != here:
            raise NotAllowed("wrong_topic", {"order": order_id})
        rest = rest[len(first) :].strip()
    if order_id is None:
        raise NotAllowed("say_which_order")
    if not rest and _file(did.message) is None and not _is_other_kind(did.message):
        raise NotAllowed("nothing_to_say")
    await _say(did, order_id, rest)


async def _names_an_order(did: Did, word: str, here: str | None) -> bool:
    """In an order's own place a number is taken for another order only when there is one like it."""
    digits = word.lstrip("#")
    if not (digits.isascii() and digits.isdigit() and 3 <= len(digits) <= 20):
        return False
    if here is None:
        return True
    try:
        await assemble.find(did.desk, did.person_id, digits)
    except NotAllowed:
        return False
    return True


async def _say(did: Did, order_id: str, text: str) -> None:
    message = did.message
    assert message is not None
    if _is_other_kind(message) or (_file(message) is None and not text.strip()):
        raise NotAllowed("message_kind", {"given": _kind(message)})
    await say.say(did.desk, did.person_id, order_id, _spoken(did, message, text))


def _spoken(did: Did, message: Message, text: str) -> Spoken:
    return Spoken(
        text=text,
        chat_id=did.chat_id,
        message_id=message.message_id,
        said_at=did.desk.clock.moment_of(message.date.timestamp()),
        file=_file(message),
        album=message.media_group_id or "",
        is_forwarded=message.forward_origin is not None,
    )


def _file(message: Message) -> PhoneFile | None:
    """The one file of a message; a photo in its largest size."""
    if message.photo:
        photo = message.photo[-1]
        return PhoneFile(photo.file_id, "photo", "photo.jpg", photo.file_size or 0)
    if message.video:
        video = message.video
        return PhoneFile(video.file_id, "video", (video.file_name or "video.mp4")[:80], video.file_size or 0)
    if message.document:
        document = message.document
        return PhoneFile(document.file_id, "document", (document.file_name or "")[:80], document.file_size or 0)
    return None


def _is_other_kind(message: Message) -> bool:
    """Something that cannot go to a buyer, so that its caption must not go alone, as if that were all of it."""
    return _file(message) is None and (message.caption is not None or _kind(message) != "message")


def _kind(message: Message) -> str:
    return next((kind for kind in NOT_FOR_BUYERS if getattr(message, kind, None)), "message")


async def _here(did: Did) -> str | None:
    """The order of this place: the topic, or the message that is replied to."""
    message = did.message
    if message is None:
        return None
    if message.is_topic_message and message.message_thread_id and not did.is_private:
        return await assemble.order_of_topic(did.desk, message.message_thread_id)
    if message.reply_to_message is not None:
        shown = await deliver.shown_at(did.desk, did.chat_id, message.reply_to_message.message_id)
        return shown.order_id if shown is not None else None
    return None


async def _order(did: Did, given: str) -> str:
    """The order somebody means. Raises NotAllowed; several that fit are listed."""
    if not given:
        here = await _here(did)
        if here is None:
            raise NotAllowed("usage", {"command": "chat"})
        return here
    found = await assemble.find(did.desk, did.person_id, given)
    if len(found) > 1:
        opened = [one for one in found if not one.order.is_final]
        if len(opened) != 1:
            await did.say(found_card(found, did.reader), kind=MENU)
            raise NotAllowed("say_which_order")
        found = opened
    return found[0].order.id


async def album_may_follow(did: Did) -> str | None:
    """Pieces of an album carry the reply only once on some phones: the order of a sibling that came before."""
    assert did.message is not None
    if not did.message.media_group_id:
        return None
    return await albums.order_of_album(did.desk, did.chat_id, did.message.media_group_id)


async def waits_for_album(did: Did, no: NotAllowed | None) -> bool:
    """A piece of an album may be followed by the one that says for whom all of it is: until then nothing is said."""
    message = did.message
    assert message is not None
    if not message.media_group_id or _file(message) is None:
        return False
    topic_id = message.message_thread_id if message.is_topic_message else None
    spoken = _spoken(did, message, message.caption or "")
    await albums.wait(did.desk, did.person_id, spoken, reason=no.reason if no else "", topic_id=topic_id)
    return True


async def templates(did: Did, order_id: str) -> None:
    did.desk.need(did.person_id, Right.CHAT)
    situation = await assemble.show(did.desk, did.person_id, order_id)
    texts = await chat_view.templates(did.desk, did.person_id)
    await did.say(template_views.templates_card(situation, texts, did.reader), kind=MENU, order_id=order_id)


async def template(did: Did, order_id: str, number: str) -> None:
    """Exactly what would be sent, before it is."""
    await show_template(did, order_id, number, replace=True)


async def show_template(did: Did, order_id: str, number: str, *, replace: bool = False) -> None:
    situation, chosen, text = await _rendered(did, order_id, number)
    card = template_views.template_card(situation, chosen, text, did.reader)
    await did.say(card, kind=MENU, order_id=order_id, replace=replace)


async def say_template(did: Did, order_id: str, number: str, seen: str) -> None:
    """Send it; a text that is another than the one that was seen is only shown."""
    situation, chosen, text = await _rendered(did, order_id, number)
    if digest(text) != seen:
        changed = refusal(NotAllowed("template_changed"), did.reader)
        card = template_views.template_card(situation, chosen, text, did.reader, (changed,))
        await did.say(card, kind=MENU, order_id=order_id, replace=True)
        return
    spoken = Spoken(
        text=text, chat_id=did.chat_id, message_id=did.message_id or 0, said_at=did.tapped_at,
        attempt=did.update_id, is_composed=True,
    )  # fmt: skip
    for saying in (await say.say_once(did.desk, did.person_id, order_id, spoken))[:1]:
        if not saying.doubts:
            card = saying_views.held_settled(saying, True, did.reader)
            await did.say(card, order_id=order_id, replace=True)


async def _rendered(did: Did, order_id: str, number: str) -> tuple[Situation, Template, str]:
    def clock_of(seconds: int) -> str:
        return clock(seconds * 1000, did.reader.timezone)

    return await chat_view.rendered(did.desk, did.person_id, order_id, number, clock_of)


async def template_list(did: Did) -> None:
    """`/templates`, `/templates add en Label | text`, `/templates remove 3`."""
    if not did.words:
        texts = await chat_view.templates(did.desk, did.person_id)
        await did.say(template_views.templates_list(texts, did.reader), kind=MENU)
        return
    if did.words[0] == "remove" and len(did.words) == 2:
        gone = await chat_view.remove_template(did.desk, did.person_id, did.words[1])
        await did.say(template_views.template_removed(gone, did.reader))
        return
    if did.words[0] != "add" or len(did.words) < 3 or did.message is None:
        raise NotAllowed("usage", {"command": "templates"})
    rest = (did.message.text or "").split(maxsplit=3)[3:]
    label, bar, text = (rest[0] if rest else "").partition("|")
    if not bar:
        raise NotAllowed("usage", {"command": "templates"})
    made = await chat_view.add_template(did.desk, did.person_id, did.words[1].lower(), label.strip(), text.strip())
    await did.say(template_views.template_saved(made, did.reader))


async def send_held(did: Did, saying_id: str, seen: str) -> None:
    sent = await say.approve(did.desk, did.person_id, saying_id, seen, did.tapped_at)
    if sent:
        await did.change(saying_views.held_settled(sent[0], True, did.place_reader))


async def drop_held(did: Did, saying_id: str) -> None:
    dropped = await say.discard(did.desk, did.person_id, saying_id)
    if dropped:
        await did.change(saying_views.held_settled(dropped[0], False, did.place_reader))


async def send_again(did: Did, saying_id: str) -> None:
    again = await say.say_again(did.desk, did.person_id, saying_id, did.update_id, did.tapped_at)
    if again.state is State.HELD:
        await did.change(saying_views.outcome_card(again, None, did.place_reader))
    else:
        await did.change(saying_views.held_settled(again, True, did.place_reader))


async def edited(did: Did) -> None:
    """Gate's chat cannot be changed: say what the buyer still sees."""
    assert did.message is not None
    sayings = await say.edited(did.desk, did.person_id, did.chat_id, did.message.message_id)
    if sayings:
        await did.reply(saying_views.still_sees(sayings, did.place_reader))


async def allow_host(did: Did, number: str) -> None:
    file = await fetch_files.host_of_file(did.desk, did.person_id, number)
    await did.say(host_views.host_confirm(file, did.reader), kind=MENU, replace=True)


async def allow_host_yes(did: Did, number: str) -> None:
    host = await fetch_files.allow_host(did.desk, did.person_id, number)
    await did.say(host_views.host_allowed(host, did.reader), replace=True)


async def pack(did: Did, order_id: str) -> None:
    """One order's conversation with files and our journal lines, in the order Gate asks for in an appeal."""
    situation = await assemble.show(did.desk, did.person_id, order_id)
    content = await evidence_pack.pack(did.desk, order_id, did.person_id)
    card = replace(views.pack_caption(situation, did.reader), rows=())
    try:
        await did.mouth.show_file(did.person_id, card, content, f"order-{order_id}.zip", order_id=order_id)
    except NotReached:
        await evidence_pack.later(did.desk, did.person_id, order_id)
        raise
