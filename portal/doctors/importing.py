"""Doctors from the lines of a table. Nothing that is here already is changed."""

from collections.abc import Mapping

from portal.csv_reader import Column, LineRefused
from portal.db import plan_anew
from portal.doctors.commands import DoctorDetails, add_doctors, check_doctor, place_doctors
from portal.doctors.known import doctors_by_name, places
from portal.doctors.rules import checked_npi
from portal.errors import N_
from portal.facilities.queries import facilities_by_name
from portal.registry.lines import AMBIGUOUS, PendingRows, contact, known_as, plain
from portal.registry.lists import ImportedKind

COLUMNS = (
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
)  # fmt: skip
NAMESAKE = N_("is the name of an earlier line; if it is another doctor, give both their NPI")


class Doctors:
    """A doctor a line, found again by NPI, else by name; with a facility, a place there."""

    def __init__(self) -> None:
        self.known = doctors_by_name()
        self.facilities = facilities_by_name()
        self.placed = places()
        self.new: PendingRows[DoctorDetails] = PendingRows()
        self.places: list[tuple[int, int, str | None]] = []

    def load(self, values: Mapping[str, str]) -> bool:
        name = plain(f"{values['first_name']} {values['last_name']}")
        npi = checked_npi(values.get("npi"))
        facility_id = self._facility(values)
        found = self.known.get(npi or name, set())
        if len(found) > 1:
            raise LineRefused(AMBIGUOUS, field="last_name")
        number = next(iter(found), None) or self._newcomer(values)
        for key in filter(None, (npi, name)):
            self.known.setdefault(key, set()).add(number)
        placed = self._place(number, facility_id, values.get("role"))
        if found and number < 0 and not (npi or placed):
            raise LineRefused(NAMESAKE, field="last_name")
        return placed or not found

    def finish(self) -> None:
        self.new.have(add_doctors(self.new.details))
        plan_anew()
        place_doctors(
            (self.new.id_of(number), facility_id, role) for number, facility_id, role in self.places
        )

    def _newcomer(self, values: Mapping[str, str]) -> int:
        details = _doctor(values)
        check_doctor(details)
        return self.new.add(details)

    def _facility(self, values: Mapping[str, str]) -> int | None:
        return known_as(self.facilities, values, "facility") if "facility" in values else None

    def _place(self, number: int, facility_id: int | None, role: str | None) -> bool:
        if facility_id is None or (number, facility_id) in self.placed:
            return False
        self.placed.add((number, facility_id))
        self.places.append((number, facility_id, role))
        return True


def _doctor(values: Mapping[str, str]) -> DoctorDetails:
    return DoctorDetails(
        values["first_name"], values["last_name"], values.get("display_name"), values.get("npi"),
        values.get("specialty"), values.get("profile"), contact(values),
    )  # fmt: skip


IMPORT = ImportedKind(N_("Doctors"), COLUMNS, Doctors)
