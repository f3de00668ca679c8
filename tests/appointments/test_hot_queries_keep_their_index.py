"""Under row security an index serves only comparisons that leak nothing: so plans are tested."""

from datetime import time, timedelta

import pytest
from sqlalchemy import text

from portal import clock
from portal.appointments.queries.day_statements import VERSION, VISITS
from portal.appointments.queries.waitlist import matching
from portal.availability.queries.outlook import WEEK
from portal.db import session
from portal.scheduling.openings.search import search
from portal.scheduling.slots import seats
from tests.support.scheduling import MONDAY, Practice, a_practice, a_wish_for, book, hours

pytestmark = pytest.mark.database
SHAPES = [
    {"offering_id"},
    {"service_id", "facility_id"},
    {"service_id", "plan_id", "doctor_id"},
    {"offering_id", "plan_id", "from_at", "until_at"},
    {"offering_id", "on_dates"},
    {"service_id", "plan_id", "time_from", "time_until"},
]


@pytest.fixture
def values(clinic, practice: Practice) -> dict:
    """What the statements ask, in a clinic with so many slots that an index pays."""
    for busy in (practice, *(a_practice(clinic.facility_id) for _ in range(3))):
        for day in (1, 2, 3):
            hours(busy, day, slot_duration_minutes=10)
    session.execute(text("RESET SESSION AUTHORIZATION"))
    session.execute(text("ANALYZE availability_slots"))
    session.execute(text("SET SESSION AUTHORIZATION portal_worker"))
    return {
        "tenant_id": clinic.id, "user_id": None, "now": clock.now(), "first_date": None,
        "days": 14, "limit": 60, "minutes": None, "offering_id": practice.offering.id,
        "service_id": practice.service.id, "facility_id": clinic.facility_id, "plan_id": 1,
        "doctor_id": practice.doctor.id, "from_at": MONDAY, "until_at": MONDAY,
        "on_dates": [MONDAY.date()], "time_from": time(8), "time_until": time(12),
        "at": MONDAY, "each": 3, "most": 300, "doctor_ids": [1], "starts": [MONDAY],
        "but": [], "busy_from": MONDAY, "busy_until": MONDAY + timedelta(hours=1),
    }  # fmt: skip


def slot_scans(statement: str, values: dict) -> list[str]:
    """How the plan reaches slots; without bitmaps, which would only make the plan longer."""
    session.execute(text("SET LOCAL enable_bitmapscan = off"))
    plan = [row[0].strip() for row in session.execute(text(f"EXPLAIN {statement}"), values)]
    return [
        next((below for below in plan[n + 1 :] if "Cond:" in below), "")
        for n, line in enumerate(plan)
        if " on availability_slots " in line
    ]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: " ".join(sorted(shape)))
def test_the_search_reaches_slots_by_tenant_doctor_and_time(values, shape):
    scans = slot_scans(search(frozenset(shape)).text, values)
    assert len(scans) == 3
    for scan in scans:
        assert scan.startswith("Index Cond:")
        assert all(column in scan for column in ("tenant_id", "doctor_id", "start_at"))


@pytest.mark.parametrize("these", ["one", "some", "earliest"])
def test_whom_a_start_suits_is_asked_by_tenant_doctor_and_time(values, practice, these):
    for _ in range(3):
        a_wish_for(practice)
    scans = slot_scans(matching(these).text, values)
    assert len(scans) == 3
    for scan in scans:
        assert scan.startswith("Index Cond:")
        assert all(column in scan for column in ("tenant_id", "start_at"))
        # At one instant there are few slots, whoever's they are.
        assert "doctor_id" in scan or "(start_at = " in scan


def test_who_waits_is_found_by_service_or_facility(values):
    session.execute(text("SET LOCAL enable_seqscan = off"))
    for these, index in (("one", "ix_waitlist_entries_waiting"), ("earliest", "waitlist_")):
        plan = session.execute(text(f"EXPLAIN {matching(these).text}"), values)
        lines = [row[0] for row in plan]
        assert any(index in line for line in lines)
        assert not [line for line in lines if "Seq Scan on waitlist" in line]


def test_a_week_of_one_doctor_is_read_along_their_own_slots(values):
    """Each row asks whether the doctor is taken then: never of everybody's slots."""
    week = {"first_date": MONDAY.date(), "last_date": MONDAY.date() + timedelta(days=6)}
    scans = slot_scans(WEEK.text, values | week | {"horizon_days": 0, "limit": 2500})
    assert len(scans) == 3
    for scan in scans:
        assert scan.startswith("Index Cond:")
        assert "tenant_id" in scan
        assert "doctor_id" in scan or "(id = " in scan


def test_whether_a_doctor_is_taken_is_read_by_time(values):
    [scan] = slot_scans(seats.TAKEN.text, values)
    assert all(column in scan for column in ("tenant_id", "doctor_id", "start_at"))


@pytest.mark.parametrize("statement", [VISITS, VERSION], ids=["visits", "version"])
def test_the_board_finds_who_is_here_by_an_index_of_their_own(values, practice, statement):
    """Whoever is in the clinic is on the board whatever the day: no reason to read everything."""
    for hour in ("08:00", "09:00", "10:00", "11:00"):
        book(practice, hour)
    session.execute(text("RESET SESSION AUTHORIZATION"))
    session.execute(text("ANALYZE appointments"))
    session.execute(text("SET SESSION AUTHORIZATION portal_worker"))
    session.execute(text("SET LOCAL enable_seqscan = off"))
    day = {
        "opens": MONDAY,
        "closes": MONDAY + timedelta(days=1),
        "late": MONDAY,
        "zone": "America/Chicago",
    }
    rows = session.execute(text(f"EXPLAIN {statement.text}"), values | day)
    plan = "\n".join(row[0].strip() for row in rows)
    assert "ix_appointments_present" in plan
