"""S1: whatever is sent by whomever from wherever, without a right there is silence and nothing changes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from bot.flows import admit, deliver
from bot.flows.deliver import CARD, Shown
from bot.views.buttons import FIELDS, Tap, Verb
from tests.security.forgeries import (
    FROZEN_LEAD,
    KINDS,
    STAFF_ELSEWHERE,
    WITHOUT_RIGHT,
    Identity,
    memberships,
    places,
    taps,
)
from tests.security.stand import (
    AGENT,
    DESK_GROUP,
    FOREIGN_GROUP,
    FROZEN,
    LEAD,
    OPERATOR,
    OPERATOR_2,
    OWNER,
    STRANGER,
    VIEWER,
    Json,
    Stand,
    Told,
    callback,
    message,
    user,
)
from tests.security.venue import OTHER_SALE, SALE

COUNTED = ("strangers", "inbox_last", "desk", "journal", "outbox")
REPORTS = {"stranger", "anonymous_in_group"}
MEMBER_REPORTS = {"outsider_in_group", "group_lost", "group_back"}
ids = [identity.name for identity in (*WITHOUT_RIGHT, *STAFF_ELSEWHERE)]


def _may_be_kept(row: Json, allowed: set[str]) -> bool:
    """Reports of the gate itself, and that a known person was refused."""
    return row["outcome"] == "not_allowed" if row["actor"] else row["action"] in allowed


@dataclass(frozen=True)
class Before:
    """What stood in the memory before a forgery."""

    tables: dict[str, str]
    kept: list[tuple[str, str]]
    journal: int
    outbox: dict[int, str]


def before(stand: Stand) -> Before:
    kept = [(row["key"], row["value"]) for row in stand.rows("desk") if row["key"] != "last_update_id"]
    notes = {row["id"]: str(row) for row in stand.rows("outbox")}
    return Before(stand.memory(without=COUNTED), kept, len(stand.rows("journal")), notes)


def effects(stand: Stand, was: Before, allowed: set[str], ignored: Sequence[str] = ()) -> list[str]:
    """What changed or was said although it may not."""
    found = []
    now = before(stand)
    found += [name for name in now.tables if name not in ignored and now.tables[name] != was.tables[name]]
    found += ["desk"] if now.kept != was.kept else []
    found += [str(row) for row in stand.rows("journal")[was.journal :] if not _may_be_kept(row, allowed)]
    for row in stand.rows("outbox"):
        is_new = now.outbox[row["id"]] != was.outbox.get(row["id"])
        if is_new and (row["chat_id"] != OWNER or row["notice"] not in allowed):
            found.append(f"told {row['chat_id']}: {row['notice']}")
    found += [f"said to {told.chat_id}: {told.text[:40]}" for told in stand.told]
    found += [f"posted {post}" for post in stand.venue.posts]
    found += [f"said to a buyer {said}" for said in stand.venue.said]
    found += [f"handed out {file}" for file in stand.mouth.files]
    return found


async def lead_is_at_work(stand: Stand) -> tuple[tuple[str, ...], int]:
    """A lead has a confirm open, the group its card: the live buttons, and the message that shows them everywhere."""
    shown = await stand.confirm_card(LEAD, SALE, "Release…")
    assert shown.card is not None
    live = (*shown.card.data, f"r:{SALE}", f"cl:{SALE}")
    for chat in (DESK_GROUP, FOREIGN_GROUP, OPERATOR, LEAD):
        person = chat if chat > 0 else None
        row = Shown(chat, shown.message_id, CARD, SALE, person, live, stand.clock.now(), "x")
        await deliver.remember(stand.desk, row)
    stand.forget()
    return live, shown.message_id


@pytest.mark.parametrize("identity", (*WITHOUT_RIGHT, *STAFF_ELSEWHERE), ids=ids)
async def test_no_update_of_any_type_has_an_effect_without_a_right(stand: Stand, identity: Identity) -> None:
    live, stolen = await lead_is_at_work(stand)
    kinds: dict[str, Callable[..., list[Json]]] = KINDS | {"callback_query": taps(live)}
    cells, wrong = 0, {}
    for place, chat in places(identity).items():
        for kind, make in kinds.items():
            if "callback_query" in kind and identity.name.startswith("lead ") and "text" not in str(identity.sender):
                continue  # a tap carries no sender chat and no inline bot: this would be the lead's own tap
            was = before(stand)
            forged = make(identity, chat, stolen)
            await stand.raw(*forged)
            cells += len(forged)
            found = effects(stand, was, REPORTS)
            if found:
                wrong[kind, place] = found
                stand.forget()
    assert wrong == {}
    assert cells > 250
    assert len([row for row in stand.rows("journal") if row["action"] in REPORTS]) <= 3


@pytest.mark.parametrize("identity", (*WITHOUT_RIGHT, *STAFF_ELSEWHERE, FROZEN_LEAD), ids=[*ids, "frozen lead"])
async def test_news_of_members_changes_nothing_but_a_report_to_owners(stand: Stand, identity: Identity) -> None:
    await lead_is_at_work(stand)
    for chat in (*places(identity).values(), DESK_GROUP, identity.person):
        was = before(stand)
        await stand.raw(*memberships(identity, chat))
        ignored: tuple[str, ...] = ("inbox",) if chat == DESK_GROUP else ()
        if identity.person in stand.desk.people and chat == identity.person:
            ignored = ("inbox", "unreachable")
        assert effects(stand, was, MEMBER_REPORTS, ignored) == []


async def test_frozen_staff_change_nothing_and_read_nothing(stand: Stand) -> None:
    live, stolen = await lead_is_at_work(stand)
    for chat in (FROZEN, DESK_GROUP):
        for make in (*KINDS.values(), taps(live)):
            was = before(stand)
            await stand.raw(*make(FROZEN_LEAD, chat, stolen))
            words = stand.words_to(FROZEN)
            stand.told.clear()
            assert effects(stand, was, REPORTS, ("inbox", "messages")) == []
            assert "7,200" not in words and "张三丰" not in words and "1,000" not in words


@pytest.mark.parametrize("person", [OWNER, LEAD, OPERATOR, AGENT, VIEWER])
@pytest.mark.parametrize("place", ["private", "group"])
async def test_what_staff_send_from_their_places_is_never_refused(stand: Stand, person: int, place: str) -> None:
    chat = person if place == "private" else DESK_GROUP
    for text in ("/orders", "/order 0417", "/help", f"/orders@{'desk_bot'}", "/ORDERS"):
        stand.forget()
        await stand.write(person, text, chat)
        assert stand.words_to(person) != "" and {told.chat_id for told in stand.told} == {person}
    number = await stand.buttons(chat, [f"m:{SALE}", f"o:{SALE}"], SALE)
    for data in (f"m:{SALE}", f"o:{SALE}"):
        stand.forget()
        await stand.tap_data(person, chat, number, data)
        assert "7,200" in stand.words_to(person) and "old" not in stand.words_to(person)
        number = await stand.buttons(chat, [f"m:{SALE}", f"o:{SALE}"], SALE)
    assert stand.rows("strangers") == []


@pytest.mark.parametrize("chat", [LEAD, DESK_GROUP])
async def test_what_a_lead_edits_or_forwards_is_no_command(stand: Stand, chat: int) -> None:
    await lead_is_at_work(stand)
    for kind in ("edited_message", "forwarded card"):
        was = before(stand)
        await stand.raw(*KINDS[kind](STAFF_ELSEWHERE[1], chat, 1))
        words = stand.words_to(LEAD)
        stand.told.clear()
        assert effects(stand, was, set(), ("inbox", "messages")) == []
        assert "7,200" not in words


def yes_on(shown: Told) -> str:
    assert shown.card is not None
    return next(data for data in shown.card.data if data.startswith("y:"))


async def test_a_stolen_confirm_is_worth_nothing_to_a_colleague_in_any_place(stand: Stand) -> None:
    shown = await stand.confirm_card(OPERATOR, SALE, "Release…")
    data = yes_on(shown)
    own = await stand.card(OPERATOR_2, SALE)
    for chat, number in ((OPERATOR_2, shown.message_id), (OPERATOR_2, own.message_id), (OPERATOR, shown.message_id),
                         (DESK_GROUP, shown.message_id), (DESK_GROUP, 1)):  # fmt: skip
        await stand.tap_data(OPERATOR_2, chat, number, data)
        assert stand.venue.posts == []
    await stand.tap_data(OPERATOR, OPERATOR, shown.message_id, data)
    assert [post[:2] for post in stand.venue.posts] == [("release", SALE)]


@pytest.mark.parametrize("chat", [OPERATOR_2, DESK_GROUP])
async def test_only_the_opener_confirms_even_if_the_button_were_shown_to_others(stand: Stand, chat: int) -> None:
    shown = await stand.confirm_card(OPERATOR, SALE, "Release…")
    number = await stand.buttons(chat, [yes_on(shown)], SALE)
    await stand.tap_data(OPERATOR_2, chat, number, yes_on(shown))
    assert stand.venue.posts == [] and "opened this step" in stand.words_to(OPERATOR_2)
    await stand.tap_data(OPERATOR, OPERATOR, shown.message_id, yes_on(shown))
    assert len(stand.venue.posts) == 1


async def test_a_replayed_confirm_reaches_the_venue_once(stand: Stand) -> None:
    shown = await stand.confirm_card(OPERATOR, SALE, "Release…")
    tap = callback(OPERATOR, OPERATOR, shown.message_id, yes_on(shown))
    for number in (5001, 5001, 5002, 5001, 5003):
        await stand.raw({"callback_query": tap} | {"update_id": number})
    assert len(stand.venue.posts) == 1 and len(stand.rows("intents")) == 1


async def test_the_same_update_twice_in_one_batch_is_handled_once(stand: Stand) -> None:
    update = {"update_id": 7001, "message": message(LEAD, LEAD, "/freeze")}
    assert len(await admit.admit(stand.desk, [update, update])) == 1
    assert await admit.admit(stand.desk, [update]) == []


INVENTED = (
    "y:id000001", "y:", "y", ":", "", "r", f"r:{OTHER_SALE}", f"r:{SALE}:x", f"y:{SALE}", "r:0417", "r:*", "r:%",
    f"uy:{SALE}", f"nd:{SALE}:id000001", f"rn:{SALE}:1", f"me:{SALE}:0", f"a:{SALE}:release", "ry:id000001:owner",
    "ro:id000001:lead", "d:on", "l:zh", "j:0", "s", "x", "R:" + SALE, "r:" + SALE + "\x00", "r:" + "9" * 200, "🔓",
    "y:' OR 1=1 --", "null", "release",
)  # fmt: skip


@pytest.mark.parametrize("person", [OPERATOR, OWNER])
async def test_invented_button_data_gets_a_fresh_card_and_opens_nothing(stand: Stand, person: int) -> None:
    shown = await stand.card(person, SALE)
    for data in INVENTED:
        was = before(stand)
        await stand.tap_data(person, person, shown.message_id, data)
        assert "old" in stand.words_to(person), data
        stand.told.clear()
        assert effects(stand, was, set(), ("inbox", "messages")) == [], data
        shown = await stand.card(person, SALE)
        stand.told.clear()


async def test_every_verb_pressed_on_a_message_that_never_showed_it_does_nothing(stand: Stand) -> None:
    values = {"order": SALE, "seal": "id000001", "index": "0", "id": "1", "action": "release", "page": "0",
              "invite": "id000001", "role": "lead", "state": "off", "code": "zh", "before": "0", "template": "1",
              "saying": "id000001", "file": "1", "digest": "0123456789ab", "account": "own", "sell": "USDT",
              "buy": "BTC", "fixed": "sell", "amount": "5", "conversion": "id000001", "outcome": "done",
              "filter": "all", "request": "id000001", "bank": "1", "off_ramp": "id000001", "side": "crypto",
              "coin": "USDT", "asset": "USDT", "fiat": "USD", "form": "id000001",
              "pricing": "7.25_-30", "country": "1", "step": "swift",
              "mode": "pays", "deposit": "id000001", "bit": "1", "working": "rest",
              "ad": "2130003647", "part": "price", "status": "3", "price": "7.21", "change": "id000001",
              "way": "off", "move": "id000001", "value": "USDT", "rule": "id000001", "aim": "rank",
              "number": "1", "kind": "unpaid", "hours": "8", "bell": "id000001",
              "person": str(OPERATOR_2), "handover": "id000001", "question": "id000001", "picked": "0",
              "occasion": "refund", "day": "2026-01-01", "part_of_day": "accounts", "day_form": "id000001",
              "credit": "0123456789ab", "sums": "0123456789abcdef",
              "unlock": "id000001", "word": "id000001",
              "approval": "id000001", "because": "other", "ads": "2"}  # fmt: skip
    number = await stand.buttons(OWNER, ["x"], SALE)
    for verb, fields in FIELDS.items():
        if verb is Verb.DISMISS:
            continue
        was = before(stand)
        await stand.tap_data(OWNER, OWNER, number, Tap(verb, tuple(values[name] for name in fields)).data)
        stand.told.clear()
        assert effects(stand, was, set(), ("inbox", "messages")) == [], verb
        number = await stand.buttons(OWNER, ["x"], SALE)


async def test_a_card_that_was_left_behind_is_dead(stand: Stand) -> None:
    old = await stand.card(OPERATOR, SALE)
    await stand.write(OPERATOR, "/order 0417")
    stand.forget()
    await stand.tap(OPERATOR, old, "Release…")
    assert "old" in stand.words_to(OPERATOR) and stand.rows("seals") == []


async def test_a_stranger_is_counted_and_reported_once_an_hour(stand: Stand) -> None:
    other = STRANGER + 1
    for _ in range(5):
        await stand.write(STRANGER, "/order 0417")
        await stand.raw({"inline_query": {"id": "1", "from": user(STRANGER), "query": "x", "offset": ""}})
    await stand.tap_data(other, other, 1, f"r:{SALE}")
    lines = [row["target"] for row in stand.rows("journal") if row["action"] == "stranger"]
    notes = [row["chat_id"] for row in stand.rows("outbox") if row["notice"] == "stranger"]
    assert lines == [str(STRANGER), str(other)] and notes == [OWNER, OWNER]
    assert sorted((row["user_id"], row["count"]) for row in stand.rows("strangers")) == [(STRANGER, 10), (other, 1)]
    stand.clock.go_on(3600)
    await stand.write(STRANGER, "again")
    assert len([row for row in stand.rows("journal") if row["action"] == "stranger"]) == 3
    assert stand.told == [] and stand.rows("inbox") == []
