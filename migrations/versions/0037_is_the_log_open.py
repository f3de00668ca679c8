"""Whether the audit log takes entries now can be asked without writing one, and soon answered."""

from alembic import op

from portal.tenancy.policies import gate_function

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

# The lock that an entry takes; it is let go at the end of the transaction.
AUDIT_OPEN = """
CREATE FUNCTION audit_open() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET lock_timeout = '200ms' AS $$
BEGIN
  LOCK TABLE user_action_audit_log IN ROW EXCLUSIVE MODE;
END $$
"""


def upgrade() -> None:
    op.execute(AUDIT_OPEN)
    gate_function("audit_open()", may_call="portal_app")


def downgrade() -> None:
    op.execute("SET LOCAL ROLE portal_gate")
    op.execute("DROP FUNCTION audit_open()")
    op.execute("RESET ROLE")
