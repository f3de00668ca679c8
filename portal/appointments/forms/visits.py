"""Booking, moving and cancelling a visit."""

from collections import Counter
from datetime import date, datetime
from uuid import UUID, uuid4

from flask_babel import gettext, lazy_gettext
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Length, Optional, ValidationError

from portal.appointments.commands import BookingDetails, MoveDetails
from portal.appointments.forms.series import Repeating
from portal.availability.queries import get_slot
from portal.availability.rules import instant
from portal.doctors.queries import list_places
from portal.facilities.models import Facility
from portal.insurance.queries import find_plan_at, list_plans_at
from portal.patients.rules.details import PatientDetails
from portal.refusals import N_, DomainError
from portal.services.queries import find_offering, list_offerings, list_services
from portal.web.forms import Line, PortalForm, record_number, tidy

NEW = "new"
EARLIEST, LATEST = 2000, 2200
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


class BookingForm(Repeating, PortalForm):
    """A visit for a known patient, or for one who is registered with it."""

    booking_key = HiddenField()
    facility_id = HiddenField()
    waitlist_entry_id = HiddenField()
    patient_id = StringField(lazy_gettext("Patient"))
    found_patient_id = StringField()
    patient_query = Line(lazy_gettext("Patient"))
    # What is booked is checked by booking it: the choices are only fetched to show them.
    service_id = SelectField(lazy_gettext("Service"), coerce=record_number, validate_choice=False)
    insurance_plan_id = SelectField(
        lazy_gettext("Insurance"), coerce=record_number, validate_choice=False
    )
    doctor_id = SelectField(lazy_gettext("Doctor"), coerce=record_number, validate_choice=False)
    day = DateField(lazy_gettext("Day"), [Optional()])
    availability_slot_id = Id(lazy_gettext("Start"))
    walk_in = StringField()
    start_at = Line(lazy_gettext("Start"))
    overbook_reason = Line(lazy_gettext("Reason to overbook"), [Length(max=500)])
    notes = TextAreaField(lazy_gettext("Notes"), [Length(max=2000)], filters=[tidy])
    last_name = Line(lazy_gettext("Last name"), [Length(max=100)])
    first_name = Line(lazy_gettext("First name"), [Length(max=100)])
    dob = DateField(lazy_gettext("Date of birth"), [Optional()])
    phone = Line(lazy_gettext("Phone"), [Length(max=50)])
    show = StringField()

    def offer_choices(self, facility: Facility) -> None:
        """What can be chosen at this facility; a doctor chosen first suggests the service."""
        self.facility_id.data = str(facility.id)
        self.booking_key.data = self.booking_key.data or str(uuid4())
        self.service_id.choices = service_choices(facility)
        self.insurance_plan_id.choices = plan_choices(facility)
        places = list_places(facility_id=facility.id)
        self.doctor_id.choices = [
            ("", gettext("Any doctor")), *((p.doctor_id, p.display_name) for p in places)
        ]  # fmt: skip
        if self.service_id.data is None:
            self.service_id.data = _usual_service(facility, self.doctor_id.data)

    @property
    def somebody_else(self) -> bool:
        """Whether those who may be the new patient were shown, and it is none of them."""
        return self.found_patient_id.data == NEW

    @property
    def chosen_patient(self) -> int | None:
        """Whom the type-ahead, or without script the list of matches, says it is for."""
        found = record_number(self.found_patient_id.data)
        return record_number(self.patient_id.data) if found is None else found

    @property
    def names_typed(self) -> bool:
        """Whether somebody new is named."""
        return bool(self.last_name.data or self.first_name.data)

    @property
    def registers(self) -> bool:
        """Whether a new patient is registered with the visit."""
        return self.chosen_patient is None and (self.patient_id.data == NEW or self.names_typed)

    def validate_patient_id(self, _field: StringField) -> None:
        """Somebody it is for."""
        if self.chosen_patient is None and not self.registers:
            raise ValidationError(gettext("Choose a patient from the list, or register a new one."))

    def validate_availability_slot_id(self, field: Id) -> None:
        """A time; a walk-in brings its own."""
        if field.data is None and not self.walk_in.data:
            raise ValidationError(gettext("Choose a start."))

    def validate_doctor_id(self, field: SelectField) -> None:
        """A walk-in names whom they see."""
        if field.data is None and self.walk_in.data:
            raise ValidationError(gettext("Choose the doctor."))

    def validate_insurance_plan_id(self, field: SelectField) -> None:
        """A plan that there is; whether it is accepted, booking says."""
        facility_id = record_number(self.facility_id.data) or 0
        if field.data is not None and find_plan_at(facility_id, field.data) is None:
            raise ValidationError(gettext("Choose a plan from the list."))

    def validate_start_at(self, field: Line) -> None:
        """Empty is now."""
        if field.data:
            _checked_start(field.data)

    def validate_booking_key(self, field: HiddenField) -> None:
        """One of ours; another is replaced."""
        try:
            UUID(field.data or "")
        except ValueError:
            field.data = str(uuid4())

    def refuse(self, refusal: DomainError) -> None:
        """Beside the form's own field of that matter."""
        if not self.walk_in.data:
            refusal.field = FIELDS.get(refusal.field or "", refusal.field)
        super().refuse(refusal)

    def details(self, facility: Facility) -> BookingDetails:
        """What to book: a start on offer, or a time of its own. Raises NotOfferedBy, NotFound."""
        own = bool(self.walk_in.data)
        slot = None if own else get_slot(self.availability_slot_id.data or 0)
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
            start_at=_instant(typed, facility.timezone) if typed else None,
            notes=self.notes.data, booking_key=UUID(self.booking_key.data),
            overbook_reason=self.overbook_reason.data if own else None,
        )  # fmt: skip

    def person(self) -> PatientDetails:
        """The new patient."""
        return PatientDetails(
            first_name=self.first_name.data or "", last_name=self.last_name.data or "",
            dob=self.dob.data, phone=self.phone.data,
            facility_id=record_number(self.facility_id.data),
            default_insurance_plan_id=self.insurance_plan_id.data,
        )  # fmt: skip


