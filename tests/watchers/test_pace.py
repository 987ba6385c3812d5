"""Telegram's budget is kept, and answers go before news."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from bot.watchers.pace import GROUP, OVERALL, PRIVATE, PRIVATE_NEWS, Pace, Rules


class Time:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        await asyncio.sleep(0)


async def turns(number: int, chats: list[int], *, is_answer: bool) -> list[float]:
    time = Time()
    pace = Pace(time.now, time.sleep)
    taken = []
    for index in range(number):
        await pace.turn(chats[index % len(chats)], is_answer=is_answer)
        taken.append(time.seconds)
    return taken


def keeps(taken: list[float], rules: Rules) -> bool:
    return all(
        later - earlier >= seconds - 1e-6
        for count, seconds in rules
        for earlier, later in zip(taken, taken[count:], strict=False)
    )


async def test_a_group_gets_at_most_eighteen_a_minute_and_a_person_one_a_second() -> None:
    assert keeps(await turns(60, [-100], is_answer=False), GROUP)
    assert keeps(await turns(60, [-100], is_answer=True), GROUP)
    assert keeps(await turns(60, [7], is_answer=False), PRIVATE)
    assert keeps(await turns(60, [7], is_answer=False), PRIVATE_NEWS)
    assert keeps(await turns(60, [7], is_answer=True), PRIVATE)


async def test_all_chats_together_stay_below_the_budget_of_the_bot() -> None:
    taken = await turns(200, list(range(1, 200)), is_answer=True)
    assert keeps(taken, OVERALL) and taken[-1] - taken[0] < 20


async def test_the_first_turns_of_a_quiet_chat_wait_for_nothing() -> None:
    taken = await turns(3, [7], is_answer=True)
    assert taken[-1] == taken[0]


async def test_news_waits_while_an_answer_waits_for_the_same_chat() -> None:
    time, order = Time(), list[str]()
    pace = Pace(time.now, time.sleep)
    for _ in range(5):
        await pace.turn(7, is_answer=True)

    async def take(name: str, *, is_answer: bool) -> None:
        await pace.turn(7, is_answer=is_answer)
        order.append(name)

    await asyncio.gather(take("news", is_answer=False), take("answer", is_answer=True))
    assert order == ["answer", "news"]


async def test_a_chat_that_telegram_asked_to_wait_is_left_alone_and_others_are_not() -> None:
    time = Time()
    pace = Pace(time.now, time.sleep)
    pace.hold(7, 30)
    assert pace.wait(7, is_answer=True) == 30 and pace.wait(8, is_answer=False) == 0
    await pace.turn(7, is_answer=False)
    assert time.seconds >= 1030


async def test_an_answer_that_is_given_up_lets_news_go_on() -> None:
    time = Time()
    pace = Pace(time.now, time.sleep)
    pace.hold(7, 1000)
    waiting = asyncio.create_task(pace.turn(7, is_answer=True))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    pace.hold(7, 0)
    await asyncio.wait_for(pace.turn(7, is_answer=False), 1)


@given(st.lists(st.tuples(st.sampled_from([1, 2, -5]), st.booleans()), max_size=60))
def test_no_mixture_of_answers_and_news_breaks_a_chats_rules(asked: list[tuple[int, bool]]) -> None:
    async def run() -> dict[int, list[float]]:
        time, taken = Time(), dict[int, list[float]]()
        pace = Pace(time.now, time.sleep)
        for chat, is_answer in asked:
            await pace.turn(chat, is_answer=is_answer)
            taken.setdefault(chat, []).append(time.seconds)
        return taken

    for chat, taken in asyncio.run(run()).items():
        assert keeps(taken, GROUP if chat < 0 else PRIVATE)
