"""/appointments/starts: the next free starts, over doctors and facilities, earliest first."""

from datetime import timedelta

from flask import Response, request

from portal import clock
from portal.appointments.forms.choices import usual_service
from portal.appointments.forms.finding import FindForm
from portal.appointments.screens.find import found_starts
from portal.appointments.views.blueprint import bp
from portal.appointments.views.on_screen import facility_asked
from portal.auth.permissions import permission
from portal.scheduling.openings.listing import list_openings
from portal.scheduling.times import local_date
from portal.web.answers import form_page

USUAL, MOST_SHOWN = timedelta(days=13), 60


@bp.get("/appointments/starts")
@permission("appointments.book")
def starts() -> Response:
    """Nothing about a patient is asked here, so that the address may hold all of it."""
    facility = facility_asked()
    today = local_date(clock.now(), facility.timezone)
    formdata = request.args if "service_id" in request.args else None
    usual = {"first_day": today, "last_day": today + USUAL, "at_facility_id": facility.id}
    form = FindForm(formdata=formdata, data=usual, meta={"csrf": False})
    if formdata is None:
        form.service_id.data = usual_service(facility, None)
    form.set_choices(facility)
    found = None
    if form.validate() if formdata is not None else form.service_id.data is not None:
        first, last = form.days(today)
        offers = list_openings(form.wanted(), first_date=first, days=(last - first).days + 1,
                             limit=MOST_SHOWN)  # fmt: skip
        found = found_starts(offers, form.insurance_plan_id.data)
    return form_page("appointments/starts.html", "appointments/_found.html", form,
                     facility=facility, found=found, most=MOST_SHOWN)  # fmt: skip
