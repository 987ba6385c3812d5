"""What everybody may ask of the desk: help, language, time zone; and the freeze."""

from bot.domain.errors import NotAllowed
from bot.flows import freeze, journal, own_settings
from bot.flows.deliver import MENU
from bot.views import desk as views
from bot.views.journal import journal_page
from handlers.context import Did


async def start(did: Did) -> None:
    name = did.message.from_user.full_name if did.message is not None and did.message.from_user else ""
    await own_settings.started(did.desk, did.person_id, name)
    reader = did.reader
    if reader.person is not None:
        await did.mouth.show_menu(
            did.person_id,
            views.menu(reader.person.role, reader.language, **did.desk.exchange.offered),
        )
    await did.say(views.start_card(reader, **did.desk.exchange.offered), kind=MENU)


async def help_(did: Did) -> None:
    await did.say(views.help_card(did.reader, **did.desk.exchange.offered))


async def language(did: Did) -> None:
    if not did.words:
        await did.say(views.language_card(did.reader), kind=MENU)
        return
    await set_language(did, did.words[0].lower())


async def set_language(did: Did, code: str) -> None:
    person = await own_settings.set_language(did.desk, did.person_id, code)
    await did.mouth.show_menu(person.id, views.menu(person.role, person.language, **did.desk.exchange.offered))
    await did.say(views.language_chosen(did.reader), replace=True)


async def timezone(did: Did) -> None:
    if not did.words:
        await did.say(views.timezone_card(did.reader))
        return
    await own_settings.set_timezone(did.desk, did.person_id, did.words[0])
    await did.say(views.timezone_chosen(did.reader))


async def freeze_desk(did: Did) -> None:
    _no_words(did, "freeze")
    await freeze.freeze_desk(did.desk, did.person_id)
    await did.say(views.desk_frozen(did.desk.person(did.person_id).name, did.reader))


async def unfreeze_desk(did: Did) -> None:
    _no_words(did, "unfreeze")
    await freeze.unfreeze_desk(did.desk, did.person_id)
    await did.say(views.desk_unfrozen(did.desk.person(did.person_id).name, did.reader))


def _no_words(did: Did, command: str) -> None:
    """`/unfreeze 1003` means a person (`/staff unfreeze 1003`): it must not let the desk's money go."""
    if did.words:
        raise NotAllowed("usage", {"command": command})


async def show_journal(did: Did) -> None:
    """`/journal`, `/journal 2` for the second page."""
    word = did.words[0] if did.words else "1"
    if len(did.words) > 1 or not (word.isascii() and word.isdigit()) or not 1 <= int(word) <= 99_999:
        raise NotAllowed("usage", {"command": "journal", "given": word[:30]})
    await journal_at(did, str(int(word) - 1))


async def journal_at(did: Did, page: str) -> None:
    number = int(page) if page.isdigit() else 0
    entries = await journal.page(did.desk, did.person_id, number)
    await did.say(journal_page(entries, number, did.reader), kind=MENU, replace=True)


async def dismiss(did: Did) -> None:
    """A button that only closes a question."""
    await did.ack.say("")
