"""Every read of appointments and of what is on offer."""

from portal.appointments.queries.offers import (
    Offer,
    StepPlan,
    Wanted,
    find_offer,
    list_offers,
    nearest_offers,
    next_available,
    planned_steps,
)
from portal.appointments.queries.reasons import Reason, why_not
from portal.appointments.queries.visits import (
    StepRow,
    VisitContext,
    find_by_booking_key,
    get_appointment,
    get_context,
    get_step,
    list_patient_visits,
    list_step_rows,
    list_steps,
    skippable_steps,
    zone_of,
)

__all__ = [
    "Offer",
    "Reason",
    "StepPlan",
    "StepRow",
    "VisitContext",
    "Wanted",
    "find_by_booking_key",
    "find_offer",
    "get_appointment",
    "get_context",
    "get_step",
    "list_offers",
    "list_patient_visits",
    "list_step_rows",
    "list_steps",
    "nearest_offers",
    "next_available",
    "planned_steps",
    "skippable_steps",
    "why_not",
    "zone_of",
]