class MoveForm(PortalForm):
    """Another start, with the same or another doctor of the service."""

    doctor_id = SelectField(lazy_gettext("Doctor"), coerce=record_number)
    start_at = Line(lazy_gettext("Start"))
    on_board = BooleanField()

    def offer_doctors(self, facility_id: int, service_id: int) -> None:
        """Those who offer the service there."""
        offerings = list_offerings(facility_id=facility_id, service_id=service_id)
        self.doctor_id.choices = [(o.doctor_id, o.doctor_name) for o in offerings]

    def details(self, *, facility_id: int, service_id: int, zone: str) -> MoveDetails:
        """Where to move."""
        offering = find_offering(
            service_id=service_id, doctor_id=self.doctor_id.data, facility_id=facility_id
        )
        if offering is None:
            raise NotOfferedBy(field="doctor_id")
        start_at = _instant(self.start_at.data or "", zone)
        return MoveDetails(start_at=start_at, offering_id=offering.id)

    def validate_start_at(self, field: Line) -> None:
        """A date and a time."""
        _checked_start(field.data or "")


class CancellationForm(PortalForm):
    """Why a visit is cancelled; of a series, whether those after it are too."""

    cancel_reason = Line(lazy_gettext("Reason"), [Length(max=500)])
    following = BooleanField(lazy_gettext("And the visits of its series after it"))


def within_reason(day: date) -> bool:
    """Whether a day can be on a calendar: arithmetic at the ends of time overflows."""
    return EARLIEST <= day.year <= LATEST


def _checked_start(typed: str) -> None:
    try:
        sensible = within_reason(datetime.fromisoformat(typed))
    except ValueError:
        sensible = False
    if not sensible:
        raise ValidationError(gettext("Enter a date and a time."))


def _instant(typed: str, zone: str) -> datetime:
    """A start as it was typed; without an offset it is the facility's wall time."""
    start = datetime.fromisoformat(typed)
    return start if start.tzinfo else instant(start.date(), start.time(), zone)


def service_choices(facility: Facility) -> dict[str, list[tuple[int, str]]]:
    """The services that somebody offers there, by category."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for service in list_services(facility_id=facility.id):
        label = gettext(
            "%(name)s (%(minutes)s min)", name=service.name,
            minutes=service.default_duration_minutes,
        )  # fmt: skip
        groups.setdefault(service.category or gettext("Services"), []).append((service.id, label))
    return groups


def plan_choices(facility: Facility) -> list[SelectChoice]:
    """Self-pay, and every plan by its payer."""
    plans = list_plans_at(facility.id)
    return [
        SelectChoice("", gettext("Self-pay")),
        *(SelectChoice(p.plan_id, p.plan_name, optgroup=p.payer_name) for p in plans),
    ]


def _usual_service(facility: Facility, doctor_id: int | None) -> int | None:
    """The service most doctors offer there (of one doctor: the first by name)."""
    offerings = list_offerings(facility_id=facility.id, doctor_id=doctor_id)
    counted = Counter(offering.service_id for offering in offerings)
    return counted.most_common(1)[0][0] if counted else None
