"""Under row security an index serves only comparisons that leak nothing: so plans are tested."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from portal import clock
from portal.appointments.commands import seats
from portal.appointments.queries.search import search
from portal.db import session
from tests.support.scheduling import MONDAY, Practice, hours

pytestmark = pytest.mark.database
SHAPES = [
    {"offering_id"},
    {"service_id", "facility_id"},
    {"service_id", "plan_id", "doctor_id"},
    {"offering_id", "plan_id", "slot_id", "from_at", "until_at"},
]


@pytest.fixture
def values(clinic, practice: Practice) -> dict:
    """What the statements ask, in a clinic with hours."""
    hours(practice)
    return {
        "tenant_id": clinic.id, "user_id": None, "now": clock.now(), "first_date": None,
        "days": 14, "limit": 60, "minutes": None, "offering_id": practice.offering.id,
        "service_id": practice.service.id, "facility_id": clinic.facility_id, "plan_id": 1,
        "doctor_id": practice.doctor.id, "slot_id": 1, "from_at": MONDAY, "until_at": MONDAY,
        "but": None, "busy_from": MONDAY, "busy_until": MONDAY + timedelta(hours=1),
    }  # fmt: skip


def slot_scans(statement: str, values: dict) -> list[str]:
    """How the plan reaches slots, where it may not read the table from end to end."""
    session.execute(text("SET LOCAL enable_seqscan = off"))
    session.execute(text("SET LOCAL enable_bitmapscan = off"))
    plan = [row[0].strip() for row in session.execute(text(f"EXPLAIN {statement}"), values)]
    session.execute(text("SET LOCAL enable_seqscan = on"))
    return [
        next((below for below in plan[n + 1 :] if "Cond:" in below), "")
        for n, line in enumerate(plan)
        if " on availability_slots " in line
    ]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: " ".join(sorted(shape)))
def test_the_search_reaches_slots_by_tenant_and_time(values, shape):
    scans = slot_scans(search(frozenset(shape)).text, values)
    assert len(scans) == 3
    for scan in scans:
        assert scan.startswith("Index Cond:")
        assert "tenant_id" in scan
        assert "start_at" in scan


def test_whether_a_doctor_is_taken_is_read_by_time(values):
    [scan] = slot_scans(seats.TAKEN.text, values)
    assert "start_at" in scan
