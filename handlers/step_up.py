"""PINs: `/pin`, the answers to the desk's questions, PINs that stand where none belongs; the paper card."""

import asyncio
from collections.abc import Sequence

from telegram import Message

from bot.domain.errors import NotAllowed
from bot.domain.step_up import Prompt, Step, called_pins, looks_like_pin, may_be_pin, typed
from bot.flows import erasing, freeze_card, pin_questions, pin_setting
from bot.flows.deliver import MENU, NOTICE
from bot.flows.pin_questions import PIN, Typed
from bot.flows.pin_setting import Answered
from bot.views import step_up as views
from bot.views.card import Markup
from bot.views.refusals import refusal, refusal_card
from handlers import own
from handlers.context import Did

CARD_SECONDS = 120
"""so long the paper card's address stands in the chat"""
SECOND_SECONDS = 20
"""so long it stands there that a second PIN was set: whoever takes the phone must not find it"""
SECOND = (Step.SECOND_PROVE, Step.SECOND, Step.SECOND_AGAIN)


async def pin(did: Did) -> None:
    """`/pin`, `/pin duress`, `/pin duress off`."""
    words = [word.lower() for word in did.words]
    if looks_like_pin("".join(words)) or any(looks_like_pin(word) for word in words):
        await misplaced(did, "pin_in_command" if did.is_private else "pin_in_group")
        return
    if not did.is_private:
        raise NotAllowed("direct_only")
    if not words:
        await _show(did)
    elif words in (["duress"], ["duress", "off"]):
        await _take_away(did, [did.message.message_id] if did.message is not None else [])
        await _ask(
            did,
            await pin_setting.begin(did.desk, did.person_id, Step.SECOND_PROVE)
            if len(words) == 1
            else await pin_setting.end_second(did.desk, did.person_id),
        )
    else:
        raise NotAllowed("usage", {"command": "pin"})


async def _show(did: Did) -> None:
    found, policy = await pin_setting.standing(did.desk, did.person_id), did.desk.policy
    if not found.is_set:
        await _ask(did, await pin_setting.begin(did.desk, did.person_id, Step.NEW))
        return
    above = format(policy.step_up_above, "f") if policy.step_up_above is not None else ""
    card = views.pin_card(
        did.reader, set_at=found.set_at, is_required=found.is_required, above=above, is_locked=found.is_locked
    )  # fmt: skip
    await did.say(card, kind=MENU)


async def change(did: Did) -> None:
    await _ask(did, await pin_setting.begin(did.desk, did.person_id, Step.OLD))


async def remove(did: Did) -> None:
    await _ask(did, await pin_setting.begin(did.desk, did.person_id, Step.REMOVE))


async def needed(did: Did, no: NotAllowed) -> None:
    """A tap or command wants the PIN first; what it stood on stays as it is, to be tapped again."""
    prompt = await pin_questions.ask(did.desk, did.person_id, Step.PROVE, no.facts.get("about", ""), no.facts)
    await did.ack.say(views.asked_toast(did.reader))
    await _ask(did, prompt)


async def answer(did: Did, prompt_id: str, text: str) -> None:
    """A reply to a question: taken away while it is judged, whatever comes of it."""
    message = did.message
    assert message is not None
    asked = [message.reply_to_message.message_id] if message.reply_to_message is not None else []
    taking = asyncio.create_task(_take_away(did, [message.message_id, *asked]))
    try:
        answered = await pin_setting.answer(did.desk, did.person_id, prompt_id, Typed(text, did.update_id))
    except NotAllowed as no:
        await _ask_again(did, prompt_id, no)
    else:
        await _tell(did, answered)
    finally:
        await taking


async def _ask_again(did: Did, prompt_id: str, no: NotAllowed) -> None:
    """What was wrong, with the question once more where it may be answered again."""
    prompt = await pin_questions.once_more(did.desk, did.person_id, prompt_id, no)
    if prompt is None:
        await did.say(refusal_card(no, did.reader))
        return
    await _ask(did, prompt, above=(refusal(no, did.reader),))


async def _tell(did: Did, answered: Answered) -> None:
    if answered.follows is not None:
        await _ask(did, answered.follows)
        return
    kind = erasing.passing(SECOND_SECONDS) if answered.prompt.step in SECOND else NOTICE
    await did.say(views.right_card(answered.prompt, did.reader), kind=kind)


async def _ask(did: Did, prompt: Prompt, above: tuple[Markup, ...] = ()) -> None:
    await did.say(views.prompt_card(prompt, did.reader, above), kind=PIN, order_id=prompt.id)


async def is_misplaced(did: Did, text: str) -> bool:
    """Whether plain words are a PIN that somebody typed beside the question."""
    return looks_like_pin(text) and await pin_questions.open_prompt(did.desk, did.person_id) is not None


async def stands_in_group(did: Did, text: str) -> str:
    """Why a message of the group is taken away, "" when it stays.

    A number alone that answers nothing and may be its writer's PIN; or any words of theirs that call one a PIN.
    """
    message = did.message
    if did.is_private or message is None or message.forward_origin is not None:
        return ""
    if await pin_questions.is_taken_for_pin(did.desk, did.person_id, called_pins(text)):
        return "pin_in_group"
    is_alone = message.text is not None and may_be_pin(text) and not _answers(message)
    if is_alone and await pin_questions.is_taken_for_pin(did.desk, did.person_id, [typed(text)]):
        return "pin_like_in_group"
    return ""


def _answers(message: Message) -> bool:
    """Somebody's words; what opens a topic is none."""
    answered = message.reply_to_message
    return message.external_reply is not None or (answered is not None and answered.forum_topic_created is None)


async def misplaced(did: Did, reason: str) -> None:
    """Taken away wherever it stands, and said in the direct message."""
    message = did.message
    is_gone = message is None or await _take_away(did, [message.message_id])
    await pin_questions.misplaced(did.desk, did.person_id, did.update_id, reason)
    await did.say(refusal_card(NotAllowed(reason if is_gone else "pin_not_erased"), did.reader))


async def _take_away(did: Did, messages: Sequence[int]) -> bool:
    """True when all of them are gone."""
    gone = [await erasing.erase(did.desk, did.mouth.erase, did.chat_id, number) for number in messages]
    return all(gone)


async def freeze(did: Did) -> None:
    """`/freeze` stops the money, `/freeze card` makes the paper card, `/freeze card off` ends it."""
    words = [word.lower() for word in did.words]
    if words not in (["card"], ["card", "off"]):
        await own.freeze_desk(did)
        return
    if not did.is_private:
        raise NotAllowed("direct_only")
    if len(words) == 2:
        await freeze_card.end(did.desk, did.person_id)
        await did.say(views.freeze_card_ended(did.reader))
        return
    made = await freeze_card.make(did.desk, did.person_id)
    card = views.freeze_card(made.url, did.reader, has_pin=made.had_pin)
    await did.say(card, kind=erasing.passing(CARD_SECONDS))


async def unlock(did: Did, person_id: int) -> bool:
    """An owner lets somebody try again; False when nothing was locked."""
    if not await pin_setting.unlock(did.desk, did.person_id, person_id):
        return False
    await did.say(views.unlocked_card(did.desk.person(person_id), did.reader))
    return True


async def reset(did: Did, person_id: int) -> None:
    await pin_setting.reset(did.desk, did.person_id, person_id)
    await did.say(views.reset_card(did.desk.person(person_id), did.reader))
