"""Every way Gate can fail to answer, at each step: said in words; unknown stays unknown until it was looked up."""

import pytest

from tests.journeys.shop import READ, Shop
from tests.support.sandbox import OPERATOR

pytestmark = pytest.mark.asyncio(loop_scope="module")

# kind: words when a look fails, state of the intent when the request itself fails
KINDS: dict[str, tuple[str, str]] = {
    "refuse": ("Gate said no: “ORDER_STATUS_ERROR”", "refused"),
    "label:INVALID_CREDENTIALS": ("Gate refuses our key", "refused"),
    "label:FORBIDDEN": ("C2C permission", "refused"),
    "label:READ_ONLY": ("may only read", "refused"),
    "429": ("too many requests", "refused"),
    "error_500": ("cannot be reached", "unknown"),
    "html": ("cannot be reached", "unknown"),
    "truncated": ("cannot be reached", "unknown"),
    "drop_before": ("cannot be reached", "unknown"),
    "reset": ("cannot be reached", "unknown"),
    "redirect": ("cannot be reached", "unknown"),
}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_look_that_fails_is_said_and_opens_and_sends_nothing(shop: Shop, kind: str) -> None:
    words, _ = KINDS[kind]
    order = await shop.sale(f"5{list(KINDS).index(kind):02}.00", name="王五")
    bell = await shop.card(order, button="Release…")
    await shop.desk.settle(0.1)
    await shop.box.gate.fault(READ, kind, times=-1)
    said = (await shop.box.telegram.press(OPERATOR, OPERATOR, bell, text="Release…")).text
    if words not in said:
        await shop.card(order, words)
    await shop.box.gate.clear_faults()
    await shop.tap(order, "Release…")
    confirm = await shop.card(order, button="I saw it: release")
    await shop.desk.considered()
    await shop.box.gate.fault(READ, kind, times=-1)
    said = (await shop.box.telegram.press(OPERATOR, OPERATOR, confirm, text="I saw it")).text
    if words not in said:
        await shop.card(order, words)
    assert await shop.posts(order) == []
    await shop.box.gate.clear_faults()
    await shop.box.gate.act(order, "cancel_elsewhere")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_request_that_fails_is_called_what_it_is(shop: Shop, kind: str) -> None:
    _, state = KINDS[kind]
    order = await shop.sale(f"6{list(KINDS).index(kind):02}.00", name="赵六")
    await shop.tap(order, "Release…")
    await shop.box.gate.fault("confirm-receipt", kind, to="http://127.0.0.1:9/elsewhere" if kind == "redirect" else "")
    await shop.confirm(order, "I saw it: release")
    line = await shop.journalled(order, "release", state)
    assert line.actor == OPERATOR
    if state == "refused":
        card = await shop.card(order, "Gate refused the release", button="Release…")
        assert "Gate:" in card.text
        await shop.box.gate.act(order, "cancel_elsewhere")
    elif kind == "truncated":
        await shop.card(order, "Released", timeout=15)
    else:
        card = await shop.card(order, "No answer from Gate")
        assert not any("elease…" in label for row in card.labels for label in row)
        await shop.box.gate.act(order, "cancel_elsewhere")
        await shop.card(order, "Cancelled", timeout=15)
    assert len(await shop.posts(order)) == 1
