"""The merchant's bank accounts: the list, one of them, its deletion, and what is told of them. Tails only."""

from collections.abc import Mapping, Sequence

from bot.domain.bank_fields import Draft, proof_of
from bot.domain.off_ramps import BankAccount, Review
from bot.domain.situations import Reader
from bot.domain.staff import Right
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.buttons import FIELD, Verb, press
from bot.views.card import Button, Card, Markup, bold, clean, code, escape, joined
from bot.views.convert_lines import choice
from bot.views.facts import told
from bot.views.pen import LABEL_COLUMNS, Pen, rows

NAME_ROOM = 22
MEMO_ROOM = 60
MEMO_WHOLE = 300
KEPT_ROOM = 50
REVIEWS: dict[int | None, str] = {
    None: mark("review state not told"),
    Review.APPROVED: mark("approved"),
    Review.UNDER_REVIEW: mark("under review"),
    Review.MORE_WANTED: mark("more material wanted"),
    Review.REFUSED: mark("refused by Gate"),
}
OTHER_REVIEW = mark("review state {number}")
ICONS: dict[int | None, str] = {
    None: "▫", Review.APPROVED: "✅", Review.UNDER_REVIEW: "⏳", Review.MORE_WANTED: "📎", Review.REFUSED: "❌",
}  # fmt: skip
WHAT_NOW = {
    Review.APPROVED: mark("It can be chosen in /otc now."),
    Review.MORE_WANTED: mark("Send it in the Gate app."),
    Review.REFUSED: mark("Gate will not pay to it. See its words."),
}
BECAME = {
    "deleted": mark("🗑 Deleted: {bank}"),
    "found_deleted": mark("🗑 No answer, but the list has it no more: {bank}"),
    "still_listed": mark("❗ No answer, and the list still shows it: {bank}"),
    "unknown": mark("❓ No answer from Gate: {bank} may be deleted, or not. Look at /banks in a minute."),
    "refused": mark("↩ Not deleted: {bank}"),
    "unclear": mark("❓ Gate's list cannot be read whole: {bank} may be deleted, or not. Look in the Gate app."),
}
BANK_REASONS = {
    "bank_unknown": mark("Gate does not list this bank account any more. /banks shows what it has."),
    "bank_tail_differs": mark("These are not its last four characters, nothing was deleted."),
    "bank_delete_open": mark(
        "{bank} is being deleted already, and what became of it is not known yet. It is told here."
    ),
    "bank_form_over": mark("This form is over, nothing was sent. /banks starts a new one."),
    "bank_form_sent": mark("{bank} is already on its way to Gate. Its answer is told here."),
    "bank_form_moved": mark("The form stands at another question now, this changed nothing. /banks goes on with it."),
    "bank_field_empty": mark("Nothing is written there. Reply with the answer."),
    "bank_field_hidden": mark("There are characters in it that cannot be seen. Type it by hand."),
    "bank_field_length": mark("It has {has} characters, {least} to {most} can be. Write it anew."),
    "bank_field_account": mark("An account has 4 to 34 letters and digits, nothing else. Write it anew."),
    "bank_field_iban": mark(
        "The check digits of this IBAN do not fit: a character is wrong. Compare and write it anew."
    ),
    "bank_field_iban_length": mark("An IBAN of {country} has {needs} characters, this has {has}. Write it anew."),
    "bank_field_no_file": mark("This question wants words, not a file. Reply with the answer."),
    "bank_country_unknown": mark("Gate lists no country like “{given}”. Write its name in English or Chinese."),
    "bank_statement_kind": mark("The statement must be a picture, JPEG or PNG. Send a photo or a screenshot."),
    "bank_statement_pdf": mark("Gate takes no PDF here. Send a screenshot or a photo of the statement."),
    "bank_statement_size": mark("The statement has {megabytes} MB, {most} MB is the most. Send it as a photo."),
    "bank_statement_lost": mark(
        "Something is missing in the form, nothing was sent. Go back and send the picture anew."
    ),
}
"""for `REASONS` of the refusals"""
BANK_NOTICES: dict[str, tuple[str, ...]] = {
    # bank
    "bank_added": (mark("🏦 Bank account added: {bank}"), mark("Gate reviews it; you hear it here.")),
    # bank
    "bank_added_wants": (
        mark("🏦 Bank account added: {bank}"),
        mark("📎 Gate wants more material:"),
        mark("send it in the Gate app."),
        mark("The review's result is told here."),
    ),
    # bank, why, form
    "bank_refused": (
        mark("❌ Gate did not take {bank}"),
        mark("Gate: {why}"),
        mark("Nothing was added. Change it and send it anew."),
    ),
    # bank
    "bank_unknown": (
        mark("❓ No answer from Gate: {bank}"),
        mark("It may be added, or not."),
        mark("The list is looked at, do nothing."),
    ),
    # bank, form
    "bank_never_left": (
        mark("↩ Nothing was added: {bank}"),
        mark("The request did not leave the desk."),
        mark("You can send it again."),
    ),
    # bank
    "bank_found_deleted": (BECAME["found_deleted"],),
    # bank
    "bank_still_listed": (BECAME["still_listed"],),
    # bank
    "bank_unclear": (BECAME["unclear"], mark("The desk asks no more.")),
    # bank, form
    "bank_not_added": (
        mark("↩ Nothing was added: {bank}"),
        mark("Three looks did not find it."),
        mark("You can send it again."),
    ),
}
"""for `NOTICES`; `bank_notice` draws them, with their buttons"""
REVIEWED = "bank_reviewed"


