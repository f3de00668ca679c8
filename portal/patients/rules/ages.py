"""How old somebody is, as clinics say it: days, then months, then years."""

from datetime import date
from typing import NamedTuple

MONTHS_UNTIL = 2  # years


class Age(NamedTuple):
    """A number and its unit: `d`, `mo` or `y`."""

    number: int
    unit: str


def age_on(born: date, day: date) -> Age | None:
    """The age on a day; None for somebody who is not born yet.

    Whoever is born on 29 February is a year older on 1 March where there is no such day.
    """
    months = (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)
    if day < born:
        return None
    if months < 1:
        return Age((day - born).days, "d")
    return Age(months, "mo") if months < 12 * MONTHS_UNTIL else Age(months // 12, "y")
