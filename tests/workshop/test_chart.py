"""The picture of a day: its size, its bars, real Chinese characters, and what happens without a font for them."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from bot.clients.workshop import Workshop, picture_font
from bot.domain.attachments import BadFile
from bot.domain.day_chart import ChartHour, ChartPanel, ChartPlan
from bot.workshop import fonts
from bot.workshop.chart import BARS, BOUGHT, FOOT, HEAD, PANEL, SOLD, WIDTH, drawn

NOWHERE = ("/nonexistent",)


def panel(fiat: str = "CNY", *, sold: int = 1000, bought: int = 400) -> ChartPanel:
    hours = tuple(
        ChartHour(f"{hour:02d}" if hour % 3 == 0 else "", sold, bought, "12" if sold or bought else "")
        for hour in range(24)
    )
    return ChartPanel(fiat, ("卖出 · 12 单", f"88,888.00 {fiat}", "均价 7.2"), ("买入", "7.00", ""), "最高线", hours)


def plan(*panels: ChartPanel, title: str = "2026-11-21 日报") -> ChartPlan:
    english = ChartPlan("Day 2026-11-21", "until 18:00", "footer", "Nothing was sold.", "orders", panels)
    return replace(english, title=title, subtitle="截至 18:00", empty="没有卖出", plain=english)


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def count_of(image: Image.Image, colour: str) -> int:
    wanted = tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
    counted = {pixel: number for number, pixel in image.getcolors(2**24) or []}
    return sum(
        number
        for pixel, number in counted.items()
        if isinstance(pixel, tuple) and all(abs(one - other) < 12 for one, other in zip(pixel, wanted, strict=True))
    )


@pytest.mark.parametrize("panels", [0, 1, 2, 3])
def test_the_picture_is_as_wide_as_a_phone_and_as_high_as_its_currencies(panels: int) -> None:
    image = opened(drawn(plan(*[panel()] * panels), NOWHERE).content)
    assert image.width == WIDTH == 1080
    assert image.height == HEAD + FOOT + (panels * PANEL or 300)


def test_bars_are_as_high_as_their_share_and_empty_hours_have_none() -> None:
    full = opened(drawn(plan(panel()), NOWHERE).content)
    half = opened(drawn(plan(panel(sold=500, bought=0)), NOWHERE).content)
    none = opened(drawn(plan(panel(sold=0, bought=0)), NOWHERE).content)
    legend = count_of(none, SOLD), count_of(none, BOUGHT)
    assert count_of(full, SOLD) > 24 * BARS * 10 and count_of(full, BOUGHT) > 24 * BARS * 0.4 * 10
    assert legend[0] < 1000 and legend[1] < 1000 and count_of(half, BOUGHT) < 1000
    column = [full.getpixel((x, HEAD + PANEL - 116 - BARS + 10)) for x in range(WIDTH)]
    assert any(pixel != (255, 255, 255) for pixel in column)


def test_a_picture_has_real_chinese_characters_where_a_font_has_them() -> None:
    font = fonts.chinese(40)
    if font is None:  # without one the next test is what holds
        assert drawn(plan(panel())).has_font is False
        return
    assert fonts.has_characters(font, "卖出买入今日订单均价截至柱上数字放币收款")
    made = drawn(plan(panel()))
    assert made.has_font
    title = opened(made.content).crop((0, 0, WIDTH, 100))
    other = opened(drawn(plan(panel(), title="2026-11-21 月报")).content).crop((0, 0, WIDTH, 100))
    # Two different characters would look the same if both were drawn as the box for a missing one
    assert title.tobytes() != other.tobytes()


def test_a_font_without_the_characters_is_not_taken_for_one_that_has_them() -> None:
    latin = fonts.plain(40)
    assert isinstance(latin, ImageFont.FreeTypeFont)
    assert not fonts.has_characters(latin, "今日")
    pen = ImageDraw.Draw(Image.new("RGB", (10, 10)))
    assert pen.textlength("Sold 12", font=latin) > 0


def test_without_a_font_the_picture_is_in_english_and_says_so() -> None:
    made = drawn(plan(panel()), NOWHERE)
    english = plan(panel()).plain
    assert english is not None and made.has_font is False
    assert made.content == drawn(english, NOWHERE).content


def test_check_is_told_the_fonts_name_and_nothing_where_there_is_none() -> None:
    found = fonts.chinese(40)
    assert picture_font() == ("" if found is None else " ".join(part for part in found.getname() if part))
    assert picture_font(NOWHERE) == ""


def test_english_needs_no_chinese_font() -> None:
    english = plan(panel()).plain
    assert english is not None and drawn(english, NOWHERE).has_font


def test_an_odd_file_among_the_fonts_is_passed_over(tmp_path: Path) -> None:
    folder = tmp_path
    (folder / "NotoSansCJK-Regular.ttc").write_bytes(b"no font at all")
    (folder / "wqy-microhei.ttc").symlink_to("/nonexistent")
    assert fonts.chinese(20, folders=(str(folder),)) is None
    assert not drawn(plan(panel()), (str(folder),)).has_font


def test_a_font_is_known_by_its_characters_and_not_by_its_name(tmp_path: Path) -> None:
    latin = fonts.plain(20)
    assert isinstance(latin, ImageFont.FreeTypeFont) and isinstance(latin.path, io.BytesIO)
    (tmp_path / "NotoSansCJK-Regular.otf").write_bytes(latin.path.getvalue())
    assert fonts.chinese(20, folders=(str(tmp_path),)) is None
    assert not drawn(plan(panel()), (str(tmp_path),)).has_font


def test_a_plan_comes_through_the_wire_as_it_was() -> None:
    made = plan(panel("CNY"), panel("HKD", sold=1))
    assert ChartPlan.from_json(made.to_json()) == made


async def test_the_worker_draws_within_its_limits(workshop: Workshop) -> None:
    made = await workshop.draw(plan(panel(), panel("HKD"), panel("VND")))
    image = opened(made.content)
    assert image.size == (WIDTH, HEAD + FOOT + 3 * PANEL)
    assert len(made.content) < 300_000
    assert made.has_font is (fonts.chinese(40) is not None)


async def test_a_worker_that_is_too_slow_or_closed_draws_nothing(workshop: Workshop) -> None:
    hasty = Workshop(seconds=0.01)
    with pytest.raises(BadFile):
        await hasty.draw(plan(*[panel()] * 60))
    await hasty.aclose()
    with pytest.raises(BadFile):
        await hasty.draw(plan(panel()))


async def test_a_file_from_a_phone_is_never_taken_for_a_plan(workshop: Workshop) -> None:
    with pytest.raises(BadFile) as caught:
        await workshop.prepare(plan(panel()).to_json(), "plan.json")
    assert caught.value.reason == "file_kind"
