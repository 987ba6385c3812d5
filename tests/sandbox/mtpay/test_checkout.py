"""The page behind a link, without a browser: what a payer is shown, and what the two buttons do."""

from __future__ import annotations

import httpx
import pytest

from tests.sandbox.mtpay.merchant import Ear, Merchant
from tests.support.sandbox import Json, Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def shown(merchant: Merchant, link: Json) -> str:
    answer = await merchant.client.get(link["checkoutUrl"])
    assert answer.status_code == 200 and answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer.text


async def press(merchant: Merchant, link: Json, act: str, content: str = "") -> httpx.Response:
    head, query = link["checkoutUrl"].split("?")
    return await merchant.client.post(f"{head}/{act}?{query}", content=content, follow_redirects=True)


@pytest.mark.parametrize(
    ("language", "title", "paid"),
    [("en", "Buy coins", "I have paid"), ("zh_CN", "购买数字货币", "我已付款"), ("zh_TW", "購買數位貨幣", "我已付款")],
)
async def test_the_page_speaks_the_language_of_the_link(
    merchant: Merchant, language: str, title: str, paid: str
) -> None:
    page = await shown(merchant, await merchant.link(language=language))
    assert f'lang="{language.replace("_", "-")}"' in page
    assert f"<title>{title}</title>" in page and paid in page


async def test_amounts_follow_the_rate_once_it_is_matched(merchant: Merchant, box: Sandbox) -> None:
    await box.mtpay.variants(match_on_open=False)
    link = await merchant.link(depositCurrency="MTC", depositAmount=5000, language="en")
    page = await shown(merchant, link)
    assert "known after matching" in page and " disabled>" in page and "36,000" not in page
    await box.mtpay.match(link["requestCode"], "7.1")
    page = await shown(merchant, link)
    assert "35,500.00 CNY" in page and "5,000 MTC" in page and "7.1 CNY" in page and " disabled>" not in page


async def test_opening_the_page_matches_and_the_clock_counts_down(merchant: Merchant, box: Sandbox) -> None:
    link = await merchant.link(language="en")
    assert (await box.mtpay.order(link["requestCode"])).status == "Open"
    page = await shown(merchant, link)
    assert (await box.mtpay.order(link["requestCode"])).status == "Matched"
    assert "1,103.00 CNY" in page and "153.19 MTC" in page and ">1:59:5" in page


async def test_only_the_methods_of_the_link_are_offered(merchant: Merchant) -> None:
    page = await shown(merchant, await merchant.link(language="en", paymentMethod={"method": 5}))
    assert "Bank card" in page and "Alipay" in page and "WeChat" not in page


async def test_i_have_paid_says_so_with_the_chosen_method(merchant: Merchant, box: Sandbox, ear: Ear) -> None:
    link = await merchant.link(language="en", webhookUrl=ear.url)
    await shown(merchant, link)
    answer = await press(merchant, link, "paid", "method=4")
    assert "being checked" in answer.text and answer.url == link["checkoutUrl"]
    await box.mtpay.wait_for_deliveries(link["requestCode"], "delivered")
    assert (ear.heard[0].data["requestStatus"], ear.heard[0].data["paymentMethod"]) == ("InProgress", "Alipay")
    await press(merchant, link, "paid", "method=4")
    assert len(await box.mtpay.deliveries(link["requestCode"])) == 1


async def test_cancel_cancels_and_an_ended_link_takes_nothing(merchant: Merchant, box: Sandbox, ear: Ear) -> None:
    link = await merchant.link(language="en", webhookUrl=ear.url)
    assert "was cancelled" in (await press(merchant, link, "cancel")).text
    assert (await box.mtpay.order(link["requestCode"])).status == "Cancelled"
    over = await merchant.link(language="en")
    await box.mtpay.let_end(over["requestCode"])
    answer = await press(merchant, over, "paid", "method=1")
    assert "This link has ended." in answer.text and "I have paid" not in answer.text
    assert (await box.mtpay.order(over["requestCode"])).status == "Ended"


async def test_a_name_cannot_write_into_the_page(merchant: Merchant) -> None:
    link = await merchant.link(client={"realName": "<script>alert(1)</script>"})
    page = await shown(merchant, link)
    assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page


async def test_what_is_no_link_says_so(merchant: Merchant, box: Sandbox) -> None:
    for language, words in (("zh-CN", "没有这个付款链接"), ("de", "No such payment link")):
        answer = await merchant.client.get(f"{box.mtpay_url}/api/buy-coin/{'0' * 32}?lang={language}")
        assert answer.status_code == 404 and words in answer.text
    assert (await press(merchant, await merchant.link(), "release")).status_code == 404
