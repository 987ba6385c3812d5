"""Turns what a person wrote, tapped or edited into one call of a handler, and every refusal into a sentence."""

import logging
from collections.abc import Awaitable
from typing import Any

from telegram import Bot, CallbackQuery, Message, Update

from bot.domain.errors import DeskError, NotAllowed, Unknown, Unreachable
from bot.domain.reach import NotReached
from bot.domain.situations import Situation
from bot.domain.updates import Verdict, read_update
from bot.flows import assemble, deliver, invites, members, notes
from bot.flows.admit import Admitted
from bot.flows.confirm import Changed
from bot.flows.deliver import Shown
from bot.flows.desk import Desk, StoreError
from bot.flows.duress import as_shown
from bot.flows.pin_questions import PIN
from bot.flows.tell_chat import SAID
from bot.views.buttons import Tap
from bot.views.card import Markup
from bot.views.confirms import changed
from bot.views.desk import text_hint
from bot.views.refusals import refusal, refusal_card, toast
from handlers import ANSWERS, COMMANDS, TAPS, chat, orders, step_up
from handlers.context import Ack, Did, Mouth

log = logging.getLogger("desk.handlers")

NO_AGAIN_SECONDS = (2, 5, 15, 30, 60, 120, 300, 600)
SAID_IN_PLACE = frozenset({"say"})
"""commands whose refusal belongs under the message, for it was meant for a buyer"""
ONLY_SAID = frozenset({"too_quick", "not_your_step", "asked_anew"})


