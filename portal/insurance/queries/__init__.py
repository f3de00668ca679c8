"""Every read of payers, plans and their acceptance."""

from portal.insurance.queries.acceptance import (
    Matrix,
    MatrixPlan,
    PlanAtFacility,
    acceptance_matrix,
    find_acceptance,
    find_plan_at,
    list_acceptance,
    list_plans_at,
)
from portal.insurance.queries.payers import (
    PayerRow,
    get_payer,
    get_plan,
    list_payers,
    list_plan_ids,
    list_plans,
    search_payers,
)
from portal.insurance.queries.uncovered import (
    Alternative,
    alternatives,
    count_uncovered,
    list_uncovered,
)

__all__ = [
    "Alternative",
    "Matrix",
    "MatrixPlan",
    "PayerRow",
    "PlanAtFacility",
    "acceptance_matrix",
    "alternatives",
    "count_uncovered",
    "find_acceptance",
    "find_plan_at",
    "get_payer",
    "get_plan",
    "list_acceptance",
    "list_payers",
    "list_plan_ids",
    "list_plans",
    "list_plans_at",
    "list_uncovered",
    "search_payers",
]
