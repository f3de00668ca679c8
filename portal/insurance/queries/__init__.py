"""Every read of payers, plans and their acceptance."""

from portal.insurance.queries.acceptance import (
    FacilityOfPlan,
    Matrix,
    MatrixPlan,
    PlanAtFacility,
    acceptance_matrix,
    cover_of,
    find_acceptance,
    find_plan_at,
    list_acceptance,
    list_facilities_of,
    list_plans_at,
    local_today,
)
from portal.insurance.queries.payers import (
    PayerRow,
    get_payer,
    get_plan,
    list_payers,
    list_plan_ids,
    list_plan_names,
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
    "FacilityOfPlan",
    "Matrix",
    "MatrixPlan",
    "PayerRow",
    "PlanAtFacility",
    "acceptance_matrix",
    "alternatives",
    "count_uncovered",
    "cover_of",
    "find_acceptance",
    "find_plan_at",
    "get_payer",
    "get_plan",
    "list_acceptance",
    "list_facilities_of",
    "list_payers",
    "list_plan_ids",
    "list_plan_names",
    "list_plans",
    "list_plans_at",
    "list_uncovered",
    "local_today",
    "search_payers",
]
