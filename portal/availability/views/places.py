"""/availability/: whose hours and where; and one doctor's hours at one facility."""

from datetime import date, timedelta
from typing import Any

from flask import Response, request

from portal import clock
from portal.auth.permissions import permission
from portal.availability import queries
from portal.availability.screens.changes import clock_changes
from portal.availability.screens.week import WeekFacts, monday_of, week_of
from portal.availability.screens.words import gap_words, hours_of, weekday_names
from portal.availability.views.blueprint import bp
from portal.scheduling.times import MIDNIGHT, Span, instant, local_date
from portal.services.queries import list_offerings
from portal.web.answers import page
from portal.web.days import day_asked
from portal.web.pagination import Listing, window_from


@bp.get("/")
@permission("availability.see")
def index() -> Response:
    window = window_from(request.args.get("page"))
    query = request.args.get("q", "").strip()
    fetched = queries.search_places(query=query, limit=window.limit, offset=window.offset)
    listing = Listing.of(fetched, window)
    return page(
        "availability/index.html", "availability/_places.html", listing=listing, query=query
    )


@bp.get("/<int:place_id>")
@permission("availability.see")
def show(place_id: int) -> Response:
    place = queries.get_place(place_id)
    return page("availability/show.html", "availability/_week.html", **around(place))


def around(place: queries.PlaceRow) -> dict[str, Any]:
    """A place's page: its rules, the week that is asked for, the exceptions to come."""
    today = local_date(clock.now(), place.zone)
    first = monday_of(day_asked("week") or today)
    rules = queries.list_rules(doctor_id=place.doctor_id, facility_id=place.facility_id)
    offerings = list_offerings(doctor_id=place.doctor_id, facility_id=place.facility_id)
    return {
        "place": place,
        "rules": sorted(rules, key=lambda rule: ((rule.day_of_week - 1) % 7, rule.start_time)),
        "services": {offering.id: offering.service_name for offering in offerings},
        "days": _week(place, first, rules),
        "first": first, "today": today,
        "before": first - timedelta(days=7), "after": first + timedelta(days=7),
        "exceptions": queries.search_exceptions(
            doctor_id=place.doctor_id, facility_id=place.facility_id, limit=50
        ),
        "clock_changes": clock_changes(place.zone),
        "hours_of": hours_of, "gap_words": gap_words, "weekdays": weekday_names(),
    }  # fmt: skip


def _week(place: queries.PlaceRow, first: date, rules: Any) -> Any:
    span = Span(
        instant(first, MIDNIGHT, place.zone),
        instant(first + timedelta(days=7), MIDNIGHT, place.zone),
    )
    exceptions = queries.list_exceptions(
        start_at=span.start, end_at=span.end, doctor_id=place.doctor_id,
        facility_id=place.facility_id,
    )  # fmt: skip
    slots = queries.week_slots(place.doctor_id, place.facility_id, first)
    return week_of(first, WeekFacts(place.zone, rules, exceptions, slots), clock.now())