class Mouthpiece:
    """Turns an admitted update into one call of a handler, and every refusal into a sentence."""

    def __init__(self, desk: Desk, mouth: Mouth, bot: Bot) -> None:
        self._desk = desk
        self._mouth = mouth
        self._bot = bot
        self._redrawn: set[tuple[int, str]] = set()

    async def handle(self, admitted: Admitted) -> None:
        """Handle once; what cannot be said because Telegram is away is logged, the state is stored anyway."""
        try:
            await self._by_verdict(admitted)
        except NotReached as away:
            log.warning("answer to update %s not shown: %s", admitted.update_id, away)

    async def _by_verdict(self, admitted: Admitted) -> None:
        facts = read_update(admitted.payload)
        if admitted.verdict is Verdict.MEMBERSHIP:
            await members.membership_changed(self._desk, facts, self._bot.id)
            return
        if admitted.verdict is Verdict.MIGRATION and facts.migrate_to is not None:
            await members.group_migrated(self._desk, facts.migrate_to)
            return
        update = Update.de_json(dict(admitted.payload), self._bot)
        if admitted.verdict is Verdict.JOIN and update.message is not None:
            await self._join(update.message)
        elif update.callback_query is not None:
            await self._tap(admitted, update.callback_query)
        elif update.message is not None:
            await self._message(admitted, update.message)
        elif update.edited_message is not None:
            await self._edited(admitted, update.edited_message)

    async def _join(self, message: Message) -> None:
        user = message.from_user
        if user is None or message.text is None:
            return
        code = message.text.partition(" ")[2].strip()
        await invites.ask_to_join(self._desk, user.id, user.full_name[:128], user.username or "", code)

    async def _message(self, admitted: Admitted, message: Message) -> None:
        did = self._did(admitted, message, Ack(self._mouth, ""))
        if did is None:
            return
        text = (message.text or message.caption or "").strip()
        if text.startswith("/") and message.forward_origin is None:  # forwarded words are somebody else's
            await self._command(did, text)
            return
        await self._words(did, message, text)

    async def _words(self, did: Did, message: Message, text: str) -> None:
        """Two lanes: a reply to a buyer's words goes to the buyer, everything else stays inside."""
        answered = message.reply_to_message
        shown = await deliver.shown_at(self._desk, did.chat_id, answered.message_id) if answered else None
        if await self._took_pin(did, shown, text):
            return
        if shown is not None and shown.order_id and did.is_private and shown.kind in ANSWERS:
            about = shown.order_id if shown.kind == orders.PROMPT else None
            await self._answering(did, about, ANSWERS[shown.kind](did, shown.order_id, text))
            return
        if shown is not None and shown.order_id and shown.kind in (SAID, chat.WRITE):
            await self._replying(did, chat.reply(did, shown.order_id))
            return
        album_order = await chat.album_may_follow(did)
        if album_order is not None:
            await self._replying(did, chat.reply(did, album_order))
            return
        await self._inside(did, message, shown, text)

    async def _took_pin(self, did: Did, shown: Shown | None, text: str) -> bool:
        """Before anything is made of the words: a PIN that answers something else than its question reaches nobody."""
        is_answer = shown is not None and shown.kind == PIN and did.is_private
        if is_answer:
            return False
        if await step_up.is_misplaced(did, text):
            is_other = shown is not None and shown.kind in ANSWERS
            in_private = "pin_first" if is_other else "pin_no_reply"
            await step_up.misplaced(did, in_private if did.is_private else "pin_in_group")
            return True
        if why := await step_up.stands_in_group(did, text):
            await step_up.misplaced(did, why)
            return True
        return False

    async def _inside(self, did: Did, message: Message, shown: Shown | None, text: str) -> None:
        """Not for a buyer, as far as this message says."""
        answered, no = message.reply_to_message, None
        if shown is not None:
            await self._note(did, shown, message, text)
        if answered is not None and self._is_ours(answered):
            no = NotAllowed("not_to_buyer" if shown else "reply_too_old")
        elif message.external_reply is not None:
            no = NotAllowed("reply_too_old")
        if await chat.waits_for_album(did, no):
            return
        if no is not None:
            await did.reply(refusal_card(no, did.place_reader))
        elif did.is_private:
            await did.say(text_hint(did.reader))

    async def _note(self, did: Did, shown: Shown, message: Message, text: str) -> None:
        """Words under an order's card in the group are for the others of the staff."""
        if shown.order_id and shown.kind == deliver.CARD and not did.is_private:
            topic_id = message.message_thread_id if message.is_topic_message else None
            await notes.take(did.desk, did.person_id, shown.order_id, text, topic_id)

    def _is_ours(self, answered: Message) -> bool:
        """A message of this bot; the service message that opens a topic is answered by whoever writes in it."""
        is_bot = answered.from_user is not None and answered.from_user.id == self._bot.id
        return is_bot and answered.forum_topic_created is None

    async def _replying(self, did: Did, work: Awaitable[None]) -> None:
        """What cannot go to the buyer is said under the message that was meant for them."""
        try:
            await work
        except DeskError as no:
            if isinstance(no, NotReached):
                raise
            try:
                await did.reply(refusal_card(_nothing_sent(no), did.place_reader))
            except NotReached:
                self._desk.spawn(self._say_no_later(did, _nothing_sent(no)), f"no {did.update_id}")

    async def _say_no_later(self, did: Did, no: DeskError) -> None:
        """Words that did not go to the buyer must not look as if they had: said until Telegram shows it."""
        for wait in NO_AGAIN_SECONDS:
            await self._desk.clock.sleep(wait)
            try:
                await did.reply(refusal_card(no, did.place_reader))
                return
            except NotReached as away:
                log.warning("a no is not shown yet: %s", away)

    async def _edited(self, admitted: Admitted, message: Message) -> None:
        did = self._did(admitted, message, Ack(self._mouth, ""))
        if did is None or await self._took_pin(did, None, (message.text or message.caption or "").strip()):
            return
        await self._replying(did, chat.edited(did))

    async def _command(self, did: Did, text: str) -> None:
        word, *did.words = text.split()
        name, _, addressee = word[1:].partition("@")
        if addressee and addressee.lower() != self._mouth.username.lower():
            return
        command = COMMANDS.get(name.lower())
        if command is None:
            await self._refuse(did, NotAllowed("usage", {"command": "help", "given": word[:30]}), None)
            return
        is_said = name.lower() in SAID_IN_PLACE
        if is_said and 1 <= len(did.words) <= 2 and await step_up.is_misplaced(did, did.words[-1]):
            await step_up.misplaced(did, "pin_in_command" if did.is_private else "pin_in_group")
            return
        work = command(did)
        await (self._replying(did, work) if is_said else self._answering(did, None, work))

    async def _tap(self, admitted: Admitted, query: CallbackQuery) -> None:
        ack = Ack(self._mouth, query.id)
        did = self._did(admitted, query.message, ack, user_id=query.from_user.id)
        if did is None:
            return
        ack.start()
        tap = Tap.parse(query.data or "")
        did.order_id = admitted.order_id
        if tap is None or not admitted.is_live:
            order_id = did.order_id or (tap.args[0] if tap and tap.args and tap.args[0].isdigit() else None)
            await self._refuse(did, NotAllowed("stale_button"), order_id)
            return
        order_id = did.order_id or (tap.args[0] if tap.args else None)
        await self._answering(did, order_id, TAPS[tap.verb](did, *tap.args))
        await ack.say("")

    def _did(self, admitted: Admitted, message: Any, ack: Ack, user_id: int | None = None) -> Did | None:
        """The person and place; None for somebody who left the staff since the update was stored."""
        chat = message.chat if message is not None else None
        person_id = user_id or (message.from_user.id if message is not None and message.from_user else None)
        if chat is None or person_id is None or person_id not in self._desk.people:
            return None
        return Did(
            desk=self._desk,
            mouth=self._mouth,
            person_id=person_id,
            chat_id=chat.id,
            is_private=chat.id == person_id,
            message_id=message.message_id if user_id else None,
            message=message if isinstance(message, Message) else None,
            ack=ack,
            received_at=admitted.received_at,
            tapped_since=admitted.tapped_since,
            update_id=admitted.update_id,
        )

    async def _answering(self, did: Did, order_id: str | None, work: Awaitable[None]) -> None:
        try:
            await work
        except DeskError as no:
            if isinstance(no, NotReached):
                raise
            no = await as_shown(self._desk, did.person_id, _nothing_sent(no))
            if isinstance(no, NotAllowed) and no.reason == "pin_needed":
                await step_up.needed(did, no)
            else:
                await self._refuse(did, no, order_id)

    async def _refuse(self, did: Did, no: DeskError, order_id: str | None) -> None:
        """Say why, and show the order as it is now."""
        reader = did.reader
        was_said = await did.ack.say(toast(no, reader), alert=len(toast(no, reader)) > 60)
        if isinstance(no, NotAllowed) and no.reason in ONLY_SAID:
            if not was_said:
                await did.say(refusal_card(no, reader))
            return
        situation = None
        if order_id is not None:
            try:
                situation = await assemble.show(did.desk, did.person_id, order_id)
            except DeskError:
                situation = None
        if situation is None:
            if not was_said:
                await did.say(refusal_card(no, reader))
            return
        if isinstance(no, Changed):
            await did.show_order(situation, card=changed(situation, no.names, reader))
            return
        asking = refusal_card(no, reader)
        above = () if asking.rows else (refusal(no, reader),)
        if was_said and not asking.rows:
            self._redraw_beside(did, situation, above)
            return
        await did.show_order(situation, above=above)
        if asking.rows:
            await did.say(asking, kind=deliver.MENU, order_id=order_id)

    def _redraw_beside(self, did: Did, situation: Situation, above: tuple[Markup, ...]) -> None:
        """The words were said: nobody behind in the line waits for the card, and many taps draw it once."""
        card = did.person_id, situation.order.id
        if card not in self._redrawn:
            self._redrawn.add(card)
            self._desk.spawn(self._redraw(did, situation, above), f"redraw {situation.order.id}")

    async def _redraw(self, did: Did, situation: Situation, above: tuple[Markup, ...]) -> None:
        try:
            await did.show_order(situation, above=above)
        except NotReached as away:
            log.warning("the card of %s is not shown anew: %s", situation.order.id, away)
        finally:
            self._redrawn.discard((did.person_id, situation.order.id))


def _nothing_sent(no: DeskError) -> DeskError:
    """What fails inside a handler is a look or our memory: however it failed, no request that moves money was sent."""
    if isinstance(no, Unknown):
        return Unreachable(no.venue, no.call, no.detail)
    return NotAllowed("database") if isinstance(no, StoreError) else no
