"""Reading about staff."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, text

from portal.db import session
from portal.errors import NotFound
from portal.schema.accounts import Passkey, User, UserFactor, UserSession
from portal.schema.staff import FactorReset, UserFacility

# Facilities are a higher area; of theirs, staff need the names alone.
FACILITIES = text("SELECT id, name FROM facilities WHERE deleted_at IS NULL ORDER BY sort_name, id")

BEYOND = text("SELECT works_beyond(:user_id)")
NAMED = text("SELECT id, name, deleted_at IS NULL AS is_open FROM facilities WHERE id = ANY(:ids)")


def get_user_by_email(email: str) -> User:
    """A member of staff. Raises NotFound."""
    found = session.scalar(select(User).where(func.lower(User.email) == email.lower()))
    if found is None:
        raise NotFound
    return found


def has_email(email: str) -> bool:
    """Whether somebody of the clinic has it."""
    return (
        session.scalar(select(User.id).where(func.lower(User.email) == email.lower())) is not None
    )


def list_users(*, limit: int, offset: int) -> Sequence[Any]:
    """The clinic's staff by name."""
    order = (User.sort_name, User.id)
    page = select(User.id).order_by(*order).limit(limit).offset(offset).subquery()
    return session.execute(_rows().join(page, page.c.id == User.id).order_by(*order)).all()


def get_row(user_id: int) -> Any:
    """One of those rows. Raises NotFound."""
    found = session.execute(_rows().where(User.id == user_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def list_facilities() -> list[tuple[int, str]]:
    """Id and name of each open facility, by name."""
    return [(row.id, row.name) for row in session.execute(FACILITIES)]


def list_states(ids: Collection[int]) -> dict[int, tuple[str, bool]]:
    """The name of each of these facilities, and whether it is open."""
    return {row.id: (row.name, row.is_open) for row in session.execute(NAMED, {"ids": list(ids)})}


def facility_ids_of(user_id: int) -> list[int]:
    """The facilities somebody is limited to; none means every one."""
    found = select(UserFacility.facility_id).where(UserFacility.user_id == user_id)
    return list(session.scalars(found.order_by(UserFacility.facility_id)))


def works_beyond(user_id: int) -> str | None:
    """Whether somebody works where the present person does not: `some` facilities, `all`, or None.

    None also for whoever sees every facility.
    """
    found: str | None = session.scalar(BEYOND, {"user_id": user_id})
    return found


def has_factor(user_id: int) -> bool:
    """Whether somebody has an authenticator or a passkey."""
    return session.execute(select(_factor_of(user_id))).scalar_one()


def find_reset(user_id: int) -> FactorReset | None:
    """The reset of somebody's second factor that waits for approval."""
    return session.scalar(_open_resets().where(FactorReset.user_id == user_id))


def find_last_reset(user_id: int) -> FactorReset | None:
    """The reset of somebody's second factor that was asked for last, locked."""
    of_theirs = select(FactorReset).where(FactorReset.user_id == user_id)
    return session.scalar(of_theirs.order_by(FactorReset.id.desc()).limit(1).with_for_update())


def list_resets(*, limit: int = 20) -> Sequence[Any]:
    """Whose second factors wait for approval, the soonest to expire first."""
    waiting = select(User.id, User.name).join(
        FactorReset,
        (FactorReset.tenant_id == User.tenant_id) & (FactorReset.user_id == User.id),
    )
    found = waiting.where(FactorReset.ended_at.is_(None), FactorReset.expires_at > func.now())
    return session.execute(found.order_by(FactorReset.expires_at, User.id).limit(limit)).all()


def other_owners(user_id: int) -> int:
    """How many other owners can sign in; locked, so that two cannot leave at once."""
    owners = select(User.id).where(User.role == "owner", User.status == "active")
    found = session.scalars(owners.order_by(User.id).with_for_update()).all()
    return len([each for each in found if each != user_id])


def _rows() -> Select[Any]:
    live = (
        select(func.count())
        .where(
            UserSession.user_id == User.id,
            UserSession.revoked_at.is_(None),
            UserSession.expires_at > func.now(),
        )
        .scalar_subquery()
    )
    last_use = select(func.max(UserSession.last_seen_at)).where(UserSession.user_id == User.id)
    rows: Select[Any] = select(
        User.id, User.name, User.email, User.role, User.status, live.label("sessions"),
        last_use.scalar_subquery().label("seen_at"), _factor_of(User.id).label("has_factor"),
    )  # fmt: skip
    return rows


def _factor_of(user_id: Any) -> ColumnElement[bool]:
    return or_(
        *(
            select(model.id).where(model.user_id == user_id).correlate(User).exists()
            for model in (UserFactor, Passkey)
        )
    )


def _open_resets() -> Select[FactorReset]:
    return select(FactorReset).where(
        FactorReset.ended_at.is_(None), FactorReset.expires_at > func.now()
    )
