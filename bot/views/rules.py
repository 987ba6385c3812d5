"""`/reprice`: the rules about our prices, one of them on its card, and the steps that make and arm one."""

from collections.abc import Sequence
from decimal import Decimal

from bot.domain.ad_rules import HOUR_MS, HOURS, AdRule, Mode, RuleStanding
from bot.domain.ads import Ad
from bot.domain.orders import Side
from bot.domain.repricing import Aim, Why
from bot.domain.situations import Reader
from bot.domain.staff import Right
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.ad_lines import ad_name, pair_name, price_of, price_words, tail, tidy, with_code
from bot.views.buttons import Verb, press
from bot.views.card import Button, Card, Markup, Rows, bold, escape, joined
from bot.views.drawing import Drawing
from bot.views.pen import Pen, rows
from bot.views.rule_words import (
    aim_words,
    bounds_words,
    every_words,
    ignores_lines,
    is_moving,
    stop_words,
    why_words,
)

PAGE = 8
HEADS = {
    Mode.ASKED: ("⚠", mark("Price outside its bounds")),
    Mode.DRY: ("🎯", mark("Price rule, dry run")),
    Mode.ARMED: ("🟢", mark("Price rule, armed")),
    Mode.PAUSED: ("⏸", mark("Price rule, waits for Gate")),
    Mode.GONE: ("⏹", mark("This rule is no more")),
}
OFFERED = ((Aim.RANK, "1"), (Aim.RANK, "2"), (Aim.RANK, "3"), (Aim.UNDERCUT, "0.01"), (Aim.UNDERCUT, "0.02"))
"""what a new rule can be begun with by buttons"""


def rule_card(standing: RuleStanding, reader: Reader, above: tuple[Markup, ...] = ()) -> Card:
    """The rule as it is; for whoever opened the step to arm it, that step."""
    person, seal = reader.person, standing.open_seal
    if seal is not None and person is not None and person.id == seal.opened_by and person.may(Right.ADS):
        return _confirm(standing, reader)
    pen, rule = Pen(reader, standing.rule.decided_at or standing.rule.made_at), standing.rule
    icon, head = HEADS[standing.mode]
    made = Drawing()
    for line in above:
        made.line(line)
    made.line(joined((joined((icon, bold(pen.say(head))), " "), tail(rule.ad_id)), " · "))
    made.line(joined((pair_name(pen, rule.side, rule.pair), aim_words(pen, rule)), " · "))
    made.line(bounds_words(pen, rule))
    if standing.mode is Mode.ASKED:
        made.line(pen.say("Ours is {price} now.", price=with_code(price_of(rule.ours), rule.fiat)))
        made.line(pen.say("Armed, it would leave that at once."))
    elif standing.mode is not Mode.GONE:
        _state(pen, made, standing)
    made.rows = _rows(pen, standing)
    return made.card()


def _state(pen: Pen, made: Drawing, standing: RuleStanding) -> None:
    """What it sees and does; what it leaves out goes first where the lines are too many."""
    rule = standing.rule
    if rule.armed_until is not None:
        until = pen.clock(rule.armed_until)
        made.line(pen.say("Until {until}, armed by {who}", until=until, who=pen.staff(standing.armer_name)))
    elif rule.stopped_at is not None:
        made.line(pen.say("⏹ {at} {why}", at=pen.clock(rule.stopped_at), why=stop_words(pen, rule.stopped_why)))
    made.line(_prices(rule, pen))
    if is_moving(rule) and rule.wished is not None:
        text = mark("Sets {price}.") if rule.is_armed else mark("Would set {price}.")
        made.line(pen.say(text, price=bold(price_of(rule.wished))))
    if not is_moving(rule) or rule.why == Why.BOUND:
        made.line(escape(why_words(pen, rule.why), 60) if rule.why else pen.say("Not looked at yet."))
    made.line(every_words(pen, rule), 1)
    for rank, line in enumerate(ignores_lines(pen, rule), start=2):
        made.line(line, rank)
    if rule.rule.band_percent is not None:
        text = mark("⚠ Outside its band of {percent}%") if rule.is_adrift else mark("Band {percent}% around the best")
        made.line(pen.say(text, percent=tidy(rule.rule.band_percent)), 0 if rule.is_adrift else 2)


