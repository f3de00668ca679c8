"""Reads of acceptance: which facility takes which plan, from when to when."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, select

from portal import clock
from portal.db import session
from portal.insurance.rules import Cover
from portal.schema.facilities import Facility
from portal.schema.insurance import FacilityInsurancePlan, InsurancePlan, InsuranceProvider
from portal.sorting import having
from portal.tenancy.context import request_context

MOST_COLUMNS = 12


class PlanAtFacility(NamedTuple):
    """A plan as a facility sees it: a cell of the acceptance matrix, a choice in booking."""

    plan_id: int
    plan_name: str
    plan_code: str
    payer_name: str
    acceptance_id: int | None
    notes: str | None
    cover: Cover

    def gap_on(self, day: date) -> str | None:
        """Why it is not taken on a day (a key of `rules.REASONS`), or None when it is."""
        return self.cover.gap_on(day)


class MatrixPlan(NamedTuple):
    """A row of the matrix."""

    id: int
    name: str
    plan_code: str
    payer_id: int
    payer_name: str
    effective_from: date | None
    effective_to: date | None

    @property
    def dates(self) -> tuple[date | None, date | None]:
        """From when to when it is in effect."""
        return self.effective_from, self.effective_to


class FacilityOfPlan(NamedTuple):
    """How one facility stands to a plan."""

    facility: Facility
    cover: Cover
    notes: str | None
    today: date


@dataclass(frozen=True)
class Matrix:
    """A window of plans over the facilities; a pair without a cell was never spoken of."""

    plans: Sequence[MatrixPlan]
    facilities: Sequence[Facility]
    more_facilities: bool
    cells: dict[tuple[int, int], Cover]

    @property
    def today(self) -> dict[int, date]:
        """Each facility's own date."""
        return {facility.id: local_today(facility) for facility in self.facilities}

    def cover(self, facility_id: int, plan: MatrixPlan) -> Cover:
        """The dates of the plan and of the facility's acceptance."""
        return self.cells.get((facility_id, plan.id)) or Cover(*plan.dates)


def acceptance_matrix(*, query: str = "", at: str = "", limit: int = 26, offset: int = 0) -> Matrix:
    """The matrix in three statements.

    Args:
        query: words of the plan, its code or its payer.
        at: words of the facility's name; at most `MOST_COLUMNS` are shown.
    """
    plans = _matrix_plans(query, limit, offset)
    facilities = _matrix_facilities(at)
    columns = facilities[:MOST_COLUMNS]
    known = {plan.id: plan for plan in plans}
    cells = {
        (acceptance.facility_id, acceptance.insurance_plan_id): cover_of(
            *known[acceptance.insurance_plan_id].dates, acceptance
        )
        for acceptance in list_acceptance([facility.id for facility in columns], list(known))
    }
    return Matrix(plans, columns, len(facilities) > MOST_COLUMNS, cells)


def list_facilities_of(plan: InsurancePlan, *, limit: int = 200) -> list[FacilityOfPlan]:
    """Every open facility by name, with what it says of the plan."""
    accepted = FacilityInsurancePlan
    rows = session.execute(
        select(Facility, accepted)
        .outerjoin(
            accepted,
            (accepted.tenant_id == Facility.tenant_id)
            & (accepted.facility_id == Facility.id)
            & (accepted.insurance_plan_id == plan.id),
        )
        .where(Facility.tenant_id == request_context().tenant_id, Facility.deleted_at.is_(None))
        .order_by(Facility.sort_name, Facility.id)
        .limit(limit)
    )
    return [
        FacilityOfPlan(
            facility,
            cover_of(plan.effective_from, plan.effective_to, acceptance),
            acceptance.notes if acceptance else None,
            local_today(facility),
        )
        for facility, acceptance in rows
    ]


def local_today(facility: Facility) -> date:
    """The facility's own date now."""
    return clock.today_in(facility.timezone)


def find_acceptance(*, facility_id: int, plan_id: int) -> FacilityInsurancePlan | None:
    return session.scalar(
        select(FacilityInsurancePlan).where(
            FacilityInsurancePlan.tenant_id == request_context().tenant_id,
            FacilityInsurancePlan.facility_id == facility_id,
            FacilityInsurancePlan.insurance_plan_id == plan_id,
        )
    )


