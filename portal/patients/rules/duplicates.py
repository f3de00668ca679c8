"""Whether two registrations may be one person."""

from collections.abc import Iterable
from difflib import SequenceMatcher
from enum import IntEnum

from portal.patients.rules.finding import Findable
from portal.phi.tokens import full_name, joined, name_parts

# Anne Okafor and Anna Okafor are alike; Anne Okafor and Ines Okonjo are not.
ALIKE = 0.75
# Many families share these, and nothing else.
PARTICLES = frozenset(
    ("al", "bin", "da", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "el", "ibn",
     "la", "las", "le", "los", "mac", "mc", "of", "st", "ten", "ter", "van", "vom", "von", "zu",
     "zur")
)  # fmt: skip


class Resemblance(IntEnum):
    """How two registrations resemble each other, the surest highest."""

    BIRTH_DATE_AND_FIRST_NAME = 1
    NAME = 2
    PHONE = 3
    BIRTH_DATE_AND_NAME = 4
    EVERYTHING = 5


def resemblance(one: Findable, other: Findable) -> Resemblance | None:
    """How they resemble each other; None when they are two people."""
    same_phone = any(mine.is_same(theirs) for mine in one.telephones for theirs in other.telephones)
    same_birth = one.dob is not None and one.dob == other.dob
    if same_birth and similar_names(one, other):
        return Resemblance.EVERYTHING if same_phone else Resemblance.BIRTH_DATE_AND_NAME
    if same_phone:
        return Resemblance.PHONE
    if (one.dob is None or other.dob is None) and _same_name(one, other):
        return Resemblance.NAME
    if same_birth and joined(one.first_name) == joined(other.first_name) != "":
        return Resemblance.BIRTH_DATE_AND_FIRST_NAME
    return None


def closest(some: Iterable[Findable], others: Iterable[Findable]) -> Resemblance | None:
    """How two patients resemble each other most, under any of their names."""
    known = list(others)
    found = (resemblance(one, other) for one in some for other in known)
    return max((how for how in found if how is not None), default=None)


def similar_names(one: Findable, other: Findable) -> bool:
    """Whether the names are alike, whichever is written first.

    They are when a first and a last name agree in any part, joined or apart (Anne-Marie and Anne,
    Weber-Schmidtke and Schmidtke, O'Neil and ONeil), or when all is alike in spelling.
    """
    return any(_alike(mine, theirs) for mine in _names(one) for theirs in _names(other))


def _names(person: Findable) -> list[tuple[str, str]]:
    """The name somebody has, and those they had before."""
    return [(person.first_name, person.last_name), *person.former_names]


def _alike(one: tuple[str, str], other: tuple[str, str]) -> bool:
    given, family = map(_parts, one)
    first, last = map(_parts, other)
    if (given & first and family & last) or (given & last and family & first):
        return True
    mine, theirs = " ".join(sorted(given | family)), " ".join(sorted(first | last))
    return bool(mine and theirs) and SequenceMatcher(None, mine, theirs).ratio() >= ALIKE


def _same_name(one: Findable, other: Findable) -> bool:
    mine = {full_name(*names) for names in _names(one)} - {""}
    return not mine.isdisjoint(full_name(*names) for names in _names(other))


def _parts(name: str) -> set[str]:
    """The pieces of a name and the pieces joined, without those that tell nothing."""
    parts = name_parts(name) | {joined(name)}
    return {part for part in parts if len(part) > 1 and part not in PARTICLES} or parts - {""}
