"""Weekly hours from the lines of a table. Nothing that is here already is changed."""

from collections.abc import Mapping

from portal.availability.commands.weekly import RuleDetails, add_rules, check_rule, details_of
from portal.availability.queries.weekly import list_rules
from portal.csv_reader import Column, LineRefused
from portal.doctors.known import doctors_by_name
from portal.errors import N_
from portal.facilities.queries import facilities_by_name
from portal.registry.lines import AMBIGUOUS, clock_time, day, known_as, plain, weekday, whole_number
from portal.registry.lists import ImportedKind
from portal.services.queries.catalogue import find_offering
from portal.services.queries.known import services_by_name

COLUMNS = (
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
)  # fmt: skip


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


IMPORT = ImportedKind(N_("Weekly hours"), COLUMNS, Rules)
