"""Journeys and pages that failed beside many others are run once more, alone and in sight.

They are real processes with time limits; on a machine that stalls, one of thousands misses its moment now and then.
Whatever fails alone, too, is broken; what passes only alone is named, so that a test that is named again and again gets
mended. More than a handful, or any other kind of test, is no bad moment but a defect, and is not tried again: neither
what proves money and rights, nor a crash test.
"""

import json
import subprocess
import sys
from pathlib import Path

MOST = 5
TIMED = ("tests/journeys/", "tests/browser/", "tests/sandbox/")
FAILED = Path(".pytest_cache/v/cache/lastfailed")


def failed() -> list[str]:
    """The tests that failed last, by their ids; none when nobody wrote them down."""
    return sorted(json.loads(FAILED.read_text())) if FAILED.exists() else []


def main() -> int:
    """The exit code of the second try, or 1 where none is made."""
    names = failed()
    if not 0 < len(names) <= MOST or not all("::" in name and name.startswith(TIMED) for name in names):
        print(f"{len(names)} tests are written down as failed: no second try.")
        return 1
    print("Once more, alone:", *names, sep="\n  ", flush=True)
    code = subprocess.call([sys.executable, "-m", "pytest", "-v", *names])
    if code == 0:
        print("Passed only alone:", *names, sep="\n  ")
    return code


if __name__ == "__main__":
    sys.exit(main())
