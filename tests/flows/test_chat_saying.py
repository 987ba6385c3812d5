"""What staff say is stored first; what is doubtful about it is asked, and only its person answers, once."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.chat import MAX_TEXT
from bot.domain.errors import NotAllowed, Refused
from bot.domain.sayings import STALE_SECONDS, Doubt, Saying, SayingKind, State
from bot.flows import albums, say
from bot.flows.saying_outcome import HELD, MARK
from tests.flows.bench import AGENT, GROUP, LEAD, OPERATOR, OPERATOR_2, ORDER, OWNER, VIEWER, Bench

OTHER = replace(ORDER, id="61000417", counterparty_name="李四", total=Decimal("3550.00"), counterparty_id="c2")


@pytest.fixture(autouse=True)
async def known(bench: Bench) -> None:
    await bench.see()
    await bench.read()
    await bench.told()


def doubts(said: list[Saying]) -> dict[str, str]:
    return said[0].doubts


async def asked(bench: Bench) -> list[int]:
    return sorted(delivery.chat_id for delivery in await bench.told() if delivery.kind == HELD)


async def test_plain_words_are_planned_journalled_and_claim_the_order(bench: Bench) -> None:
    (saying,) = await bench.say("  hello \n")
    assert (saying.state, saying.text, saying.kind, saying.doubts) == (State.PLANNED, "hello", SayingKind.TEXT, {})
    assert (await bench.stored()).claimed_by == OPERATOR
    assert await bench.outcomes("say") == ["planned"] and bench.desk.talk.wake.is_set()
    assert bench.gate.count("say") == 0, "it is stored before anything leaves"


async def test_who_is_on_an_order_already_stays_there(bench: Bench) -> None:
    await bench.say("one", by=AGENT)
    await bench.say("two", by=OPERATOR)
    assert (await bench.stored()).claimed_by == AGENT


async def test_a_finished_order_is_claimed_by_nobody(bench: Bench) -> None:
    await bench.see(status="finished")
    await bench.say("thanks")
    assert (await bench.stored()).claimed_by is None


@pytest.mark.parametrize(("by", "reason"), [(VIEWER, "role_too_low"), (99, "no_right_here"), (LEAD, "person_frozen")])
async def test_who_may_not_talk_to_buyers_says_nothing(bench: Bench, by: int, reason: str) -> None:
    bench.desk.people[LEAD] = replace(bench.desk.people[LEAD], is_frozen=True)
    with pytest.raises(NotAllowed, match=reason):
        await bench.say(by=by)
    assert await bench.sayings() == []


async def test_nothing_is_said_without_words_venue_or_order(bench: Bench) -> None:
    with pytest.raises(NotAllowed, match="nothing_to_say"):
        await bench.say(" \n ")
    with pytest.raises(NotAllowed, match="order_unknown"):
        await bench.say(order_id="99")
    bench.desk.gate = None
    with pytest.raises(NotAllowed, match="venue_off"):
        await bench.say()
    assert await bench.sayings() == []


async def test_an_update_that_is_handled_twice_changes_nothing(bench: Bench) -> None:
    picture = bench.picture()
    first = await bench.say("with words", file=picture, message_id=5)
    assert len(first) == 2
    assert await bench.say("with words", file=picture, message_id=5) == []
    assert len(await bench.sayings()) == 2 and await bench.outcomes("say") == ["planned"]


async def test_the_same_words_in_two_messages_are_two_sayings(bench: Bench) -> None:
    await bench.say("ok")
    await bench.say("ok")
    assert len(await bench.sayings()) == 2


@pytest.mark.parametrize(
    ("text", "doubt", "about"),
    [
        ("call me 13800138000", Doubt.CONTACT, "13800138000"),
        ("my wechat is desk_12", Doubt.CONTACT, ""),
        ("see https://example.org/x", Doubt.CONTACT, "example.org"),
        ("pay at pay.desk.example now", Doubt.CHECKOUT, "pay.desk.example"),
        ("李四 请付款", Doubt.WRONG_ORDER, "61000417"),
        ("your order 0417 is ready", Doubt.WRONG_ORDER, "61000417"),
        ("word " * 120, Doubt.LONG, "2"),
    ],
)
async def test_what_is_doubtful_is_held_and_its_person_is_asked(
    bench: Bench, text: str, doubt: Doubt, about: str
) -> None:
    bench.add(OTHER)
    await bench.see(OTHER.id)
    await bench.told()
    bench.desk.policy = replace(bench.desk.policy, checkout_hosts=("pay.desk.example",))
    said = await bench.say(text)
    assert list(doubts(said)) == [doubt] and about in doubts(said)[doubt]
    assert {saying.state for saying in said} == {State.HELD}
    assert await asked(bench) == [OPERATOR]
    await bench.send()
    assert bench.gate.sent_texts == []


async def test_words_from_before_an_absence_are_asked_for_again_with_their_age(bench: Bench) -> None:
    assert doubts(await bench.say(ago=STALE_SECONDS)) == {}
    assert doubts(await bench.say(ago=STALE_SECONDS + 1)) == {Doubt.STALE: "5"}
    assert doubts(await bench.say(ago=7200)) == {Doubt.STALE: "120"}


async def test_words_for_an_order_that_ended_are_asked_for(bench: Bench) -> None:
    await bench.see(status="finished")
    assert doubts(await bench.say("thanks")) == {Doubt.FINISHED: "finished"}


async def test_forwarded_words_are_somebody_elses_and_asked_for(bench: Bench) -> None:
    assert doubts(await bench.say("release it now", is_forwarded=True)) == {Doubt.FORWARDED: "forwarded"}


async def test_several_doubts_are_all_kept(bench: Bench) -> None:
    await bench.see(status="cancel")
    assert set(doubts(await bench.say("call 13800138000", ago=900))) == {Doubt.STALE, Doubt.CONTACT, Doubt.FINISHED}


async def test_what_the_trade_itself_shows_is_no_contact(bench: Bench) -> None:
    assert doubts(await bench.say(f"order {ORDER.id}, account 6222020200008821")) == {}


async def test_a_composed_text_may_name_what_another_order_is_called(bench: Bench) -> None:
    bench.add(OTHER)
    await bench.see(OTHER.id)
    assert doubts(await bench.say("李四", is_composed=True)) == {}


@pytest.mark.parametrize(("length", "parts"), [(MAX_TEXT, 1), (MAX_TEXT + 1, 2)])
async def test_five_hundred_characters_go_and_one_more_is_offered_in_parts(
    bench: Bench, length: int, parts: int
) -> None:
    said = await bench.say("字" * length)
    assert len(said) == parts and bool(doubts(said)) is (parts > 1)
    assert "".join(saying.text for saying in said) == "字" * length
    assert [saying.part for saying in said] == list(range(parts))


async def test_a_file_goes_before_its_caption(bench: Bench) -> None:
    file, caption = await bench.say("look", file=bench.picture())
    assert (file.kind, file.part, caption.kind, caption.part) == (SayingKind.FILE, 0, SayingKind.TEXT, say.CAPTION)


async def test_send_anyway_lets_everything_of_the_message_go_in_its_order(bench: Bench) -> None:
    said = await bench.say("word " * 250)
    assert len(said) == 3
    approved = await say.approve(bench.desk, OPERATOR, said[1].id)
    assert [one.id for one in approved] == [one.id for one in said]
    await bench.send()
    assert [text for _, text in bench.gate.sent_texts] == [one.text for one in said]


async def test_send_anyway_after_a_long_wait_is_not_asked_again(bench: Bench) -> None:
    (saying,) = await bench.say("call 13800138000")
    bench.pass_(3 * STALE_SECONDS)
    await say.approve(bench.desk, OPERATOR, saying.id)
    await bench.send()
    assert await bench.states() == [State.DELIVERED]


async def test_our_payment_link_never_goes_whoever_says_so(bench: Bench) -> None:
    bench.desk.policy = replace(bench.desk.policy, checkout_hosts=("pay.desk.example",))
    (saying,) = await bench.say("pay.desk.example", by=OWNER)
    with pytest.raises(NotAllowed, match="never_to_buyer"):
        await say.approve(bench.desk, OWNER, saying.id)
    await bench.send()
    assert await bench.states() == [State.HELD] and bench.gate.sent_texts == []
    await say.discard(bench.desk, OWNER, saying.id)
    assert await bench.states() == [State.DROPPED]


async def test_dont_send_drops_all_of_it_and_is_journalled_and_marked(bench: Bench) -> None:
    said = await bench.say("word " * 120)
    dropped = await say.discard(bench.desk, OPERATOR, said[0].id)
    assert [one.id for one in dropped] == [one.id for one in said]
    assert await bench.states() == [State.DROPPED, State.DROPPED]
    assert await bench.outcomes("say") == ["held", "dropped", "dropped"]
    assert MARK in {delivery.kind for delivery in await bench.told()}


@pytest.mark.parametrize("first", ["approve", "discard"])
@pytest.mark.parametrize("second", ["approve", "discard"])
async def test_a_question_is_answered_once(bench: Bench, first: str, second: str) -> None:
    (saying,) = await bench.say("call 13800138000")
    await getattr(say, first)(bench.desk, OPERATOR, saying.id)
    with pytest.raises(NotAllowed, match="saying_gone"):
        await getattr(say, second)(bench.desk, OPERATOR, saying.id)
    await bench.send()
    assert len(bench.gate.sent_texts) == (1 if first == "approve" else 0)


@pytest.mark.parametrize("verb", ["approve", "discard"])
async def test_only_the_person_who_said_it_answers(bench: Bench, verb: str) -> None:
    (saying,) = await bench.say("call 13800138000")
    for other in (OPERATOR_2, LEAD, OWNER):
        with pytest.raises(NotAllowed, match="not_your_saying"):
            await getattr(say, verb)(bench.desk, other, saying.id)
    with pytest.raises(NotAllowed, match="role_too_low"):
        await getattr(say, verb)(bench.desk, VIEWER, saying.id)
    with pytest.raises(NotAllowed, match="saying_gone"):
        await getattr(say, verb)(bench.desk, OPERATOR, "nonsense")
    bench.desk.people[OPERATOR] = replace(bench.desk.people[OPERATOR], is_frozen=True)
    with pytest.raises(NotAllowed, match="person_frozen"):
        await getattr(say, verb)(bench.desk, OPERATOR, saying.id)
    assert await bench.states() == [State.HELD]


async def test_an_album_is_one_question_and_one_answer(bench: Bench) -> None:
    for number in range(3):
        caption = "call 13800138000" if number == 1 else ""
        await bench.say(caption, file=bench.picture(f"{number}"), album="A")
    said = await bench.sayings()
    assert {saying.state for saying in said} == {State.HELD} and len(said) == 4
    assert all(Doubt.CONTACT in saying.doubts for saying in said)
    assert await asked(bench) == [OPERATOR]
    assert len(await say.approve(bench.desk, OPERATOR, said[0].id)) == 4
    await bench.send(2)
    assert len(bench.gate.sent_files) == 3 and await bench.states() == [State.DELIVERED] * 4


async def test_a_doubt_about_a_later_picture_holds_the_ones_that_came_before(bench: Bench) -> None:
    await bench.say("", file=bench.picture("1"), album="A")
    await bench.say("call 13800138000", file=bench.picture("2"), album="A")
    assert await bench.states() == [State.HELD] * 3
    await bench.send(2)
    assert bench.gate.uploads == {}


async def test_two_albums_and_single_pictures_do_not_hold_each_other(bench: Bench) -> None:
    await bench.say("", file=bench.picture("1"), album="A")
    await bench.say("call 13800138000", file=bench.picture("2"), album="B")
    await bench.say("", file=bench.picture("3"))
    assert await bench.states() == [State.PLANNED, State.HELD, State.HELD, State.PLANNED]


async def test_the_order_of_an_album_is_known_from_its_first_piece(bench: Bench) -> None:
    assert await albums.order_of_album(bench.desk, OPERATOR, "A") is None
    await bench.say("", file=bench.picture("1"), album="A")
    assert await albums.order_of_album(bench.desk, OPERATOR, "A") == ORDER.id
    assert await albums.order_of_album(bench.desk, GROUP, "A") is None


async def test_send_again_makes_one_new_saying_and_only_one(bench: Bench) -> None:
    bench.gate.errors["say"] = [Refused("gate", "say", code="X", detail="busy", status=400)]
    (old,) = await bench.say("hello")
    await bench.send()
    assert await bench.states() == [State.REFUSED]
    fresh = await say.say_again(bench.desk, OPERATOR, old.id, 77)
    assert fresh.state is State.PLANNED and fresh.id != old.id and fresh.attempt == 77 and fresh.answer == ""
    for attempt in (77, 78):
        with pytest.raises(NotAllowed, match="saying_gone"):
            await say.say_again(bench.desk, OPERATOR, old.id, attempt)
    await bench.send()
    assert await bench.states() == [State.REFUSED, State.DELIVERED] and len(bench.gate.sent_texts) == 1
    assert await bench.outcomes("say_again") == ["planned"]


async def test_send_again_is_for_the_person_and_for_what_did_not_arrive(bench: Bench) -> None:
    (done,) = await bench.say("one")
    await bench.send()
    bench.gate.errors["say"] = [Refused("gate", "say", code="X", detail="", status=400)]
    (bad,) = await bench.say("two")
    await bench.send()
    for saying_id, by, reason in (
        (done.id, OPERATOR, "saying_gone"), ("nonsense", OPERATOR, "saying_gone"), (bad.id, LEAD, "not_your_saying"),
        (bad.id, VIEWER, "role_too_low"),
    ):  # fmt: skip
        with pytest.raises(NotAllowed, match=reason):
            await say.say_again(bench.desk, by, saying_id, 5)
    assert len(await bench.sayings()) == 2


async def test_a_thumb_that_taps_a_ready_text_twice_says_it_once(bench: Bench) -> None:
    spoken = say.Spoken("ready", OPERATOR, 700, bench.now, attempt=1, is_composed=True)
    await say.say_once(bench.desk, OPERATOR, ORDER.id, spoken)
    with pytest.raises(NotAllowed, match="saying_gone"):
        await say.say_once(bench.desk, OPERATOR, ORDER.id, replace(spoken, attempt=2))
    bench.pass_(61)
    assert await say.say_once(bench.desk, OPERATOR, ORDER.id, replace(spoken, attempt=3, said_at=bench.now)), (
        "a minute later it is meant"
    )
    assert await say.say_once(bench.desk, OPERATOR, ORDER.id, replace(spoken, text="other", attempt=4))
    assert len(await bench.sayings()) == 3


async def test_the_same_tap_handled_twice_is_the_same_saying(bench: Bench) -> None:
    spoken = say.Spoken("ready", OPERATOR, 700, bench.now, attempt=1, is_composed=True)
    await say.say_once(bench.desk, OPERATOR, ORDER.id, spoken)
    assert await say.say_once(bench.desk, OPERATOR, ORDER.id, spoken) == []
    assert len(await bench.sayings()) == 1


async def test_an_edit_finds_the_saying_of_its_message_for_its_person_only(bench: Bench) -> None:
    (saying,) = await bench.say("hello", message_id=5)
    assert [one.id for one in await say.edited(bench.desk, OPERATOR, OPERATOR, 5)] == [saying.id]
    assert await say.edited(bench.desk, LEAD, OPERATOR, 5) == []
    assert await say.edited(bench.desk, OPERATOR, OPERATOR, 6) == []
    assert await say.edited(bench.desk, 99, OPERATOR, 5) == []


async def test_an_edit_of_long_words_finds_all_their_parts_each_as_it_was_said_last(bench: Bench) -> None:
    parts = await bench.say("word " * 250, message_id=5)
    assert [one.id for one in await say.edited(bench.desk, OPERATOR, OPERATOR, 5)] == [one.id for one in parts]
    await say.approve(bench.desk, OPERATOR, parts[0].id)
    bench.gate.errors["say"] = [Refused("gate", "say", code="X", detail="no", status=400)]
    await bench.send()
    again = await say.say_again(bench.desk, OPERATOR, parts[0].id, 7)
    found = await say.edited(bench.desk, OPERATOR, OPERATOR, 5)
    assert [one.id for one in found] == [again.id, parts[1].id, parts[2].id]


async def test_an_edit_of_what_was_dropped_says_nothing(bench: Bench) -> None:
    (saying,) = await bench.say("call 13800138000", message_id=5)
    await say.discard(bench.desk, OPERATOR, saying.id)
    assert await say.edited(bench.desk, OPERATOR, OPERATOR, 5) == []


async def test_a_held_question_in_the_group_is_for_everybodys_eyes(bench: Bench) -> None:
    await bench.say("call 13800138000", chat_id=GROUP)
    (line,) = [delivery for delivery in await bench.outbox() if delivery.kind == HELD]
    assert line.chat_id == GROUP and line.person_id is None and line.ring
