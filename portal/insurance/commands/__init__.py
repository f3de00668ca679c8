"""Every write of payers, plans and their acceptance."""

from portal.insurance.commands.acceptance import (
    AcceptanceDetails,
    UncoveredAfter,
    VisitsAffected,
    accept_plan,
    change_acceptance,
    change_terms,
    put_terms_back,
    stop_accepting_plan,
)
from portal.insurance.commands.payers import (
    PayerDetails,
    PayerNameTaken,
    PlanCodeTaken,
    PlanDetails,
    add_payer,
    add_payers,
    add_plan,
    add_plans,
    change_payer,
    change_plan,
    check_payer,
    check_plan,
)

__all__ = [
    "AcceptanceDetails",
    "PayerDetails",
    "PayerNameTaken",
    "PlanCodeTaken",
    "PlanDetails",
    "UncoveredAfter",
    "VisitsAffected",
    "accept_plan",
    "add_payer",
    "add_payers",
    "add_plan",
    "add_plans",
    "change_acceptance",
    "change_payer",
    "change_plan",
    "change_terms",
    "check_payer",
    "check_plan",
    "put_terms_back",
    "stop_accepting_plan",
]
