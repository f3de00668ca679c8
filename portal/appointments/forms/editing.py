"""Editing a booked appointment."""

from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.validators import Length, ValidationError

from portal.appointments.commands.editing import EditDetails
from portal.appointments.forms.booking import NotOfferedBy
from portal.appointments.forms.choice import Choice
from portal.appointments.forms.choices import offer_plan
from portal.appointments.forms.verdict import refusal_of
from portal.facilities.queries import get_facility
from portal.insurance.queries.acceptance import find_plan_at
from portal.patients.display import language_choices
from portal.scheduling.times import local_date
from portal.schema.appointments import Appointment
from portal.services.labels import service_words
from portal.services.queries.catalogue import find_offering, get_offering, list_offerings
from portal.web.forms.fields import record_number, tidy
from portal.web.forms.form import PortalForm
from portal.web.forms.picking import PickField
from portal.web.forms.wording import BeginsWithName


class EditForm(PortalForm):
    """A booked appointment's values; `confirmation_token` marks the change that was shown."""

    service_id = SelectField(lazy_gettext("Service"), coerce=record_number)
    insurance_plan_id = PickField(lazy_gettext("Insurance"))
    language = SelectField(lazy_gettext("Language"), coerce=tidy)
    notes = TextAreaField(lazy_gettext("Notes"), [Length(max=2000)], filters=[tidy])
    confirmation_token = HiddenField()

    def set_choices(self, visit: Appointment) -> None:
        """The services of its doctor there, the plans as its facility sees them."""
        self.visit, self.facility = visit, get_facility(visit.facility_id)
        offerings = list_offerings(facility_id=visit.facility_id, doctor_id=visit.doctor_id)
        self.service_id.choices = [(each.service_id, each.service_name) for each in offerings]
        offer_plan(self)
        languages = language_choices(besides=visit.language)
        self.language.choices = [("", gettext("Not said")), *languages]
        self.keep("service_id", service_words)

    def validate_insurance_plan_id(self, field: SelectField) -> None:
        """Another plan than it has is taken there on that day, or it is said by name."""
        if field.data is None or field.data == self.visit.insurance_plan_id:
            return
        plan = find_plan_at(self.facility.id, field.data)
        if plan is None:
            raise ValidationError(gettext("Choose a plan from the list."))
        day = local_date(self.visit.start_at, self.facility.timezone)
        choice = Choice(self.facility, self.service_id.data, field.data)
        refused = refusal_of(plan, choice.facility.name, day)
        if refused is not None:
            instead = gettext("Self-pay is possible.")
            raise ValidationError(BeginsWithName(f"{refused} {instead}"))

    def details(self) -> EditDetails:
        """The values to save. Raises NotOfferedBy."""
        return EditDetails(
            self._offering_id(), self.insurance_plan_id.data, self.notes.data, self.language.data
        )

    def _offering_id(self) -> int:
        visit = self.visit
        if self.service_id.data == get_offering(visit.service_offering_id).service_id:
            return visit.service_offering_id
        offering = find_offering(
            service_id=self.service_id.data or 0, doctor_id=visit.doctor_id,
            facility_id=visit.facility_id,
        )  # fmt: skip
        if offering is None:
            raise NotOfferedBy
        return offering.id


def edit_as_typed(visit: Appointment) -> dict[str, object]:
    """An appointment as its form shows it."""
    return {
        "service_id": get_offering(visit.service_offering_id).service_id,
        "insurance_plan_id": visit.insurance_plan_id, "language": visit.language,
        "notes": visit.notes,
    }  # fmt: skip
