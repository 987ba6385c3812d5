"""The report of `check` for the terminal: one line per finding, in words a merchant understands."""

from collections import defaultdict
from collections.abc import Iterable

from bot.domain.findings import Finding
from bot.texts import Words, texts_for
from bot.views.card import clean
from bot.views.check_words import AREAS, ASSUMED, ASSUMPTIONS, SENTENCES, UNLISTED

SIGNS = {True: "✔", False: "✘", None: "?"}
FACT_COLUMNS = 160


def check_lines(findings: Iterable[Finding], language: str) -> str:
    """Plain text by area. A finding without a sentence is printed by its names, never left out."""
    words = texts_for(language)
    by_area: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_area[finding.area].append(finding)
    known = [area for area in AREAS if area in by_area]
    blocks = []
    for area in [*known, *(area for area in by_area if area not in AREAS)]:
        title = words(AREAS[area]) if area in AREAS else area
        blocks.append("\n".join([title, *(f"  {_line(words, finding)}" for finding in by_area[area])]))
    return "\n\n".join([*blocks, _verdict(words, [one for found in by_area.values() for one in found])])


def _line(words: Words, finding: Finding) -> str:
    assumed = ASSUMPTIONS.get(finding.key.removeprefix("assumption_")) if finding.area == "assumptions" else None
    if assumed is not None:
        return f"{SIGNS[finding.ok]} {words(ASSUMED[finding.ok], text=words(assumed))}"
    sentences = SENTENCES.get((finding.area, finding.key))
    facts = _Facts({name: clean(fact, FACT_COLUMNS) for name, fact in finding.facts.items()})
    if sentences is None:
        listed = ", ".join(f"{name}={fact}" for name, fact in facts.items())
        template, facts = words.template(UNLISTED), _Facts({"key": finding.key, "facts": listed or "–"})
    else:
        template = words.template(sentences[finding.ok])
    return f"{SIGNS[finding.ok]} {template.format_map(facts)}"


class _Facts(dict[str, str]):
    """A fact that did not come leaves a dash: a check must always print."""

    def __missing__(self, key: str) -> str:
        return "–"


def _verdict(words: Words, findings: list[Finding]) -> str:
    wrong = sum(1 for finding in findings if finding.ok is False)
    if wrong:
        return words("To mend: {number}. The desk may not work until then.", number=str(wrong))
    open_ones = sum(1 for finding in findings if finding.ok is None)
    if open_ones:
        return words("Nothing to mend. Could not be told or only advice: {number}.", number=str(open_ones))
    return words("Everything checked is right.")
