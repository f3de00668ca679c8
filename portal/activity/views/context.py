"""Context of every list of entries besides the entries: names, numbers, labels, the zone."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask import Flask, url_for
from flask_login import current_user

from portal.activity.labels import OUTCOMES, action_words, actor_words, record_words
from portal.activity.queries.log import LogLine
from portal.activity.queries.people import names_of, numbers_of
from portal.activity.rules import is_instant
from portal.activity.views.blueprint import bp
from portal.facilities.queries import FacilityName, list_choices
from portal.registry.area import areas
from portal.tenancy.context import request_context
from portal.web.navigation import has_endpoint


def around(lines: Sequence[LogLine]) -> dict[str, Any]:
    """The names and numbers of the entries' people, for the templates."""
    return {
        "names": names_of(line.user_id for line in lines),
        "numbers": numbers_of(line.patient_id for line in lines),
    }


def zone_for(facilities: Iterable[FacilityName], facility_id: int | None = None) -> str:
    """The zone of the facility asked for, of the person's only one, or of the clinic."""
    zones = {facility.id: facility.timezone for facility in facilities}
    if facility_id in zones:
        return zones[facility_id]
    scoped = request_context().facility_ids is not None or len(zones) == 1
    return next(iter(zones.values())) if scoped and zones else request_context().timezone


def own_zone() -> str:
    """The zone of the person's only facility, or of the clinic: two facilities tell which."""
    return zone_for(list_choices(limit=2))


def record_address(table: str | None, record_id: int | None) -> str | None:
    """Where a record's page is, if it has one that this person may see."""
    screen = areas().screens.get(table or "")
    if screen is None or record_id is None or not has_endpoint(screen.endpoint):
        return None
    if not current_user.can(screen.right):
        return None
    values: dict[str, Any] = {screen.parameter: record_id}
    return url_for(screen.endpoint, **values)


@bp.record_once
def _give_templates_words(state: Any) -> None:
    app: Flask = state.app
    app.jinja_env.tests.update(instant=is_instant)
    app.jinja_env.filters.update(
        action_words=action_words, record_words=record_words, read_instant=datetime.fromisoformat
    )
    app.jinja_env.globals.update(
        actor_words=actor_words, record_address=record_address, outcome_words=OUTCOMES
    )
