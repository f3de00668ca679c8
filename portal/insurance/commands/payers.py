"""Adding and changing payers and plans."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from portal.db import session
from portal.errors import N_, Conflict, refusing
from portal.facilities.rules import reachable
from portal.facilities.visits import require_sight_of_all
from portal.insurance.commands.acceptance import UncoveredAfter, Uncovering
from portal.insurance.rules import check_dates, checked_website
from portal.schema.insurance import InsurancePlan, InsuranceProvider


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
    """A payer as staff enter it.

    `contact` replaces the entries it names, and None takes one away.
    """

    name: str
    website: str | None = None
    contact: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class PlanDetails:
    insurance_provider_id: int
    plan_code: str
    name: str
    effective_from: date | None = None
    effective_to: date | None = None


def add_payer(details: PayerDetails) -> InsuranceProvider:
    """Raises PayerNameTaken, WebsiteMalformed, EmailMalformed."""
    payer = InsuranceProvider()
    with refusing(CONSTRAINTS):
        _introduce(payer, details)
        session.add(payer)
    return payer


def check_payer(details: PayerDetails) -> None:
    """Whether such a payer could be added, whoever else there is. Raises as `add_payer`."""
    _introduce(InsuranceProvider(), details)


def add_payers(many: Sequence[PayerDetails]) -> list[InsuranceProvider]:
    """Add several payers at once. Raises as `add_payer`; then none is added."""
    payers = [InsuranceProvider() for _ in many]
    for payer, details in zip(payers, many, strict=True):
        _introduce(payer, details)
    with refusing(CONSTRAINTS):
        session.add_all(payers)
    return payers


def change_payer(payer: InsuranceProvider, details: PayerDetails) -> InsuranceProvider:
    """Raises PayerNameTaken, WebsiteMalformed, EmailMalformed."""
    with refusing(CONSTRAINTS):
        _introduce(payer, details)
    return payer


def add_plan(details: PlanDetails) -> InsurancePlan:
    """Raises PlanCodeTaken, DatesBackwards."""
    plan = InsurancePlan()
    with refusing(CONSTRAINTS):
        _describe(plan, details)
        session.add(plan)
    return plan


def check_plan(details: PlanDetails) -> None:
    """Whether such a plan could be added, whatever others there are. Raises as `add_plan`."""
    _describe(InsurancePlan(), details)


def add_plans(many: Sequence[PlanDetails]) -> list[InsurancePlan]:
    """Add several plans at once. Raises as `add_plan`; then none is added."""
    plans = [InsurancePlan() for _ in many]
    for plan, details in zip(plans, many, strict=True):
        _describe(plan, details)
    with refusing(CONSTRAINTS):
        session.add_all(plans)
    return plans


def change_plan(plan: InsurancePlan, details: PlanDetails) -> UncoveredAfter:
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


def _introduce(payer: InsuranceProvider, details: PayerDetails) -> None:
    payer.name, payer.website = details.name.strip(), checked_website(details.website)
    payer.contact = reachable(payer.contact, details.contact)


def _describe(plan: InsurancePlan, details: PlanDetails) -> None:
    check_dates(details.effective_from, details.effective_to, "effective_to")
    plan.insurance_provider_id = details.insurance_provider_id
    plan.plan_code, plan.name = details.plan_code.strip(), details.name.strip()
    plan.effective_from, plan.effective_to = details.effective_from, details.effective_to