def bank_list(
    banks: Sequence[BankAccount],
    page: int,
    pages: int,
    reader: Reader,
    *,
    form_left: Draft | None = None,
    unreadable: int = 0,
    filters: Mapping[str, str] | None = None,
) -> Card:
    """One page of the accounts (`page` from 0); `form_left` is a form that was left half-way."""
    pen = Pen(reader)
    head = [bold(pen.say("Bank accounts"))]
    if pages > 1:
        head.append(pen.say("page {page} of {pages}", page=form.count(page + 1), pages=form.count(pages)))
    lines = [joined(head, " · ")]
    if filters:
        lines.append(escape(" ".join(f"{key}={value}" for key, value in filters.items())))
    for bank in banks:
        lines += _bank_lines(pen, bank)
    if not banks:
        lines.append(pen.say("None like this.") if filters else pen.say("None yet."))
    if unreadable:
        lines.append(pen.say("⚠ {number} more cannot be read", number=form.count(unreadable)))
    if form_left is not None:
        lines.append(pen.say("📝 A form waits for you."))
    return Card(joined(lines), _list_rows(pen, banks, page, pages, form_left))


def _list_rows(
    pen: Pen, banks: Sequence[BankAccount], page: int, pages: int, form_left: Draft | None
) -> tuple[tuple[Button, ...], ...]:
    opening = [choice(_label(bank), Verb.BANK, bank.id) for bank in banks]
    pairs = [tuple(opening[at : at + 2]) for at in range(0, len(opening), 2)]
    earlier = press(pen.words("◀ Earlier"), Verb.BANKS, str(page - 1)) if page > 0 else None
    more = press(pen.words("More ▶"), Verb.BANKS, str(page + 1)) if page + 1 < pages else None
    made: tuple[Button | None, ...] = ()
    if pen.may(Right.BANKS) and form_left is not None:
        go_on = press(pen.words("Go on"), Verb.BANK_GO_ON, form_left.id)
        made = (go_on, press(pen.words("Drop the form"), Verb.BANK_DROP, form_left.id))
    elif pen.may(Right.BANKS):
        made = (press(pen.words("Add an account…"), Verb.BANK_ADD),)
    return rows(*pairs, (earlier, more), made)


def _label(bank: BankAccount) -> str:
    tail = f" ··{bank.tail}" if bank.tail else ""
    return f"{clean(bank.bank, LABEL_COLUMNS - len(tail)) or '–'}{tail}"


def bank_title(bank: BankAccount) -> str:
    """`Chase ··4410`."""
    return f"{clean(bank.bank, NAME_ROOM) or '–'} ··{clean(bank.tail, 8)}".removesuffix(" ··")


