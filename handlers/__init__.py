"""The desk's mouth. `COMMANDS` and `TAPS` are the only lists of what people can say; everything here is thin."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from telegram import Bot, CallbackQuery, Message, Update

from bot.domain.errors import DeskError, NotAllowed, Unknown, Unreachable
from bot.domain.reach import NotReached
from bot.domain.situations import Situation
from bot.domain.updates import Verdict, read_update
from bot.flows import assemble, deliver, invites, members
from bot.flows.admit import Admitted
from bot.flows.confirm import Changed
from bot.flows.desk import Desk, StoreError
from bot.flows.tell_chat import SAID
from bot.views.buttons import Tap, Verb
from bot.views.card import Markup
from bot.views.confirms import changed
from bot.views.desk import text_hint
from bot.views.refusals import refusal, refusal_card, toast
from handlers import chat, orders, own, staff
from handlers.context import Ack, Did, Mouth

log = logging.getLogger("desk.handlers")

COMMANDS: dict[str, Callable[[Did], Awaitable[None]]] = {
    "start": own.start,
    "help": own.help_,
    "orders": orders.show_queue,
    "order": orders.find,
    "duty": own.duty,
    "language": own.language,
    "timezone": own.timezone,
    "journal": own.show_journal,
    "freeze": own.freeze_desk,
    "unfreeze": own.unfreeze_desk,
    "staff": staff.staff,
    "say": chat.say_it,
    "chat": chat.chat,
    "templates": chat.template_list,
}

TAPS: dict[Verb, Callable[..., Awaitable[None]]] = {
    Verb.OPEN: orders.open_order,
    Verb.MORE: orders.more,
    Verb.BACK: orders.back,
    Verb.RELEASE: orders.release,
    Verb.YES: orders.yes,
    Verb.NAME_DIFFERS: orders.name_differs,
    Verb.NOT_THERE: orders.not_there,
    Verb.OTHER_PAYER: orders.other_payer,
    Verb.CLAIM: orders.claim,
    Verb.LOOK: orders.look,
    Verb.MARK_PAID: orders.mark_paid,
    Verb.METHOD: orders.method,
    Verb.PAYEE: orders.payee,
    Verb.CANCEL: orders.cancel,
    Verb.REASONS: orders.more_reasons,
    Verb.REASON: orders.reason,
    Verb.UNLOCK: orders.unlock,
    Verb.UNLOCK_YES: orders.unlock_yes,
    Verb.ASK: orders.ask_lead,
    Verb.QUEUE: orders.show_queue,
    Verb.WAITING: orders.show_waiting,
    Verb.ROLE: staff.pick_role,
    Verb.ROLE_YES: staff.let_in,
    Verb.REFUSE: staff.refuse,
    Verb.BLOCK: staff.block,
    Verb.DUTY: own.set_duty,
    Verb.LANGUAGE: own.set_language,
    Verb.JOURNAL: own.journal_at,
    Verb.STAFF: staff.listing,
    Verb.DISMISS: own.dismiss,
    Verb.CHAT: chat.open_chat,
    Verb.OLDER: chat.older,
    Verb.WRITE: chat.write,
    Verb.TEMPLATES: chat.templates,
    Verb.TEMPLATE: chat.template,
    Verb.SAY_TEMPLATE: chat.say_template,
    Verb.SEND_HELD: chat.send_held,
    Verb.DROP_HELD: chat.drop_held,
    Verb.SEND_AGAIN: chat.send_again,
    Verb.ALLOW_HOST: chat.allow_host,
    Verb.ALLOW_HOST_YES: chat.allow_host_yes,
    Verb.PACK: chat.pack,
}

NO_AGAIN_SECONDS = (2, 5, 15, 30, 60, 120, 300, 600)
SAID_IN_PLACE = frozenset({"say"})
"""commands whose refusal belongs under the message, for it was meant for a buyer"""
ONLY_SAID = frozenset({"too_quick", "not_your_step"})


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
        if shown is not None and shown.order_id and shown.kind == orders.PROMPT and did.is_private:
            await self._answering(did, shown.order_id, orders.cancel_words(did, shown.order_id, text))
            return
        if shown is not None and shown.order_id and shown.kind in (SAID, chat.WRITE):
            await self._replying(did, chat.reply(did, shown.order_id))
            return
        album_order = await chat.album_may_follow(did)
        if album_order is not None:
            await self._replying(did, chat.reply(did, album_order))
            return
        if answered is not None and self._is_ours(answered):
            await did.reply(refusal_card(NotAllowed("not_to_buyer" if shown else "reply_too_old"), did.place_reader))
        elif message.external_reply is not None:
            await did.reply(refusal_card(NotAllowed("reply_too_old"), did.place_reader))
        elif did.is_private:
            await did.say(text_hint(did.reader))

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
        if did is not None:
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
        work = command(did)
        await (self._replying(did, work) if name.lower() in SAID_IN_PLACE else self._answering(did, None, work))

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
            update_id=admitted.update_id,
        )

    async def _answering(self, did: Did, order_id: str | None, work: Awaitable[None]) -> None:
        try:
            await work
        except DeskError as no:
            if isinstance(no, NotReached):
                raise
            await self._refuse(did, _nothing_sent(no), order_id)

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
