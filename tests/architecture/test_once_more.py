"""The second try is for a handful only, and fails when they fail again."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PASSES = "def test_it_passes():\n    assert True\n"
FAILS = "def test_it_fails():\n    assert False\n"


def tried(folder: Path, names: list[str]) -> subprocess.CompletedProcess[str]:
    cache = folder / ".pytest_cache/v/cache"
    cache.mkdir(parents=True)
    (cache / "lastfailed").write_text(json.dumps(dict.fromkeys(names, True)))
    for place in ("tests/journeys", "tests/crash"):
        (folder / place).mkdir(parents=True)
        (folder / place / "test_one.py").write_text(PASSES + FAILS)
    command = [sys.executable, str(ROOT / "tests/support/once_more.py")]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_what_passes_alone_is_named_and_accepted(tmp_path: Path) -> None:
    done = tried(tmp_path, ["tests/journeys/test_one.py::test_it_passes"])
    assert done.returncode == 0 and "Passed only alone:\n  tests/journeys/test_one.py::test_it_passes" in done.stdout


def test_what_fails_again_fails(tmp_path: Path) -> None:
    done = tried(tmp_path, ["tests/journeys/test_one.py::test_it_passes", "tests/journeys/test_one.py::test_it_fails"])
    assert done.returncode == 1 and "Passed only alone" not in done.stdout


@pytest.mark.parametrize("count", [0, 6])
def test_none_and_many_are_not_tried_again(tmp_path: Path, count: int) -> None:
    done = tried(tmp_path, [f"tests/journeys/test_one.py::test_{number}" for number in range(count)])
    assert done.returncode == 1 and "no second try" in done.stdout


def test_a_file_that_could_not_be_read_is_not_tried_again(tmp_path: Path) -> None:
    assert tried(tmp_path, ["tests/journeys/test_one.py"]).returncode == 1


@pytest.mark.parametrize("place", ["tests/crash", "tests/security", "tests/flows"])
def test_what_proves_money_and_rights_has_one_try(tmp_path: Path, place: str) -> None:
    assert tried(tmp_path, [f"{place}/test_one.py::test_it_passes"]).returncode == 1
