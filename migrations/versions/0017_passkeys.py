"""Passkeys beside authenticators, and a reset of somebody's second factor by two people."""

import sqlalchemy as sa
from alembic import op

from portal.tenancy.policies import open_to_gate, protect, replace_gate_function, stamp

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# What a session still owes: whoever has a factor of either kind is asked for it.
SESSION_PROOF = """
CREATE OR REPLACE FUNCTION session_proof(entered bigint)
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
  CROSS JOIN LATERAL (SELECT {there}) AS factor (there)
  WHERE s.tenant_id = context[2]::bigint AND s.id = entered AND context[5] = entered::text;
END $$
"""
AUTHENTICATOR = (
    "EXISTS (SELECT FROM user_factors f WHERE f.tenant_id = s.tenant_id AND f.user_id = s.user_id)"
)
PASSKEY = (
    "EXISTS (SELECT FROM passkeys p WHERE p.tenant_id = s.tenant_id AND p.user_id = s.user_id)"
)


def upgrade() -> None:
    op.add_column("user_sessions", sa.Column("challenge", sa.LargeBinary(), nullable=True))
    op.add_column("user_sessions", sa.Column("challenge_at", sa.DateTime(timezone=True)))
    op.create_table(
        "passkeys",
        *_keys("passkeys"),
        _number("user_id"),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "octet_length(credential_id) BETWEEN 1 AND 1023", name=op.f("ck_passkeys_credential_id")
        ),
        _belongs("passkeys", "user_id", "users", "CASCADE"),
        sa.UniqueConstraint("tenant_id", "credential_id", name=op.f("uq_passkeys_credential_id")),
    )
    op.create_index("ix_passkeys_user_id", "passkeys", ["tenant_id", "user_id"])
    op.create_table(
        "factor_resets",
        *_keys("factor_resets"),
        _number("user_id"),
        sa.Column("asked_by", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("asked_by <> user_id", name=op.f("ck_factor_resets_asked_by")),
        sa.CheckConstraint(
            "approved_by <> asked_by AND approved_by <> user_id",
            name=op.f("ck_factor_resets_approved_by"),
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR ended_at IS NOT NULL", name=op.f("ck_factor_resets_ended_at")
        ),
        *(_belongs("factor_resets", name, "users", "RESTRICT")
          for name in ("user_id", "asked_by", "approved_by")),
    )  # fmt: skip
    op.create_index(
        "uq_factor_resets_user_id", "factor_resets", ["tenant_id", "user_id"], unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )  # fmt: skip
    op.create_index("ix_factor_resets_user_id", "factor_resets", ["tenant_id", "user_id"])
    op.create_index("ix_factor_resets_asked_by", "factor_resets", ["tenant_id", "asked_by"])
    op.create_index("ix_factor_resets_approved_by", "factor_resets", ["tenant_id", "approved_by"])
    for table in ("passkeys", "factor_resets"):
        stamp(table)
    protect("passkeys")
    protect("factor_resets", rights="SELECT, INSERT, UPDATE")
    open_to_gate("passkeys", "SELECT")
    replace_gate_function(SESSION_PROOF.format(there=f"{AUTHENTICATOR} OR {PASSKEY}"))


def downgrade() -> None:
    replace_gate_function(SESSION_PROOF.format(there=AUTHENTICATOR))
    op.drop_table("factor_resets")
    op.drop_table("passkeys")
    op.drop_column("user_sessions", "challenge_at")
    op.drop_column("user_sessions", "challenge")


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _belongs(table: str, column: str, to: str, action: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", column],
        [f"{to}.tenant_id", f"{to}.id"],
        name=op.f(f"fk_{table}_{column}"),
        ondelete=action,
    )


def _keys(table: str) -> list[sa.schema.SchemaItem]:
    stamped = (
        sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
        for name in ("created_at", "updated_at")
    )
    return [
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        *stamped,
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f(f"fk_{table}_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{table}")),
    ]
