"""The picture of a day: what was sold and bought, and bars for each hour, 1080 pixels wide for a phone."""

import io
from dataclasses import dataclass

from PIL import Image, ImageDraw

from bot.domain.day_chart import FULL, ChartHour, ChartPanel, ChartPlan, Drawn
from bot.workshop import fonts
from bot.workshop.fonts import FOLDERS, Font

WIDTH = 1080
MARGIN = 56
HEAD, PANEL, FOOT, EMPTY = 190, 790, 84, 300
"""heights of the parts"""
BARS = 330
"""the height of the highest bar"""
WHITE, INK, GREY, PALE, LINE = "#FFFFFF", "#16202C", "#64717F", "#F2F5F8", "#D9E0E7"
SOLD, BOUGHT = "#1B8A5A", "#2F6FDE"
TITLE, LARGE, NORMAL, SMALL, TINY = 58, 46, 34, 28, 24
LEAST_SIZE = 18


@dataclass(frozen=True, slots=True)
class Brush:
    """Draws words in the language's font where there is one, else in the library's."""

    pen: ImageDraw.ImageDraw
    folders: tuple[str, ...]
    is_chinese: bool

    def font(self, size: int, *, bold: bool = False) -> Font:
        found = fonts.chinese(size, bold=bold, folders=self.folders) if self.is_chinese else None
        return found or fonts.plain(size)

    def width(self, text: str, size: int, *, bold: bool = False) -> float:
        return float(self.pen.textlength(text, font=self.font(size, bold=bold)))

    def text(
        self,
        at: tuple[float, float],
        text: str,
        size: int,
        *,
        fill: str = INK,
        anchor: str = "ls",
        room: float = WIDTH - 2 * MARGIN,
        bold: bool = False,
        halo: int = 0,
    ) -> float:
        """On its base line, smaller where there is no room, with white around it; its width."""
        while size > LEAST_SIZE and self.width(text, size, bold=bold) > room:
            size -= 2
        font = self.font(size, bold=bold)
        self.pen.text(at, text, font=font, fill=fill, anchor=anchor, stroke_width=halo, stroke_fill=WHITE)
        return self.width(text, size, bold=bold)


def drawn(plan: ChartPlan, folders: tuple[str, ...] = FOLDERS) -> Drawn:
    """A PNG; in English where no font has the characters that the plan's words need."""
    has_font = fonts.chinese(NORMAL, folders=folders) is not None
    used = plan if has_font or plan.plain is None else plan.plain
    height = HEAD + FOOT + (PANEL * len(used.panels) if used.panels else EMPTY)
    image = Image.new("RGB", (WIDTH, height), WHITE)
    brush = Brush(ImageDraw.Draw(image), folders, has_font)
    _head(brush, used)
    for number, panel in enumerate(used.panels):
        _panel(brush, panel, HEAD + number * PANEL, used.orders_per_hour)
    if not used.panels:
        brush.text((WIDTH / 2, HEAD + EMPTY / 2), used.empty, LARGE, fill=GREY, anchor="mm")
    brush.text((MARGIN, height - 38), used.footer, TINY, fill=GREY)
    picture = io.BytesIO()
    image.quantize(64).save(picture, format="PNG", optimize=True)
    return Drawn(picture.getvalue(), has_font=has_font or plan.plain is None)


def _head(brush: Brush, plan: ChartPlan) -> None:
    brush.pen.rectangle((0, 0, WIDTH, HEAD - 34), fill=INK)
    brush.text((MARGIN, 78), plan.title, TITLE, fill=WHITE, bold=True)
    brush.text((MARGIN, 128), plan.subtitle, SMALL, fill="#B9C4CF")


def _panel(brush: Brush, panel: ChartPanel, top: int, orders_per_hour: str) -> None:
    _sums(brush, panel, top)
    base = top + PANEL - 116
    _grid(brush, panel, base)
    left, room = MARGIN, WIDTH - 2 * MARGIN
    step = room / max(len(panel.hours), 1)
    for number, hour in enumerate(panel.hours):
        _bars(brush, hour, left + number * step, step, base)
    brush.text((WIDTH - MARGIN, base + 84), orders_per_hour, TINY, fill=GREY, anchor="rs")


def _sums(brush: Brush, panel: ChartPanel, top: int) -> None:
    """Two halves: what was sold and what was bought, each with its colour, sum, coins and average."""
    half = (WIDTH - 2 * MARGIN - 24) / 2
    for number, (line, colour) in enumerate(((panel.sold, SOLD), (panel.bought, BOUGHT))):
        left = MARGIN + number * (half + 24)
        label, amount, rest = line
        brush.pen.rounded_rectangle((left, top, left + half, top + 186), 18, fill=PALE)
        brush.pen.rounded_rectangle((left + 26, top + 30, left + 50, top + 54), 6, fill=colour)
        brush.text((left + 64, top + 54), label, NORMAL, fill=GREY, room=half - 90)
        brush.text((left + 26, top + 116), amount, LARGE, room=half - 52, bold=True)
        brush.text((left + 26, top + 160), rest, SMALL, fill=GREY, room=half - 52)


def _grid(brush: Brush, panel: ChartPanel, base: int) -> None:
    for share in (1, 2):
        height = base - BARS * share // 2
        brush.pen.line((MARGIN, height, WIDTH - MARGIN, height), fill=LINE, width=2)
    brush.pen.line((MARGIN, base, WIDTH - MARGIN, base), fill=GREY, width=3)
    brush.text((WIDTH - MARGIN, base - BARS - 44), panel.top, TINY, fill=GREY, anchor="rs")
    brush.text((MARGIN, base - BARS - 44), panel.fiat, NORMAL, bold=True)


def _bars(brush: Brush, hour: ChartHour, left: float, step: float, base: int) -> None:
    """Two bars side by side, one alone in the middle; the number of orders above the higher one, the hour below."""
    bars = [one for one in ((hour.sold, SOLD), (hour.bought, BOUGHT)) if one[0] > 0]
    bar = round(step * (0.34 if len(bars) > 1 else 0.5))
    begins = round(left + (step - bar * len(bars)) / 2)
    for number, (height, colour) in enumerate(bars):
        pixels = max(4, BARS * height // FULL)
        edge = begins + number * bar
        brush.pen.rectangle((edge + number, base - pixels, edge + bar - 1, base - 2), fill=colour)
    if hour.count:
        highest = max(4, BARS * max(hour.sold, hour.bought) // FULL)
        brush.text((left + step / 2, base - highest - 8), hour.count, TINY, anchor="ms", room=step, halo=4)
    if hour.label:
        brush.text((left + step / 2, base + 34), hour.label, TINY, fill=GREY, anchor="ms")
