from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.store import Store


async def test_a_fact_is_put_replaced_and_deleted(store: Store) -> None:
    async with store.write() as tables:
        await tables.desk.put("frozen", "yes")
        await tables.desk.put("frozen", "no")
        await tables.desk.put("cursor", "5")
        assert await tables.desk.get("frozen") == "no"
        await tables.desk.delete("frozen")
        assert await tables.desk.get("frozen") is None
        assert await tables.desk.get("cursor") == "5"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
async def test_any_text_comes_back_as_it_was(store: Store, text: str) -> None:
    async with store.write() as tables:
        await tables.desk.put("text", text)
        assert await tables.desk.get("text") == text


async def test_half_a_surrogate_is_replaced_instead_of_failing(store: Store) -> None:
    async with store.write() as tables:
        await tables.desk.put("name", "张\ud800三")
        assert await tables.desk.get("name") == "张?三"


async def test_an_assumption_knows_its_newest_answers(store: Store) -> None:
    async with store.write() as tables:
        await tables.assumptions.observe("txid is text", True, 5)
        await tables.assumptions.observe("txid is text", True, 7)
        await tables.assumptions.observe("txid is text", False, 9)
        await tables.assumptions.observe("a clock", False, 3)
        assert await tables.assumptions.all() == [("a clock", None, 3, 1), ("txid is text", 7, 9, 3)]
