"""Every read of payers, plans and their acceptance."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, select

from portal.db import session
from portal.insurance.models import FacilityInsurancePlan, InsurancePlan, InsuranceProvider
from portal.insurance.rules import Cover
from portal.refusals import NotFound
from portal.tenancy.context import facts


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


def get_payer(payer_id: int) -> InsuranceProvider:
    """Raises NotFound for an unknown payer."""
    payer = session.scalar(
        select(InsuranceProvider).where(
            InsuranceProvider.tenant_id == facts().tenant_id, InsuranceProvider.id == payer_id
        )
    )
    if payer is None:
        raise NotFound
    return payer


def get_plan(plan_id: int) -> InsurancePlan:
    """Raises NotFound for an unknown plan."""
    plan = session.scalar(
        select(InsurancePlan).where(
            InsurancePlan.tenant_id == facts().tenant_id, InsurancePlan.id == plan_id
        )
    )
    if plan is None:
        raise NotFound
    return plan


def list_payers(*, limit: int = 200) -> Sequence[InsuranceProvider]:
    return session.scalars(
        select(InsuranceProvider)
        .where(InsuranceProvider.tenant_id == facts().tenant_id)
        .order_by(InsuranceProvider.name, InsuranceProvider.id)
        .limit(limit)
    ).all()


def list_plans(*, payer_id: int | None = None, limit: int = 500) -> Sequence[InsurancePlan]:
    statement = (
        select(InsurancePlan)
        .where(InsurancePlan.tenant_id == facts().tenant_id)
        .order_by(InsurancePlan.name, InsurancePlan.id)
        .limit(limit)
    )
    if payer_id is not None:
        statement = statement.where(InsurancePlan.insurance_provider_id == payer_id)
    return session.scalars(statement).all()


def find_acceptance(*, facility_id: int, plan_id: int) -> FacilityInsurancePlan | None:
    return session.scalar(
        select(FacilityInsurancePlan).where(
            FacilityInsurancePlan.tenant_id == facts().tenant_id,
            FacilityInsurancePlan.facility_id == facility_id,
            FacilityInsurancePlan.insurance_plan_id == plan_id,
        )
    )


def list_plans_at(facility_id: int, *, limit: int = 500) -> list[PlanAtFacility]:
    """Every plan as the facility sees it, by payer and name."""
    rows = session.execute(_at(facility_id).limit(limit))
    return [_plan_at_facility(row) for row in rows]


def find_plan_at(facility_id: int, plan_id: int) -> PlanAtFacility | None:
    row = session.execute(_at(facility_id).where(InsurancePlan.id == plan_id)).one_or_none()
    return None if row is None else _plan_at_facility(row)


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
        .where(plan.tenant_id == facts().tenant_id)
        .order_by(payer.name, plan.name, plan.id)
    )


def _plan_at_facility(row: Row[*tuple[Any, ...]]) -> PlanAtFacility:
    accepted: FacilityInsurancePlan | None = row.FacilityInsurancePlan
    cover = Cover(
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        known=accepted is not None,
        enabled=accepted is not None and accepted.enabled,
        accepted_since=accepted.accepted_since if accepted else None,
        accepted_until=accepted.accepted_until if accepted else None,
    )
    return PlanAtFacility(
        plan_id=row.id,
        plan_name=row.name,
        plan_code=row.plan_code,
        payer_name=row.payer_name,
        acceptance_id=accepted.id if accepted else None,
        notes=accepted.notes if accepted else None,
        cover=cover,
    )
