"""Plans, and where they are accepted, as rows of a table.

Each has the names that its screen shows, is bounded by the caller and filtered as its screen is.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from portal.db import session
from portal.schema.facilities import Facility
from portal.schema.insurance import FacilityInsurancePlan, InsurancePlan, InsuranceProvider
from portal.sorting import having
from portal.tenancy.context import request_context


def list_payer_plans(*, query: str = "", limit: int, offset: int = 0) -> Sequence[Any]:
    """Each plan with its payer, and payers that have none."""
    payer, plan = InsuranceProvider, InsurancePlan
    statement = (
        select(
            payer.name.label("payer"),
            payer.website,
            payer.contact["phone"].astext.label("phone"),
            payer.contact["email"].astext.label("email"),
            plan.plan_code,
            plan.name.label("plan"),
            plan.effective_from,
            plan.effective_to,
        )
        .outerjoin(
            plan, (plan.tenant_id == payer.tenant_id) & (plan.insurance_provider_id == payer.id)
        )
        .where(
            payer.tenant_id == request_context().tenant_id,
            *having(query, payer.name, plan.name, plan.plan_code),
        )
        .order_by(payer.sort_name, payer.id, plan.sort_name, plan.id)
    )
    return session.execute(statement.limit(limit).offset(offset)).all()


def list_acceptance(*, query: str = "", at: str = "", limit: int, offset: int = 0) -> Sequence[Any]:
    """The terms of each facility for each plan; pairs without any are left out."""
    acceptance, facility = FacilityInsurancePlan, Facility
    payer, plan, tenant = InsuranceProvider, InsurancePlan, FacilityInsurancePlan.tenant_id
    statement = (
        select(
            facility.name.label("facility"),
            payer.name.label("payer"),
            plan.plan_code,
            plan.name.label("plan"),
            acceptance.enabled,
            acceptance.accepted_since,
            acceptance.accepted_until,
            acceptance.notes,
        )
        .join(facility, (facility.tenant_id == tenant) & (facility.id == acceptance.facility_id))
        .join(plan, (plan.tenant_id == tenant) & (plan.id == acceptance.insurance_plan_id))
        .join(payer, (payer.tenant_id == tenant) & (payer.id == plan.insurance_provider_id))
        .where(
            tenant == request_context().tenant_id,
            facility.deleted_at.is_(None),
            *having(query, plan.name, plan.plan_code, payer.name),
            *having(at, facility.name),
        )
        .order_by(facility.sort_name, payer.sort_name, plan.sort_name, acceptance.id)
    )
    return session.execute(statement.limit(limit).offset(offset)).all()
