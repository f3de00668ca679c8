"""Booking: for whom, what, under which plan, with whom, and when."""

from datetime import date
from functools import cached_property
from uuid import UUID, uuid4

from flask_babel import gettext, lazy_gettext
from wtforms import DateField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional, ValidationError

from portal.appointments.commands.booking import BookingDetails
from portal.appointments.forms.choice import Choice
from portal.appointments.forms.choices import (
    offer_doctor,
    offer_plan,
    offer_service,
    usual_service,
)
from portal.appointments.forms.patient import ForSomebody
from portal.appointments.forms.series import Repeating
from portal.appointments.forms.times import check_start, instant_of
from portal.appointments.forms.verdict import refusal_of
from portal.doctors.queries import list_places
from portal.errors import N_, DomainError
from portal.facilities.queries import get_facility
from portal.insurance.queries.acceptance import find_plan_at
from portal.patients.rules.details import PatientDetails
from portal.scheduling.slots.queries import get_slot
from portal.scheduling.times import local_date
from portal.schema.availability import AvailabilitySlot
from portal.schema.facilities import Facility
from portal.services.queries.catalogue import find_offering
from portal.web.days import within_reason
from portal.web.forms.fields import Line, record_number, tidy
from portal.web.forms.picking import PickField
from portal.web.forms.wording import BeginsWithName

OWN_TIME = "own"
# What a command calls a field, and where the form shows it.
FIELDS = {"start_at": "availability_slot_id", "service_offering_id": "service_id"}


class NotOfferedBy(DomainError):
    message = N_("This doctor does not offer the service there.")
    field = "service_id"


class Id(IntegerField):
    """A record's number; empty or nonsense is None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Nonsense is nobody: the field's own check says what is missing."""
        self.data = record_number(valuelist[0]) if valuelist else None


