"""Who is limited to some facilities sees to those of the staff alone who work at these."""

from alembic import op

from portal.tenancy.policies import gate_function

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

# Whether somebody of the staff works where the present person does not: `some` facilities beyond,
# or `all` there are; nothing when they do not, and for whoever sees every facility. Which ones,
# row security hides.
WORKS_BEYOND = """
CREATE FUNCTION works_beyond(usr bigint) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  scope bigint[] := current_facilities();
  theirs bigint[];
BEGIN
  IF scope IS NULL THEN
    RETURN NULL;
  END IF;
  theirs := facilities_of(current_tenant(), usr);
  RETURN CASE WHEN theirs IS NULL THEN 'all' WHEN NOT theirs <@ scope THEN 'some' END;
END $$
"""


def upgrade() -> None:
    op.execute(WORKS_BEYOND)
    gate_function("works_beyond(bigint)", may_call="portal_app, portal_worker")


def downgrade() -> None:
    op.execute("DROP FUNCTION works_beyond(bigint)")
