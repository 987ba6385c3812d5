"""Our ads as leads handle them on the phone: what they write, press and read, and what arrived at the venue."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from tests.journeys.shop import Shop, open_shop, tidy
from tests.support.ads_control import AdPost, AdsControl
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import LEAD, OWNER, Message, Sandbox, until

LANGUAGES = ("en", "zh")
PEOPLE = {"en": LEAD, "zh": OWNER}
"""who speaks which language here"""
SELLING, BUYING = "2130000011", "2130000012"
"""the two ads that the venue starts with; offline here unless a journey brings them back"""
FULL: dict[str, Any] = {
    "price": "7.21", "amount": "5000.5", "min_amount": "50", "max_amount": "500", "expire_min": 20, "tier_limit": 1,
    "verified_limit": 2, "reg_time_limit": 30, "advertisers_limit": 1, "polymarket_limit": 1, "min_completed_limit": 5,
    "max_completed_limit": 500, "completed_rate_limit": 80, "user_orders_limit": 2, "pay_types": ["bank", "alipay"],
    "pay_type_json": '{"bank":"20011","alipay":"20013"}', "trade_tips": "own-name accounts only",
    "auto_reply": "thanks, details are on the order page",
}  # fmt: skip
"""an ad that asks for everything an ad can ask for"""
FIAT: dict[str, Any] = FULL | {"limit_basis": 1, "fiat_min_amount": "500", "fiat_max_amount": "4000"}
FLOATING: dict[str, Any] = FULL | {"rate_fixed": 0, "rate_ref_id": 1, "rate_offset": "0.5", "float_trend": 0}
TITLES = {
    "changed": {"en": "✅ Ad changed", "zh": "✅ 广告已修改"},
    "unknown": {"en": "❓ No answer from Gate", "zh": "❓ 平台未回应"},
    "refused": {"en": "❌ Gate refused it", "zh": "❌ Gate 已拒绝"},
    "nothing sent": {"en": "Nothing is sent yet", "zh": "尚未发送"},
    "none": {"en": "Nothing was sent", "zh": "未发送"},
}
TOO_MANY = "gets too many requests from us", "的请求太频繁"
LABELS = {
    "price": {"en": "Price…", "zh": "价格…"},
    "offset": {"en": "Offset…", "zh": "浮动比例…"},
    "amount": {"en": "Amount…", "zh": "数量…"},
    "limits": {"en": "Limits…", "zh": "限额…"},
    "terms": {"en": "Terms…", "zh": "交易条款…"},
    "auto_reply": {"en": "Auto reply…", "zh": "自动回复…"},
    "window": {"en": "Time to pay…", "zh": "付款时限…"},
    "online": {"en": "Put online…", "zh": "上架…"},
    "offline": {"en": "Take offline…", "zh": "下架…"},
    "close": {"en": "Close…", "zh": "关闭…"},
    "back": {"en": "⬅ Back, change nothing", "zh": "⬅ 返回，不修改"},
    "open ad": {"en": "Open the ad", "zh": "打开广告"},
    "all ads": {"en": "⬅ All ads", "zh": "⬅ 全部广告"},
    "again": {"en": "Edit again", "zh": "重新编辑"},
    "meant": {"en": "I mean this price", "zh": "确认就是这个价格"},
    "rank": {"en": "= rank 1", "zh": "跟第1名"},
    "look": {"en": "Look now", "zh": "立即查询"},
    "all off": {"en": "All offline…", "zh": "全部下架…"},
    "all on": {"en": "Back online…", "zh": "重新上架…"},
}


@dataclass
class AdWindow:
    """One lead's view of our ads, in their language; `made` are the ads that the journey published."""

    shop: Shop
    language: str = "en"
    sent_before: int = 0
    made: list[str] = field(default_factory=list)
    _was: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def box(self) -> Sandbox:
        return self.shop.box

    @property
    def ads(self) -> AdsControl:
        return self.shop.box.ads

    @property
    def person(self) -> int:
        return PEOPLE[self.language]

    def label(self, name: str) -> str:
        return LABELS[name][self.language]

    def title(self, name: str) -> str:
        return TITLES[name][self.language]

    async def begin(self, side: str = "sell", **facts: Any) -> str:
        """An ad with everything in it, published in the app; the id. The person's language, and what there was."""
        if self.shop.desk.application.desk.people[self.person].language != self.language:
            await self.say(f"/language {self.language}")
        self.made.append(await self.ads.publish_from_app(side, **(FULL | facts)))
        await self.remember()
        return self.made[-1]

    async def remember(self) -> None:
        """From here on it is counted what arrives, and what is different."""
        self.sent_before = len(await self.ads.posts())
        self._was = {ad.id: ad.raw for ad in await self.ads.mine()}

    async def sent(self) -> list[AdPost]:
        """Every request that would change an ad since then."""
        return (await self.ads.posts())[self.sent_before :]

    async def changed(self) -> dict[str, dict[str, Any]]:
        """What of all our ads is not as it was then: ad, fact, present value."""
        found: dict[str, dict[str, Any]] = {}
        for ad in await self.ads.mine():
            was = self._was.get(ad.id, {})
            now = {name: value for name, value in ad.raw.items() if not is_alike(was.get(name), value)}
            if now:
                found[ad.id] = now
        return found

    async def only(self, ad_id: str, **facts: Any) -> None:
        """Exactly one request came, it was about this ad, and exactly these facts are different now."""
        posts, changed = await self.sent(), await self.changed()
        assert [(post.id, post.acted) for post in posts] == [(ad_id, True)], posts
        found = changed.get(ad_id, {})
        assert set(changed) == {ad_id} and set(found) == set(facts), changed
        assert all(is_alike(found[name], value) for name, value in facts.items()), (found, facts)

    async def untouched(self) -> None:
        """Nothing arrived, and nothing is different."""
        posts, changed = await self.sent(), await self.changed()
        assert (posts, changed) == ([], {}), (posts, changed)

    async def say(self, words: str, contains: str = "", *, person: int | None = None) -> Message:
        return await self.shop.say(words, person=person or self.person, contains=contains)

    async def card(self, ad_id: str) -> Message:
        """The ad's own card."""
        return await self.say(f"/ads {ad_id}", contains=ad_id)

    async def press(self, message: Message, label: str, *, person: int | None = None) -> str:
        """Tap a button by its words; what the small window said."""
        who = person or self.person
        return (await self.box.telegram.press(who, who, message.id, text=label)).text

    async def answered(self, message: Message, label: str, contains: str = "") -> str:
        """Tap a button that leads to a sentence: in the small window, or as a message of its own."""
        before = await self.shop.newest(self.person)
        said = await self.press(message, label)
        return said or (await self.hears(contains, after=before)).text

    async def forge(self, message: Message, data: str, *, person: int | None = None) -> str:
        """Tap a button that the message may not show any more; what the small window said."""
        who = person or self.person
        return (await self.box.telegram.press(who, who, message.id, data=data, forged=True)).text

    async def hears(self, contains: str, after: int | Message = 0, *, person: int | None = None) -> Message:
        return await self.box.telegram.wait_for_message(person or self.person, contains=contains, after=after)

    async def shows(
        self,
        message: Message,
        *contains: str,
        button: str | None = None,
        person: int | None = None,
        timeout: float = 20,
    ) -> Message:
        """Wait until this very message says all of these, and has that button."""
        who = person or self.person

        async def look() -> Message | None:
            now = await self.box.telegram.message(who, who, message.id)
            fits = all(words in whole(now) for words in contains)
            return now if fits and (button is None or button in "\n".join(labels(now))) else None

        async def shown() -> str:
            return whole(await self.box.telegram.message(who, who, message.id))

        return await until(look, f"{contains} {button or ''} in message {message.id}", timeout, shown)

    async def tap(self, message: Message, name: str, *contains: str, button: str | None = None) -> Message:
        """Press one of the known buttons; the same message when it shows that."""
        await self.press(message, self.label(name))
        return await self.shows(message, *contains, button=button)

    async def state_step(self, card: Message, name: str) -> Message:
        """Press a state's button on an ad's card; the diff in its place, with its confirm."""
        await self.press(card, self.label(name))
        return await self.shows(card, button=f"··{card.text.partition('··')[2][:4]}")

    async def ask(self, ad_id: str, part: str) -> Message:
        """The question for one part, from the ad's card."""
        card = await self.card(ad_id)
        before = await self.shop.newest(self.person)
        await self.press(card, self.label(part))
        question = await self.hears(f"··{ad_id[-4:]}", after=before)
        assert question.asks_reply
        return question

    async def answer(self, question: Message, text: str, contains: str = "") -> Message:
        """Reply to a question; what comes back. Once more when the desk says that Gate wants a moment."""
        for _ in range(3):
            number = await self.box.telegram.reply(self.person, self.person, question, text)
            said = await self.box.telegram.wait_for_message(
                self.person, after=number, where=lambda one: contains in whole(one) or _wants_a_moment(one)
            )
            if not _wants_a_moment(said):
                break
            await asyncio.sleep(1)
        return said

    async def diff(self, ad_id: str, part: str, text: str) -> Message:
        """What would change, to be confirmed."""
        return await self.answer(await self.ask(ad_id, part), text, "→")

    async def considered(self) -> None:
        """As long as a confirm wants to be read."""
        await self.shop.desk.considered()

    async def confirm(self, card: Message, *, person: int | None = None) -> str:
        """The last button, after the moment it needs."""
        await self.considered()
        return await self.press(card, yes_of(card).text, person=person)

    async def confirmed(self, card: Message, title: str = "changed") -> Message:
        """The same message when it says what became of it."""
        await self.confirm(card)
        return await self.shows(card, self.title(title))

    async def record(self, contains: str, after: int) -> Message:
        """The newest line of the group's record with these words."""
        return await self.box.telegram.wait_for_message(DESK_GROUP, contains=contains, after=after)

    async def close(self) -> None:
        """The journey's ads do not stay."""
        for ad_id in self.made:
            if (await self.ads.ad(ad_id)).status != "CLOSED":
                await self.ads.set_status_from_app(ad_id, 4)


