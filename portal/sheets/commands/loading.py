"""What a line of each kind of table becomes. Nothing that is here already is changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Generic, Protocol, TypeVar

from portal.availability.commands import RuleDetails, add_rules, check_rule, details_of
from portal.availability.queries import list_rules
from portal.csv_reader import LineRefused
from portal.db import plan_anew
from portal.doctors.commands import DoctorDetails, add_doctors, check_doctor, place_doctors
from portal.doctors.rules import checked_npi
from portal.errors import N_
from portal.insurance.commands import (
    PayerDetails,
    PlanDetails,
    add_payers,
    add_plans,
    check_payer,
    check_plan,
)
from portal.services.commands import ServiceDetails, add_services, check_service
from portal.services.queries import find_offering
from portal.sheets import queries
from portal.sheets.rules import clock_time, day, plain, weekday, whole_number

CODE_SYSTEMS = {"cpt": "CPT", "hcpcs": "HCPCS", "icd": "ICD", "custom": "Custom"}
Details = TypeVar("Details")
AMBIGUOUS = N_("is the name of more than one here; use the NPI")
NAMESAKE = N_("is the name of an earlier line; if it is another doctor, give both their NPI")


class Loader(Protocol):
    """Reads lines, remembers what they add, and adds it at the end, all of it at once."""

    def load(self, said: Mapping[str, str]) -> bool:
        """Whether a line adds anything; False: it is all here already. Raises DomainError."""

    def finish(self) -> None:
        """Add what the lines said. Raises DomainError when somebody was faster."""


class PendingRows(Generic[Details]):
    """What lines add of one kind. Until it has an id, each goes by a number below zero."""

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


class Doctors:
    """A doctor a line, found again by NPI, else by name; with a facility, a place there."""

    def __init__(self) -> None:
        self.known = queries.doctors_by_name()
        self.facilities = queries.facilities_by_name()
        self.placed = queries.places()
        self.new: PendingRows[DoctorDetails] = PendingRows()
        self.places: list[tuple[int, int, str | None]] = []

    def load(self, said: Mapping[str, str]) -> bool:
        name = plain(f"{said['first_name']} {said['last_name']}")
        npi = checked_npi(said.get("npi"))
        facility_id = self._facility(said)
        found = self.known.get(npi or name, set())
        if len(found) > 1:
            raise LineRefused(AMBIGUOUS, field="last_name")
        number = next(iter(found), None) or self._newcomer(said)
        for key in filter(None, (npi, name)):
            self.known.setdefault(key, set()).add(number)
        placed = self._place(number, facility_id, said.get("role"))
        if found and number < 0 and not (npi or placed):
            raise LineRefused(NAMESAKE, field="last_name")
        return placed or not found

    def finish(self) -> None:
        self.new.have(add_doctors(self.new.details))
        plan_anew()
        place_doctors(
            (self.new.id_of(number), facility_id, role) for number, facility_id, role in self.places
        )

    def _newcomer(self, said: Mapping[str, str]) -> int:
        details = _doctor(said)
        check_doctor(details)
        return self.new.add(details)

    def _facility(self, said: Mapping[str, str]) -> int | None:
        return known_as(self.facilities, said, "facility") if "facility" in said else None

    def _place(self, number: int, facility_id: int | None, role: str | None) -> bool:
        if facility_id is None or (number, facility_id) in self.placed:
            return False
        self.placed.add((number, facility_id))
        self.places.append((number, facility_id, role))
        return True


class Plans:
    """A payer, found again by its name, and on most lines one of its plans, by its code."""

    def __init__(self) -> None:
        self.payers = queries.payers_by_name()
        self.known = queries.plan_keys()
        self.new: PendingRows[PayerDetails] = PendingRows()
        self.plans: list[PlanDetails] = []

    def load(self, said: Mapping[str, str]) -> bool:
        payer, code = said["payer"], said.get("plan_code")
        if code is None and "name" in said:
            raise LineRefused(N_("is missing: a plan has a code"), field="plan_code")
        known = self.payers.get(payer)
        new = code is not None and (known, code) not in self.known
        if new:
            check_plan(_plan(said, known or 0))
        # Remembered last: a line that is refused half-way leaves nothing to remember.
        number = known or self._newcomer(said)
        self.payers[payer] = number
        if new:
            self.known.add((number, code))
            self.plans.append(_plan(said, number))
        return new or known is None

    def finish(self) -> None:
        self.new.have(add_payers(self.new.details))
        plan_anew()
        payer_ids = (self.new.id_of(plan.insurance_provider_id) for plan in self.plans)
        add_plans(
            [
                replace(plan, insurance_provider_id=payer_id)
                for plan, payer_id in zip(self.plans, payer_ids, strict=True)
            ]
        )

    def _newcomer(self, said: Mapping[str, str]) -> int:
        details = _payer(said)
        check_payer(details)
        return self.new.add(details)


class Services:
    """A service a line, found again by its name."""

    def __init__(self) -> None:
        self.known = set(queries.services_by_name())
        self.new: list[ServiceDetails] = []

    def load(self, said: Mapping[str, str]) -> bool:
        name = plain(said["name"])
        if name in self.known:
            return False
        system = CODE_SYSTEMS.get(plain(said.get("code_system", "cpt")))
        if system is None:
            raise LineRefused(N_("is none of CPT, HCPCS, ICD, Custom"), field="code_system")
        minutes = whole_number(said, "default_duration_minutes")
        details = ServiceDetails(
            said["name"], 30 if minutes is None else minutes, said.get("description"),
            said.get("code"), system, said.get("code_version"), said.get("category"),
        )  # fmt: skip
        check_service(details)
        self.known.add(name)
        self.new.append(details)
        return True

    def finish(self) -> None:
        add_services(self.new)


class Rules:
    """A session of the week a line; slots are made once for all of them."""

    def __init__(self) -> None:
        self.doctors = queries.doctors_by_name()
        self.facilities = queries.facilities_by_name()
        self.services = queries.services_by_name()
        self.there: dict[tuple[int, int], set[RuleDetails]] = {}
        self.waiting: list[RuleDetails] = []

    def load(self, said: Mapping[str, str]) -> bool:
        details = self._details(said)
        if details in self._known(details):
            return False
        check_rule(details)
        self._known(details).add(details)
        self.waiting.append(details)
        return True

    def finish(self) -> None:
        add_rules(self.waiting)

    def _known(self, details: RuleDetails) -> set[RuleDetails]:
        place = (details.doctor_id, details.facility_id)
        if place not in self.there:
            rules = list_rules(doctor_id=place[0], facility_id=place[1])
            self.there[place] = {details_of(rule) for rule in rules}
        return self.there[place]

    def _details(self, said: Mapping[str, str]) -> RuleDetails:
        doctor_id = self._doctor(said)
        facility_id = known_as(self.facilities, said, "facility")
        seats, minutes = whole_number(said, "capacity"), whole_number(said, "slot_duration_minutes")
        return RuleDetails(
            doctor_id, facility_id, weekday(said, "day_of_week"),
            clock_time(said, "start_time"), clock_time(said, "end_time"),
            30 if minutes is None else minutes, whole_number(said, "slot_interval_minutes"),
            self._offering(said, doctor_id, facility_id), 1 if seats is None else seats,
            day(said, "valid_from"), day(said, "valid_to"),
        )  # fmt: skip

    def _doctor(self, said: Mapping[str, str]) -> int:
        found = self.doctors.get(plain(said["doctor"]))
        if not found:
            raise LineRefused(N_("is not known here"), field="doctor")
        if len(found) > 1:
            raise LineRefused(AMBIGUOUS, field="doctor")
        return next(iter(found))

    def _offering(self, said: Mapping[str, str], doctor_id: int, facility_id: int) -> int | None:
        if "service" not in said:
            return None
        service_id = known_as(self.services, said, "service")
        offering = find_offering(
            service_id=service_id, doctor_id=doctor_id, facility_id=facility_id
        )
        if offering is None:
            raise LineRefused(N_("is not offered by this doctor there"), field="service")
        return offering.id


LOADERS: Mapping[str, type[Loader]] = {
    "doctors": Doctors,
    "plans": Plans,
    "services": Services,
    "rules": Rules,
}


def known_as(names: Mapping[str, int], said: Mapping[str, str], field: str) -> int:
    """The id of what a line names. Raises LineRefused."""
    found = names.get(plain(said[field]))
    if found is None:
        raise LineRefused(N_("is not known here"), field=field)
    return found


def _doctor(said: Mapping[str, str]) -> DoctorDetails:
    return DoctorDetails(
        said["first_name"], said["last_name"], said.get("display_name"), said.get("npi"),
        said.get("specialty"), said.get("profile"), _contact(said),
    )  # fmt: skip


def _payer(said: Mapping[str, str]) -> PayerDetails:
    return PayerDetails(said["payer"], said.get("website"), _contact(said))


def _plan(said: Mapping[str, str], payer_id: int) -> PlanDetails:
    code = said["plan_code"]
    first, last = day(said, "effective_from"), day(said, "effective_to")
    return PlanDetails(payer_id, code, said.get("name", code), first, last)


def _contact(said: Mapping[str, str]) -> dict[str, str | None]:
    return {"phone": said.get("phone"), "email": said.get("email")}
