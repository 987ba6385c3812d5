"""The words of a new ad: its questions, its lines, its refusals and its news."""

from collections.abc import Callable
from decimal import Decimal

from bot.domain.ad_forms import FIXED, REFERENCES, AdForm, Step
from bot.domain.orders import Side
from bot.domain.situations import Notice
from bot.texts import mark
from bot.views.ad_lines import FOLLOWED, excerpt, pair_name, percent_of, price_of, tidy, with_code
from bot.views.buttons import FIELD, Verb, press
from bot.views.card import Card, Markup, Rows, clean, escape
from bot.views.pen import Pen

QUESTION = {
    Step.SIDE: mark("What do we do?"),
    Step.PAIR: mark("Which pair? Tap one, or reply to this with another, like USDT CNY"),
    Step.PRICING: mark("What kind of price?"),
    Step.OFFSET: mark("How many percent above it, or below with a minus? Like 0.5 or -0.3"),
    Step.PRICE: mark("What is the price of one {asset} in {fiat}?"),
    Step.AMOUNT: mark("How many {asset} in all?"),
    Step.BASIS: mark("What do the limits per order count?"),
    Step.LIMITS: mark("Least and most per order in {code}? Like 100-5000"),
    Step.METHODS: mark("Where do we take the money? One account of each kind."),
    Step.VERIFIED: mark("Which verification level at least? A number, like 1"),
    Step.REGISTERED: mark("How many days at Gate at least?"),
    Step.LEAST_DONE: mark("How many completed orders at least?"),
    Step.MOST_DONE: mark("How many completed orders at most?"),
    Step.RATE: mark("What completion rate at least, in percent? Like 95"),
    Step.OPEN_ORDERS: mark("How many open orders at most?"),
    Step.COUNTRY: mark("From which country only? As Gate writes it."),
    Step.TIER: mark("Which VIP level at least? A number, like 1"),
    Step.TRADERS: mark("Shut out other advertisers?"),
    Step.POLYMARKET: mark("With Gate's Polymarket limit?"),
    Step.WINDOW: mark("How many minutes to pay?"),
    Step.TERMS: mark("The terms that everybody reads? No contact data."),
    Step.AUTO_REPLY: mark("What is said by itself in a new order? No contact data."),
}
FIELD_NAMES = {
    Step.SIDE: mark("Side"),
    Step.PAIR: mark("Pair"),
    Step.PRICING: mark("Kind of price"),
    Step.OFFSET: mark("Offset"),
    Step.PRICE: mark("Price"),
    Step.AMOUNT: mark("Amount"),
    Step.BASIS: mark("Limits count"),
    Step.LIMITS: mark("Per order"),
    Step.METHODS: mark("Ways to pay"),
    Step.VERIFIED: mark("Verification"),
    Step.REGISTERED: mark("Days at Gate"),
    Step.LEAST_DONE: mark("Least orders"),
    Step.MOST_DONE: mark("Most orders"),
    Step.RATE: mark("Completion"),
    Step.OPEN_ORDERS: mark("Open orders"),
    Step.COUNTRY: mark("Country"),
    Step.TIER: mark("VIP level"),
    Step.TRADERS: mark("Advertisers"),
    Step.POLYMARKET: mark("Polymarket"),
    Step.WINDOW: mark("Time to pay"),
    Step.TERMS: mark("Terms"),
    Step.AUTO_REPLY: mark("Auto reply"),
}
SIDES = {Side.SELL.value: mark("we sell"), Side.BUY.value: mark("we buy")}
FORM_REASONS = {
    "ad_form_sent": mark(
        "Your new ad for {pair} is on its way, its result is not known yet. Nothing was changed. Look at its card."
    ),
    "ad_form_over": mark("This form is over, nothing was sent by this. Begin anew: /ads new"),
    "ad_form_moved": mark("The form stands at another question now, this changed nothing. Go on with it: /ads new"),
    "ad_form_step_over": mark("This step is over, nothing was sent. Go on with the form: /ads new"),
    "ad_form_used": mark("This was already pressed. It was sent once; its card shows what became of it."),
    "ad_form_published": mark("It is published after all, so nothing was sent. Look at it: /ads {ad}"),
    "ad_form_maybe_there": mark(
        "Gate lists what may be this very ad: {ads}. Nothing was sent. Say on its card which one it is."
    ),
    "ad_form_no_doubt": mark("This is settled by now, nothing was changed. Look at its card."),
    "ad_answer_empty": mark("There is nothing in it. Reply with your answer, or tap a button."),
    "ad_answer_press": mark("That is no answer to this. Tap one of its buttons."),
    "ad_answer_pair": mark("“{given}” is no pair. Write a coin and a currency: USDT CNY"),
    "ad_answer_offset": mark("“{given}” is no percentage below 100. Write it like 0.5 or -0.3"),
    "ad_answer_limits": mark("“{given}” is not understood. Write the least and the most: 100-5000"),
    "ad_answer_whole": mark("“{given}” does not fit. Write a whole number from {least} to {most}"),
    "ad_answer_rate": mark("“{given}” is no percentage up to 100. Write it like 95"),
    "ad_answer_country": mark("“{given}” is no country that Gate could read. Write letters or digits, like CN"),
    "ad_answer_window": mark("“{given}” does not fit. Write the minutes, 1 to {most}: 15"),
    "ad_answer_long": mark("The text has {given} characters, {most} is the most. Write it shorter."),
    "ad_answer_hidden": mark("There are hidden characters in it. Write it anew."),
    "ad_answer_method": mark("“{given}” is none of the ways to pay there. Tap the buttons."),
    "ad_answer_which": mark("There are several accounts of “{given}”. Tap the one that is meant."),
    "ad_answer_no_method": mark("One way to pay is the least. Tap one, then Done."),
}
FORM_NOTICES: dict[str, tuple[str, ...]] = {
    # form, pair, side, price, coins, who, ad
    "ad_published": (
        mark("📢 New ad · {ad}"),
        mark("{name}"),
        mark("Price {price}"),
        mark("Amount {coins}"),
        mark("by {who}"),
    ),
    # form, pair, side, price, coins, who
    "ad_publish_unknown": (
        mark("❓ No answer to a new ad"),
        mark("{name}"),
        mark("Price {price}"),
        mark("Amount {coins}"),
        mark("It may be published, or not."),
        mark("The desk looks; do not repeat it."),
        mark("by {who}"),
    ),
    # form, pair, side, price, coins, who, since
    "ad_publish_unknown_long": (
        mark("❓ New ad still not known"),
        mark("{name}"),
        mark("since {since}"),
        mark("Price {price}"),
        mark("Amount {coins}"),
        mark("Look into the Gate app."),
        mark("by {who}"),
    ),
    # form, pair, side, price, coins, who, ads
    "ad_publish_doubt": (
        mark("❓ Which of our ads is the new one?"),
        mark("{name}"),
        mark("Price {price}"),
        mark("Amount {coins}"),
        mark("It could be: {ads}"),
        mark("A lead says which on its card."),
    ),
    # form, pair, side, price, coins, who
    "ad_publish_unlisted": (
        mark("⚠ New ad not in Gate's list"),
        mark("{name}"),
        mark("Price {price}"),
        mark("Amount {coins}"),
        mark("Gate took it, but does not list it."),
        mark("Look into the Gate app."),
    ),
    # form, pair, side, price, coins, who, ad
    "ad_published_late": (
        mark("🔴 Published after all · {ad}"),
        mark("{name}"),
        mark("Price {price}"),
        mark("Amount {coins}"),
        mark("It was held to be lost."),
        mark("Is there a second one of it?"),
    ),
}
OPENS_AD = frozenset({"ad_published", "ad_published_late"})


