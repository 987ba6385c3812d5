"""Words and taps about payment links: every reading of `/deposit`, the way by buttons, and every no as a sentence."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.deposits import Mode
from bot.flows import callbacks, deposit_hooks
from bot.flows.exchange import Exchange
from bot.views.buttons import Verb
from tests.security.stand import DESK_GROUP, LEAD, OPERATOR, OWNER, VIEWER, Stand, Told, standing
from tests.security.venue import SECOND
from tests.support.fake_mtpay import LOST, FakeMtPay

PUBLIC = "https://desk.example"
ASK = "/deposit 5500.20 CNY 张三丰"


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with standing(tmp_path) as made:
        yield made


@pytest.fixture
def mtpay(stand: Stand) -> FakeMtPay:
    made = FakeMtPay(stand.clock.now)
    stand.desk.exchange = Exchange(mtpay=made, proof_of_report=made.hears, public_url=PUBLIC)
    return made


async def say(stand: Stand, text: str, by: int = LEAD, chat: int | None = None) -> str:
    """What the person is told in answer."""
    stand.forget()
    await stand.write(by, text, chat)
    assert "Traceback" not in stand.words_to(by)
    return stand.words_to(by)


def verbs(shown: Told) -> list[str]:
    assert shown.card is not None
    return [data.split(":")[0] for data in shown.card.data]


async def press(stand: Stand, data: str, by: int = LEAD) -> str:
    """A live button with exactly this, whatever the views would have drawn; what the person is told."""
    stand.forget()
    await stand.tap_data(by, by, await stand.buttons(by, [data]), data)
    return stand.words_to(by)


async def made(stand: Stand, by: int = LEAD) -> Told:
    await say(stand, ASK, by)
    stand.clock.go_on(2)
    await stand.tap(by, stand.last_card(by), "Make link")
    return await opened(stand, by)


async def opened(stand: Stand, by: int = LEAD) -> Told:
    """The newest link's card anew: the one that was tapped may have been drawn before the answer came."""
    await press(stand, f"{Verb.DP_OPEN.value}:{deposit_id(stand)}", by)
    return stand.last_card(by)


async def reply(stand: Stand, text: str, by: int = LEAD) -> str:
    """An answer to the newest question."""
    question = stand.last_card(by)
    assert question.card is not None and question.card.prompt
    stand.forget()
    asked = {"message_id": question.message_id, "date": SECOND, "chat": {"id": by, "type": "private"}, "text": "x"}
    bot = {"id": 1000, "is_bot": True, "first_name": "Desk"}
    await stand.write(by, text, reply_to_message=asked | {"from": bot})
    return stand.words_to(by)


def deposit_id(stand: Stand) -> str:
    return str(stand.rows("deposits")[-1]["id"])


async def test_the_word_alone_explains_and_offers_both_modes(stand: Stand, mtpay: FakeMtPay) -> None:
    told = await say(stand, "/deposit")
    assert "/deposit 5500.20 CNY" in told and "/deposit 5000 MTC CNY" in told
    assert verbs(stand.last_card(LEAD)).count(Verb.DP_MODE.value) == 4 and mtpay.asked == []


async def test_a_button_opens_the_same_menu(stand: Stand, mtpay: FakeMtPay) -> None:
    await press(stand, Verb.DEPOSIT.value)
    assert verbs(stand.last_card(LEAD)).count(Verb.DP_MODE.value) == 4


@pytest.mark.parametrize("by", [OPERATOR, VIEWER])
async def test_below_lead_it_is_refused(stand: Stand, mtpay: FakeMtPay, by: int) -> None:
    for text in ("/deposit", ASK, "/deposit odd"):
        assert await say(stand, text, by) != ""
    assert await press(stand, "pm:pays:CNY", by) != ""
    assert stand.rows("deposits") == [] and not any(told.card and told.card.prompt for told in stand.told)


@pytest.mark.parametrize("text", [ASK, "/deposit 5000 MTC HKD Chan Tai Man"])
async def test_one_line_leads_to_the_summary_and_the_link(stand: Stand, mtpay: FakeMtPay, text: str) -> None:
    await say(stand, text)
    card = stand.last_card(LEAD)
    assert {Verb.DP_METHOD.value, Verb.DP_LANGUAGE.value, Verb.DP_BACK.value, Verb.DP_YES.value} == set(verbs(card))
    stand.clock.go_on(2)
    await stand.tap(LEAD, card, "Make link")
    (asked,), shown = mtpay.asked, stand.last_card(LEAD)
    assert asked.fields["client"]["realName"] in ("张三丰", "Chan Tai Man") and shown.message_id == card.message_id
    assert Verb.DP_YES.value not in verbs(shown) and asked.token not in str(stand.told)
    link = (await opened(stand)).card
    assert link is not None and link.picture.startswith(b"\x89PNG")


