"""A small round of every measure: it yields numbers, and what is counted rather than timed holds."""

import math

import pytest

from tests.bench import burst, starts, taps, ticks
from tests.bench.__main__ import DOCUMENT, IDS, main
from tests.bench.table import QUICK, Row, as_markdown, as_text


def by_id(rows: list[Row]) -> dict[str, dict[str, float]]:
    for row in rows:
        assert row.figures and all(math.isfinite(figure) for figure in row.figures.values()), row
        assert row.id in as_text(rows) and f"| {row.id} |" in as_markdown(rows, QUICK, 1.0)
    return {row.id: row.figures for row in rows}


async def test_taps_reach_the_venue_after_two_durable_commits_and_wait_for_no_other_order() -> None:
    wanted = {"P1", "P1w", "P3", "P5", "P11"}
    rows = await taps.measure(QUICK, wanted)
    figures = by_id(rows)
    assert set(figures) == wanted
    usual = figures["P3"]
    assert (usual["inbox"], usual["intent"], usual["other before"], usual["outcome"]) == (1, 1, 0, 1)
    assert figures["P5"]["loaded"] < figures["P5"]["blocked"] and figures["P5"]["blocked"] > QUICK.hang / 2
    assert figures["P11"]["p99"] < figures["P11"]["peer"] and figures["P11"]["peer"] > QUICK.hang / 2


async def test_a_tick_costs_two_list_calls_and_one_look_per_changed_order() -> None:
    figures = by_id(await ticks.measure(QUICK, {"P6", "P7", "P9"}))
    calls = figures["P6"]
    assert (calls["changed 0"], calls["changed 1"], calls["changed 5"], calls["peer"]) == (2, 3, 7, 401)
    assert figures["P7"]["many"] > 0 and figures["P9"]["ours"] > 0


async def test_a_burst_is_told_whole_and_telegram_never_has_to_slow_us_down() -> None:
    figures = by_id(await burst.measure(QUICK, {"P10"}))["P10"]
    assert (figures["missing"], figures["refused"]) == (0, 0)


async def test_starts_memory_and_throughput_are_measured_beside_their_peers() -> None:
    figures = by_id(await starts.measure(QUICK, {"P12", "P13", "P14"}))
    assert set(figures) == {"P12", "P13", "P14"}
    assert all(figures[id_][name] > 0 for id_ in figures for name in ("ours", "ptb", "aiogram"))


def test_the_document_has_a_row_for_every_measure() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert [line.split(" ")[1] for line in text.splitlines() if line.startswith("| P")] == list(IDS)


def test_a_measure_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "P99"])
    assert "P99" in capsys.readouterr().err
