"""Taps and commands about payment links: read what was said, call one flow, show one card."""

from collections.abc import Awaitable

from bot.domain.deposit_wishes import make_deposit_wish, read_deposit_amount, read_deposit_wish
from bot.domain.deposits import FIATS, DepositStanding, DepositWish, Mode
from bot.domain.errors import DeskError, NotAllowed
from bot.domain.reach import NotReached
from bot.domain.staff import Right
from bot.flows import deposit as asking
from bot.flows import deposit_follow
from bot.flows import deposit_view as flow
from bot.flows.deliver import MENU
from bot.flows.deposit_view import DEPOSIT
from bot.views import deposit_list as lists
from bot.views import deposits as views
from bot.views.card import Card, Markup
from bot.views.deposit_menu import amount_prompt, deposit_menu, payer_prompt
from bot.views.refusals import refusal
from handlers.context import Did

AMOUNT, PAYER = "deposit_amount", "deposit_payer"
"""the kinds of the two questions; their `order_id` is mode/fiat, and mode/fiat/amount"""
IN_PLACE = frozenset({"deposit_step_over", "deposit_step_used", "deposit_not_unknown", "no_method", "link_ended"})


async def deposit(did: Did) -> None:
    """`/deposit 5500.20 CNY NAME`, `/deposit 5000 MTC CNY NAME`, `/deposit D0612`, or by buttons."""
    words = did.words
    if await _found(did):
        return
    did.desk.need(did.person_id, Right.DEPOSIT)
    did.desk.exchange.check_deposits()
    if not words:
        await did.say(deposit_menu(did.reader), kind=MENU)
        return
    if not did.is_private:
        raise NotAllowed("deposit_in_group")
    await _begin(did, read_deposit_wish(words))


async def _found(did: Did) -> bool:
    """Whether a number of a link was all that was said; then its card is shown."""
    words = did.words
    if len(words) != 1 or words[0][:1] not in "Dd#" or not words[0][1:].isdigit():
        return False
    await _show(did, await flow.find(did.desk, did.person_id, words[0].lstrip("#")), replace=False)
    return True


async def which_mode(did: Did, mode: str, fiat: str) -> None:
    """One of the menu's buttons: the question for the amount."""
    did.desk.need(did.person_id, Right.DEPOSIT)
    card = amount_prompt(_mode(mode), _fiat(fiat), did.reader)
    await did.say(card, kind=AMOUNT, order_id=f"{mode}/{fiat}")


async def amount(did: Did, question: str, text: str) -> None:
    """The answer to the question for the amount: the question for the payer's name."""
    mode, fiat = question.split("/")
    did.desk.need(did.person_id, Right.DEPOSIT)
    read = read_deposit_amount(_mode(mode), fiat, text)
    await did.say(payer_prompt(_mode(mode), fiat, read, did.reader), kind=PAYER, order_id=f"{mode}/{fiat}/{read:f}")


async def payer(did: Did, question: str, text: str) -> None:
    """The answer to the question for the name: the summary."""
    mode, fiat, number = question.split("/")
    await _begin(did, make_deposit_wish(_mode(mode), fiat, number, text))


async def _begin(did: Did, wish: DepositWish) -> None:
    await _show(did, await asking.begin(did.desk, did.person_id, wish), replace=False)


async def method(did: Did, deposit_id: str, bit: str) -> None:
    await _guarded(did, deposit_id, asking.switch_method(did.desk, did.person_id, deposit_id, bit))


async def language(did: Did, deposit_id: str, code: str) -> None:
    await _guarded(did, deposit_id, asking.choose_language(did.desk, did.person_id, deposit_id, code))


async def back(did: Did, deposit_id: str) -> None:
    await _show(did, await asking.step_back(did.desk, did.person_id, deposit_id))


async def yes(did: Did, seal_id: str) -> None:
    await _guarded(did, did.order_id, asking.make(did.desk, did.person_id, seal_id, did.received_at))