def list_acceptance(
    facility_ids: Collection[int], plan_ids: Collection[int]
) -> Sequence[FacilityInsurancePlan]:
    """The terms for these plans at these facilities, in a fixed order."""
    accepted = FacilityInsurancePlan
    return session.scalars(
        select(accepted)
        .where(
            accepted.tenant_id == request_context().tenant_id,
            accepted.facility_id.in_(facility_ids),
            accepted.insurance_plan_id.in_(plan_ids),
        )
        .order_by(accepted.facility_id, accepted.insurance_plan_id)
    ).all()


def list_acceptance_by_id(ids: Collection[int]) -> Sequence[FacilityInsurancePlan]:
    """These rows of acceptance, in a fixed order."""
    accepted = FacilityInsurancePlan
    return session.scalars(
        select(accepted)
        .where(accepted.tenant_id == request_context().tenant_id, accepted.id.in_(ids))
        .order_by(accepted.id)
    ).all()


def list_plans_at(facility_id: int, *, limit: int = 500) -> list[PlanAtFacility]:
    """Every plan as the facility sees it, by payer and name."""
    rows = session.execute(_at(facility_id).limit(limit))
    return [_plan_at_facility(row) for row in rows]


def find_plan_at(facility_id: int, plan_id: int) -> PlanAtFacility | None:
    row = session.execute(_at(facility_id).where(InsurancePlan.id == plan_id)).one_or_none()
    return None if row is None else _plan_at_facility(row)


def _matrix_plans(query: str, limit: int, offset: int) -> list[MatrixPlan]:
    plan, payer = InsurancePlan, InsuranceProvider
    statement = (
        select(
            plan.id,
            plan.name,
            plan.plan_code,
            payer.id,
            payer.name,
            plan.effective_from,
            plan.effective_to,
        )
        .join(payer, (payer.tenant_id == plan.tenant_id) & (payer.id == plan.insurance_provider_id))
        .where(
            plan.tenant_id == request_context().tenant_id,
            *having(query, plan.name, plan.plan_code, payer.name),
        )
        .order_by(payer.sort_name, plan.sort_name, plan.id)
        .limit(limit)
        .offset(offset)
    )
    return [MatrixPlan._make(row) for row in session.execute(statement)]


def _matrix_facilities(at: str) -> Sequence[Facility]:
    return session.scalars(
        select(Facility)
        .where(
            Facility.tenant_id == request_context().tenant_id,
            Facility.deleted_at.is_(None),
            *having(at, Facility.name),
        )
        .order_by(Facility.sort_name, Facility.id)
        .limit(MOST_COLUMNS + 1)
    ).all()


def _at(facility_id: int) -> Select[*tuple[Any, ...]]:
    plan, payer, accepted = InsurancePlan, InsuranceProvider, FacilityInsurancePlan
    return (
        select(
            plan.id,
            plan.name,
            plan.plan_code,
            plan.effective_from,
            plan.effective_to,
            payer.name.label("payer_name"),
            accepted,
        )
        .join(
            payer,
            (payer.tenant_id == plan.tenant_id) & (payer.id == plan.insurance_provider_id),
        )
        .outerjoin(
            accepted,
            (accepted.tenant_id == plan.tenant_id)
            & (accepted.insurance_plan_id == plan.id)
            & (accepted.facility_id == facility_id),
        )
        .where(plan.tenant_id == request_context().tenant_id)
        .order_by(payer.sort_name, plan.sort_name, plan.id)
    )


def _plan_at_facility(row: Row[*tuple[Any, ...]]) -> PlanAtFacility:
    accepted: FacilityInsurancePlan | None = row.FacilityInsurancePlan
    return PlanAtFacility(
        plan_id=row.id,
        plan_name=row.name,
        plan_code=row.plan_code,
        payer_name=row.payer_name,
        acceptance_id=accepted.id if accepted else None,
        notes=accepted.notes if accepted else None,
        cover=cover_of(row.effective_from, row.effective_to, accepted),
    )


def cover_of(
    effective_from: date | None, effective_to: date | None, acceptance: FacilityInsurancePlan | None
) -> Cover:
    """A plan's dates together with what a facility says of it, if anything."""
    if acceptance is None:
        return Cover(effective_from, effective_to)
    return Cover(
        effective_from,
        effective_to,
        True,
        acceptance.enabled,
        acceptance.accepted_since,
        acceptance.accepted_until,
    )
