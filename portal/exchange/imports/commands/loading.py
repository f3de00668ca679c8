"""The loaders of each kind of table. Nothing that is here already is changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Generic, TypeVar

from portal.availability.commands.weekly import RuleDetails, add_rules, check_rule, details_of
from portal.availability.queries.weekly import list_rules
from portal.csv_reader import LineRefused
from portal.db import plan_anew
from portal.doctors.commands import DoctorDetails, add_doctors, check_doctor, place_doctors
from portal.doctors.rules import checked_npi
from portal.errors import N_
from portal.exchange.imports.queries import (
    doctors_by_name,
    facilities_by_name,
    payers_by_name,
    places,
    plan_keys,
    services_by_name,
)
from portal.exchange.imports.rules import COLUMNS, clock_time, day, plain, weekday, whole_number
from portal.insurance.commands.payers import (
    PayerDetails,
    PlanDetails,
    add_payers,
    add_plans,
    check_payer,
    check_plan,
)
from portal.registry.lists import ImportedKind
from portal.services.commands.catalogue import ServiceDetails, add_services, check_service
from portal.services.queries.catalogue import find_offering

CODE_SYSTEMS = {"cpt": "CPT", "hcpcs": "HCPCS", "icd": "ICD", "custom": "Custom"}
Details = TypeVar("Details")
AMBIGUOUS = N_("is the name of more than one here; use the NPI")
NAMESAKE = N_("is the name of an earlier line; if it is another doctor, give both their NPI")


class PendingRows(Generic[Details]):
    """New rows of one kind. Until one has an id, it goes by a number below zero."""

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


class Plans:
    """A payer, found again by its name, and on most lines one of its plans, by its code."""

    def __init__(self) -> None:
        self.payers = payers_by_name()
        self.known = plan_keys()
        self.new: PendingRows[PayerDetails] = PendingRows()
        self.plans: list[PlanDetails] = []

    def load(self, values: Mapping[str, str]) -> bool:
        payer, code = values["payer"], values.get("plan_code")
        if code is None and "name" in values:
            raise LineRefused(N_("is missing: a plan has a code"), field="plan_code")
        known = self.payers.get(payer)
        new = code is not None and (known, code) not in self.known
        if new:
            check_plan(_plan(values, known or 0))
        # Remembered last: a line that is refused half-way leaves nothing to remember.
        number = known or self._newcomer(values)
        self.payers[payer] = number
        if new:
            self.known.add((number, code))
            self.plans.append(_plan(values, number))
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

    def _newcomer(self, values: Mapping[str, str]) -> int:
        details = _payer(values)
        check_payer(details)
        return self.new.add(details)


class Services:
    """A service a line, found again by its name."""

    def __init__(self) -> None:
        self.known = set(services_by_name())
        self.new: list[ServiceDetails] = []

    def load(self, values: Mapping[str, str]) -> bool:
        name = plain(values["name"])
        if name in self.known:
            return False
        system = CODE_SYSTEMS.get(plain(values.get("code_system", "cpt")))
        if system is None:
            raise LineRefused(N_("is none of CPT, HCPCS, ICD, Custom"), field="code_system")
        minutes = whole_number(values, "default_duration_minutes")
        details = ServiceDetails(
            values["name"], 30 if minutes is None else minutes, values.get("description"),
            values.get("code"), system, values.get("code_version"), values.get("category"),
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
        self.doctors = doctors_by_name()
        self.facilities = facilities_by_name()
        self.services = services_by_name()
        self.there: dict[tuple[int, int], set[RuleDetails]] = {}
        self.waiting: list[RuleDetails] = []

    def load(self, values: Mapping[str, str]) -> bool:
        details = self._details(values)
        if details in self._known(details):
            return False
        check_rule(details)
        self._known(details).add(details)
        self.waiting.append(details)
        return True

    def finish(self) -> None:
        add_rules(self.waiting)

    def _known(self, details: RuleDetails) -> set[RuleDetails]:
        location = (details.doctor_id, details.facility_id)
        if location not in self.there:
            rules = list_rules(doctor_id=location[0], facility_id=location[1])
            self.there[location] = {details_of(rule) for rule in rules}
        return self.there[location]

    def _details(self, values: Mapping[str, str]) -> RuleDetails:
        doctor_id = self._doctor(values)
        facility_id = known_as(self.facilities, values, "facility")
        seats, minutes = (
            whole_number(values, "capacity"),
            whole_number(values, "slot_duration_minutes"),
        )
        return RuleDetails(
            doctor_id, facility_id, weekday(values, "day_of_week"),
            clock_time(values, "start_time"), clock_time(values, "end_time"),
            30 if minutes is None else minutes, whole_number(values, "slot_interval_minutes"),
            self._offering(values, doctor_id, facility_id), 1 if seats is None else seats,
            day(values, "valid_from"), day(values, "valid_to"),
        )  # fmt: skip

    def _doctor(self, values: Mapping[str, str]) -> int:
        found = self.doctors.get(plain(values["doctor"]))
        if not found:
            raise LineRefused(N_("is not known here"), field="doctor")
        if len(found) > 1:
            raise LineRefused(AMBIGUOUS, field="doctor")
        return next(iter(found))

    def _offering(self, values: Mapping[str, str], doctor_id: int, facility_id: int) -> int | None:
        if "service" not in values:
            return None
        service_id = known_as(self.services, values, "service")
        offering = find_offering(
            service_id=service_id, doctor_id=doctor_id, facility_id=facility_id
        )
        if offering is None:
            raise LineRefused(N_("is not offered by this doctor there"), field="service")
        return offering.id


IMPORTS = {
    "doctors": ImportedKind(N_("Doctors"), COLUMNS["doctors"], Doctors),
    "plans": ImportedKind(N_("Payers and plans"), COLUMNS["plans"], Plans),
    "services": ImportedKind(N_("Services"), COLUMNS["services"], Services),
    "rules": ImportedKind(N_("Weekly hours"), COLUMNS["rules"], Rules),
    "patients": ImportedKind(N_("Patients"), COLUMNS["patients"], None),
}


def known_as(names: Mapping[str, int], values: Mapping[str, str], field: str) -> int:
    """The id of what a line names. Raises LineRefused."""
    found = names.get(plain(values[field]))
    if found is None:
        raise LineRefused(N_("is not known here"), field=field)
    return found


def _doctor(values: Mapping[str, str]) -> DoctorDetails:
    return DoctorDetails(
        values["first_name"], values["last_name"], values.get("display_name"), values.get("npi"),
        values.get("specialty"), values.get("profile"), _contact(values),
    )  # fmt: skip


def _payer(values: Mapping[str, str]) -> PayerDetails:
    return PayerDetails(values["payer"], values.get("website"), _contact(values))


def _plan(values: Mapping[str, str], payer_id: int) -> PlanDetails:
    code = values["plan_code"]
    first, last = day(values, "effective_from"), day(values, "effective_to")
    return PlanDetails(payer_id, code, values.get("name", code), first, last)


def _contact(values: Mapping[str, str]) -> dict[str, str | None]:
    return {"phone": values.get("phone"), "email": values.get("email")}
