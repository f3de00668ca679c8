"""No value is so long that whoever reads it cannot hold it; what an import says is not in the log.

A statement could leave hundreds of megabytes in one column, compressed to a few: each page that
shows it, and each job that comes by it, had to hold all of them. The report of an import with a
mistake in each of its ten thousand lines is longer than an entry of the log may be: it could not
be imported any more.
"""

from alembic import op

from portal.tenancy.migrating import add_check, begin_again

revision = "0079"
down_revision = "0078"
branch_labels = None
depends_on = None

# Bytes: names have 200 characters at most on every screen, other texts 2,000.
NAME, TEXT, OBJECT = 2_000, 20_000, 100_000
# As long as an entry may be, in which the same steps stand; of ten thousand lines all that is wrong.
ACT, REPORT = 1_000_000, 20_000_000
LENGTHS = {
    "absences": {TEXT: "reason"},
    "appointment_acts": {ACT: "before"},
    "appointments": {TEXT: "cancel_reason, overbook_reason"},
    "availability_exceptions": {TEXT: "reason", OBJECT: "meta"},
    "availability_rules": {OBJECT: "meta"},
    "doctors": {
        NAME: "first_name, last_name, display_name, specialty", TEXT: "profile", OBJECT: "contact",
    },
    "exports": {OBJECT: "asked"},
    "facilities": {NAME: "name", TEXT: "address", OBJECT: "meta"},
    "facility_insurance_plans": {TEXT: "notes"},
    "form_submissions": {TEXT: "location, said"},
    "insurance_plans": {NAME: "name", OBJECT: "meta"},
    "insurance_providers": {NAME: "name, website", OBJECT: "contact, meta"},
    "passkeys": {TEXT: "public_key"},
    "patient_merges": {NAME: "merged_status"},
    "service_offerings": {OBJECT: "meta"},
    "service_workflows": {NAME: "name", OBJECT: "meta"},
    "services": {NAME: "name, category", TEXT: "description", OBJECT: "meta"},
    "step_templates": {NAME: "name", TEXT: "description", OBJECT: "meta"},
    "uploads": {REPORT: "report"},
    "user_sessions": {NAME: "challenge"},
    "users": {NAME: "name, password_hash"},
    "workflow_steps": {OBJECT: "meta"},
}  # fmt: skip
BYTES = ("challenge", "public_key")
AUDIT_UPLOADS = (
    "CREATE OR REPLACE TRIGGER audit_uploads AFTER INSERT OR UPDATE OR DELETE ON uploads"
    " FOR EACH ROW EXECUTE FUNCTION audit_change({})"
)


def upgrade() -> None:
    begin_again("EXISTS (SELECT FROM pg_constraint WHERE conname ~ '^ck_.*_lengths$')", downgrade)
    # One by one: whoever books locks these tables in another order.
    with op.get_context().autocommit_block():
        for table, columns in LENGTHS.items():
            bounds = [
                _bound(each, most) for most, some in columns.items() for each in some.split(", ")
            ]
            add_check(table, f"ck_{table}_lengths", " AND ".join(bounds))
        op.execute(AUDIT_UPLOADS.format("'content', 'report'"))


def _bound(column: str, most: int) -> str:
    value = column if column in BYTES else f"{column}::text"
    return f"octet_length({value}) <= {most}"


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(AUDIT_UPLOADS.format("'content'"))
        for table in LENGTHS:
            op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS ck_{table}_lengths")
