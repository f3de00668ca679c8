"""A clinic whose every list is long: so many rows of everything that can be listed."""

from datetime import date, timedelta
from uuid import uuid4

from psycopg import sql

from bench.kit.clinic import NOW, Works
from portal.patients.commands.importing import import_patients
from portal.patients.rules.details import PatientDetails
from portal.patients.rules.incoming import Taken
from portal.phi.sealed import seal_field

SYLLABLES = ("ba", "del", "do", "fa", "gi", "ha", "jo", "ka", "le", "mi", "no", "ra", "so", "tu")
# One in ten is somebody's second record: the same birth date, nearly the same name.
TWICE = 10
FEW = 100

# Copies of rows that commands made, past triggers and foreign keys (checked at the end).
ROWS = """
UPDATE doctors SET last_name = 'Example ' || id, display_name = 'Dr Example ' || id
 WHERE id <> {doctor};
INSERT INTO facilities (tenant_id, name, slug, timezone)
SELECT tenant_id, 'Facility ' || n, 'facility-' || n, timezone FROM facilities, {numbers}
 WHERE id = {facility};
INSERT INTO services (tenant_id, name, code, category)
SELECT tenant_id, 'Service ' || n, 'S' || n, 'Kind ' || n % 20 FROM services, {numbers}
 WHERE id = {service};
INSERT INTO step_templates (tenant_id, name, default_duration_minutes)
SELECT tenant_id, 'Step ' || n, 10 FROM services, {numbers} WHERE id = {service};
INSERT INTO insurance_providers (tenant_id, name)
SELECT tenant_id, 'Payer number ' || n FROM services, {numbers} WHERE id = {service};
INSERT INTO insurance_plans (tenant_id, insurance_provider_id, plan_code, name)
SELECT tenant_id, id, 'C' || id, 'Plan ' || id FROM insurance_providers
 WHERE name LIKE 'Payer number %';
INSERT INTO facility_insurance_plans (tenant_id, facility_id, insurance_plan_id, enabled)
SELECT tenant_id, {facility}, id, id % 3 > 0 FROM insurance_plans WHERE name LIKE 'Plan %'
    ON CONFLICT DO NOTHING;
INSERT INTO users (tenant_id, email, name, role, status)
SELECT tenant_id, 'person' || n || '@bench.example', 'Person ' || n, 'clinician', 'invited'
  FROM services, {numbers} WHERE id = {service};
INSERT INTO availability_exceptions (tenant_id, facility_id, doctor_id, start_at, end_at, type)
SELECT tenant_id, {facility}, {doctor}, {now} + n * interval '1 hour',
       {now} + n * interval '1 hour' + interval '30 minutes', 'blocked'
  FROM services, {numbers} WHERE id = {service};
"""
# A visit of everybody in a slot that no rule supports any more, each with a doctor of their own,
# over ten days.
ORPHANS = """
WITH d AS (SELECT o.*, row_number() OVER (ORDER BY o.id) AS n FROM service_offerings o
            WHERE o.facility_id = {facility}),
     p AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM patients),
     t AS (SELECT *, {now} + interval '1 day' + n % 960 * interval '15 minutes' AS at FROM d),
     s AS (INSERT INTO availability_slots (tenant_id, facility_id, doctor_id, start_at, end_at,
                    status, booked_count, busy_from, busy_until, orphaned_at)
           SELECT tenant_id, {facility}, doctor_id, at, at + interval '1 hour', 'booked', 1, at,
                  at + interval '1 hour', {now} FROM t
           RETURNING *)
INSERT INTO appointments (tenant_id, row_uid, patient_id, facility_id, doctor_id,
       service_offering_id, availability_slot_id, service_workflow_id, insurance_plan_id, start_at,
       end_at)
SELECT s.tenant_id, gen_random_uuid(), p.id, {facility}, s.doctor_id, d.id, s.id, w.id,
       (SELECT insurance_plan_id FROM facility_insurance_plans WHERE NOT enabled LIMIT 1),
       s.start_at, s.end_at
  FROM s JOIN d ON d.doctor_id = s.doctor_id JOIN p ON p.n = d.n
  JOIN service_workflows w ON w.service_offering_id = d.id
"""
UPLOADS = """
INSERT INTO uploads (tenant_id, row_uid, uploaded_by, kind, status, file_name)
VALUES (%s, %s, %s, 'services', 'imported', %s)
"""


def fill(works: Works, rows: int) -> None:
    """So many rows of each list, beside the doctors, places, offerings and rules of the clinic."""
    _register(works, range(min(FEW, rows)))
    # Of a table that was looked at with one row in it, the planner takes every column for unique.
    works.admin("ANALYZE patients, patient_search_tokens")
    _register(works, range(FEW, rows))
    with works.clinic.at_work():
        uids = [uuid4() for _ in range(rows)]
        names = [seal_field("uploads", "file_name", uid, "list.csv") for uid in uids]
    practice = works.practice
    places = {
        "facility": sql.Literal(practice.facility_id),
        "service": sql.Literal(practice.service.id),
        "doctor": sql.Literal(practice.doctor.id),
        "now": sql.Literal(NOW),
        "numbers": sql.SQL(f"generate_series(1, {rows}) AS n"),
    }
    with works.database.connect("admin") as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(sql.SQL(ROWS).format(**places))
        admin.execute(sql.SQL(ORPHANS).format(**places))
        person = works.clinic.admin.id
        admin.cursor().executemany(
            UPLOADS,
            [(works.clinic.id, uid, person, name) for uid, name in zip(uids, names, strict=True)],
        )
    works.admin("ANALYZE")


def _register(works: Works, numbers: range) -> None:
    with works.clinic.at_work():
        taken = (Taken(n, _person(n)) for n in numbers)
        import_patients(taken, facility_id=works.clinic.facility_id, on_result=lambda _fate: None)


def _person(number: int) -> PatientDetails:
    """Somebody invented; one in `TWICE` again with a letter more in the name."""
    other = number % TWICE == TWICE - 1
    n = number - 1 if other else number
    first = "".join(SYLLABLES[n // 14**k % 14] for k in range(2)).title()
    last = "".join(SYLLABLES[n * 7 // 14**k % 14] for k in range(4)).title()
    return PatientDetails(
        first_name=first, last_name=f"{last}{'a' if other else ''}",
        dob=date(1940, 1, 1) + timedelta(days=n * 3 % 25_000),
        phone=f"312 555 {n % 10_000:04}", external_ids=(f"bench|{number}",),
    )  # fmt: skip
