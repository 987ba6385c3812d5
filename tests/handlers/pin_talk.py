"""Questions for a PIN and what people write, on the stand, in the words of a test."""

from tests.security.stand import OPERATOR, Stand, Told
from tests.security.venue import SECOND

FIRST, OTHER, DURESS = "482913", "930275", "715046"
TYPED_AT = 77
"""the id of everything that people write on the stand"""


def question(stand: Stand, by: int = OPERATOR) -> Told:
    """The newest question for a PIN."""
    return next(one for one in reversed(stand.told) if one.chat_id == by and one.card is not None and one.card.prompt)


async def reply(stand: Stand, text: str, by: int = OPERATOR, to: int | None = None) -> str:
    number = to or question(stand, by).message_id
    asked = {"message_id": number, "date": SECOND, "chat": {"id": by, "type": "private"}, "text": "x"}
    stand.forget()
    await stand.write(by, text, reply_to_message=asked | {"from": {"id": 1000, "is_bot": True, "first_name": "Desk"}})
    return stand.words_to(by)


async def say(stand: Stand, text: str, by: int = OPERATOR, chat: int | None = None) -> str:
    stand.forget()
    await stand.write(by, text, chat)
    return stand.words_to(by)


async def speak_chinese(stand: Stand, person: int) -> None:
    async with stand.desk.store.write() as tables:
        await tables.staff.set_language(person, "zh")
        await stand.desk.read_people(tables)
