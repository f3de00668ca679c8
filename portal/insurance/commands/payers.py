"""Adding and changing payers and plans."""

from dataclasses import dataclass
from datetime import date

from portal.db import session
from portal.facilities.visits import require_sight_of_all
from portal.insurance.commands.acceptance import Affected, Uncovering
from portal.insurance.models import InsurancePlan, InsuranceProvider
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


def change_plan(plan: InsurancePlan, details: PlanDetails) -> Affected:
    """Change a plan; its dates say whom it still covers.

    Raises:
        PlanCodeTaken, DatesBackwards: beside their fields.
        SeesNotAll: its dates change, and whoever asks is limited to some facilities.
    """
    if (plan.effective_from, plan.effective_to) != (details.effective_from, details.effective_to):
        require_sight_of_all()
    uncovering = Uncovering({plan.id})
    with refusing(CONSTRAINTS):
        _describe(plan, details)
    return uncovering.affected()


def _describe(plan: InsurancePlan, details: PlanDetails) -> None:
    check_dates(details.effective_from, details.effective_to, "effective_to")
    plan.insurance_provider_id = details.insurance_provider_id
    plan.plan_code, plan.name = details.plan_code.strip(), details.name.strip()
    plan.effective_from, plan.effective_to = details.effective_from, details.effective_to
