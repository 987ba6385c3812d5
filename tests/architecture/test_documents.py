"""The documents say what the code does: commands, settings, diagram, scenarios, links."""

import re
from pathlib import Path

from bot.sandbox.scenarios import SCENARIOS
from bot.settings import NAMES, build, load
from bot.views.buttons import Verb
from handlers import COMMANDS, TAPS
from tests.architecture import diagrams

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")


def test_every_command_is_in_the_readme_and_every_documented_command_exists() -> None:
    table = README[README.index("## Commands") : README.index("## When things fail")]
    documented = set(re.findall(r"`/([a-z]+)", table))
    assert documented == set(COMMANDS)


def test_every_button_verb_has_a_handler() -> None:
    assert set(TAPS) == set(Verb)


def test_every_setting_is_in_the_example_and_nothing_else() -> None:
    documented = set(re.findall(r"^([A-Z_]+)=", EXAMPLE, flags=re.M))
    assert documented == NAMES


def test_the_example_with_the_required_values_filled_in_starts(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    text = EXAMPLE.replace("TELEGRAM_TOKEN=", "TELEGRAM_TOKEN=1:token").replace("DESK_OWNERS=", "DESK_OWNERS=1,2")
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    assert load(file, environment={}) == build({"TELEGRAM_TOKEN": "1:token", "DESK_OWNERS": "1,2"})


def test_the_state_diagrams_are_the_tables() -> None:
    assert diagrams.DOCUMENT.read_text(encoding="utf-8") == diagrams.document()


def test_every_saying_and_every_intent_can_come_to_an_end() -> None:
    for table in diagrams.TABLES:
        reached = set(table.ends)
        while more := {before for (before, _), after in table.transitions if after in reached} - reached:
            reached |= more
        assert set(table.begins) <= reached and {before for (before, _), _ in table.transitions} <= reached


def test_every_file_that_the_architecture_names_exists() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:bot|storage|handlers)/[a-z_/]+\.py)`", text))
    assert len(named) > 15
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
    for name, function in re.findall(r"`((?:bot|storage|handlers)/[a-z_/]+\.py)`, `(\w+)`", text):
        assert f"def {function}(" in (ROOT / name).read_text(encoding="utf-8"), f"{name} has no {function}"


def test_every_setting_that_the_architecture_names_exists() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([A-Z]+_[A-Z_]+)`", text))
    assert {"DESK_FOLLOW_HOURS", "GATE_FILE_HOSTS"} <= named <= NAMES


def test_every_scenario_the_readme_promises_exists() -> None:
    promised = {
        "happy-sale", "happy-purchase", "never-pays", "buyer-cancels", "appeal", "answer-lost", "venue-away",
        "telegram-away", "changed-order", "twins", "third-party", "fake-receipt", "pressure", "stolen-phone",
        "handover",
    }  # fmt: skip
    assert promised <= set(SCENARIOS)


def test_every_link_and_picture_of_the_documents_exists() -> None:
    for document in (ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "docs" / "architecture.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (document.parent / target).exists(), f"{document.name} points to {target}"


def test_every_make_target_of_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"make ([a-z]+)", README)):
        assert re.search(rf"^{target}:", makefile, flags=re.M), target
