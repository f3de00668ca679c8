"""SQL of an attacker's choice writes no more than the pages of that person's role do.

The kind: a function, a policy or a right to a table that leaves it to the application whose role
does what. The attacker speaks as `portal_app`, signed in as each role in turn.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager

import psycopg
import pytest

from portal.auth.permissions import RIGHTS
from portal.schema.accounts import ROLES
from tests.support.databases import clone
from tests.tenancy.stage import Stage, staged

pytestmark = pytest.mark.database

# Which right a page wants that writes there.
WRITTEN_WITH = {
    "absence_spans": "absences.record",
    "absence_visits": "absences.record",
    "absences": "absences.record",
    "appointment_acts": "appointments.attend",
    "appointment_series": "appointments.book",
    "appointment_steps": "appointments.attend",
    "appointments": "appointments.book",
    "availability_exceptions": "absences.record",
    "availability_rules": "availability.manage",
    "availability_slots": "appointments.book",
    "break_glass": "activity.review",
    "disclosures": "disclosures.record",
    "doctors": "doctors.manage",
    "export_parts": "exchange.see",
    "exports": "exchange.see",
    "facilities": "facilities.manage",
    "facility_doctors": "doctors.manage",
    "facility_insurance_plans": "insurance.manage",
    "insurance_plans": "insurance.manage",
    "insurance_providers": "insurance.manage",
    "own_acts": "appointments.attend",
    "patient_alerts": "patients.change",
    "patient_contacts": "patients.change",
    "patient_distinctions": "patients.merge",
    "patient_merges": "patients.merge",
    "patient_notes": "patients.change",
    "patient_search_tokens": "patients.register",
    "patients": "patients.register",
    "service_offerings": "services.manage",
    "service_workflows": "services.manage",
    "services": "services.manage",
    "step_templates": "services.manage",
    "uploads": "exchange.import",
    "waitlist_entries": "appointments.book",
    "waitlist_facilities": "appointments.book",
    "workflow_steps": "services.manage",
}
# One's own session and forms; accounts, which need a proof.
BY_EVERYBODY = {
    "factor_resets", "form_submissions", "passkeys", "recovery_codes",
    "user_facilities", "user_factors", "user_links", "user_sessions", "users",
}  # fmt: skip
WRITABLE = """
SELECT c.relname, p.name,
  (SELECT a.attname FROM pg_attribute a
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.attidentity = '' AND NOT a.attisdropped
     AND has_column_privilege('portal_app', c.oid, a.attnum, replace(p.name, 'DELETE', 'SELECT'))
   LIMIT 1)
FROM pg_class c CROSS JOIN (VALUES ('INSERT'), ('UPDATE'), ('DELETE')) AS p (name)
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND CASE p.name WHEN 'DELETE' THEN has_table_privilege('portal_app', c.oid, 'DELETE')
      ELSE has_any_column_privilege('portal_app', c.oid, p.name) END
ORDER BY 1, 2
"""
# Rights and triggers of statements are asked whether there is a row or not.
EMPTY = {
    "INSERT": "INSERT INTO {0} ({1}) SELECT {1} FROM {0} WHERE false",
    "UPDATE": "UPDATE {0} SET {1} = DEFAULT WHERE false",
    "DELETE": "DELETE FROM {0} WHERE false",
}
# What the web role may call, that works with more rights than its own.
DEFINERS = """
SELECT proname FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND prosecdef
  AND has_function_privilege('portal_app', oid, 'EXECUTE')
"""
# They reach patients of other facilities, or the whole log: whose pages do.
BEYOND = {
    "audit_floor": (
        "SELECT audit_floor(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1)", "activity.see"
    ),
    "break_glass": ("SELECT break_glass(1, 'because I am curious')", "patients.break_glass"),
    "outside_number": ("SELECT outside_number(1)", "patients.break_glass"),
    "patients_elsewhere": (
        "SELECT patients_elsewhere('{phone}', '{x}', NULL, NULL)", "patients.break_glass"
    ),
}  # fmt: skip
# Of the process's key, or of a token that nobody reads.
WITH_A_PROOF = {
    "check_process_key", "end_overdue_session", "enter_session", "find_link", "find_user",
    "forget_tries", "renew_session", "session_proof", "show_checklist", "start_session", "take_try",
}  # fmt: skip
# Who speaks, what they have opened, and entries in their own name.
OF_ONESELF = {
    "audit_note", "audit_saw", "audit_sign_in_failed", "has_role", "opened_patients",
    "verified_context",
}  # fmt: skip
# One word, a number or a time each, which any role of the clinic may know.
TOLD_TO_ALL = {
    "accepting_elsewhere", "audit_open", "audit_state", "is_outside", "measures", "works_beyond",
}  # fmt: skip
# After whoever is signed in began: how they come to be nobody whose role counts.
UNABLE = {
    "disabled": ("UPDATE {} SET status = 'disabled'", "users"),
    "signed out": ("UPDATE {} SET revoked_at = now()", "user_sessions"),
    "owing a code": ("UPDATE {} SET second_factor_at = NULL", "user_sessions"),
}
REFUSED = psycopg.errors.InsufficientPrivilege
ANY_ROLE = "SELECT has_role('owner', 'admin', 'front_desk', 'clinician', 'auditor')"


@pytest.fixture(scope="module")
def stage(server) -> Iterator[Stage]:
    with clone(server, "roles") as database, staged(database) as made:
        made.connection.commit()
        yield made


@pytest.fixture(params=ROLES)
def role(request, stage) -> Iterator[str]:
    """The first clinic's person has this role."""
    clinic = stage.clinics[0]
    known = [request.param, clinic.ids["users"]]
    stage.connection.execute("UPDATE users SET role = %s WHERE id = %s", known)
    stage.speak_as("app")
    stage.enter(clinic)
    yield request.param
    stage.connection.rollback()


