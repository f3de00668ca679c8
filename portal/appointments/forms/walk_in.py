"""A walk-in: who it is, and which doctor sees them now."""

from flask_babel import gettext, lazy_gettext, ngettext
from wtforms import SelectField

from portal.appointments.forms.booking import BookingForm
from portal.appointments.forms.choices import offer_plan, offer_service, usual_service
from portal.appointments.queries.queues import Queue, list_queues
from portal.doctors.queries import list_doctor_names
from portal.schema.facilities import Facility
from portal.web.forms.fields import record_number


class WalkInForm(BookingForm):
    """A booking for now: the doctor with the shortest queue is suggested."""

    doctor_id = SelectField(lazy_gettext("Doctor"), coerce=record_number, validate_choice=False)

    @property
    def own_time(self) -> bool:
        """It is now, whatever the form says."""
        return True

    def set_choices(self, facility: Facility) -> None:
        """Set the choices; each doctor with their queue, the shortest first."""
        self.offer_key(facility)
        offer_service(self, facility.id)
        offer_plan(self)
        self.offer_languages()
        if self.service_id.data is None:
            self.service_id.data = usual_service(facility, None)
        queues = list_queues(facility.id, self.service_id.data or 0)
        self.doctor_id.choices = [(queue.doctor_id, queue_in_words(queue)) for queue in queues]
        if self.doctor_id.data in {queue.doctor_id for queue in queues}:
            return
        if self.errors and self.doctor_id.data:
            # Who was refused stays chosen, and nobody else is.
            self.doctor_id.choices += list_doctor_names({self.doctor_id.data}).items()
        else:
            self.doctor_id.data = queues[0].doctor_id if queues else None


def queue_in_words(queue: Queue) -> str:
    """Dr. Drever · 2 waiting, 1 in progress."""
    if not queue.works:
        text = gettext("not working now")
    elif not (queue.waiting or queue.begun):
        text = gettext("nobody waiting")
    else:
        text = ngettext("%(num)s waiting", "%(num)s waiting", queue.waiting)
        if queue.begun:
            text += ", " + ngettext("%(num)s in progress", "%(num)s in progress", queue.begun)
    return f"{queue.doctor} · {text}"
