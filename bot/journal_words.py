"""What checking the journal's chain found, in English like all that `journal` prints: an export has no settings."""

from datetime import UTC, datetime

from bot.domain.journal_chain import KEPT_FINDINGS, Beginning, Finding, Head, Verdict, Wrong


def head_line(head: Head) -> str:
    """`Head: 812 rows, row 812, hash …`."""
    return f"Head: {head.rows} rows, last row {head.last}, hash {head.hash}"


def verdict_lines(verdict: Verdict, asked_head: bool) -> str:
    """Everything found, in words, worst first; the last line is the chain's end. In English, as all of `verify`."""
    lines = ["The journal is whole." if verdict.is_whole else f"THE JOURNAL IS NOT WHOLE: {_places(verdict.wrong)}."]
    lines += [_finding(finding) for finding in verdict.findings]
    if verdict.wrong > KEPT_FINDINGS:
        lines.append(f"… and {verdict.wrong - KEPT_FINDINGS} more.")
    if verdict.beginning is not None:
        lines.append(_beginning(verdict.beginning))
    lines.append(_about_head(verdict) if asked_head else _NO_HEAD)
    return "\n".join([*(line for line in lines if line), head_line(verdict.head)])


_NO_HEAD = (
    "Whether rows were cut off at the end, or all was written anew, only a hash that left this machine can tell:"
    " --head HASH, from the daily message to the owners."
)


def _places(count: int) -> str:
    return "1 place" if count == 1 else f"{count} places"


def _finding(finding: Finding) -> str:
    row, before = finding.row, finding.before
    if finding.wrong is Wrong.CUT_OFF:
        return f"- The head is not in it: rows after row {row} were cut off, or those up to the head were written anew."
    place = f"- Line {finding.line}, "
    if finding.wrong is Wrong.UNREADABLE:
        return f"{place}after row {before}: this is not a row of a journal."
    if finding.wrong is Wrong.MISPLACED:
        return f"{place}row {row}: it stands after row {before}, where it does not belong."
    if finding.wrong is Wrong.MISSING:
        gone = f"row {row - 1} is" if row - before == 2 else f"rows {before + 1} to {row - 1} are"
        return f"{place}row {row}: {gone} missing before it."
    return f"{place}row {row}: it is not what was written, or not after what was written before it."


def _beginning(beginning: Beginning) -> str:
    moment = datetime.fromtimestamp(beginning.at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return (
        f"Rows up to {beginning.last} are older than the chain: chained at {moment}."
        " That they were not changed before then, nothing proves."
    )


def _about_head(verdict: Verdict) -> str:
    if verdict.head_row is None:
        return ""
    if not verdict.after_head:
        return f"The head is row {verdict.head_row}, the last one: nothing was cut off."
    return (
        f"The head is row {verdict.head_row}: nothing up to it was cut off."
        f" Rows after it: {verdict.after_head}; for these, a later head is the proof."
    )
