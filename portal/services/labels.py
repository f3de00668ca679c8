"""Services as a form offers them; and those a record still has, with what became of them."""

from collections.abc import Collection
from typing import Any

from flask import url_for
from flask_babel import gettext

from portal.schema.services import Service
from portal.services.queries.catalogue import (
    find_services,
    list_offering_names,
    list_service_states,
)
from portal.services.queries.searching import PlaceName, find_places_without
from portal.web.forms.fields import record_number
from portal.web.forms.picking import FoundRecord, Source


def services(facility_id: int | None = None) -> Source:
    """The clinic's services, or those of a facility, by category with their minutes."""

    def find(query: str, limit: int, *, only: Any = None) -> list[FoundRecord]:
        found = find_services(query, limit, facility_id=facility_id, only=only)
        return [FoundRecord(each.id, _with_minutes(each), _category(each)) for each in found]

    return Source(find, url_for("services.choices", facility=facility_id))


def places_without(service_id: int) -> Source:
    """The places, as `doctor-facility`, where nobody was told yet how a service is offered."""

    def find(query: str, limit: int, *, only: Any = None) -> list[FoundRecord]:
        doctor, _dash, facility = (only or "").partition("-")
        pair = record_number(doctor) or 0, record_number(facility) or 0
        found = find_places_without(service_id, query, limit, only=pair if only else None)
        return [FoundRecord(f"{each.doctor_id}-{each.facility_id}", _at(each)) for each in found]

    return Source(find, url_for("services.place_choices", service_id=service_id))


def _at(location: PlaceName) -> str:
    names = {"doctor": location.doctor, "facility": location.facility}
    return str(gettext("%(doctor)s at %(facility)s", **names))


def _with_minutes(service: Service) -> str:
    minutes = service.default_duration_minutes
    return str(gettext("%(name)s (%(minutes)s min)", name=service.name, minutes=minutes))


def _category(service: Service) -> str:
    return service.category or str(gettext("Services"))


def service_words(ids: Collection[int]) -> dict[int, str]:
    """Each of these services by its name, "(retired)" where it is."""
    states = list_service_states(ids)
    return {
        each: gettext("%(name)s (retired)", name=name) if retired else name
        for each, (name, retired) in states.items()
    }


def offering_words(ids: Collection[int]) -> dict[int, str]:
    """The services of these offerings, which are stopped, or whose service is retired."""
    return {
        each: gettext("%(name)s (no longer offered)", name=name)
        for each, name in list_offering_names(ids).items()
    }
