"""/availability/: whose hours and where; and one doctor's hours at one facility."""

from datetime import date, timedelta
from typing import Any

from flask import Response, request

from portal import clock
from portal.auth.permissions import permission
from portal.availability.queries.exceptions import search_exceptions
from portal.availability.queries.outlook import week_slots
from portal.availability.queries.places import PlaceRow, get_place, search_places
from portal.availability.queries.weekly import list_exceptions, list_rules
from portal.availability.screens.changes import clock_changes
from portal.availability.screens.labels import gap_words, hours_of, weekday_names
from portal.availability.screens.week import WeekFacts, monday_of, week_of
from portal.availability.views.blueprint import bp
from portal.scheduling.times import MIDNIGHT, Span, instant, local_date
from portal.services.queries.catalogue import list_offerings
from portal.web.answers import page
from portal.web.days import day_asked
from portal.web.pagination import Listing, window_from


@bp.get("/")
@permission("availability.see")
def index() -> Response:
    window = window_from(request.args.get("page"))
    query = request.args.get("q", "").strip()
    fetched = search_places(query=query, limit=window.limit, offset=window.offset)
    listing = Listing.of(fetched, window)
    return page(
        "availability/index.html", "availability/_places.html", listing=listing, query=query
    )


@bp.get("/<int:place_id>")
@permission("availability.see")
def show(place_id: int) -> Response:
    location = get_place(place_id)
    return page("availability/show.html", "availability/_week.html", **around(location))


def around(location: PlaceRow) -> dict[str, Any]:
    """A place's page: its rules, the week that is asked for, the exceptions to come."""
    today = local_date(clock.now(), location.zone)
    first = monday_of(day_asked("week") or today)
    rules = list_rules(doctor_id=location.doctor_id, facility_id=location.facility_id)
    offerings = list_offerings(doctor_id=location.doctor_id, facility_id=location.facility_id)
    return {
        "location": location,
        "rules": sorted(rules, key=lambda rule: ((rule.day_of_week - 1) % 7, rule.start_time)),
        "services": {offering.id: offering.service_name for offering in offerings},
        "days": _week(location, first, rules),
        "first": first, "today": today,
        "before": first - timedelta(days=7), "after": first + timedelta(days=7),
        "exceptions": search_exceptions(
            doctor_id=location.doctor_id, facility_id=location.facility_id, limit=50
        ),
        "clock_changes": clock_changes(location.zone),
        "hours_of": hours_of, "gap_words": gap_words, "weekdays": weekday_names(),
    }  # fmt: skip


def _week(location: PlaceRow, first: date, rules: Any) -> Any:
    span = Span(
        instant(first, MIDNIGHT, location.zone),
        instant(first + timedelta(days=7), MIDNIGHT, location.zone),
    )
    exceptions = list_exceptions(
        start_at=span.start, end_at=span.end, doctor_id=location.doctor_id,
        facility_id=location.facility_id,
    )  # fmt: skip
    slots = week_slots(location.doctor_id, location.facility_id, first)
    return week_of(first, WeekFacts(location.zone, rules, exceptions, slots), clock.now())
