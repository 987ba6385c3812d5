"""The merchant's bank accounts, on the owner's own phone: listed, added with a statement, reviewed, deleted."""

from __future__ import annotations

import io
import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PIL import Image

from tests.journeys.teller import Teller, close_teller, labels, open_teller
from tests.support.sandbox import LEAD, OPERATOR, OWNER, VIEWER, Json, Message, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
ASKED = {
    "en": ("Whose account", "bank called", "which country", "address", "account number", "SWIFT", "remit", "agent"),
    "zh": ("账户是谁的", "银行叫什么", "哪个国家", "地址", "账号或 IBAN", "SWIFT", "", "中间代理行"),
}  # fmt: skip
STATEMENT = {"en": "photo of a bank statement", "zh": "银行流水"}
SKIP = {"en": "Skip", "zh": "跳过"}
ADD = {"en": "Add this account", "zh": "添加这个账户"}
ADDED = {"en": "🏦 Bank account added: {bank}", "zh": "🏦 银行账户已添加：{bank}"}
SWIFT = {"en": "⚠ A SWIFT code has 8 or 11", "zh": "⚠ SWIFT 代码应为 8 或 11 位"}
IBANS = {"en": ("GB29 NWBK 6016 1331 9268 19", "6819"), "zh": ("FR14 2004 1010 0505 0001 3M02 606", "2606")}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Teller]:
    async with open_teller(tmp_path_factory.mktemp("teller"), speed=20.0) as teller:
        yield teller


@pytest_asyncio.fixture(loop_scope="module")
async def teller(opened: Teller) -> AsyncIterator[Teller]:
    yield opened
    await close_teller(opened)


def picture(form: str = "JPEG") -> bytes:
    out, facts = io.BytesIO(), Image.Exif()
    facts[0x010E] = "a secret place"
    Image.new("RGB", (320, 240), "white").save(out, form, **({"exif": facts} if form == "JPEG" else {}))
    return out.getvalue()


def noise() -> bytes:
    """A picture of 5 MB that no packing makes smaller."""
    out = io.BytesIO()
    Image.frombytes("RGB", (1300, 1300), os.urandom(3 * 1300 * 1300)).save(out, "PNG", compress_level=0)
    return out.getvalue()


async def begin(teller: Teller, language: str = "en") -> Message:
    """The first question of a new form."""
    await teller.ask(f"/language {language}", person=OWNER)
    before = await teller.shop.newest(OWNER)
    await teller.ask("/banks add", person=OWNER)
    return await teller.hears(ASKED[language][0], person=OWNER, after=before)


async def reply(teller: Teller, question: Message, text: str, contains: str) -> Message:
    """Answer a question; the next prompt, or the same one again."""
    number = await teller.box.telegram.reply(OWNER, OWNER, question, text)
    return await teller.hears(contains, person=OWNER, after=number)


async def upto_statement(teller: Teller, iban: str, language: str = "en", bank: str = "Test Bank") -> Message:
    """Everything but the picture; the question for it."""
    asked = ASKED[language]
    question = await begin(teller, language)
    answers = ("Demo Ltd", bank, "germany", "Marktplatz 1, Berlin", iban, "MUSTDEBB")
    for text, following in zip(answers, asked[1:7], strict=True):
        question = await reply(teller, question, text, following)
    question = await skip(teller, question, SKIP[language], asked[7])
    return await skip(teller, question, SKIP[language], STATEMENT[language])


async def skip(teller: Teller, question: Message, label: str, contains: str) -> Message:
    card = await teller.hears("", person=OWNER, button=label)
    await teller.press(card, label, person=OWNER)
    return await teller.hears(contains, person=OWNER, after=question)


async def added(teller: Teller, tail: str) -> Json | None:
    found = [bank for bank in await teller.otc.banks() if bank["iban"].endswith(tail)]
    assert len(found) <= 1, "added twice"
    return found[0] if found else None


async def bank_posts(teller: Teller) -> int:
    return sum(one["endpoint"] == "bank_create" for one in await teller.box.pay.requests())


async def confirmed(teller: Teller, prompt: Message, language: str = "en") -> Message:
    """The picture is sent, the summary read, and the last button pressed."""
    await teller.box.telegram.send_photo(OWNER, OWNER, picture(), reply_to=prompt.id)
    card = await teller.hears("", person=OWNER, after=prompt, button=ADD[language])
    await teller.considered()
    await teller.press(card, ADD[language], person=OWNER)
    return card


