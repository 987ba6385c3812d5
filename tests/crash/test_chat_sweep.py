"""The small crash sweep of the buyer chat: kills and faults around what comes in and what goes out."""

import pytest

from tests.crash.chat_cells import FETCH, READ, SAY, UPLOAD, Act, choose, numbering
from tests.crash.chat_sweep import CHAT, ChatResults
from tests.crash.conftest import Ground
from tests.crash.frame import run_cells

SEED = 3
KILLS = 20
AT_ONCE = 8
NUMBERED = {
    (Act.TEXTS_IN, READ, "none"),
    (Act.FILE_IN, FETCH, "cut_answer"),
    (Act.TEXT_OUT, SAY, "act_and_drop"),
    (Act.TEXT_OUT, SAY, "act_and_slow"),
    (Act.PHOTO_OUT, UPLOAD, "none"),
    (Act.PHOTO_OUT, SAY, "act_and_500"),
    (Act.ALBUM_OUT, UPLOAD, "act_and_reset"),
}


@pytest.mark.timeout(480)
async def test_whatever_breaks_and_wherever_the_desk_dies_each_word_arrives_once_or_its_loss_is_said(
    ground: Ground,
) -> None:
    results = ChatResults()
    without = [cell for cell in numbering() if (cell.act, cell.endpoint, cell.fault) in NUMBERED]
    assert len(without) == len(NUMBERED)
    await run_cells(CHAT, without, ground.nursery, ground.folder, results, at_once=AT_ONCE)
    assert results.broken() == []
    kills = choose(results.traces, KILLS, SEED)
    await run_cells(CHAT, kills, ground.nursery, ground.folder, results, at_once=AT_ONCE)
    assert results.broken() == []
    assert results.died >= len(kills) * 0.8
