"""A link or a code that was used, and a reset that was ended, is not to be had again."""

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

# A proof is of no value of time: whoever copied the one by which a code is spent in this request
# could make it good again by it. (That an ended session stays ended, `guard_session` sees to.)
SPENT = {"factor_resets": "ended_at", "recovery_codes": "used_at", "user_links": "used_at"}
REFUSE = """
CREATE FUNCTION guard_spent() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE insufficient_privilege USING MESSAGE = 'what is spent stays spent';
END $$
"""


def upgrade() -> None:
    op.execute(REFUSE)
    op.execute("REVOKE ALL ON FUNCTION guard_spent() FROM PUBLIC")
    for table, column in SPENT.items():
        op.execute(
            f"CREATE TRIGGER guard_spent BEFORE UPDATE ON {table} FOR EACH ROW WHEN"
            f" (current_user = 'portal_app' AND OLD.{column} IS NOT NULL"
            f" AND NEW.{column} IS DISTINCT FROM OLD.{column}) EXECUTE FUNCTION guard_spent()"
        )


def downgrade() -> None:
    for table in SPENT:
        op.execute(f"DROP TRIGGER guard_spent ON {table}")
    op.execute("DROP FUNCTION guard_spent()")
