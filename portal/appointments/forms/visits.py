"""Moving and cancelling a visit."""

from flask_babel import lazy_gettext
from wtforms import BooleanField, SelectField
from wtforms.validators import Length

from portal.appointments.commands import MoveDetails
from portal.appointments.forms.booking import NotOfferedBy
from portal.appointments.forms.times import check_start, instant_of
from portal.services.queries import find_offering, list_offerings
from portal.web.forms import Line, PortalForm, record_number


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
        start_at = instant_of(self.start_at.data or "", zone)
        return MoveDetails(start_at=start_at, offering_id=offering.id)

    def validate_start_at(self, field: Line) -> None:
        """A date and a time."""
        check_start(field.data or "")


class CancellationForm(PortalForm):
    """Why a visit is cancelled; of a series, whether those after it are too."""

    cancel_reason = Line(lazy_gettext("Reason"), [Length(max=500)])
    following = BooleanField(lazy_gettext("And the visits of its series after it"))
