"""The questions of a new bank account, one after the other, and what may be answered to each.

The venue documents no lengths; what is refused here could not be an answer. Accounts follow ISO 13616 where they look
like an IBAN: two letters, two check digits, 15 to 34 characters.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.errors import NotAllowed
from bot.domain.off_ramps import BankAccount, BankForm, Country


class Step(StrEnum):
    """The questions in their order; the last one is the confirm."""

    HOLDER = "holder"
    BANK = "bank"
    COUNTRY = "country"
    ADDRESS = "address"
    ACCOUNT = "account"
    SWIFT = "swift"
    REMITTANCE = "remittance"
    AGENT = "agent"
    AGENT_SWIFT = "agent_swift"
    STATEMENT = "statement"
    CONFIRM = "confirm"


STEPS = tuple(Step)
QUESTIONS = len(STEPS) - 1
OPTIONAL = frozenset({Step.REMITTANCE, Step.AGENT, Step.AGENT_SWIFT})
WITHOUT = "-"
"""typed where something optional was given before and is not wanted any more"""
LENGTHS = {
    Step.HOLDER: (2, 100),
    Step.BANK: (2, 100),
    Step.COUNTRY: (1, 60),
    Step.ADDRESS: (3, 200),
    Step.SWIFT: (1, 34),
    Step.REMITTANCE: (1, 50),
    Step.AGENT: (2, 100),
    Step.AGENT_SWIFT: (1, 34),
}
SWIFTS = frozenset({Step.SWIFT, Step.AGENT_SWIFT})
SWIFT_LENGTHS = (8, 11)
ACCOUNT = re.compile(r"[A-Z0-9]{4,34}")
IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20,
    "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IL": 23,
    "IS": 26, "IT": 27, "KW": 30, "KZ": 20, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18,
    "NO": 15, "PL": 28, "PT": 25, "QA": 29, "RO": 24, "SA": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TR": 26,
}  # fmt: skip
MAX_STATEMENT_BYTES = 4 * 1000 * 1000
STATEMENT_TYPES = {"image/jpeg": "statement.jpg", "image/png": "statement.png"}
TAIL = 4
HIDDEN = re.compile(r"[*•●]+|\.{2,}")
"""what a list shows in the place of characters that it hides; an ellipsis is folded to dots"""
SWIFT_LENGTH = "swift_length"
"""the one warning there is: told, never in the way"""


@dataclass(frozen=True, slots=True)
class Draft:
    """A form on its way. `answers` are texts by step; `statement` the SHA-256 of its bytes. Times are Unix ms.

    Not `sent_at`: it is being filled in, at `step`. `is_unknown`: it was sent and the answer was lost. `known` are the
    ids of the accounts that the venue listed before it was sent.
    """

    id: str
    person: int
    step: Step
    begun_at: int
    touched_at: int
    answers: Mapping[str, str] = field(default_factory=dict, repr=False)
    statement: str = ""
    sent_at: int | None = None
    ended_at: int | None = None
    outcome: str = ""
    is_unknown: bool = False
    looks: int = 0
    first_look_at: int | None = None
    last_look_at: int | None = None
    known: frozenset[str] = frozenset()

    def answer(self, step: Step) -> str:
        return self.answers.get(step.value, "")

    @property
    def has(self) -> bool:
        """Whether the question of this step was answered before."""
        return bool(self.statement) if self.step is Step.STATEMENT else bool(self.answer(self.step))

    @property
    def country(self) -> Country | None:
        number = self.answers.get("country_id", "")
        if not number:
            return None
        return Country(int(number), self.answer(Step.COUNTRY), self.answers.get("country_zh", ""))

    @property
    def tail(self) -> str:
        return tail_of(self.answer(Step.ACCOUNT))

    @property
    def shown(self) -> str:
        """`Chase ··4410`: all that journal and news say of it."""
        return f"{self.answer(Step.BANK)[:40]} ··{self.tail}"


def tail_of(account: str) -> str:
    """What is typed to delete an account: its last four characters, all of a shorter one."""
    return account[-TAIL:].upper()


def proof_of(bank: BankAccount) -> str:
    """What a person types to say which account is meant: an account that the venue lists without number has its id."""
    return tail_of(bank.iban) or bank.id[-TAIL:].upper()


def check(step: Step, typed: str) -> tuple[str, str]:
    """The answer as it is kept, and a warning's key ("" for none). Raises NotAllowed("bank_field_…")."""
    if not all(char.isprintable() or char.isspace() for char in typed):
        raise NotAllowed("bank_field_hidden")
    text = " ".join(unicodedata.normalize("NFC", typed).split())
    if not text:
        raise NotAllowed("bank_field_empty")
    if step is Step.ACCOUNT:
        return check_account(text), ""
    if step in SWIFTS:
        text = _code(text)
    least, most = LENGTHS[step]
    if not least <= len(text) <= most:
        facts = {"least": str(least), "most": str(most), "has": str(len(text))}
        raise NotAllowed("bank_field_length", facts)
    is_odd = step in SWIFTS and (len(text) not in SWIFT_LENGTHS or not ACCOUNT.fullmatch(text))
    return text, SWIFT_LENGTH if is_odd else ""


