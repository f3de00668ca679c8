"""The form of a waitlist entry."""

from datetime import date, timedelta
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

from portal.appointments.commands.waitlist import WishDetails, check_wish
from portal.appointments.forms.booking import BookingForm
from portal.appointments.forms.choices import offer_doctor, offer_plan, offer_service
from portal.appointments.forms.patient import ForSomebody
from portal.appointments.forms.verdict import Verdict, verdict_on_wish
from portal.appointments.labels import URGENCY_WORDS, WEEKDAYS, part_in_words
from portal.appointments.rules.waitlist import PARTS, URGENCIES, weekday_bits, weekdays_of
from portal.facilities.labels import facility_words
from portal.facilities.queries import list_facilities
from portal.patients.rules.details import PatientDetails
from portal.schema.appointments import WaitlistEntry
from portal.schema.facilities import Facility
from portal.web.forms.fields import record_number, tidy
from portal.web.forms.picking import PickField
from portal.web.forms.wording import BeginsWithName

USUAL_WAIT = timedelta(weeks=6)
# Of a booking what belongs to the wish as well.
OF_BOOKING = (
    "patient_id", "found_patient_id", "patient_query", "plan_for", "last_name", "first_name",
    "dob", "dob_unknown", "phone", "preferred_language", "interpreter", "service_id",
    "insurance_plan_id", "doctor_id", "notes",
)  # fmt: skip
REQUIRED = InputRequired(lazy_gettext("This is needed."))


class WishForm(ForSomebody):
    """A patient, a service, and when and where they would come.

    `waits` is the entry by which the patient waits for it already.
    """

    waits: int | None = None
    entry_key = HiddenField(default=lambda: str(uuid4()))
    update_entry_id = StringField()
    service_id = PickField(lazy_gettext("Service"))
    insurance_plan_id = PickField(lazy_gettext("Insurance"))
    doctor_id = PickField(lazy_gettext("Doctor"))
    facility_ids = SelectMultipleField(lazy_gettext("Facilities"), coerce=int)
    earliest_on = DateField(lazy_gettext("Earliest day"), [REQUIRED])
    latest_on = DateField(lazy_gettext("Latest day"), [REQUIRED])
    weekdays = SelectMultipleField(lazy_gettext("Days of the week"), coerce=int)
    part_of_day = SelectField(lazy_gettext("Time of day"))
    urgency = SelectField(lazy_gettext("Urgency"))
    notes = TextAreaField(lazy_gettext("Notes"), [Length(max=2000)], filters=[tidy])
    show = StringField()

    def set_choices(self, facility: Facility) -> None:
        """Set the choices, from this facility's side."""
        offer_service(self, facility.id)
        offer_plan(self)
        offer_doctor(self, facility.id)
        self.offer_languages()
        self.facility_ids.choices = [(f.id, f.name) for f in list_facilities()]
        self.keep("facility_ids", facility_words)
        self.weekdays.choices = [(day, gettext(label)) for day, label in WEEKDAYS.items()]
        self.part_of_day.choices = [(part, part_in_words(part)) for part in PARTS]
        self.urgency.choices = [(each, gettext(URGENCY_WORDS[each])) for each in URGENCIES]

    def validate_entry_key(self, field: HiddenField) -> None:
        """One of ours; another is replaced."""
        try:
            UUID(field.data)
        except ValueError:
            field.data = str(uuid4())

    def take_up(self) -> None:
        """Take up the button beside a plan that is not accepted: another one, or none."""
        what, _colon, value = (self.show.data or "").partition(":")
        if what == "plan":
            self.insurance_plan_id.choose(record_number(value))

    @property
    def asks_for_more(self) -> bool:
        """Whether a button that only shows something was pressed."""
        return bool(self.show.data)

    @property
    def verdict(self) -> Verdict | None:
        """That no facility which is chosen takes the plan; None while there is nothing to say."""
        wanted, offered = self.facility_ids.data or (), self.facility_ids.iter_choices()
        chosen = {each: str(name) for each, name, *_how in offered if each in wanted}
        days = [day for day in (self.earliest_on.data, self.latest_on.data) if day]
        return verdict_on_wish(self.insurance_plan_id.data, chosen, days)

    def validate_insurance_plan_id(self, field: PickField) -> None:
        """A plan with which something may come of it, or the one that the entry has already."""
        if isinstance(self.edits, WaitlistEntry) and field.data == self.edits.insurance_plan_id:
            return
        if self.verdict is not None:
            raise ValidationError(BeginsWithName(self.verdict.text))

    def check(self) -> None:
        """As adding and changing check it, and registering whoever is new."""
        super().check()
        check_wish(self.details())

    def person(self) -> PatientDetails:
        """The new patient, at home where they would come first."""
        return self.newcomer(next(iter(self.facility_ids.data or []), None),
                             self.insurance_plan_id.data)  # fmt: skip

    def details(self) -> WishDetails:
        """The typed values. Raises NoWeekday."""
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


def wish_of_booking(form: BookingForm, facility: Facility, today: date) -> dict[str, object]:
    """The presets of a waitlist entry from a booking for which nothing suits."""
    return new_wish(facility, today) | {name: form[name].data for name in OF_BOOKING}


def new_wish(facility: Facility, today: date) -> dict[str, object]:
    """The presets of a waitlist entry."""
    return {
        "facility_ids": [facility.id], "earliest_on": today, "latest_on": today + USUAL_WAIT,
        "weekdays": list(WEEKDAYS), "part_of_day": "any", "urgency": "routine",
    }  # fmt: skip
