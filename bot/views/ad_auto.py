"""`/ads auto`: when the desk takes ads offline unasked, and who switched that on."""

from bot.domain.ad_views import Auto
from bot.domain.situations import Reader
from bot.texts import mark
from bot.views.buttons import Verb, press
from bot.views.card import Card, bold, joined
from bot.views.pen import Pen

KINDS = {
    "blind": mark("Gate cannot be read for a minute"),
    "unattended": mark("nobody is on duty for a minute"),
}


def auto_card(auto: Auto, reader: Reader) -> Card:
    """What is switched on, what happens otherwise, and how an owner changes it."""
    pen = Pen(reader)
    known = [pen.say(KINDS[kind]) for kind in auto.kinds if kind in KINDS]
    if known:
        lines = [joined(("🤖", bold(pen.say("All ads go offline unasked when:"))), " ")]
        lines += [joined(("–", line), " ") for line in known]
        lines.append(pen.say("switched on by {who}", who=pen.staff(auto.owner_name)))
    else:
        lines = [joined(("✋", bold(pen.say("No ad goes offline unasked."))), " ")]
        lines.append(pen.say("Leads are asked when nobody looks."))
    lines.append(pen.say("Back online only by hand: /ads on"))
    lines.append(pen.say("Owners set it: /ads auto blind"))
    lines.append(pen.say("(or duty, both, off)"))
    return Card(joined(lines), ((press(pen.words("⬅ All ads"), Verb.ADS, "all", "0"),),))