@pytest.mark.parametrize("mode", Mode)
async def test_the_way_by_buttons_asks_for_amount_and_name(stand: Stand, mtpay: FakeMtPay, mode: Mode) -> None:
    await say(stand, "/deposit")
    await press(stand, f"{Verb.DP_MODE.value}:{mode.value}:HKD")
    question = stand.last_card(LEAD)
    assert "1,5" in await reply(stand, "1,5") and stand.rows("deposits") == []
    await press(stand, f"{Verb.DP_MODE.value}:{mode.value}:HKD")
    assert question.card is not None and question.card.prompt
    await reply(stand, "1,500.50")
    asked = stand.last_card(LEAD)
    assert "1,500.50" in asked.text and asked.card is not None and asked.card.prompt
    await reply(stand, "Chan  Tai Man")
    (row,) = stand.rows("deposits")
    assert (row["mode"], row["fiat"], row["amount"], row["payer"]) == (mode.value, "HKD", "1500.50", "Chan Tai Man")


@pytest.mark.parametrize("name", ["123", "x" * 61, "<b>"])
async def test_an_odd_name_in_answer_is_refused(stand: Stand, mtpay: FakeMtPay, name: str) -> None:
    await press(stand, f"{Verb.DP_MODE.value}:pays:CNY")
    await reply(stand, "5")
    assert await reply(stand, name) != "" and stand.rows("deposits") == []


@pytest.mark.parametrize("data", ["pm:both:CNY", "pm:pays:USD", "pm:pays:MTC", "pm:PAYS:CNY"])
async def test_a_bent_button_asks_nothing(stand: Stand, mtpay: FakeMtPay, data: str) -> None:
    assert await press(stand, data) != ""
    assert not any(told.card is not None and told.card.prompt for told in stand.told)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/deposit 5500.20", "/deposit 5500.20 CNY"),
        ("/deposit 5500.20 EUR 张三丰", "EUR"),
        ("/deposit 5500.20 USDT 张三丰", "USDT"),
        ("/deposit 5500.20 CNY MTC 张三丰", "CNY MTC"),
        ("/deposit 5500.20 CNY", "name"),
        ("/deposit 5500.20 CNY 123", "123"),
        ("/deposit many CNY 张三丰", "MANY"),
        ("/deposit 1,5 CNY 张三丰", "1,5"),
        ("/deposit -5 CNY 张三丰", "-5"),
        ("/deposit 0 CNY 张三丰", "0"),
        ("/deposit 5500.201 CNY 张三丰", "5,500.201"),
        ("/deposit 100000000 CNY 张三丰", "100,000,000"),
        ("/deposit D0099", "D0099"),
        ("/deposit #99", "#99"),
        ("/deposit \u202e\x00 CNY x", "is no amount"),
        ("/deposits odd", "/deposits"),
    ],
)
async def test_every_wrong_word_is_answered_by_a_sentence_that_quotes_it(
    stand: Stand, mtpay: FakeMtPay, text: str, words: str
) -> None:
    told = await say(stand, text)
    assert words.lower().replace(",", "").lstrip("#") in told.lower().replace(",", ""), told
    assert mtpay.asked == [] and stand.rows("deposits") == []


OFF = {"no settings": Exchange(), "no address": Exchange(mtpay=FakeMtPay(lambda: 0)),
       "long": Exchange(mtpay=FakeMtPay(lambda: 0), public_url="https://" + "x" * 190)}  # fmt: skip


@pytest.mark.parametrize("what", OFF)
async def test_without_what_it_needs_it_says_why(stand: Stand, what: str) -> None:
    stand.desk.exchange = OFF[what]
    words = {"no settings": "not set up", "no address": "PUBLIC_URL", "long": "PUBLIC_URL"}[what]
    for text in ("/deposit", ASK):
        assert words in await say(stand, text)
    assert stand.rows("deposits") == []


