"""The committed specification is what the pinned wheel says, and knows what every limit of ours rests on."""

from __future__ import annotations

import pytest

from bot.sandbox.telegram.methods import METHODS
from bot.sandbox.telegram.spec import SPEC


def test_the_committed_specification_is_what_the_wheel_says() -> None:
    from tests.bot_api_spec import generate  # four seconds, which only the worker that runs this test must spend

    assert generate.TARGET.read_text(encoding="utf-8") == generate.as_text(generate.build())


def test_it_covers_the_whole_bot_api() -> None:
    assert SPEC["api_version"] == "10.3"
    assert len(SPEC["methods"]) == 185
    limits = [
        rule
        for part, key in (("methods", "params"), ("types", "fields"))
        for shape in SPEC[part].values()
        for rule in shape[key].values()
        if "max" in rule or "alphabet" in rule
    ]
    assert len(limits) > 150


def test_the_sandbox_offers_only_methods_that_exist() -> None:
    assert set(METHODS) <= set(SPEC["methods"])


@pytest.mark.parametrize(
    ("where", "low", "high", "unit"),
    [
        ("methods.sendMessage.params.text", 1, 4096, "characters"),
        ("methods.sendPhoto.params.caption", 0, 1024, "characters"),
        ("methods.answerCallbackQuery.params.text", 0, 200, "characters"),
        ("methods.sendMediaGroup.params.media", 2, 10, "items"),
        ("methods.createForumTopic.params.name", 1, 128, "characters"),
        ("methods.getUpdates.params.limit", 1, 100, "value"),
        ("methods.setWebhook.params.max_connections", 1, 100, "value"),
        ("methods.deleteMessages.params.message_ids", 1, 100, "items"),
        ("types.InlineKeyboardButton.fields.callback_data", 1, 64, "bytes"),
        ("types.CopyTextButton.fields.text", 1, 256, "characters"),
        ("types.BotCommand.fields.command", 1, 32, "characters"),
    ],
)
def test_known_limits_were_read_from_the_sentences(where: str, low: int, high: int, unit: str) -> None:
    rule = SPEC
    for step in where.split("."):
        rule = rule[step]
    assert (rule["min"], rule["max"], rule["unit"]) == (low, high, unit)


def test_fixed_words_and_alphabets_were_read_too() -> None:
    button = SPEC["types"]["InlineKeyboardButton"]["fields"]
    assert button["style"]["choices"] == ["danger", "success", "primary"]
    assert SPEC["types"]["BotCommand"]["fields"]["command"]["alphabet"] == "a-z0-9_"
    assert SPEC["types"]["InputMediaPhoto"]["fields"]["type"]["choices"] == ["photo"]
