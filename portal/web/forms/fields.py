"""Fields that forms are made of, and what is made of what was typed."""

from typing import Any

from flask_babel import lazy_gettext
from wtforms import StringField
from wtforms.validators import Length

from portal.names import one_line
from portal.web.addresses import LARGEST


def tidy(value: str | None) -> str | None:
    """A typed text without the spaces around it; None where nothing was typed.

    PostgreSQL's text cannot hold NUL, which no keyboard types.
    """
    return (value or "").replace("\0", "").strip() or None


def tidy_line(value: str | None) -> str | None:
    """A typed line without the spaces around it and the characters that no name has."""
    return one_line(value or "").strip() or None


def record_number(typed: str | int | None) -> int | None:
    """The number of a record, as an address or a field says it; None for anything else."""
    digits = "" if typed is None else str(typed)
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 20 else None
    return number if number is not None and number <= LARGEST else None


class Line(StringField):
    """One line of text, such as a name; blanks around it are not part of it, nothing typed is None.

    Control characters and marks that turn the direction of writing are taken out.
    """

    def __init__(self, label: str | None = None, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, filters=[tidy_line], **options)


class PhoneLine(Line):
    """A telephone number as it was typed; beside another's it is read as everywhere else."""


class Reachable:
    """How somebody is reached: the fields of a form over a `contact` column."""

    phone = PhoneLine(lazy_gettext("Phone"), [Length(max=50)])
    email = Line(lazy_gettext("E-mail"), [Length(max=254)])

    def contact(self) -> dict[str, str | None]:
        """The typed values; None where nothing was."""
        return {"phone": self.phone.data, "email": self.email.data}
