"""The summary of a new ad with its confirm, and what became of it after it was sent."""

from bot.domain.ad_asking import Summary, digest_of_ads
from bot.domain.ad_edits import signed_offset
from bot.domain.ad_forms import Step
from bot.domain.ad_sendings import FormStanding, Phase
from bot.domain.ads import AdDraft, LimitBasis
from bot.domain.situations import Reader
from bot.domain.staff import Right
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.ad_form import price_lines
from bot.views.ad_form_words import answer_words
from bot.views.ad_lines import (
    floating_words,
    named,
    pair_name,
    percent_of,
    price_of,
    tail,
    tidy,
    with_code,
)
from bot.views.ad_refusals import CONTENT_FILTER
from bot.views.ads import demand_lines
from bot.views.buttons import Verb, press
from bot.views.card import Button, Card, Markup, Rows, bold, escape, exactly, joined
from bot.views.convert_lines import choice
from bot.views.pen import Pen, rows

TEXT_UNITS = 1200
WORDS_COLUMNS = 400
TITLES = {
    Phase.SENDING: mark("📤 Sent to Gate"),
    Phase.LOOKING: mark("✅ Gate accepted it"),
    Phase.PUBLISHED: mark("📢 Published"),
    Phase.UNKNOWN: mark("❓ No answer from Gate"),
    Phase.DOUBT: mark("❓ Which one is it?"),
    Phase.REFUSED: mark("❌ Gate said no"),
    Phase.VOID: mark("↩ Nothing was published"),
}
MEANS = {
    Phase.SENDING: (mark("Its result comes on this card."),),
    Phase.LOOKING: (mark("Looking for it in Gate's list."),),
    Phase.UNKNOWN: (
        mark("It may be published, or not."),
        mark("Nothing is sent again by itself."),
        mark("The desk looks into Gate's list."),
    ),
    Phase.REFUSED: (mark("Nothing published, the form is kept."),),
    Phase.VOID: (mark("The form is kept, send it anew."),),
}


def summary_card(summary: Summary, reader: Reader, above: tuple[Markup, ...] = ()) -> Card:
    """Everything as it will be sent; a price far from the market must be meant before it can be confirmed."""
    seal, draft = summary.seal, summary.draft
    pen = Pen(reader, seal.opened_at if seal is not None else None)
    lines = [*above, joined(("📢", bold(pen.say("Publish this ad?"))), " "), *_draft_lines(pen, draft)]
    lines += [*_market_lines(pen, summary), *_far_offset_lines(pen, summary)]
    lines.append(_methods_line(pen, summary))
    lines += demand_lines(pen, draft.demands) or [pen.say("Counterparties: nothing demanded")]
    if draft.expire_minutes is not None:
        lines.append(pen.say("Time to pay: {number} min", number=form.count(draft.expire_minutes)))
    lines += _texts(pen, draft)
    if not summary.is_watched:
        pair = f"{draft.asset}/{draft.fiat}"
        lines.append(pen.say("⚠ The desk does not watch {pair}: its orders would not be told here.", pair=pair))
    if seal is not None:
        lines.append(pen.say("Valid until {time}", time=pen.clock(seal.expires_at, seconds=True)))
    return Card(joined(lines), _summary_rows(pen, summary))


def _draft_lines(pen: Pen, draft: AdDraft) -> list[Markup]:
    lines = [bold(pair_name(pen, draft.side, f"{draft.asset}/{draft.fiat}"))]
    price = bold(with_code(price_of(draft.price), draft.fiat))
    if draft.floating is None:
        lines.append(pen.say("Price {price}, fixed", price=price))
    else:
        lines.append(pen.say("Follows {what}", what=bold(floating_words(pen, draft.floating))))
        lines.append(pen.say("Price told with it: {price}", price=price))
    code = draft.fiat if draft.basis is LimitBasis.FIAT else draft.asset
    limits = with_code(f"{tidy(draft.least)}–{tidy(draft.most)}", code)
    lines.append(pen.say("Amount {coins}", coins=bold(with_code(tidy(draft.amount), draft.asset))))
    return [*lines, pen.say("Per order {limits}", limits=limits)]


def _market_lines(pen: Pen, summary: Summary) -> list[Markup]:
    found = summary.distance
    if found.prices is None:
        return [bold(pen.say("🔴 The market cannot be read now."))]
    lines = price_lines(pen, summary.form, found.prices)
    if found.off is not None:
        off = percent_of(found.off)
        text = mark("🔴 {percent} off the middle") if found.is_far else mark("{percent} off the middle")
        lines.append(bold(pen.say(text, percent=off)) if found.is_far else pen.say(text, percent=off))
    return lines


def _far_offset_lines(pen: Pen, summary: Summary) -> list[Markup]:
    floating = summary.draft.floating
    if floating is None or not summary.distance.is_offset_far:
        return []
    far = pen.say("Far from its reference: {percent}", percent=percent_of(signed_offset(floating)))
    return [joined(("🔴", bold(far)), " ")]


def _methods_line(pen: Pen, summary: Summary) -> Markup:
    return pen.say("Ways to pay: {methods}", methods=answer_words(pen, summary.form, Step.METHODS))


