"""The payers and plans that are here already, by the names a file may use."""

from sqlalchemy import select

from portal.db import session
from portal.registry.lines import MOST
from portal.schema.insurance import InsurancePlan, InsuranceProvider
from portal.tenancy.context import request_context


def payers_by_name() -> dict[str, int]:
    """The payers, exactly as they are called."""
    payer = InsuranceProvider
    statement = select(payer.name, payer.id).where(payer.tenant_id == request_context().tenant_id)
    return {row.name: row.id for row in session.execute(statement.order_by(payer.id).limit(MOST))}


def plan_keys() -> set[tuple[int, str | None]]:
    """Each plan's payer and code."""
    plan = InsurancePlan
    rows = session.execute(
        select(plan.insurance_provider_id, plan.plan_code)
        .where(plan.tenant_id == request_context().tenant_id)
        .order_by(plan.id)
        .limit(MOST)
    )
    return {(payer_id, code) for payer_id, code in rows}
