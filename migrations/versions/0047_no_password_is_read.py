"""The web role reads no password's hash: what it needs of one it asks for with a proof."""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

READ = "tenant_id, id, email, name, role, status, locale, last_seen_at, created_at, updated_at"
CHANGED = "OLD.password_hash IS DISTINCT FROM NEW.password_hash"


def upgrade() -> None:
    op.execute("REVOKE SELECT ON users FROM portal_app")
    op.execute(f"GRANT SELECT ({READ}) ON users TO portal_app")
    op.execute("DROP TRIGGER guard_update ON users")
    _guard("guard_update", "id", "role", "status", "locale")
    # Who changes something else of a person does not know their password's hash.
    _guard("guard_password", "id", "password_hash", also=f" AND {CHANGED}")


def downgrade() -> None:
    op.execute("DROP TRIGGER guard_password ON users")
    op.execute("DROP TRIGGER guard_update ON users")
    _guard("guard_update", "id", "role", "status", "password_hash", "locale")
    op.execute(f"REVOKE SELECT ({READ}) ON users FROM portal_app")
    op.execute("GRANT SELECT ON users TO portal_app")


def _guard(name: str, *columns: str, also: str = "") -> None:
    told = ", ".join(f"'{column}'" for column in columns)
    op.execute(
        f"CREATE TRIGGER {name} BEFORE UPDATE ON users FOR EACH ROW"
        f" WHEN (current_user = 'portal_app'{also}) EXECUTE FUNCTION guard_account({told})"
    )
