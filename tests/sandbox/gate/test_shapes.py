"""Every success answer has exactly the keys and JSON types of the documented-shape answers."""

import copy
from typing import Any

import pytest

from tests.sandbox.gate.desk import Desk
from tests.sandbox.gate.documented import differences, documented_answers
from tests.sandbox.gate.situations import SITUATIONS

DOCUMENTED = documented_answers()


def _with_all_messages(answer: Any) -> Any:
    """Which kinds of message a chat has is chance; each has to look like one that is documented somewhere."""
    merged = copy.deepcopy(answer)
    merged["data"]["messages"] = [
        message
        for (endpoint, _), each in DOCUMENTED.items()
        if endpoint == "get_chats_list"
        for message in each["data"]["messages"]
    ]
    return merged


def test_every_documented_answer_has_its_situation() -> None:
    assert set(DOCUMENTED) == set(SITUATIONS)


@pytest.mark.parametrize(("endpoint", "variant"), sorted(SITUATIONS))
async def test_an_answer_has_the_documented_keys_and_types(desk: Desk, endpoint: str, variant: str) -> None:
    documented = DOCUMENTED[endpoint, variant]
    name, body = await SITUATIONS[endpoint, variant](desk)
    if variant == "flash_swap_row":
        swap = documented["data"]["list"][0]["convert_info"]
        await desk.control("orders/61000001/change", {"convert_info": swap, "order_type": 3})

    ours = (await desk.post(name, body)).json()

    wanted = _with_all_messages(documented) if endpoint == "get_chats_list" else documented
    assert differences(ours, wanted) == []
    assert (ours["code"], ours["message"]) == (documented["code"], documented["message"])
    if endpoint == "get_transaction_details":
        assert ours["data"]["status"] == documented["data"]["status"]


def test_a_comparison_sees_missing_extra_and_retyped_keys() -> None:
    documented = {"a": 1, "b": ["x"], "c": {"d": 1.5}}
    assert differences({"a": 2, "b": ["y"], "c": {"d": 3}}, documented) == []
    assert differences({"a": "2", "b": [], "c": {"d": 3, "e": 1}}, documented) != []
    assert len(differences({"a": "2", "b": [3], "c": {}}, documented)) == 3
