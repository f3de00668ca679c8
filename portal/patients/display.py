"""How what is kept of a patient is written on every page, in the reader's words."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from flask import url_for
from flask_babel import gettext

from portal import clock
from portal.errors import N_
from portal.names import name_of, spoken_name_of
from portal.patients.queries.charting import list_alerts
from portal.patients.rules.ages import age_on
from portal.patients.rules.charting import ALERT_KINDS, CONTACT_ROLES
from portal.patients.rules.kept import (
    address_lines,
    extras_of,
    needs_interpreter,
    status_said_of,
)
from portal.patients.rules.languages import codes, tag_of
from portal.patients.rules.status import STATUS_WORDS
from portal.phi.tokens import normalised
from portal.tenancy.context import request_context
from portal.web.forms.picking import FoundRecord, Source
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
    age = age_on(day, until or clock.today_in(request_context().timezone))
    if age is None:
        return ""
    texts = {
        "d": gettext("%(number)s d", number=age.number),
        "mo": gettext("%(number)s mo", number=age.number),
        "y": gettext("%(number)s y", number=age.number),
    }
    return str(texts[age.unit])


@lru_cache(4096)
def _numeric(day: date, locale: Locale) -> str:
    pattern = str(locale.date_formats["short"].pattern)
    for letter, token in (("y", "yyyy"), ("M", "MM"), ("d", "dd")):
        pattern = _once(pattern, letter, token)
    return format_date(day, format=pattern, locale=locale)


def _once(pattern: str, letter: str, token: str) -> str:
    """The pattern with a letter's run written out; what has no such run is left as it is."""
    head, found, tail = pattern.partition(letter)
    return head + token + tail.lstrip(letter) if found else pattern


def language_words(tag: str) -> str:
    """A language in the reader's words: Spanish (Mexico); what is no tag as it is."""
    known = tag_of(tag)
    try:
        name = Locale.parse(known, sep="-").get_display_name(page_locale()) if known else None
    except (UnknownLocaleError, ValueError):
        name = page_locale().languages.get(known)
    return name or tag


def language_choices(*, besides: str | None = None) -> list[tuple[str, str]]:
    """Every language that can be chosen, by its name; and the one that is kept already."""
    names = page_locale().languages
    choices = [(code, str(names.get(code, code))) for code in codes()]
    choices.sort(key=lambda choice: normalised(choice[1]))
    if besides and besides not in codes():
        choices.insert(0, (besides, language_words(besides)))
    return choices


def languages() -> Source:
    """The languages that can be chosen, for a field that searches."""

    def find(query: str, limit: int, *, only: Any = None) -> list[FoundRecord]:
        sought = normalised(query).split()
        found = (
            FoundRecord(code, name)
            for code, name in language_choices(besides=only)
            if only in (None, code) and all(word in normalised(name) for word in sought)
        )
        return list(islice(found, limit))

    return Source(find, url_for("patients.language_choices"))


def interpreter_choices() -> list[tuple[str, str]]:
    """Whether an interpreter comes: as the language says, or as somebody said."""
    return [
        ("", gettext("As the language says")),
        ("y", gettext("Needed")),
        ("n", gettext("Not needed")),
    ]


def sex_words(sex: str) -> str:
    """An administrative gender, in the reader's words."""
    return str(gettext(SEX_WORDS[sex])) if sex in SEX_WORDS else sex


def interpreter_words(needed: bool) -> str:
    """Whether an interpreter is needed, in words."""
    return str(gettext("Needed")) if needed else str(gettext("Not needed"))


def consent_words(consent: Mapping[str, bool]) -> str:
    """Where messages may be sent, in words."""
    names = {"phone": gettext("Phone"), "email": gettext("E-mail")}
    yes, no = gettext("Yes"), gettext("No")
    return ", ".join(
        f"{names.get(channel, channel)}: {yes if given else no}"
        for channel, given in sorted(consent.items(), reverse=True)
    )


def status_words(status: str) -> str:
    """A patient's status, in the reader's words."""
    return str(gettext(STATUS_WORDS[status]))


def kind_words(kind: str) -> str:
    """The label of an alert's kind."""
    return str(gettext(ALERT_KINDS[kind]))


def role_words(role: str) -> str:
    """Why somebody is called."""
    return str(gettext(CONTACT_ROLES[role]))


def interprets(patient: Any) -> bool:
    """Whether the patient needs an interpreter."""
    return needs_interpreter(
        patient.meta, patient.preferred_language, request_context().clinic_locale
    )


def died_on(patient: Any) -> date | None:
    """The day of death, when it is known."""
    return status_said_of(patient.meta).since if patient.status == "deceased" else None


def clinic_zone() -> str:
    """The clinic's time zone."""
    return request_context().timezone


SEX_WORDS = {
    "female": N_("Female"),
    "male": N_("Male"),
    "other": N_("Other"),
    "unknown": N_("Unknown"),
}
GLOBALS = {
    "alerts_of": list_alerts,
    "address_lines": address_lines,
    "clinic_zone": clinic_zone,
    "died_on": died_on,
    "extras_of": extras_of,
    "interprets": interprets,
    "kind_words": kind_words,
    "language_words": language_words,
    "role_words": role_words,
    "sex_words": sex_words,
    "status_words": status_words,
}
FILTERS = {
    "name_of": name_of,
    "spoken_name": spoken_name_of,
    "birthdate": birthdate,
    "born": born,
}
