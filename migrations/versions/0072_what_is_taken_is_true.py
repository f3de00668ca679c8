"""What an opening counts as taken is what appointments take, and another's hold stays as it is.

A statement by hand could count seats down or write an appointment beside the count, and a doctor
was free who was not; it could end another's hold unseen by moving its end first.
"""

from alembic import op

from portal.tenancy.migrating import begin_again
from portal.tenancy.policies import gate_function

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None

SLOTS, VISITS = "availability_slots", "appointments"
# Asked when the transaction ends and both have been written. An appointment that was cancelled
# when it was over keeps its seat.
GUARD_TAKEN = """
CREATE OR REPLACE FUNCTION guard_taken() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  taken bigint[];
BEGIN
  IF TG_TABLE_NAME = 'availability_slots' THEN
    taken := ARRAY[NEW.id];
  ELSE
    taken := ARRAY[NEW.availability_slot_id];
    IF TG_OP = 'UPDATE' THEN
      taken := taken || OLD.availability_slot_id;
    END IF;
    IF NEW.availability_slot_id IS NULL AND NEW.status <> 'cancelled' THEN
      RAISE check_violation USING CONSTRAINT = 'guard_taken',
        MESSAGE = 'an appointment takes an opening';
    END IF;
  END IF;
  IF EXISTS (
    SELECT FROM availability_slots s
    CROSS JOIN LATERAL (
      SELECT count(*) AS taking, count(*) FILTER (
        WHERE a.status = 'cancelled' OR (a.doctor_id = s.doctor_id
          AND a.facility_id = s.facility_id AND a.start_at = s.start_at
          AND a.start_at >= s.busy_from AND a.end_at <= s.busy_until)) AS fitting
      FROM appointments a
      WHERE a.tenant_id = s.tenant_id AND a.availability_slot_id = s.id
        AND (a.status <> 'cancelled' OR a.finished_at >= a.end_at)) AS found
    WHERE s.tenant_id = NEW.tenant_id AND s.id = ANY (taken)
      AND (s.booked_count <> found.taking OR s.booked_count <> found.fitting))
  THEN
    RAISE check_violation USING CONSTRAINT = 'guard_taken',
      MESSAGE = 'an opening counts the appointments that take it';
  END IF;
  RETURN NULL;
END $$
"""
# Of appointments the gate reads tenant_id and facility_id besides.
GIVEN = "availability_slot_id, doctor_id, start_at, end_at, status, finished_at"
READ = {
    SLOTS: "tenant_id, id, doctor_id, facility_id, start_at, booked_count, busy_from, busy_until",
    VISITS: GIVEN,
}
CANCELLED = "(OLD.status = 'cancelled') <> (NEW.status = 'cancelled')"
TAKES = "availability_slot_id, doctor_id, facility_id, start_at, end_at, finished_at"
# name, when, on which table, for which rows.
TRIGGERS = (
    (
        "guard_taken",
        "UPDATE OF booked_count, busy_from, busy_until",
        SLOTS,
        "OLD.booked_count <> NEW.booked_count OR NEW.booked_count > 0"
        " AND (OLD.busy_from, OLD.busy_until) IS DISTINCT FROM (NEW.busy_from, NEW.busy_until)",
    ),
    ("guard_taking", "INSERT", SLOTS, "NEW.booked_count > 0"),
    ("guard_taking", "INSERT", VISITS, "true"),
    (
        "guard_taken",
        f"UPDATE OF status, {TAKES}",
        VISITS,
        f"{CANCELLED} OR (OLD.{TAKES.replace(', ', ', OLD.')})"
        f" IS DISTINCT FROM (NEW.{TAKES.replace(', ', ', NEW.')})",
    ),
)
GUARD_HOLD = (
    "CREATE TRIGGER guard_hold BEFORE UPDATE OF {0} ON availability_slots FOR EACH ROW"
    " WHEN (current_user = 'portal_app' AND OLD.reserved_by <> current_user_id()"
    " AND (NEW.status = 'reserved' OR OLD.reserved_until > now()))"
    " EXECUTE FUNCTION guard_hold()"
)


def upgrade() -> None:
    begin_again("to_regproc('guard_taken') IS NOT NULL", downgrade)
    op.execute(GUARD_TAKEN)
    gate_function("guard_taken()", may_call="portal_owner")
    # Whoever books locks these tables in another order.
    with op.get_context().autocommit_block():
        op.execute(f"CREATE POLICY {SLOTS}_gate ON {SLOTS} TO portal_gate USING (true)")
        for table, columns in READ.items():
            op.execute(f"GRANT SELECT ({columns}) ON {table} TO portal_gate")
        for name, when, table, which in TRIGGERS:
            op.execute(
                f"CREATE CONSTRAINT TRIGGER {name} AFTER {when} ON {table}"
                " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
                f" WHEN (current_user = 'portal_app' AND ({which}))"
                " EXECUTE FUNCTION guard_taken()"
            )
        _hold("reserved_by, reserved_until, busy_from, busy_until")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        _hold("reserved_by")
        for name, _when, table, _which in TRIGGERS:
            op.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
        op.execute(f"REVOKE SELECT ({READ[SLOTS]}) ON {SLOTS} FROM portal_gate")
        op.execute(f"REVOKE SELECT ({GIVEN}) ON {VISITS} FROM portal_gate")
        op.execute(f"DROP POLICY IF EXISTS {SLOTS}_gate ON {SLOTS}")
    op.execute("SET LOCAL ROLE portal_gate")
    op.execute("DROP FUNCTION IF EXISTS guard_taken()")
    op.execute("RESET ROLE")


def _hold(columns: str) -> None:
    op.execute(f"DROP TRIGGER guard_hold ON {SLOTS}; " + GUARD_HOLD.format(columns))
