"""Whose an opening is, who holds it and how many seats it has, whatever a statement says.

The kind: a guard that asks of one column or of one statement, where another says the same.
"""

import psycopg
import pytest

from portal.auth.permissions import RIGHTS
from tests.auth.test_roles_in_the_database import REFUSED, role, stage, undone
from tests.tenancy.stage import Stage

pytestmark = pytest.mark.database
__all__ = ["role", "stage"]


@pytest.fixture
def held(stage, role) -> int:
    """An opening that a colleague holds for long, while each role works in turn."""
    clinic = stage.clinics[0]
    colleague = (
        "INSERT INTO users (tenant_id, email, name, role, status) VALUES"
        f" ({clinic.tenant_id}, 'colleague@roles.example', 'Colleague', 'front_desk', 'invited')"
    )
    given = (
        "UPDATE {} SET reserved_until = now() + interval '1 hour', reserved_by ="
        " (SELECT id FROM users WHERE email = 'colleague@roles.example')"
        f" WHERE tenant_id = {clinic.tenant_id}"
    )
    stage.speak_as_nobody_limited()
    stage.connection.execute(colleague)
    stage.connection.execute(given.format("availability_slots"))
    stage.speak_as("app")
    stage.enter(clinic)
    return clinic.ids["availability_slots"]


def entries(stage: Stage, action: str) -> int:
    stage.speak_as_nobody_limited()
    return stage.count("user_action_audit_log", "action_type = %s", action)


def test_nobody_takes_over_a_hold_and_whoever_ends_it_is_on_record(stage, role, held):
    """The kind: an opening is written by SQL, and no entry says by whom."""
    mine = f"UPDATE availability_slots SET reserved_by = current_user_id() WHERE id = {held}"
    with pytest.raises(REFUSED, match=r"holds this|this role"), undone(stage):
        stage.connection.execute(mine)
    if role not in RIGHTS["appointments.book"]:
        return
    stage.connection.execute(
        "UPDATE availability_slots SET status = 'open', reserved_by = NULL, reserved_until = NULL,"
        f" busy_from = NULL, busy_until = NULL WHERE id = {held}"
    )
    assert entries(stage, "availability_slots.end_hold") == 1


@pytest.mark.parametrize(
    "changed",
    [
        "reserved_until = now() - interval '1 second'",
        "busy_until = busy_from + interval '1 second'",
    ],
)
def test_anothers_hold_stays_as_it_is_until_it_is_let_go_of(stage, role, held, changed):
    """The kind: a guard that asks of one column, where another says the same."""
    with pytest.raises(REFUSED, match=r"holds this|this role"), undone(stage):
        stage.connection.execute(f"UPDATE availability_slots SET {changed} WHERE id = {held}")


@pytest.mark.parametrize("changed", ["booked_count = 1", "reserved_until = '2925-01-01'"])
def test_a_hold_is_nothing_else_and_ends(stage, role, held, changed):
    with pytest.raises((REFUSED, psycopg.errors.CheckViolation)), undone(stage):
        stage.connection.execute(
            f"UPDATE availability_slots SET {changed}, reserved_by = reserved_by WHERE id = {held}"
        )


@pytest.mark.parametrize(
    "way",
    [
        ("capacity = 500",),
        (
            "capacity = 500, booked_count = 500, status = 'booked', reserved_by = NULL,"
            " reserved_until = NULL",
            "booked_count = 0, status = 'open'",
        ),
    ],
)
def test_seats_that_no_rule_gives_are_on_record(stage, role, held, way):
    """In one statement, or said to be taken in between."""
    if role not in RIGHTS["appointments.book"]:
        return
    for changed in way:
        stage.connection.execute(f"UPDATE availability_slots SET {changed} WHERE id = {held}")
    stage.connection.execute("SET CONSTRAINTS record_seats IMMEDIATE")
    assert entries(stage, "availability_slots.seats") == 1


@pytest.mark.parametrize("column", ["doctor_id", "facility_id", "start_at", "overbooked"])
def test_an_opening_stays_whose_and_when_it_is(stage, role, column):
    statement = f"UPDATE availability_slots SET {column} = {column}"
    with pytest.raises(REFUSED, match="permission denied"), undone(stage):
        stage.connection.execute(statement)