@LANGUAGES
async def test_an_account_is_added_question_by_question_and_its_review_is_told(teller: Teller, language: str) -> None:
    iban, tail = IBANS[language]
    plain, posts = iban.replace(" ", ""), await bank_posts(teller)
    prompt = await upto_statement(teller, iban, language)
    assert await bank_posts(teller) == posts and await added(teller, tail) is None
    card = await confirmed(teller, prompt, language)
    assert plain in card.text and "Demo Ltd" in card.text and "MUSTDEBB" in card.text
    await teller.hears(ADDED[language].format(bank=f"Test Bank ··{tail}"), person=OWNER)
    bank = await added(teller, tail)
    assert bank is not None and await bank_posts(teller) == posts + 1
    assert (bank["holder"], bank["bank"], bank["iban"], bank["swift"]) == ("Demo Ltd", "Test Bank", plain, "MUSTDEBB")
    assert bank["statement_name"] == "statement.jpg" and bank["statement_bytes"] > 0 and bank["status"] == 2
    status, memo = {"en": (1, ""), "zh": (99, "name <differs>")}[language]
    await teller.otc.review(bank["id"], status, memo)
    said = {"en": "Gate reviewed Test Bank", "zh": "平台已审核 Test Bank"}[language]
    told = await teller.box.telegram.wait_for_message(OWNER, contains=f"{said} ··{tail}", timeout=20)
    assert memo in told.text
    choosing = await teller.ask("/otc 77 USDT", button="··2345")
    assert any(tail in label for label in labels(choosing)) == (status == 1)
    async with teller.shop.desk.application.store.read() as tables:
        lines = await tables.journal.page(limit=60, offset=0)
    assert plain not in str(lines), "the journal never holds an account in full"
    assert {"bank_add", "bank_review"} <= {line.action for line in lines}


async def test_what_cannot_be_an_answer_is_asked_again_and_a_swift_only_warns(teller: Teller) -> None:
    posts, asked = await bank_posts(teller), ASKED["en"]
    question = await begin(teller)
    again = await reply(teller, question, "x", asked[0])
    assert "characters" in again.text
    question = await reply(teller, again, "Demo Ltd", asked[1])
    question = await reply(teller, question, "Odd Bank", asked[2])
    none = await reply(teller, question, "Atlantis", asked[2])
    assert "no country like “Atlantis”" in none.text
    several = await teller.box.telegram.reply(OWNER, OWNER, none, "united")
    choosing = await teller.hears("Which one?", person=OWNER, after=several)
    kingdom = next(label for label in labels(choosing) if "Kingdom" in label)
    await teller.press(choosing, kingdom, person=OWNER)
    question = await teller.hears(asked[3], person=OWNER, after=choosing)
    question = await reply(teller, question, "1 Odd Street", asked[4])
    for typed, why in (
        ("DE89 3704 0044 0532 0130 01", "check digits"),
        ("DE89 3704 0044 0532 0130", "22 characters"),
        ("??", "4 to 34 letters and digits"),
    ):
        question = await reply(teller, question, typed, asked[4])
        assert why in question.text, question.text
    question = await reply(teller, question, "ACC-77 001", asked[5])
    number = await teller.box.telegram.reply(OWNER, OWNER, question, "MUSTDE")
    warned = await teller.hears(SWIFT["en"], person=OWNER, after=number)
    question = await teller.hears(asked[6], person=OWNER, after=number)
    assert "question 7 of 10" in warned.text, "told, never in the way"
    await teller.press(warned, "⬅ Back", person=OWNER)
    back = await teller.hears(asked[5], person=OWNER, after=question)
    stale = await teller.box.telegram.reply(OWNER, OWNER, question, "A late answer")
    moved = await teller.hears("another question now", person=OWNER, after=stale)
    assert "changed nothing" in moved.text
    question = await reply(teller, back, "MUSTDEBBXXX", asked[6])
    dropping = await teller.ask("/banks add", person=OWNER, contains="half-way")
    await teller.press(dropping, "Drop the form", person=OWNER)
    await teller.shows(dropping, "What you wrote is forgotten", person=OWNER)
    late = await reply(teller, question, "1234", "")
    assert "This form is over" in late.text and await bank_posts(teller) == posts


async def test_pdf_huge_and_fake_statements_are_refused_and_a_picture_is_taken(teller: Teller) -> None:
    posts = await bank_posts(teller)
    prompt = await upto_statement(teller, "NOIBAN4711")
    files = {
        "statement.pdf": (b"%PDF-1.4\n%%EOF", "no PDF"),
        "fake.jpg": (b"MZ this is no picture at all", "must be a picture"),
        "empty.png": (b"\x89PNG\r\n\x1a\n", ""),
        "huge.png": (noise(), "4 MB is the most"),
    }
    for name, (content, why) in files.items():
        sent = await teller.box.telegram.send_document(OWNER, OWNER, content, file_name=name, reply_to=prompt.id)
        prompt = await teller.hears(STATEMENT["en"], person=OWNER, after=int(sent))
        assert why in prompt.text and "Traceback" not in prompt.text, (name, prompt.text)
    text = await reply(teller, prompt, "here it is", STATEMENT["en"])
    assert "must be a picture" in text.text and await bank_posts(teller) == posts
    card = await confirmed(teller, text)
    assert "NOIBAN4711" in card.text
    await teller.hears("🏦 Bank account added: Test Bank ··4711", person=OWNER)
    assert await bank_posts(teller) == posts + 1


