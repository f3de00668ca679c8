"""Reasons in words, each with the page where somebody who may can change what stands in the way."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import gettext as _
from flask_login import current_user

from portal.availability.queries.places import get_place_of
from portal.errors import NotFound
from portal.scheduling.openings.reasons import Reason
from portal.services.queries.catalogue import OfferingRow
from portal.web.filters import hhmm, localtime, shortdate


class SaidReason(NamedTuple):
    """A reason in words, and where to change it; no address for those who may not."""

    text: str
    href: str | None = None


@dataclass(frozen=True)
class About:
    """The subject of reasons: offering, plan and zone."""

    offering: OfferingRow
    plan_id: int | None
    zone: str


# The table of a reason's row: the page that changes it, the right that takes, and what its address
# asks. A start is changed where its hours are.
PAGES = {
    "service_offerings": ("services.offering_edit", "services.manage", ("offering_id",)),
    "services": ("services.show", "services.manage", ("service_id",)),
    "service_workflows": ("services.offering_workflows", "services.manage", ("offering_id",)),
    "doctors": ("doctors.show", "doctors.manage", ("doctor_id",)),
    "facility_doctors": ("doctors.show", "doctors.manage", ("doctor_id",)),
    "facilities": ("facilities.show", "facilities.manage", ("facility_id",)),
    "insurance_plans": ("insurance.plan", "insurance.manage", ("plan_id",)),
    "facility_insurance_plans": ("insurance.terms", "insurance.manage", ("facility_id", "plan_id")),
    "availability_rules": ("availability.rule_edit", "availability.manage", ("rule_id",)),
    "availability_exceptions": (
        "availability.exception_edit", "availability.manage", ("exception_id",)
    ),
}  # fmt: skip
HOURS = frozenset(
    {"no_slot", "outside_hours", "other_service", "withdrawn", "orphaned", "too_short", "no_rule"}
)


def say_reasons(reasons: Iterable[Reason], about: About, *, prefix: str = "") -> list[SaidReason]:
    """Reasons for a reader; instants as times of the facility."""
    return [
        SaidReason("".join((prefix, words_of(reason, about.zone))), _address(reason, about))
        for reason in reasons
    ]


def words_of(reason: Reason, zone: str) -> str:
    """A reason in words."""
    params = {name: _shown(value, zone) for name, value in reason.params.items()}
    return str(_(reason.message, **params))


def _shown(value: Any, zone: str) -> Any:
    if isinstance(value, datetime):
        return hhmm(localtime(value, zone))
    return shortdate(value) if isinstance(value, date) else value


def _address(reason: Reason, about: About) -> str | None:
    if reason.code in HOURS and not (reason.table == "availability_rules" and reason.record):
        return _hours(about)
    endpoint, right, names = PAGES.get(reason.table, ("", "", ()))
    if not endpoint or not current_user.can(right):
        return None
    known: dict[str, Any] = {
        "offering_id": about.offering.id, "service_id": about.offering.service_id,
        "doctor_id": about.offering.doctor_id, "facility_id": about.offering.facility_id,
        "plan_id": about.plan_id, "rule_id": reason.record, "exception_id": reason.record,
    }  # fmt: skip
    return url_for(endpoint, **{name: known[name] for name in names})


def _hours(about: About) -> str | None:
    if not current_user.can("availability.manage"):
        return None
    try:
        location = get_place_of(about.offering.doctor_id, about.offering.facility_id)
    except NotFound:  # the doctor or the facility is gone, which is said too
        return None
    return url_for("availability.show", place_id=location.id)
