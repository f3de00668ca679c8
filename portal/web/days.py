"""Days and months that an address asks for: read here alone, and refused by name.

A day that cannot be is never taken for none, nor for today: whoever typed it would read a list of
another day and not know.
"""

from datetime import date

from flask import request
from flask_babel import gettext
from wtforms import Field
from wtforms.validators import ValidationError

from portal.errors import DomainError
from portal.web.forms.wording import no_date

EARLIEST, LATEST = 2000, 2200


def within_reason(day: date) -> bool:
    """Whether a day can be on a calendar: arithmetic at the ends of time overflows."""
    return EARLIEST <= day.year <= LATEST


def day_asked(name: str = "date") -> date | None:
    """The day of the address; None when it names none. Raises DomainError for what is no day."""
    typed = request.args.get(name, "").strip()
    return _read(typed, typed) if typed else None


def month_asked(name: str = "month") -> date | None:
    """The first of the month of the address, `2026-11`. Raises as `day_asked`."""
    typed = request.args.get(name, "").strip()
    return _read(f"{typed}-01", typed) if typed else None


def in_reach(_form: object, field: Field) -> None:
    """A check of a form's date. Raises ValidationError where no calendar here reaches it."""
    if field.data and not within_reason(field.data):
        raise ValidationError(too_far())


def too_far() -> str:
    """The message for a day that no calendar here reaches."""
    return str(gettext("Choose a day between %(first)s and %(last)s.", first=EARLIEST, last=LATEST))


def _read(iso: str, typed: str) -> date:
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        raise DomainError(no_date(typed)) from None
    if not within_reason(day):
        raise DomainError(too_far())
    return day
