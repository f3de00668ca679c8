"""Openings are written by whom bookings are; holds and seats by hand are on the record."""

from alembic import op

from portal.tenancy.policies import gate_function

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

TABLE = "availability_slots"
BOOK = "'owner', 'admin', 'front_desk', 'clinician'"
# Where, whose and when an opening is stays as it was laid out; another one is laid out instead.
CHANGED = (
    "status", "booked_count", "reserved_until", "reserved_by", "busy_from", "busy_until", "end_at",
    "capacity", "orphaned_at", "service_offering_id", "created_from_rule_id",
)  # fmt: skip
# A hold goes from one person to another by being let go of. The portal's clock says when it has
# ended (a demonstration has one of its own); whoever ends it sooner by the database's is recorded.
GUARD_HOLD = """
CREATE FUNCTION guard_hold() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  context text[] := verified_context();
BEGIN
  IF NEW.status = 'reserved' THEN
    RAISE insufficient_privilege USING MESSAGE = 'somebody else holds this opening';
  END IF;
  PERFORM audit_append(OLD.tenant_id, context[6], nullif(context[3], '')::bigint,
    nullif(context[5], '')::bigint, 'availability_slots.end_hold', 'availability_slots', OLD.id,
    NULL, jsonb_build_object('reserved_by', OLD.reserved_by), NULL, 'done', NULL);
  RETURN NEW;
END $$
"""
# What a rule says is laid out as it says; any other number of seats is somebody's doing.
RECORD_SEATS = """
CREATE FUNCTION record_seats() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM availability_rules r
    WHERE r.tenant_id = NEW.tenant_id AND r.id = NEW.created_from_rule_id
      AND r.capacity = NEW.capacity)
  THEN
    PERFORM audit_note('availability_slots.seats', 'availability_slots', NEW.id, NULL, 'done', NULL,
      NULL, jsonb_build_object('capacity', NEW.capacity));
  END IF;
  RETURN NULL;
END $$
"""
# As `guard_role`, for a row whose change is more than its table's right.
GUARD_CHANGE = """
CREATE FUNCTION guard_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT has_role(VARIADIC TG_ARGV) THEN
    RAISE insufficient_privilege USING MESSAGE = 'this role does not change that';
  END IF;
  RETURN NEW;
END $$
"""
OF_THE_GATE = {"guard_hold": GUARD_HOLD, "guard_change": GUARD_CHANGE}


def upgrade() -> None:
    op.execute(
        f"CREATE TRIGGER guard_role BEFORE INSERT OR UPDATE OR DELETE ON {TABLE}"
        " FOR EACH STATEMENT WHEN (current_user = 'portal_app')"
        f" EXECUTE FUNCTION guard_role({BOOK})"
    )
    op.execute(RECORD_SEATS)
    for name, function in OF_THE_GATE.items():
        op.execute(function)
        gate_function(f"{name}()", may_call="portal_owner")
    op.execute(
        f"CREATE TRIGGER guard_overbooked BEFORE INSERT ON {TABLE} FOR EACH ROW"
        " WHEN (current_user = 'portal_app' AND NEW.overbooked)"
        " EXECUTE FUNCTION guard_change('owner', 'admin', 'front_desk')"
    )
    op.execute(
        f"CREATE TRIGGER guard_hold BEFORE UPDATE OF reserved_by ON {TABLE} FOR EACH ROW"
        " WHEN (current_user = 'portal_app' AND OLD.reserved_by <> current_user_id()"
        " AND (NEW.status = 'reserved' OR OLD.reserved_until > now()))"
        " EXECUTE FUNCTION guard_hold()"
    )
    op.execute(
        f"CREATE TRIGGER record_seats AFTER INSERT OR UPDATE OF capacity ON {TABLE} FOR EACH ROW"
        " WHEN (current_user = 'portal_app' AND NEW.capacity > greatest(1, NEW.booked_count))"
        " EXECUTE FUNCTION record_seats()"
    )
    op.execute(f"REVOKE UPDATE ON {TABLE} FROM portal_app")
    op.execute(f"GRANT UPDATE ({', '.join(CHANGED)}) ON {TABLE} TO portal_app")


def downgrade() -> None:
    op.execute(f"REVOKE UPDATE ({', '.join(CHANGED)}) ON {TABLE} FROM portal_app")
    op.execute(f"GRANT UPDATE ON {TABLE} TO portal_app")
    for trigger in ("record_seats", "guard_hold", "guard_overbooked", "guard_role"):
        op.execute(f"DROP TRIGGER {trigger} ON {TABLE}")
    op.execute("DROP FUNCTION record_seats()")
    op.execute("SET LOCAL ROLE portal_gate")
    for name in OF_THE_GATE:
        op.execute(f"DROP FUNCTION {name}()")
    op.execute("RESET ROLE")
