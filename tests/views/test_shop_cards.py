"""The account, its steps and ends, and the profile behind an order: what is said, what is never said, how wide."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.accounts import OwnProfile, PayAccount, PaymentMethod, WorkHours, WorkStatus
from bot.domain.assumptions import ASSUMPTIONS
from bot.domain.intents import Action
from bot.domain.journal import Entry
from bot.domain.listing import Listing
from bot.domain.orders import Profile, Side
from bot.domain.seals import Choice, Seal
from bot.domain.shop import Change, End, Shop, Standing, Step, Wish
from bot.domain.situations import Notice, Reader
from bot.domain.staff import Role
from bot.flows.shop import DEEDS
from bot.views import shop as views
from bot.views.buttons import Tap, Verb
from bot.views.card import Card, width
from bot.views.check_words import ASSUMPTIONS as SENTENCES
from bot.views.counterparty import profile_card
from bot.views.journal import journal_page
from bot.views.notices import notice_card
from bot.views.orders import more_card
from tests.views.samples import NOW, order, reader, situation
from tests.views.strict_html import problem

HOURS = WorkHours("Weekly", (1, 2, 3, 4, 5), "8", "09:00", "18:00")
OWN = OwnProfile(
    "us", "desk_one", True, 1, 512, 77, Decimal("98.5"), 940, 3, True, False, False, "USD", HOURS
)  # fmt: skip
BANK = PaymentMethod("bank", "Bank card", ("1",), (PayAccount("1", "Desk One Ltd", "6222020200008821", "Sample Bank"),))
SWIFT = PaymentMethod(
    "swift", "SWIFT", ("2",),
    (PayAccount("2", "李掌柜", "****8765", memo="secret memo", description="own", qr_url="https://qr.example/1"),),
)  # fmt: skip
SHOP = Shop(OWN, Listing([BANK, SWIFT]), NOW)
SEAL = Seal("id1", "shop", Action.SHOP, 1, NOW, NOW + 120_000, None, None, Choice(), {}, "")
THEM = Profile(
    "them", "lucky_8", True, 212, 20, Decimal("98.5"), 400, True, "2025/06/18", 390, True, False, 100, 112, "410", "2",
    False, "pays late",
)  # fmt: skip
NASTY = "<b>&\u202e\x00" + "宽" * 200
REST, CUSTOM = Wish(WorkStatus.REST), Wish(WorkStatus.CUSTOM, HOURS)


def lead(language: str = "en") -> Reader:
    return reader(language, Role.LEAD)


def cards(who: Reader, text: str = "") -> Iterator[Card]:
    """Every card there is; `text` stands wherever somebody else's words do."""
    own = OWN if not text else replace(OWN, nick=text, market=text, hours=WorkHours(text, (1,), text, text, text))
    account = PayAccount("1", text or "王五", text or "6222020200008821", text or "工行")
    listed = Listing([BANK, SWIFT, PaymentMethod(text or "alipay", text, ("3",), (account,))], unreadable=("9",))
    shop = Shop(own, listed, NOW)
    for frozen in (False, True):
        for working in (-1, 0, 1, 2, 3, 9):
            profile = replace(own, working=working, needs_margin=frozen, is_banned=frozen, badge=working)
            yield views.shop_card(replace(shop, profile=profile, is_frozen=frozen), who)
    yield views.shop_card(Shop(replace(own, is_online=None, needs_margin=None, hours=None), None, NOW), who)
    yield views.shop_card(Shop(own, Listing([BANK] * 20), NOW), who)
    for wish in (REST, Wish(WorkStatus.WORK), CUSTOM):
        yield views.step_card(Step(Standing(3, own.hours), wish, SEAL, wish is REST, wish is CUSTOM), who)
        for end in End:
            change = Change("id1", 1, Standing(1), wish, end, text or "500: no", Standing(2, own.hours))
            yield views.end_card(change, who)
            yield notice_card(Notice("shop_set", {"who": text or "lead 2", **change.facts}), who)
            facts = replace(change, now=None).facts
            yield notice_card(Notice("shop_set", {"who": "lead 2", **facts}), who)
    yield views.end_card(Change("id1", 1, Standing(1), CUSTOM), who)
    yield views.hours_prompt(-11, text or "America/Argentina/ComodRivadavia", who)
    them = THEM if not text else replace(THEM, nick=text, registered_on=text, note=text, confirm_time=text)
    for side in Side:
        yield profile_card(situation(order(side)), them, NOW, who)
    yield profile_card(situation(), Profile("them", text, False, 0, 0, Decimal(0), 0, False), NOW, who)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("text", ["", NASTY, "<script>", "{wish}%s", "|||"])
