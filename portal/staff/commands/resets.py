"""A lost second factor: taken away when two people who see to the staff say so."""

from datetime import timedelta

from sqlalchemy import Update, func, update

from portal.audit.notes import note
from portal.auth.commands.factor import forget_factor
from portal.auth.commands.sessions import my_id
from portal.auth.vouching import vouch
from portal.db import session
from portal.errors import N_, Conflict, DomainError, NotFound, refusing
from portal.schema.accounts import User
from portal.schema.staff import FactorReset
from portal.staff import queries
from portal.staff.commands.authority import (
    NotYourself,
    require_owner_for_owners,
    require_within,
)
from portal.staff.commands.people import make_link

RESET_LASTS = timedelta(hours=24)


class NothingToReset(DomainError):
    message = N_("This person has no second factor.")


class ResetAskedAlready(Conflict):
    message = N_("A reset was asked for already. Somebody else has to approve it.")


class AccountDisabled(DomainError):
    message = N_("This account is disabled. Restore access first.")


class ResetOver(Conflict):
    message = N_("This reset was approved or withdrawn already. Ask for another if it is needed.")


class ResetExpired(Conflict):
    message = N_("This reset was asked for more than a day ago. Ask for it again.")


class OneIsNotEnough(DomainError):
    """Whoever asked does not approve."""

    message = N_("You asked for this reset yourself. Somebody else has to approve it.")


def ask_for_reset(user: User, reason: str) -> FactorReset:
    """Ask that somebody's second factor be taken away; another person has a day to approve it.

    Raises:
        NotYourself, WorksElsewhereToo, OwnersOnly, AccountDisabled, NothingToReset, AskedAlready
    """
    _require_another(user)
    _require_something(user)
    vouch("factor_resets", "UPDATE", {"user_id": user.id, "approved_by": None})
    session.execute(_ending(user).where(FactorReset.expires_at <= func.now()))
    reset = FactorReset(
        user_id=user.id, asked_by=my_id(), reason=reason, expires_at=func.now() + RESET_LASTS
    )
    with refusing({"uq_factor_resets_user_id": ResetAskedAlready}):
        session.add(reset)
    note("factor-reset.asked", table="users", record=user.id, reason=reason)
    return reset


def approve_reset(user: User) -> str:
    """Take somebody's second factor and password away, as another person asked.

    Returns:
        The token of a one-time link by which the person begins again.

    Raises:
        NotFound: nobody ever asked.
        NotYourself, WorksElsewhereToo, OwnersOnly, AccountDisabled, ResetOver, ResetExpired,
        OneIsNotEnough
    """
    _require_another(user)
    reset = _waiting(user)
    _require_something(user)
    if reset.asked_by == my_id():
        raise OneIsNotEnough
    reset.approved_by, reset.ended_at = my_id(), func.now()
    return _begin_again(user, "approved")


def withdraw_reset(user: User) -> None:
    """Leave somebody's second factor as it is.

    Raises:
        NotFound, WorksElsewhereToo, OwnersOnly, ResetOver, ResetExpired
    """
    require_within(user)
    require_owner_for_owners(user, user.role)
    reset = _waiting(user)
    reset.ended_at = func.now()
    session.flush()
    note("factor-reset.withdrawn", table="users", record=user.id)


def reset_by_operator(user: User) -> str:
    """Reset a factor where a clinic has nobody else: the operator answers for it.

    Returns:
        The token of a one-time link.

    Raises:
        AccountDisabled, NothingToReset
    """
    _require_something(user)
    session.execute(_ending(user))
    session.add(
        FactorReset(user_id=user.id, reason="operator", expires_at=func.now(), ended_at=func.now())
    )
    return _begin_again(user, "operator")


def _require_another(user: User) -> None:
    if user.id == my_id():
        raise NotYourself
    require_within(user)
    require_owner_for_owners(user, user.role)


def _require_something(user: User) -> None:
    if user.status == "disabled":
        raise AccountDisabled
    if not queries.has_factor(user.id):
        raise NothingToReset


def _waiting(user: User) -> FactorReset:
    """The reset that waits for approval; of two who end it at once, the second is too late."""
    last = queries.find_last_reset(user.id)
    if last is None:
        raise NotFound
    if last.ended_at is not None:
        raise ResetOver
    if queries.find_reset(user.id) is None:
        raise ResetExpired
    return last


def _ending(user: User) -> Update:
    """That no reset waits any longer."""
    waiting = update(FactorReset).where(
        FactorReset.user_id == user.id, FactorReset.ended_at.is_(None)
    )
    return waiting.values(ended_at=func.now())


def _begin_again(user: User, how: str) -> str:
    """Whoever knows the password is not let in by it alone: the mailed link is the way back."""
    forget_factor(user.id)
    user.status, user.password_hash = "invited", None
    session.flush()
    note("factor-reset.done", table="users", record=user.id, reason=how)
    return make_link(user)
