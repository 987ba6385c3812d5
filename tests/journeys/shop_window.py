"""The shop window: what leads see of the account at Gate, what they set, and what arrived there."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import gate_api

from tests.journeys.shop import Shop
from tests.support.ads_control import AdPost
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import LEAD, OWNER, Message, Sandbox

LANGUAGES = ("en", "zh")
PEOPLE = {"en": LEAD, "zh": OWNER}
"""who speaks which language here"""
SET = "set_merchant_work_hours"
LABELS = {
    "en": {"rest": "Rest", "work": "Go online", "hours": "Hours…", "refresh": "Refresh", "back": "⬅ Back",
           "yes_rest": "Yes, rest", "yes_work": "Yes, go online", "yes_hours": "Yes, set the hours"},
    "zh": {"rest": "休息", "work": "上线", "hours": "时段…", "refresh": "刷新", "back": "⬅ 返回",
           "yes_rest": "是，休息", "yes_work": "是，上线", "yes_hours": "是，设置时段"},
}  # fmt: skip


@dataclass
class Window:
    """One lead's view of the account, in their language."""

    shop: Shop
    language: str = "en"
    sent_before: int = 0

    @property
    def box(self) -> Sandbox:
        return self.shop.box

    @property
    def person(self) -> int:
        return PEOPLE[self.language]

    def label(self, name: str) -> str:
        return LABELS[self.language][name]

    async def begin(self, status: int = 1) -> None:
        """As in the morning: this working state, an unbent profile, a clock of whole hours, the right language."""
        await self.box.ads.work(status)
        await self.box.ads.profile(need_replenish=0, online_status=1)
        for words in (f"/language {self.language}", "/timezone Asia/Shanghai"):
            await self.shop.say(words, person=self.person, contains="")
        self.sent_before = len(await self.box.ads.posts(SET))

    async def sent(self) -> list[AdPost]:
        """What arrived at the venue since the journey began."""
        return (await self.box.ads.posts(SET))[self.sent_before :]

    async def me(self, contains: str = "desk_one", *, person: int | None = None) -> Message:
        return await self.shop.say("/me", person=person or self.person, contains=contains)

    async def tap(self, message: Message, name: str, contains: str = "", button: str | None = None) -> Message:
        """Press the button; the same message as it is then, when it shows these words and this button."""
        await self.box.telegram.press(self.person, self.person, message, text=self.label(name))
        return await self.box.telegram.wait_for_message(
            self.person,
            contains=contains,
            button=None if button is None else self.label(button),
            where=lambda found: found.id >= message.id,
        )

    async def step(self, name: str) -> Message:
        """The opened second step of that button, read as long as the desk asks for."""
        shown = await self.tap(await self.me(), name, button=f"yes_{name}")
        await self.shop.desk.considered()
        return shown

    async def ask_hours(self) -> Message:
        """The question whose reply is days and times."""
        return await self.tap(await self.me(), "hours", contains="09:00-18:00")

    async def answer(self, question: Message, text: str, contains: str) -> Message:
        number = await self.box.telegram.reply(self.person, self.person, question, text)
        return await self.box.telegram.wait_for_message(
            self.person, contains=contains, where=lambda found: found.id > number
        )

    async def record(self, contains: str, after: int) -> Message:
        """The newest line of the group's record with these words."""
        return await self.box.telegram.wait_for_message(DESK_GROUP, contains=contains, after=after)

    async def is_resting(self) -> bool | None:
        return (await self.box.ads.account())["work_status"] == 0 or None

    async def official(self) -> Any:
        """Our profile as the venue's own client reads it."""
        settings = gate_api.Configuration(host=self.box.gate_url, key=self.box.gate_key, secret=self.box.gate_secret)
        client = gate_api.ApiClient(settings)
        answer = await asyncio.to_thread(gate_api.P2pApi(client).p2p_merchant_account_get_user_info)
        client.close()
        assert answer.code == 0
        return answer.data
