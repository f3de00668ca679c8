"""One row in every tenant-owned table of two clinics, made from the catalogue alone.

A new table gets its row by itself: required columns are filled by type, foreign keys point to
the clinic's own rows. Only where a CHECK wants something particular is it said here.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql

PARTICULAR = {
    ("users", "role"): "owner",
    ("users", "status"): "active",
    ("users", "password_hash"): "not a hash",
    ("tenant_keys", "purpose"): "data",
    ("user_links", "purpose"): "invitation",
    ("user_sessions", "idle_seconds"): 3600,
    ("user_sessions", "second_factor_at"): "2020-01-07 10:00+00",
    ("recovery_codes", "code_hash"): bytes(32),
    ("facilities", "slug"): "main",
    ("facilities", "timezone"): "Europe/London",
    ("absences", "type"): "blocked",
    ("absence_visits", "outcome"): "moved",
    ("absence_visits", "to_start_at"): "2030-01-07 09:00+00",
    ("availability_exceptions", "type"): "blocked",
    ("availability_slots", "status"): "reserved",
    ("availability_slots", "reserved_until"): "2030-01-07 09:05+00",
    ("availability_slots", "busy_from"): "2030-01-07 09:00+00",
    ("availability_slots", "busy_until"): "2030-01-07 10:00+00",
    ("step_templates", "default_duration_minutes"): 10,
    ("availability_rules", "slot_duration_minutes"): 30,
    ("patient_search_tokens", "token"): bytes(16),
    ("appointment_acts", "kind"): "move",
    ("own_acts", "kind"): "doctor_retired",
    ("own_acts", "before"): '{"places": []}',
    ("patient_merges", "merged_status"): "active",
    ("patient_alerts", "kind"): "safety",
    ("patient_alerts", "ended_at"): "2030-01-07 10:00+00",
    ("patient_contacts", "ended_at"): "2030-01-07 10:00+00",
    ("patient_contacts", "role"): "emergency",
    ("break_glass", "reason"): "a reason of some length",
    ("break_glass", "expires_at"): "2020-01-07 10:00+00",
    ("factor_resets", "ended_at"): "2030-01-07 10:00+00",
    ("exports", "format"): "csv",
    ("form_submissions", "digest"): bytes(32),
    ("uploads", "kind"): "services",
    ("uploads", "status"): "expired",
}
SECOND = {"email": "second"}
# A patient is merged into another, and a reset takes two people beside the one it is about.
LEFT_EMPTY = {
    ("patients", "merged_into"),
    ("factor_resets", "asked_by"),
    ("factor_resets", "approved_by"),
    ("disclosures", "corrects_id"),
    ("patient_notes", "corrects_id"),
}
# These are about two patients, the second registered later than the first.
TWO_PATIENTS = {"patient_merges": "merged_id", "patient_distinctions": "other_id"}

OWNED = """
SELECT c.relname, c.oid, has_table_privilege('portal_worker', c.oid, 'INSERT'),
  EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'id')
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  AND NOT c.relispartition AND EXISTS (
    SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')
ORDER BY c.relname
"""

COLUMNS = """
SELECT a.attname, format_type(a.atttypid, NULL), a.attnotnull AND d.oid IS NULL
FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity = ''
  AND a.attgenerated = ''
ORDER BY a.attnum
"""

# The referring column that is not the tenant, and the table it points to.
REFERENCES = """
SELECT a.attname, c.confrelid::regclass::text FROM pg_constraint c
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
WHERE c.conrelid = %s AND c.contype = 'f' AND a.attname <> 'tenant_id'
"""

LOG = "user_action_audit_log"


@dataclass
class Table:
    """A tenant-owned table as the catalogue describes it."""

    name: str
    columns: list[tuple[str, str, bool]]
    references: dict[str, str]
    written: bool  # by the roles at run time; else by the database's own functions only
    has_id: bool

    @property
    def of_facility(self) -> bool:
        """Whether each row belongs to one facility."""
        return "facility_id" in self.references

    @property
    def hangs_on(self) -> str | None:
        """The column that names the patient or visit whose reach decides over the row."""
        if self.of_facility or not self.written:
            return None
        held = (column for column in ("patient_id", "appointment_id") if column in self.references)
        return next(held, None)


@dataclass
class Clinic:
    """A clinic's id, the hash that enters it, and its one row in each table."""

    tenant_id: int
    token_hash: bytes
    ids: dict[str, int] = field(default_factory=dict)
    annex: dict[str, int] = field(default_factory=dict)


def owned_tables(connection: psycopg.Connection) -> list[Table]:
    """Every table with a tenant, those it points to first."""
    found = {}
    for name, oid, written, has_id in connection.execute(OWNED).fetchall():
        columns = connection.execute(COLUMNS, [oid]).fetchall()
        references = dict(connection.execute(REFERENCES, [oid]).fetchall())
        found[name] = Table(name, columns, references, written, has_id)
    ordered: dict[str, Table] = {}
    for _ in found:
        for table in found.values():
            needs = {t for c, t in table.references.items() if (table.name, c) not in LEFT_EMPTY}
            if table.name not in ordered and needs - {"tenants"} <= ordered.keys():
                ordered[table.name] = table
    assert ordered.keys() == found.keys(), "tables that refer to one another: LEFT_EMPTY"
    return list(ordered.values())


def make_clinic(worker: psycopg.Connection, slug: str, tables: list[Table]) -> Clinic:
    """A clinic with one row in every table, made as the worker in its own context."""
    (tenant_id,) = worker.execute(
        "SELECT create_tenant(%s, %s, 'Europe/London', 'en', '{}')", [slug, slug]
    ).fetchone()
    clinic = Clinic(tenant_id, hashlib.sha256(slug.encode()).digest())
    for table in tables:
        if table.written:
            values = values_for(table, clinic) | _second_patient(worker, table, clinic, tables)
            clinic.ids[table.name] = insert(worker, table, values)
    _add_annex(worker, clinic, tables)
    worker.commit()
    return clinic


def add_what_functions_write(
    admin: psycopg.Connection, clinic: Clinic, tables: list[Table]
) -> None:
    """A row in each table that only the database's own functions write, but for the log.

    In those that those limited to a facility see in part, one of the annex as well.
    """
    for table in tables:
        if not table.written and table.name != LOG:
            values = values_for(table, clinic) | {"tenant_id": clinic.tenant_id}
            clinic.ids[table.name] = insert(admin, table, values)
            if table.name == "break_glass":
                there = {f"{each}_id": clinic.annex[f"{each}s"] for each in ("user", "patient")}
                clinic.annex[table.name] = insert(admin, table, values | there)
    (clinic.annex[LOG],) = admin.execute(
        f"SELECT max(id) FROM {LOG} WHERE table_name = 'facilities' AND record_id = %s",
        [clinic.annex["facilities"]],
    ).fetchone()


def _add_annex(worker: psycopg.Connection, clinic: Clinic, tables: list[Table]) -> None:
    """A second facility, which the clinic's person is not let into, with rows of its own."""
    for table in tables:
        if table.name == "facilities":
            values = values_for(table, clinic) | {"name": "Annex", "slug": "annex"}
            clinic.annex[table.name] = insert(worker, table, values)
        elif table.name == "users":
            clinic.annex[table.name] = insert(worker, table, values_for(table, clinic) | SECOND)
        elif table.of_facility or table.hangs_on:
            values = annex_values(table, clinic) | _second_patient(worker, table, clinic, tables)
            clinic.annex[table.name] = insert(worker, table, values)


def _second_patient(
    worker: psycopg.Connection, table: Table, clinic: Clinic, tables: list[Table]
) -> dict[str, Any]:
    """One more patient, for a table that is about two."""
    if table.name not in TWO_PATIENTS:
        return {}
    [patients] = [each for each in tables if each.name == "patients"]
    unlike = {"row_uid": uuid4(), "mrn": uuid4().hex[:20]}
    values = values_for(patients, clinic) | unlike
    return {TWO_PATIENTS[table.name]: insert(worker, patients, values)}


def annex_values(table: Table, clinic: Clinic) -> dict[str, Any]:
    """A row like the clinic's first, at its other facility and at another time."""
    values = values_for(table, clinic)
    column = table.hangs_on or "facility_id"
    values[column] = clinic.annex[table.references[column]]
    later = {column: _LATER[value] for column, value in values.items() if value in _LATER}
    unlike = {"row_uid": uuid4(), "mrn": "annex", "booking_key": uuid4(), "merge_key": uuid4(),
              "entry_key": uuid4()}  # fmt: skip
    if table.name == "user_facilities":  # somebody else's, or it would widen the first's scope
        values["user_id"] = clinic.annex["users"]
    return values | later | {key: new for key, new in unlike.items() if key in values}


_LATER = {
    "2030-01-07 09:00+00": "2030-01-08 09:00+00",
    "2030-01-07 09:05+00": "2030-01-08 09:05+00",
    "2030-01-07 10:00+00": "2030-01-08 10:00+00",
}


def values_for(table: Table, clinic: Clinic) -> dict[str, Any]:
    """What one row of this clinic says in each column that has no default."""
    values: dict[str, Any] = {}
    for column, kind, required in table.columns:
        key = (table.name, column)
        if key in PARTICULAR:
            values[column] = PARTICULAR[key]
        elif column in table.references and key not in LEFT_EMPTY:
            values[column] = clinic.ids[table.references[column]]
        elif required:
            values[column] = _value(column, kind, clinic)
    return values


def insert(connection: psycopg.Connection, table: Table, values: dict[str, Any]) -> int | None:
    """Insert, and say the new row's id where the table has one."""
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) {}").format(
        sql.Identifier(table.name),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(sql.Placeholder() * len(values)),
        sql.SQL("RETURNING id" if table.has_id else ""),
    )
    cursor = connection.execute(statement, list(values.values()))
    return cursor.fetchone()[0] if table.has_id else None


def _value(column: str, kind: str, clinic: Clinic) -> Any:
    if column == "token_hash":
        return clinic.token_hash
    if column == "tenant_id":
        return clinic.tenant_id
    late = "end" in column or "expires" in column
    return {
        "text": "x",
        "character varying": "x",
        "integer": 1,
        "smallint": 1,
        "bigint": 1,
        "bytea": b"\x01\x01" + bytes(62),
        "uuid": "00000000-0000-4000-8000-" + f"{clinic.tenant_id:012d}",
        "timestamp with time zone": "2030-01-07 10:00+00" if late else "2030-01-07 09:00+00",
        "time without time zone": "10:00" if late else "09:00",
        "date": "2030-01-07",
    }[kind]
