"""Opening, changing and closing facilities."""

from dataclasses import asdict, dataclass
from functools import partial

from portal import clock
from portal.db import session
from portal.errors import N_, Conflict, DomainError, all_of, refusing
from portal.facilities import queries
from portal.facilities.rules import SLUG
from portal.facilities.visits import affected_appointments
from portal.schema.facilities import Facility
from portal.staff.commands.people import SlugNotUsable, TimeZoneUnknown
from portal.tenancy.context import request_context


class NameTaken(Conflict):
    """Another open facility has that name."""

    field = "name"
    message = N_("Another facility already has this name.")


class FacilitySlugTaken(Conflict):
    """Another open facility has that short name."""

    field = "slug"
    message = N_("Another facility already has this short name.")


class FacilityVisitsBooked(Conflict):
    """A facility closes when nobody is expected there any more."""

    message = N_("Appointments still booked here: %(visits)s. Move or cancel them first.")


class ZoneInUse(Conflict):
    """A booked visit is an instant: in another zone it would be at another hour."""

    field = "timezone"
    message = N_(
        "Appointments still booked here: %(visits)s. In another time zone they would be at another"
        " hour. Move or cancel them first."
    )


class OnlyFacility(DomainError):
    """A clinic without a facility could book nothing."""

    message = N_("This is the clinic's only facility. Open another one first.")


class BeyondYours(DomainError):
    """A new facility would be none of theirs: whoever is limited to some would not see it."""

    message = N_(
        "You work at some facilities only. Ask somebody who sees all of them to open another."
    )


REASONS: dict[str, type[DomainError]] = {
    "uq_facilities_name": NameTaken,
    "uq_facilities_slug": FacilitySlugTaken,
    "ck_facilities_slug": SlugNotUsable,
    "ck_facilities_timezone": TimeZoneUnknown,
}


@dataclass(frozen=True)
class FacilityDetails:
    """A facility as staff enter it; a zone is an IANA name, a locale such as `en-US`."""

    name: str
    slug: str
    timezone: str
    address: str | None = None
    phone: str | None = None
    locale: str | None = None


def open_facility(details: FacilityDetails) -> Facility:
    """A new facility. Raises BeyondYours, NameTaken, SlugTaken, SlugNotUsable, TimeZoneUnknown."""
    if request_context().facility_ids is not None:
        raise BeyondYours
    check_facility(details)
    facility = Facility(**asdict(details))
    with refusing(REASONS):
        session.add(facility)
    return facility


def change_facility(facility: Facility, details: FacilityDetails) -> None:
    """Change what is said about a facility. Raises ZoneInUse, and as `open_facility`."""
    check_facility(details, facility)
    with refusing(REASONS):
        for name, value in asdict(details).items():
            setattr(facility, name, value)


def check_facility(details: FacilityDetails, facility: Facility | None = None) -> None:
    """Whether a facility could be so: a new one, or this one changed. All that is wrong at once.

    Raises as the command. Of two at once, and of facilities that this person does not see, the
    constraints decide.
    """
    but = facility.id if facility else None
    all_of(
        (
            partial(_require_name, details.name, but),
            partial(_require_slug, details.slug, but),
            partial(_require_zone, details.timezone, facility),
        )
    )


def _require_name(name: str, but: int | None) -> None:
    found = queries.find_named(name)
    if found is not None and found.id != but:
        raise NameTaken


def _require_slug(slug: str, but: int | None) -> None:
    if not SLUG.fullmatch(slug):
        raise SlugNotUsable
    found = queries.find_facility(slug)
    if found is not None and found.id != but:
        raise FacilitySlugTaken


def _require_zone(zone: str, facility: Facility | None) -> None:
    visits = (
        affected_appointments(facility.id).ids if facility and zone != facility.timezone else ()
    )
    if visits:
        raise ZoneInUse(visits=len(visits))


def close_facility(facility: Facility) -> None:
    """Close a facility; its past stays. Raises VisitsBooked, OnlyFacility."""
    visits = affected_appointments(facility.id).ids
    if visits:
        raise FacilityVisitsBooked(visits=len(visits))
    if queries.count_facilities() == 1:
        raise OnlyFacility
    facility.deleted_at = clock.now()
    session.flush()


def reopen_facility(facility: Facility) -> None:
    """A closed facility is open again, with the places and hours it had.

    Raises:
        NameTaken, SlugTaken: another facility has its name by now.
    """
    with refusing(REASONS):
        facility.deleted_at = None
