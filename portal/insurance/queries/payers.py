"""Reads of payers and their plans."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased

from portal.db import column_by_id, session
from portal.errors import NotFound
from portal.schema.insurance import InsurancePlan, InsuranceProvider
from portal.sorting import containing, having
from portal.tenancy.context import request_context


class PlanChoice(NamedTuple):
    """A plan as a form offers it."""

    id: int
    name: str
    payer: str


class PayerRow(NamedTuple):
    """A payer in the list, with how many plans it has."""

    id: int
    name: str
    website: str | None
    plans: int


def get_payer(payer_id: int) -> InsuranceProvider:
    """Raises NotFound for an unknown payer."""
    payer = session.scalar(
        select(InsuranceProvider).where(
            InsuranceProvider.tenant_id == request_context().tenant_id,
            InsuranceProvider.id == payer_id,
        )
    )
    if payer is None:
        raise NotFound
    return payer


def get_plan(plan_id: int) -> InsurancePlan:
    """Raises NotFound for an unknown plan."""
    plan = session.scalar(
        select(InsurancePlan).where(
            InsurancePlan.tenant_id == request_context().tenant_id, InsurancePlan.id == plan_id
        )
    )
    if plan is None:
        raise NotFound
    return plan


def list_payers(*, limit: int = 200) -> Sequence[InsuranceProvider]:
    return session.scalars(
        select(InsuranceProvider)
        .where(InsuranceProvider.tenant_id == request_context().tenant_id)
        .order_by(InsuranceProvider.sort_name, InsuranceProvider.id)
        .limit(limit)
    ).all()


def list_plans(
    *, payer_id: int | None = None, limit: int = 500, offset: int = 0
) -> Sequence[InsurancePlan]:
    statement = (
        select(InsurancePlan)
        .where(InsurancePlan.tenant_id == request_context().tenant_id)
        .order_by(InsurancePlan.sort_name, InsurancePlan.id)
        .limit(limit)
        .offset(offset)
    )
    if payer_id is not None:
        statement = statement.where(InsurancePlan.insurance_provider_id == payer_id)
    return session.scalars(statement).all()


def list_plan_ids(*, payer_id: int | None = None) -> list[int]:
    """Every plan there is, or every plan of a payer."""
    statement = select(InsurancePlan.id).where(
        InsurancePlan.tenant_id == request_context().tenant_id
    )
    if payer_id is not None:
        statement = statement.where(InsurancePlan.insurance_provider_id == payer_id)
    return list(session.scalars(statement.order_by(InsurancePlan.id)))


def list_plan_choices_of(ids: Collection[int]) -> list[PlanChoice]:
    """These plans, with their payers' names."""
    of_these = _choices().where(InsurancePlan.id.in_(ids))
    return [PlanChoice._make(row) for row in session.execute(of_these)]


def find_plans(query: str, limit: int, *, only: int | None = None) -> list[PlanChoice]:
    """The first plans with these words in name, code or payer; or the one with this number."""
    plan, payer = InsurancePlan, InsuranceProvider
    found = _choices().where(*containing(query, plan.name, plan.plan_code, payer.name))
    if only is not None:
        found = found.where(plan.id == only)
    return [PlanChoice._make(row) for row in session.execute(found.limit(limit))]


def find_payers(query: str, limit: int, *, only: int | None = None) -> list[tuple[int, str]]:
    """The first payers with these words in their name; or the one with this number."""
    payer = InsuranceProvider
    found = (
        select(payer.id, payer.name)
        .where(payer.tenant_id == request_context().tenant_id, *containing(query, payer.name))
        .order_by(payer.sort_name, payer.id)
    )
    if only is not None:
        found = found.where(payer.id == only)
    return [(row.id, row.name) for row in session.execute(found.limit(limit))]


def list_plan_names(ids: Collection[int]) -> dict[int, str]:
    """The name of each of these plans."""
    own = InsurancePlan.tenant_id == request_context().tenant_id
    return column_by_id(InsurancePlan.id, InsurancePlan.name, ids, own)


def search_payers(*, query: str = "", limit: int = 51, offset: int = 0) -> list[PayerRow]:
    """Payers with these words in their name, or in a plan's name or code; by name."""
    plan, payer = InsurancePlan, InsuranceProvider
    own = (plan.tenant_id == payer.tenant_id) & (plan.insurance_provider_id == payer.id)
    plans = select(func.count()).select_from(plan).where(own).scalar_subquery()
    statement = (
        select(payer.id, payer.name, payer.website, plans)
        .where(payer.tenant_id == request_context().tenant_id)
        .order_by(payer.sort_name, payer.id)
        .limit(limit)
        .offset(offset)
    )
    if query:
        statement = statement.where(
            or_(payer.name.icontains(query, autoescape=True), payer.id.in_(_having_plans(query)))
        )
    return [PayerRow._make(row) for row in session.execute(statement)]


def _choices() -> Select[*tuple[Any, ...]]:
    plan, payer = InsurancePlan, InsuranceProvider
    own = (payer.tenant_id == plan.tenant_id) & (payer.id == plan.insurance_provider_id)
    return (
        select(plan.id, plan.name, payer.name)
        .join(payer, own)
        .where(plan.tenant_id == request_context().tenant_id)
        .order_by(payer.sort_name, payer.id, plan.sort_name, plan.id)
    )


def _having_plans(query: str) -> Select[int]:
    """The payers that have a plan with these words; all plans at once, not payer by payer."""
    plan, payer = InsurancePlan, aliased(InsuranceProvider)
    return (
        select(plan.insurance_provider_id)
        .join(payer, (payer.tenant_id == plan.tenant_id) & (payer.id == plan.insurance_provider_id))
        .where(
            plan.tenant_id == request_context().tenant_id,
            *having(query, plan.name, plan.plan_code, payer.name),
        )
    )
