"""Forms of new ads and what was sent of them: one open form a person, one sending at a time, one maker of an ad."""

from bot.domain.ad_forms import Step
from bot.domain.ad_sendings import AdSending
from storage.store import Store
from tests.domain.test_ad_publish import DRAFT


def sending(sending_id: str = "f1", form_id: str = "f1") -> AdSending:
    return AdSending(sending_id, form_id, 2, DRAFT, frozenset({"1", "2"}), 100, None)


async def test_a_person_has_one_open_form_and_another_person_one_of_their_own(store: Store) -> None:
    async with store.write() as tables:
        assert await tables.ad_forms.begin("f1", 2, Step.SIDE, {}, 1)
        assert not await tables.ad_forms.begin("f2", 2, Step.SIDE, {}, 2)
        assert await tables.ad_forms.begin("f3", 3, Step.CONFIRM, {"side": "sell"}, 2, like="77")
        assert await tables.ad_forms.end("f1", "dropped", 3) and not await tables.ad_forms.end("f1", "dropped", 3)
        assert await tables.ad_forms.begin("f2", 2, Step.SIDE, {}, 4)
    async with store.read() as tables:
        mine, others, ended = [await tables.ad_forms.get(one) for one in ("f2", "f3", "f1")]
    assert mine is not None and others is not None and ended is not None
    assert (others.step, others.answers, others.like) == (Step.CONFIRM, {"side": "sell"}, "77")
    assert (ended.ended_at, ended.outcome, ended.answers) == (3, "dropped", {})


async def test_only_the_question_that_stands_is_answered_and_a_sent_form_not_at_all(store: Store) -> None:
    async with store.write() as tables:
        forms = tables.ad_forms
        await forms.begin("f1", 2, Step.SIDE, {}, 1)
        assert not await forms.send("f1", 2)
        assert not await forms.move("f1", frm=Step.PAIR, to=Step.PRICE, answers={}, at=2)
        assert await forms.move("f1", frm=Step.SIDE, to=Step.CONFIRM, answers={"terms": "\ud83d"}, at=2)
        assert await forms.send("f1", 3) and not await forms.send("f1", 3)
        assert not await forms.move("f1", frm=Step.CONFIRM, to=Step.SIDE, answers={}, at=4)
        assert await forms.left_behind(10) == []
        assert await forms.reopen("f1", 5) and not await forms.reopen("f1", 5)
        assert [one.id for one in await forms.left_behind(10)] == ["f1"]
        assert (await forms.left_behind(10))[0].answers == {"terms": "\ud83d"}


async def test_what_was_sent_is_read_as_it_was_written(store: Store) -> None:
    async with store.write() as tables:
        await tables.ad_forms.add_sending(sending())
        await tables.ad_forms.looked("f1", 150, next_look_at=200, candidates={"9": ("price", "limits"), "8": ()})
    async with store.read() as tables:
        (found,) = await tables.ad_forms.sendings_of("f1")
        assert await tables.ad_forms.due(199) == [] and await tables.ad_forms.due(200) == [found]
    assert found.draft == DRAFT and found.known == {"1", "2"} and found.looks == 1 and found.first_look_at == 150
    assert found.candidates == ("9", "8") and found.differs == {"9": "price,limits", "8": ""}


async def test_an_ad_has_one_maker_and_a_sending_one_ad(store: Store) -> None:
    async with store.write() as tables:
        forms = tables.ad_forms
        await forms.add_sending(sending())
        await forms.add_sending(sending("f2", "f2"))
        assert await forms.found("f1", "9") and not await forms.found("f1", "8")
        assert not await forms.found("f2", "9") and await forms.claimed() == {"9"}
        assert not await forms.disown("f1", ["9"], 5)
        assert await forms.disown("f2", ["9"], 5)
        other = await forms.sending("f2")
    assert other is not None and other.known == {"1", "2", "9"} and other.next_look_at == 5


async def test_old_forms_go_with_what_was_sent_but_not_while_it_is_looked_for(store: Store) -> None:
    async with store.write() as tables:
        forms = tables.ad_forms
        for form_id, person in (("f1", 2), ("f2", 3)):
            await forms.begin(form_id, person, Step.SIDE, {}, 1)
            await forms.add_sending(sending(form_id, form_id))
            await forms.end(form_id, "published", 10)
        await forms.look_at("f2", 50)
        assert await forms.purge(10) == 0 and await forms.purge(11) == 2
        assert await forms.sending("f1") is None and await forms.sending("f2") is not None