async def test_a_name_is_not_taken_in_the_group_and_the_menu_comes_in_the_direct_message(
    stand: Stand, mtpay: FakeMtPay
) -> None:
    stand.forget()
    await stand.write(LEAD, ASK, DESK_GROUP)
    assert stand.rows("deposits") == [] and "张三丰" not in str(stand.told) and stand.told != []
    stand.forget()
    await stand.write(LEAD, "/deposit", DESK_GROUP)
    assert {told.chat_id for told in stand.told} == {LEAD}


async def test_methods_and_language_are_switched_where_the_card_stands(stand: Stand, mtpay: FakeMtPay) -> None:
    await say(stand, ASK)
    card = stand.last_card(LEAD)
    for label in ("WeChat", "English"):
        await stand.tap(LEAD, stand.last_card(LEAD), label)
        assert stand.last_card(LEAD).message_id == card.message_id
    (row,) = stand.rows("deposits")
    assert (row["methods"], row["language"]) == (5, "en")
    for label in ("Bank", "Alipay"):
        await stand.tap(LEAD, stand.last_card(LEAD), label)
    assert stand.rows("deposits")[0]["methods"] == 4
    assert "At least one way to pay" in stand.last_card(LEAD).text and Verb.DP_YES.value in verbs(stand.last_card(LEAD))
    stand.clock.go_on(2)
    await stand.tap(LEAD, stand.last_card(LEAD), "Make link")
    assert mtpay.asked[0].fields["paymentMethod"]["method"] == 4 and mtpay.asked[0].fields["language"] == "en"


async def test_a_step_that_ended_says_so_where_it_stands_and_offers_the_same_anew(
    stand: Stand, mtpay: FakeMtPay
) -> None:
    await say(stand, ASK)
    card = stand.last_card(LEAD)
    stand.clock.go_on(121)
    await stand.tap(LEAD, card, "Make link")
    ended = stand.last_card(LEAD)
    assert ended.message_id == card.message_id and mtpay.asked == [] and "step is over" in ended.text
    await stand.tap(LEAD, ended, "New link")
    fresh = stand.last_card(LEAD)
    assert fresh.message_id != card.message_id and Verb.DP_YES.value in verbs(fresh) and mtpay.asked == []


async def test_a_second_tap_is_told_who_pressed_and_sends_nothing(stand: Stand, mtpay: FakeMtPay) -> None:
    card = await made(stand)
    data = f"{Verb.DP_YES.value}:{stand.rows('seals')[0]['id']}"
    message_id = await stand.buttons(LEAD, [data], order_id=deposit_id(stand))
    stand.forget()
    await stand.tap_data(LEAD, LEAD, message_id, data)
    assert "already pressed" in stand.words_to(LEAD) and len(mtpay.asked) == 1 and card.card is not None


async def test_somebody_elses_step_is_refused_to_whoever_taps(stand: Stand, mtpay: FakeMtPay) -> None:
    await say(stand, ASK)
    data = f"{Verb.DP_YES.value}:{stand.rows('seals')[0]['id']}"
    assert "lead 1002" in await press(stand, data, OWNER) and mtpay.asked == []


async def test_back_makes_nothing(stand: Stand, mtpay: FakeMtPay) -> None:
    await say(stand, ASK)
    await stand.tap(LEAD, stand.last_card(LEAD), "Back")
    assert "Nothing was sent" in stand.last_card(LEAD).text and mtpay.asked == []
    assert stand.rows("deposits")[0]["ended_at"] is not None


async def test_the_text_to_forward_and_the_picture_are_messages_of_their_own(stand: Stand, mtpay: FakeMtPay) -> None:
    card = await made(stand)
    url = stand.rows("deposits")[0]["url"]
    await stand.tap(LEAD, card, "Text to forward")
    text = stand.last_card(LEAD)
    assert url in text.text and text.message_id != card.message_id and text.card is not None and text.card.data == ()
    await stand.tap(LEAD, card, "QR only")
    picture = stand.last_card(LEAD)
    assert picture.card is not None and picture.card.picture.startswith(b"\x89PNG") and picture.card.data == ()
    stand.clock.go_on(7200)
    for label in ("Text to forward", "QR only"):
        stand.forget()
        await stand.tap(LEAD, card, label)
        assert url not in stand.words_to(LEAD) and "ended" in stand.words_to(LEAD)
    for verb in (Verb.DP_FORWARD, Verb.DP_QR):
        assert url not in await press(stand, f"{verb.value}:{deposit_id(stand)}", OPERATOR)
        assert not any(told.card is not None and told.card.picture for told in stand.told)


