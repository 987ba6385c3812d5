"""A refusal as its reader should hear it."""

from dataclasses import replace

from bot.domain.errors import NotAllowed
from bot.domain.situations import Reader
from bot.domain.staff import Person, Role
from bot.views.refusals import toast

LEAD = Reader("en", "UTC", Person(7, Role.LEAD, "Lead", "en", "UTC"))


def test_a_lead_is_sent_to_an_owner_and_not_to_a_lead() -> None:
    said = toast(NotAllowed("role_too_low", {"role": "lead", "needed": "owner"}), LEAD)
    assert "Ask an owner" in said and "a lead." not in said
    below = toast(NotAllowed("role_too_low", {"role": "agent", "needed": "operator"}), LEAD)
    assert below.endswith("operator or higher. Ask a lead.")


def test_a_second_press_names_oneself_as_you_and_others_by_name() -> None:
    used = NotAllowed("seal_used", {"who": "Lead", "actor": "7", "order": "61000417"})
    assert toast(used, LEAD).startswith("You have already pressed this")
    assert LEAD.person is not None
    other = replace(LEAD, person=replace(LEAD.person, id=8))
    assert toast(used, other).startswith("Lead has already pressed this")
