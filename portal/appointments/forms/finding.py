"""Which starts are looked for."""

from collections.abc import Collection
from datetime import date, timedelta

from flask_babel import gettext, lazy_gettext
from wtforms import DateField, SelectField
from wtforms.validators import InputRequired, ValidationError

from portal.appointments.forms.choices import offer_doctor, offer_plan, offer_service
from portal.appointments.labels import part_in_words
from portal.appointments.rules.waitlist import PARTS
from portal.doctors.labels import doctor_words
from portal.facilities.queries import list_facilities
from portal.scheduling.openings.listing import OpeningQuery
from portal.schema.facilities import Facility
from portal.services.labels import service_words
from portal.web.days import in_reach
from portal.web.forms.choices import keep_present
from portal.web.forms.fields import record_number
from portal.web.forms.form import PortalForm
from portal.web.forms.picking import PickField

REQUIRED = InputRequired(lazy_gettext("This is needed."))
LONGEST = timedelta(days=366)


class FindForm(PortalForm):
    """A service, and what of the rest is not left open."""

    service_id = PickField(lazy_gettext("Service"))
    insurance_plan_id = PickField(lazy_gettext("Insurance"))
    doctor_id = PickField(lazy_gettext("Doctor"))
    at_facility_id = SelectField(lazy_gettext("Facility"), coerce=record_number)
    first_day = DateField(lazy_gettext("From"), [REQUIRED, in_reach])
    last_day = DateField(lazy_gettext("Until"), [REQUIRED, in_reach])
    part_of_day = SelectField(lazy_gettext("Time of day"), default="any")

    def set_choices(self, facility: Facility) -> None:
        """Set the choices; plans as the present facility has them."""
        there = self.at_facility_id.data
        offer_service(self, there)
        offer_plan(self)
        offer_doctor(self, there)
        self._keep_chosen()
        self.at_facility_id.choices = [
            ("", gettext("Any facility")), *((f.id, f.name) for f in list_facilities())
        ]  # fmt: skip
        self.part_of_day.choices = [(part, part_in_words(part)) for part in PARTS]

    def _keep_chosen(self) -> None:
        """Keep a chosen value, marked, where it is not of the facility."""
        for field, names_of in ((self.service_id, _elsewhere), (self.doctor_id, doctor_words)):
            if field.data and names_of([field.data]):
                keep_present(field, field.data, names_of)

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

    def wanted(self) -> OpeningQuery:
        """The search that this means."""
        time_from, time_until = PARTS[self.part_of_day.data or "any"]
        return OpeningQuery(
            service_id=self.service_id.data or 0, plan_id=self.insurance_plan_id.data,
            doctor_id=self.doctor_id.data, facility_id=self.at_facility_id.data,
            time_from=time_from, time_until=time_until,
        )  # fmt: skip


def _elsewhere(ids: Collection[int]) -> dict[int, str]:
    """Services that nobody offers at the facility that is looked at."""
    pattern = gettext("%(name)s (not at this facility)", name="{}")
    return {each: pattern.format(name) for each, name in service_words(ids).items()}
