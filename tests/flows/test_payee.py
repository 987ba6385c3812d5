"""Whom we pay: every account of the seller, and its QR code as a picture that was checked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.attachments import BadFile, FileState, KeptFile, NotFetched, Prepared
from bot.domain.errors import NotAllowed, Unknown, Unreachable
from bot.domain.intents import Action
from bot.domain.orders import Payee, Side
from bot.domain.seals import Choice
from bot.domain.staff import Role
from bot.flows import fetch_files, payee
from bot.flows.deliver import Shown
from bot.flows.payee import NO_MESSAGE, PAYEE, PAYEE_QR, QrTelling
from storage.outbox import Delivery
from tests.flows.bench import GROUP, LEAD, NOW, OPERATOR, OPERATOR_2, ORDER, OWNER, Bench
from tests.support.fake_files import JPEG

QR = "https://files.example/qr.png"
BANK = Payee("bank", "ICBC", "张三丰", "6222020200008821", "Central")
WALLET = Payee("alipay", "Alipay", "张三丰", "a@b.example", memo="no notes", qr_url=QR)
BUY = replace(ORDER, side=Side.BUY, status="unpay", payees=(BANK, WALLET), terms="own name only")


async def show(bench: Bench, by: int = OPERATOR, index: int | None = None) -> int:
    """Show the payee, and remember that it stands on that phone."""
    _, at = await payee.show_payee(bench.desk, by, ORDER.id, index)
    async with bench.store.write() as tables:
        await tables.messages.remember(Shown(by, 700 + by, PAYEE, ORDER.id, by, (), bench.now, "x"))
    return at


async def qr_lines(bench: Bench) -> list[Delivery]:
    return [one for one in await bench.told() if one.kind == PAYEE_QR]


async def file(bench: Bench) -> KeptFile:
    async with bench.store.read() as tables:
        (found,) = await tables.files.of_message(NO_MESSAGE, ORDER.id)
    return found


async def fetched(bench: Bench, seconds: float = 0) -> None:
    bench.pass_(seconds)
    await fetch_files.round_(bench.desk)
    await bench.desk.drain(5)


async def shown_to(bench: Bench, line: Delivery) -> QrTelling:
    telling = await payee.qr_for(bench.desk, line)
    assert telling is not None
    return telling


async def purchase(bench: Bench) -> None:
    bench.add(BUY)
    await bench.see()


async def test_the_account_of_the_chosen_method_is_shown_first_and_each_other_one_on_demand(bench: Bench) -> None:
    await purchase(bench)
    assert await show(bench) == 0
    assert await show(bench, index=1) == 1
    assert await show(bench, index=9) == 0
    methods = [line.facts["method"] for line in reversed(await bench.journal(ORDER.id)) if line.action == "show_payee"]
    assert methods == ["bank", "alipay", "bank"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": "expired"}, "already_final"),
        ({"status": "cancel"}, "already_final"),
        ({"status": "paid"}, "not_unpaid"),
        ({"status": "never_met"}, "not_unpaid"),
        ({"in_appeal": True}, "not_unpaid"),
        ({"hides_payment": True}, "hides_payment"),
        ({"pay_deadline": NOW - 1}, "pay_too_late"),
    ],
    ids=str,
)
@pytest.mark.parametrize("has_seen", [True, False])
async def test_nobody_is_shown_whom_to_pay_for_what_is_not_to_be_paid_now(
    bench: Bench, change: dict[str, object], reason: str, has_seen: bool
) -> None:
    """Not even when the desk has not heard of it yet, as from an old button."""
    await purchase(bench)
    if has_seen:
        await bench.see(**change)  # type: ignore[arg-type]
    else:
        bench.gate.move(ORDER.id, **change)
    bench.pass_(1)
    for person, index in ((OPERATOR, None), (LEAD, 1)):
        with pytest.raises(NotAllowed) as no:
            await payee.show_payee(bench.desk, person, ORDER.id, index)
        assert no.value.reason == reason
    assert await bench.outcomes("show_payee") == ["not_allowed"] * 2
    assert await qr_lines(bench) == []


async def test_what_gate_shows_at_the_tap_is_shown_and_no_older_account(bench: Bench) -> None:
    await purchase(bench)
    other = replace(BANK, account="6222020200000001")
    bench.gate.move(ORDER.id, payees=(other,))
    bench.pass_(1)
    situation, at = await payee.show_payee(bench.desk, OPERATOR, ORDER.id)
    assert situation.order.payees[at] == other


async def test_gate_out_of_reach_no_account_is_shown_from_memory(bench: Bench) -> None:
    await purchase(bench)
    bench.gate.errors["order"].append(Unreachable("gate", "get_transaction_details", "away"))
    with pytest.raises(Unreachable):
        await payee.show_payee(bench.desk, OPERATOR, ORDER.id)
    assert await bench.outcomes("show_payee") == []


async def test_an_order_whose_people_are_forgotten_is_not_looked_up_again(bench: Bench) -> None:
    await purchase(bench)
    await bench.see(status="expired")
    asked = bench.gate.count("order")
    with pytest.raises(NotAllowed):
        await payee.show_payee(bench.desk, OPERATOR, ORDER.id)
    assert bench.gate.count("order") == asked


async def test_nobody_is_shown_whom_to_pay_while_it_is_being_marked_paid(bench: Bench) -> None:
    await purchase(bench)
    bench.gate.acts = False
    bench.gate.errors["mark_paid"].append(Unknown("gate", "confirm-payment", why="timeout"))
    await bench.act(action=Action.MARK_PAID, choice=Choice(method="bank"))
    with pytest.raises(NotAllowed) as no:
        await payee.show_payee(bench.desk, LEAD, ORDER.id)
    assert no.value.reason == "already_open"


async def test_nobody_is_shown_whom_to_pay_after_gate_took_it_as_paid(bench: Bench) -> None:
    await purchase(bench)
    await bench.act(action=Action.MARK_PAID, choice=Choice(method="bank"))
    await bench.see(status="unpay")
    with pytest.raises(NotAllowed) as no:
        await payee.show_payee(bench.desk, LEAD, ORDER.id)
    assert no.value.reason == "already_done"


async def test_a_qr_code_is_fetched_only_once_somebody_looks_at_that_account(bench: Bench) -> None:
    await purchase(bench)
    bench.hosts.files[QR] = (b"code", "image/png")
    await show(bench)
    await fetched(bench)
    assert bench.hosts.asked == []
    await show(bench, index=1)
    assert await qr_lines(bench) == []
    await fetched(bench)
    (line,) = await qr_lines(bench)
    assert (line.chat_id, line.person_id, line.order_id) == (OPERATOR, OPERATOR, ORDER.id)
    telling = await shown_to(bench, line)
    assert telling.payee == WALLET and telling.content == JPEG + b"code"
    assert [name for _, name in bench.workshop.seen] == ["qr"]


async def test_a_code_that_lies_here_is_shown_at_once_and_fetched_no_second_time(bench: Bench) -> None:
    await purchase(bench)
    bench.hosts.files[QR] = (b"code", "image/png")
    await show(bench, index=1)
    await fetched(bench)
    await qr_lines(bench)
    await show(bench, LEAD, index=1)
    (line,) = await qr_lines(bench)
    assert line.chat_id == LEAD and (await shown_to(bench, line)).content == JPEG + b"code"
    await fetched(bench)
    assert bench.hosts.asked == [QR]


async def test_a_code_on_a_strange_host_waits_for_an_owner_and_then_follows_by_itself(bench: Bench) -> None:
    strange = "https://strange.example/qr.png"
    bench.add(replace(BUY, payees=(replace(WALLET, qr_url=strange),)))
    await bench.see()
    bench.hosts.files[strange] = (b"code", "image/png")
    await show(bench)
    await fetched(bench)
    told = await bench.told()
    assert [one.chat_id for one in told if one.notice == "unknown_file_host"] == [OWNER]
    (line,) = [one for one in told if one.kind == PAYEE_QR]
    telling = await shown_to(bench, line)
    assert (telling.content, telling.file.why, telling.file.host) == (None, "unknown_host", "strange.example")
    assert await fetch_files.allow_host(bench.desk, OWNER, str(telling.file.number)) == "strange.example"
    await fetched(bench)
    (line,) = await qr_lines(bench)
    assert line.chat_id == OPERATOR and (await shown_to(bench, line)).content == JPEG + b"code"


async def test_a_file_that_is_no_picture_is_never_shown(bench: Bench) -> None:
    await purchase(bench)
    bench.hosts.files[QR] = (b"bomb", "image/png")
    bench.workshop.errors[b"bomb"] = BadFile("file_broken")
    await show(bench, index=1)
    await fetched(bench)
    kept = await file(bench)
    assert (kept.state, kept.why) == (FileState.FAILED, "no_picture")
    (line,) = await qr_lines(bench)
    assert (await shown_to(bench, line)).content is None


async def test_a_film_or_several_pages_are_no_qr_code(bench: Bench) -> None:
    await purchase(bench)
    for content, made in ((b"film", [Prepared(b"x", "video/mp4")]), (b"pages", [Prepared(b"x", "image/png")] * 2)):
        url = f"https://files.example/{content.decode()}"
        bench.hosts.files[url] = (content, "image/png")
        bench.workshop.pages[content] = made
        await bench.see(payees=(replace(WALLET, qr_url=url),))
        await show(bench)
        await fetched(bench)
        async with bench.store.read() as tables:
            found = await tables.files.of_message(NO_MESSAGE, ORDER.id)
        assert [one.why for one in found if one.url == url] == ["no_picture"]


async def test_a_host_that_was_away_is_asked_again_at_the_next_tap(bench: Bench) -> None:
    await purchase(bench)
    bench.hosts.files[QR] = (b"code", "image/png")
    bench.hosts.errors[QR] = [NotFetched("away", "files.example", is_final=False)] * 4
    await show(bench, index=1)
    for _ in range(4):
        await fetched(bench, 11)
    assert (await file(bench)).state is FileState.FAILED
    assert len(await qr_lines(bench)) == 1
    await show(bench, index=1)
    await fetched(bench)
    (line,) = await qr_lines(bench)
    assert (await shown_to(bench, line)).content == JPEG + b"code"


async def test_the_code_goes_to_nobody_who_may_not_see_the_payee_any_more(bench: Bench) -> None:
    await purchase(bench)
    bench.hosts.files[QR] = (b"code", "image/png")
    for person in (OPERATOR, OPERATOR_2):
        await show(bench, person, index=1)
    await fetched(bench)
    lines = await qr_lines(bench)
    assert sorted(line.chat_id for line in lines) == [OPERATOR, OPERATOR_2] and GROUP not in [
        line.chat_id for line in lines
    ]
    bench.desk.people[OPERATOR_2] = replace(bench.desk.people[OPERATOR_2], role=Role.AGENT)
    seen = {line.chat_id: await payee.qr_for(bench.desk, line) for line in lines}
    assert seen[OPERATOR] is not None and seen[OPERATOR_2] is None


async def test_the_code_of_an_account_that_is_gone_or_of_an_order_that_ended_is_not_shown(bench: Bench) -> None:
    await purchase(bench)
    bench.hosts.files[QR] = (b"code", "image/png")
    await show(bench, index=1)
    await fetched(bench)
    (line,) = await qr_lines(bench)
    await bench.see(payees=(BANK, replace(WALLET, qr_url=f"{QR}?signed=anew")))
    assert await payee.qr_for(bench.desk, line) is not None
    await bench.see(payees=(BANK, replace(WALLET, qr_url="https://files.example/other.png")))
    assert await payee.qr_for(bench.desk, line) is None
    await bench.see(payees=(BANK, WALLET), status="expired")
    assert await payee.qr_for(bench.desk, line) is None


async def test_a_strange_holders_code_is_for_leads_only(bench: Bench) -> None:
    bench.add(replace(BUY, payees=(replace(WALLET, holder="王五"),)))
    await bench.see()
    bench.hosts.files[QR] = (b"code", "image/png")
    with pytest.raises(NotAllowed) as no:
        await payee.show_payee(bench.desk, OPERATOR, ORDER.id)
    assert no.value.reason == "holder_differs"
    assert (await bench.outcomes("show_payee")) == ["not_allowed"]
    await show(bench, LEAD)
    await fetched(bench)
    (line,) = await qr_lines(bench)
    assert line.chat_id == LEAD


async def test_the_code_of_a_payee_is_no_line_of_the_chat(bench: Bench) -> None:
    await purchase(bench)
    bench.hosts.files[QR] = (b"code", "image/png")
    await show(bench, index=1)
    await fetched(bench)
    assert {one.kind for one in await bench.told()} <= {PAYEE_QR, "card", "chat"}
    assert await bench.heard() == []
