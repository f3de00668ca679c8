"""Patients as a table (CSV): columns are found by the names in the first line."""

import csv
import re
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal

from portal.patients.rules.details import STATUSES, PatientDetails
from portal.patients.rules.incoming import FileRefused, Incoming, LineRefused, Refused, Taken
from portal.phi.tokens import normalised
from portal.refusals import N_

DateOrder = Literal["iso", "month-first", "day-first"]

# What the columns are called, after lower-casing and dropping everything but letters.
COLUMNS: Mapping[str, frozenset[str]] = {
    "first_name": frozenset({"firstname", "givenname", "given", "forename", "first"}),
    "last_name": frozenset({"lastname", "familyname", "family", "surname", "last"}),
    "dob": frozenset({"dob", "dateofbirth", "birthdate", "birthday", "born"}),
    "email": frozenset({"email", "emailaddress", "mail"}),
    "phone": frozenset({"phone", "phonenumber", "telephone", "mobile", "cell", "cellphone"}),
    "preferred_language": frozenset({"language", "preferredlanguage"}),
    "status": frozenset({"status"}),
    "notes": frozenset({"notes", "note", "comment", "comments"}),
    "external_id": frozenset(
        {"id", "mrn", "externalid", "patientid", "patientnumber", "chartnumber",
         "medicalrecordnumber"}
    ),
}  # fmt: skip


def patients_of(lines: Iterator[tuple[int, str] | Refused], dates: DateOrder) -> Iterator[Incoming]:
    """Every record as a patient or a refusal, numbered by the line it begins on.

    Raises:
        FileRefused: the first line does not name the columns that are needed.
    """
    feed = _Feed(lines)
    header = feed.header()
    delimiter = max(",;\t|", key=header.count)
    columns = _columns(next(csv.reader([header], delimiter=delimiter)))
    records = csv.reader(feed, delimiter=delimiter, strict=True)
    return _records(feed, records, columns, dates)


class _Feed:
    """The text lines for the csv module, which can be given again after a broken record."""

    def __init__(self, lines: Iterator[tuple[int, str] | Refused]) -> None:
        self._lines = lines
        self._again: deque[tuple[int, str]] = deque()
        self.record: list[tuple[int, str]] = []
        self.refused: list[Refused] = []

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._next_text()
        self.record.append(line)
        return line[1]

    def _next_text(self) -> tuple[int, str]:
        for line in self._lines:
            if not isinstance(line, Refused):
                return line
            self.refused.append(line)
        raise StopIteration

    def header(self) -> str:
        """The first line."""
        line = next(self, "")
        if self.refused:
            raise FileRefused(N_("its first line %(reason)s"), reason=self.refused[0].reason)
        self.record.clear()
        return line

    def give_again(self) -> int:
        """Read all but the first line of the broken record anew; the number of that first line."""
        (first, _), *rest = self.record
        self._again.extendleft(reversed(rest))
        self.record.clear()
        return first


def _records(
    feed: _Feed, records: Iterator[list[str]], columns: list[str | None], dates: DateOrder
) -> Iterator[Incoming]:
    while True:
        try:
            values = next(records, None)
        except csv.Error:
            yield Refused(feed.give_again(), N_("has a quotation mark that does not belong there"))
            continue
        yield from feed.refused
        feed.refused.clear()
        if values is None:
            return
        if values:
            yield _record(feed.record[0][0], values, columns, dates)
        feed.record.clear()


def _record(line: int, values: list[str], columns: list[str | None], dates: DateOrder) -> Incoming:
    try:
        if len(values) != len(columns):
            raise LineRefused(
                N_("has %(found)s columns instead of %(expected)s"),
                found=len(values),
                expected=len(columns),
            )
        given = {name: value.strip() for name, value in zip(columns, values, strict=True) if name}
        return Taken(line, _details(given, dates))
    except LineRefused as refusal:
        return Refused(line, str(refusal))


def _details(given: dict[str, str], dates: DateOrder) -> PatientDetails:
    status = given.get("status", "").casefold() or "active"
    if status not in STATUSES:
        raise LineRefused(N_("has a status that is not active, inactive or deceased"))
    born = _date(given.get("dob", ""), dates)
    return PatientDetails(
        first_name=given.get("first_name", ""),
        last_name=given.get("last_name", ""),
        dob=born,
        email=given.get("email"),
        phone=given.get("phone"),
        preferred_language=given.get("preferred_language"),
        notes=given.get("notes"),
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


def _date(written: str, order: DateOrder) -> date | None:
    if not written:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", written):
            return date.fromisoformat(written)
        found = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", written)
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


def _columns(names: list[str]) -> list[str | None]:
    known = {spelling: column for column, names_ in COLUMNS.items() for spelling in names_}
    found = [known.get("".join(filter(str.isalpha, normalised(name)))) for name in names]
    taken = [name for name in found if name]
    if len(set(taken)) < len(taken):
        raise FileRefused(N_("two of its columns mean the same"))
    if not {"first_name", "last_name"} <= set(taken):
        raise FileRefused(N_("its first line does not name a first_name and a last_name column"))
    return found
