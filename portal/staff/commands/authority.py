"""Who of the staff may see to whom: what is refused, and by which rule."""

from collections.abc import Collection

from portal.errors import N_, DomainError
from portal.schema.accounts import User
from portal.staff import queries
from portal.tenancy.context import request_context


class NotYourself(DomainError):
    """Nobody changes their own role or locks themself out."""

    message = N_("This is your own account. Ask another owner or administrator.")


class OwnersOnly(DomainError):
    """An administrator neither makes an owner nor changes one."""

    field = "role"
    message = N_("Only an owner can make somebody an owner, or change an owner.")


class BeyondYourFacilities(DomainError):
    """Whoever is limited to some facilities lets nobody into others, or into all of them."""

    field = "facility_ids"
    message = N_("You work at some facilities only. Choose among those, and at least one.")


class WorksElsewhereToo(DomainError):
    """Whoever is limited to some facilities sees to those alone who work at no other."""

    message = N_(
        "This person works at facilities that are not yours. Ask somebody who sees all of theirs."
    )


class LastOwner(DomainError):
    """The clinic would have nobody left who may do everything."""

    field = "role"
    message = N_("This is the clinic's last owner. Make somebody else an owner first.")


def require_standing(user: User, role: str | None) -> None:
    """Raise unless the present person may give this one that role (None: no access)."""
    if user.id == request_context().user_id:
        raise NotYourself
    require_owner_for_owners(user, role)
    if user.role == "owner" and role != "owner" and queries.other_owners(user.id) == 0:
        raise LastOwner


def require_reach(facility_ids: Collection[int]) -> None:
    """Raise BeyondYourFacilities unless the present person works at all of these; none is all."""
    own = request_context().facility_ids
    if own is not None and not (facility_ids and set(facility_ids) <= set(own)):
        raise BeyondYourFacilities


def require_within(user: User) -> None:
    """Raise WorksElsewhereToo unless the present person sees every facility of this one's."""
    if queries.works_beyond(user.id) is not None:
        raise WorksElsewhereToo


def require_owner_for_owners(user: User, role: str | None) -> None:
    """Raise OwnersOnly unless the present person may see to an owner, where one is meant."""
    if request_context().role != "owner" and "owner" in (user.role, role):
        raise OwnersOnly


def require_owner_to_make_one(role: str) -> None:
    if request_context().role == "admin" and role == "owner":
        raise OwnersOnly
