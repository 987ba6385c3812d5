"""Bank accounts as an owner sees them on a phone: the list, the form of replies, the confirm, the deletion."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from telegram import Bot, Message

from bot.domain.bank_fields import Step
from bot.domain.errors import NotAllowed
from bot.domain.off_ramps import Review
from bot.flows import bank_form, deliver
from bot.flows.bank_form import BANK_FORM
from bot.flows.banks import BANK_DELETE
from bot.views.buttons import Tap, Verb
from bot.views.card import Card
from bot.watchers.relay import Relay
from handlers import TAPS, banks
from handlers.context import Ack, Did
from tests.flows.bank_bench import ANSWERS, IBAN, Counter, open_counter
from tests.flows.bench import GROUP, LEAD, OPERATOR, OWNER
from tests.flows.convert_bench import no
from tests.support.fake_otc import CHASE
from tests.support.fake_telegram import FakeTelegram

PHOTO = [{"file_id": "phone-p", "file_unique_id": "u", "width": 9, "height": 9, "file_size": 9}]


class Phone:
    """What an owner does, and what stands on the screen."""

    def __init__(self, counter: Counter) -> None:
        self.counter, self.telegram = counter, FakeTelegram()
        self.relay = Relay(counter.desk, self.telegram, counter.bench.clock.monotonic)
        self._numbers = count(3001)

    def _did(self, by: int, words: str = "", **more: Any) -> Did:
        self.counter.bench.pass_(3)
        made = Did(
            desk=self.counter.desk, mouth=self.relay, person_id=by, chat_id=by, is_private=True, message_id=None,
            message=None, ack=Ack(self.relay, ""), received_at=self.counter.bench.now, words=words.split(),
        )  # fmt: skip
        return replace(made, **more)

    async def _do(self, work: Awaitable[None]) -> None:
        self.counter.bench.clock.is_moved_by_sleep = True
        try:
            await asyncio.wait_for(asyncio.ensure_future(work), 10)
        finally:
            self.counter.bench.clock.is_moved_by_sleep = False
        await self.counter.desk.drain(5)

    async def command(self, words: str = "", by: int = OWNER, **more: Any) -> None:
        await self._do(banks.banks(self._did(by, words, **more)))

    async def tap(self, label: str, by: int = OWNER) -> None:
        """Tap the newest button of that label."""
        number, data = next(
            (number, button.data)
            for _, chat, number, card, _, _ in reversed(self.telegram.shown)
            if chat == by and isinstance(card, Card)
            for row in card.rows
            for button in row
            if label in button.text
        )
        tap = Tap.parse(data)
        assert tap is not None
        shown = await deliver.shown_at(self.counter.desk, by, number)
        did = self._did(by, message_id=number, order_id=shown.order_id if shown is not None else None)
        await self._do(TAPS[tap.verb](did, *tap.args))

    async def reply(self, text: str = "", by: int = OWNER, **extra: Any) -> None:
        """An answer to the newest message."""
        shown = await deliver.shown_at(self.counter.desk, by, self.newest(by))
        assert shown is not None and shown.order_id is not None
        body = {"message_id": next(self._numbers), "date": 1, "chat": {"id": by, "type": "private"}, **extra}
        message = Message.de_json(body | ({"text": text} if text else {}), Bot("1000:token"))
        did = self._did(by, message=message)
        if shown.kind == BANK_DELETE:
            await self._do(banks.delete(did, shown.order_id, text))
            return
        assert shown.kind == BANK_FORM
        await self._do(banks.reply(did, shown.order_id, text))

    async def fill(self, upto: Step = Step.CONFIRM, **answers: str) -> None:
        """Answer every question up to that one, by replies and taps on *Skip*."""
        await self.tap("Add an account")
        self.counter.bench.phone.files["phone-p"] = b"statement"
        given = {step.value: text for step, text in ANSWERS.items()} | answers
        for step in list(Step)[: list(Step).index(upto)]:
            if step is Step.STATEMENT:
                await self.reply(photo=PHOTO)
            elif given.get(step.value):
                await self.reply(given[step.value])
            elif step is not Step.AGENT_SWIFT:
                await self.tap("Skip")

    def newest(self, chat: int = OWNER) -> int:
        return next(number for _, to, number, _, _, _ in reversed(self.telegram.shown) if to == chat)

    def card(self, chat: int = OWNER) -> Card:
        card = next(card for _, to, _, card, _, _ in reversed(self.telegram.shown) if to == chat)
        assert isinstance(card, Card)
        return card

    def last(self, chat: int = OWNER) -> str:
        return self.card(chat).plain

    def before(self, chat: int = OWNER) -> str:
        """The message before the newest one."""
        cards = [card for _, to, _, card, _, _ in self.telegram.shown if to == chat]
        assert isinstance(cards[-2], Card)
        return cards[-2].plain

    def labels(self) -> list[str]:
        return [button.text for row in self.card().rows for button in row]

    async def tell(self) -> None:
        """Everything that is due is told."""
        self.counter.bench.clock.is_moved_by_sleep = True
        for chat in await deliver.chats_due(self.counter.desk):
            await asyncio.wait_for(self.relay._serve(chat), 5)
        self.counter.bench.clock.is_moved_by_sleep = False


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[Phone]:
    async with open_counter(tmp_path) as counter:
        made = Phone(counter)
        yield made
        await made.relay.stop()


async def test_the_list_says_of_each_account_what_a_person_must_know(phone: Phone) -> None:
    refused = replace(CHASE, id="9", bank="Citi", iban="12345678", review=Review.REFUSED, memo="other name")
    untold = replace(CHASE, id="8", bank="HSBC", iban="", review=None)
    phone.counter.otc.listed += [refused, untold]
    await phone.command()
    for words in ("Chase ··4410", "ACME LTD · Australia · approved", "refused by Gate · other name", "state not told"):
        assert words in phone.last()
    assert CHASE.iban not in phone.last()


async def test_a_list_asked_for_in_the_group_goes_to_the_person(phone: Phone) -> None:
    await phone.command(chat_id=GROUP, is_private=False)
    assert {chat for _, chat, *_ in phone.telegram.shown} == {OWNER}


async def test_pages_of_a_filtered_list_stay_filtered(phone: Phone) -> None:
    phone.counter.otc.listed = [replace(CHASE, id=str(number), bank=f"Chase {number}") for number in range(6)]
    phone.counter.otc.listed.insert(0, replace(CHASE, id="9", bank="Citi"))
    await phone.command("chase")
    await phone.tap("More")
    assert "Chase 5" in phone.last() and "Chase 2" not in phone.last() and "bank=chase" in phone.last()
    await phone.tap("Earlier")
    assert "Chase 0" in phone.last() and "Citi" not in phone.last()


async def test_leads_read_and_have_no_button_that_changes_anything(phone: Phone) -> None:
    await phone.command(by=LEAD)
    await phone.tap("Chase", by=LEAD)
    assert "Holder: ACME LTD" in phone.last(LEAD)
    cards = [card for _, chat, _, card, _, _ in phone.telegram.shown if chat == LEAD and isinstance(card, Card)]
    taps = [Tap.parse(data) for card in cards for data in card.data]
    assert {tap.verb for tap in taps if tap is not None} == {Verb.BANK, Verb.BANKS}
    assert (await no(phone.command(by=OPERATOR))).reason == "role_too_low"
    assert (await no(phone.command("add", by=LEAD))).reason == "role_too_low"


async def test_an_account_is_added_by_replies_from_the_first_question_to_the_news(phone: Phone) -> None:
    await phone.command()
    await phone.fill()
    for words in ("ACME LTD", "Commerzbank", "Germany", IBAN, "COBADEFF", "Valid until"):
        assert words in phone.last()
    await phone.tap("Add this account")
    assert "Sent to Gate: Commerzbank ··3000" in phone.last()
    assert len(phone.counter.otc.forms) == 1
    await phone.tell()
    assert "Bank account added: Commerzbank ··3000" in phone.last()


async def test_the_account_stands_in_full_in_the_summary_only(phone: Phone) -> None:
    await phone.command()
    await phone.fill()
    showing = [card for *_, card, _, _ in phone.telegram.shown if IBAN in str(card)]
    assert showing == [phone.card()]


async def test_each_question_says_how_far_the_form_is_and_asks_for_a_reply(phone: Phone) -> None:
    await phone.command("add")
    assert "question 1 of 10" in phone.before() and phone.card().prompt
    await phone.reply("ACME LTD")
    assert "Holder: ACME LTD" in phone.before() and "What is the bank called?" in phone.last()


async def test_a_wrong_answer_is_explained_in_a_question_that_can_be_answered(phone: Phone) -> None:
    await phone.command()
    await phone.fill(Step.ACCOUNT)
    await phone.reply("DE89370400440532013001")
    assert "check digits" in phone.last() and phone.card().prompt
    await phone.reply(IBAN)
    assert "SWIFT code" in phone.last() and "··3000" in phone.before()
    await phone.reply("12345")
    assert "8 or 11" in phone.before()


async def test_the_reply_to_a_prompt_of_yesterdays_question_is_refused(phone: Phone) -> None:
    await phone.command("add")
    draft = await bank_form.parked(phone.counter.desk, OWNER)
    assert draft is not None
    await phone.reply("ACME LTD")
    body = {"message_id": 1, "date": 1, "chat": {"id": OWNER, "type": "private"}, "text": "Other"}
    message = Message.de_json(body, Bot("1000:token"))
    late = banks.reply(phone._did(OWNER, message=message), f"{draft.id}/holder", "Other")
    assert (await no(late)).reason == "bank_form_moved"


async def test_a_country_is_chosen_among_those_that_fit(phone: Phone) -> None:
    await phone.command()
    await phone.fill(Step.COUNTRY)
    await phone.reply("island")
    assert "page 1 of 3" in phone.last()
    await phone.tap("More")
    await phone.tap("More")
    await phone.tap("Island 14")
    assert "Country: Island 14" in phone.before()


async def test_other_letters_in_reply_to_the_countries_search_anew(phone: Phone) -> None:
    await phone.command()
    await phone.fill(Step.COUNTRY)
    await phone.reply("island")
    await phone.reply("Atlantis")
    assert "no country like" in phone.last()
    await phone.reply("德国")
    assert "Country: Germany" in phone.before()


async def test_words_or_a_pdf_instead_of_a_statement_are_refused_and_a_picture_goes_on(phone: Phone) -> None:
    await phone.command()
    await phone.fill(Step.STATEMENT)
    await phone.reply("here it is")
    assert "must be a picture" in phone.last()
    phone.counter.bench.phone.files["doc"] = b"%PDF-1.7"
    document = {"file_id": "doc", "file_unique_id": "d", "file_name": "statement.jpg", "file_size": 8}
    await phone.reply(document=document)
    assert "no PDF" in phone.last()
    await phone.reply(photo=PHOTO)
    assert "Add this bank account?" in phone.last()


async def test_a_picture_where_words_are_wanted_is_refused(phone: Phone) -> None:
    await phone.command("add")
    await phone.reply(photo=PHOTO)
    assert "wants words" in phone.last() and phone.card().prompt
    await phone.reply(sticker={"file_id": "s", "file_unique_id": "s", "width": 1, "height": 1, "is_animated": False,
                               "is_video": False, "type": "regular"})  # fmt: skip
    assert "wants words" in phone.last()


async def test_a_form_left_half_way_waits_in_the_list(phone: Phone) -> None:
    await phone.command()
    await phone.fill(Step.ADDRESS)
    await phone.command()
    assert "A form waits" in phone.last() and "Add an account…" not in phone.labels()
    await phone.tap("Go on")
    assert "address" in phone.last()
    await phone.command("add")
    assert "half-way" in phone.last()
    await phone.tap("Drop the form")
    assert "dropped" in phone.last()
    await phone.command()
    assert "Add an account…" in phone.labels()


async def test_back_and_keep_lead_to_the_same_place(phone: Phone) -> None:
    await phone.command()
    await phone.fill(Step.SWIFT)
    await phone.tap("Back")
    assert "Given before: ··3000" in phone.before()
    await phone.tap("Keep it")
    assert "SWIFT code" in phone.last()


async def test_an_account_is_deleted_by_a_reply_with_its_last_characters(phone: Phone) -> None:
    await phone.command()
    await phone.tap("Chase")
    await phone.tap("Delete")
    assert "Delete Chase ··4410?" in phone.last() and phone.card().prompt
    with pytest.raises(NotAllowed):
        await phone.reply("4411")
    await phone.reply("4410")
    assert "Deleted: Chase ··4410" in phone.last() and phone.counter.otc.deleted == [501]


async def test_a_refused_form_is_mended_from_the_news(phone: Phone) -> None:
    await phone.command()
    await phone.fill()
    phone.counter.otc.acts = False
    phone.counter.otc.errors["add_bank"] = [NotAllowed("clock_skew")]
    await phone.tap("Add this account")
    await phone.tell()
    assert "Nothing was added: Commerzbank ··3000" in phone.last()
    await phone.tap("Go on")
    assert "Add this bank account?" in phone.last()


async def test_a_confirm_that_was_left_too_long_is_shown_anew(phone: Phone) -> None:
    await phone.command()
    await phone.fill()
    phone.counter.bench.pass_(phone.counter.desk.policy.approval_seconds)
    await phone.tap("Add this account")
    assert "too old" in phone.telegram.said(OWNER)[-2] and "Add this bank account?" in phone.last()
    assert phone.counter.otc.forms == []
    await phone.tap("Add this account")
    assert len(phone.counter.otc.forms) == 1