def undone(stage: Stage) -> AbstractContextManager[psycopg.Transaction]:
    return stage.connection.transaction(force_rollback=True)


def is_refused(stage: Stage, statement: str) -> bool:
    """Whether the role is what it is refused for. Undone either way."""
    try:
        with undone(stage):
            stage.connection.execute(statement)
    except psycopg.Error as refusal:
        return refusal.sqlstate == "42501" and "this role" in str(refusal)
    return False


def writes(stage: Stage) -> list[tuple[str, str]]:
    """Each table that the web role may write, and a statement for each way it may."""
    found = stage.connection.execute(WRITABLE).fetchall()
    return [(table, EMPTY[what].format(table, column)) for table, what, column in found]


def test_who_writes_each_table_is_decided(stage):
    assert {table for table, _statement in writes(stage)} == WRITTEN_WITH.keys() | BY_EVERYBODY


def test_a_role_writes_by_sql_what_its_pages_write(stage, role):
    tried = writes(stage)
    assert len(tried) > 80
    wrong = [
        statement
        for table, statement in tried
        if is_refused(stage, statement)
        != (table in WRITTEN_WITH and role not in RIGHTS[WRITTEN_WITH[table]])
    ]
    assert wrong == []


@pytest.mark.parametrize(("call", "right"), BEYOND.values(), ids=BEYOND)
def test_a_function_that_reaches_beyond_asks_for_the_role(stage, role, call, right):
    assert is_refused(stage, call) == (role not in RIGHTS[right])


def test_every_function_that_may_do_more_than_its_caller_is_decided(stage):
    named = {name for (name,) in stage.connection.execute(DEFINERS)}
    assert named == BEYOND.keys() | WITH_A_PROOF | OF_ONESELF | TOLD_TO_ALL


@pytest.mark.parametrize("how", UNABLE.values(), ids=UNABLE)
def test_whoever_may_not_work_has_no_role(stage, role, how):
    """The kind: the application alone knows that a session is over, or not whole yet."""
    assert stage.one(ANY_ROLE)
    with stage.after(*how):
        assert not stage.one(ANY_ROLE)
        refused = {statement for _table, statement in writes(stage) if is_refused(stage, statement)}
        free = {statement for table, statement in writes(stage) if table in BY_EVERYBODY}
        assert refused == {statement for _table, statement in writes(stage)} - free
        assert is_refused(stage, BEYOND["break_glass"][0])


def test_whoever_has_to_set_up_a_second_factor_has_no_role_until_then(stage, role):
    with (
        stage.after("UPDATE {} SET second_factor_at = NULL", "user_sessions"),
        stage.after("DELETE FROM {}", "user_factors"),
        stage.after("DELETE FROM {}", "passkeys"),
    ):
        assert stage.one(ANY_ROLE)
        with stage.after("UPDATE {} SET settings = '{{\"second_factor\": true}}'", "tenants"):
            assert not stage.one(ANY_ROLE)


# What wants more than the right to write its table.
CHANGES = {
    "appointments.overbook": (
        "INSERT INTO appointments (row_uid, patient_id, facility_id, doctor_id,"
        " service_offering_id, service_workflow_id, start_at, end_at, overbooked, overbook_reason)"
        " SELECT gen_random_uuid(), patient_id, facility_id, doctor_id, service_offering_id,"
        " service_workflow_id, start_at, end_at, true, 'because I say so' FROM appointments",
        "INSERT INTO availability_slots (doctor_id, facility_id, start_at, end_at, overbooked)"
        " SELECT doctor_id, facility_id, start_at, end_at, true FROM availability_slots",
    ),
    "patients.merge": (
        "UPDATE patients SET status = 'merged', merged_into = id",
        "UPDATE patients SET deleted_at = now()",
    ),
}


@pytest.mark.parametrize(
    ("right", "statement"),
    [(right, each) for right, statements in CHANGES.items() for each in statements],
)
def test_a_change_wants_the_right_of_its_page(stage, role, right, statement):
    """The kind: a table's right is asked, where one column's pages want another."""
    assert is_refused(stage, statement) == (role not in RIGHTS[right])
