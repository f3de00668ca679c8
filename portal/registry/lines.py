"""Values of a line of an imported table, and rows that lines add up to."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any, Generic, TypeVar

from portal.csv_reader import LineRefused
from portal.errors import N_

WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            ("sunday", "sun", "domingo"),
            ("monday", "mon", "lunes"),
            ("tuesday", "tue", "martes"),
            ("wednesday", "wed", "miercoles"),
            ("thursday", "thu", "jueves"),
            ("friday", "fri", "viernes"),
            ("saturday", "sat", "sabado"),
        )
    )
    for name in (str(number), *names)
}
Details = TypeVar("Details")
AMBIGUOUS = N_("is the name of more than one here; use the NPI")
# More than any clinic has. What an import does not see it would add again.
MOST = 100_000


class PendingRows(Generic[Details]):
    """New rows of one kind. Until one has an id, it goes by a number below zero."""

    def __init__(self) -> None:
        self.details: list[Details] = []
        self._ids: list[int] = []

    def add(self, details: Details) -> int:
        """The number by which it goes."""
        self.details.append(details)
        return -len(self.details)

    def have(self, rows: Sequence[Any]) -> None:
        """They are rows now, in the order in which they came."""
        self._ids = [row.id for row in rows]

    def id_of(self, number: int) -> int:
        """An id, of one that was here already or has one since."""
        return number if number > 0 else self._ids[-number - 1]


def known_as(names: Mapping[str, int], values: Mapping[str, str], field: str) -> int:
    """The id of what a line names. Raises LineRefused."""
    found = names.get(plain(values[field]))
    if found is None:
        raise LineRefused(N_("is not known here"), field=field)
    return found


def contact(values: Mapping[str, str]) -> dict[str, str | None]:
    """How a doctor or a payer is reached."""
    return {"phone": values.get("phone"), "email": values.get("email")}


def whole_number(values: Mapping[str, str], name: str) -> int | None:
    """A number without a sign or a fraction. Raises LineRefused."""
    value = values.get(name)
    if value is not None and not (value.isascii() and value.isdigit()):
        raise LineRefused(N_("is not a whole number"), field=name)
    return None if value is None else int(value)


def day(values: Mapping[str, str], name: str) -> date | None:
    """A date as 2026-11-30, which cannot be read two ways. Raises LineRefused."""
    value = values.get(name)
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise LineRefused(N_("is not a date such as 2026-11-30"), field=name) from None


def clock_time(values: Mapping[str, str], name: str) -> time:
    """A time as 9:30, 09:30 or 9:30 pm; 24:00 is the day's end. Raises LineRefused."""
    found = re.fullmatch(r"(\d{1,2}):(\d{2})(?::00)?\s*([ap])?\.?m?\.?", values[name].lower())
    hours, minutes = (int(found[1]), int(found[2])) if found else (99, 99)
    if found and found[3]:
        hours = hours % 12 + (12 if found[3] == "p" else 0) if 1 <= hours <= 12 else 99
    if minutes < 60 and (hours < 24 or (hours, minutes) == (24, 0)):
        return time(hours % 24, minutes)
    raise LineRefused(N_("is not a time such as 09:30"), field=name)


def weekday(values: Mapping[str, str], name: str) -> int:
    """0 for Sunday to 6, from a name or a number. Raises LineRefused."""
    number = WEEKDAYS.get(plain(values[name]))
    if number is None:
        raise LineRefused(N_("is not a weekday"), field=name)
    return number


def plain(name: str) -> str:
    """A name for comparing: without case, marks and double blanks."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())
