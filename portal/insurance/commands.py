"""Every write of payers, plans and their acceptance."""

from dataclasses import dataclass
from datetime import date

from portal.db import session
from portal.insurance import queries
from portal.insurance.models import FacilityInsurancePlan, InsurancePlan, InsuranceProvider
from portal.insurance.rules import check_dates
from portal.refusals import N_, Conflict, refusing


class PayerNameTaken(Conflict):
    message = N_("There is already a payer of this name.")
    field = "name"


class PlanCodeTaken(Conflict):
    message = N_("This payer already has a plan with this code.")
    field = "plan_code"


CONSTRAINTS = {
    "uq_insurance_providers_name": PayerNameTaken,
    "uq_insurance_plans_insurance_provider_id_plan_code": PlanCodeTaken,
}


@dataclass(frozen=True)
class PayerDetails:
    name: str
    website: str | None = None


@dataclass(frozen=True)
class PlanDetails:
    insurance_provider_id: int
    plan_code: str
    name: str
    effective_from: date | None = None
    effective_to: date | None = None


@dataclass(frozen=True)
class AcceptanceDetails:
    """From when to when a facility takes a plan; open-ended where None."""

    accepted_since: date | None = None
    accepted_until: date | None = None
    notes: str | None = None


def add_payer(details: PayerDetails) -> InsuranceProvider:
    """Raises PayerNameTaken."""
    with refusing(CONSTRAINTS):
        payer = InsuranceProvider(name=details.name.strip(), website=details.website)
        session.add(payer)
    return payer


def change_payer(payer: InsuranceProvider, details: PayerDetails) -> InsuranceProvider:
    """Raises PayerNameTaken."""
    with refusing(CONSTRAINTS):
        payer.name, payer.website = details.name.strip(), details.website
    return payer


def add_plan(details: PlanDetails) -> InsurancePlan:
    """Raises PlanCodeTaken, DatesBackwards."""
    plan = InsurancePlan()
    with refusing(CONSTRAINTS):
        _describe(plan, details)
        session.add(plan)
    return plan


def change_plan(plan: InsurancePlan, details: PlanDetails) -> InsurancePlan:
    """Raises PlanCodeTaken, DatesBackwards."""
    with refusing(CONSTRAINTS):
        _describe(plan, details)
    return plan


def accept_plan(
    facility_id: int, plan_id: int, details: AcceptanceDetails | None = None
) -> FacilityInsurancePlan:
    """The facility takes the plan from now on, within the dates given. Raises DatesBackwards."""
    details = details or AcceptanceDetails()
    check_dates(details.accepted_since, details.accepted_until, "accepted_until")
    acceptance = queries.find_acceptance(facility_id=facility_id, plan_id=plan_id)
    if acceptance is None:
        acceptance = FacilityInsurancePlan(facility_id=facility_id, insurance_plan_id=plan_id)
        session.add(acceptance)
    acceptance.enabled = True
    acceptance.accepted_since = details.accepted_since
    acceptance.accepted_until = details.accepted_until
    acceptance.notes = details.notes
    session.flush()
    return acceptance


def stop_accepting_plan(facility_id: int, plan_id: int) -> None:
    """The facility no longer takes the plan; its dates and notes are kept, visits stand."""
    acceptance = queries.find_acceptance(facility_id=facility_id, plan_id=plan_id)
    if acceptance is not None:
        acceptance.enabled = False
        session.flush()


def _describe(plan: InsurancePlan, details: PlanDetails) -> None:
    check_dates(details.effective_from, details.effective_to, "effective_to")
    plan.insurance_provider_id = details.insurance_provider_id
    plan.plan_code, plan.name = details.plan_code.strip(), details.name.strip()
    plan.effective_from, plan.effective_to = details.effective_from, details.effective_to
