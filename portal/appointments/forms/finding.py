"""Which starts are looked for."""

from collections.abc import Callable
from datetime import date, timedelta

from flask_babel import gettext, lazy_gettext
from wtforms import DateField, SelectField
from wtforms.validators import InputRequired, ValidationError

from portal.appointments.forms.choices import plan_choices
from portal.appointments.queries import Wanted
from portal.appointments.rules import PARTS
from portal.appointments.words import part_in_words
from portal.doctors.queries import list_choices, list_doctor_names, list_places
from portal.facilities.models import Facility
from portal.facilities.queries import list_facilities
from portal.services.queries import list_services
from portal.web.days import in_reach
from portal.web.forms import PortalForm, record_number

REQUIRED = InputRequired(lazy_gettext("This is needed."))
LONGEST = timedelta(days=366)


class FindForm(PortalForm):
    """A service, and what of the rest is not left open."""

    service_id = SelectField(lazy_gettext("Service"), coerce=record_number)
    insurance_plan_id = SelectField(lazy_gettext("Insurance"), coerce=record_number)
    doctor_id = SelectField(lazy_gettext("Doctor"), coerce=record_number)
    at_facility_id = SelectField(lazy_gettext("Facility"), coerce=record_number)
    first_day = DateField(lazy_gettext("From"), [REQUIRED, in_reach])
    last_day = DateField(lazy_gettext("Until"), [REQUIRED, in_reach])
    part_of_day = SelectField(lazy_gettext("Time of day"), default="any")

    def offer_choices(self, facility: Facility) -> None:
        """What can be chosen; plans as the present facility has them."""
        there = self.at_facility_id.data
        services = [(s.id, s.name) for s in list_services(facility_id=there)]
        self.service_id.choices = _with_chosen(services, self.service_id.data, _service_name)
        self.insurance_plan_id.choices = plan_choices(facility)
        doctors = _with_chosen(_doctors(there), self.doctor_id.data, _doctor_name)
        self.doctor_id.choices = [("", gettext("Any doctor")), *doctors]
        self.at_facility_id.choices = [
            ("", gettext("Any facility")), *((f.id, f.name) for f in list_facilities())
        ]  # fmt: skip
        self.part_of_day.choices = [(part, part_in_words(part)) for part in PARTS]

    def validate_last_day(self, field: DateField) -> None:
        """Not before the first, and not too far from it."""
        first, last = self.first_day.data, field.data
        if first is None or last is None:
            return
        if last < first:
            raise ValidationError(gettext("The last day is before the first."))
        if last - first > LONGEST:
            raise ValidationError(gettext("Choose at most a year."))

    def days(self, today: date) -> tuple[date, date]:
        """The first and the last day; what has passed is not looked at."""
        first = max(self.first_day.data or today, today)
        return first, max(self.last_day.data or first, first)

    def wanted(self) -> Wanted:
        """The search that this means."""
        time_from, time_until = PARTS[self.part_of_day.data or "any"]
        return Wanted(
            service_id=self.service_id.data or 0, plan_id=self.insurance_plan_id.data,
            doctor_id=self.doctor_id.data, facility_id=self.at_facility_id.data,
            time_from=time_from, time_until=time_until,
        )  # fmt: skip


def _doctors(facility_id: int | None) -> list[tuple[int, str]]:
    """Who works there; without a facility everybody."""
    if facility_id is None:
        return list_choices()
    return [(place.doctor_id, place.display_name) for place in list_places(facility_id=facility_id)]


def _with_chosen(
    choices: list[tuple[int, str]], chosen: int | None, name_of: Callable[[int], str | None]
) -> list[tuple[int, str]]:
    """What is chosen stays in the list, marked, where it is not of the facility."""
    if chosen is None or chosen in dict(choices):
        return choices
    name = name_of(chosen)
    if name is None:
        return choices
    return [(chosen, gettext("%(name)s (not at this facility)", name=name)), *choices]


def _service_name(service_id: int) -> str | None:
    return next((each.name for each in list_services() if each.id == service_id), None)


def _doctor_name(doctor_id: int) -> str | None:
    return list_doctor_names({doctor_id}).get(doctor_id)