async def test_an_unknown_link_is_settled_in_two_steps(stand: Stand, mtpay: FakeMtPay) -> None:
    mtpay.errors = [LOST]
    card = await made(stand)
    assert verbs(card).count(Verb.DP_SETTLE.value) == 2
    await press(stand, f"{Verb.DP_SETTLE.value}:{deposit_id(stand)}:made")
    assert stand.rows("intents")[0]["state"] == "unknown" and Verb.DP_SETTLE_YES.value in verbs(stand.last_card(LEAD))
    await press(stand, f"{Verb.DP_SETTLE.value}:{deposit_id(stand)}:odd")
    assert stand.rows("intents")[0]["state"] == "unknown"
    await press(stand, f"{Verb.DP_SETTLE_YES.value}:{deposit_id(stand)}:odd")
    assert await press(stand, f"{Verb.DP_SETTLE_YES.value}:{deposit_id(stand)}:made", OPERATOR) != ""
    assert stand.rows("intents")[0]["state"] == "unknown"
    await press(stand, f"{Verb.DP_SETTLE_YES.value}:{deposit_id(stand)}:made")
    assert stand.rows("intents")[0]["state"] == "done" and "no link here" in stand.last_card(LEAD).text
    data = f"{Verb.DP_SETTLE_YES.value}:{deposit_id(stand)}:nothing"
    for text in (await press(stand, data), await press(stand, data.replace("pu:", "ps:"))):
        assert "settled by now" in text
    assert stand.rows("intents")[0]["state"] == "done" and len(mtpay.asked) == 1


async def test_a_card_is_opened_by_button_and_by_number(stand: Stand, mtpay: FakeMtPay) -> None:
    card = await made(stand)
    for text in ("/deposit D0001", "/deposit d1", "/deposit #1", "/deposits D0001", "/deposits d1"):
        assert "D0001" in await say(stand, text, VIEWER)
        assert not set(verbs(stand.last_card(VIEWER))) & {Verb.DP_FORWARD.value, Verb.DP_QR.value, Verb.DP_NEW.value}
    stand.forget()
    data = f"{Verb.DP_OPEN.value}:{deposit_id(stand)}"
    await press(stand, data)
    assert stand.last_card(LEAD).message_id != card.message_id and "D0001" in stand.last_card(LEAD).text


async def test_the_list_the_card_behind_it_and_the_file(stand: Stand, mtpay: FakeMtPay) -> None:
    for _ in range(7):
        await made(stand)
    await deposit_hooks.receive(stand.desk, token=mtpay.asked[0].token, raw=mtpay.report(of=0))
    await callbacks.round_(stand.desk)
    await say(stand, "/deposits", VIEWER)
    assert verbs(stand.last_card(VIEWER)).count(Verb.DP_OPEN.value) == 6
    await press(stand, f"{Verb.DEPOSITS.value}:all:1", VIEWER)
    assert verbs(stand.last_card(VIEWER)).count(Verb.DP_OPEN.value) == 1
    for text in ("/deposits finished", "/deposits FINISHED"):
        await say(stand, text, VIEWER)
        assert verbs(stand.last_card(VIEWER)).count(Verb.DP_OPEN.value) == 1
    await press(stand, f"{Verb.DP_CSV.value}:finished")
    assert stand.mouth.files == [(LEAD, "deposits-finished.csv")]
    await press(stand, f"{Verb.DP_CSV.value}:all", VIEWER)
    assert stand.mouth.files == []


@pytest.mark.parametrize(
    "data", ["ph:odd:0", "ph:all:x", "ph:all:-1", "pc:odd", "po:never", "pf:never", "pq:never", "pn:never", "px:never",
             "py:never", "pt:never:1", "pl:never:en", "ps:never:made", "pu:never:made"]
)  # fmt: skip
async def test_a_button_about_nothing_is_answered_and_changes_nothing(
    stand: Stand, mtpay: FakeMtPay, data: str
) -> None:
    assert await press(stand, data) != ""
    assert mtpay.asked == [] and stand.rows("deposits") == []


async def test_a_link_that_nobody_can_take_is_said_plainly(stand: Stand, mtpay: FakeMtPay) -> None:
    mtpay.answer = lambda link: replace(link, is_available=False)
    card = await made(stand)
    assert "not available" in card.text and card.card is not None and not card.card.picture
    assert not set(verbs(card)) & {Verb.DP_FORWARD.value, Verb.DP_QR.value}
