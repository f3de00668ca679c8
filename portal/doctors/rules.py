"""Rules of a doctor's number, without a database."""

import re
from itertools import cycle

from portal.errors import N_, DomainError

NPI_PREFIX = "80840"


class NpiInvalid(DomainError):
    message = N_("This is not an NPI: it has ten digits, of which the last checks the others.")
    field = "npi"


def is_npi(number: str) -> bool:
    """Whether ten digits are a National Provider Identifier.

    The check digit is Luhn's over the number with the card issuer prefix 80840 before it
    (CMS, "NPI check digit"; ISO/IEC 7812-1).
    """
    if not re.fullmatch("[0-9]{10}", number):
        return False
    digits = [int(digit) for digit in reversed(NPI_PREFIX + number)]
    weighed = (digit * weight for digit, weight in zip(digits, cycle((1, 2)), strict=False))
    return sum(value if value < 10 else value - 9 for value in weighed) % 10 == 0


def checked_npi(number: str | None) -> str | None:
    """The number without spaces and hyphens; nothing typed is no number.

    Raises:
        NpiInvalid: the check digit does not agree.
    """
    digits = re.sub(r"[\s-]", "", number or "")
    if digits and not is_npi(digits):
        raise NpiInvalid
    return digits or None
