"""The webhook is looked after: set again where it was taken away, and cried about where nothing arrives."""

import time
from dataclasses import dataclass, field

import pytest

from bot.clients.telegram import Webhook as Seen
from bot.domain.reach import Offline, Rejected
from bot.domain.situations import Notice
from bot.domain.updates import ALLOWED_UPDATES
from bot.flows.hearing import Hearing
from bot.watchers.webhook import CONNECTIONS, LOOK_SECONDS, URGENT_LOOK_SECONDS, Looks, Webhook
from tests.flows.bench import NOW, HandClock
from tests.support.fake_telegram import FakeTelegram

URL, SECRET = "https://desk.example/telegram", "the-secret"
LATER = int(time.time()) + 3600


async def _take(update: object) -> None: ...


@dataclass
class Watch:
    telegram: FakeTelegram = field(default_factory=FakeTelegram)
    told: list[Notice] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.webhook = Webhook(self.telegram, URL, SECRET, _take, self._tell)

    async def _tell(self, notice: Notice) -> None:
        self.told.append(notice)


async def test_telegram_is_asked_for_what_the_desk_handles_with_the_secret() -> None:
    watch = Watch()
    await watch.webhook.ask()
    assert watch.telegram.asked_for == (URL, SECRET, ALLOWED_UPDATES, CONNECTIONS)


async def test_a_webhook_that_is_well_is_left_alone() -> None:
    watch = Watch()
    await watch.webhook.ask()
    watch.telegram.hook = Seen(URL, 3, "Connection refused", 1)
    for _ in range(5):
        await watch.webhook.look()
    assert watch.told == [] and watch.telegram.hook_secrets == [SECRET], "an error from before it was set is over"


@pytest.mark.parametrize("url", ["", "https://elsewhere.example/telegram"])
async def test_a_webhook_that_was_taken_away_is_set_again_and_owners_hear_of_it(url: str) -> None:
    watch = Watch()
    await watch.webhook.ask()
    watch.telegram.hook = Seen(url)
    await watch.webhook.look()
    assert watch.telegram.hook.url == URL and [notice.kind for notice in watch.told] == ["webhook_taken"]


async def test_owners_hear_that_nothing_arrives_after_two_looks_and_not_at_each() -> None:
    watch = Watch()
    await watch.webhook.ask()
    watch.telegram.hook = Seen(URL, 3, "SSL error {certificate verify failed}", LATER)
    await watch.webhook.look()
    assert watch.told == [], "a single failure may be over by now"
    for _ in range(4):
        await watch.webhook.look()
    assert [(notice.kind, notice.facts["why"]) for notice in watch.told] == [
        ("deaf", "SSL error {certificate verify failed}")
    ]
    watch.telegram.hook = Seen(URL, 0, "SSL error {certificate verify failed}", LATER)
    await watch.webhook.look()
    watch.telegram.hook = Seen(URL, 1, "Connection refused", LATER)
    await watch.webhook.look()
    assert len(watch.told) == 1, "it begins anew"


@pytest.mark.parametrize("trouble", [Offline("away"), Rejected("no")])
async def test_telegram_that_cannot_be_asked_is_asked_at_the_next_look(trouble: Exception) -> None:
    watch = Watch()
    watch.telegram.errors["webhook"] = [trouble]
    watch.telegram.errors["set_webhook"] = [trouble]
    await watch.webhook.look()
    await watch.webhook.look()
    assert watch.told == []
    await watch.webhook.look()
    assert watch.telegram.hook.url == URL


class Asked(FakeTelegram):
    """Counts how often it is asked about the webhook."""

    times = 0

    async def webhook(self) -> Seen:
        self.times += 1
        return await super().webhook()


class Ears:
    """A desk in webhook mode, as far as it listens: its rounds come every few seconds."""

    def __init__(self) -> None:
        self.telegram = Asked()
        self.watch = Watch(self.telegram)
        self.telegram.hook = Seen(URL)
        self.hearing, self.seconds = Hearing(until=0), float(NOW)
        self.clock = HandClock(lambda: self.seconds)
        self.looks = Looks(self.watch.webhook, self.hearing, self.clock)

    async def live(self, seconds: float) -> None:
        end = self.seconds + seconds
        while self.seconds < end:
            await self.looks.round()
            self.seconds += URGENT_LOOK_SECONDS


async def test_telegram_is_asked_once_a_minute_while_nothing_waits_for_it() -> None:
    ears = Ears()
    await ears.live(5 * LOOK_SECONDS)
    assert ears.telegram.times == 5


async def test_what_waits_to_go_out_by_itself_waits_for_seconds_not_for_a_minute() -> None:
    ears = Ears()
    await ears.live(6)
    ears.hearing.want(True)
    due = ears.clock.now()
    assert not ears.hearing.covers(due)
    await ears.live(URGENT_LOOK_SECONDS)
    assert ears.hearing.covers(due) and 2 <= URGENT_LOOK_SECONDS <= 5


async def test_what_telegram_still_has_is_not_heard_and_nobody_is_rung_more_often_for_it() -> None:
    ears = Ears()
    await ears.watch.webhook.ask()
    ears.telegram.hook = Seen(URL, 2, "Connection refused", LATER)
    ears.hearing.want(True)
    await ears.live(LOOK_SECONDS)
    assert ears.hearing.until == 0 and ears.watch.told == []
    await ears.live(4 * LOOK_SECONDS)
    assert [notice.kind for notice in ears.watch.told] == ["deaf"]


@pytest.mark.parametrize("trouble", [Offline("away"), Rejected("no")])
async def test_a_quick_look_that_fails_hears_nothing_and_is_done_again(trouble: Exception) -> None:
    ears = Ears()
    await ears.live(3)
    ears.hearing.until = 0
    ears.hearing.want(True)
    ears.telegram.errors["webhook"] = [trouble]
    await ears.live(URGENT_LOOK_SECONDS)
    assert ears.hearing.until == 0
    await ears.live(URGENT_LOOK_SECONDS)
    assert ears.hearing.covers(NOW * 1000)


async def test_another_address_brings_nothing_here_however_little_waits_there() -> None:
    ears = Ears()
    await ears.live(3)
    ears.hearing.until = 0
    ears.hearing.want(True)
    ears.telegram.hook = Seen("https://elsewhere.example/telegram")
    await ears.live(URGENT_LOOK_SECONDS)
    assert ears.hearing.until == 0
