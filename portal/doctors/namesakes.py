"""Doctors of one name: whether there is one already, and what tells those apart who are shown."""

from collections.abc import Collection, Iterator

from sqlalchemy import func, select

from portal.db import session
from portal.schema.doctors import Doctor
from portal.tenancy.context import request_context

# More than any clinic has.
MOST = 100_000


def has_namesake(first_name: str, last_name: str) -> bool:
    """Whether a living doctor has this name, however it is capitalised."""
    same = select(Doctor.id).where(
        Doctor.tenant_id == request_context().tenant_id,
        Doctor.deleted_at.is_(None),
        func.lower(Doctor.first_name) == first_name.lower(),
        func.lower(Doctor.last_name) == last_name.lower(),
    )
    return session.scalar(select(same.exists())) or False


def shown_names(*, besides: int | None = None) -> set[str]:
    """The names under which living doctors are shown, without the one that is changed."""
    statement = select(func.lower(Doctor.display_name)).where(
        Doctor.tenant_id == request_context().tenant_id, Doctor.deleted_at.is_(None)
    )
    if besides is not None:
        statement = statement.where(Doctor.id != besides)
    with session.no_autoflush:
        return set(session.scalars(statement.order_by(Doctor.id).limit(MOST)))


def told_apart(
    first_name: str, last_name: str, specialty: str | None, taken: Collection[str]
) -> str:
    """The shortest name under which nobody else is shown: Dr. Abbott, Dr. Abbott (Jane).

    >>> told_apart("Jane", "Abbott", None, {"dr. abbott"})
    'Dr. Abbott (Jane)'
    """
    names = _names(first_name, last_name, specialty)
    return next(name for name in names if name.lower() not in taken)


def _names(first_name: str, last_name: str, specialty: str | None) -> Iterator[str]:
    yield f"Dr. {last_name}"
    yield f"Dr. {last_name} ({first_name})"
    if specialty:
        yield f"Dr. {last_name} ({first_name}, {specialty})"
    for number in range(2, MOST):
        yield f"Dr. {last_name} ({first_name}, {number})"
