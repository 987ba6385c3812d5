"""Lines with ranks and rows of buttons: a card that is still being composed."""

from dataclasses import dataclass, field

from bot.views.card import Card, Markup, Rows

MOST_LINES = 8


@dataclass(slots=True)
class Drawing:
    """Lines of rank 0 stay; when there are more than eight, those with the largest rank go first."""

    lines: list[tuple[int, Markup]] = field(default_factory=list)
    rows: Rows = ()

    def line(self, text: Markup, rank: int = 0) -> None:
        self.lines.append((rank, text))

    def insert(self, index: int, text: Markup) -> None:
        self.lines.insert(index, (0, text))

    def card(self) -> Card:
        return Card("\n".join(self._kept()), self.rows)

    def _kept(self) -> list[Markup]:
        kept = list(self.lines)
        while len(kept) > MOST_LINES and max(rank for rank, _ in kept) > 0:
            least = max(rank for rank, _ in kept)
            del kept[max(index for index, (rank, _) in enumerate(kept) if rank == least)]
        return [text for _, text in kept]
