"""Reading facilities. Somebody who is limited to some facilities sees only those."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select

from portal.db import db, session
from portal.facilities.models import Facility
from portal.refusals import NotFound
from portal.tenancy.context import facts

LIVE = ("scheduled", "checked_in", "in_progress")


def list_facilities(*, limit: int = 200, offset: int = 0) -> Sequence[Facility]:
    """The open facilities, by name."""
    ordered = _open_here().order_by(Facility.name, Facility.id).limit(limit).offset(offset)
    return session.scalars(ordered).all()


def get_facility(facility_id: int) -> Facility:
    """An open facility. Raises NotFound."""
    found = session.scalar(_open_here().where(Facility.id == facility_id))
    if found is None:
        raise NotFound
    return found


def find_facility(slug: str) -> Facility | None:
    """The open facility with this short name."""
    return session.scalar(_open_here().where(Facility.slug == slug))


def count_facilities() -> int:
    """How many facilities the clinic has open, whoever asks."""
    living = select(func.count()).select_from(Facility).where(Facility.deleted_at.is_(None))
    return session.scalar(living) or 0


def count_live_visits(facility_id: int) -> int:
    """How many visits there are booked or under way.

    Visits belong to a higher area, which this one does not import: it asks for its table by name.
    """
    visits = db.metadata.tables["appointments"]
    counted = select(func.count()).select_from(visits)
    here = counted.where(visits.c.facility_id == facility_id, visits.c.status.in_(LIVE))
    return session.scalar(here) or 0


def _open_here() -> Select[Facility]:
    living = select(Facility).where(Facility.deleted_at.is_(None))
    scope = facts().facility_ids
    return living if scope is None else living.where(Facility.id.in_(scope))
