"""What we said comes back in the chat: recognised once each, and proof of what had no answer."""

import pytest

from bot.domain.chat import Author, Chat, ChatKind
from bot.domain.errors import Unknown, Unreachable
from bot.domain.sayings import State
from bot.flows.chat_round import ChatRound
from tests.flows.bench import OPERATOR, ORDER, Bench
from tests.support.fake_gate import FakeGate


@pytest.fixture(autouse=True)
async def known(bench: Bench) -> None:
    await bench.see()
    await bench.read()


async def lose(bench: Bench, *texts: str, arrives: bool) -> None:
    """These are said, and their answers get lost; `arrives` says whether the chat shows them."""
    if arrives:
        bench.gate.lost_after = {"say"}
    for text in texts:
        await bench.say(text)
        if not arrives:
            bench.gate.errors["say"] = [Unknown("gate", "say", why="timeout")]
        await bench.send(1)
    bench.gate.lost_after = set()


async def explained(bench: Bench) -> list[str]:
    return [heard.saying_id for heard in await bench.heard()]


async def test_our_words_are_recognised_with_their_speaker_and_told_to_nobody(bench: Bench) -> None:
    (saying,) = await bench.say("hello")
    await bench.send()
    await bench.read()
    (heard,) = await bench.heard()
    assert (heard.saying_id, heard.said_by, heard.author) == (saying.id, OPERATOR, Author.US)
    assert await bench.states() == [State.DELIVERED]
    assert await bench.lines() == {}


async def test_equal_texts_said_twice_are_explained_once_each_oldest_first(bench: Bench) -> None:
    first, second = [(await bench.say("ok"))[0].id for _ in range(2)]
    await bench.send()
    await bench.read()
    assert await explained(bench) == [first, second]
    bench.gate.said(ORDER.id, "ok")
    await bench.read()
    assert await explained(bench) == [first, second, ""], "a third one was written outside the desk"


async def test_what_is_written_in_gates_own_app_is_nobodys_saying(bench: Bench) -> None:
    bench.gate.said(ORDER.id, "from the app")
    await bench.read()
    (heard,) = await bench.heard()
    assert heard.author is Author.US and heard.saying_id == "" and heard.said_by is None


async def test_the_buyers_echo_of_our_words_proves_nothing(bench: Bench) -> None:
    await lose(bench, "please pay", arrives=False)
    bench.writes("please pay")
    await bench.read()
    assert await bench.states() == [State.UNKNOWN] and await explained(bench) == [""]


async def test_white_space_that_the_venue_changes_does_not_hide_our_words(bench: Bench) -> None:
    (saying,) = await bench.say("one  two \nthree")
    await bench.send()
    bench.gate.chats[ORDER.id].clear()
    bench.gate.said(ORDER.id, "one two\r\nthree ")
    await bench.read()
    assert await explained(bench) == [saying.id]


async def test_a_file_of_ours_is_recognised_by_its_key_and_a_text_is_never_taken_for_it(bench: Bench) -> None:
    (saying,) = await bench.say("", file=bench.picture())
    await bench.send()
    bench.gate.said(ORDER.id, "", kind=ChatKind.FILE, file_key="another")
    bench.gate.said(ORDER.id, "")
    await bench.read()
    assert await explained(bench) == [saying.id, "", ""]


async def test_words_from_before_the_saying_are_not_taken_for_it(bench: Bench) -> None:
    bench.pass_(100)
    bench.gate.said(ORDER.id, "ok", at=int(bench.seconds) - 30)
    await lose(bench, "ok", arrives=False)
    await bench.read()
    assert await bench.states() == [State.UNKNOWN]


@pytest.mark.parametrize("skew", [-40.0, 40.0])
async def test_a_clock_of_ours_that_is_wrong_does_not_hide_our_words(bench: Bench, skew: float) -> None:
    """The venue's clock is `skew` seconds behind (or before) ours, and the client knows."""
    bench.gate.skew = skew
    bench.gate.seconds = lambda: bench.seconds - skew
    await lose(bench, "hello", arrives=True)
    assert await bench.states() == [State.UNKNOWN]
    await bench.read()
    assert await bench.states() == [State.DELIVERED]


async def test_a_word_without_an_answer_that_the_chat_shows_was_delivered(bench: Bench) -> None:
    bench.gate.flagged = {"hello"}
    await lose(bench, "hello", arrives=True)
    assert await bench.states() == [State.UNKNOWN]
    bench.gate.chats[ORDER.id][0] = bench.gate.said(ORDER.id, "hello", is_flagged=True, warning="careful")
    bench.gate.chats[ORDER.id].pop()
    await bench.read()
    (saying,) = await bench.sayings()
    assert saying.state is State.DELIVERED and saying.is_flagged and saying.warning == "careful"
    assert await bench.outcomes("say") == ["planned", "unknown", "delivered"]
    assert bench.gate.count("say") == 1


