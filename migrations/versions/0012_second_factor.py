"""A second factor for each person, codes for when it is lost, and sessions that still owe it."""

import sqlalchemy as sa
from alembic import op

from portal.tenancy.policies import gate_function, open_to_gate, protect, stamp

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# Asked in the statement that enters the session, of that session only. Who has a factor is asked
# for it, whatever the clinic demands; a proof is fresh for five minutes.
SESSION_PROOF = """
CREATE FUNCTION session_proof(entered bigint)
RETURNS TABLE (owes text, has_factor boolean, fresh boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  context text[] := verified_context();
BEGIN
  RETURN QUERY SELECT
    CASE WHEN s.second_factor_at IS NOT NULL THEN NULL
      WHEN factor.there THEN 'code'
      WHEN t.settings ->> 'second_factor' = 'true' THEN 'enrolment' END,
    factor.there, s.proven_at > now() - interval '5 minutes'
  FROM user_sessions s
  JOIN tenants t ON t.id = s.tenant_id
  CROSS JOIN LATERAL (
    SELECT EXISTS (
      SELECT FROM user_factors f WHERE f.tenant_id = s.tenant_id AND f.user_id = s.user_id)
  ) AS factor (there)
  WHERE s.tenant_id = context[2]::bigint AND s.id = entered AND context[5] = entered::text;
END $$
"""
SIGNATURE = "session_proof(bigint)"


def upgrade() -> None:
    op.add_column(
        "user_sessions",
        sa.Column(
            "proven_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
    )
    op.create_table(
        "user_factors",
        *_of_a_user("user_factors"),
        sa.Column("row_uid", sa.Uuid(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "octet_length(secret) BETWEEN 64 AND 16777248"
            " AND (octet_length(secret) - 32) & (octet_length(secret) - 33) = 0"
            " AND get_byte(secret, 0) = 1 AND get_byte(secret, 1) = 1",
            name=op.f("ck_user_factors_secret_envelope"),
        ),
        sa.UniqueConstraint("tenant_id", "user_id", name=op.f("uq_user_factors_user_id")),
        sa.UniqueConstraint("tenant_id", "row_uid", name=op.f("uq_user_factors_row_uid")),
    )
    op.create_table(
        "recovery_codes",
        *_of_a_user("recovery_codes"),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "octet_length(code_hash) = 32", name=op.f("ck_recovery_codes_code_hash")
        ),
        sa.UniqueConstraint(
            "tenant_id", "user_id", "code_hash", name=op.f("uq_recovery_codes_user_id_code_hash")
        ),
    )
    for table, hidden in (("user_factors", "secret"), ("recovery_codes", "code_hash")):
        stamp(table)
        protect(table, hidden=(hidden,))
    op.execute(
        "CREATE TRIGGER keep_row_uid BEFORE UPDATE OF row_uid ON user_factors FOR EACH ROW"
        " WHEN (OLD.row_uid <> NEW.row_uid) EXECUTE FUNCTION keep_row_uid()"
    )
    open_to_gate("user_factors", "SELECT")
    op.execute(SESSION_PROOF)
    gate_function(SIGNATURE, may_call="portal_app")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {SIGNATURE}")
    op.drop_table("recovery_codes")
    op.drop_table("user_factors")
    op.drop_column("user_sessions", "proven_at")


def _of_a_user(table: str) -> list[sa.schema.SchemaItem]:
    stamped = (
        sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
        for name in ("created_at", "updated_at")
    )
    return [
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        *stamped,
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name=op.f(f"fk_{table}_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f(f"fk_{table}_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{table}")),
    ]