def _prices(rule: AdRule, pen: Pen) -> Markup:
    if rule.best is None:
        return pen.say("Ours {ours}", ours=price_of(rule.ours))
    return pen.say("Ours {ours}, best other {best}", ours=price_of(rule.ours), best=price_of(rule.best))


def _rows(pen: Pen, standing: RuleStanding) -> Rows:
    rule = standing.rule
    home = press(pen.words("⬅ All rules"), Verb.REPRICE, "0")
    if standing.mode is Mode.GONE or pen.reader.person is None:
        return ((home,),) if pen.reader.person is not None else ()
    refresh = press(pen.words("Refresh"), Verb.RP_OPEN, rule.id)
    if not pen.may(Right.ADS):
        return rows((home, refresh))
    drop = press(pen.words("Delete rule"), Verb.RP_DROP, rule.id)
    if standing.mode is Mode.ASKED:
        if pen.reader.person.id != rule.person:
            return rows((home,))
        back = press(pen.words("⬅ Back"), Verb.RP_DROP, rule.id)
        return rows((back,), (press(pen.words("I mean these"), Verb.RP_MEANT, rule.id),))
    change = press(pen.words("Change…"), Verb.RP_CHANGE, rule.id)
    if rule.is_armed:
        stop = press(pen.words("Stop now"), Verb.RP_STOP, rule.id, style="primary")
        return rows((stop,), (change, drop), (home, refresh))
    arms = [_arm(pen, rule, hours) for hours in HOURS]
    return rows((arms[0], arms[1]), (arms[2], arms[3]), (change, drop), (home, refresh))


def _arm(pen: Pen, rule: AdRule, hours: int) -> Button:
    return press(pen.words("Arm for {hours} h…", hours=form.count(hours)), Verb.RP_ARM, rule.id, form.count(hours))


def _confirm(standing: RuleStanding, reader: Reader) -> Card:
    """The second step: the ad, the rule with its bounds, and the end are what is approved."""
    seal, rule = standing.open_seal, standing.rule
    assert seal is not None
    pen, until = Pen(reader, seal.opened_at), int(seal.facts["until"])
    hours = form.count(round((until - seal.opened_at) / HOUR_MS))
    lines = [
        joined((bold(pen.say("Let the rule set the price?")), tail(rule.ad_id)), " · "),
        joined((pair_name(pen, rule.side, rule.pair), aim_words(pen, rule)), " · "),
        bold(bounds_words(pen, rule)),
        joined((_ours(pen, standing), every_words(pen, rule)), " · "),
        *ignores_lines(pen, rule),
        bold(pen.say("Until {until}, {hours} h", until=pen.clock(until), hours=hours)),
        pen.say("It asks nobody before a change."),
        pen.say("Valid until {time}", time=pen.clock(seal.expires_at, seconds=True)),
    ]
    back = press(pen.words("⬅ Back, arm nothing"), Verb.RP_BACK, rule.id)
    label = pen.words("Arm it for {hours} h", hours=hours)
    return Card(joined(lines), ((back,), (press(label, Verb.RP_YES, seal.id, style="danger"),)))


def _ours(pen: Pen, standing: RuleStanding) -> Markup:
    seal, rule = standing.open_seal, standing.rule
    price = Decimal(seal.facts["price"]) if seal is not None and "price" in seal.facts else rule.ours
    return pen.say("Ours {ours}", ours=price_of(price))


