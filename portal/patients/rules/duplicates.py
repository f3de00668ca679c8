"""Whether two registrations may be one person."""

from collections.abc import Iterable
from difflib import SequenceMatcher
from enum import IntEnum

from portal.patients.rules.finding import Findable
from portal.phi.tokens import name_parts, phone_digits

# Anne Okafor and Anna Okafor are alike; Anne Okafor and Ines Okonjo are not.
ALIKE = 0.75


class Resemblance(IntEnum):
    """How two registrations resemble each other, the surest highest."""

    PHONE = 1
    BIRTH_DATE_AND_NAME = 2
    EVERYTHING = 3


def resemblance(one: Findable, other: Findable) -> Resemblance | None:
    """How they resemble each other; None when they are two people."""
    phone = phone_digits(one.phone or "")
    same_phone = len(phone) >= 7 and phone == phone_digits(other.phone or "")
    same_birth = one.dob is not None and one.dob == other.dob and similar_names(one, other)
    if same_birth:
        return Resemblance.EVERYTHING if same_phone else Resemblance.BIRTH_DATE_AND_NAME
    return Resemblance.PHONE if same_phone else None


def closest(some: Iterable[Findable], others: Iterable[Findable]) -> Resemblance | None:
    """How two patients resemble each other most, under any of their names."""
    known = list(others)
    found = (resemblance(one, other) for one in some for other in known)
    return max((how for how in found if how is not None), default=None)


def similar_names(one: Findable, other: Findable) -> bool:
    """Names alike in spelling, whichever is written first."""
    mine = sorted(name_parts(one.first_name, one.last_name))
    theirs = sorted(name_parts(other.first_name, other.last_name))
    if not mine or not theirs:
        return False
    return SequenceMatcher(None, " ".join(mine), " ".join(theirs)).ratio() >= ALIKE