def check_account(typed: str) -> str:
    """The account without gaps, in capitals. Raises NotAllowed: one that looks like an IBAN must be one."""
    account = _code(typed)
    if not ACCOUNT.fullmatch(account):
        raise NotAllowed("bank_field_account")
    if not IBAN.fullmatch(account):
        return account
    length = IBAN_LENGTHS.get(account[:2])
    if length is not None and len(account) != length:
        facts = {"country": account[:2], "needs": str(length), "has": str(len(account))}
        raise NotAllowed("bank_field_iban_length", facts)
    if int("".join(str(int(char, 36)) for char in account[4:] + account[:4])) % 97 != 1:
        raise NotAllowed("bank_field_iban")
    return account


def _code(typed: str) -> str:
    """Codes are printed in groups, and typed on phones in small or wide letters."""
    return re.sub(r"[\s\-‐-―]", "", unicodedata.normalize("NFKC", typed)).upper()


def after(step: Step, answers: Mapping[str, str]) -> Step:
    """The next question; a SWIFT of no agent bank is not asked for."""
    following = STEPS[min(STEPS.index(step) + 1, QUESTIONS)]
    return Step.STATEMENT if following is Step.AGENT_SWIFT and not answers.get(Step.AGENT) else following


def before(step: Step, answers: Mapping[str, str]) -> Step:
    """The question before; the first has none."""
    preceding = STEPS[max(STEPS.index(step) - 1, 0)]
    return Step.AGENT if preceding is Step.AGENT_SWIFT and not answers.get(Step.AGENT) else preceding


def form_of(draft: Draft, content: bytes) -> BankForm:
    """What is sent to the venue."""
    return BankForm(
        holder=draft.answer(Step.HOLDER),
        bank=draft.answer(Step.BANK),
        country=draft.country,
        address=draft.answer(Step.ADDRESS),
        iban=draft.answer(Step.ACCOUNT),
        swift=draft.answer(Step.SWIFT),
        remittance_line=draft.answer(Step.REMITTANCE),
        agent_bank=draft.answer(Step.AGENT),
        agent_swift=draft.answer(Step.AGENT_SWIFT) if draft.answer(Step.AGENT) else "",
        statement=content,
        statement_name=draft.answer(Step.STATEMENT),
    )


def is_complete(draft: Draft) -> bool:
    """Everything that must be there was answered."""
    needed = (step for step in STEPS if step not in OPTIONAL and step is not Step.CONFIRM)
    return bool(draft.statement) and draft.country is not None and all(draft.answer(step) for step in needed)


def search_countries(countries: Iterable[Country], typed: str) -> list[Country]:
    """Those whose English or Chinese name has these letters: the very name first, then those that begin so."""
    wanted = _folded(typed)
    ranked = []
    for place, country in enumerate(countries):
        names = (_folded(country.name), _folded(country.name_zh))
        if any(wanted in name for name in names):
            rank = 0 if wanted in names else 1 if any(name.startswith(wanted) for name in names) else 2
            ranked.append((rank, place, country))
    return [country for _, _, country in sorted(ranked, key=lambda one: one[:2])]


def is_named(country: Country, typed: str) -> bool:
    """The person wrote exactly this name."""
    return _folded(typed) in (_folded(country.name), _folded(country.name_zh))


def _folded(text: str) -> str:
    """Without accents and case: nobody types the circumflex of Côte d'Ivoire."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(char for char in apart if not unicodedata.combining(char)).split())


def is_same(bank: BankAccount, draft: Draft) -> bool:
    """Whether a listed account is the one of the form, as far as a masked list can tell: what it hides fits anything.

    An account of which nothing at all is shown is nobody's.
    """
    told = ((bank.holder, draft.answer(Step.HOLDER)), (bank.bank, draft.answer(Step.BANK)), (_end(bank), draft.tail))
    is_shown = any(HIDDEN.sub("", _folded(listed)).strip() for listed, _ in told)
    return is_shown and all(_fits(_folded(listed), _folded(given)) for listed, given in told)


def _end(bank: BankAccount) -> str:
    """The last characters of an account, the hidden ones among them as they are."""
    return tail_of(_code(bank.iban))


def _fits(listed: str, given: str) -> bool:
    """Both are folded."""
    shown = HIDDEN.split(listed) if listed else ["", ""]
    return re.fullmatch(".*".join(map(re.escape, shown)), given) is not None
