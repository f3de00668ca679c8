"""Visits that repeat: their dates before anything is booked."""

from dataclasses import replace

from flask import Response, request
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.appointments.commands.refusal import refusal
from portal.appointments.commands.series import repeat_appointment
from portal.appointments.forms.booking import BookingForm
from portal.appointments.forms.series import RepeatForm, refuse_start
from portal.appointments.queries.series import get_series, list_series_visits
from portal.appointments.queries.visits import get_appointment
from portal.appointments.rules.series import InSeriesAlready, NotAllBooked, SeriesAtOwnTime
from portal.appointments.screens.act_messages import say_done
from portal.appointments.screens.series import Dates, dates_of, offer_of
from portal.appointments.screens.visit import visit_page
from portal.appointments.views.blueprint import bp
from portal.appointments.views.visits import answer
from portal.auth.permissions import permission
from portal.facilities.queries import zone_of
from portal.scheduling.openings.listing import OpeningQuery, find_opening
from portal.scheduling.slots.queries import get_slot
from portal.schema.appointments import Appointment
from portal.schema.facilities import Facility
from portal.services.queries.catalogue import get_offering
from portal.web.answers import form_page
from portal.web.filters import longdate

PAGE, FORM = "appointments/repeat.html", "appointments/_repeat.html"
# What the preview of a booking does not carry along: it has its own.
NOT_KEPT = frozenset({"csrf_token", "show", "repeat", "starts", "held_slot_id"})


@bp.route("/appointments/<int:appointment_id>/series", methods=["GET", "POST"])
@permission("appointments.book")
def repeat(appointment_id: int) -> Response:
    visit, form = get_appointment(appointment_id), RepeatForm()
    dates = None
    if form.validate_on_submit():
        with form.command_errors():
            if form.books and (booked := _repeated(visit, form)):
                return booked
            dates = _dates(visit, form)
    card = visit_page(visit, get_offering(visit.service_offering_id).service_id)
    return form_page(PAGE, FORM, form, visit=card, dates=dates)


def preview(form: BookingForm, facility: Facility) -> Dates:
    """The dates of a booking that repeats; raises what a booking of the first would."""
    if form.own_time:
        raise SeriesAtOwnTime
    details = form.details(facility)
    slot = get_slot(details.slot_id or 0)
    wanted = OpeningQuery(offering_id=details.offering_id, plan_id=details.plan_id, slot_id=slot.id)
    first = find_opening(wanted, slot.start_at)
    if first is None:
        raise refusal(replace(wanted, slot_id=None), slot.start_at, chosen=True)
    return dates_of(first, details.plan_id, form.chosen_repeat(), patient_id=form.chosen_patient,
                    chosen=form.starts.data or {})  # fmt: skip


def kept() -> list[tuple[str, str]]:
    """The typed values, for the form that comes after it."""
    return [each for each in request.form.items(multi=True) if each[0] not in NOT_KEPT]


def say_booked(visit: Appointment) -> None:
    """How many there are now, and which dates were left out."""
    series = get_series(visit.appointment_series_id or 0)
    count = len(list_series_visits(series.id))
    what = ngettext("%(num)s appointment booked", "%(num)s appointments booked", count)
    if series.skipped:
        days = "; ".join(longdate(day) for day in series.skipped)
        what = _("%(booked)s (not booked: %(days)s)", booked=what, days=days)
    say_done(visit, what, brief=True)


def _repeated(visit: Appointment, form: RepeatForm) -> Response | None:
    """The visit of the new series; None when a start is gone, which the form says."""
    try:
        repeat_appointment(visit, form.details())
    except NotAllBooked as gone:
        refuse_start(form, gone, zone_of(visit.facility_id))
        return None
    say_booked(visit)
    return answer(visit)


def _dates(visit: Appointment, form: RepeatForm) -> Dates:
    if visit.appointment_series_id is not None:
        raise InSeriesAlready
    return dates_of(offer_of(visit), visit.insurance_plan_id, form.chosen_repeat(),
                    patient_id=visit.patient_id, chosen=form.starts.data or {})  # fmt: skip
