"""What of an account everybody may see: enough to tell two apart, too little to pay into."""

SHOWN_TAIL = 4


def account_tail(account: str) -> str:
    """`··8821`; an account too short to hide in shows nothing.

    Of a mail address its own end: that of the domain tells no account from another.
    """
    own = account.partition("@")[0]
    return f"··{own[-SHOWN_TAIL:]}" if len(own) > SHOWN_TAIL else ""