def yes_of(card: Message) -> Any:
    """The button that sends: the last one."""
    button = card.buttons[-1][-1]
    assert (button.data or "").startswith(("ey:", "eu:")), card.labels
    return button


def labels(card: Message) -> list[str]:
    return [label for row in card.labels for label in row]


def whole(card: Message) -> str:
    return "\n".join([card.text, *labels(card)])


def _wants_a_moment(message: Message) -> bool:
    return any(words in message.text for words in TOO_MANY)


def is_alike(one: object, other: object) -> bool:
    """The same, or the same number otherwise written."""
    try:
        return one == other or Decimal(str(one)) == Decimal(str(other))
    except InvalidOperation:
        return False


async def prepare(box: Sandbox) -> None:
    """The market is the others' alone, and stands still."""
    for ad_id in (SELLING, BUYING):
        await box.ads.set_status_from_app(ad_id, 3)


@asynccontextmanager
async def open_window(folder: Path, *, speed: float = 8.0) -> AsyncIterator[Shop]:
    # Orders are looked for once a second: here they only hold coins
    async with open_shop(folder, speed=speed, poll_seconds=str(speed)) as shop:
        await prepare(shop.box)
        yield shop


@asynccontextmanager
async def looking(shop: Shop, language: str = "en") -> AsyncIterator[AdWindow]:
    """One journey; what it must leave behind."""
    window = AdWindow(shop, language)
    yield window
    await window.close()
    await prepare(shop.box)
    await tidy(shop.box)