class BookingForm(Repeating, ForSomebody):
    """A visit for a known patient, or for one who is registered with it.

    One group of radios says when: an opening, or a walk-in or other time (`own`). What was only
    suggested is told from what a person chose by what the page had suggested.
    """

    booking_key = HiddenField()
    facility_id = HiddenField()
    waitlist_entry_id = StringField()
    # What is booked is checked by booking it: the choices are only fetched to show them.
    service_id = PickField(lazy_gettext("Service"), validate_choice=False)
    insurance_plan_id = PickField(lazy_gettext("Insurance"), validate_choice=False)
    doctor_id: SelectField = PickField(lazy_gettext("Doctor"), validate_choice=False)
    day = DateField(lazy_gettext("Day"), [Optional()])
    week = DateField(lazy_gettext("Day"), [Optional()])
    availability_slot_id = Id(lazy_gettext("Time"))
    suggested_slot_id = Id()
    suggested_for = StringField()
    suggested_day = StringField()
    lost_slot_id = Id()
    start_at = Line(lazy_gettext("Date and time"))
    overbook_reason = Line(lazy_gettext("Reason to overbook"), [Length(max=500)])
    notes = TextAreaField(lazy_gettext("Notes"), [Length(max=2000)], filters=[tidy])
    show = StringField()

    def set_choices(self, facility: Facility) -> None:
        """Set this facility's choices; a doctor chosen first suggests the service."""
        self.offer_key(facility)
        offer_service(self, facility.id)
        offer_plan(self)
        offer_doctor(self, facility.id)
        self.offer_languages()
        if self.service_id.data is None:
            self.service_id.data = usual_service(facility, self.doctor_id.data)

    @property
    def is_unread(self) -> bool:
        """Whether something is typed in a search field that has to be matched first."""
        fields = (
            self.service_id, self.insurance_plan_id, self.doctor_id, self.preferred_language
        )  # fmt: skip
        return any(isinstance(field, PickField) and field.is_unread for field in fields)

    def offer_key(self, facility: Facility) -> None:
        """Where it is, and a one-time key."""
        self.facility_id.data = str(facility.id)
        self.booking_key.data = self.booking_key.data or str(uuid4())

    def choice(self, facility: Facility) -> Choice:
        """The choices made so far."""
        slot_id, picked = self._opening()
        week, day = _sensible(self.week.data), _sensible(self.day.data)
        day_picked = day is not None and (picked or day.isoformat() != self.suggested_day.data)
        return Choice(
            facility, self.service_id.data, self.insurance_plan_id.data, self.doctor_id.data,
            week or day, slot_id, picked=picked, own_time=self.own_time,
            day_picked=day_picked and not week,
            renewed=self.suggested_for.data != self.suggestion_key, patient_id=self.chosen_patient,
        )  # fmt: skip

    @property
    def own_time(self) -> bool:
        """Whether a walk-in or another time is chosen, and none of the openings."""
        return (self.availability_slot_id.raw_data or [])[:1] == [OWN_TIME]

    @property
    def asks_for_more(self) -> bool:
        """Whether a button that only shows something was pressed."""
        return bool(self.show.data or self.week.data)

    @property
    def suggestion_key(self) -> str:
        """Whom and what an opening is suggested for: of another one another is suggested."""
        return f"{self.chosen_patient or ''}/{self.service_id.data or ''}"

    def take_up(self) -> int | None:
        """Take up a button beside a plan that is not accepted: another plan, or a facility."""
        what, _colon, value = (self.show.data or "").partition(":")
        if what == "plan":
            self.insurance_plan_id.choose(record_number(value))
        return record_number(value) if what == "facility" else None

    def move_to(self, facility: Facility) -> None:
        """Book at another facility: the time, and a doctor who is not there, are to be chosen."""
        self.availability_slot_id.data = self.lost_slot_id.data = None
        self.day.data = self.week.data = None
        self.set_choices(facility)
        places = list_places(facility_id=facility.id)
        if self.doctor_id.data not in {location.doctor_id for location in places}:
            self.doctor_id.data = None

    @property
    def names_somebody(self) -> bool:
        """Whether it is said whom it is for: then the time is held."""
        return self.chosen_patient is not None or self.registers

    def validate_availability_slot_id(self, field: Id) -> None:
        """A time; a walk-in brings its own. Under a plan that is not taken there is none."""
        if field.data is None and not self.own_time and not self.insurance_plan_id.errors:
            raise ValidationError(gettext("Choose a time."))

    def validate_doctor_id(self, field: SelectField) -> None:
        """A walk-in names whom they see."""
        if field.data is None and self.own_time:
            raise ValidationError(gettext("Choose the doctor."))

    def validate_insurance_plan_id(self, field: SelectField) -> None:
        """A plan that there is, and that is taken on that day."""
        if field.data is None:
            return
        facility = get_facility(record_number(self.facility_id.data) or 0)
        plan = find_plan_at(facility.id, field.data)
        if plan is None:
            raise ValidationError(gettext("Choose a plan from the list."))
        choice = self.choice(facility)
        at = None if self.slot is None else local_date(self.slot.start_at, facility.timezone)
        refused = refusal_of(plan, choice.facility.name, at or choice.day or choice.today)
        if refused is not None:
            raise ValidationError(BeginsWithName(refused))

    def validate_start_at(self, field: Line) -> None:
        """Empty is now."""
        if field.data and self.own_time:
            check_start(field.data)

    def validate_booking_key(self, field: HiddenField) -> None:
        """One of ours; another is replaced."""
        try:
            UUID(field.data or "")
        except ValueError:
            field.data = str(uuid4())

    def reject(self, refusal: DomainError) -> None:
        """Beside the form's own field of that matter."""
        if not self.own_time:
            refusal.field = FIELDS.get(refusal.field or "", refusal.field)
        super().reject(refusal)

    @cached_property
    def slot(self) -> AvailabilitySlot | None:
        """The slot of the opening that is chosen. Raises NotFound."""
        slot_id = self.availability_slot_id.data
        return None if slot_id is None or self.own_time else get_slot(slot_id)

    def details(self, facility: Facility) -> BookingDetails:
        """The booking: an opening, or a time of its own. Raises NotOfferedBy, NotFound."""
        slot, own = self.slot, self.own_time
        offering = find_offering(
            service_id=self.service_id.data or 0, facility_id=facility.id,
            doctor_id=slot.doctor_id if slot else self.doctor_id.data or 0,
        )  # fmt: skip
        if offering is None:
            raise NotOfferedBy
        typed = self.start_at.data if own else None
        return BookingDetails(
            patient_id=self.chosen_patient or 0, offering_id=offering.id,
            slot_id=slot.id if slot else None, plan_id=self.insurance_plan_id.data,
            start_at=instant_of(typed, facility.timezone) if typed else None,
            notes=self.notes.data, booking_key=UUID(self.booking_key.data),
            overbook_reason=self.overbook_reason.data if own else None,
        )  # fmt: skip

    def person(self) -> PatientDetails:
        """The new patient, at home where the visit is."""
        home, plan_id = record_number(self.facility_id.data), self.insurance_plan_id.data
        return self.newcomer(home, plan_id)

    def _opening(self) -> tuple[int | None, bool]:
        """The opening that is chosen, and whether a person chose it; a lost one stays wanted."""
        if self.own_time:
            return None, False
        slot_id = self.availability_slot_id.data
        if slot_id is None:
            return self.lost_slot_id.data, self.lost_slot_id.data is not None
        return slot_id, slot_id != self.suggested_slot_id.data


def _sensible(day: date | None) -> date | None:
    return day if day and within_reason(day) else None
