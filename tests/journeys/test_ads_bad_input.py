"""What cannot be is answered with a sentence in the person's language, and nothing at all is sent to the venue."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.journeys.ad_window import FIAT, FLOATING, LANGUAGES, AdWindow, labels, open_window
from tests.journeys.shop import Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with open_window(tmp_path_factory.mktemp("ads")) as shop:
        yield shop


# words: (English, Chinese); {ad} is ours
COMMANDS = {
    "/price 0": ("is not above 0", "须大于 0"),
    "/price -7.21": ("is not above 0", "须大于 0"),
    "/price 7.21345": ("has too many decimals, 4 is the most", "小数位"),
    "/price seven": ("is no amount", "不是有效金额"),
    "/price 7,2,1": ("is no amount", "不是有效金额"),
    "/price 1e3": ("is no amount", "不是有效金额"),
    "/price ٧.٢١": ("is no amount", "不是有效金额"),
    "/price 9999999999999999": ("is too much to be meant", "过大"),
    "/price 7.21": ("shows exactly that already", "已是如此"),
    "/price": ("Write the price", "请写价格"),
    "/price 7.21 abc": ("Write the price", "请写价格"),
    "/price 7.21 {ad} now": ("Write the price", "请写价格"),
    "/price 7.30 7": ("is none of ours", "不是我方的"),
    "/ads 7": ("is none of ours", "不是我方的"),
    "/ads everything": ("Write /ads", "请写 /ads"),
    "/ads off now": ("Write /ads", "请写 /ads"),
    "/ads new 7": ("Write /ads", "请写 /ads"),
    "/ads auto always": (", only an owner may", "请写 /ads"),
    "/ads <b>{ad}</b>": ("Write /ads", "请写 /ads"),
}
# part: what is answered to its question: (English, Chinese)
ANSWERS = {
    "price": {
        "0.00": ("is not above 0", "须大于 0"),
        "-1": ("is not above 0", "须大于 0"),
        "7.00001": ("has too many decimals", "小数位"),
        "<b>7</b>": ("is no amount", "不是有效金额"),
        "7.21 USD": ("is no amount", "不是有效金额"),
    },
    "amount": {
        "0": ("is not above 0", "须大于 0"),
        "-100": ("is not above 0", "须大于 0"),
        "1.123456789": ("has too many decimals, 8 is the most", "小数位"),
        "all": ("is no amount", "不是有效金额"),
        "499.99": ("is beyond the whole ad", "超过"),
    },
    "limits": {
        "500 100": ("is above the most", "下限"),
        "0 100": ("is not above 0", "须大于 0"),
        "-1 100": ("is not above 0", "须大于 0"),
        "100": ("is not understood", "看不懂"),
        "1 2 3": ("is not understood", "看不懂"),
        "few many": ("is no amount", "不是有效金额"),
        "100 5000.6": ("is beyond the whole ad", "超过"),
        "1.123456789 5": ("has too many decimals", "小数位"),
    },
    "window": {
        "soon": ("is no number of minutes", "分钟"),
        "0": ("cannot be set: it takes 1 to", "分钟"),
        "1441": ("cannot be set: it takes 1 to", "分钟"),
        "20": ("shows exactly that already", "已是如此"),
        "-5": ("is no number of minutes", "分钟"),
    },
    "terms": {"x" * 1001: ("1001 characters, 1000 is the most", "1001 字，最多 1000 字")},
    "auto_reply": {"😀" * 1001: ("1001 characters", "1001 字")},
}


async def test_commands_that_cannot_be_are_answered_with_a_sentence(window: AdWindow) -> None:
    ad_id = await window.begin()
    for words, told in COMMANDS.items():
        said = await window.say(words.format(ad=ad_id), told[LANGUAGES.index(window.language)])
        assert labels(said) == [] and "<b>" not in said.text.replace("“<b>", "")
    await window.untouched()


@pytest.mark.parametrize("part", ANSWERS)
async def test_answers_that_cannot_be_keep_the_question_open(window: AdWindow, part: str) -> None:
    ad_id = await window.begin()
    question = await window.ask(ad_id, part)
    for text, told in ANSWERS[part].items():
        said = await window.answer(question, text, told[LANGUAGES.index(window.language)])
        assert labels(said) == []
    await window.untouched()
    right = {"price": "7.3", "amount": "700", "limits": "60 400", "window": "30"}.get(part, "right now")
    assert any("ey:" in (one.data or "") for row in (await window.answer(question, right, "→")).buttons for one in row)
    await window.untouched()


FIAT_ROWS = {
    "500 100": ("is above the most", "下限"),
    "100.123 500": ("has too many decimals, 2 is the most", "小数位"),
    "1 36053.7": ("is beyond the whole ad", "超过"),
}
OFFSET_ROWS = {
    "+100": ("cannot be meant", "不合理"),
    "-100%": ("cannot be meant", "不合理"),
    "0.123%": ("has too many decimals, 2 is the most", "小数位"),
    "0.8": ("may be a price or percent", "可能是价格也可能是百分比"),
    "7.21": ("may be a price or percent", "可能是价格也可能是百分比"),
    "much": ("cannot be meant", "不合理"),
    "+0.5": ("shows exactly that already", "已是如此"),
}


@pytest.mark.parametrize(
    ("facts", "part", "rows"),
    [(FIAT, "limits", FIAT_ROWS), (FLOATING, "offset", OFFSET_ROWS)],
    ids=["fiat", "floating"],
)
async def test_an_ad_is_measured_in_what_it_counts(
    window: AdWindow, facts: dict[str, Any], part: str, rows: dict[str, tuple[str, str]]
) -> None:
    question = await window.ask(await window.begin(**facts), part)
    for text, told in rows.items():
        await window.answer(question, text, told[LANGUAGES.index(window.language)])
    await window.untouched()


CLOSED = {"en": "is closed", "zh": "已关闭"}
NOT_OURS = {"en": "is none of ours", "zh": "不是我方"}


async def test_a_closed_ad_is_not_changed_by_words_question_or_button(window: AdWindow) -> None:
    ad_id = await window.begin()
    card, question = await window.card(ad_id), await window.ask(ad_id, "price")
    diff = await window.answer(question, "7.3", "→")
    await window.ads.set_status_from_app(ad_id, 4)
    await window.remember()
    closed = CLOSED[window.language]
    for button in ("amount", "offline"):
        assert closed in await window.answered(card, window.label(button), closed)
    await window.answer(question, "7.4", closed)
    await window.say(f"/price 7.3 {ad_id}", closed)
    await window.confirm(diff)
    await window.shows(diff, closed)
    await window.untouched()


async def test_an_ad_of_somebody_else_is_not_changed_even_when_the_venue_shows_it(window: AdWindow) -> None:
    await window.begin()
    rival = (await window.ads.rivals())[0]
    await window.box.gate.variants(rival_details_shown=True)
    for words in (f"/price 7.3 {rival.id}", f"/ads {rival.id}"):
        await window.say(words, NOT_OURS[window.language])
    await window.box.gate.variants(rival_details_shown=False)
    await window.untouched()
    assert (await window.ads.rivals())[0].price == rival.price
