"""What somebody on the waitlist wants."""

from datetime import date
from uuid import UUID, uuid4

from flask_babel import gettext, lazy_gettext
from wtforms import (
    DateField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, ValidationError

from portal.appointments.commands import WishDetails, check_wish
from portal.appointments.forms.choices import offer_doctor, offer_plan, offer_service
from portal.appointments.models import WaitlistEntry
from portal.appointments.rules import PARTS, URGENCIES, weekday_bits, weekdays_of
from portal.appointments.words import URGENCY_WORDS, WEEKDAYS, part_in_words
from portal.facilities.models import Facility
from portal.facilities.queries import list_facilities
from portal.facilities.words import facility_words
from portal.web.forms import Line, PickField, PortalForm, record_number, tidy

REQUIRED = InputRequired(lazy_gettext("This is needed."))


class WishForm(PortalForm):
    """A patient, a service, and when and where they would come."""

    entry_key = HiddenField(default=lambda: str(uuid4()))
    patient_id = StringField(lazy_gettext("Patient"))
    found_patient_id = StringField()
    plan_for = HiddenField()
    patient_query = Line(lazy_gettext("Patient"))
    service_id = PickField(lazy_gettext("Service"))
    insurance_plan_id = PickField(lazy_gettext("Insurance"))
    doctor_id = PickField(lazy_gettext("Doctor"))
    facility_ids = SelectMultipleField(lazy_gettext("Facilities"), coerce=int)
    earliest_on = DateField(lazy_gettext("Earliest day"), [REQUIRED])
    latest_on = DateField(lazy_gettext("Latest day"), [REQUIRED])
    weekdays = SelectMultipleField(lazy_gettext("Days of the week"), coerce=int)
    part_of_day = SelectField(lazy_gettext("Part of the day"))
    urgency = SelectField(lazy_gettext("Urgency"))
    notes = TextAreaField(lazy_gettext("Notes"), [Length(max=2000)], filters=[tidy])
    show = StringField()

    def offer_choices(self, facility: Facility) -> None:
        """What can be chosen, from this facility's side."""
        offer_service(self, facility.id)
        offer_plan(self)
        offer_doctor(self, facility.id)
        self.facility_ids.choices = [(f.id, f.name) for f in list_facilities()]
        self.keep("facility_ids", facility_words)
        self.weekdays.choices = [(day, gettext(words)) for day, words in WEEKDAYS.items()]
        self.part_of_day.choices = [(part, part_in_words(part)) for part in PARTS]
        self.urgency.choices = [(each, gettext(URGENCY_WORDS[each])) for each in URGENCIES]

    @property
    def chosen_patient(self) -> int | None:
        """Whom the type-ahead, or without script the list of matches, says it is for."""
        return record_number(self.found_patient_id.data) or record_number(self.patient_id.data)

    def validate_patient_id(self, _field: StringField) -> None:
        """Somebody it is for."""
        if self.chosen_patient is None:
            raise ValidationError(gettext("Choose a patient from the list."))

    def validate_entry_key(self, field: HiddenField) -> None:
        """One of ours; another is replaced."""
        try:
            UUID(field.data)
        except ValueError:
            field.data = str(uuid4())

    def check(self) -> None:
        """As adding and changing check it."""
        check_wish(self.details())

    def details(self) -> WishDetails:
        """What they want. Raises NoWeekday."""
        return WishDetails(
            patient_id=self.chosen_patient or 0, service_id=self.service_id.data or 0,
            facility_ids=self.facility_ids.data or [],
            earliest_on=self.earliest_on.data or date.min,
            latest_on=self.latest_on.data or date.min, doctor_id=self.doctor_id.data,
            plan_id=self.insurance_plan_id.data, weekdays=weekday_bits(self.weekdays.data or []),
            part_of_day=self.part_of_day.data, urgency=self.urgency.data, notes=self.notes.data,
        )  # fmt: skip


def wish_as_typed(entry: WaitlistEntry, facility_ids: list[int]) -> dict[str, object]:
    """A wish as its form shows it."""
    return {
        "patient_id": str(entry.patient_id), "service_id": entry.service_id,
        "insurance_plan_id": entry.insurance_plan_id, "doctor_id": entry.doctor_id,
        "facility_ids": facility_ids, "earliest_on": entry.earliest_on,
        "latest_on": entry.latest_on, "weekdays": weekdays_of(entry.weekdays),
        "part_of_day": entry.part_of_day, "urgency": entry.urgency, "notes": entry.notes,
    }  # fmt: skip


def new_wish(facility: Facility, today: date, latest: date) -> dict[str, object]:
    """What a new wish says unless somebody changes it."""
    return {
        "facility_ids": [facility.id], "earliest_on": today, "latest_on": latest,
        "weekdays": list(WEEKDAYS), "part_of_day": "any", "urgency": "routine",
    }  # fmt: skip
