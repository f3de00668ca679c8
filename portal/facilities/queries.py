"""Reading facilities.

Row security shows somebody who is limited to some facilities only those.
"""

from collections.abc import Sequence

from sqlalchemy import Select, func, select

from portal.db import session
from portal.facilities.models import Facility
from portal.refusals import NotFound

OPEN = select(Facility).where(Facility.deleted_at.is_(None))
CLOSED = select(Facility).where(Facility.deleted_at.is_not(None))


def list_facilities(*, limit: int = 200, offset: int = 0) -> Sequence[Facility]:
    """The open facilities, by name."""
    ordered = OPEN.order_by(Facility.name, Facility.id).limit(limit).offset(offset)
    return session.scalars(ordered).all()


def list_closed(*, limit: int = 200, offset: int = 0) -> Sequence[Facility]:
    """The closed facilities, by name; one that was opened and closed again is there twice."""
    ordered = CLOSED.order_by(Facility.name, Facility.id).limit(limit).offset(offset)
    return session.scalars(ordered).all()


def get_closed(facility_id: int) -> Facility:
    """A closed facility. Raises NotFound."""
    return _one(CLOSED, facility_id)


def get_facility(facility_id: int) -> Facility:
    """An open facility. Raises NotFound."""
    return _one(OPEN, facility_id)


def _one(those: Select[Facility], facility_id: int) -> Facility:
    found = session.scalar(those.where(Facility.id == facility_id))
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
