"""A desk of one's own, in real time: a thumb that is too quick, and a restart."""

from pathlib import Path

from tests.journeys.shop import Shop
from tests.support.desk import RunningDesk, running_desk
from tests.support.sandbox import OPERATOR, Sandbox


async def test_a_tap_within_the_first_moment_is_not_a_decision(desk: RunningDesk) -> None:
    shop = Shop(desk.box, desk, 1.0)
    order = await shop.sale("701.00")
    await shop.tap(order, "Release…")
    confirm = await shop.card(order, button="I saw it: release")
    answer = await shop.box.telegram.press(
        OPERATOR, OPERATOR, confirm.id, data=confirm.button("I saw it").data, forged=True
    )
    if "very quick" not in answer.text:  # the small window waits only for words that come at once
        await shop.box.telegram.wait_for_message(OPERATOR, contains="very quick", after=confirm)
    assert await shop.posts(order) == []
    assert (await shop.box.telegram.message(OPERATOR, OPERATOR, confirm.id)).labels == confirm.labels
    await shop.confirm(order, "I saw it: release")
    await shop.card(order, "Released 701.00 USDT")
    assert len(await shop.posts(order)) == 1
    assert await shop.box.telegram.violations() == []


async def test_what_happened_while_the_desk_was_down_is_told_after_the_start(box: Sandbox, tmp_path: Path) -> None:
    database = tmp_path / "desk.db"
    async with running_desk(box, database) as desk:
        kept = await box.gate.open_order(amount="821.00", paid=True)
        await box.telegram.wait_for_message(OPERATOR, contains="821.00 USDT")
        assert desk.application.desk.looked_at is not None
    await box.gate.act(kept, "close_elsewhere")
    missed = await box.gate.open_order(amount="822.00", paid=True)
    await box.gate.act(missed, "cancel")
    fresh = await box.gate.open_order(amount="823.00", paid=True)
    async with running_desk(box, database, seeded=False):
        await box.telegram.wait_for_message(OPERATOR, contains="Released 821.00 USDT")
        await box.telegram.wait_for_message(OPERATOR, contains="Cancelled 822.00 USDT")
        bell = await box.telegram.wait_for_message(OPERATOR, contains="then release 823.00 USDT")
        assert not bell.silent and fresh[-4:] in bell.text
    assert await box.telegram.violations() == []
