"""Patients as a table (CSV): columns are found by the names in the first line."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Literal

from portal.csv_reader import Column, FileRefused, LineRefused, Record, RejectedLine, unquoted
from portal.errors import N_
from portal.patients.rules import renaming
from portal.patients.rules.details import STATUSES, PatientDetails
from portal.patients.rules.incoming import Incoming, Taken
from portal.phi.tokens import normalised

DateOrder = Literal["iso", "month-first", "day-first"]

# The columns that a file may have; what they are called is told in letters alone.
COLUMNS = (
    Column("first_name", N_("First name"), True, 100,
           ("first", "given", "givenname", "forename")),
    Column("last_name", N_("Last name"), True, 100,
           ("last", "family", "familyname", "surname")),
    Column("dob", N_("DOB"), most=10,
           spellings=("dateofbirth", "birthdate", "birthday", "born")),
    Column("external_id", N_("MRN"), most=100,
           spellings=("id", "mrn", "number", "patientid", "patientnumber", "chartnumber",
                      "medicalrecordnumber")),
    Column("email", N_("E-mail"), most=254, spellings=("mail", "emailaddress")),
    Column("phone", N_("Phone"), most=50,
           spellings=("phonenumber", "telephone", "mobile", "cell", "cellphone")),
    Column("preferred_language", N_("Language"), most=10, spellings=("language",)),
    Column("status", N_("Status"), most=10),
    Column("notes", N_("Notes"), most=4000, spellings=("note", "comment", "comments")),
    Column("former_names", N_("Former names"), most=500,
           spellings=("formername", "formerly", "maidenname")),
)  # fmt: skip


def patients_of(
    records: Iterable[Record | RejectedLine], columns: Sequence[str | None], dates: DateOrder
) -> Iterator[Incoming]:
    """Every record as a patient or a refusal.

    Args:
        records: of a table.
        columns: which detail each of its columns is; None for one that is left out.
        dates: how dates with slashes are meant.
    """
    for record in records:
        yield record if isinstance(record, RejectedLine) else _patient(record, columns, dates)


def _patient(record: Record, columns: Sequence[str | None], dates: DateOrder) -> Incoming:
    pairs = zip(columns, record.values, strict=True)
    given = {name: unquoted(value.strip()) for name, value in pairs if name}
    try:
        details = _details(given, dates)
        for column in COLUMNS:
            column.check_length(given.get(column.name, ""))
    except LineRefused as refusal:
        return RejectedLine(record.line, refusal)
    return Taken(record.line, details)


def _details(given: dict[str, str], dates: DateOrder) -> PatientDetails:
    status = given.get("status", "").casefold() or "active"
    if status not in STATUSES:
        raise LineRefused(N_("has a status that is not active, inactive or deceased"))
    born = _date(given.get("dob", ""), dates)
    former = renaming.read(given.get("former_names"))
    return PatientDetails(
        first_name=given.get("first_name", ""),
        last_name=given.get("last_name", ""),
        dob=born,
        email=given.get("email"),
        phone=given.get("phone"),
        preferred_language=given.get("preferred_language"),
        notes=given.get("notes"),
        meta={"former_names": former} if former else {},
        status=status,
        external_ids=(_identity(given, born),),
    )


def _identity(given: dict[str, str], born: date | None) -> str:
    """The sender's own number, else name and birth date, so that a second import finds them."""
    if given.get("external_id"):
        return f"csv|{given['external_id']}"
    if born is None or "external_id" in given:
        raise LineRefused(
            N_(
                "has no number of its own and no birth date, so that importing it twice would make"
                " two patients"
            )
        )
    names = (normalised(given.get(part, "")) for part in ("last_name", "first_name"))
    return "|".join(["csv", *names, born.isoformat()])


def _date(text: str, order: DateOrder) -> date | None:
    if not text:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
        found = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text)
        if found and (order != "iso" or found[1] == found[2]):
            first, second, year = map(int, found.groups())
            month, day = (first, second) if order == "month-first" else (second, first)
            return date(year, month, day)
        if found:
            raise LineRefused(
                N_("has a birth date that can be read two ways; say which with --dates")
            )
    except ValueError:
        pass
    raise LineRefused(N_("has a birth date that is not a date"))


def columns_of(names: Sequence[str]) -> list[str | None]:
    """Which detail each column is, by its name.

    Raises:
        FileRefused: two mean the same, or the names of the patients are missing.
    """
    known = {
        spelling: column.name
        for column in COLUMNS
        for spelling in (_letters(column.name), *column.spellings)
    }
    found = [known.get(_letters(name)) for name in names]
    taken = [name for name in found if name]
    if len(set(taken)) < len(taken):
        raise FileRefused(N_("Two columns mean the same."))
    if not {"first_name", "last_name"} <= set(taken):
        raise FileRefused(N_("The first line must name a first_name and a last_name column."))
    return found


def _letters(name: str) -> str:
    return "".join(filter(str.isalpha, normalised(name)))
