"""The columns of each kind of table, and how a file's own columns are matched to them."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, time

from portal.csv_reader import Column, LineRefused, unquoted
from portal.errors import N_
from portal.patients.rules import table

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


COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "doctors": (
        Column("first_name", N_("First name"), True, 100, ("first", "given", "givenname")),
        Column("last_name", N_("Last name"), True, 100, ("last", "family", "surname")),
        Column("display_name", N_("Display name"), most=120, spellings=("display", "shownas")),
        Column("npi", N_("NPI"), most=20, spellings=("nationalprovideridentifier",)),
        Column("specialty", N_("Specialty"), most=120, spellings=("speciality",)),
        Column("profile", N_("Profile"), most=2000),
        Column("phone", N_("Phone"), most=50, spellings=("telephone",)),
        Column("email", N_("E-mail"), most=254, spellings=("mail", "emailaddress")),
        Column("facility", N_("Facility"), spellings=("location", "place")),
        Column("role", N_("Role there"), most=100),
    ),
    "plans": (
        Column("payer", N_("Payer"), True, 200, ("payername", "insurer", "company")),
        Column("website", N_("Website"), most=300, spellings=("url", "web")),
        Column("phone", N_("Phone"), most=50, spellings=("telephone",)),
        Column("email", N_("E-mail"), most=254, spellings=("mail", "emailaddress")),
        Column("plan_code", N_("Plan code"), most=100, spellings=("planid", "code", "hpid")),
        Column("name", N_("Plan"), most=200, spellings=("planname", "plan")),
        Column("effective_from", N_("In effect from"), most=10, spellings=("from", "start")),
        Column("effective_to", N_("In effect until"), most=10, spellings=("to", "until", "end")),
    ),
    "services": (
        Column("name", N_("Name"), True, 200, ("service", "servicename")),
        Column("code", N_("Code"), most=50),
        Column("code_system", N_("Code system"), most=10, spellings=("system",)),
        Column("code_version", N_("Version of the code"), most=50, spellings=("version",)),
        Column("description", N_("Description"), most=2000),
        Column("default_duration_minutes", N_("Minutes"), most=4, spellings=("duration",)),
        Column("category", N_("Category"), most=120),
    ),
    "rules": (
        Column("doctor", N_("Doctor (name or NPI)"), True, 200, ("npi", "doctorname", "provider")),
        Column("facility", N_("Facility"), True, 200, ("location", "place")),
        Column("day_of_week", N_("Weekday"), True, 20, ("day", "weekday")),
        Column("start_time", N_("From"), True, 8, ("start", "from", "opens")),
        Column("end_time", N_("Until"), True, 8, ("end", "until", "to", "closes")),
        Column("slot_duration_minutes", N_("Minutes of a slot"), most=4,
               spellings=("minutes", "slot", "duration", "slotminutes")),
        Column("slot_interval_minutes", N_("Minutes between openings"), most=4,
               spellings=("interval", "minutesbetweenstarts")),
        Column("service", N_("Reserved for"), most=200,
               spellings=("servicename", "keptfor")),
        Column("capacity", N_("Seats"), most=3, spellings=("seats",)),
        Column("valid_from", N_("First day"), most=10),
        Column("valid_to", N_("Last day"), most=10),
    ),
    "patients": table.COLUMNS,
}  # fmt: skip


def guessed(columns: Sequence[Column], header: Sequence[str]) -> dict[str, int]:
    """Which of a file's columns each column of a kind probably is, by its name; each once."""
    places: dict[str, int] = {}
    names = [letters(name) for name in header]
    for column in columns:
        for spelling in (letters(column.name), letters(column.label), *column.spellings):
            if spelling in names and names.index(spelling) not in places.values():
                places[column.name] = names.index(spelling)
                break
    return places


def given(
    columns: Sequence[Column], values: Sequence[str], places: Mapping[str, int]
) -> dict[str, str]:
    """The values of a record, by the kind's own names; empty ones are left out.

    Raises:
        LineRefused: something needed is missing, too long, or no text.
    """
    found = {name: unquoted(values[position].strip()) for name, position in places.items()}
    for column in columns:
        value = found.get(column.name, "")
        if column.needed and not value:
            raise LineRefused(N_("is missing"), field=column.name)
        if len(value) > column.most:
            message = N_("is longer than %(most)s characters")
            raise LineRefused(message, field=column.name, most=column.most)
        if "\0" in value:
            raise LineRefused(N_("holds a character that no text has"), field=column.name)
    return {name: value for name, value in found.items() if value}


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


def letters(name: str) -> str:
    """A name in letters alone, without case and accents."""
    return "".join(filter(str.isalpha, plain(name)))