def rule_list(found: Sequence[RuleStanding], page: int, reader: Reader) -> Card:
    """One line each, armed ones first."""
    pen = Pen(reader)
    last = max((len(found) - 1) // PAGE, 0)
    page = min(max(page, 0), last)
    shown = found[page * PAGE : (page + 1) * PAGE]
    head = joined((joined(("🎯", bold(pen.say("Price rules"))), " "), form.count(len(found))), " · ")
    lines = [head, *(_line(pen, standing) for standing in shown)]
    if not found:
        lines.append(pen.say("There is none yet."))
        if pen.may(Right.ADS):
            lines.append(pen.say("Open an ad with /ads, or write:"))
            lines.append(pen.say("For example /reprice 2130000011 rank 1 floor 7.15 ceiling 7.30"))
    opens = [press(_label(pen, one.rule), Verb.RP_OPEN, one.rule.id) for one in shown]
    pairs = [tuple(opens[place : place + 2]) for place in range(0, len(opens), 2)]
    before = press("◀", Verb.REPRICE, form.count(page - 1)) if page else None
    after = press("▶", Verb.REPRICE, form.count(page + 1)) if page < last else None
    refresh = press(pen.words("Refresh"), Verb.REPRICE, form.count(page))
    return Card(joined(lines), rows(*pairs, (before, refresh, after)))


def _line(pen: Pen, standing: RuleStanding) -> Markup:
    rule = standing.rule
    icon = HEADS[standing.mode][0]
    name = joined((tail(rule.ad_id), pair_name(pen, rule.side, rule.pair)), " ")
    return joined((joined((icon, name), " "), price_of(rule.ours), aim_words(pen, rule)), " · ")


def _label(pen: Pen, rule: AdRule) -> str:
    return f"{tail(rule.ad_id)} {price_of(rule.rule.floor)}–{price_of(rule.rule.ceiling)}"[:16]


def aim_menu(ad: Ad, reader: Reader) -> Card:
    """What the price of an ad without a rule should do."""
    pen = Pen(reader)
    lines = (
        joined((joined(("🎯", bold(pen.say("New price rule"))), " "), tail(ad)), " · "),
        joined((ad_name(pen, ad), price_words(pen, ad)), " · "),
        pen.say("What should the price do?"),
        pen.say("First a dry run: nothing is sent."),
    )
    made = [
        press(_aim_label(pen, ad.side, aim, number), Verb.RP_AIM, ad.id, aim.value, number) for aim, number in OFFERED
    ]
    back = press(pen.words("⬅ Back"), Verb.AD_OPEN, ad.id)
    return Card(joined(lines), rows(tuple(made[:3]), tuple(made[3:]), (back,)))


def _aim_label(pen: Pen, side: Side, aim: Aim, number: str) -> str:
    if aim is Aim.RANK:
        return pen.words("Rank {rank}", rank=number)
    return pen.words("Outbid {step}", step=number) if side is Side.BUY else pen.words("Undercut {step}", step=number)


def bounds_prompt(ad: Ad, aim: Aim, number: str, reader: Reader) -> Card:
    """A question whose reply is the lowest and the highest price."""
    pen = Pen(reader)
    low, high = (price_of(ad.price * percent / 100) for percent in (99, 101))
    lines = (
        joined((bold(pen.say("Lowest and highest price?")), tail(ad)), " · "),
        joined((ad_name(pen, ad), price_words(pen, ad)), " · "),
        escape(_aim_label(pen, ad.side, aim, number), 36),
        pen.say("The rule never leaves these."),
        pen.say("Reply like: {example}", example=f"{_cents(low)} {_cents(high)}"),
    )
    return Card(joined(lines), prompt=True, prompt_hint=pen.words("Two prices"))


def _cents(number: str) -> str:
    whole, _, decimals = number.replace(",", "").partition(".")
    return f"{whole}.{decimals[:2]}"


def change_prompt(standing: RuleStanding, reader: Reader) -> Card:
    """A question whose reply is what should be different."""
    pen, rule = Pen(reader), standing.rule
    lines = [
        joined((bold(pen.say("What should be different?")), tail(rule.ad_id)), " · "),
        joined((pair_name(pen, rule.side, rule.pair), aim_words(pen, rule)), " · "),
        bounds_words(pen, rule),
        pen.say("Reply with only that, for example:"),
        pen.say("• Aim, bounds, pace: rank 2 floor 7.10 every 30"),
        pen.say("• Ignored, alarm: surplus 500 order 1000 traps 3 band 2"),
    ]
    if rule.is_armed:
        lines.append(pen.say("⚠ The change stops the armed rule."))
    return Card(joined(lines), prompt=True, prompt_hint=pen.words("Words and numbers"))