def test_every_card_is_clean_and_no_line_is_wider_than_a_phone(language: str, text: str) -> None:
    for role in (Role.VIEWER, Role.LEAD, None):
        for card in cards(reader(language, role), text):
            assert problem(card.text) == "", card.text
            if not text:
                assert [line for line in card.plain.splitlines() if width(line) > 46] == []
            for row in card.rows:
                assert sum(width(button.text) for button in row) <= 36


def test_no_chinese_card_speaks_english() -> None:
    for card in cards(lead("zh")):
        for word in ("Gate says", "resting", "working", "hours", "Then", "Mon", "every", "buyer", "Wanted", "shows"):
            assert word not in card.plain, card.plain


def test_the_account_is_told_line_by_line() -> None:
    card = views.shop_card(SHOP, lead())
    assert card.plain.splitlines() == [
        "🏪 desk_one · Blue V",
        "identity checked",
        "Completed: 77 in 30 days, 512 in all",
        "Completion, 30 days: 98.5%",
        "940 days at Gate",
        "Online at Gate: yes",
        "Working state: own hours, working now",
        "🕘 Mon–Fri 09:00–18:00 (UTC+8)",
        "May trade: USD",
        "Payment methods:",
        "• Bank card · Sample Ba… ··8821 · D*** O***",
        "• SWIFT · ··8765 · 李**",
        "read 14:02:02",
    ]
    assert [[Tap.parse(button.data) for button in row] for row in card.rows] == [
        [Tap(Verb.SHOP)],
        [Tap(Verb.SH_ASK, ("work",)), Tap(Verb.SH_ASK, ("rest",))],
        [Tap(Verb.SH_HOURS)],
    ]


def test_a_margin_that_is_needed_is_the_first_line_whatever_else_has_happened() -> None:
    shop = replace(SHOP, profile=replace(OWN, needs_margin=True))
    above = views.ended_above(Change("id1", 1, Standing(1), REST, End.DONE, "", Standing(0)), lead())
    for made in (views.shop_card(shop, lead()), views.shop_card(shop, lead(), above)):
        assert made.plain.splitlines()[0] == "🔴 Gate asks for a margin top-up"


def test_of_own_accounts_nothing_but_the_last_digits_is_ever_shown() -> None:
    secrets = ("6222", "08821", "Desk One", "李掌柜", "secret memo", "qr.example", "https")
    hidden = replace(BANK.accounts[0], bank="6222 0202-0000 8821 ICBC", holder="6222020200008821")
    numbered = PaymentMethod("new_kind", "Wallet 6222020200008821", ("3",), (hidden, replace(hidden, account="8821")))
    shop = replace(SHOP, methods=Listing([BANK, SWIFT, numbered]))
    for who in (lead(), reader("zh", Role.OWNER), reader("en", Role.VIEWER), reader("en", None)):
        card = views.shop_card(shop, who)
        assert not any(secret in card.text + str(card.rows) for secret in secrets), card.text
        assert "··8821" in card.plain


def test_of_a_mail_address_the_end_of_its_own_part_is_shown() -> None:
    mail = PaymentMethod(
        "alipay", "", ("1",), (PayAccount("1", "", "desk_one@alipay.example"), PayAccount("2", "", "d@x.y"))
    )
    lines = views.shop_card(replace(SHOP, methods=Listing([mail])), lead()).plain.splitlines()
    assert [line for line in lines if "Alipay" in line] == ["• Alipay · ··_one", "• Alipay"]


def test_viewers_read_and_press_nothing_but_refresh() -> None:
    for role in (Role.VIEWER, Role.AGENT, Role.OPERATOR):
        ((button,),) = views.shop_card(SHOP, reader("en", role)).rows
        assert Tap.parse(button.data) == Tap(Verb.SHOP)
    assert views.shop_card(SHOP, reader("en", None)).rows == ()


def test_a_frozen_desk_offers_rest_only_and_says_why() -> None:
    card = views.shop_card(replace(SHOP, is_frozen=True), lead())
    assert [button.text for row in card.rows for button in row] == ["Refresh", "Rest"]
    assert "🧊 Desk frozen: the shop can only rest" in card.plain
    step = views.step_card(Step(Standing(1), REST, SEAL, is_frozen=True), lead())
    assert "allowed, for it moves no money." in step.plain


def test_a_step_says_old_and_new_and_its_way_back_lies_first() -> None:
    card = views.step_card(Step(Standing(1), CUSTOM, SEAL, is_moved=True), lead())
    assert card.plain.splitlines() == [
        "Set these hours?",
        "Now: working",
        "Then: own hours",
        "🕘 Mon–Fri 09:00–18:00 (UTC+8)",
        "Gate keeps UTC+8, also when",
        "your clock is moved in the year.",
        "Nothing is sent yet.",
        "Valid until 14:04:02",
    ]
    assert [button.text for row in card.rows for button in row] == ["⬅ Back", "Yes, set the hours"]


