"""Bank accounts of the OTC desk: added by a real form, reviewed, listed, deleted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.pay.merchant import Merchant, fresh
from tests.sandbox.pay.otc_seller import (
    ADD_BANK,
    BANK,
    BANKS,
    COUNTRIES,
    DELETE_BANK,
    FIELDS,
    OTHER_BANK,
    PNG,
    REFUSED_BANK,
    REVIEWED_BANK,
    SUPPLEMENT,
    form,
    send_form,
)
from tests.support.sandbox import Json, Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAMPLES = Path(__file__).parents[2] / "fixtures" / "pay_otc"
JPEG = b"\xff\xd8\xff\xe0" + bytes(100)


def new(**changed: str) -> Json:
    return FIELDS | {"iban": f"NEW{fresh()}"} | changed


async def test_there_are_many_countries_with_chinese_names(merchant: Merchant) -> None:
    rows = await merchant.data("GET", COUNTRIES)
    assert len(rows) >= 60 and len({row["countryId"] for row in rows}) == len(rows)
    documented = json.loads((SAMPLES / "otc.bank_country_list.res.json").read_text())["data"]
    assert all(row in rows for row in documented)
    assert any(not row["countryName"].isascii() for row in rows)


async def test_two_accounts_are_approved_at_the_start_one_under_review_one_refused(merchant: Merchant) -> None:
    rows = {row["bankAccountId"]: row for row in await merchant.data("GET", BANKS)}
    shown = {number: rows[number]["status"] for number in (BANK, OTHER_BANK, REVIEWED_BANK, REFUSED_BANK)}
    assert shown == {BANK: 1, OTHER_BANK: 1, REVIEWED_BANK: 2, REFUSED_BANK: 99}
    assert rows[REFUSED_BANK]["memo"] == "name does not match identity"
    documented = json.loads((SAMPLES / "otc.bank_list.res.status.json").read_text())["data"][0]
    assert set(rows[BANK]) == set(documented)


@pytest.mark.parametrize(
    ("name", "part"), [("bankAccountName", "demo l"), ("iban", "0202051"), ("swift", "MUSTd"), ("bankName", "muster")]
)
async def test_every_filter_is_fuzzy(merchant: Merchant, name: str, part: str) -> None:
    found = [row["bankAccountId"] for row in await merchant.data("GET", BANKS, **{name: part})]
    assert OTHER_BANK in found and (name == "bankAccountName" or found == [OTHER_BANK])
    assert await merchant.data("GET", BANKS, **{name: "no such"}) == []


async def test_the_older_list_has_numbers_no_review_and_perhaps_masks(merchant: Merchant, box: Sandbox) -> None:
    await box.pay.otc.variants(bank_status=False, bank_ids="number", masked_iban=True)
    row = (await merchant.data("GET", BANKS, bankName="Muster"))[0]
    documented = json.loads((SAMPLES / "otc.bank_list.res.legacy.json").read_text())["data"][0]
    assert {name: type(value) for name, value in row.items()} == {
        name: type(value) for name, value in documented.items()
    }
    assert (row["bankAccountId"], row["iban"]) == (int(OTHER_BANK), "DE02****2051")


@pytest.mark.parametrize(("file", "name"), [(PNG, "statement.png"), (JPEG, "a.JPG"), (JPEG, "b.jpeg")])
async def test_a_form_adds_an_account_under_review(merchant: Merchant, box: Sandbox, file: bytes, name: str) -> None:
    fields = new(remittanceLineNumber="312", agentBankName="代理行", agentBankSwift="AGENT000")
    answer = await send_form(merchant, *form(fields, file, name))
    assert answer["data"]["needSupplementMaterial"] is False
    account = next(row for row in await box.pay.otc.banks() if row["id"] == answer["data"]["bankAccountId"])
    kept = {"bank": "Bänk & Söhne", "agent_bank": "代理行", "iban": fields["iban"], "status": 2, "country_id": 70}
    assert kept.items() <= account.items()
    assert (account["statement_name"], account["statement_bytes"]) == (name, len(file))


@pytest.mark.parametrize(("wanted", "shown"), [("absent", {}), ("yes", {"needSupplementMaterial": True})])
async def test_the_answer_may_want_more(merchant: Merchant, box: Sandbox, wanted: str, shown: Json) -> None:
    await box.pay.otc.variants(supplement=wanted)
    data = (await send_form(merchant, *form(new())))["data"]
    assert {name: value for name, value in data.items() if name != "bankAccountId"} == shown


async def test_a_form_is_signed_as_if_it_were_empty(merchant: Merchant, box: Sandbox) -> None:
    raw, headers = form(new())
    before = len(await box.pay.otc.banks())
    assert await merchant.refusal("POST", ADD_BANK, raw, headers=headers) == "400002"
    assert len(await box.pay.otc.banks()) == before


@pytest.mark.parametrize("name", FIELDS)
async def test_no_field_may_lack(merchant: Merchant, name: str) -> None:
    for fields in (new(**{name: " "}), {key: text for key, text in new().items() if key != name}):
        answer = await send_form(merchant, *form(fields))
        assert (answer["code"], answer["errorMessage"]) == ("400001", f"missing {name}")


@pytest.mark.parametrize(
    ("file", "name"),
    [
        (None, ""),
        (b"", "statement.png"),
        (PNG, "statement.pdf"),
        (b"%PDF-1.7", "statement.png"),
        (PNG, "statement.jpg"),
        (PNG + bytes(4 * 1024 * 1024), "statement.png"),
    ],
    ids=["none", "empty", "named pdf", "fake", "other kind", "too large"],
)
async def test_the_statement_is_a_picture_of_at_most_4_mb(merchant: Merchant, file: bytes | None, name: str) -> None:
    assert (await send_form(merchant, *form(new(), file, name)))["code"] == "400001"


async def test_a_statement_of_exactly_4_mb_is_taken(merchant: Merchant) -> None:
    file = PNG + bytes(4 * 1024 * 1024 - len(PNG))
    assert (await send_form(merchant, *form(new(), file)))["code"] == "000000"


@pytest.mark.parametrize("changed", [{"countryId": "99999"}, {"countryId": "DE"}, {"address": "x" * 201}])
async def test_a_wrong_field_is_refused(merchant: Merchant, changed: dict[str, str]) -> None:
    assert (await send_form(merchant, *form(new(**changed))))["code"] == "400001"


async def test_the_same_account_is_not_bound_twice(merchant: Merchant) -> None:
    assert (await send_form(merchant, *form(new(iban="de02 1203 0000 0000 2020 51"))))["code"] == "550316"


async def test_what_is_no_form_is_refused(merchant: Merchant) -> None:
    raw, headers = form(new())
    json_type = {"Content-Type": "application/json"}
    other = {"Content-Type": "multipart/form-data; boundary=other"}
    cases: list[tuple[bytes, dict[str, Any], str]] = [
        (raw, json_type, "400007"),
        (raw, {"Content-Type": "multipart/form-data"}, "400007"),
        (raw, other, "400001"),
        (raw[:-4], headers, "400001"),
        (b"x" + raw, headers, "400001"),
        (b"", headers, "400001"),
        (form(new())[0].replace(b"Content-Disposition", b"Disposition"), headers, "400001"),
        (form(new())[0].replace(b'name="iban"', b'name="swift"'), headers, "400001"),
    ]
    for body, given, code in cases:
        assert (await send_form(merchant, body, given))["code"] == code, (body[:60], given)
    assert (await send_form(merchant, b"x" + raw, headers))["errorMessage"] == "the body is no form of this boundary"


async def test_a_review_ends_by_itself_or_by_hand(merchant: Merchant, box: Sandbox) -> None:
    await box.pay.otc.variants(review_seconds=0, review_as=3, review_memo="newer statement, please")
    number = (await send_form(merchant, *form(fields := new())))["data"]["bankAccountId"]
    (row,) = await merchant.data("GET", BANKS, iban=fields["iban"])
    assert (row["bankAccountId"], row["status"], row["memo"]) == (number, 3, "newer statement, please")
    for status, memo in ((99, "no"), (2, ""), (1, "")):
        await box.pay.otc.review(number, status, memo)
        (row,) = await merchant.data("GET", BANKS, iban=fields["iban"])
        assert (row["status"], row["memo"]) == (status, memo)
    with pytest.raises(AssertionError, match="no review"):
        await box.pay.otc.review(number, 4)


async def test_an_account_is_deleted_by_text_or_number_once(merchant: Merchant) -> None:
    for kind in (str, int):
        number = (await send_form(merchant, *form(new())))["data"]["bankAccountId"]
        assert await merchant.data("POST", DELETE_BANK, {"bankAccountId": kind(number)}) == {}
        assert await merchant.refusal("POST", DELETE_BANK, {"bankAccountId": number}) == "550317"
    assert await merchant.refusal("POST", DELETE_BANK, {}) == "400001"


async def test_further_material_is_politely_refused(merchant: Merchant) -> None:
    answer = await send_form(merchant, *form({"bankAccountId": REVIEWED_BANK}), path=SUPPLEMENT)
    assert (answer["code"], answer["errorMessage"]) == (
        "550311",
        "further material is handed in at the merchant console",
    )


async def test_a_lost_answer_leaves_the_account_bound(merchant: Merchant, box: Sandbox) -> None:
    await box.pay.fault("bank_create", "act_and_500")
    with pytest.raises(AssertionError, match="500"):
        await send_form(merchant, *form(fields := new()))
    assert len(await merchant.data("GET", BANKS, iban=fields["iban"])) == 1
