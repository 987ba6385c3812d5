from dataclasses import replace

from storage.messages import Shown
from storage.store import Store

GROUP = -1_001_234_567_890
CARD = Shown(GROUP, 10, "card", "31415926", None, ("v1:release:1", "v1:more"), 1_000, "h1")


async def test_what_a_message_shows_is_replaced_as_a_whole(store: Store) -> None:
    later = Shown(GROUP, 10, "notice", None, 7, (), 2_000, "h2")
    async with store.write() as tables:
        await tables.messages.remember(CARD)
        assert await tables.messages.get(GROUP, 10) == CARD
        await tables.messages.remember(later)
        assert await tables.messages.get(GROUP, 10) == later
        assert await tables.messages.get(GROUP, 11) is None


async def test_the_newest_card_of_a_chat_and_all_cards_of_an_order(store: Store) -> None:
    confirm = replace(CARD, message_id=12, kind="confirm")
    private = replace(CARD, chat_id=5, message_id=99, person_id=5)
    others = (replace(CARD, message_id=13, kind="notice"), replace(CARD, message_id=14, order_id="2"))
    async with store.write() as tables:
        for shown in (confirm, CARD, private, *others):
            await tables.messages.remember(shown)
        assert await tables.messages.card(GROUP, "31415926") == confirm
        assert await tables.messages.card(6, "31415926") is None
        assert await tables.messages.cards("31415926") == [confirm, CARD, private]


async def test_an_orders_messages_of_a_kind_in_a_chat_are_newest_first(store: Store) -> None:
    line = replace(CARD, kind="chat")
    others = (replace(line, chat_id=5), replace(line, message_id=14, order_id="2"), replace(CARD, message_id=15))
    async with store.write() as tables:
        for shown in (line, replace(line, message_id=12), *others):
            await tables.messages.remember(shown)
        found = await tables.messages.of_order_in(GROUP, "31415926", "chat")
        assert [shown.message_id for shown in found] == [12, 10]
        assert await tables.messages.of_order_in(GROUP, "3", "chat") == []


async def test_a_group_with_a_new_id_forgets_its_old_messages(store: Store) -> None:
    private = replace(CARD, chat_id=5)
    async with store.write() as tables:
        await tables.messages.remember(CARD)
        await tables.messages.remember(private)
        await tables.messages.migrate(GROUP, GROUP)
        assert await tables.messages.get(GROUP, 10) == CARD
        await tables.messages.migrate(GROUP, -5)
        assert await tables.messages.cards("31415926") == [private]


async def test_purging_forgets_what_did_not_change_since(store: Store) -> None:
    async with store.write() as tables:
        await tables.messages.remember(CARD)
        await tables.messages.remember(replace(CARD, message_id=11, at=2_000))
        assert await tables.messages.purge(2_000) == 1
        assert [shown.message_id for shown in await tables.messages.cards("31415926")] == [11]