@pytest.mark.parametrize("end", [End.DIFFERS, End.UNSEEN, End.NOT_SEEN, End.REFUSED, End.NEVER_LEFT, End.UNKNOWN])
def test_only_what_gate_shows_is_called_done(end: End) -> None:
    change = Change("id1", 1, Standing(1), REST, end, "-1: NO_ACCESS", Standing(1))
    text = views.end_card(change, lead()).plain
    assert "✅" not in text and "Gate shows it" not in text and "Wanted: resting" in text
    assert ("NO_ACCESS" in text) is (end is End.REFUSED)


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        (WorkHours("Daily", (), "0", "00:00", "23:59"), "every day 00:00–23:59 (UTC)"),
        (WorkHours("Weekly", (1, 3, 5), "-5", "09:00", "18:00"), "Mon, Wed, Fri 09:00–18:00 (UTC-5)"),
        (WorkHours("Weekly", (1, 2, 6, 7), "+14", "9:00", "18:00"), "Mon, Tue, Sat, Sun 9:00–18:00 (UTC+14)"),
        (WorkHours("Weekly", (1, 2, 3, 7), "8", "09:00", "18:00"), "Mon–Wed, Sun 09:00–18:00 (UTC+8)"),
        (WorkHours("Weekly", (), "Asia/Shanghai", "nine", ""), "days not told nine– (Asia/Sh…)"),
    ],
)
def test_hours_are_told_as_people_say_them(hours: WorkHours, told: str) -> None:
    card = views.shop_card(replace(SHOP, profile=replace(OWN, hours=hours)), lead())
    assert f"🕘 {told}" in card.plain.splitlines()


def test_a_profile_is_told_line_by_line_in_gates_figures() -> None:
    card = profile_card(situation(), THEM, NOW, reader())
    assert card.plain.splitlines() == [
        "👤 Buyer's profile · 0417",
        "nick lucky_8",
        "At Gate since 2025/06/18: 400 days",
        "First trade 390 days ago",
        "Completed: 20 in 30 days, 212 in all",
        "Completion, 30 days: 98.5%",
        "100 as buyer, 112 as seller",
        "Average confirm time: 410",
        "Cancellations, 30 days: 2",
        "(Gate names no unit for these)",
        "identity checked",
        "no phone, e-mail",
        "Traded with us before",
        "We do not follow them",
        "Our note at Gate: “pays late”",
        "Gate's own figures, no promise.",
        "read 14:02:02",
    ]
    ((back,),) = card.rows
    assert Tap.parse(back.data) == Tap(Verb.MORE, (order().id,))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nobody_is_called_good_or_bad(language: str) -> None:
    for side in Side:
        text = profile_card(situation(order(side)), THEM, NOW, reader(language)).plain.casefold()
        for word in ("trust", "safe", "reliable", "risk", "good", "可信", "可靠", "安全", "放心", "风险"):
            assert word not in text


def test_what_gate_leaves_out_is_left_out_or_called_untold() -> None:
    bare = Profile("them", "nick", False, 0, 0, Decimal(0), 0, False)
    text = profile_card(situation(), bare, NOW, reader()).plain
    assert "phone not told, e-mail not told" in text and "identity not checked" in text
    assert not any(word in text for word in ("First trade", "as buyer", "confirm time", "follow", "note"))


def test_the_other_side_of_a_purchase_is_a_seller_and_the_group_gets_no_profile() -> None:
    buying = situation(order(Side.BUY, "unpay"))
    assert "Seller's profile" in profile_card(buying, THEM, NOW, reader()).plain
    in_group = profile_card(buying, THEM, NOW, reader(role=None))
    assert len(in_group.plain.splitlines()) == 1 and in_group.data == (f"o:{order().id}",)


def test_the_menu_of_an_order_leads_to_the_profile_in_direct_messages_only() -> None:
    verb = f"hp:{order().id}"
    assert verb in more_card(situation(), reader("en", Role.VIEWER)).data
    assert verb not in more_card(situation(), reader(role=None)).data
    assert verb not in more_card(situation(replace(order(), counterparty_id="")), reader()).data


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_journal_has_words_for_every_deed_and_end(language: str) -> None:
    outcomes = ["sent", "not_allowed", *(end.value for end in End)]
    for wish in (REST, Wish(WorkStatus.WORK), CUSTOM):
        facts = {"hours": "09:00-18:00"} if wish is CUSTOM else {}
        for outcome in outcomes:
            entry = Entry(1, NOW, 2, DEEDS[wish.status], f"shop/{wish.text}", facts, outcome)
            text = journal_page([entry], 0, lead(language)).plain
            assert "_" not in text and "|" not in text
            assert ("09:00-18:00" in text) is (wish is CUSTOM)


def test_every_assumption_of_the_shop_has_its_sentence() -> None:
    keys = {one.key for one in ASSUMPTIONS}
    assert {"profile_tells_work_state", "work_days_begin_monday", "work_hours_read_as_sent"} <= keys & SENTENCES.keys()