@pytest.mark.parametrize("fault", ["act_and_drop", "drop_before"])
async def test_a_lost_answer_is_looked_up_in_the_list_and_never_sent_again(teller: Teller, fault: str) -> None:
    posts, tail = await bank_posts(teller), {"act_and_drop": "7001", "drop_before": "7002"}[fault]
    prompt = await upto_statement(teller, f"LOST{tail}")
    await teller.box.pay.fault("bank_create", fault)
    await confirmed(teller, prompt)
    await teller.hears(f"❓ No answer from Gate: Test Bank ··{tail}", person=OWNER)
    found = {"act_and_drop": "🏦 Bank account added:", "drop_before": "↩ Nothing was added:"}[fault]
    told = await teller.box.telegram.wait_for_message(OWNER, contains=f"{found} Test Bank ··{tail}", timeout=30)
    assert await bank_posts(teller) == posts + 1
    assert (await added(teller, tail) is not None) == (fault == "act_and_drop")
    if fault == "drop_before":
        assert "Go on" in labels(told), "the form stands again, for a person to send anew"
        waiting = await teller.ask("/banks", person=OWNER, button="Drop the form")
        await teller.press(waiting, "Drop the form", person=OWNER)


async def test_a_refused_one_says_gates_words_and_keeps_the_form(teller: Teller) -> None:
    prompt = await upto_statement(teller, "REFUSED9001")
    await teller.box.pay.refuse("bank_create", "550316", "holder <unknown>")
    await confirmed(teller, prompt)
    told = await teller.hears("❌ Gate did not take Test Bank ··9001", person=OWNER)
    assert "holder <unknown>" in told.text and labels(told) == ["Go on"]
    waiting = await teller.ask("/banks", person=OWNER, button="Drop the form")
    assert "A form waits for you" in waiting.text
    await teller.press(waiting, "Drop the form", person=OWNER)


async def test_the_list_is_filtered_and_only_owners_add_and_delete(teller: Teller) -> None:
    await teller.ask("/language en", person=OWNER)
    for words, there, absent in (
        ("bank=muster", "Muster Bank ··2051", "Demo Bank ··2345"),
        ("swift=DEMOAU", "Demo Bank ··2345", "Muster Bank"),
        ("iban=CH93", "Beispiel Bank", "Muster Bank"),
        ("holder=nobody", "None like this.", "Muster Bank"),
        ("Other Demo", "name does not match identity", "Muster Bank"),
    ):
        listed = await teller.ask(f"/banks {words}", person=OWNER)
        assert there in listed.text and absent not in listed.text, (words, listed.text)
    wrong = await teller.ask("/banks owner=me", person=OWNER)
    assert "/banks" in wrong.text
    mine = await teller.ask("/banks", person=LEAD, contains="Bank accounts")
    assert "Add an account…" not in labels(mine)
    for person in (OPERATOR, VIEWER):
        await teller.box.telegram.start(person)
        no = await teller.ask("/banks", person=person, contains="role")
        assert "··2345" not in no.text
    posts = await bank_posts(teller)
    said = await teller.ask("/banks add", person=LEAD)
    assert "role" in said.text and await bank_posts(teller) == posts


@pytest.mark.parametrize("fault", ["", "act_and_drop"])
async def test_an_account_is_deleted_by_its_last_four_characters_typed(teller: Teller, fault: str) -> None:
    name, bank_id, tail = {
        "": ("Other Demo", "2897437", "0004"),
        "act_and_drop": ("Beispiel", "2897436", "2957"),
    }[fault]
    await teller.ask("/language en", person=OWNER)
    listed = await teller.ask(f"/banks {name}", person=OWNER)
    await teller.press(listed, tail, person=OWNER)
    one = await teller.shows(listed, "Delete…", person=OWNER)
    await teller.press(one, "Delete…", person=OWNER)
    prompt = await teller.hears("last four characters", person=OWNER, after=listed)
    wrong = await reply(teller, prompt, "9999", "")
    assert "nothing was deleted" in wrong.text
    assert any(bank["id"] == bank_id for bank in await teller.otc.banks())
    if fault:
        await teller.box.pay.fault("bank_delete", fault)
    said = await reply(teller, prompt, tail, "🗑")
    assert ("No answer, but the list has it no more" in said.text) == bool(fault)

    async def gone() -> bool | None:
        return all(bank["id"] != bank_id for bank in await teller.otc.banks()) or None

    await until(gone, "deleted")
    deletions = [one for one in await teller.box.pay.requests() if one["endpoint"] == "bank_delete"]
    assert len(deletions) == (2 if fault else 1)
