"""Leads make new ads on the phone: question by question, and what the venue then has."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gate_api

from bot.domain.ad_forms import PRESSED, AdForm, Step
from bot.domain.ad_sendings import AdSending
from bot.domain.intents import Intent
from tests.journeys.ad_window import AdWindow
from tests.support.sandbox import Message, until

ANSWERS: dict[Step, str] = {
    Step.SIDE: "sell",
    Step.PAIR: "USDT-CNY",
    Step.PRICING: "fixed",
    Step.OFFSET: "0.5",
    Step.PRICE: "7.2",
    Step.AMOUNT: "1,000",
    Step.BASIS: "fiat",
    Step.LIMITS: "100-5000",
    Step.METHODS: "ICBC ··8821",
    Step.WINDOW: "15",
    Step.TERMS: "own-name accounts only",
    Step.AUTO_REPLY: "",
}
"""what is not in it is passed over"""
TITLES = {
    "published": {"en": "📢 Published", "zh": "📢 已发布"},
    "unknown": {"en": "❓ No answer from Gate", "zh": "❓ Gate 未回应"},
    "refused": {"en": "❌ Gate said no", "zh": "❌ Gate 拒绝了"},
    "void": {"en": "↩ Nothing was published", "zh": "↩ 没有发布"},
    "doubt": {"en": "❓ Which one is it?", "zh": "❓ 是哪一条？"},
    "summary": {"en": "Publish this ad?", "zh": "发布这条广告？"},
    "parked": {"en": "half-way", "zh": "没填完"},
    "dropped": {"en": "is dropped", "zh": "已放弃填写"},
}


@dataclass
class Maker:
    """One lead's new ads."""

    window: AdWindow

    def title(self, name: str) -> str:
        return TITLES[name][self.window.language]

    @property
    def person(self) -> int:
        return self.window.person

    async def form(self) -> AdForm | None:
        """The lead's open form as the desk keeps it."""
        async with self.window.shop.desk.application.store.read() as tables:
            return await tables.ad_forms.open_of(self.person)

    async def open(self) -> AdForm:
        found = await self.form()
        assert found is not None
        return found

    async def stands_at(self, step: Step) -> AdForm:
        async def look() -> AdForm | None:
            form = await self.form()
            return form if form is not None and form.step is step else None

        return await until(look, f"a form at {step}", shown=self.form)

    async def with_button(self, start: str, after: int = 0) -> Message:
        """The newest message that has a button whose data begins so."""

        async def look() -> Message | None:
            messages = await self.window.box.telegram.messages(self.person)
            fit = [one for one in messages if one.id > after and any(data_on(one, start))]
            return fit[-1] if fit else None

        async def shown() -> list[str]:
            return [repr(one.text) for one in await self.window.box.telegram.messages(self.person)][-3:]

        return await until(look, f"a button {start}", shown=shown)

    async def tap(self, start: str, after: int = 0) -> Message:
        """Press the newest button whose data begins so; the message it stood on."""
        message = await self.with_button(start, after)
        data = next(iter(data_on(message, start)))
        await self.window.box.telegram.press(self.person, self.person, message.id, data=data)
        return message

    async def prompt(self, after: int = 0) -> Message:
        """The newest question that wants words."""

        async def look() -> Message | None:
            messages = await self.window.box.telegram.messages(self.person)
            fit = [one for one in messages if one.id > after and one.asks_reply]
            return fit[-1] if fit else None

        return await until(look, "a question")

    async def write(self, text: str, contains: str = "", *, to: Message | None = None) -> Message:
        """Reply to the newest question; what comes back."""
        question = to or await self.prompt()
        number = await self.window.box.telegram.reply(self.person, self.person, question, text)
        return await self.window.hears(contains, number)

    async def begin(self) -> AdForm:
        await self.window.say("/ads new")
        return await self.stands_at(Step.SIDE)

    async def fill(self, upto: Step = Step.CONFIRM, given: Mapping[Step, str] | None = None) -> AdForm:
        """Answer from where the form stands, by buttons and by words as people do."""
        answers = ANSWERS | dict(given or {})
        form = await self.form() or await self.begin()
        while form.step is not upto:
            await self.answer(form, answers.get(form.step, ""))
            form = await self.moved(form)
        return form

    async def moved(self, before: AdForm) -> AdForm:
        async def look() -> AdForm | None:
            form = await self.open()
            return form if form.step is not before.step else None

        return await until(look, f"a step after {before.step}", shown=self.form)

    async def answer(self, form: AdForm, text: str) -> None:
        step = form.step
        if step is Step.METHODS:
            for name in text.split(", "):
                card = await self.with_button(f"ns:{form.id}:methods:")
                await self.window.press(card, name)
            await self.tap(f"ns:{form.id}:methods:done")
        elif (step in PRESSED and text) or step is Step.PAIR:
            await self.tap(f"ns:{form.id}:{step}:{text}")
        elif text:
            await self.write(text, to=await self.asked(form))
        elif step in (Step.VERIFIED,):
            await self.tap(f"nf:{form.id}")
        else:
            await self.tap(f"nk:{form.id}:{step}")

    async def asked(self, form: AdForm) -> Message:
        """The prompt that belongs to the form's question."""
        store = self.window.shop.desk.application.store

        async def look() -> Message | None:
            async with store.read() as tables:
                shown = await tables.messages.everywhere(f"{form.id}/{form.step}", "ad_question")
            numbers = {one.message_id for one in shown}
            messages = await self.window.box.telegram.messages(self.person)
            fit = [one for one in messages if one.id in numbers and one.asks_reply]
            return fit[-1] if fit else None

        return await until(look, f"a question for {form.step}")

    async def summary(self, given: Mapping[Step, str] | None = None) -> Message:
        """Everything answered: the card with the confirm."""
        await self.fill(given=given)
        return await self.with_button("ny:")

    async def like(self, **facts: Any) -> tuple[str, Message]:
        """The summary of a new ad like one that a colleague published: that one's id, and the card."""
        old = await self.window.begin(**facts)
        await self.window.card(old)
        await self.tap(f"nl:{old}")
        form = await self.stands_at(Step.CONFIRM)
        return old, await self.of_form("ny:", form.id)

    async def of_form(self, start: str, form_id: str) -> Message:
        """The newest message with such a button that is about this form."""

        async def look() -> Message | None:
            messages = await self.window.box.telegram.messages(self.person)
            fit = [one for one in messages if any(data_on(one, start)) and any(data_on(one, f"nx:{form_id}"))]
            return fit[-1] if fit else None

        return await until(look, f"{start} of {form_id}")

    async def publish(self, card: Message) -> Message:
        """Read it, press the last button; the same card."""
        await self.window.considered()
        button = card.buttons[-1][-1]
        assert (button.data or "").startswith("ny:"), card.labels
        await self.window.press(card, button.text)
        return card

    async def becomes(self, card: Message, name: str, *also: str, timeout: float = 15) -> Message:
        return await self.window.shows(card, self.title(name), *also, timeout=timeout)

    async def made(self) -> list[str]:
        """The ads that the venue made of our requests, by number; they are closed at the end."""
        ids = [post.ad_id for post in await self.window.sent() if post.acted and not post.id]
        self.window.made += [one for one in ids if one not in self.window.made]
        return ids

    async def official(self, ad_id: str) -> Any:
        """The ad as the venue's own client reads it in our list."""
        box = self.window.box
        client = gate_api.ApiClient(gate_api.Configuration(host=box.gate_url, key=box.gate_key, secret=box.gate_secret))
        answer = await asyncio.to_thread(gate_api.P2pApi(client).p2p_merchant_books_my_ads_list)
        client.close()
        return next(ad for ad in answer.data.lists if ad.id == ad_id)

    async def sendings(self, form_id: str) -> list[tuple[AdSending, Intent]]:
        """Every request of a form with its place in the ledger, oldest first."""
        async with self.window.shop.desk.application.store.read() as tables:
            found = (await tables.ad_forms.sendings_of(form_id))[::-1]
            intents = [await tables.intents.get(one.id) for one in found]
        return [(one, intent) for one, intent in zip(found, intents, strict=True) if intent is not None]

    async def drop(self) -> None:
        """No form of the lead stays open."""
        form = await self.form()
        if form is not None and form.sent_at is None:
            await self.window.say("/ads new")
            await self.tap(f"nx:{form.id}")


def data_on(message: Message, start: str) -> list[str]:
    return [one.data for row in message.buttons for one in row if one.data and one.data.startswith(start)]
