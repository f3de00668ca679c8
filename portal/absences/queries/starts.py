"""Starts on offer for many visits at once: one search, however many there are."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from portal import clock
from portal.absences.rules import AffectedAppointment, Proposal
from portal.db import session
from portal.scheduling.openings.conditions import (
    ACTIVE,
    DOCTOR,
    FACILITY,
    LOCATION,
    SERVICE,
    workflow,
)
from portal.scheduling.openings.search import free_starts
from portal.sql import statement
from portal.tenancy.context import request_context

# How far from the visits other starts are looked for.
BEFORE, AFTER = timedelta(days=3), timedelta(days=28)
# Starts of each doctor that are looked at for a kind of visit: some, and more for more visits.
LEAST, FOR_EACH, MOST = 80, 4, 400
# Of a service's doctors at their facilities: the visits' own first, then those of their facilities.
MOST_OFFERINGS = 100

SEARCH = statement(
    "absences/starts_for_visits", active=ACTIVE, doctor=DOCTOR, facility=FACILITY,
    location=LOCATION, service=SERVICE, workflow=workflow, free_starts=free_starts,
)  # fmt: skip


def starts_for(
    visits: Sequence[AffectedAppointment], *, soonest: datetime
) -> dict[tuple[int, int | None, int], list[Proposal]]:
    """The openings for each kind of visit: its service, its plan, its minutes.

    Args:
        visits: which need another start.
        soonest: nobody can come before then.
    """
    counted = Counter(visit.kind for visit in visits)
    kinds = sorted(counted, key=repr)
    first: dict[object, list[AffectedAppointment]] = defaultdict(list)
    for visit in visits:
        first[visit.kind].append(visit)
    values = {
        "tenant_id": request_context().tenant_id, "user_id": request_context().user_id,
        "now": clock.now(),
        "doctor_ids": sorted({each.doctor_id for each in visits}),
        "facility_ids": sorted({each.facility_id for each in visits}),
        "most_offerings": MOST_OFFERINGS,
        "numbers": list(range(len(kinds))),
        "service_ids": [kind[0] for kind in kinds], "plan_ids": [kind[1] for kind in kinds],
        "minutes": [kind[2] for kind in kinds],
        "from_ats": [
            max(soonest, min(each.start_at for each in first[kind]) - BEFORE) for kind in kinds
        ],
        "until_ats": [max(each.start_at for each in first[kind]) + AFTER for kind in kinds],
        "mosts": [min(LEAST + FOR_EACH * counted[kind], MOST) for kind in kinds],
    }  # fmt: skip
    found: dict[tuple[int, int | None, int], list[Proposal]] = {kind: [] for kind in kinds}
    for number, *columns in session.execute(SEARCH, values):
        found[kinds[number]].append(Proposal._make(columns))
    return {kind: _one_a_start(proposals) for kind, proposals in found.items()}


def _one_a_start(proposals: Sequence[Proposal]) -> list[Proposal]:
    """Of two slots of a doctor at one time that of the offering's own comes first, and is kept."""
    kept: dict[tuple[object, ...], Proposal] = {}
    for each in proposals:
        kept.setdefault((each.start_at, each.doctor_id, each.offering_id), each)
    return list(kept.values())
