"""What of an account everybody may see."""

import pytest

from bot.domain.masks import account_tail


@pytest.mark.parametrize(
    ("account", "shown"),
    [
        ("6222020000008821", "··8821"),
        ("82210", "··2210"),
        ("8821", ""),
        ("", ""),
        ("first-shop@wallet.invalid", "··shop"),
        ("second-desk@wallet.invalid", "··desk"),
        ("shop@wallet.invalid", ""),
    ],
)
def test_accounts_are_told_apart_by_their_own_end(account: str, shown: str) -> None:
    assert account_tail(account) == shown


def test_what_is_masked_already_stays_as_it_is() -> None:
    assert account_tail(account_tail("6222020000008821")) == "··8821"
