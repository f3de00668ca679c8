"""What no command erases, and what only the worker writes, is taken from the roles."""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

# Ended, closed or replaced, and kept.
NEVER_ERASED = (
    "availability_rules", "availability_slots", "doctors", "facilities", "facility_doctors",
    "facility_insurance_plans", "insurance_plans", "insurance_providers", "service_offerings",
    "service_workflows", "services", "step_templates", "user_links", "workflow_steps",
)  # fmt: skip
# A choice of facilities is made and taken back, and never another.
NEVER_CHANGED = ("user_facilities", "waitlist_facilities")
# Keys are made with the clinic and exchanged from the command line; files are made by a job.
BY_THE_WORKER = ("tenant_keys", "export_parts")
RUNTIME = "portal_app, portal_worker"


def upgrade() -> None:
    op.execute(f"REVOKE DELETE ON {', '.join(NEVER_ERASED)} FROM {RUNTIME}")
    op.execute(f"REVOKE UPDATE ON {', '.join(NEVER_CHANGED)} FROM {RUNTIME}")
    op.execute(f"REVOKE INSERT, UPDATE ON {', '.join(BY_THE_WORKER)} FROM portal_app")
    op.execute("REVOKE UPDATE ON tenants FROM portal_app")
    op.execute("GRANT UPDATE (settings) ON tenants TO portal_app")


def downgrade() -> None:
    op.execute("REVOKE UPDATE (settings) ON tenants FROM portal_app")
    op.execute("GRANT UPDATE ON tenants TO portal_app")
    op.execute(f"GRANT INSERT, UPDATE ON {', '.join(BY_THE_WORKER)} TO portal_app")
    op.execute(f"GRANT UPDATE ON {', '.join(NEVER_CHANGED)} TO {RUNTIME}")
    op.execute(f"GRANT DELETE ON {', '.join(NEVER_ERASED)} TO {RUNTIME}")
