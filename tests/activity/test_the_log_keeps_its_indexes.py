"""Under row security an index serves only comparisons that leak nothing: so plans are tested."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from portal.activity.queries import log
from portal.activity.rules import Filters, Mark
from portal.db import session

pytestmark = pytest.mark.database
MANY = text("""
    SELECT audit_note('patients.show', 'patients', n % 200, n % 200, 'done', NULL, NULL, NULL)
      FROM generate_series(1, 4000) AS n
""")


@pytest.fixture
def clinic(alder):
    """A clinic with so many entries that an index pays."""
    with alder.at_work():
        session.execute(MANY)
        session.execute(text("RESET SESSION AUTHORIZATION"))
        session.execute(text("ANALYZE user_action_audit_log"))
        session.execute(text("SET SESSION AUTHORIZATION portal_worker"))
        yield alder


def plan(filters: Filters, before: Mark | None = None) -> list[str]:
    """How PostgreSQL finds a page of the log; empty months are not worth reading whole either."""
    statement = log.page_of(filters, before, limit=50)
    asked = statement.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
    for other in ("enable_seqscan", "enable_bitmapscan"):
        session.execute(text(f"SET LOCAL {other} = off"))
    return [row[0].strip() for row in session.execute(text(f"EXPLAIN {asked}"))]


def conditions(lines: list[str]) -> list[str]:
    """What each month's index is asked, and not what is asked of an entry's patient."""
    return [
        line
        for before, line in pairwise(lines)
        if line.startswith("Index Cond:") and " on user_action_audit_log_" in before
    ]


def of_this_month(lines: list[str]) -> str:
    """The same, of the month that has entries; an empty one's index may be any."""
    month = f" on user_action_audit_log_{datetime.now(UTC):%Y_%m} "
    [place] = [number for number, line in enumerate(lines) if month in line]
    return conditions(lines[place:])[0]


@pytest.mark.parametrize(
    ("filters", "columns"),
    [
        (Filters(), ("tenant_id",)),
        (Filters(patient_id=7), ("tenant_id", "patient_id")),
        (Filters(user_id=7), ("tenant_id", "user_id")),
        (Filters(table_name="patients", record_id=7), ("tenant_id", "table_name", "record_id")),
    ],
    ids=["everything", "a patient", "a person", "a record"],
)
def test_each_month_is_reached_by_an_index(clinic, filters, columns):
    lines = plan(filters)
    assert all(column in of_this_month(lines) for column in columns), lines
    assert not [line for line in lines if "Seq Scan" in line], lines


def test_the_newest_are_read_in_the_order_of_the_index(clinic):
    lines = plan(Filters())
    assert not [line for line in lines if line.removeprefix("->  ").startswith("Sort  ")], lines


def test_the_next_page_starts_where_the_last_one_ended(clinic):
    lines = plan(Filters(), Mark(datetime.now(UTC) - timedelta(hours=1), 7))
    assert conditions(lines)
    assert all("occurred_at" in condition for condition in conditions(lines)), lines


def test_a_period_leaves_the_other_months_out(clinic):
    now = datetime.now(UTC)
    day = plan(Filters(since=now, until=now + timedelta(days=1)))
    assert len(conditions(day)) < len(conditions(plan(Filters())))
