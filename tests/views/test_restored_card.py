"""What everybody reads after a copy was put back, in both languages."""

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.domain.situations import Notice
from bot.domain.staff import Role
from bot.views.notices import notice_card
from tests.views import samples
from tests.views.test_snapshots import drawn


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_copy_that_was_put_back_says_from_when_it_is_and_what_it_cannot_know(
    language: str, snapshot: SnapshotAssertion
) -> None:
    card = notice_card(Notice("restored", {"at": str(samples.NOW)}), samples.reader(language, Role.OWNER))
    assert f"=== put back\n{drawn(card)}" == snapshot


def test_a_copy_without_its_moment_is_told_all_the_same() -> None:
    assert "–" in notice_card(Notice("restored"), samples.reader("en", Role.OWNER)).plain
