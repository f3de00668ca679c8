"""A form's errors about typed text: each with its field's name and what would be right.

WTForms has words of its own for its checks ("Field cannot be longer than 100 characters."), which
name no field and are not in the clinic's languages; here are the house's.
"""

import re
from typing import Any

from babel.dates import get_month_names
from flask_babel import gettext, ngettext
from wtforms import DateField, DateTimeField, Field, IntegerField, TimeField

from portal.web.languages import page_locale

AS_SENT = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
LONGEST = 40
# What a script sends of a field whose browser keeps to itself what was typed and cannot be.
UNTOLD = "?"


class Words:
    """WTForms asks this for the words of its own checks."""

    def gettext(self, message: str) -> str:
        """The house's words for one of them."""
        translations = {
            "This field is required.": gettext("This is needed."),
            "Not a valid choice.": gettext("Choose one of the list."),
            "Invalid Choice: could not coerce.": gettext("Choose one of the list."),
            "Invalid email address.": gettext("This is not an e-mail address."),
        }
        return str(translations.get(message, message))

    def ngettext(self, one: str, many: str, number: int) -> str:
        """The house's words for a check that counts."""
        if "longer than" in one:
            return str(
                ngettext("At most %(num)d character.", "At most %(num)d characters.", number)
            )
        if "valid choice" in one or "valid choices" in many:
            return str(gettext("Choose among those of the list."))
        return one if number == 1 else many


def name_unread(field: Field) -> None:
    """Say what was typed in a field that could not be read, and why it cannot be."""
    typed = (field.raw_data or [""])[0].strip()[:LONGEST]
    if not typed:  # that it is needed has been said
        return
    readable = typed != UNTOLD
    if not readable:  # what the browser shows of it stays
        field.raw_data = [""]
    if isinstance(field, IntegerField):
        field.errors = [
            gettext("“%(typed)s” is not a whole number.", typed=typed)
            if readable else gettext("This is not a whole number.")
        ]  # fmt: skip
    elif isinstance(field, TimeField):
        field.errors = [
            gettext("“%(typed)s” is not a time, such as 09:30.", typed=typed)
            if readable else gettext("There is no such time.")
        ]  # fmt: skip
    elif isinstance(field, DateField | DateTimeField):
        field.errors = [no_date(typed)]


class BeginsWithName(str):
    """A refusal that begins with a name, whose first letter stays as it is."""

    __slots__ = ()


def said_of(field: Any) -> list[str]:
    """A field's refusals as the list above a form has them: each begins with the field's name."""
    label = str(field.label.text)
    # Words may be lazy ones; of steps, what is wrong with each stands beside it.
    shown_errors = [error for error in field.errors if not isinstance(error, dict | list)]
    errors = [error if isinstance(error, str) else str(error) for error in shown_errors]
    return [
        error if not label or error.startswith(label) else f"{label}: {_within(error)}"
        for error in errors
    ]


def _within(sentence: str) -> str:
    """A sentence after a colon; a name, and what is written in capitals, stays."""
    if isinstance(sentence, BeginsWithName):
        return sentence
    return sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]


def no_date(typed: str) -> str:
    """Why what was typed is no date, by its name."""
    if typed == UNTOLD:
        return str(gettext("There is no such date."))
    typed = typed[:LONGEST]
    parts = AS_SENT.fullmatch(typed)
    year, month, day = (int(part) for part in parts.groups()) if parts else (0, 0, 0)
    if 1 <= month <= 12 and 1 <= day <= 31 and year:
        named = get_month_names("wide", locale=page_locale())[month]
        date = gettext("%(month)s %(day)s, %(year)s", month=named, day=day, year=year)
        return str(gettext("There is no %(date)s.", date=date))
    return str(gettext("“%(typed)s” is not a date, such as 1980-02-28.", typed=typed))
