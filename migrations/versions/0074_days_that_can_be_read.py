"""No day and no instant is written that the portal cannot read: none of them is without end.

PostgreSQL's reach to 294276 and to infinity, Python's to 9999. A row of such a day was read by
every page and every job that came by it, and stopped each.
"""

from alembic import op

from portal.tenancy.migrating import add_check, begin_again

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None

# What the web role may write, besides what a trigger stamps.
DAYS = {
    "absence_spans": "start_at, end_at",
    "absence_visits": "from_start_at, to_start_at, called_at, returned_at",
    "absences": "undone_at",
    "appointment_acts": "done_at, undone_at",
    "appointment_steps": "scheduled_start_at, scheduled_end_at, started_at, finished_at, replaced_at",
    "appointments": "start_at, end_at, confirmed_at, checked_in_at, started_at, finished_at",
    "availability_exceptions": "start_at, end_at",
    "availability_rules": "valid_from, valid_to",
    "availability_slots": "start_at, end_at, reserved_until, busy_from, busy_until, orphaned_at",
    "break_glass": "reviewed_at",
    "disclosures": "disclosed_on, withheld_until",
    "doctors": "deleted_at",
    "exports": "ended_at",
    "facilities": "deleted_at",
    "facility_insurance_plans": "accepted_since, accepted_until",
    "factor_resets": "expires_at, ended_at",
    "insurance_plans": "effective_from, effective_to",
    "passkeys": "last_used_at",
    "patient_alerts": "ended_at, created_at",
    "patient_contacts": "ended_at",
    "patient_merges": "undone_at",
    "patient_notes": "created_at",
    "patients": "created_at, deleted_at",
    "recovery_codes": "used_at",
    "services": "deleted_at",
    "uploads": "ended_at",
    "user_links": "expires_at, used_at",
    "user_sessions": "last_seen_at, revoked_at, challenge_at",
    "users": "last_seen_at",
    "waitlist_entries": "earliest_on, latest_on, created_at",
}
# A day's room at both ends, since an instant is read in every time zone.
READABLE = "{0} >= '0001-01-02' AND {0} < '9999-12-31'"


def upgrade() -> None:
    begin_again("EXISTS (SELECT FROM pg_constraint WHERE conname ~ '^ck_.*_calendar$')", downgrade)
    # One by one: whoever books locks these tables in another order.
    with op.get_context().autocommit_block():
        for table, columns in DAYS.items():
            name = f"ck_{table}_calendar"
            days = " AND ".join(READABLE.format(column) for column in columns.split(", "))
            add_check(table, name, days)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for table in DAYS:
            op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS ck_{table}_calendar")
