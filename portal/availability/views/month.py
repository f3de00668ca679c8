"""/availability/exceptions/month: a facility's exceptions on a calendar."""

from flask import Response, request

from portal import clock
from portal.auth.permissions import permission
from portal.availability.queries.exceptions import MOST_IN_A_MONTH, list_touching
from portal.availability.screens.month import Month, spread
from portal.availability.views.blueprint import bp
from portal.facilities.queries import get_facility, list_choices
from portal.scheduling.times import local_date
from portal.web.answers import page
from portal.web.days import month_asked
from portal.web.forms.fields import record_number


@bp.get("/exceptions/month")
@permission("availability.see")
def month() -> Response:
    facilities = list_choices()
    number = record_number(request.args.get("facility"))
    facility = get_facility(number) if number else next(iter(facilities), None)
    if facility is None:
        return page("availability/month.html", "availability/_month.html", facility=None)
    today = local_date(clock.now(), facility.timezone)
    shown_month = Month(month_asked() or today.replace(day=1), facility.timezone)
    query = request.args.get("q", "").strip()
    found = list_touching(shown_month.span, facility_id=facility.id, query=query)
    return page(
        "availability/month.html", "availability/_month.html", facility=facility, today=today,
        facilities=facilities, month=shown_month, query=query, weeks=spread(shown_month, found),
        cut=len(found) > MOST_IN_A_MONTH,
    )  # fmt: skip
