"""Accepting plans at facilities, and ending that."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from portal.db import session
from portal.errors import N_, Conflict, refusing
from portal.facilities.visits import MOST_SHOWN, AffectedAppointments
from portal.insurance.queries import uncovered
from portal.insurance.queries.acceptance import find_acceptance, list_acceptance
from portal.insurance.queries.uncovered import Alternative, list_uncovered
from portal.insurance.rules import AcceptanceChange, Terms
from portal.schema.insurance import FacilityInsurancePlan


class ChangedMeanwhile(Conflict):
    message = N_("Somebody else has just changed whether this plan is accepted there.")


class VisitsAffected(Conflict):
    """Nothing is wrong, but nobody may do it without having seen whom it touches."""

    message = N_("Booked appointments are affected. Look at them below, then save.")


CONSTRAINTS = {"uq_facility_insurance_plans_facility_id_insurance_plan_id": ChangedMeanwhile}


@dataclass(frozen=True)
class AcceptanceDetails:
    """From when to when a facility takes a plan; open-ended where None."""

    accepted_since: date | None = None
    accepted_until: date | None = None
    notes: str | None = None


@dataclass(frozen=True)
class UncoveredAfter(AffectedAppointments):
    """The booked visits whose plan a change no longer covers; they stand all the same.

    Attributes:
        alternatives: visit -> the nearest facility that takes its plan that day, of those shown.
    """

    alternatives: dict[int, Alternative] = field(default_factory=dict)


def accept_plan(
    facility_id: int, plan_id: int, details: AcceptanceDetails | None = None
) -> FacilityInsurancePlan:
    """The facility takes the plan within the dates given. Raises DatesBackwards."""
    details = details or AcceptanceDetails()
    change = AcceptanceChange("accept", details.accepted_since, details.accepted_until)
    change.check()
    [acceptance] = _change({facility_id}, {plan_id}, change)
    acceptance.notes = details.notes
    session.flush()
    return acceptance


def stop_accepting_plan(facility_id: int, plan_id: int) -> UncoveredAfter:
    """The facility no longer takes the plan; its dates and notes are kept, visits stand."""
    return change_acceptance({facility_id}, {plan_id}, AcceptanceChange("refuse"))


def change_acceptance(
    facility_ids: Collection[int], plan_ids: Collection[int], change: AcceptanceChange
) -> UncoveredAfter:
    """Change what every one of the facilities says of every one of the plans.

    Raises:
        DatesBackwards, LastDayMissing: beside their fields.
        ChangedMeanwhile: somebody else accepts the same plan at this moment.
    """
    change.check()
    uncovering = Uncovering(plan_ids, facility_ids)
    _change(facility_ids, plan_ids, change)
    return uncovering.affected()


def change_terms(
    facility_id: int, plan_id: int, change: AcceptanceChange, notes: str | None
) -> UncoveredAfter:
    """Change what one facility says of one plan, with a note. Raises as `change_acceptance`."""
    affected = change_acceptance([facility_id], [plan_id], change)
    acceptance = find_acceptance(facility_id=facility_id, plan_id=plan_id)
    if acceptance is None and notes:
        acceptance = FacilityInsurancePlan(
            facility_id=facility_id, insurance_plan_id=plan_id, enabled=False
        )
        session.add(acceptance)
    if acceptance is not None:
        acceptance.notes = notes
        session.flush()
    return affected


def put_terms_back(facility_id: int, plan_id: int, terms: Terms) -> UncoveredAfter:
    """Let a facility say of a plan what it said before; of the note nothing."""
    uncovering = Uncovering([plan_id], [facility_id])
    acceptance = find_acceptance(facility_id=facility_id, plan_id=plan_id)
    if acceptance is not None:
        acceptance.enabled = terms.enabled
        acceptance.accepted_since, acceptance.accepted_until = (
            terms.accepted_since,
            terms.accepted_until,
        )
        session.flush()
    return uncovering.affected()


class Uncovering:
    """Who was not covered before a change; asked after it, who is not covered because of it."""

    def __init__(
        self, plan_ids: Collection[int], facility_ids: Collection[int] | None = None
    ) -> None:
        self.plan_ids, self.facility_ids = plan_ids, facility_ids
        self.before = frozenset(self._uncovered())

    def affected(self) -> UncoveredAfter:
        """The difference, with the nearest alternatives as they are now."""
        ids = tuple(visit for visit in self._uncovered() if visit not in self.before)
        return UncoveredAfter(ids, uncovered.alternatives(ids[:MOST_SHOWN]))

    def _uncovered(self) -> list[int]:
        return list_uncovered(plan_ids=self.plan_ids, facility_ids=self.facility_ids)


def _change(
    facility_ids: Collection[int], plan_ids: Collection[int], change: AcceptanceChange
) -> list[FacilityInsurancePlan]:
    """The rows of every pair that was or is spoken of, in an order that all writers share."""
    known = {
        (row.facility_id, row.insurance_plan_id): row
        for row in list_acceptance(facility_ids, plan_ids)
    }
    pairs = [(facility, plan) for facility in sorted(facility_ids) for plan in sorted(plan_ids)]
    with refusing(CONSTRAINTS):
        rows = [_changed(known.get(pair), pair, change) for pair in pairs]
    return [row for row in rows if row is not None]


def _changed(
    row: FacilityInsurancePlan | None, pair: tuple[int, int], change: AcceptanceChange
) -> FacilityInsurancePlan | None:
    before = Terms(row.enabled, row.accepted_since, row.accepted_until) if row else None
    terms = change.applied(before)
    if terms is None:
        return None
    if row is None:
        row = FacilityInsurancePlan(facility_id=pair[0], insurance_plan_id=pair[1])
        session.add(row)
    row.enabled = terms.enabled
    row.accepted_since, row.accepted_until = terms.accepted_since, terms.accepted_until
    return row
