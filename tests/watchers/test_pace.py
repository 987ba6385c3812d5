"""Telegram's pace: never more than it takes, and an answer to a person before news."""

from bot.watchers.pace import Pace

PERSON, GROUP = 1003, -1001000000001


class Timeline:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


async def test_a_burst_of_news_leaves_an_answer_its_place() -> None:
    time = Timeline()
    pace = Pace(lambda: time.now, time.sleep)
    for _ in range(2):
        await pace.turn(PERSON, is_answer=False)
    assert pace.wait(PERSON, is_answer=False) == 3.0
    assert pace.wait(PERSON, is_answer=True) == 0.0
    await pace.turn(PERSON, is_answer=True)
    assert time.now == 1000.0


async def test_after_any_amount_of_news_an_answer_waits_for_no_slot() -> None:
    time = Timeline()
    pace = Pace(lambda: time.now, time.sleep)
    for _ in range(30):
        await pace.turn(PERSON, is_answer=False)
        assert pace.wait(PERSON, is_answer=True) <= 1.0


async def test_a_chat_never_gets_more_than_a_bucket_of_five_filled_once_a_second() -> None:
    time = Timeline()
    pace = Pace(lambda: time.now, time.sleep)
    level, at = 5.0, time.now
    for number in range(60):
        await pace.turn(PERSON, is_answer=number % 3 > 0)
        level, at = min(5.0, level + time.now - at) - 1, time.now
        assert level >= 0


async def test_a_group_gets_at_most_eighteen_messages_a_minute() -> None:
    time = Timeline()
    pace = Pace(lambda: time.now, time.sleep)
    moments = []
    for _ in range(40):
        await pace.turn(GROUP, is_answer=False)
        moments.append(time.now)
    assert all(later - earlier >= 60 for earlier, later in zip(moments, moments[18:], strict=False))


async def test_a_chat_that_telegram_asked_to_wait_for_is_left_alone() -> None:
    time = Timeline()
    pace = Pace(lambda: time.now, time.sleep)
    pace.hold(PERSON, 7.0)
    await pace.turn(PERSON, is_answer=True)
    assert time.now >= 1007.0