def form_facts(reason: str, facts: dict[str, str]) -> dict[str, str]:
    """A limit is a count here, never money."""
    return {"most": facts["limit"]} if reason in FORM_REASONS and "limit" in facts else {}


def form_notice_words(pen: Pen, notice: Notice) -> dict[str, str]:
    """Facts whose words are ours, or that must be made ready."""
    facts = notice.facts
    styles = {"price": price_of, "coins": tidy}
    made: dict[str, str] = {name: _grouped(facts[name], style) for name, style in styles.items() if name in facts}
    pair, side = facts.get("pair", ""), facts.get("side", "")
    made["name"] = Card(pair_name(pen, Side(side), pair)).plain if side in set(Side) else clean(pair, 25)
    if "ad" in facts:
        made["ad"] = clean(facts["ad"], 20)
    if "who" in facts:
        made["who"] = pen.staff(facts["who"])
    return made


def _grouped(fact: str, style: Callable[[Decimal], str]) -> str:
    """`10,000 USDT`, `7.20 CNY`."""
    number, _, code = fact.partition(" ")
    try:
        return f"{style(Decimal(number))} {code}"
    except ArithmeticError:
        return fact


def form_notice_rows(pen: Pen, notice: Notice) -> Rows | None:
    """The button of such news; None for every other kind."""
    if notice.kind not in FORM_NOTICES:
        return None
    ad, form_id = notice.facts.get("ad", ""), notice.facts.get("form", "")
    if notice.kind in OPENS_AD:
        return ((press(pen.words("Open the ad"), Verb.AD_OPEN, ad),),) if FIELD.match(ad) else ()
    return ((press(pen.words("Open"), Verb.NA_OPEN, form_id),),) if FIELD.match(form_id) else ()


def answer_words(pen: Pen, draft: AdForm, step: Step) -> Markup:
    """An answer on its line."""
    text = draft.answer(step)
    if not text:
        return pen.say("none")
    if step is Step.SIDE:
        return pen.say(SIDES[text])
    if step is Step.PRICING:
        return pen.say("fixed") if text == FIXED else pen.say(FOLLOWED[REFERENCES[text]])
    if step is Step.METHODS:
        return escape(pen.words(", ").join(one.shown for one in draft.methods), 400)
    if step in (Step.TERMS, Step.AUTO_REPLY):
        return excerpt(pen, text)
    return _number_words(pen, draft, step, text)


def _number_words(pen: Pen, draft: AdForm, step: Step, text: str) -> Markup:
    if step is Step.PRICE:
        return with_code(price_of(Decimal(text)), draft.fiat)
    if step is Step.AMOUNT:
        return with_code(tidy(Decimal(text)), draft.asset)
    if step is Step.LIMITS:
        return with_code("–".join(tidy(Decimal(one)) for one in text.split("~")), draft.limit_code)
    if step is Step.BASIS:
        return escape(draft.limit_code, 12)
    if step is Step.OFFSET:
        return escape(percent_of(Decimal(text)))
    if step is Step.WINDOW:
        return pen.say("{number} min", number=text)
    if step in (Step.TRADERS, Step.POLYMARKET):
        return pen.say("yes")
    return escape(text, 60)