async def test_three_looks_over_more_than_a_minute_prove_that_it_is_missing(bench: Bench) -> None:
    await lose(bench, "hello", arrives=False)
    await bench.read(after=2)
    await bench.read(after=30)
    assert await bench.states() == [State.UNKNOWN]
    await bench.read(after=30)
    assert await bench.states() == [State.UNKNOWN], "three looks within a minute are not enough"
    await bench.read(after=1)
    assert await bench.states() == [State.MISSING]
    assert await bench.outcomes("say") == ["planned", "unknown", "missing"]
    assert bench.gate.count("say") == 1, "nothing is sent again by itself"


async def test_two_looks_are_too_few_however_far_apart(bench: Bench) -> None:
    await lose(bench, "hello", arrives=False)
    await bench.read()
    await bench.read(after=500)
    assert await bench.states() == [State.UNKNOWN]


async def test_a_look_that_fails_does_not_count(bench: Bench) -> None:
    await lose(bench, "hello", arrives=False)
    for _ in range(5):
        bench.gate.errors["chat"] = [Unreachable("gate", "chat", "away")]
        with pytest.raises(Unreachable):
            await bench.read(after=40)
    assert (await bench.sayings())[0].looks == 0


async def test_a_look_that_was_asked_for_before_the_words_left_does_not_count(bench: Bench) -> None:
    """The page may have been cut before the words arrived."""

    class Slow(FakeGate):
        async def chat(self, *, order_id: str, after: int | None = None, before: int | None = None) -> Chat:
            page = await bench.gate.chat(order_id=order_id, after=after, before=before)
            bench.desk.gate = bench.gate
            bench.pass_(1)
            await lose(bench, "hello", arrives=False)
            return page

    bench.desk.gate = Slow()
    await bench.read()
    (saying,) = await bench.sayings()
    assert saying.state is State.UNKNOWN and saying.looks == 0


async def test_what_was_missing_and_turns_up_late_was_delivered(bench: Bench) -> None:
    await lose(bench, "hello", arrives=False)
    for _ in range(3):
        await bench.read(after=35)
    assert await bench.states() == [State.MISSING]
    bench.gate.said(ORDER.id, "hello")
    await bench.read()
    assert await bench.states() == [State.DELIVERED]
    assert await bench.outcomes("say") == ["planned", "unknown", "missing", "delivered"]


async def test_two_equal_words_without_answers_are_settled_one_by_one(bench: Bench) -> None:
    await lose(bench, "ok", arrives=True)
    await bench.read()
    await lose(bench, "ok", arrives=False)
    await bench.read()
    assert await bench.states() == [State.DELIVERED, State.UNKNOWN], "the first one's proof is not the second one's"


async def test_the_round_looks_soon_after_a_lost_answer_and_then_every_quarter_minute(bench: Bench) -> None:
    rounds = ChatRound(bench.desk)
    await bench.round(rounds)
    await lose(bench, "hello", arrives=False)
    bench.desk.talk.hints.clear()
    asked = bench.gate.count("chat")
    await bench.round(rounds, 0.5)
    assert bench.gate.count("chat") == asked
    await bench.round(rounds, 1)
    assert bench.gate.count("chat") == asked + 1 and (await bench.sayings())[0].looks == 1
    for _ in range(100):
        await bench.round(rounds, 1)
        bench.desk.talk.hints.clear()
    assert await bench.states() == [State.MISSING]
    assert (await bench.sayings())[0].looks <= 7


async def test_the_flag_of_a_known_message_reaches_the_saying_that_had_no_answer_only(bench: Bench) -> None:
    await bench.say("hello")
    await bench.send()
    bench.gate.chats[ORDER.id][0] = bench.gate.said(ORDER.id, "hello", is_flagged=True, warning="x")
    bench.gate.chats[ORDER.id].pop()
    await bench.read()
    (saying,) = await bench.sayings()
    assert saying.state is State.DELIVERED and not saying.is_flagged, "the answer itself has said it was not"


async def test_a_buyers_words_under_their_real_name_alone_prove_nothing(bench: Bench) -> None:
    await lose(bench, "ok", arrives=False)
    bench.writes("ok", author_id="", author_name=ORDER.counterparty_nick)
    await bench.read()
    (heard,) = await bench.heard()
    assert heard.author is Author.THEM and heard.saying_id == "" and await bench.states() == [State.UNKNOWN]
    assert await bench.lines() != {}


async def test_what_is_written_in_gates_own_app_under_our_real_name_is_ours(bench: Bench) -> None:
    bench.gate.said(ORDER.id, "from the app", author_id="", author_name=bench.gate.own.nick)
    await bench.read()
    (heard,) = await bench.heard()
    assert heard.author is Author.US and await bench.lines() == {}


async def test_a_buyer_who_is_called_system_speaks_for_themselves(bench: Bench) -> None:
    await bench.see(counterparty_nick="System")
    bench.writes("release it, says Gate", author_id="", author_name="System")
    await bench.read()
    (heard,) = await bench.heard()
    assert heard.author is Author.UNKNOWN and await bench.lines() != {}
