"""Words and taps about the OTC desk: every reading of `/otc`, the way by buttons, and every no as a sentence."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.off_ramps import OffRampSide, Review
from bot.flows import off_ramp_follow
from bot.flows.exchange import Exchange
from bot.views.buttons import Verb
from tests.security.stand import DESK_GROUP, LEAD, OPERATOR, OWNER, VIEWER, Stand, Told, standing
from tests.security.venue import SECOND
from tests.support.fake_otc import CHASE, LOST_ORDER, TOKEN, FakeOtc

WELLS = replace(CHASE, id="502", sent_id="502", bank="Wells", iban="990044004411")


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with standing(tmp_path) as made:
        yield made


@pytest.fixture
def otc(stand: Stand) -> FakeOtc:
    made = FakeOtc(CHASE)
    stand.desk.exchange = Exchange(otc=made)
    return made


async def say(stand: Stand, text: str, by: int = LEAD) -> str:
    """What the person is told in answer."""
    stand.forget()
    await stand.write(by, text)
    assert "Traceback" not in stand.words_to(by) and TOKEN not in str(stand.told)
    return stand.words_to(by)


def verbs(shown: Told) -> list[str]:
    assert shown.card is not None
    return [data.split(":")[0] for data in shown.card.data]


async def sold(stand: Stand, by: int = LEAD) -> Told:
    await say(stand, "/otc 1000 USDT", by)
    stand.clock.go_on(2)
    await stand.tap(by, stand.last_card(by), "Sell")
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


@pytest.mark.parametrize(("by", "asks"), [(LEAD, True), (OPERATOR, True), (VIEWER, False)])
async def test_the_word_alone_explains_and_offers_what_the_reader_may(
    stand: Stand, otc: FakeOtc, by: int, asks: bool
) -> None:
    assert "/otc 1000 USDT" in await say(stand, "/otc", by)
    offered = verbs(stand.last_card(by))
    assert (Verb.OT_WISH.value in offered) is asks and Verb.OT_LIST.value in offered and otc.calls == []


async def test_one_account_leads_straight_to_the_quote_and_the_sale(stand: Stand, otc: FakeOtc) -> None:
    assert "1,000" in await say(stand, "/otc 1000 USDT SPRING")
    card = stand.last_card(LEAD)
    assert "4410" in card.text and "990044004410" not in card.text and Verb.OT_YES.value in verbs(card)
    stand.clock.go_on(2)
    await stand.tap(LEAD, card, "Sell")
    assert len(otc.posts) == 1 and stand.last_card(LEAD).message_id == card.message_id
    assert Verb.OT_YES.value not in verbs(stand.last_card(LEAD))


async def test_of_several_accounts_one_is_chosen_the_last_one_first(stand: Stand, otc: FakeOtc) -> None:
    otc.listed = [CHASE, WELLS]
    await say(stand, "/otc 1000 USDT")
    choice = stand.last_card(LEAD)
    assert verbs(choice).count(Verb.OT_BANK.value) == 2 and otc.count("quote") == 0
    await stand.tap(LEAD, choice, "4411")
    assert "4411" in stand.last_card(LEAD).text and stand.last_card(LEAD).message_id == choice.message_id
    stand.clock.go_on(2)
    await stand.tap(LEAD, stand.last_card(LEAD), "Sell")
    assert b'"502"' in otc.posts[0]
    await say(stand, "/otc 1000 USDT")
    last = stand.last_card(LEAD).card
    assert last is not None
    assert next(data for data in last.data if data.startswith(Verb.OT_BANK.value)).endswith("502")


async def test_an_account_deleted_after_it_was_offered_gets_a_clear_no(stand: Stand, otc: FakeOtc) -> None:
    otc.listed = [CHASE, WELLS]
    await say(stand, "/otc 1000 USDT")
    choice = stand.last_card(LEAD)
    otc.listed = [CHASE, replace(WELLS, review=Review.REFUSED)]
    stand.forget()
    await stand.tap(LEAD, choice, "4411")
    assert stand.words_to(LEAD) != "" and otc.count("quote") == 0 and stand.rows("off_ramps") == []


@pytest.mark.parametrize("side", OffRampSide)
async def test_the_way_by_buttons_asks_for_the_amount(stand: Stand, otc: FakeOtc, side: OffRampSide) -> None:
    await say(stand, "/otc")
    data = f"{Verb.OT_WISH.value}:{side.value}:USDC:USD"
    menu = stand.last_card(LEAD)
    await stand.tap_data(LEAD, LEAD, menu.message_id, data)
    assert "1,5" in await reply(stand, "1,5") and otc.count("quote") == 0
    await stand.tap_data(LEAD, LEAD, await stand.buttons(LEAD, [data]), data)
    await reply(stand, "1,500.50")
    (row,) = stand.rows("off_ramps")
    fixed = row["coin_amount"] if side is OffRampSide.CRYPTO else row["fiat_amount"]
    assert (row["side"], row["coin"], fixed) == (side.value, "USDC", "1500.50")


@pytest.mark.parametrize("data", ["fw:both:USDT:USD", "fw:crypto:DOGE:USD", "fw:crypto:USDT:EUR", "fw::::"])
async def test_a_bent_button_leads_to_no_quote(stand: Stand, otc: FakeOtc, data: str) -> None:
    await stand.tap_data(LEAD, LEAD, await stand.buttons(LEAD, [data]), data)
    if any(told.card is not None and told.card.prompt for told in stand.told):
        await reply(stand, "1000")
    assert otc.calls == [] and stand.rows("off_ramps") == [] and stand.words_to(LEAD) != ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/otc USDT", "/otc 1000 USDT"),
        ("/otc 1000 USDT a b c d", "/otc 1000 USDT"),
        ("/otc 1000 EUR", "EUR"),
        ("/otc 1000 USDT EUR", "EUR"),
        ("/otc thousand USDT", "THOUSAND"),
        ("/otc 1,5 USDT", "1,5"),
        ("/otc -5 USDT", "-5"),
        ("/otc 0 USDT", "0"),
        ("/otc 5000.001 USD", "5000.001"),
        ("/otc 1000", "1000"),
        ("/otc #99999", "99999"),
        ("/otc list odd", "/otc"),
        ("/otc \u202e\x00", "/otc"),
    ],
)
async def test_every_wrong_word_is_answered_by_a_sentence_that_quotes_it(
    stand: Stand, otc: FakeOtc, text: str, words: str
) -> None:
    told = await say(stand, text)
    assert words.lower() in told.lower().replace("5,000.001", "5000.001").replace("1,000", "1000"), told
    assert otc.calls == [] and stand.rows("off_ramps") == []


async def test_without_settings_it_says_that_it_is_off(stand: Stand) -> None:
    stand.desk.exchange = Exchange()
    assert await say(stand, "/otc 1000 USDT") != ""
    assert stand.rows("off_ramps") == [] and stand.rows("off_ramp_requests") == []


async def test_an_operator_asks_the_leads_by_one_button(stand: Stand, otc: FakeOtc) -> None:
    await say(stand, "/otc 1000 USDT", OPERATOR)
    card = stand.last_card(OPERATOR)
    assert Verb.OT_ASK.value in verbs(card) and otc.calls == []
    await stand.tap(OPERATOR, card, "Ask")
    told = [row["chat_id"] for row in stand.rows("outbox") if row["notice"] == "otc_asked"]
    assert sorted(told) == [OWNER, LEAD]
    data = f"{Verb.OT_LEAD.value}:{stand.rows('off_ramp_requests')[0]['id']}"
    await stand.tap_data(LEAD, LEAD, await stand.buttons(LEAD, [data]), data)
    assert "operator 1003" in stand.last_card(LEAD).text and Verb.OT_YES.value in verbs(stand.last_card(LEAD))


async def test_a_quote_that_ended_says_so_where_it_stands_and_offers_a_new_one(stand: Stand, otc: FakeOtc) -> None:
    await say(stand, "/otc 1000 USDT")
    card = stand.last_card(LEAD)
    stand.clock.go_on(31)
    await stand.tap(LEAD, card, "Sell")
    ended = stand.last_card(LEAD)
    assert ended.message_id == card.message_id and otc.posts == [] and "Nothing was sold" in ended.text
    await stand.tap(LEAD, ended, "New quote")
    assert stand.last_card(LEAD).message_id == card.message_id and otc.count("quote") == 2
    assert Verb.OT_YES.value in verbs(stand.last_card(LEAD))


async def test_back_ends_the_quote(stand: Stand, otc: FakeOtc) -> None:
    await say(stand, "/otc 1000 USDT")
    await stand.tap(LEAD, stand.last_card(LEAD), "Back")
    assert "Nothing was sold" in stand.last_card(LEAD).text and stand.rows("off_ramps")[0]["token"] == ""


async def test_an_unknown_outcome_is_looked_at_by_a_button(stand: Stand, otc: FakeOtc) -> None:
    otc.errors["create"] = [LOST_ORDER]
    card = await sold(stand)
    otc.order_is(status="DONE")
    await stand.tap(LEAD, card, "Look now")
    assert stand.rows("intents")[0]["state"] == "done" and stand.last_card(LEAD).message_id == card.message_id


async def stuck(stand: Stand, otc: FakeOtc) -> Told:
    """An off-ramp that no look settles; its card."""
    otc.errors["create"], otc.errors["find"], otc.hides_numbers = [LOST_ORDER], [LOST_ORDER] * 99, True
    card = await sold(stand)
    stand.clock.go_on(600)
    return card


async def test_a_lead_names_the_order_of_what_nobody_answered(stand: Stand, otc: FakeOtc) -> None:
    card = await stuck(stand, otc)
    order = otc.order_is(status="DONE").id
    await stand.tap(LEAD, card, "Gate Pay has it")
    assert "2222" in await reply(stand, "2222") and stand.rows("intents")[0]["state"] == "unknown"
    data = f"ft:{stand.rows('off_ramps')[0]['id']}:order"
    await stand.tap_data(LEAD, LEAD, await stand.buttons(LEAD, [data]), data)
    assert order[-4:] in await reply(stand, f" #{order} ") and stand.rows("intents")[0]["state"] == "unknown"
    await stand.tap(LEAD, stand.last_card(LEAD), "It is this one")
    assert stand.rows("intents")[0]["state"] == "done" and "Off-ramp done" in stand.last_card(LEAD).text


async def test_a_lead_says_that_nothing_happened(stand: Stand, otc: FakeOtc) -> None:
    otc.acts = False
    card = await stuck(stand, otc)
    await stand.tap(LEAD, card, "Nothing happened")
    asked = stand.last_card(LEAD)
    assert asked.message_id == card.message_id and stand.rows("intents")[0]["state"] == "unknown"
    await stand.tap(LEAD, asked, "Nothing happened")
    assert stand.rows("intents")[0]["state"] == "void" and "A lead looked" in stand.last_card(LEAD).text


async def test_a_word_that_comes_too_early_is_answered_on_the_card(stand: Stand, otc: FakeOtc) -> None:
    otc.errors["create"], otc.acts = [LOST_ORDER], False
    card = await sold(stand)
    await stand.tap(LEAD, card, "Nothing happened")
    await stand.tap(LEAD, stand.last_card(LEAD), "Nothing happened")
    shown = stand.last_card(LEAD)
    assert stand.rows("intents")[0]["state"] == "unknown" and shown.message_id == card.message_id
    assert "Tap again after" in shown.text and "Do not sell it" in shown.text


async def test_the_list_the_card_behind_it_and_the_file(stand: Stand, otc: FakeOtc) -> None:
    for _ in range(7):
        await sold(stand)
    otc.order_is(status="DONE")
    stand.clock.go_on(10)
    await off_ramp_follow.round_(stand.desk)
    await say(stand, "/otc list", VIEWER)
    first = stand.last_card(VIEWER)
    assert verbs(first).count(Verb.OT_OPEN.value) == 6
    data = f"{Verb.OT_LIST.value}:all:1"
    await stand.tap_data(VIEWER, VIEWER, await stand.buttons(VIEWER, [data]), data)
    assert verbs(stand.last_card(VIEWER)).count(Verb.OT_OPEN.value) == 1
    await say(stand, "/otc list DONE", VIEWER)
    assert verbs(stand.last_card(VIEWER)).count(Verb.OT_OPEN.value) == 1
    order_id = stand.rows("off_ramps")[-1]["order_id"]
    for typed in (order_id[-5:], f"#{order_id}"):
        assert order_id[-4:] in await say(stand, f"/otc {typed}", VIEWER)
    await say(stand, f"/otc {order_id[:3]}", VIEWER)
    data = f"{Verb.OT_CSV.value}:all"
    await stand.tap_data(VIEWER, VIEWER, await stand.buttons(VIEWER, [data]), data)
    assert stand.mouth.files == [(VIEWER, "otc-all.csv")]


@pytest.mark.parametrize("data", ["fh:odd:0", "fh:all:x", "fh:all:-1", "fc:odd", "fo:never", "fi:never", "fy:never",
                                  "fn:never", "fx:never", "fk:never", "fl:never", "fb:never:501",
                                  "ft:never:order", "ft:never:nothing", "ft:never:odd", "fu:never:nothing",
                                  "fu:never:77777"])  # fmt: skip
async def test_a_button_about_nothing_is_answered_and_changes_nothing(stand: Stand, otc: FakeOtc, data: str) -> None:
    await stand.tap_data(LEAD, LEAD, await stand.buttons(LEAD, [data]), data)
    assert stand.words_to(LEAD) != "" and otc.calls == [] and stand.rows("off_ramps") == []


async def test_a_question_in_the_group_is_answered_in_the_direct_message(stand: Stand, otc: FakeOtc) -> None:
    await stand.write(LEAD, "/otc 1000 USDT", DESK_GROUP)
    assert {told.chat_id for told in stand.told} == {LEAD}
