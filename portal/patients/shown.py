"""How a patient's name, birth date and age are written on every page."""

from datetime import date
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from flask_babel import gettext

from portal import clock
from portal.names import name_of, spoken_name_of
from portal.patients.rules.ages import age_on
from portal.tenancy.context import facts
from portal.web.languages import page_locale


def birthdate(day: date | str | None) -> str:
    """03/14/1988, in the order of the reader's country, every part of it written out."""
    if not isinstance(day, date):
        return day or "–"
    return _numeric(day, page_locale())


def born(day: date | str | None, until: date | None = None) -> str:
    """A birth date with the age on it: 03/14/1988 (38 y).

    Args:
        day: the birth date; what is no day (an unreadable field) says so itself.
        until: the day of death, at which the age stands still.
    """
    age = how_old(day, until)
    return f"{birthdate(day)} ({age})" if age else birthdate(day)


def how_old(day: date | str | None, until: date | None = None) -> str:
    """38 y, 5 mo, 12 d; nothing where it is not known."""
    if not isinstance(day, date):
        return ""
    age = age_on(day, until or clock.today_in(facts().timezone))
    if age is None:
        return ""
    words = {
        "d": gettext("%(number)s d", number=age.number),
        "mo": gettext("%(number)s mo", number=age.number),
        "y": gettext("%(number)s y", number=age.number),
    }
    return str(words[age.unit])


@lru_cache(4096)
def _numeric(day: date, locale: Locale) -> str:
    pattern = str(locale.date_formats["short"].pattern)
    for letter, written in (("y", "yyyy"), ("M", "MM"), ("d", "dd")):
        pattern = _once(pattern, letter, written)
    return format_date(day, format=pattern, locale=locale)


def _once(pattern: str, letter: str, written: str) -> str:
    """The pattern with a letter's run written out; what has no such run is left as it is."""
    head, found, tail = pattern.partition(letter)
    return head + written + tail.lstrip(letter) if found else pattern


FILTERS = {
    "name_of": name_of,
    "spoken_name": spoken_name_of,
    "birthdate": birthdate,
    "born": born,
}
