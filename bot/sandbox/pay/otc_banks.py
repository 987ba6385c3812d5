"""The merchant's bank accounts at the OTC desk, and their reviews."""

from collections.abc import Callable

from bot.sandbox.pay.otc_book import APPROVED, REFUSED, REVIEWS, UNDER_REVIEW, BankAccount
from bot.sandbox.pay.otc_countries import COUNTRIES
from bot.sandbox.pay.otc_form import File, Form
from bot.sandbox.pay.otc_variants import OtcVariants
from bot.sandbox.pay.refusals import BANK_NOT_ADDED, BANK_NOT_DELETED, INVALID, NO_BANK, RESTRICTED, No

FIRST_ACCOUNT = 2897434
LARGEST_FILE = 4 * 1024 * 1024
LONGEST_FIELD = 200
_STARTS = {".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff"}
_NEEDED = ("bankAccountName", "bankName", "countryId", "address", "iban", "swift")

# Bank, country, address, iban, swift, status, memo. The third is under review until somebody ends it.
_AT_START = (
    ("Demo Bank", 11, "1 Demo Street, Sydney", "DEMO000100012345", "DEMOAU2S", APPROVED, ""),
    ("Muster Bank", 70, "Musterstraße 2, Berlin", "DE02120300000000202051", "MUSTDEBB", APPROVED, ""),
    ("Beispiel Bank", 191, "Rue de l’Exemple 3, Genève", "CH9300762011623852957", "BEISCHGG", UNDER_REVIEW, ""),
    ("Other Demo Bank", 177, "4 Demo Road", "SGDEMO0004", "DEMOSGSG", REFUSED, "name does not match identity"),
)


class Banks:
    """`clock` gives the wall clock's seconds."""

    def __init__(self, clock: Callable[[], float], variants: OtcVariants) -> None:
        self._clock, self._variants = clock, variants
        self.accounts: dict[str, BankAccount] = {}
        self._count = 0
        for bank, country, address, iban, swift, status, memo in _AT_START:
            account = BankAccount(self._next_id(), "Demo Ltd", bank, country, address, iban, swift)
            account.status, account.memo = status, memo
            self.accounts[account.id] = account

    def tick(self) -> None:
        for account in self.accounts.values():
            if account.reviewed_at is not None and self._clock() >= account.reviewed_at:
                self.review(account.id, self._variants.review_as, self._variants.review_memo)

    def usable(self, bank_id: str) -> BankAccount:
        """Raises No when it is not bound or not approved."""
        account = self.accounts.get(bank_id)
        if account is None:
            raise No(NO_BANK)
        if account.status != APPROVED:
            raise No(RESTRICTED, "the bank account is not approved")
        return account

    def review(self, bank_id: str, status: int, memo: str = "") -> BankAccount:
        """Raises ValueError on an account or a status that is none."""
        if bank_id not in self.accounts or status not in REVIEWS:
            raise ValueError(f"no bank account {bank_id!r}, or no review: {status!r}; there are {REVIEWS}")
        account = self.accounts[bank_id]
        account.status, account.memo, account.reviewed_at = status, memo, None
        return account

    def add(self, form: Form) -> BankAccount:
        """Raises No when a field or the statement lacks or is wrong, or the account is bound already."""
        for name in _NEEDED:
            if not form.fields.get(name, "").strip():
                raise No(INVALID, f"missing {name}")
        for name, text in form.fields.items():
            if len(text) > LONGEST_FIELD:
                raise No(INVALID, f"{name} is too long")
        country = form.fields["countryId"]
        if not country.isdecimal() or int(country) not in COUNTRIES:
            raise No(INVALID, "countryId is unknown")
        statement = _checked(form.files.get("file"))
        iban = form.fields["iban"].strip()
        if any(_bare(account.iban) == _bare(iban) for account in self.accounts.values()):
            raise No(BANK_NOT_ADDED, "this account is bound already")
        return self._bind(form.fields, int(country), iban, statement)

    def delete(self, bank_id: str) -> None:
        if self.accounts.pop(bank_id, None) is None:
            raise No(BANK_NOT_DELETED, "no such bank account")

    def _bind(self, fields: dict[str, str], country: int, iban: str, statement: File) -> BankAccount:
        is_ended = self._variants.review_as != UNDER_REVIEW
        account = BankAccount(
            id=self._next_id(),
            holder=fields["bankAccountName"],
            bank=fields["bankName"],
            country_id=country,
            address=fields["address"],
            iban=iban,
            swift=fields["swift"],
            line=fields.get("remittanceLineNumber", ""),
            agent_bank=fields.get("agentBankName", ""),
            agent_swift=fields.get("agentBankSwift", ""),
            reviewed_at=self._clock() + self._variants.review_seconds if is_ended else None,
            statement_name=statement.name,
            statement_bytes=len(statement.content),
        )
        self.accounts[account.id] = account
        return account

    def _next_id(self) -> str:
        self._count += 1
        return str(FIRST_ACCOUNT + self._count - 1)


def _checked(file: File | None) -> File:
    if file is None or not file.content:
        raise No(INVALID, "missing file")
    if len(file.content) > LARGEST_FILE:
        raise No(INVALID, "the file is larger than 4 MB")
    ending = "." + file.name.lower().rpartition(".")[2]
    if ending not in _STARTS or not file.content.startswith(_STARTS[ending]):
        raise No(INVALID, "the file is no jpg, jpeg or png")
    return file


def _bare(iban: str) -> str:
    return iban.replace(" ", "").upper()