def _bank_lines(pen: Pen, bank: BankAccount) -> list[Markup]:
    icon = ICONS.get(bank.review, "▫")
    parts = [clean(bank.holder, NAME_ROOM), clean(bank.country, 12), review_words(pen, bank.review)]
    if bank.memo:
        parts.append(clean(bank.memo, MEMO_ROOM))
    first = joined((icon, bold(bank_title(bank))), " ")
    return [first, escape(" · ".join(part for part in parts if part), 3 * MEMO_ROOM)]


def review_words(pen: Pen, review: int | None) -> str:
    known = REVIEWS.get(review)
    return pen.words(known) if known is not None else pen.words(OTHER_REVIEW, number=str(review))


def bank_card(bank: BankAccount, reader: Reader) -> Card:
    """One account, with its deletion for owners."""
    pen = Pen(reader)
    lines = [
        joined((ICONS.get(bank.review, "▫"), bold(bank_title(bank))), " "),
        pen.say("Holder: {name}", name=clean(bank.holder, 60) or "–"),
        pen.say("Country: {name}", name=clean(bank.country) or "–"),
        pen.say("SWIFT: {code}", code=clean(bank.swift) or "–"),
        pen.say("Review: {state}", state=review_words(pen, bank.review)),
    ]
    if bank.memo:
        lines.append(pen.say("Gate: {words}", words=escape(bank.memo, MEMO_WHOLE)))
    is_owner = pen.may(Right.BANKS)
    delete = choice(pen.words("Delete…"), Verb.BANK_DELETE, bank.id) if is_owner else None
    return Card(joined(lines), rows((press(pen.words("⬅ Back"), Verb.BANKS, "0"), delete)))


def delete_prompt(bank: BankAccount, reader: Reader, *, was_used_last: bool = False, is_in_use: bool = False) -> Card:
    """A question whose reply deletes the account."""
    pen = Pen(reader)
    lines = [bold(pen.say("Delete {bank}?", bank=bank_title(bank)))]
    lines.append(pen.say("Holder: {name}", name=clean(bank.holder, 60) or "–"))
    if is_in_use:
        lines.append(pen.say("‼ An off-ramp to it is under way."))
    if was_used_last:
        lines.append(pen.say("⚠ The last off-ramp went to it."))
    if bank.tail or bank.iban:
        lines.append(pen.say("Reply with the last four characters of the account: it is deleted then."))
    else:
        number = code(escape(proof_of(bank)))
        lines.append(pen.say("Gate tells no number of it. Reply with {number}: it is deleted then.", number=number))
    return Card(joined(lines), prompt=True, prompt_hint=pen.words("Last four characters"))


def deleted_card(bank: BankAccount | str, became: str, reader: Reader) -> Card:
    """`became` is a key of `BECAME`; `bank` may be the account as it was shown before."""
    pen = Pen(reader)
    title = clean(bank, KEPT_ROOM) if isinstance(bank, str) else bank_title(bank)
    return Card(pen.say(BECAME.get(became, BECAME["unknown"]), bank=title))


def bank_notice(kind: str, facts: Mapping[str, str], reader: Reader) -> Card:
    """News of an account: the kinds of `BANK_NOTICES`, and `bank_reviewed` {bank, review, memo}."""
    pen = Pen(reader)
    if kind == REVIEWED:
        return _reviewed(pen, facts)
    first, *more = BANK_NOTICES[kind]
    lines = [bold(told(pen, first, facts)), *(told(pen, line, facts) for line in more)]
    form_id = facts.get("form", "")
    go_on = press(pen.words("Go on"), Verb.BANK_GO_ON, form_id) if FIELD.match(form_id) else None
    return Card(joined(lines), rows((go_on,)))


def _reviewed(pen: Pen, facts: Mapping[str, str]) -> Card:
    number = facts.get("review", "")
    review = int(number) if number.isdecimal() else None
    icon = ICONS.get(review, "▫")
    lines = [joined((icon, bold(pen.say("Gate reviewed {bank}", bank=facts.get("bank", "–")))), " ")]
    lines.append(pen.say("Review: {state}", state=review_words(pen, review)))
    if facts.get("memo"):
        lines.append(pen.say("Gate: {words}", words=escape(facts["memo"], MEMO_WHOLE)))
    if review in WHAT_NOW:
        lines.append(pen.say(WHAT_NOW[Review(review)]))
    return Card(joined(lines))
