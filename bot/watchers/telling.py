"""Say one thing in one chat: draw the state of this moment, send or edit, remember what now stands there."""

import logging
from collections.abc import Sequence

from bot.clients.telegram import Telegram
from bot.domain.conversation import Chunk
from bot.domain.reach import MessageGone, NotReached, Slow
from bot.domain.situations import Situation
from bot.domain.topics import stage_of
from bot.flows import ad_publish_view, ad_view, ads_all, convert_view, deliver, deposit_view, off_ramp_view, rule_view
from bot.flows.ad_publish_view import AD_FORM
from bot.flows.ad_view import AD
from bot.flows.ads_all import ALL
from bot.flows.assemble import message_url
from bot.flows.convert_view import CONVERSION
from bot.flows.deliver import CARD, DIGEST, LINE, NOTICE, Shown, Task
from bot.flows.deposit_view import DEPOSIT
from bot.flows.desk import Desk
from bot.flows.duty_view import BELL, HANDOVER, next_bell, next_handover
from bot.flows.evidence_pack import PACK
from bot.flows.fetch_files import FILE
from bot.flows.notes import NOTE
from bot.flows.off_ramp_view import OFF_RAMP
from bot.flows.payee import PAYEE, PAYEE_QR
from bot.flows.read_chat import CHAT
from bot.flows.rule_view import RULE
from bot.flows.saying_outcome import ALBUM, HELD, MARK, PROGRESS, REMINDER
from bot.views.ad_change import change_card
from bot.views.ad_move import move_card
from bot.views.ad_published import standing_card
from bot.views.card import Card
from bot.views.convert import conversion_card
from bot.views.deposits import deposit_card
from bot.views.duty import bell_card
from bot.views.handover import handover_card
from bot.views.notices import notice_card
from bot.views.orders import moved_line, order_card
from bot.views.otc import off_ramp_card
from bot.views.queue import digest_card
from bot.views.rules import rule_card
from bot.views.topics import topic_name
from bot.watchers.pace import Pace
from bot.watchers.telling_albums import AlbumTeller
from bot.watchers.telling_chat import ChatTeller
from bot.watchers.telling_notes import NoteTeller
from bot.watchers.telling_packs import PackTeller
from bot.watchers.telling_payee import PayeeTeller
from bot.watchers.telling_quotes import QuoteTeller
from bot.watchers.topics import Topics

log = logging.getLogger("desk.relay")


