"""What the venue's filter punishes in a chat: ways to reach each other elsewhere (`api/gate-c2c.md` §3.16, §7.5).

The venue does not tell its rules, and a text that trips them may never arrive. So the desk asks before it sends. A
false alarm costs a tap, a miss costs a warning of the venue: rules are wide where a merchant would hardly write it
otherwise, and narrow around amounts, dates, times and the names of ways to pay.
"""

import re
from collections.abc import Collection, Iterable
from urllib.parse import unquote

from bot.domain.contact_words import HANDLES, LINKS, MAILS, MESSENGERS, PHONES, WITHOUT_MEANING
from bot.domain.folding import Folded, fold, with_digits
from bot.domain.orders import Order

LONGEST_PIECE = 60
LEAST_ALLOWED = 4
FINDERS = (*MAILS, *LINKS, *HANDLES, *MESSENGERS)


def find_contact(text: str, allowed: Collection[str] = ()) -> str:
    """The piece of the text that offers a contact elsewhere, as it was written (at most 60 characters); "" for none.

    `allowed` are words that may stand in this chat whatever they look like: see `allowed_in`.
    """
    plain = fold(text)
    known = {_bare(word) for word in allowed} - {""}
    return _first(plain, FINDERS, known) or _first(_without_numbers_of_meaning(with_digits(plain)), PHONES, known)


def allowed_in(order: Order) -> frozenset[str]:
    """What the order itself shows to both sides: its number, its money and the accounts that are to be paid."""
    accounts = [word for payee in order.payees for word in (payee.account, payee.holder)]
    words = (order.id, str(order.total), str(order.amount), order.ad_id, *accounts)
    return frozenset(word for word in words if len(_bare(word)) >= LEAST_ALLOWED)


def names_host(text: str, hosts: Iterable[str]) -> str:
    """The first of our hosts that the text leads to, with or without tricks (`pay . example [.] com`); "" for none.

    Hosts below one of ours count as well. `hosts` are plain names; a scheme, path or leading dot does not matter.
    """
    readings = {fold(text).text, fold(unquote(text)).text}
    for host in hosts:
        name = _host(host)
        if name and any(_trail(name).search(reading) for reading in readings):
            return name
    return ""


def _first(text: Folded, finders: Iterable[re.Pattern[str]], known: Collection[str]) -> str:
    for finder in finders:
        for found in finder.finditer(text.text):
            piece = text.original(*found.span()).strip()
            if not _is_allowed(_bare(piece), known) and not _is_allowed(_bare(found.group()), known):
                return piece[:LONGEST_PIECE]
    return ""


def _is_allowed(piece: str, known: Collection[str]) -> bool:
    return len(piece) >= LEAST_ALLOWED and any(piece in word for word in known)


def _bare(text: str) -> str:
    return "".join(char for char in fold(text).text if char.isalnum())


def _without_numbers_of_meaning(text: Folded) -> Folded:
    """Dates, times and amounts can never be a part of a phone number."""
    plain = text.text
    for pattern in WITHOUT_MEANING:
        plain = pattern.sub(lambda found: "x" * len(found.group()), plain)
    return Folded(plain, text.source, text.places)


def _host(host: str) -> str:
    return host.strip().lower().rpartition("//")[2].partition("/")[0].partition(":")[0].strip(".*")


def _trail(host: str) -> re.Pattern[str]:
    """The host's letters with white space between any two, and a dot in any of the ways to write one."""
    dot = r"\s*[\[({<]?\s*(?:[.。·]|dot|点)\s*[\])}>]?\s*"
    labels = (r"\s*".join(re.escape(char) for char in label) for label in host.split("."))
    return re.compile(rf"(?<![a-z0-9-]){dot.join(labels)}(?![a-z0-9]|-[a-z0-9])")
