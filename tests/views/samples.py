"""Orders, people and every card there is, for tests that look at all of them."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from bot.domain.attachments import FileState, KeptFile
from bot.domain.errors import DeskError, NotAllowed, Refused, Unknown, Unreachable
from bot.domain.intents import ORDER_ACTIONS, Action, Intent, State
from bot.domain.journal import Entry
from bot.domain.orders import Order, Payee, Profile, Side
from bot.domain.seals import Choice, Seal
from bot.domain.situations import (
    BankDoubts,
    BankLook,
    BuyerMark,
    Lock,
    LockReason,
    Notice,
    OtherAnswer,
    Queue,
    Reader,
    Situation,
    Twin,
    Unlocked,
)
from bot.domain.staff import Limit, Person, Role
from bot.domain.twins import MOST_BESIDES
from bot.views import confirms, desk, queue, refusals, staff, twins
from bot.views.card import Card
from bot.views.journal import journal_page
from bot.views.notices import NOTICES, notice_card
from bot.views.orders import more_card, moved_line, order_card
from bot.views.payee import payee_card, qr_caption, qr_missing_card
from bot.views.refusal_words import GATEWAY, REASONS, USAGE, VENUE_CODES
from bot.views.second_credit import second_credit_confirm, second_credit_prompt

NOW = 1_763_733_722_000  # 14:02:02 in UTC
SECOND = NOW // 1000
ORDER_ID = "2089000000000000417"
STATUSES = (
    "unpay", "hide_payment", "paid", "unconfirmed", "locked", "finished", "bclosed", "cancel", "sclosed", "expired",
    "brand_new_state",
)  # fmt: skip


def person(role: Role = Role.OPERATOR, language: str = "en", id: int = 7251000002) -> Person:
    return Person(id, role, "operator 2", language, "UTC")


def reader(language: str = "en", role: Role | None = Role.OPERATOR) -> Reader:
    """A reader of the group when there is no role."""
    return Reader(language, "UTC", None if role is None else person(role, language))


def payee(holder: str = "张三丰") -> Payee:
    return Payee("bank", "工行", holder, "6222020200008821", "人民路支行", "备注")


def order(side: Side = Side.SELL, status: str = "paid", **changes: object) -> Order:
    made = Order(
        id=ORDER_ID, side=side, asset="USDT", fiat="CNY", amount=Decimal("1000.00"), price=Decimal("7.20"),
        total=Decimal("7200.00"), status=status, created_at=SECOND - 300, pay_deadline=SECOND + 600, paid_at=SECOND,
        appeal_from=SECOND + 1200, in_appeal=False, is_cancelable=True, can_release_in_appeal=False,
        hides_payment=status == "hide_payment", counterparty_id="c-9", counterparty_nick="lucky_8",
        counterparty_name="张三丰", own_name="李掌柜", chosen_method="bank", methods=("bank", "alipay"),
        payees=(payee(),), vouchers=("https://files.example/1",), unread=2, has_traded=True, terms="", verdict="",
        cancel_reason="", ad_id="7", kind=1,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def situation(of: Order | None = None, **changes: object) -> Situation:
    profile = Profile("c-9", "lucky_8", True, 212, 20, Decimal("98.5"), 400, True)
    made = Situation(of or order(), NOW, profile=profile, actor_name="operator 2")
    return replace(made, **changes)  # type: ignore[arg-type]


def intent(state: State, action: Action = Action.RELEASE, answer: str = "") -> Intent:
    return Intent(
        id="i1", action=action, target=ORDER_ID, state=state, actor=7251000002, actor_role="operator", requester=None,
        seal_id="s1", amount=Decimal("1000.00"), asset="USDT", arguments={}, planned_at=NOW, sent_at=NOW,
        settled_at=None if state in (State.PLANNED, State.SENT, State.UNKNOWN) else NOW + 3000, looks=2,
        first_look_at=NOW + 2000, last_look_at=NOW + 29000, answer=answer,
    )  # fmt: skip


def seal(action: Action = Action.RELEASE, choice: Choice | None = None) -> Seal:
    chosen = choice or Choice()
    return Seal("0123456789abcdef", ORDER_ID, action, 7251000002, NOW, NOW + 90_000, None, None, chosen, {}, "")


TWINS = (Twin("2089000000000000422", "李四"), Twin("2089000000000000425", "王五"))


def situations(base: Order | None = None) -> Iterator[tuple[str, Situation]]:
    """Every state of an order on both sides, and everything the desk may know around it."""
    for side in Side:
        for status in STATUSES:
            of = replace(base or order(), side=side, status=status, hides_payment=status == "hide_payment")
            yield f"{side}-{status}", situation(of)
            yield f"{side}-{status}-elsewhere", situation(of, is_done_elsewhere=True, twins=TWINS)
            for action in ORDER_ACTIONS if status in ("unpay", "paid", "finished") else ():
                for state in State:
                    yield f"{side}-{status}-{action}-{state}", situation(of, intent=intent(state, action, "busy"))
        paid = replace(base or order(), side=side, status="paid")
        yield f"{side}-claimed", situation(paid, claimed_by=5, claimed_name="operator 5")
        yield f"{side}-twins", situation(paid, twins=TWINS, last_look=BankLook("operator 5", NOW))
        yield f"{side}-uncounted", situation(replace(paid, unread=0), has_unread_counts=False, chat_read_at=NOW)
        yield f"{side}-unread", situation(replace(paid, unread=0), has_unread_counts=False)
        yield f"{side}-warned", situation(replace(paid, warnings=("risk user",)), twins=TWINS)
        yield f"{side}-nameless", situation(replace(paid, counterparty_name="", payees=()))
        yield f"{side}-appeal", situation(replace(paid, in_appeal=True, verdict="Prove it"), requester_name="agent 1")
        appeal = replace(paid, in_appeal=True, can_release_in_appeal=True)
        yield f"{side}-appeal-release", situation(appeal)
        unpaid = replace(base or order(), side=side, status="unpay", payees=(payee("王五"),))
        yield f"{side}-holder-differs", situation(unpaid)
        if side is Side.SELL:
            yield from doubted(paid)
        for reason in LockReason:
            yield f"{side}-{reason}", situation(paid, lock=Lock(reason, 5, "operator 5", NOW))


def doubted(paid: Order) -> Iterator[tuple[str, Situation]]:
    """Everything that people may have found, or not found, in the bank."""
    name = paid.counterparty_name
    look, lock = BankLook("operator 5", NOW), Lock(LockReason.OTHER_PAYER, 5, "operator 5", NOW)
    reason = "his wife paid, we have seen " + name
    for before in LockReason:
        doubts = BankDoubts(NOW + 180_000, name, BuyerMark(before, "2089000000000000333", NOW), None, None)
        yield f"sell-snoozed-{before}", situation(paid, last_look=look, doubts=doubts)
        yield f"sell-stopped-{before}", situation(paid, lock=lock, doubts=doubts)
    answered = OtherAnswer("operator 5", NOW, "2089000000000000422", name)
    for number, answer in enumerate((answered, OtherAnswer("operator 5", NOW))):
        lead = Unlocked("lead 1", NOW, reason)
        doubts = BankDoubts(unlocked=lead, answered=answer, second_credit=lead)
        ended = ("2089000000000000411", "2089000000000000412", "2089000000000000413", "2089000000000000414")
        yield f"sell-ended-{number}", situation(paid, twins=TWINS, ended_alike=ended[: 4 * number + 1], doubts=doubts)
        yield f"sell-answered-{number}", situation(paid, last_look=look, twins=TWINS, doubts=doubts)


def order_cards(who: Reader, base: Order | None = None) -> Iterator[tuple[str, Card]]:
    for name, s in situations(base):
        yield f"order {name}", order_card(s, who)
        yield f"more {name}", more_card(s, who)
        yield f"moved {name}", moved_line(s, who, "https://t.me/c/1/2")
        yield f"payee {name}", payee_card(s, who)
        yield from payee_pictures(s, who, name)
        yield f"changed {name}", confirms.changed(s, ("amount", "payees", "status"), who)


def payee_pictures(s: Situation, who: Reader, name: str) -> Iterator[tuple[str, Card]]:
    """The QR code of a payee goes to nobody but the person who asked."""
    if who.is_group:
        return
    one = s.order.payees[0] if s.order.payees else payee()
    yield f"qr {name}", qr_caption(s, one, who)
    accounts = (
        payee(),
        Payee("alipay", "", "张三丰", "a@b.example", qr_url="https://q.example/1"),
        Payee("wechat", "", "", "w"),
    )
    full = replace(s, order=replace(s.order, payees=accounts, terms=s.order.terms or "Own account only.\nNo notes."))
    yield f"payee with terms {name}", payee_card(full, who)
    yield f"payee with terms and a code {name}", payee_card(full, who, 1)
    for why in ("unknown_host", "no_picture", "away"):
        lost = KeptFile(1, s.order.id, "https://q.example/1", FileState.FAILED, why=why, host="q.example")
        yield f"no qr {why} {name}", qr_missing_card(s, lost, who)


def confirm_cards(who: Reader, base: Order | None = None) -> Iterator[tuple[str, Card]]:
    asked = Choice(method="bank", reason="1", requester=7251000009)
    for name, s in situations(base):
        yield f"release {name}", confirms.release_confirm(s, seal(), who)
        yield f"release asked {name}", confirms.release_confirm(s, seal(choice=asked), who)
        yield f"mark paid {name}", confirms.mark_paid_confirm(s, seal(Action.MARK_PAID, asked), who)
        yield f"cancel {name}", confirms.cancel_confirm(s, seal(Action.CANCEL, asked), who)
        yield f"reasons {name}", confirms.cancel_reasons(s, who, more=False, cancels_today=2, in_a_row=1)
        yield f"all reasons {name}", confirms.cancel_reasons(s, who, more=True, cancels_today=2, in_a_row=1)
        yield f"methods {name}", confirms.mark_paid_methods(s, who)
        yield f"unlock {name}", confirms.unlock_confirm(s, "id000001", "his wife paid", who)


def payer_cards(who: Reader, base: Order | None = None) -> Iterator[tuple[str, Card]]:
    """Questions go to nobody but the person who is asked."""
    if not who.is_group:
        for name, s in situations(base):
            yield from _payer_cards(s, who, name)


def _payer_cards(s: Situation, who: Reader, name: str) -> Iterator[tuple[str, Card]]:
    of = s.order
    payers = (Twin(of.id, of.counterparty_name or "–"), *TWINS)
    alike = tuple(Twin(f"20890000000000004{at}", (of.counterparty_name or "–") + "x" * 60) for at in range(10, 19))
    yield f"payer {name}", twins.payer_question(s, "id000001", payers, who)
    yield f"payers alike {name}", twins.payer_question(s, "id000001", alike, who)
    yield f"credit {name}", twins.reference_prompt(s, 2, who)
    yield f"credit alone {name}", twins.reference_prompt(s, 1, who)
    yield f"who paid {name}", twins.payer_prompt(s, who)
    yield f"nobody said {name}", twins.payer_skipped(s, who)
    yield f"checklist {name}", twins.checklist(s, who)
    yield f"why unlock {name}", twins.unlock_prompt(s, who)
    yield f"why one more {name}", second_credit_prompt(s, who)
    others = [f"20890000000000004{at}" for at in range(10, 10 + MOST_BESIDES)]
    yield f"one more {name}", second_credit_confirm(s, "id000001", others, "the bank shows two", who)


def queue_cards(who: Reader, base: Order | None = None) -> Iterator[tuple[str, Card]]:
    many = tuple(s for _, s in situations(base))
    full = Queue(many, many, ("operator 2", "operator 5", "lead 1"), NOW, blind_since=NOW, is_frozen=True)
    yield "queue full", queue.queue_card(full, who)
    yield "queue empty", queue.queue_card(Queue((), (), (), None), who)
    yield "queue of four", queue.queue_card(Queue(many[:4], many[:5], ("operator 2",), NOW), who)
    yield "waiting first", queue.waiting_card(full, 0, who)
    yield "waiting far", queue.waiting_card(full, 999, who)
    yield "found", queue.found_card(many[:4], who)
    for number, card in enumerate(queue.digest_card(many, who)):
        yield f"digest {number}", card


def staff_cards(who: Reader, name: str = "王五") -> Iterator[tuple[str, Card]]:
    one = replace(person(), name=name, on_duty=True)
    limit = Limit(Decimal("1000"), Decimal("123456789012345678"))
    facts = {"invite": "iv_1", "id": "7251000123", "name": name, "username": "wang5", "role": "operator"}
    facts |= {"made_by": "7251000002", "made_at": str(NOW), "ends_at": str(NOW + 1_800_000)}
    yield "staff", staff.staff_card([one, replace(one, id=2, is_frozen=True)], {2}, who)
    yield "invite", staff.invite_card(Role.OPERATOR, "https://t.me/desk_bot?start=abc", NOW, who)
    yield "join", staff.join_request(facts, who)
    yield "joined", staff.joined_card(one, who)
    yield "refused", staff.turned_away(1, name, blocked=False, reader=who)
    yield "blocked", staff.turned_away(1, name, blocked=True, reader=who)
    yield "removed", staff.removed(one, who)
    yield "role changed", staff.role_changed(one, who)
    yield "frozen", staff.person_frozen(replace(one, is_frozen=True), who)
    yield "thawed", staff.person_frozen(one, who)
    yield "limit", staff.limit_set(Role.OPERATOR, "release", limit, who)
    yield "limits", staff.limits_card([(Role.OPERATOR, action.value, limit) for action in Action], who)
    for role in (Role.VIEWER, Role.AGENT, Role.OPERATOR, Role.LEAD):
        yield f"role {role.word}", staff.role_confirm("iv_1", 7251000123, name, role, who)


def desk_cards(who: Reader, name: str = "王五") -> Iterator[tuple[str, Card]]:
    for role in Role:
        yield f"help {role.word}", desk.help_card(reader(who.language, role))
        yield f"welcome {role.word}", desk.welcome_card(role, reader(who.language, role))
    yield "help here", desk.help_card(who)
    yield "start", desk.start_card(who)
    yield "language", desk.language_card(who)
    yield "language chosen", desk.language_chosen(who)
    yield "timezone", desk.timezone_card(who)
    yield "timezone chosen", desk.timezone_chosen(who)
    yield "frozen desk", desk.desk_frozen(name, who)
    yield "thawed desk", desk.desk_unfrozen("", who)
    yield "hint", desk.text_hint(who)


def notice_cards(who: Reader, name: str = "王五") -> Iterator[tuple[str, Card]]:
    facts = {
        "since": str(NOW), "until": str(NOW), "id": "7251000123", "name": name, "what": "message", "who": name,
        "order": ORDER_ID, "action": "release", "coins": "1000.00 USDT", "status": "kicked", "seconds": "61",
        "old": "-100123", "new": "-100456", "orders": "4", "why": name, "reason": "other_payer", "role": "agent",
    }  # fmt: skip
    for kind in [*NOTICES, "welcome", "join_request", "desk_frozen", "desk_unfrozen", "restored", "never_heard_of"]:
        yield f"notice {kind}", notice_card(Notice(kind, facts), who)
        yield f"notice {kind} bare", notice_card(Notice(kind), who)


def errors(words: str = "no") -> Iterator[DeskError]:
    for reason in [*REASONS, "never_heard_of"]:
        facts = {"given": words, "who": words, "order": ORDER_ID, "action": "release", "role": "agent"}
        yield NotAllowed(reason, facts)
        yield NotAllowed(reason)
    for command in [*USAGE, "never_heard_of"]:
        yield NotAllowed("usage", {"command": command, "given": words})
    for code in [*GATEWAY, *VENUE_CODES, "90009"]:
        yield Refused("gate", "confirm-receipt", code=code, detail=words, status=400)
    yield Refused("gate", "confirm-receipt", code="X", detail=words, status=429, retry_after=3.0)
    yield Unreachable("gate", "confirm-receipt", words)
    for why in ("timeout", "dropped", "server_error", "unreadable", "redirected"):
        yield Unknown("gate", "confirm-receipt", why=why, detail=words)


def refusal_cards(who: Reader, words: str = "no") -> Iterator[tuple[str, Card]]:
    for error in errors(words):
        yield f"refusal {error}", refusals.refusal_card(error, who, order=ORDER_ID, action="release")


def journal_cards(who: Reader, words: str = "release") -> Iterator[tuple[str, Card]]:
    lines = [Entry(number, NOW, 7251000002, words, ORDER_ID, {}, "done") for number in range(10)]
    yield "journal", journal_page(lines, 1, who, names={7251000002: "operator 2"})
    yield "journal empty", journal_page([], 0, who)


def every_card(who: Reader) -> Iterator[tuple[str, Card]]:
    yield from order_cards(who)
    yield from confirm_cards(who)
    yield from payer_cards(who)
    yield from queue_cards(who)
    yield from staff_cards(who)
    yield from desk_cards(who)
    yield from notice_cards(who)
    yield from refusal_cards(who)
    yield from journal_cards(who)
