"""A chat as a person opens it: its last lines, older ones, and the texts that leads have prepared."""

from collections.abc import Callable
from dataclasses import replace

from bot.domain import templates as wording
from bot.domain.conversation import Line, Template, Transcript
from bot.domain.errors import NotAllowed, VenueError
from bot.domain.situations import Situation
from bot.domain.staff import Right
from bot.flows.assemble import name_of, situation_of, stored_order
from bot.flows.desk import Desk, log
from bot.flows.read_chat import read
from storage.store import Tables

LINES = 8
FRESH_MS = 3000
MOST_TEMPLATES = 12


async def transcript(desk: Desk, user_id: int, order_id: str, before: int | None = None) -> Transcript:
    """One page of the chat; the newest page is read from the venue first when it may have grown."""
    desk.need(user_id, Right.READ)
    async with desk.store.read() as tables:
        await stored_order(tables, order_id)
        reading = await tables.chats.reading(order_id)
    is_old = reading is None or reading.read_at is None or abs(desk.now() - reading.read_at) > FRESH_MS
    if before is None and is_old and desk.gate is not None:
        try:
            await read(desk, order_id)
        except (VenueError, NotAllowed) as error:
            log.info("chat of %s not read for a person: %s", order_id, error)
    async with desk.store.read() as tables:
        page = await _page(desk, tables, order_id, before)
        return replace(page, held=await _questions(tables, user_id, order_id))


async def _questions(tables: Tables, user_id: int, order_id: str) -> int:
    """An album or a message in parts is asked about once."""
    held = await tables.sayings.held_for(user_id, order_id)
    return len({(one.source_chat, one.album or one.source_message, one.attempt) for one in held})


async def _page(desk: Desk, tables: Tables, order_id: str, before: int | None) -> Transcript:
    heard = await tables.chats.before(order_id, before, LINES + 1)
    page = heard[-LINES:]
    lines = []
    for one in page:
        said_by = name_of(desk, one.said_by) if one.said_by is not None else ""
        files = await tables.files.of_message(one.number)
        lines.append(Line(one.number, one.message, one.author, said_by, files))
    reading = await tables.chats.reading(order_id)
    situation = await situation_of(desk, tables, await stored_order(tables, order_id))
    older = page[0].number if len(heard) > LINES else None
    return Transcript(situation, tuple(lines), reading.read_at if reading else None, older)


async def templates(desk: Desk, user_id: int, language: str | None = None) -> list[Template]:
    """What leads have prepared, else the desk's own; in that language only when one is asked for."""
    desk.need(user_id, Right.READ)
    async with desk.store.read() as tables:
        kept = await tables.templates.all()
    return [one for one in kept or wording.DEFAULTS if language is None or one.language == language]


async def rendered(
    desk: Desk, user_id: int, order_id: str, number: str, clock: Callable[[int], str]
) -> tuple[Situation, Template, str]:
    """The template with this order's facts in place: exactly what would be sent. Raises NotAllowed."""
    desk.need(user_id, Right.CHAT)
    chosen = next((one for one in await templates(desk, user_id) if str(one.number) == number), None)
    if chosen is None:
        raise NotAllowed("template_unknown", {"given": number[:10]})
    async with desk.store.read() as tables:
        situation = await situation_of(desk, tables, await stored_order(tables, order_id))
    return situation, chosen, wording.render(chosen.text, wording.facts_of(situation.order, clock))


async def add_template(desk: Desk, user_id: int, language: str, label: str, text: str) -> Template:
    """Keep a text for everybody; the first one of their own takes the place of the desk's. Raises NotAllowed."""
    desk.need(user_id, Right.TEMPLATES)
    wording.lint(label, language, text)
    async with desk.store.write() as tables:
        kept = await tables.templates.all()
        if not kept:
            for one in wording.DEFAULTS:
                await tables.templates.put(one.label, one.language, one.text, desk.now(), user_id)
            kept = await tables.templates.all()
        same = [one for one in kept if one.language == language]
        if len(same) >= MOST_TEMPLATES and label not in {one.label for one in same}:
            raise NotAllowed("templates_full", {"limit": str(MOST_TEMPLATES)})
        made = await tables.templates.put(label, language, text, desk.now(), user_id)
        await _journal(desk, tables, user_id, "template_saved", made)
    return made


async def remove_template(desk: Desk, user_id: int, number: str) -> Template:
    desk.need(user_id, Right.TEMPLATES)
    meant = next((one for one in await templates(desk, user_id) if str(one.number) == number), None)
    if meant is None:
        raise NotAllowed("template_unknown", {"given": number[:10]})
    async with desk.store.write() as tables:
        kept = await tables.templates.all()
        if not kept:
            for one in wording.DEFAULTS:
                await tables.templates.put(one.label, one.language, one.text, desk.now(), user_id)
            kept = await tables.templates.all()
        chosen = next(one for one in kept if (one.label, one.language) == (meant.label, meant.language))
        await tables.templates.remove(chosen.number)
        await _journal(desk, tables, user_id, "template_removed", chosen)
    return chosen


async def _journal(desk: Desk, tables: Tables, user_id: int, action: str, template: Template) -> None:
    facts = {"label": template.label, "language": template.language}
    await tables.journal.add(
        at=desk.now(), actor=user_id, action=action, target=str(template.number), facts=facts, outcome="done"
    )
