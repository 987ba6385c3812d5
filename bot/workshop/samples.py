"""Where the pictures and sounds of a track lie in the file (ISO/IEC 14496-12 §8.7)."""

from itertools import accumulate

from bot.workshop.boxes import Box, broken, numbers

Span = tuple[int, int]
"""First byte and the one after the last."""


def spans_of(movie: bytearray, tables: dict[bytes, Box]) -> list[Span]:
    """The places of a track's chunks, from the boxes of its `stbl`.

    Work is bounded by the bytes of the tables: a count is never believed further than its table reaches.
    """
    starts = _chunk_starts(movie, tables)
    counts = _samples_per_chunk(movie, tables, len(starts))
    fixed, ends = _sizes(movie, tables)
    if fixed:
        return [(start, start + count * fixed) for start, count in zip(starts, counts, strict=True) if count]
    spans: list[Span] = []
    first = 0
    for start, count in zip(starts, counts, strict=True):
        last = min(first + count, len(ends) - 1)
        spans.append((start, start + ends[last] - ends[first]))
        first = last
    return [span for span in spans if span[1] > span[0]]


def merged(spans: list[Span]) -> list[Span]:
    """The same places in order, those that touch made one."""
    whole: list[Span] = []
    for start, end in sorted(spans):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return whole


def _chunk_starts(movie: bytearray, tables: dict[bytes, Box]) -> list[int]:
    box, size = (tables[b"co64"], 8) if b"co64" in tables else (_table(tables, b"stco"), 4)
    return numbers(movie, box, 8, numbers(movie, box, 4, 1)[0], size)


def _samples_per_chunk(movie: bytearray, tables: dict[bytes, Box], chunks: int) -> list[int]:
    box = _table(tables, b"stsc")
    runs = numbers(movie, box, 4, 1)[0]
    values = numbers(movie, box, 8, 3 * runs)
    firsts, counts = values[0::3], values[1::3]
    ends = [*firsts[1:], chunks + 1]
    if chunks and (not firsts or firsts[0] != 1):
        broken("chunks without a rule")
    per_chunk: list[int] = []
    for first, end, count in zip(firsts, ends, counts, strict=True):
        if end < first or end > chunks + 1:
            broken("rules of chunks out of order")
        per_chunk += [count] * (end - first)
    return per_chunk


def _sizes(movie: bytearray, tables: dict[bytes, Box]) -> tuple[int, list[int]]:
    """The size of every sample when all have one, else 0 and where each would end if they lay in a row from 0."""
    if b"stz2" in tables:
        box = tables[b"stz2"]
        field, count = numbers(movie, box, 4, 2)
        if field & 0xFF not in (8, 16):
            broken("sizes in halves of bytes")
        return 0, [0, *accumulate(numbers(movie, box, 12, count, (field & 0xFF) // 8))]
    box = _table(tables, b"stsz")
    fixed, count = numbers(movie, box, 4, 2)
    return (fixed, []) if fixed else (0, [0, *accumulate(numbers(movie, box, 12, count))])


def _table(tables: dict[bytes, Box], kind: bytes) -> Box:
    if kind not in tables:
        broken("a table is missing")
    return tables[kind]