class Teller:
    """Raises NotReached when Telegram does not show it; then nothing was remembered as told."""

    def __init__(self, desk: Desk, telegram: Telegram, pace: Pace) -> None:
        self._desk = desk
        self._telegram = telegram
        self._pace = pace
        self._topics = Topics(desk, telegram, pace)
        self._chats = ChatTeller(desk, telegram, self._topics, pace)
        self._albums = AlbumTeller(desk, telegram, pace)
        self._packs = PackTeller(desk, telegram, pace)
        self._notes = NoteTeller(desk, telegram, self._topics, pace)
        self._bells = QuoteTeller(desk, telegram, pace, BELL, next_bell, bell_card)
        self._handovers = QuoteTeller(desk, telegram, pace, HANDOVER, next_handover, handover_card)
        self._payees = PayeeTeller(desk, telegram, pace)
        self._conversions = QuoteTeller(desk, telegram, pace, CONVERSION, convert_view.next_telling, conversion_card)
        self._off_ramps = QuoteTeller(desk, telegram, pace, OFF_RAMP, off_ramp_view.next_telling, off_ramp_card)
        self._new_ads = QuoteTeller(desk, telegram, pace, AD_FORM, ad_publish_view.next_telling, standing_card)
        self._ads = QuoteTeller(desk, telegram, pace, AD, ad_view.next_telling, change_card)
        self._moves = QuoteTeller(desk, telegram, pace, ALL, ads_all.next_telling, move_card)
        self._rules = QuoteTeller(desk, telegram, pace, RULE, rule_view.next_telling, rule_card)
        self._deposits = QuoteTeller(desk, telegram, pace, DEPOSIT, deposit_view.next_telling, deposit_card)

    def _shown(self, task: Task, message_id: int, kind: str, order_id: str | None, card: Card) -> Shown:
        delivery = task.delivery
        return Shown(
            delivery.chat_id, message_id, kind, order_id, delivery.person_id, card.data, self._desk.now(), card.digest
        )

    async def digest(self, tasks: list[Task], situations: list[Situation]) -> None:
        first = tasks[0]
        chat_id = first.delivery.chat_id
        shown = []
        for number, card in enumerate(digest_card(situations, first.reader)):
            if number:
                await self._pace.turn(chat_id, is_answer=False)
            silent = not any(task.delivery.ring for task in tasks)
            message_id = await self._telegram.send(chat_id, card, silent=silent)
            shown.append(self._shown(first, message_id, DIGEST, None, card))
        await deliver.finish(self._desk, [task.delivery for task in tasks], shown)

    async def herald(self, chat_id: int, chunks: Sequence[Chunk], upto: int) -> None:
        """Words of many orders in one message, before each gets its own."""
        await self._chats.herald(chat_id, chunks, upto)

    async def tell(self, task: Task) -> None:
        verbs = {
            CHAT: self._chats.tell,
            MARK: self._chats.mark,
            HELD: self._chats.ask,
            REMINDER: self._chats.ask,
            ALBUM: self._albums.tell,
            FILE: self._chats.tell_late,
            PACK: self._packs.tell,
            PAYEE: self._payees.take_back,
            PAYEE_QR: self._payees.tell,
            PROGRESS: self._chats.progress,
            BELL: self._bells.tell,
            HANDOVER: self._handovers.tell,
            NOTE: self._notes.tell,
            CONVERSION: self._conversions.tell,
            OFF_RAMP: self._off_ramps.tell,
            DEPOSIT: self._deposits.tell,
            AD_FORM: self._new_ads.tell,
            AD: self._ads.tell,
            ALL: self._moves.tell,
            RULE: self._rules.tell,
        }
        if task.delivery.kind in verbs:
            await verbs[task.delivery.kind](task.delivery)
        elif task.situation is None:
            await self._tell_notice(task)
        elif task.is_needless:
            self._pace.give_back(task.delivery.chat_id)
            await deliver.finish(self._desk, [task.delivery], [])
        else:
            await self._tell_card(task, task.situation)

    async def _tell_notice(self, task: Task) -> None:
        delivery = task.delivery
        assert task.notice is not None
        card = notice_card(task.notice, task.reader, **self._desk.exchange.offered)
        message_id = await self._telegram.send(delivery.chat_id, card, silent=not delivery.ring)
        shown = self._shown(task, message_id, NOTICE, None, card)
        await deliver.finish(self._desk, [delivery], [shown] if card.data else [])

    async def _tell_card(self, task: Task, situation: Situation) -> None:
        """Edit the chat's copy, or post it anew and leave one line where the old one stood."""
        delivery, old = task.delivery, task.shown
        card = order_card(situation, task.reader)
        topic_id = await self._topic(task, situation)
        # Told again after a restart: the copy that may already stand in the topic is not known and never will be
        is_moved = task.wants_topic or task.delivery.repeated
        is_new = task.is_new_message or (is_moved and topic_id is not None)
        if not is_new and old is not None:
            await self._edit(task, old, card)
            return
        message_id = await self._telegram.send(delivery.chat_id, card, silent=not delivery.ring, topic_id=topic_id)
        order_id = situation.order.id
        shown = [self._shown(task, message_id, CARD, order_id, card)]
        if old is not None:
            shown.insert(0, await self._leave_line(task, situation, old, message_id))
        await deliver.finish(self._desk, [delivery], shown)

    async def _edit(self, task: Task, old: Shown, card: Card) -> None:
        delivery = task.delivery
        if old.content_hash != card.digest:
            try:
                await self._telegram.edit(delivery.chat_id, old.message_id, card)
            except MessageGone:
                await deliver.forget(self._desk, old.chat_id, old.message_id)
                raise
        else:
            self._pace.give_back(delivery.chat_id)
        now_shown = self._shown(task, old.message_id, CARD, old.order_id, card)
        await deliver.finish(self._desk, [delivery], [now_shown])

    async def _leave_line(self, task: Task, situation: Situation, old: Shown, newer: int) -> Shown:
        """The old copy becomes one line; that it could not be changed is no harm, its buttons are dead anyway."""
        line = moved_line(situation, task.reader, message_url(old.chat_id, newer))
        self._pace.spend(old.chat_id)
        try:
            await self._telegram.edit(old.chat_id, old.message_id, line)
        except Slow as slow:
            self._pace.hold(old.chat_id, slow.seconds)
        except NotReached as no:
            log.info("an old copy in %s keeps its look: %s", old.chat_id, no)
        return Shown(old.chat_id, old.message_id, LINE, old.order_id, old.person_id, (), self._desk.now(), line.digest)

    async def _topic(self, task: Task, situation: Situation) -> int | None:
        """The order's topic, made when it is needed and the group can have one."""
        if not task.wants_topic:
            return task.topic_id
        name, stage = topic_name(situation), stage_of(situation)
        topic_id = await self._topics.make(task.delivery.chat_id, name)
        if topic_id is not None:
            await deliver.topic_made(self._desk, situation.order.id, topic_id, name=name, stage=stage)
        return topic_id
