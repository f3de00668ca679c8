"""What limits people to their facilities looks one patient up at a time, by index."""

import pytest
from sqlalchemy import TextClause, text
from sqlalchemy.dialects.postgresql.psycopg import dialect

from portal.db import session
from portal.patients.queries.holding import holding
from portal.patients.queries.records import RECENT
from portal.patients.rules.finding import Key
from portal.tenancy.context import request_context
from tests.support.glass import elsewhere, signed_in
from tests.support.scheduling import a_practice, book, hours, on_monday

pytestmark = pytest.mark.database

MANY = (
    """INSERT INTO patients (tenant_id, row_uid, mrn, facility_id, first_name, last_name,
              updated_at)
       SELECT tenant_id, gen_random_uuid(), 'P' || n, facility_id, first_name, last_name,
              now() - n * interval '1 minute'
         FROM patients, generate_series(1, 2000) AS n WHERE id = :patient""",
    """INSERT INTO patient_search_tokens (tenant_id, field, token, patient_id)
       SELECT tenant_id, 'prefix', sha256((id % 40)::text::bytea), id
         FROM patients WHERE mrn LIKE 'P%'""",
    """INSERT INTO appointments (tenant_id, row_uid, patient_id, facility_id, doctor_id,
              service_offering_id, service_workflow_id, start_at, end_at, status)
       SELECT a.tenant_id, gen_random_uuid(), p.id, a.facility_id, a.doctor_id,
              a.service_offering_id, a.service_workflow_id, a.start_at, a.end_at, 'completed'
         FROM appointments a, patients p WHERE a.id = :visit AND p.mrn LIKE 'P%'""",
)


@pytest.fixture
def limited(alder):
    """Somebody limited to one facility, and so many patients that an index pays."""
    there = elsewhere(alder)
    with on_monday(), alder.at_work():
        practice = a_practice(there.facility_id)
        hours(practice)
        asked = {"patient": there.patient_id, "visit": book(practice).id}
        session.execute(text("RESET SESSION AUTHORIZATION"))
        for statement in MANY:
            session.execute(text(statement), asked)
        for table in ("patients", "patient_search_tokens", "appointments"):
            session.execute(text(f"ANALYZE {table}"))
    with signed_in(there.person, alder):
        yield


def plan(statement: TextClause, values: dict) -> list[str]:
    for setting in (
        "enable_seqscan = off",
        "enable_bitmapscan = off",
        "plan_cache_mode = force_generic_plan",
    ):
        session.execute(text(f"SET LOCAL {setting}"))
    driver = session.connection().connection.driver_connection
    explain = f"EXPLAIN {statement.compile(dialect=dialect())}"
    asked = {"tenant_id": request_context().tenant_id, **values}
    return [row[0].strip() for row in driver.execute(explain, asked)]


def scans(lines: list[str], table: str) -> list[str]:
    """What each look-up of a table asks of its index."""
    places = (n for n, line in enumerate(lines) if f" on {table} " in line)
    return [next(line for line in lines[n:] if "Cond:" in line) for n in places]


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize("names", [("an",), ("an", "okaf"), ("an", "okaf", "li")])
def test_a_search_finds_tokens_first_and_asks_for_each_patient_by_number(names):
    [(statement, values)] = holding([[Key("prefix", name) for name in names]], limit=54)
    lines = plan(statement, values)
    assert not [line for line in lines if "hashed SubPlan" in line or "Seq Scan" in line], lines
    # What is read through is one token's patients; the other tokens are looked up for each.
    for asked in scans(lines, "patient_search_tokens"):
        assert "token = " in asked or "patient_id = " in asked, lines
    for asked in scans(lines, "patients") + scans(lines, "appointments"):
        assert "patient_id" in asked, lines


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize("names", [("an",), ("an", "okaf")])
def test_a_search_stops_when_it_has_enough_instead_of_sorting_all(names):
    [(statement, values)] = holding([[Key("prefix", name) for name in names]], limit=54)
    lines = plan(statement, values)
    limit = max(n for n, line in enumerate(lines) if line.startswith("->  Limit"))
    assert not [line for line in lines[limit:] if line.startswith("->  Sort")], lines
    assert [line for line in lines[limit:] if "Index Only Scan Backward" in line], lines


@pytest.mark.usefixtures("limited")
def test_the_latest_are_read_in_the_order_of_their_index(alder):
    lines = plan(RECENT, {"limit": 20})
    assert not [line for line in lines if "hashed SubPlan" in line or "Seq Scan" in line], lines
    assert any("ix_patients_updated_at" in line for line in lines), lines
    assert all("patient_id = p.id" in asked for asked in scans(lines, "appointments")), lines
