"""What a topic is called, what stays of it in one line, what staff noted: in both languages, without a buyer's name."""

from decimal import Decimal

import pytest

from bot.domain.intents import State
from bot.domain.orders import Order, Side
from bot.domain.situations import Notice, Queue, Situation
from bot.domain.topics import Stage, end_facts, stage_of
from bot.views.notices import notice_card
from bot.views.queue import queue_card
from bot.views.topics import ENDED, note_card, topic_name
from tests.views.samples import NOW, intent, order, reader, situation

LINES = {
    ("en", Side.SELL, "finished"): (
        "0417 released 1,000.00 USDT for 7,200.00 CNY, 14:02, operator 2 · chat kept: /chat 0417"
    ),
    (
        "zh",
        Side.SELL,
        "finished",
    ): "0417 已放币 1,000.00 USDT，收 7,200.00 CNY，14:02，operator 2 · 聊天已存：/chat 0417",
    ("en", Side.BUY, "finished"): (
        "0417 bought 1,000.00 USDT for 7,200.00 CNY, 14:02, operator 2 · chat kept: /chat 0417"
    ),
    ("zh", Side.BUY, "cancel"): "0417 已取消，1,000.00 USDT，7,200.00 CNY，14:02，operator 2 · 聊天已存：/chat 0417",
    ("en", Side.SELL, "expired"): (
        "0417 expired, 1,000.00 USDT for 7,200.00 CNY, 14:02, operator 2 · chat kept: /chat 0417"
    ),
}


def ended(of: Order, who: str = "operator 2") -> Notice:
    return Notice(ENDED, end_facts(of, NOW, who))


@pytest.mark.parametrize(("language", "side", "status"), LINES)
def test_one_line_says_what_became_of_the_order(language: str, side: Side, status: str) -> None:
    card = notice_card(ended(order(side, status)), reader(language, None))
    assert card.plain == LINES[language, side, status] and card.rows == ()


def test_the_line_names_nobody_when_it_was_none_of_us_and_keeps_every_digit() -> None:
    card = notice_card(ended(order(status="cancel", amount=Decimal("0.123456789012345678")), ""), reader("en", None))
    assert card.plain == "0417 cancelled, 0.123456789012345678 USDT for 7,200.00 CNY, 14:02 · chat kept: /chat 0417"


@pytest.mark.parametrize(
    ("shown", "name", "stage"),
    [
        (situation(), "0417 · 7,200.00 CNY", Stage.GOING_ON),
        (situation(order(in_appeal=True)), "⚖ 0417 · 7,200.00 CNY", Stage.IN_TROUBLE),
        (situation(intent=intent(State.UNKNOWN)), "❓ 0417 · 7,200.00 CNY", Stage.IN_TROUBLE),
        (situation(intent=intent(State.SENT)), "0417 · 7,200.00 CNY", Stage.GOING_ON),
        (situation(order(status="finished")), "✅ 0417 · 7,200.00 CNY", Stage.OVER),
        (situation(order(status="cancel")), "🚫 0417 · 7,200.00 CNY", Stage.OVER),
        (situation(order(status="expired")), "⌛ 0417 · 7,200.00 CNY", Stage.OVER),
    ],
)
def test_a_topic_says_trouble_and_the_end_in_front(shown: Situation, name: str, stage: Stage) -> None:
    assert (topic_name(shown), stage_of(shown)) == (name, stage)


def test_a_name_is_never_longer_than_telegram_takes() -> None:
    assert len(topic_name(situation(order(total=Decimal(10) ** 200)))) == 128


@pytest.mark.parametrize(
    ("language", "head"), [("en", "📝 Note by operator 2 · 0417"), ("zh", "📝 operator 2 的备注 · 0417")]
)
def test_a_note_is_shown_as_it_was_written_and_in_no_quote(language: str, head: str) -> None:
    card = note_card(
        "2089000000000000417", "operator 2", "<b>his sister</b> pays\nlook at her name", reader(language, None)
    )
    assert card.plain == f"{head}\n<b>his sister</b> pays\nlook at her name"
    assert "<blockquote" not in card.text and "&lt;b&gt;" in card.text


def test_the_groups_queue_does_not_change_with_every_look_at_the_venue() -> None:
    def drawn(looked_at: int) -> str:
        return queue_card(Queue((situation(),), (), (), looked_at), reader("en", None)).plain

    assert drawn(NOW) == drawn(NOW + 60_000) and "Looked" not in drawn(NOW) and "张三丰" not in drawn(NOW)
    assert "Looked" in queue_card(Queue((), (), (), NOW), reader("en")).plain
