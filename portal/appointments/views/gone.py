"""A day's cancelled appointments and no-shows, each to be booked again."""

from flask import Response

from portal import clock
from portal.appointments.labels import STATUS, why_cancelled
from portal.appointments.queries.gone import list_gone
from portal.appointments.views.blueprint import bp
from portal.appointments.views.on_screen import facility_asked
from portal.auth.permissions import permission
from portal.facilities.visits import MOST_SHOWN, list_visits
from portal.web.answers import page
from portal.web.days import day_asked


@bp.get("/appointments/cancelled")
@permission("appointments.see")
def cancelled() -> Response:
    facility = facility_asked()
    day = day_asked() or clock.today_in(facility.timezone)
    found = list_gone(facility.id, day, facility.timezone, limit=MOST_SHOWN + 1)
    gone = {each.id: each for each in found[:MOST_SHOWN]}
    return page("appointments/cancelled.html", "appointments/_cancelled.html", facility=facility,
                day=day, gone=gone, visits=list_visits(list(gone), phones=True), labels=STATUS,
                why_cancelled=why_cancelled, more=len(found) > MOST_SHOWN)  # fmt: skip
