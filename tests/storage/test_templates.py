from bot.domain.conversation import Template
from storage.store import Store


async def test_a_template_of_the_same_label_and_language_takes_the_place_of_the_old_one(store: Store) -> None:
    async with store.write() as tables:
        templates = tables.templates
        assert await templates.all() == []
        paid = await templates.put("Paid", "en", "We have paid {order}.", 1, 7)
        chinese = await templates.put("Paid", "zh", "已付款 {order}", 1, 7)
        again = await templates.put("Paid", "en", "Paid: {order}", 2, 8)
        assert paid == Template(1, "Paid", "en", "We have paid {order}.")
        assert again == Template(1, "Paid", "en", "Paid: {order}")
        assert await templates.all() == [again, chinese]
        assert (await templates.get(chinese.number), await templates.get(99)) == (chinese, None)


async def test_the_number_of_a_removed_template_is_not_given_to_another(store: Store) -> None:
    async with store.write() as tables:
        templates = tables.templates
        first = await templates.put("Paid", "en", "a", 1, 7)
        assert await templates.remove(first.number)
        assert not await templates.remove(first.number)
        assert (await templates.put("Paid", "en", "a", 1, 7)).number > first.number
