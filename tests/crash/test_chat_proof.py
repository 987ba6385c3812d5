"""The proof of the buyer chat, in small: `python -m tests.crash.chat_proof` is the large one."""

import pytest

from tests.crash.chat_plan import make_plan
from tests.crash.chat_proof import Wanted, prove
from tests.crash.conftest import Ground

SMALL = Wanted(messages=200, orders=12, kills=3, seed=4)


def test_the_same_seed_is_the_same_plan() -> None:
    plan = make_plan(500, 20, 5, seed=8)
    assert plan == make_plan(500, 20, 5, seed=8)
    assert plan != make_plan(500, 20, 5, seed=9)
    assert sum(word.size for word in plan.words) >= 500


@pytest.mark.timeout(480)
async def test_on_a_bad_day_every_word_arrives_once_or_is_said_unknown_and_staff_hear_every_word(
    ground: Ground,
) -> None:
    proof = await prove(ground.nursery, ground.template, ground.folder / "proof", SMALL)
    assert proof.judgement.broken == {}, proof.summary()
    assert proof.is_settled, proof.summary()
    assert proof.kills == SMALL.kills
    assert proof.judgement.counts["from buyers said"] >= 60
    assert proof.judgement.counts["to buyers delivered"] >= 50
