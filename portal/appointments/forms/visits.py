"""Moving and cancelling an appointment."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Length

from portal.appointments.commands.rescheduling import MoveDetails
from portal.appointments.forms.booking import NotOfferedBy
from portal.appointments.forms.times import check_start, instant_of, is_start
from portal.appointments.labels import CANCEL_WORDS
from portal.appointments.rules.visits import where
from portal.doctors.queries import list_doctor_names
from portal.errors import N_
from portal.scheduling.slots.queries import get_slot
from portal.schema.appointments import Appointment
from portal.services.queries.catalogue import find_offering, get_offering, list_offerings
from portal.web.filters import localtime
from portal.web.forms.fields import Line, record_number
from portal.web.forms.form import PortalForm


class MoveForm(PortalForm):
    """An opening, or a time of its own with the same or another doctor of the service."""

    opening = StringField(lazy_gettext("Opening"))
    doctor_id = SelectField(lazy_gettext("Doctor"), coerce=record_number, validate_choice=False)
    start_at = Line(lazy_gettext("Other time"))
    moved_from = HiddenField()

    def offer_doctors(self, facility_id: int, service_id: int) -> None:
        """Those who offer the service there; and whoever was asked for, who may not."""
        offerings = list_offerings(facility_id=facility_id, service_id=service_id)
        names = {o.doctor_id: o.doctor_name for o in offerings}
        names |= list_doctor_names({self.doctor_id.data or 0} - names.keys())
        self.doctor_id.choices = list(names.items())

    def fill_in(self, visit: Appointment, zone: str) -> None:
        """Fill in the fields when nothing was typed; an instant is shown as the local time."""
        self.moved_from.data = self.moved_from.data or where(visit.start_at, visit.doctor_id)
        if self.doctor_id.data is None:
            self.doctor_id.data = visit.doctor_id
        if self.start_at.data and is_start(self.start_at.data):
            start = instant_of(self.start_at.data, zone)
            self.start_at.data = f"{localtime(start, zone):%Y-%m-%dT%H:%M}"

    def details(self, facility_id: int, service_id: int, zone: str) -> MoveDetails:
        """Where to move: a time that was typed comes before an opening."""
        if not self.start_at.data:
            slot, _dash, offering = (self.opening.data or "").partition("-")
            chosen = get_offering(record_number(offering) or 0)
            if chosen.service_id != service_id:
                raise NotOfferedBy
            return MoveDetails(
                slot_id=record_number(slot) or 0, offering_id=chosen.id,
                moved_from=self.moved_from.data or None,
            )  # fmt: skip
        found = find_offering(
            service_id=service_id, doctor_id=self.doctor_id.data or 0, facility_id=facility_id
        )
        if found is None:
            names = list_doctor_names({self.doctor_id.data or 0})
            raise NotOfferedBy(
                N_("%(doctor)s does not offer this service here."), field="doctor_id",
                doctor=names.get(self.doctor_id.data or 0, "?"),
            )  # fmt: skip
        return MoveDetails(
            start_at=instant_of(self.start_at.data, zone), offering_id=found.id,
            moved_from=self.moved_from.data or None,
        )  # fmt: skip

    def wanted(self, zone: str) -> tuple[datetime, int] | None:
        """The start and the doctor that were asked for, or None. Raises NotFound."""
        if self.start_at.data:
            typed = is_start(self.start_at.data) and self.doctor_id.data
            return (instant_of(self.start_at.data, zone), typed) if typed else None
        slot_id = record_number((self.opening.data or "").partition("-")[0])
        slot = get_slot(slot_id) if slot_id else None
        return (slot.start_at, slot.doctor_id) if slot else None

    def validate_start_at(self, field: Line) -> None:
        """A date and a time, unless an opening is chosen."""
        if field.data or not self.opening.data:
            check_start(field.data or "")


class CancellationForm(PortalForm):
    """Why a visit is cancelled; of a series, whether those after it are too."""

    cancel_code = SelectField(lazy_gettext("Reason"), choices=lambda: _reasons())
    cancel_reason = Line(lazy_gettext("In words"), [Length(max=500)])
    following = BooleanField(lazy_gettext("Also cancel all later appointments in this series"))


class AllComingForm(PortalForm):
    """Why all coming appointments of a patient are cancelled, and which were shown."""

    cancel_code = SelectField(lazy_gettext("Reason"), choices=lambda: _reasons())
    cancel_reason = Line(lazy_gettext("In words"), [Length(max=500)])
    shown_ids = HiddenField()

    def show(self, visits: Sequence[Appointment]) -> None:
        """Remember which appointments are on the screen."""
        self.shown_ids.data = _ids(visits)

    def was_shown(self, visits: Sequence[Appointment]) -> bool:
        """Whether these appointments are the ones that were on the screen."""
        return self.shown_ids.data == _ids(visits)


def _ids(visits: Sequence[Appointment]) -> str:
    return ",".join(str(visit.id) for visit in visits)


def _reasons() -> list[SelectChoice]:
    """Why an appointment is cancelled, in the reader's language."""
    return [SelectChoice(code, gettext(label)) for code, label in CANCEL_WORDS.items()]