async def again(did: Did, deposit_id: str) -> None:
    """The same once more, as a summary of its own."""
    await _show(did, await asking.again(did.desk, did.person_id, deposit_id), replace=False)


async def open_deposit(did: Did, deposit_id: str) -> None:
    standing = await flow.show(did.desk, did.person_id, deposit_id)
    await _show(did, standing, replace=did.order_id == deposit_id)


async def forward(did: Did, deposit_id: str) -> None:
    """A plain message, to be forwarded by hand."""
    found = await flow.handed_out(did.desk, did.person_id, deposit_id)
    await did.say(views.forward_text(found))


async def qr_only(did: Did, deposit_id: str) -> None:
    found = await flow.handed_out(did.desk, did.person_id, deposit_id)
    await did.say(views.qr_card(found))


async def settle(did: Did, deposit_id: str, outcome: str) -> None:
    """What a lead has seen in MTPay's console, asked once more."""
    standing = await deposit_follow.may_settle(did.desk, did.person_id, deposit_id)
    if outcome not in deposit_follow.OUTCOMES:
        raise NotAllowed("stale_button")
    card = views.settle_question(standing, outcome, did.reader)
    await did.say(card, kind=DEPOSIT, order_id=deposit_id, replace=True)


async def settle_yes(did: Did, deposit_id: str, outcome: str) -> None:
    await _guarded(did, deposit_id, deposit_follow.settle(did.desk, did.person_id, deposit_id, outcome))


async def deposits(did: Did) -> None:
    """`/deposits`, `/deposits open|finished|ended`, `/deposits D0612`."""
    if await _found(did):
        return
    await _history(did, did.words[0].lower() if did.words else "all", 0, replace=False)


async def history_page(did: Did, wanted: str, page: str) -> None:
    await _history(did, wanted, int(page) if page.isdigit() else 0, replace=True)


async def _history(did: Did, wanted: str, page: int, *, replace: bool) -> None:
    listed, has_more = await flow.history(did.desk, did.person_id, wanted, page)
    card = lists.deposit_list(listed, wanted, page, has_more, did.reader)
    await did.say(card, kind=MENU, replace=replace)


async def csv(did: Did, wanted: str) -> None:
    listed = await flow.all_for_csv(did.desk, did.person_id, wanted)
    content = lists.csv_file(listed, did.reader)
    await did.mouth.show_file(did.person_id, Card(Markup("")), content, f"deposits-{wanted}.csv", order_id=wanted)


async def _guarded(did: Did, deposit_id: str | None, work: Awaitable[DepositStanding]) -> None:
    """Show what became of it, or why not over the card as it is now."""
    try:
        standing = await work
    except DeskError as no:
        if isinstance(no, NotReached) or deposit_id is None:
            raise
        if not isinstance(no, NotAllowed) or no.reason not in IN_PLACE:
            raise
        now = await flow.show(did.desk, did.person_id, deposit_id)
        await _show(did, now, above=(refusal(no, did.reader),))
        return
    await _show(did, standing)


async def _show(did: Did, standing: DepositStanding, *, above: tuple[Markup, ...] = (), replace: bool = True) -> None:
    """In place of the card that was tapped; an outcome that came meanwhile is shown instead."""
    deposit_id, seal = standing.deposit.id, standing.open_seal

    async def as_it_is(drawn: Card) -> Card:
        now = await flow.show(did.desk, did.person_id, deposit_id)
        is_same = (now.intent, now.open_seal, now.phase) == (standing.intent, standing.open_seal, standing.phase)
        return drawn if is_same else views.deposit_card(now, did.reader, above)

    await did.say(
        views.deposit_card(standing, did.reader, above),
        kind=DEPOSIT,
        order_id=deposit_id,
        replace=replace,
        seal_id=seal.id if seal is not None else None,
        redraw=as_it_is,
    )


def _mode(word: str) -> Mode:
    try:
        return Mode(word)
    except ValueError:
        raise NotAllowed("stale_button") from None


def _fiat(word: str) -> str:
    if word not in FIATS:
        raise NotAllowed("stale_button")
    return word
