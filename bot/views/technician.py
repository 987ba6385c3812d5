"""What the command line answers to the technician, in the desk's language."""

from collections.abc import Iterable

from bot.domain.staff import Person
from bot.texts import texts_for


def frozen(language: str) -> str:
    words = texts_for(language)
    return words("The desk's money is frozen. An owner unfreezes it with /unfreeze.")


def copied(file: str, language: str) -> str:
    words = texts_for(language)
    return words("Copied to {file}", file=file)


def not_written(file: str, why: str, language: str) -> str:
    words = texts_for(language)
    return words("Cannot write {file}: {why}", file=file, why=why)


def no_order(order_id: str, language: str) -> str:
    words = texts_for(language)
    return words("The desk never saw an order {order}.", order=order_id)


def pin_reset(person_id: str, language: str) -> str:
    words = texts_for(language)
    return words("{id} has no PIN now and is not locked: /pin sets a new one.", id=person_id)


def nobody(person_id: str, language: str) -> str:
    words = texts_for(language)
    return words("Nobody of the staff has the id {id}.", id=person_id)


def staff_lines(people: Iterable[Person], language: str) -> str:
    """One line a person, highest role first."""
    words = texts_for(language)
    lines = []
    for person in sorted(people, key=lambda one: (-one.role, one.id)):
        marks = [words("on duty")] if person.on_duty else []
        marks += [words("stopped by a freeze")] if person.is_frozen else []
        lines.append(f"{person.id:>14}  {person.role.word:<8}  {person.name}  {', '.join(marks)}".rstrip())
    return "\n".join(lines)
