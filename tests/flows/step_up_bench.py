"""People with PINs, in the words of a test."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.step_up import Pins, Prompt, Step
from bot.flows import pin_questions, pin_setting
from bot.flows.pin_questions import Typed
from bot.flows.pin_setting import Answered
from tests.flows.bench import OPERATOR, Bench

FIRST, SECOND, OTHER = "482913", "715046", "930275"


async def no(work: Awaitable[object]) -> NotAllowed:
    """The refusal that it ends in."""
    with pytest.raises(NotAllowed) as caught:
        await work
    return caught.value


async def reply(bench: Bench, prompt: Prompt, text: str, by: int | None = None) -> Answered:
    return await pin_setting.answer(bench.desk, by or prompt.person, prompt.id, Typed(text, 0))


async def follow(bench: Bench, prompt: Prompt | None, *texts: str) -> Prompt | None:
    """Answer one question after the other; the one that follows the last."""
    for text in texts:
        assert prompt is not None
        prompt = (await reply(bench, prompt, text)).follows
    return prompt


async def set_pin(bench: Bench, pin: str = FIRST, by: int = OPERATOR) -> None:
    assert await follow(bench, await pin_setting.begin(bench.desk, by, Step.NEW), pin, pin) is None


async def set_second(bench: Bench, pin: str = SECOND, by: int = OPERATOR, first: str = FIRST) -> None:
    asked = await pin_setting.begin(bench.desk, by, Step.SECOND_PROVE)
    assert await follow(bench, asked, first, pin, pin) is None


async def asked(bench: Bench, work: Awaitable[object], by: int = OPERATOR) -> Prompt:
    """The question that a tap led to."""
    refused = await no(work)
    assert refused.reason == "pin_needed", refused.reason
    return await pin_questions.ask(bench.desk, by, Step.PROVE, refused.facts["about"], refused.facts)


async def prove(bench: Bench, work: Awaitable[object], pin: str = FIRST, by: int = OPERATOR) -> Prompt:
    """The tap asks for a PIN, and it is given."""
    prompt = await asked(bench, work, by)
    await reply(bench, prompt, pin)
    return prompt


async def pins(bench: Bench, person: int = OPERATOR) -> Pins:
    async with bench.store.read() as tables:
        found = await tables.step_up.pins(person)
    assert found is not None
    return found


async def guess(bench: Bench, times: int, by: int = OPERATOR) -> list[str]:
    """So many wrong ones at a question of its own each; what was said."""
    said = []
    for _ in range(times):
        prompt = await pin_questions.ask(bench.desk, by, Step.PROVE, "x")
        said.append((await no(reply(bench, prompt, OTHER))).reason)
    return said


def require(bench: Bench, **changes: object) -> None:
    """The desk's settings, changed."""
    bench.desk.policy = replace(bench.desk.policy, **changes)  # type: ignore[arg-type] # names are a test's own
