"""What is put back is what there can be: a merged record's status, and the rows of an act.

Another status was found out by whoever separated the two: a mistake, and they stayed one for good.
And of an act of a visit a step without its number, a time of no calendar or a number in letters
broke the visit's page for everybody. What an act keeps is written as the rows themselves are.
"""

from alembic import op

from portal.tenancy.migrating import add_check, begin_again

revision = "0083"
down_revision = "0082"
branch_labels = None
depends_on = None

CHECK = "ck_patient_merges_merged_status"
REQUIRED = {
    "kept.visit": (
        "patient_id", "doctor_id", "service_offering_id", "service_workflow_id", "start_at",
        "end_at", "status", "overbooked", "row_version",
    ),
    "kept.slot": ("start_at", "end_at", "status", "capacity", "booked_count", "overbooked"),
    "each": (
        "id", "workflow_step_id", "step_template_id", "position", "scheduled_start_at",
        "scheduled_end_at", "status",
    ),
}  # fmt: skip
TIMES = {
    "kept.visit": ("start_at", "end_at", "confirmed_at", "checked_in_at", "started_at", "finished_at"),
    "kept.slot": ("start_at", "end_at", "reserved_until", "busy_from", "busy_until", "orphaned_at"),
    "each": ("scheduled_start_at", "scheduled_end_at", "started_at", "finished_at"),
}  # fmt: skip
OUT_OF_THE_CALENDAR = "{0} < '0001-01-02' OR {0} >= '9999-12-31'"


def _cannot_be(row: str) -> str:
    missing = ", ".join(f"({row}).{column}" for column in REQUIRED[row])
    times = " OR ".join(OUT_OF_THE_CALENDAR.format(f"({row}).{column}") for column in TIMES[row])
    return f"(num_nulls({missing}) > 0 OR {times})"


# `step` is of what is done to one. A visit that was cancelled has its end.
GUARD_BEFORE = f"""
CREATE OR REPLACE FUNCTION guard_before() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT FROM jsonb_to_record(NEW.before) AS kept(
             visit appointments, slot availability_slots, steps appointment_steps[],
             wishes bigint[], beside bigint[], step bigint)
     WHERE NEW.before - 'step' IS DISTINCT FROM jsonb_build_object(
             'visit', to_jsonb(kept.visit) - 'notes', 'slot', kept.slot,
             'steps', (SELECT COALESCE(jsonb_agg(to_jsonb(s) - 'notes' ORDER BY s.id), '[]')
                         FROM unnest(kept.steps) AS s),
             'wishes', kept.wishes, 'beside', kept.beside)
        OR (NEW.before ? 'step' AND NEW.before -> 'step' IS DISTINCT FROM to_jsonb(kept.step))
        OR {_cannot_be("kept.visit")}
        OR ((kept.visit).status = 'cancelled' AND (kept.visit).finished_at IS NULL)
        OR (NEW.before -> 'slot' <> 'null' AND {_cannot_be("kept.slot")})
        OR EXISTS (SELECT FROM unnest(kept.steps) AS each WHERE {_cannot_be("each")})
  ) THEN
    RAISE check_violation USING MESSAGE = 'an act keeps the rows of its visit as they are';
  END IF;
  RETURN NEW;
END
$$
"""


def upgrade() -> None:
    begin_again(f"EXISTS (SELECT FROM pg_constraint WHERE conname = '{CHECK}')", downgrade)
    op.execute(GUARD_BEFORE)
    op.execute("REVOKE ALL ON FUNCTION guard_before() FROM PUBLIC")
    with op.get_context().autocommit_block():
        add_check("patient_merges", CHECK, "merged_status IN ('active', 'inactive', 'deceased')")
        op.execute(
            "CREATE OR REPLACE TRIGGER guard_before BEFORE INSERT ON appointment_acts FOR EACH ROW"
            " WHEN (NEW.before IS NOT NULL) EXECUTE FUNCTION guard_before()"
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("DROP TRIGGER IF EXISTS guard_before ON appointment_acts")
        op.execute(f"ALTER TABLE patient_merges DROP CONSTRAINT IF EXISTS {CHECK}")
    op.execute("DROP FUNCTION IF EXISTS guard_before()")
