"""A patient's status, as somebody types it."""

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, DateField, SelectField, TextAreaField
from wtforms.validators import Length, Optional

from portal.appointments.commands.status import Ending
from portal.patients.commands.status import StatusChange
from portal.patients.display import status_words
from portal.patients.rules.details import STATUSES
from portal.patients.rules.status import LONGEST_REASON
from portal.web.forms.fields import tidy
from portal.web.forms.form import PortalForm

# Why an appointment is cancelled with a status; it stands on the appointment.
BECAUSE = {
    "deceased": lazy_gettext("Patient recorded as deceased"),
    "inactive": lazy_gettext("Patient set to inactive"),
    "active": lazy_gettext("Patient set to active"),
}


class StatusForm(PortalForm):
    """The status, since when and why; and what ends with it."""

    patient_status = SelectField(lazy_gettext("Status"))
    since = DateField(lazy_gettext("Date"), [Optional()])
    reason = TextAreaField(lazy_gettext("Reason"), [Length(max=LONGEST_REASON)], filters=[tidy])
    cancel = BooleanField(lazy_gettext("Cancel these appointments"))
    withdraw = BooleanField(lazy_gettext("Take these entries off the waitlist"))

    def offer(self, now: str, wanted: str | None) -> None:
        """The statuses there are but the present one; the dead keep no appointments.

        Args:
            now: the status as it is.
            wanted: which one the link named.
        """
        others = [status for status in STATUSES if status != now]
        self.patient_status.choices = [(status, status_words(status)) for status in others]
        if not self.is_submitted():
            self.patient_status.data = wanted if wanted in others else others[-1]
            self.cancel.data = self.withdraw.data = self.patient_status.data == "deceased"

    def change(self) -> StatusChange:
        """The status as typed."""
        return StatusChange(
            status=self.patient_status.data, since=self.since.data, reason=self.reason.data
        )

    def ending(self) -> Ending:
        """The endings that come with it."""
        because = gettext(str(BECAUSE[self.patient_status.data]))
        return Ending(cancel=self.cancel.data, because=because, withdraw=self.withdraw.data)