def _texts(pen: Pen, draft: AdDraft) -> list[Markup]:
    """Both whole: they are what everybody will read."""
    lines: list[Markup] = []
    for head, none, text in (
        (mark("Terms, {count} characters:"), mark("Terms: none"), draft.terms),
        (mark("Auto reply, {count} characters:"), mark("Auto reply: none"), draft.auto_reply),
    ):
        lines += [pen.say(head, count=form.count(len(text))), exactly(text, TEXT_UNITS)] if text else [pen.say(none)]
    return lines


def _summary_rows(pen: Pen, summary: Summary) -> Rows:
    form_id = summary.form.id
    change = press(pen.words("Change…"), Verb.NA_LINES, form_id)
    drop = press(pen.words("Drop the form"), Verb.NA_DROP, form_id)
    last: Button | None
    if summary.seal is not None:
        last = press(pen.words("Publish this ad"), Verb.NA_SEND, summary.seal.id, style="danger")
    else:
        text = mark("I mean this price") if summary.distance.is_far else mark("I mean this offset")
        last = choice(pen.words(text), Verb.NA_MEANT, form_id, summary.form.pricing)
    back = press(pen.words("⬅ Back"), Verb.NA_BACK, form_id)
    return rows((back, change), (drop,), (last,))


def standing_card(standing: FormStanding, reader: Reader, above: tuple[Markup, ...] = ()) -> Card:
    """What became of a form that was sent; `above` says why a tap did nothing."""
    pen, phase, sending = Pen(reader), standing.phase, standing.sending
    if sending is None or phase not in TITLES:
        return Card(pen.say("This form is over. Begin anew: /ads new"))
    first = bold(pen.say(TITLES[phase]))
    lines = [joined((first, tail(sending.ad_id)), " · ") if sending.ad_id else first]
    lines += [*above, *_draft_lines(pen, sending.draft)]
    if phase is Phase.REFUSED and standing.intent is not None:
        lines += _refusal_lines(pen, standing.intent.answer)
    if phase is Phase.DOUBT:
        lines += _doubt_lines(pen, standing)
    lines += [pen.say(text) for text in MEANS.get(phase, ())]
    if phase is Phase.UNKNOWN:
        lines.append(bold(pen.say("Do not publish it in the Gate app.")))
    if standing.person_name:
        lines.append(pen.say("by {who}", who=pen.staff(standing.person_name)))
    card = Card(joined(lines), _standing_rows(pen, standing) if pen.may(Right.ADS) else ())
    return Card(card.text, card.rows, stands_for=standing_card(standing, reader).digest) if above else card


def _refusal_lines(pen: Pen, answer: str) -> list[Markup]:
    """The venue's own words; what its text filter means is ours."""
    code, _, words = answer.partition(": ")
    quoted = escape(words or code, WORDS_COLUMNS)
    lines = [pen.say("Gate: “{words}” (code {code})", words=quoted, code=escape(code, 40))]
    if code == CONTENT_FILTER:
        lines.append(pen.say("Its filter did not take a text: write it anew."))
    return lines


def _doubt_lines(pen: Pen, standing: FormStanding) -> list[Markup]:
    sending = standing.sending
    assert sending is not None
    lines = [pen.say("New in Gate's list since then:")]
    for ad_id, differs in sending.differs.items():
        if differs:
            other = named(pen, differs.split(","))
            lines.append(pen.say("{ad}: other {parts}", ad=escape(ad_id, 20), parts=other))
        else:
            lines.append(pen.say("{ad}: all as it was sent", ad=escape(ad_id, 20)))
    return [*lines, pen.say("Compare them in the Gate app.")]


def _standing_rows(pen: Pen, standing: FormStanding) -> Rows:
    form_id, sending, phase = standing.form.id, standing.sending, standing.phase
    person = pen.reader.person
    assert sending is not None
    if phase is Phase.PUBLISHED:
        return rows((choice(pen.words("Open the ad"), Verb.AD_OPEN, sending.ad_id),))
    if phase is Phase.DOUBT:
        picks = [(_picking(pen, form_id, ad_id),) for ad_id in sending.candidates]
        none = press(pen.words("None of these"), Verb.NA_NONE, form_id, digest_of_ads(sending.candidates))
        return rows(*picks, (none,))
    if phase not in (Phase.REFUSED, Phase.VOID) or person is None or person.id != standing.form.person:
        return ()
    go_on = press(pen.words("Go on"), Verb.NA_GO_ON, form_id)
    change = press(pen.words("Change…"), Verb.NA_LINES, form_id)
    texts = _text_buttons(pen, standing) if phase is Phase.REFUSED else ()
    return rows(texts, (change, go_on), (press(pen.words("Drop the form"), Verb.NA_DROP, form_id),))


def _text_buttons(pen: Pen, standing: FormStanding) -> tuple[Button | None, ...]:
    """The filter says only that a text is at fault."""
    answer = standing.intent.answer if standing.intent is not None else ""
    if not answer.startswith(CONTENT_FILTER):
        return ()
    form_id, draft = standing.form.id, standing.form
    terms = press(pen.words("Terms…"), Verb.NA_EDIT, form_id, Step.TERMS.value) if draft.answer(Step.TERMS) else None
    reply = press(pen.words("Auto reply…"), Verb.NA_EDIT, form_id, Step.AUTO_REPLY.value)
    return terms, reply if draft.answer(Step.AUTO_REPLY) else None


def _picking(pen: Pen, form_id: str, ad_id: str) -> Button | None:
    return choice(pen.words("It is {ad}", ad=tail(ad_id)), Verb.NA_PICK, form_id, ad_id)
