"""Chats, sayings and every card that is made of them."""

import json
from collections.abc import Iterator
from dataclasses import replace

from bot.domain.attachments import FileState, KeptFile
from bot.domain.chat import Author, ChatKind, ChatMessage
from bot.domain.conversation import Chunk, Line, Template, Transcript
from bot.domain.errors import NotAllowed
from bot.domain.sayings import Doubt, PhoneFile, Saying, SayingKind, State
from bot.domain.situations import Reader, Situation
from bot.views import chat, file_hosts, refusals, sayings, templates
from bot.views.card import Card
from bot.views.chat_words import NOT_FETCHED
from bot.views.refusal_words import MESSAGE_KINDS
from tests.views.samples import NOW, ORDER_ID, SECOND, order, situation

LINK = "https://files.example/picture.jpg"
ACCOUNT = {"pay_name": "工行", "real_name": "张三丰", "account": "6222020200008821", "account_des": "人民路支行"}


def message(text: str, kind: ChatKind = ChatKind.TEXT, at: int = SECOND, **changes: object) -> ChatMessage:
    made = ChatMessage(ORDER_ID, kind, text, at, "c-9", "Other")
    return replace(made, **changes)  # type: ignore[arg-type]


def line(text: str = "hello", author: Author = Author.THEM, by: str = "", **changes: object) -> Line:
    return Line(1, message(text, **changes), author, by)  # type: ignore[arg-type]


def kept(state: FileState = FileState.KEPT, **changes: object) -> KeptFile:
    made = KeptFile(7, ORDER_ID, LINK, state, "ab" * 32, "image/jpeg", 1000)
    return replace(made, **changes)  # type: ignore[arg-type]


def with_files(*files: KeptFile, text: str = LINK, author: Author = Author.THEM, **changes: object) -> Line:
    made = message(text, ChatKind.FILE, file_url=LINK)
    return Line(1, replace(made, **changes), author, "", files)  # type: ignore[arg-type]


def file_lines() -> Iterator[Line]:
    yield with_files(kept())
    yield with_files(kept(content_type="video/mp4"))
    yield with_files(kept(content_type="application/zip"))
    yield with_files(kept(seen_on="2089000000000000398"), text="look at this")
    yield with_files(kept(FileState.WANTED, content_type=""))
    for why in [*NOT_FETCHED, "never_heard_of"]:
        yield with_files(kept(FileState.FAILED, why=why, host="files.example"))
    yield with_files(*[kept(seen_on="2089000000000000398")] * 9)
    yield with_files()


def lines(words: str = "hello") -> Iterator[Line]:
    """Every kind of message by every author, with these words wherever somebody else may put some."""
    facts = json.dumps(dict.fromkeys((*ACCOUNT, "memo", "anything"), words))
    for author in Author:
        for kind in ChatKind:
            yield line(words, author, kind=kind, facts=facts)
            yield line("", author, kind=kind, facts=facts, is_flagged=True)
    yield line(words, Author.US, "operator 2")
    yield line(words, is_flagged=True, warning=words)
    yield line("", kind=ChatKind.PAYMENT_METHOD, facts=json.dumps(ACCOUNT))
    yield line("", kind=ChatKind.PAYMENT_METHOD, facts="[1, 2")
    yield line(words, Author.VENUE, kind=ChatKind.STATUS, vouchers=(LINK,), status="PAID")
    yield with_files(kept(seen_on=ORDER_ID, host=words), author=Author.VENUE, text=words, vouchers=(LINK,))
    yield with_files(kept(FileState.FAILED, why="unknown_host", host=words), text=words)
    yield from file_lines()


