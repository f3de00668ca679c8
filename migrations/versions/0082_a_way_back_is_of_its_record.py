"""A way back leads to the record that it is kept for, and says what whoever takes it reads.

An act of a visit could name another one in what it keeps, also of a facility that its writer does
not reach: a colleague who took it back wrote there. And of an act's `before` any words could be
missing: whoever pressed Z was told of a mistake.
"""

from alembic import op

from portal.tenancy.migrating import add_check, begin_again

revision = "0082"
down_revision = "0081"
branch_labels = None
depends_on = None

# `IS NOT DISTINCT FROM`: what is missing is not as it should be.
OF_ITS_VISIT = """
before IS NULL OR (
  before #> '{visit,id}' IS NOT DISTINCT FROM to_jsonb(appointment_id)
  AND before #> '{visit,facility_id}' IS NOT DISTINCT FROM to_jsonb(facility_id)
  AND jsonb_typeof(before -> 'steps') IS NOT DISTINCT FROM 'array'
  AND jsonb_typeof(before -> 'wishes') IS NOT DISTINCT FROM 'array'
  AND jsonb_typeof(before -> 'beside') IS NOT DISTINCT FROM 'array'
  AND (jsonb_typeof(before -> 'slot') IS NOT DISTINCT FROM 'null' OR (
    before #> '{slot,id}' IS NOT DISTINCT FROM before #> '{visit,availability_slot_id}'
    AND before #> '{slot,doctor_id}' IS NOT DISTINCT FROM before #> '{visit,doctor_id}'
    AND before #> '{slot,facility_id}' IS NOT DISTINCT FROM before #> '{visit,facility_id}')))
"""
NUMBER = '@.type() == "number" && @ > 0 && @ <= 9223372036854775807 && @.floor() == @'
DAY = r"""
(jsonb_typeof(before -> '{0}') IS NOT DISTINCT FROM 'null' OR CASE
  WHEN before ->> '{0}' ~ '^\d{{4}}-\d\d-\d\d$' THEN (before ->> '{0}')::date IS NOT NULL
  ELSE false END)
"""
STATUSES = "'active', 'inactive', 'deceased'"


def _number(name: str) -> str:
    return f"COALESCE(before @? 'strict $.{name} ? ({NUMBER})', false)"


def _is(name: str, kind: str) -> str:
    return f"jsonb_typeof(before -> '{name}') IS NOT DISTINCT FROM '{kind}'"


# What is read of an act when it is told and taken back.
READ = {
    "acceptance_marked": (
        _number("facility"), _number("plan"), _is("enabled", "boolean"),
        _is("accepted", "boolean"), DAY.format("since"), DAY.format("until"),
    ),
    "doctor_retired": (
        _is("places", "array"), f"NOT before @? 'strict $.places[*] ? (!({NUMBER}))'",
    ),
    "records_merged": (_number("patient"),),
    "status_set": (f"COALESCE(before ->> 'status' IN ({STATUSES}), false)",),
}  # fmt: skip
SAYS = " ".join(f"WHEN '{kind}' THEN {' AND '.join(asked)}" for kind, asked in READ.items())
# What is taken back once: it is not to be had again.
SPENT = ("absences", "appointment_acts", "own_acts", "patient_merges")


def upgrade() -> None:
    begin_again(
        "EXISTS (SELECT FROM pg_constraint WHERE conname = 'ck_appointment_acts_of_its_visit')",
        downgrade,
    )
    with op.get_context().autocommit_block():
        add_check("appointment_acts", "ck_appointment_acts_of_its_visit", OF_ITS_VISIT)
        add_check("own_acts", "ck_own_acts_says", f"CASE kind {SAYS} ELSE true END")
        for table in SPENT:
            op.execute(
                f"CREATE OR REPLACE TRIGGER guard_spent BEFORE UPDATE ON {table} FOR EACH ROW WHEN"
                " (current_user = 'portal_app' AND OLD.undone_at IS NOT NULL"
                " AND NEW.undone_at IS DISTINCT FROM OLD.undone_at) EXECUTE FUNCTION guard_spent()"
            )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for table in SPENT:
            op.execute(f"DROP TRIGGER IF EXISTS guard_spent ON {table}")
        op.execute("ALTER TABLE own_acts DROP CONSTRAINT IF EXISTS ck_own_acts_says")
        op.execute(
            "ALTER TABLE appointment_acts DROP CONSTRAINT IF EXISTS ck_appointment_acts_of_its_visit"
        )
