"""Reading facilities.

Row security shows somebody who is limited to some facilities only those.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.selectable import LateralFromClause

from portal import clock
from portal.db import column_by_id, session, state
from portal.errors import NotFound
from portal.registry.lines import MOST, plain
from portal.schema.facilities import Facility
from portal.sorting import containing
from portal.telephones import Countries, country_of
from portal.tenancy.context import request_context


class FacilityName(NamedTuple):
    """A facility in lists and choices."""

    id: int
    name: str
    timezone: str


OPEN = select(Facility).where(Facility.deleted_at.is_(None))
CLOSED = select(Facility).where(Facility.deleted_at.is_not(None))


def list_facilities(*, limit: int = 200, offset: int = 0) -> Sequence[Facility]:
    """The open facilities, by name."""
    ordered = OPEN.order_by(Facility.sort_name, Facility.id).limit(limit).offset(offset)
    return session.scalars(ordered).all()


def list_choices(*, limit: int = 200) -> list[FacilityName]:
    """The open facilities by name, as a form offers them: without all else that is known."""
    named = OPEN.with_only_columns(Facility.id, Facility.name, Facility.timezone)
    named = named.order_by(Facility.sort_name, Facility.id)
    return [FacilityName._make(row) for row in session.execute(named.limit(limit))]


def find_facilities(
    query: str, limit: int, *, besides: Select[int] | None = None, only: int | None = None
) -> list[FacilityName]:
    """The first open facilities with these words in their name, but for some; or the one asked."""
    named = OPEN.with_only_columns(Facility.id, Facility.name, Facility.timezone)
    found = named.where(*containing(query, Facility.name))
    if only is not None:
        found = found.where(Facility.id == only)
    if besides is not None:
        found = found.where(Facility.id.not_in(besides))
    ordered = found.order_by(Facility.sort_name, Facility.id).limit(limit)
    return [FacilityName._make(row) for row in session.execute(ordered)]


def list_facility_names(ids: Collection[int]) -> dict[int, str]:
    """The name of each of these facilities, open or closed."""
    return column_by_id(Facility.id, Facility.name, ids)


def list_states(ids: Collection[int]) -> dict[int, tuple[str, bool]]:
    """The name of each of these facilities that this person sees, and whether it is open."""
    named = select(Facility.id, Facility.name, Facility.deleted_at.is_(None)).where(
        Facility.tenant_id == request_context().tenant_id, Facility.id.in_(ids)
    )
    return {row[0]: (row[1], row[2]) for row in session.execute(named)}


def list_facility_ids() -> list[int]:
    """Every open facility."""
    return list(session.scalars(OPEN.with_only_columns(Facility.id).order_by(Facility.id)))


def list_closed(*, limit: int = 200, offset: int = 0) -> Sequence[Facility]:
    """The closed facilities, by name; one that was opened and closed again is there twice."""
    ordered = CLOSED.order_by(Facility.sort_name, Facility.id).limit(limit).offset(offset)
    return session.scalars(ordered).all()


def get_closed(facility_id: int) -> Facility:
    """A closed facility. Raises NotFound."""
    return _one(CLOSED, facility_id)


def get_facility(facility_id: int) -> Facility:
    """An open facility. Raises NotFound."""
    return _one(OPEN, facility_id)


def get_any_facility(facility_id: int) -> Facility:
    """A facility, open or closed. Raises NotFound, also of one that this person does not see."""
    return _one(select(Facility), facility_id)


def _one(those: Select[Facility], facility_id: int) -> Facility:
    found = session.scalar(those.where(Facility.id == facility_id))
    if found is None:
        raise NotFound
    return found


def find_facility(slug: str) -> Facility | None:
    """The open facility with this short name."""
    return session.scalar(OPEN.where(Facility.slug == slug))


def find_named(name: str) -> Facility | None:
    """The open facility with this name."""
    return session.scalar(OPEN.where(Facility.name == name))


def zone_of(facility_id: int) -> str:
    """The time zone of a facility, open or closed. Raises NotFound."""
    zone = session.scalar(
        select(Facility.timezone).where(
            Facility.tenant_id == request_context().tenant_id, Facility.id == facility_id
        )
    )
    if zone is None:
        raise NotFound
    return zone


def today_at(facility_id: int | None) -> date:
    """Today's date at a facility, open or closed; the clinic's where no facility is meant."""
    zone = select(Facility.timezone).where(
        Facility.tenant_id == request_context().tenant_id, Facility.id == facility_id
    )
    known = session.scalar(zone) if facility_id is not None else None
    return clock.today_in(known or request_context().timezone)


def countries() -> Countries:
    """Where telephone numbers are at home: the clinic's country, then those of its facilities.

    Asked once a transaction, since every number that is compared wants to know.
    """
    known = state().countries
    if known is None or known[0] is not request_context():
        places = select(Facility.locale, Facility.timezone).where(
            Facility.tenant_id == request_context().tenant_id, Facility.deleted_at.is_(None)
        )
        rows = session.execute(places.distinct().order_by(Facility.timezone, Facility.locale))
        found = [country_of(None, request_context().timezone), *(country_of(*row) for row in rows)]
        known = state().countries = (request_context(), tuple(dict.fromkeys(filter(None, found))))
    found_before: Countries = known[1]
    return found_before


def open_facility_of(facility_id: InstrumentedAttribute[int]) -> LateralFromClause:
    """The names and zone of the open facility with this number, to join a long list with.

    Row security has the planner expect hardly any facility; joined as a table, it would take the
    whole list for a few rows and look up one by one whatever else is joined with it. Of a look-up
    with a limit it expects one row each.
    """
    open_facility = select(Facility.name, Facility.timezone, Facility.sort_name).where(
        Facility.tenant_id == request_context().tenant_id,
        Facility.id == facility_id,
        Facility.deleted_at.is_(None),
    )
    return open_facility.limit(1).lateral("facility")


def count_facilities() -> int:
    """How many facilities are open; locked, so that the last two are not closed at once."""
    living = select(Facility.id).where(Facility.deleted_at.is_(None)).order_by(Facility.id)
    return len(session.scalars(living.with_for_update(key_share=True)).all())


def facilities_by_name() -> dict[str, int]:
    """The open facilities that the person reaches, by name and by short name."""
    own = request_context().facility_ids
    reached = [each for each in list_facilities(limit=MOST) if own is None or each.id in own]
    return {plain(name): each.id for each in reached for name in (each.name, each.slug)}