def saying(state: State = State.HELD, doubt: Doubt | None = None, about: str = "", **changes: object) -> Saying:
    made = Saying(
        id="5a17e0", number=1, order_id=ORDER_ID, person_id=7251000002, kind=SayingKind.TEXT, state=state,
        text="please pay now", source_chat=7251000002, source_message=5, doubts={doubt.value: about} if doubt else {},
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def picture(state: State = State.HELD, doubt: Doubt | None = None, about: str = "", **changes: object) -> Saying:
    file = PhoneFile("f1", "photo", "photo.jpg", 1000)
    return saying(state, doubt, about, kind=SayingKind.FILE, text="", file=file, **changes)


ABOUT = {
    Doubt.STALE: "7", Doubt.CONTACT: "13800138000", Doubt.CHECKOUT: "pay.example", Doubt.FINISHED: "finished",
    Doubt.WRONG_ORDER: "2089000000000000422", Doubt.LONG: "3", Doubt.BAD_FILE: "file_kind", Doubt.MANY_PAGES: "4",
    Doubt.FORWARDED: "forwarded",
}  # fmt: skip


def template(text: str = "Order {order}: please pay {total}.", label: str = "Please pay") -> Template:
    return Template(3, label, "en", text)


def told_cards(who: Reader, s: Situation, words: str = "hello") -> Iterator[tuple[str, Card]]:
    """What may hold a blockquote: everything that shows the chat itself."""
    every = tuple(replace(one, number=number) for number, one in enumerate(lines(words), start=1))
    for one in every:
        what = f"{one.author} {one.message.kind} {one.number}"
        yield f"chat chunk {what}", chat.chunk_card(Chunk(s, (one,), is_repeat=True), who)
        yield f"chat caption {what}", chat.file_caption(Chunk(s, (one,)), who)
    yield "chat chunk of all", chat.chunk_card(Chunk(s, every), who)
    other = situation(order(id="2089000000000000422"))
    yield "chat herald", chat.herald_card([Chunk(s, (line(words),) * 3), Chunk(other, (with_files(kept()),))], who)
    many = [Chunk(situation(order(id=f"20890000000000{n:05}")), (line(words),)) for n in range(40)]
    yield "chat herald of many", chat.herald_card(many, who)
    yield "chat page", chat.chat_card(Transcript(s, every, NOW, 1, held=2), who)
    yield "chat page of few", chat.chat_card(Transcript(s, every[:2], None), who)
    yield "chat page of none", chat.chat_card(Transcript(s, (), NOW), who)


def own_cards(who: Reader, s: Situation, words: str = "please pay now") -> Iterator[tuple[str, Card]]:
    """What speaks of our own words, and the desk's own notices about chats."""
    yield "say prompt", sayings.write_prompt(s, who)
    for doubt, about in ABOUT.items():
        yield f"say held {doubt}", sayings.held_card([saying(doubt=doubt, about=about, text=words)], s, who)
        yield f"say held hostile {doubt}", sayings.held_card([saying(doubt=doubt, about=words, text=words)], s, who)
    bad = picture(State.REFUSED, answer="file_kind", answer_facts={"given": words})
    album = [picture(doubt=Doubt.BAD_FILE, about="file_kind"), bad, picture(), saying(text=words)]
    yield (
        "say still held",
        sayings.held_card([saying(doubt=Doubt.CONTACT, about="x", text=words)], s, who, is_again=True),
    )
    yield "say held album", sayings.held_card(album, s, who)
    yield "say held pages", sayings.held_card([picture(doubt=Doubt.MANY_PAGES, about="4")] * 4, s, who)
    for state in State:
        one = saying(state, text=words, answer="gate_says", answer_facts={"detail": words})
        yield f"say outcome {state}", sayings.outcome_card(one, s, who)
        yield f"say outcome bare {state}", sayings.outcome_card(replace(one, answer=words), None, who)
        yield f"say edited {state}", sayings.still_sees([one], who)
    flagged = saying(State.DELIVERED, is_flagged=True, warning=words)
    yield "say flagged", sayings.outcome_card(flagged, s, who)
    yield "say progress", sayings.progress_card(picture(), s, 1, 4, who)
    for was_sent in (True, False):
        yield f"say settled {was_sent}", sayings.held_settled(saying(text=words), was_sent, who)
    yield from template_cards(who, s, words)
    yield "chat host", file_hosts.host_confirm(kept(host=words), who)
    yield "chat host allowed", file_hosts.host_allowed(words, who)
    yield "chat pack", chat.pack_caption(s, who)
    for kind in [*MESSAGE_KINDS, "message"]:
        yield f"say refused {kind}", refusals.refusal_card(NotAllowed("message_kind", {"given": kind}), who)


def template_cards(who: Reader, s: Situation, words: str) -> Iterator[tuple[str, Card]]:
    some = [template(words, words or "Thanks")] + [
        replace(template(), number=n, label=f"Label {n}") for n in range(4, 9)
    ]
    yield "templates choice", templates.templates_card(s, some, who)
    yield "templates no choice", templates.templates_card(s, [], who)
    yield "templates one", templates.template_card(s, template(words, words), words, who)
    yield "templates list", templates.templates_list(some * 20, who)
    yield "templates no list", templates.templates_list([], who)
    yield "templates saved", templates.template_saved(template(words), who)
    yield "templates removed", templates.template_removed(template(words), who)
