"""Reading facilities.

Row security shows somebody who is limited to some facilities only those.
"""

from collections.abc import Sequence

from sqlalchemy import func, select

from portal.db import db, session
from portal.facilities.models import Facility
from portal.refusals import NotFound

OPEN = select(Facility).where(Facility.deleted_at.is_(None))
LIVE = ("scheduled", "checked_in", "in_progress")


def list_facilities(*, limit: int = 200, offset: int = 0) -> Sequence[Facility]:
    """The open facilities, by name."""
    ordered = OPEN.order_by(Facility.name, Facility.id).limit(limit).offset(offset)
    return session.scalars(ordered).all()


def get_facility(facility_id: int) -> Facility:
    """An open facility. Raises NotFound."""
    found = session.scalar(OPEN.where(Facility.id == facility_id))
    if found is None:
        raise NotFound
    return found


def find_facility(slug: str) -> Facility | None:
    """The open facility with this short name."""
    return session.scalar(OPEN.where(Facility.slug == slug))


def count_facilities() -> int:
    """How many facilities are open."""
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
