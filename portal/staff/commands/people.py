"""Clinic groups begin here, and their staff come in: invited by a link, or made with a password."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import bindparam, delete, func, text, update
from sqlalchemy.dialects.postgresql import JSONB

from portal.auth import passwords, rules
from portal.auth.commands.sessions import end_sessions, spend_links
from portal.auth.commands.signing_in import require_length
from portal.auth.queries import has_password
from portal.auth.vouching import vouch
from portal.db import session
from portal.errors import N_, Conflict, DomainError, all_of, refusing
from portal.phi.commands.making import create_keys
from portal.schema.accounts import User, UserLink, UserSession
from portal.schema.staff import UserFacility
from portal.staff import queries
from portal.staff.commands.authority import (
    require_owner_for_owners,
    require_owner_to_make_one,
    require_reach,
    require_standing,
    require_within,
)
from portal.tenancy.context import as_worker, enter_job, request_context
from portal.tenancy.models import Tenant

LINK_LASTS = timedelta(minutes=15)
CREATE = text("SELECT create_tenant(:slug, :name, :timezone, :locale, :settings)").bindparams(
    bindparam("settings", type_=JSONB)
)


class SlugTaken(Conflict):
    """Another clinic group has that short name."""

    field = "slug"
    message = N_("There is already a clinic with this short name.")


class SlugNotUsable(DomainError):
    """The short name has other characters or another length than an address may have."""

    field = "slug"
    message = N_("Use 2 to 63 lower-case letters, digits and hyphens.")


class TimeZoneUnknown(DomainError):
    """Not a name of the time zone database."""

    field = "timezone"
    message = N_("This is not a time zone's name, such as Europe/London.")


class EmailTaken(Conflict):
    """Somebody of this clinic has that e-mail."""

    field = "email"
    message = N_("Somebody at this clinic already has this e-mail.")


@dataclass(frozen=True)
class NewClinic:
    """A clinic group to be founded."""

    slug: str
    name: str
    timezone: str
    locale: str = "en"
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Person:
    """A member of staff to be; no facilities means every one."""

    email: str
    name: str
    role: str
    facility_ids: tuple[int, ...] = ()


def found_clinic(details: NewClinic) -> int:
    """Make a clinic group with its keys, in a transaction of the worker's own.

    Returns:
        The tenant's id.

    Raises:
        SlugTaken, SlugNotUsable, TimeZoneUnknown
    """
    reasons: dict[str, type[DomainError]] = {
        "uq_tenants_slug": SlugTaken,
        "ck_tenants_slug": SlugNotUsable,
        "ck_tenants_timezone": TimeZoneUnknown,
    }
    with as_worker():
        with refusing(reasons):
            tenant_id = session.execute(CREATE, asdict(details)).scalar_one()
        enter_job(tenant_id, "tenants")
        create_keys(tenant_id)
    return int(tenant_id)


def create_user(person: Person, password: str) -> User:
    """A member of staff who can sign in at once, with a password that somebody else chose.

    It is for demonstrations and tests, whose passwords are known: only its length is looked at.

    Raises:
        PasswordTooShort, EmailTaken
    """
    require_length(password)
    return _add(person, status="active", password_hash=passwords.hashed(password))


def invite_user(person: Person) -> str:
    """A member of staff who has yet to choose a password.

    Returns:
        The token of a one-time link that lasts 15 minutes.

    Raises:
        EmailTaken, OwnersOnly, BeyondYourFacilities
    """
    check_person(person)
    return make_link(_add(person, status="invited", password_hash=None))


def check_person(person: Person) -> None:
    """Whether such a person could be invited. Raises as `invite_user`, all of it at once."""
    all_of(
        (
            partial(_require_free, person.email),
            partial(require_owner_to_make_one, person.role),
            partial(require_reach, person.facility_ids),
        )
    )


def make_link(user: User) -> str:
    """The token of a new one-time link for somebody who lost theirs, which opens nothing more."""
    spend_links(user.id)
    token = rules.new_token()
    purpose = "invitation" if user.status == "invited" else "reset"
    link = UserLink(
        user_id=user.id,
        purpose=purpose,
        token_hash=rules.hash_of(token),
        expires_at=func.now() + LINK_LASTS,
    )
    session.add(link)
    session.flush()
    return token


def change_user(user: User, role: str, facility_ids: Collection[int]) -> None:
    """Give somebody another role or other facilities; no facility means every one.

    Another role ends their sessions, and what they were sent lets nobody in as that.

    Raises:
        NotYourself, OwnersOnly, LastOwner, BeyondYourFacilities, WorksElsewhereToo
    """
    now = set(queries.facility_ids_of(user.id))
    if role == user.role and now == set(facility_ids):
        return
    check_change(user, role, facility_ids)
    if role != user.role:
        user.role = role
        session.flush()
        end_sessions(user.id)
    added = sorted(set(facility_ids) - now)
    session.add_all(UserFacility(user_id=user.id, facility_id=each) for each in added)
    session.flush()
    _take_from(user, now - set(facility_ids))


def check_change(user: User, role: str, facility_ids: Collection[int]) -> None:
    """Whether somebody could be changed so. Raises as `change_user`, all that is wrong at once."""
    require_within(user)
    all_of((partial(require_standing, user, role), partial(require_reach, facility_ids)))


def disable_user(user: User) -> None:
    """Let somebody in no more, from their next request on.

    Raises:
        NotYourself, OwnersOnly, LastOwner, WorksElsewhereToo
    """
    require_within(user)
    require_standing(user, None)
    user.status = "disabled"
    session.flush()
    end_sessions(user.id)


def enable_user(user: User) -> None:
    """Let somebody in again: with their password, or by a new link when they never had one.

    Raises:
        NotYourself, OwnersOnly, WorksElsewhereToo
    """
    require_within(user)
    require_standing(user, user.role)
    user.status = "active" if has_password(user) else "invited"
    session.flush()


def end_sessions_of(user: User) -> int:
    """Sign somebody out everywhere; how many sessions ended.

    Raises:
        OwnersOnly, WorksElsewhereToo
    """
    require_within(user)
    require_owner_for_owners(user, user.role)
    return end_sessions(user.id)


def new_link(user: User) -> str:
    """The token of a new one-time link, which an administrator sends.

    Raises:
        OwnersOnly, WorksElsewhereToo
    """
    require_within(user)
    require_owner_for_owners(user, user.role)
    return make_link(user)


def _take_from(user: User, removed: Collection[int]) -> None:
    """Take facilities from somebody, after others are given: in between, none would be all."""
    rows = ({"user_id": user.id, "facility_id": each} for each in removed)
    vouch("user_facilities", "DELETE", *rows)
    session.execute(
        delete(UserFacility).where(
            UserFacility.user_id == user.id, UserFacility.facility_id.in_(removed)
        )
    )


def _require_free(email: str) -> None:
    """Of two at once the constraint refuses the second."""
    if queries.has_email(email):
        raise EmailTaken


def _add(person: Person, **sign_in: Any) -> User:
    user = User(email=person.email, name=person.name, role=person.role, **sign_in)
    with refusing({"uq_users_email": EmailTaken}):
        session.add(user)
    session.add_all(UserFacility(user_id=user.id, facility_id=each) for each in person.facility_ids)
    session.flush()
    return user


def close_clinic() -> None:
    """End every session of the clinic group; nobody can begin one."""
    tenant_id = request_context().tenant_id
    session.execute(update(Tenant).where(Tenant.id == tenant_id).values(status="closed"))
    session.execute(
        update(UserSession)
        .where(UserSession.tenant_id == tenant_id, UserSession.revoked_at.is_(None))
        .values(revoked_at=func.now())
    )
