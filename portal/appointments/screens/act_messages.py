"""Messages about what was done to visits: who, what, when, with a way back and a link."""

from collections.abc import Sequence
from datetime import timedelta

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock
from portal.appointments.act_labels import UNDONE, Called, called
from portal.appointments.queries.acts import last_act, list_acts
from portal.appointments.queries.visits import get_appointment, get_context
from portal.appointments.screens.act_steps import undone_of
from portal.facilities.queries import zone_of
from portal.patients.queries.records import find_patient
from portal.scheduling.times import local_date
from portal.schema.acts import AppointmentAct
from portal.schema.appointments import Appointment
from portal.web.filters import hhmm, localtime, shortdate, weekdayname
from portal.web.messages import PATIENT, toast

# Longer apart, a registration and a booking are two acts of somebody at a desk.
ONE_REQUEST = timedelta(seconds=15)


def say_done(
    visit: Appointment, what: str, *, brief: bool = False, besides: Sequence[str] = ()
) -> None:
    """Say what was done to a visit just now, with a way back.

    Args:
        visit: the visit; of several that were done together, one.
        what: what was done, in words.
        brief: `what` says when and with whom already, or there are several.
        besides: what is not as usual about it.
    """
    text = _("%(what)s: %(who)s", what=what, who=PATIENT) if brief else _about(visit, what)
    text = ". ".join((text, *besides))
    toast(text, undo=last_done(visit), patient=visit.patient_id, link=_link(visit))


def say_together(visits: Sequence[Appointment], text: str) -> None:
    """Say what was done to several people's visits as one act, with a way back."""
    toast(text, undo=last_done(visits[0]) if visits else None)


def say_undone(done: Sequence[AppointmentAct]) -> None:
    """Say what is so again after something was taken back."""
    visit, group = get_appointment(done[-1].appointment_id), done[-1].group_uid
    undoes = None if list_acts(group) else str(group)
    above, several = called([group]).get(group), len({act.appointment_id for act in done}) > 1
    patient = _one_patient(done) if several and not above else visit.patient_id
    if above or several:
        text = _of_several(done, above, patient)
    elif done[-1].kind == "move":
        text = _("Back to %(when)s with %(doctor)s: %(who)s", who=PATIENT, when=when(visit),
                 doctor=get_context(visit).doctor_name)  # fmt: skip
    else:
        text = _about(visit, undone_of(done[-1]))
    if _registered_with(done[-1], visit):
        text = _("%(undone)s. The patient's record, which was registered with it, stays.",
                 undone=text)  # fmt: skip
        chart = url_for("patients.show", patient_id=visit.patient_id)
        toast(text, "info", patient=visit.patient_id, link=chart, link_text=_("Chart"),
              undoes=undoes)  # fmt: skip
    elif above or several:
        toast(text, "info", patient=patient, undoes=undoes)
    else:
        toast(text, "info", patient=patient, link=_link(visit), undoes=undoes)


def _of_several(done: Sequence[AppointmentAct], above: Called | None, patient: int | None) -> str:
    """Acts taken back, of whom if it is one, and the state of how many appointments."""
    booked = {act.appointment_id for act in done if act.before is None}
    if booked:
        now = ngettext("%(num)s appointment is cancelled", "%(num)s appointments are cancelled",
                       len(booked))  # fmt: skip
    else:
        now = ngettext("%(num)s changed appointment is as it was",
                       "%(num)s changed appointments are as they were",
                       len({act.appointment_id for act in done}))  # fmt: skip
    if above:
        return str(_("%(what)s: %(now)s", what=above.undone, now=now))
    kind = "repeat" if booked and patient else done[-1].kind
    what = _(UNDONE[kind])
    if patient is None:
        return str(_("%(what)s: %(now)s", what=what, now=now))
    return str(_("%(what)s for %(who)s: %(now)s", what=what, who=PATIENT, now=now))


def _one_patient(done: Sequence[AppointmentAct]) -> int | None:
    """Whose appointments all of them are; None for several people's."""
    ids = {get_appointment(act.appointment_id).patient_id for act in done}
    return ids.pop() if len(ids) == 1 else None


def _registered_with(act: AppointmentAct, visit: Appointment) -> bool:
    """Whether the booking that is taken back had registered its patient, in the same request."""
    if act.before is not None:
        return False
    patient = find_patient(visit.patient_id)
    return patient is not None and abs(act.done_at - patient.created_at) < ONE_REQUEST


def last_done(visit: Appointment) -> str | None:
    """The name of the last act on a visit; a message about the act has it too."""
    act = last_act(visit.id)
    return str(act.group_uid) if act else None


def when(visit: Appointment) -> str:
    """Its time; on another day than today the day as well."""
    zone = zone_of(visit.facility_id)
    start = localtime(visit.start_at, zone)
    if start.date() == local_date(clock.now(), zone):
        return hhmm(start)
    return f"{weekdayname(start)}, {shortdate(start)}, {hhmm(start)}"


def _about(visit: Appointment, what: str) -> str:
    doctor = get_context(visit).doctor_name
    return str(_("%(what)s: %(who)s, %(when)s, %(doctor)s", what=what, who=PATIENT,
                 when=when(visit), doctor=doctor))  # fmt: skip


def _link(visit: Appointment) -> str:
    return url_for("appointments.show", appointment_id=visit.id)
