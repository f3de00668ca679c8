"""An opening is held or taken and not both, no longer than it is of use; seats are told at the end."""

from alembic import op

from portal.tenancy.migrating import add_check, begin_again

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None

TABLE = "availability_slots"
# The database does not know the portal's clock, but until when an opening can be of use.
CHECKS = {
    f"ck_{TABLE}_held_or_taken": "status <> 'reserved' OR booked_count = 0",
    f"ck_{TABLE}_held_until": "reserved_until <= end_at + interval '1 day'",
}
# As before, but that seats are looked at when the transaction ends: in the middle of one they may
# be said to be taken.
RECORD_SEATS = """
CREATE OR REPLACE FUNCTION record_seats() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF {many}NOT EXISTS (
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
MANY = """EXISTS (
    SELECT FROM availability_slots s
    WHERE s.tenant_id = NEW.tenant_id AND s.id = NEW.id
      AND s.capacity = NEW.capacity AND s.capacity > greatest(1, s.booked_count))
  AND """
TRIGGER = (
    "CREATE {kind} record_seats AFTER INSERT OR UPDATE OF capacity ON availability_slots"
    " {when}FOR EACH ROW WHEN (current_user = 'portal_app' AND NEW.capacity > {most})"
    " EXECUTE FUNCTION record_seats()"
)


def upgrade() -> None:
    there = f"EXISTS (SELECT FROM pg_constraint WHERE conname = '{next(iter(CHECKS))}')"
    begin_again(there, downgrade)
    with op.get_context().autocommit_block():
        for name, condition in CHECKS.items():
            add_check(TABLE, name, condition)
        op.execute(RECORD_SEATS.format(many=MANY))
        _watch("CONSTRAINT TRIGGER", "DEFERRABLE INITIALLY DEFERRED ", "1")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        _watch("TRIGGER", "", "greatest(1, NEW.booked_count)")
        op.execute(RECORD_SEATS.format(many=""))
        for name in CHECKS:
            op.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {name}")


def _watch(kind: str, when: str, most: str) -> None:
    made = TRIGGER.format(kind=kind, when=when, most=most)
    op.execute(f"DROP TRIGGER record_seats ON {TABLE}; {made}")
