"""What a tap says: a verb and its fields, typed, checked at birth against Telegram's 64 bytes.

The text form is `code:field:field`. It is opaque to people and never trusted: whether it lives is decided by what was
stored when the message was shown, and what it may do inside the flow.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.views.card import DATA_BYTES, Button

FIELD = re.compile(r"[A-Za-z0-9_.\-]{1,48}\Z")


class Verb(StrEnum):
    OPEN = "o"
    MORE = "m"
    BACK = "b"
    RELEASE = "r"
    YES = "y"
    NAME_DIFFERS = "nd"
    NOT_THERE = "nt"
    OTHER_PAYER = "op"
    CLAIM = "cl"
    LOOK = "lk"
    MARK_PAID = "mp"
    METHOD = "me"
    PAYEE = "pe"
    PAYEE_OF = "wp"
    CANCEL = "c"
    REASONS = "rs"
    REASON = "rn"
    UNLOCK = "u"
    UNLOCK_YES = "uy"
    TWIN_PAYER = "z"
    SNOOZE = "zs"
    OFFER = "zt"
    CHECKLIST = "zc"
    PAYER_NAME = "zp"
    PAYER_SKIP = "zx"
    SECOND_CREDIT = "zn"
    SECOND_CREDIT_YES = "zy"
    ASK = "a"
    QUEUE = "q"
    WAITING = "w"
    ROLE = "ro"
    ROLE_YES = "ry"
    REFUSE = "rf"
    BLOCK = "bl"
    DUTY = "d"
    DUTY_HEARD = "dh"
    DUTY_ANYWAY = "dx"
    DUTY_CLAIM = "dc"
    HANDOVER_TO = "dt"
    HANDOVER_NOTE = "dn"
    HANDOVER_SEND = "ds"
    HANDOVER_BACK = "db"
    HANDOVER_YES = "dy"
    HANDOVER_NO = "dr"
    LANGUAGE = "l"
    ALERT = "i"
    ALERT_QUIET = "iq"
    JOURNAL = "j"
    STAFF = "s"
    DISMISS = "x"
    PIN_CHANGE = "kc"
    PIN_REMOVE = "kr"
    CHAT = "ch"
    OLDER = "hi"
    WRITE = "wr"
    TEMPLATES = "tp"
    TEMPLATE = "te"
    SAY_TEMPLATE = "st"
    SEND_HELD = "sy"
    DROP_HELD = "sx"
    SEND_AGAIN = "sr"
    ALLOW_HOST = "ah"
    ALLOW_HOST_YES = "ay"
    PACK = "pk"
    CONVERT = "v"
    CV_SELL = "vs"
    CV_BUY = "vb"
    CV_FIXED = "vf"
    CV_AMOUNT = "va"
    CV_WISH = "vw"
    CV_YES = "vy"
    CV_NEW = "vn"
    CV_BACK = "vx"
    CV_ASK = "vk"
    CV_LEAD = "vl"
    CV_AGAIN = "vg"
    CV_AGAIN_YES = "vz"
    CV_SETTLE = "vt"
    CV_SETTLE_YES = "vu"
    CV_OPEN = "vo"
    CV_LOOK = "vi"
    CONVERTS = "vh"
    CV_CSV = "vc"
    OFF_RAMP = "f"
    OT_BANK = "fb"
    OT_WISH = "fw"
    OT_YES = "fy"
    OT_NEW = "fn"
    OT_BACK = "fx"
    OT_ASK = "fk"
    OT_LEAD = "fl"
    OT_OPEN = "fo"
    OT_LOOK = "fi"
    OT_SETTLE = "ft"
    OT_SETTLE_YES = "fu"
    OT_LIST = "fh"
    OT_CSV = "fc"
    BANKS = "g"
    BANK = "gi"
    BANK_ADD = "ga"
    BANK_COUNTRY = "gc"
    BANK_SKIP = "gs"
    BANK_BACK = "gb"
    BANK_GO_ON = "gg"
    BANK_DROP = "gx"
    BANK_SEND = "gy"
    BANK_DELETE = "gd"
    DEPOSIT = "p"
    DP_MODE = "pm"
    DP_METHOD = "pt"
    DP_LANGUAGE = "pl"
    DP_BACK = "px"
    DP_YES = "py"
    DP_OPEN = "po"
    DP_FORWARD = "pf"
    DP_QR = "pq"
    DP_NEW = "pn"
    DP_SETTLE = "ps"
    DP_SETTLE_YES = "pu"
    DEPOSITS = "ph"
    DP_CSV = "pc"
    DAY = "ca"
    DAY_PART = "cb"
    DAY_PICTURE = "ci"
    DAY_CSV = "cc"
    DC_BEGIN = "cg"
    DC_SKIP = "cs"
    DC_ANEW = "cn"
    DC_NOTE = "ct"
    DC_DROP = "cx"
    DC_YES = "cy"
    MARKET = "k"
    SHOP = "h"
    SH_ASK = "hs"
    SH_HOURS = "ht"
    SH_YES = "hy"
    SH_BACK = "hx"
    PROFILE = "hp"
    ADS = "e"
    AD_OPEN = "eo"
    AD_ASK = "ea"
    AD_STATUS = "es"
    AD_PRICE = "ep"
    AD_STEP = "et"
    AD_MEANT = "em"
    AD_YES = "ey"
    AD_BACK = "ex"
    AD_CHANGE = "ec"
    AD_LOOK = "ei"
    ADS_ALL = "eq"
    AL_YES = "eu"
    AL_BACK = "ev"
    REPRICE = "t"
    RP_OPEN = "to"
    RP_NEW = "tn"
    RP_AIM = "tg"
    RP_MEANT = "tm"
    RP_CHANGE = "tc"
    RP_ARM = "ta"
    RP_YES = "ty"
    RP_BACK = "tx"
    RP_STOP = "ts"
    RP_DROP = "td"
    NEW_AD = "n"
    NA_LIKE = "nl"
    NA_SET = "ns"
    NA_SKIP = "nk"
    NA_KEEP = "nw"
    NA_FREE = "nf"
    NA_BACK = "nb"
    NA_GO_ON = "ng"
    NA_LINES = "nc"
    NA_EDIT = "ne"
    NA_MEANT = "nm"
    NA_DROP = "nx"
    NA_SEND = "ny"
    NA_OPEN = "no"
    NA_PICK = "np"
    NA_NONE = "nn"
    SECOND = "js"
    SECOND_NO = "jn"
    SECOND_WHY = "jw"
    TAKE_BACK = "jb"
    STOP_ARMED = "jx"


FIELDS: dict[Verb, tuple[str, ...]] = {
    Verb.OPEN: ("order",),
    Verb.MORE: ("order",),
    Verb.BACK: ("order",),
    Verb.RELEASE: ("order",),
    Verb.YES: ("seal",),
    Verb.NAME_DIFFERS: ("order", "seal"),
    Verb.NOT_THERE: ("order",),
    Verb.OTHER_PAYER: ("order",),
    Verb.CLAIM: ("order",),
    Verb.LOOK: ("order",),
    Verb.MARK_PAID: ("order",),
    Verb.METHOD: ("order", "index"),
    Verb.PAYEE: ("order",),
    Verb.PAYEE_OF: ("order", "index"),
    Verb.CANCEL: ("order",),
    Verb.REASONS: ("order",),
    Verb.REASON: ("order", "id"),
    Verb.UNLOCK: ("order",),
    Verb.UNLOCK_YES: ("unlock",),
    Verb.TWIN_PAYER: ("question", "picked"),
    Verb.SNOOZE: ("order",),
    Verb.OFFER: ("order", "occasion"),
    Verb.CHECKLIST: ("order",),
    Verb.PAYER_NAME: ("order",),
    Verb.PAYER_SKIP: ("order",),
    Verb.SECOND_CREDIT: ("order",),
    Verb.SECOND_CREDIT_YES: ("word",),
    Verb.ASK: ("order", "action"),
    Verb.QUEUE: (),
    Verb.WAITING: ("page",),
    Verb.ROLE: ("invite", "role"),
    Verb.ROLE_YES: ("invite", "role"),
    Verb.REFUSE: ("invite",),
    Verb.BLOCK: ("invite",),
    Verb.DUTY: ("state",),
    Verb.DUTY_HEARD: ("bell",),
    Verb.DUTY_ANYWAY: (),
    Verb.DUTY_CLAIM: ("order",),
    Verb.HANDOVER_TO: ("person",),
    Verb.HANDOVER_NOTE: ("handover",),
    Verb.HANDOVER_SEND: ("handover",),
    Verb.HANDOVER_BACK: ("handover",),
    Verb.HANDOVER_YES: ("handover",),
    Verb.HANDOVER_NO: ("handover",),
    Verb.LANGUAGE: ("code",),
    Verb.ALERT: ("kind", "state"),
    Verb.ALERT_QUIET: (),
    Verb.JOURNAL: ("page",),
    Verb.STAFF: (),
    Verb.DISMISS: (),
    Verb.CHAT: ("order",),
    Verb.OLDER: ("order", "before"),
    Verb.WRITE: ("order",),
    Verb.TEMPLATES: ("order",),
    Verb.TEMPLATE: ("order", "template"),
    Verb.SAY_TEMPLATE: ("order", "template", "digest"),
    Verb.SEND_HELD: ("saying", "digest"),
    Verb.DROP_HELD: ("saying",),
    Verb.SEND_AGAIN: ("saying",),
    Verb.ALLOW_HOST: ("file",),
    Verb.ALLOW_HOST_YES: ("file",),
    Verb.PACK: ("order",),
    Verb.CONVERT: ("account",),
    Verb.CV_SELL: ("account", "page"),
    Verb.CV_BUY: ("account", "sell", "page"),
    Verb.CV_FIXED: ("account", "sell", "buy"),
    Verb.CV_AMOUNT: ("account", "sell", "buy", "fixed"),
    Verb.CV_WISH: ("account", "sell", "buy", "fixed", "amount"),
    Verb.CV_YES: ("seal",),
    Verb.CV_NEW: ("conversion",),
    Verb.CV_BACK: ("conversion",),
    Verb.CV_ASK: ("conversion",),
    Verb.CV_LEAD: ("conversion",),
    Verb.CV_AGAIN: ("conversion",),
    Verb.CV_AGAIN_YES: ("seal",),
    Verb.CV_SETTLE: ("conversion", "outcome"),
    Verb.CV_SETTLE_YES: ("conversion", "outcome"),
    Verb.CV_OPEN: ("conversion",),
    Verb.CV_LOOK: ("conversion",),
    Verb.CONVERTS: ("filter", "page"),
    Verb.CV_CSV: ("filter",),
    Verb.OFF_RAMP: (),
    Verb.OT_BANK: ("request", "bank"),
    Verb.OT_WISH: ("side", "coin", "fiat"),
    Verb.OT_YES: ("seal",),
    Verb.OT_NEW: ("off_ramp",),
    Verb.OT_BACK: ("off_ramp",),
    Verb.OT_ASK: ("request",),
    Verb.OT_LEAD: ("request",),
    Verb.OT_OPEN: ("off_ramp",),
    Verb.OT_LOOK: ("off_ramp",),
    Verb.OT_SETTLE: ("off_ramp", "outcome"),
    Verb.OT_SETTLE_YES: ("off_ramp", "outcome"),
    Verb.OT_LIST: ("filter", "page"),
    Verb.OT_CSV: ("filter",),
    Verb.BANKS: ("page",),
    Verb.BANK: ("bank",),
    Verb.BANK_ADD: (),
    Verb.BANK_COUNTRY: ("form", "country"),
    Verb.BANK_SKIP: ("form", "step"),
    Verb.BANK_BACK: ("form",),
    Verb.BANK_GO_ON: ("form",),
    Verb.BANK_DROP: ("form",),
    Verb.BANK_SEND: ("seal",),
    Verb.BANK_DELETE: ("bank",),
    Verb.DEPOSIT: (),
    Verb.DP_MODE: ("mode", "fiat"),
    Verb.DP_METHOD: ("deposit", "bit"),
    Verb.DP_LANGUAGE: ("deposit", "code"),
    Verb.DP_BACK: ("deposit",),
    Verb.DP_YES: ("seal",),
    Verb.DP_OPEN: ("deposit",),
    Verb.DP_FORWARD: ("deposit",),
    Verb.DP_QR: ("deposit",),
    Verb.DP_NEW: ("deposit",),
    Verb.DP_SETTLE: ("deposit", "outcome"),
    Verb.DP_SETTLE_YES: ("deposit", "outcome"),
    Verb.DEPOSITS: ("filter", "page"),
    Verb.DP_CSV: ("filter",),
    Verb.DAY: ("day",),
    Verb.DAY_PART: ("day", "part_of_day", "page"),
    Verb.DAY_PICTURE: ("day",),
    Verb.DAY_CSV: ("day",),
    Verb.DC_BEGIN: ("day",),
    Verb.DC_SKIP: ("day_form", "credit"),
    Verb.DC_ANEW: ("day_form",),
    Verb.DC_NOTE: ("day_form",),
    Verb.DC_DROP: ("day_form",),
    Verb.DC_YES: ("day_form", "sums"),
    Verb.MARKET: ("asset", "fiat"),
    Verb.PIN_CHANGE: (),
    Verb.PIN_REMOVE: (),
    Verb.SHOP: (),
    Verb.SH_ASK: ("working",),
    Verb.SH_HOURS: (),
    Verb.SH_YES: ("seal",),
    Verb.SH_BACK: (),
    Verb.PROFILE: ("order",),
    Verb.ADS: ("filter", "page"),
    Verb.AD_OPEN: ("ad",),
    Verb.AD_ASK: ("ad", "part"),
    Verb.AD_STATUS: ("ad", "status"),
    Verb.AD_PRICE: ("ad", "price"),
    Verb.AD_STEP: ("change", "step"),
    Verb.AD_MEANT: ("change",),
    Verb.AD_YES: ("seal",),
    Verb.AD_BACK: ("change",),
    Verb.AD_CHANGE: ("change",),
    Verb.AD_LOOK: ("change",),
    Verb.ADS_ALL: ("way",),
    Verb.AL_YES: ("seal",),
    Verb.AL_BACK: ("move",),
    Verb.REPRICE: ("page",),
    Verb.RP_OPEN: ("rule",),
    Verb.RP_NEW: ("ad",),
    Verb.RP_AIM: ("ad", "aim", "number"),
    Verb.RP_MEANT: ("rule",),
    Verb.RP_CHANGE: ("rule",),
    Verb.RP_ARM: ("rule", "hours"),
    Verb.RP_YES: ("seal",),
    Verb.RP_BACK: ("rule",),
    Verb.RP_STOP: ("rule",),
    Verb.RP_DROP: ("rule",),
    Verb.NEW_AD: (),
    Verb.NA_LIKE: ("ad",),
    Verb.NA_SET: ("form", "step", "value"),
    Verb.NA_SKIP: ("form", "step"),
    Verb.NA_KEEP: ("form", "step"),
    Verb.NA_FREE: ("form",),
    Verb.NA_BACK: ("form",),
    Verb.NA_GO_ON: ("form",),
    Verb.NA_LINES: ("form",),
    Verb.NA_EDIT: ("form", "step"),
    Verb.NA_MEANT: ("form", "pricing"),
    Verb.NA_DROP: ("form",),
    Verb.NA_SEND: ("seal",),
    Verb.NA_OPEN: ("form",),
    Verb.NA_PICK: ("form", "ad"),
    Verb.NA_NONE: ("form", "ads"),
    Verb.SECOND: ("approval",),
    Verb.SECOND_NO: ("approval",),
    Verb.SECOND_WHY: ("approval", "because"),
    Verb.TAKE_BACK: ("approval",),
    Verb.STOP_ARMED: ("approval",),
}


@dataclass(frozen=True, slots=True)
class Tap:
    """`Tap(Verb.REASON, ("2089000000000000417", "9")).data` is `rn:2089000000000000417:9`."""

    verb: Verb
    args: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.args) != len(FIELDS[self.verb]):
            raise ValueError(f"{self.verb.name} needs {FIELDS[self.verb]}, not {self.args}")
        if not all(FIELD.match(arg) for arg in self.args):
            raise ValueError(f"{self.verb.name} cannot carry {self.args}")
        if len(self.data.encode()) > DATA_BYTES:
            raise ValueError(f"callback data over {DATA_BYTES} bytes: {self.data!r}")

    @property
    def data(self) -> str:
        return ":".join((self.verb.value, *self.args))

    @classmethod
    def parse(cls, text: str) -> "Tap | None":
        """The tap behind callback data; None for anything this desk never made."""
        word, *args = text.split(":")
        try:
            return cls(Verb(word), tuple(args))
        except ValueError:
            return None


def press(text: str, verb: Verb, *args: str, style: str = "") -> Button:
    """A button that taps back."""
    return Button(text, data=Tap(verb, args).data, style=style)
