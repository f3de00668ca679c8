"""Whether the facility takes the plan, in words; where it does not, what else can be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from babel.lists import format_list
from flask import url_for
from flask_babel import gettext as _
from flask_login import current_user

from portal.appointments.forms.choice import Choice
from portal.appointments.queries.around import list_patient_plan_ids
from portal.appointments.rules.visits import LIVE
from portal.errors import N_
from portal.insurance.queries.acceptance import PlanAtFacility, find_plan_at, list_facilities_of
from portal.insurance.queries.other_facilities import list_accepting_elsewhere
from portal.insurance.queries.payers import get_plan
from portal.schema.appointments import Appointment
from portal.services.queries.catalogue import list_offerings
from portal.web.filters import longdate
from portal.web.languages import page_locale

# By the reason why a plan is not taken.
REFUSED = {
    "not_effective": N_("%(plan)s is not in effect on %(day)s."),
    "not_accepted": N_("%(plan)s is not accepted at %(facility)s."),
    "outside_contract": N_("%(plan)s is not accepted at %(facility)s on %(day)s."),
}
MOST_PLACES = 5


class WayOut(NamedTuple):
    """Something to choose instead: a value of the form's buttons, and its words."""

    value: str
    text: str


@dataclass(frozen=True)
class Verdict:
    """Whether the plan pays there; `kind` is good, bad or plain (nobody's plan).

    `other_facilities` names facilities that take it, where this person does not book.
    """

    kind: str
    text: str
    ways: Sequence[WayOut] = ()
    href: str | None = None
    other_facilities: str | None = None

    @property
    def accepted(self) -> bool:
        """Whether an appointment can be booked under it."""
        return self.kind != "bad"


def verdict_on(choice: Choice, day: date) -> Verdict:
    """Said once, by name; and for a plan that is not taken the ways out."""
    if choice.plan_id is None:
        return Verdict("plain", _("The patient pays."))
    plan = find_plan_at(choice.facility.id, choice.plan_id)
    if plan is None:
        return Verdict("bad", _("Choose a plan from the list."), [_self_pay()])
    refused = refusal_of(plan, choice.facility.name, day)
    if refused is None:
        return Verdict("good", _("Accepted at %(facility)s.", facility=choice.facility.name))
    ways = [_self_pay(), *_other_plans(choice, day), *_other_places(choice, day)]
    return Verdict("bad", refused, ways, _change(choice, plan), _elsewhere(choice, day))


def verdict_on_wish(
    plan_id: int | None, facilities: Mapping[int, str], days: Sequence[date]
) -> Verdict | None:
    """The verdict on a wait: nothing suits if no facility takes the plan on any of the days.

    Args:
        plan_id: what they come with.
        facilities: those they would come to, by name.
        days: the first and the last of the wait.
    """
    if plan_id is None or not facilities or not days:
        return None
    refused = []
    for facility_id, name in facilities.items():
        plan = find_plan_at(facility_id, plan_id)
        refusals_of_days = [refusal_of(plan, name, day) for day in days] if plan else [None]
        if None in refusals_of_days:
            return None
        refused.append(refusals_of_days[0] or "")
    return Verdict("bad", " ".join(refused), [_self_pay()])


def gap_words(visit: Appointment, facility: str, day: date) -> str | None:
    """Why a booked visit's plan is not taken on its day, by name; None when it is taken."""
    if visit.insurance_plan_id is None or visit.status not in LIVE:
        return None
    plan = find_plan_at(visit.facility_id, visit.insurance_plan_id)
    return refusal_of(plan, facility, day) if plan else None


def refusal_of(plan: PlanAtFacility, facility: str, day: date) -> str | None:
    """Why the facility does not take a plan on a day, by name; None when it does."""
    gap = plan.gap_on(day)
    if gap is None:
        return None
    names = {"plan": plan.plan_name, "facility": facility, "day": longdate(day)}
    return str(_(REFUSED[gap], **names))


def _self_pay() -> WayOut:
    return WayOut("plan:", _("Change to self-pay"))


def _other_plans(choice: Choice, day: date) -> list[WayOut]:
    """The patient's own plan, and others they came with, where they are taken."""
    if choice.patient_id is None:
        return []
    found = (
        find_plan_at(choice.facility.id, plan_id)
        for plan_id in list_patient_plan_ids(choice.patient_id)
        if plan_id != choice.plan_id
    )
    return [
        WayOut(f"plan:{plan.plan_id}", _("Change to %(plan)s", plan=plan.plan_name))
        for plan in found
        if plan is not None and plan.gap_on(day) is None
    ]


def _other_places(choice: Choice, day: date) -> list[WayOut]:
    """Facilities of this person's that take the plan and give the service."""
    given = {row.facility_id for row in list_offerings(service_id=choice.service_id)}
    taking = [
        each.facility
        for each in list_facilities_of(get_plan(choice.plan_id or 0))
        if each.facility.id in given - {choice.facility.id} and each.cover.gap_on(day) is None
    ]
    return [
        WayOut(f"facility:{facility.id}", _("Change to %(facility)s", facility=facility.name))
        for facility in taking[:MOST_PLACES]
    ]


def _elsewhere(choice: Choice, day: date) -> str | None:
    """Facilities beyond this person's that take the plan and give the service."""
    names = list_accepting_elsewhere(choice.plan_id or 0, service_id=choice.service_id, day=day)
    if not names:
        return None
    listed = format_list(names, locale=page_locale())
    return str(
        _("Accepted at %(facilities)s. You do not book there: call them.", facilities=listed)
    )


def _change(choice: Choice, plan: PlanAtFacility) -> str | None:
    """Where whoever may changes what the facility accepts."""
    if not current_user.can("insurance.manage"):
        return None
    return url_for("insurance.terms", facility_id=choice.facility.id, plan_id=plan.plan_id)
