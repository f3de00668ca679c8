"""Forms of a doctor's absence, and of the choice for each visit."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, HiddenField, RadioField, SelectField, TimeField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from portal.absences.commands.recording import AbsenceDetails, where_away
from portal.absences.rules import CANCEL, LEAVE, Decision, PlacesRefused
from portal.availability.queries.places import PlaceRow
from portal.errors import DomainError
from portal.web.forms.fields import Line, record_number
from portal.web.forms.form import PortalForm, translate

LONGEST = timedelta(days=366)
FAR_OFF = date(2200, 1, 1)
# What a command calls a field, and where the form shows it.
FIELDS = {"end_at": "until_time"}
PREFIX = "visit-"
TYPES = (
    ("emergency", _("Ill or called away")),
    ("blocked", _("Planned: leave, training")),
)


class AbsenceForm(PortalForm):
    """A doctor is away; the visits that are booked then each carry a choice of their own."""

    absence_key = HiddenField()
    confirmation_token = HiddenField()
    facility_id = SelectField(_("Facility"), coerce=record_number)
    type = RadioField(
        _("Why"), choices=[SelectChoice(*each) for each in TYPES], default="emergency"
    )
    reason = Line(_("Reason"), [Length(max=200)])
    first_day = DateField(_("First day"), [InputRequired(_("This is needed."))])
    last_day = DateField(_("Last day"), [Optional()])
    from_time = TimeField(_("From"), [Optional()])
    until_time = TimeField(_("Until"), [Optional()])
    propose_soon = BooleanField(_("Also suggest times within the next hour"))
    propose_here = BooleanField(_("Also suggest times for patients who are here"))
    cancel_reason = Line(_("Cancellation reason"), [Length(max=500)])

    def offer_places(self, doctor_id: int, places: list[PlaceRow]) -> None:
        """Everywhere, or one facility."""
        self.doctor_id = doctor_id
        self.absence_key.data = self.absence_key.data or str(uuid4())
        self.facility_id.choices = [
            ("", gettext("Everywhere")), *((each.facility_id, each.facility) for each in places)
        ]  # fmt: skip

    def validate_absence_key(self, field: HiddenField) -> None:
        """One of ours; another is replaced."""
        try:
            UUID(field.data)
        except ValueError:
            field.data = str(uuid4())

    def validate_first_day(self, field: DateField) -> None:
        """A year that a calendar here reaches."""
        if field.data and not 2000 <= field.data.year <= 2200:
            raise ValidationError(gettext("Enter a day."))

    def validate_last_day(self, field: DateField) -> None:
        """Not before the first, and within a year of it."""
        if not field.data or not self.first_day.data:
            return
        if field.data < self.first_day.data:
            raise ValidationError(gettext("The last day is before the first."))
        if field.data - self.first_day.data > LONGEST:
            raise ValidationError(gettext("Choose at most a year."))

    def reject(self, refusal: DomainError) -> None:
        """Put an error of the span beside the time of its end."""
        refusal.field = FIELDS.get(refusal.field or "", refusal.field)
        super().reject(refusal)

    def check(self) -> None:
        """As recording checks it; where the days are wrong already, the times of a day to come."""
        details = self.details()
        if not self.first_day.data or self.first_day.errors or self.last_day.errors:
            details = replace(details, first_day=FAR_OFF, last_day=FAR_OFF)
        try:
            where_away(details)
        except DomainError as refusal:
            refusal.field = FIELDS.get(refusal.field or "", refusal.field)
            raise

    def details(self) -> AbsenceDetails:
        """Who, when and where."""
        first = self.first_day.data or date.min
        return AbsenceDetails(
            doctor_id=self.doctor_id, first_day=first, last_day=self.last_day.data or first,
            absence_key=UUID(self.absence_key.data), from_time=self.from_time.data,
            until_time=self.until_time.data, facility_id=self.facility_id.data,
            type=self.type.data, reason=self.reason.data,
        )  # fmt: skip


class UndoForm(PortalForm):
    """Taking an absence back; `confirmation_token` is the mark of what was shown."""

    confirmation_token = HiddenField()


class ProposalForm(PortalForm):
    """Moving one visit to a start that was proposed, which `decision_of` reads.

    `moved_from` is where it was when it was proposed.
    """

    moved_from = HiddenField()


def chosen_in(typed: Mapping[str, str]) -> dict[int, Decision]:
    """The choices a form carries, by the visit's id; nonsense is no choice."""
    found = {}
    for name, value in typed.items():
        visit_id = record_number(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None
        decision = decision_of(value)
        if visit_id is not None and decision is not None:
            found[visit_id] = decision
    return found


def decision_of(value: str) -> Decision | None:
    """`leave`, `cancel`, or a slot's and an offering's number."""
    if value in ("leave", "cancel"):
        return LEAVE if value == "leave" else CANCEL
    slot_id, _dash, offering_id = value.partition("-")
    slot, offering = record_number(slot_id), record_number(offering_id)
    return Decision("move", slot, offering) if slot and offering else None


def value_of(decision: Decision) -> str:
    """How a form carries a decision."""
    return (
        f"{decision.slot_id}-{decision.offering_id}" if decision.what == "move" else decision.what
    )


def said_of(refused: PlacesRefused) -> dict[int, str]:
    """Why a visit cannot go where it was sent, in the reader's language."""
    return {visit_id: translate(refusal) for visit_id, refusal in refused.errors.items()}
