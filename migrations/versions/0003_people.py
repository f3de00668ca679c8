"""People, their sessions and links, and the tenants' wrapped keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.tenancy.policies import gate_function, open_to_gate, protect, stamp

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Asked before anybody is signed in, so it must see across tenants; the proof says that the web
# process asks, not a statement somebody smuggled in.
FIND_USER = """
CREATE FUNCTION find_user(clinic text, mail text, expires bigint, proof text)
RETURNS TABLE (tenant_id bigint, user_id bigint, user_status text, tenant_status text,
  password_hash text, role text, name text, settings jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT users.tenant_id, users.id, users.status, tenants.status, users.password_hash,
    users.role, users.name, tenants.settings
  FROM tenants JOIN users ON users.tenant_id = tenants.id
  WHERE tenants.slug = lower(clinic) AND lower(users.email) = lower(mail)
    AND proof = keyed_hash('process', concat_ws('|', 'find_user', clinic, mail, expires))
    AND expires > extract(epoch FROM clock_timestamp())
$$
"""

FIND_LINK = """
CREATE FUNCTION find_link(seen_token_hash bytea, expires bigint, proof text)
RETURNS TABLE (link_id bigint, tenant_id bigint, user_id bigint, purpose text, email text,
  name text, tenant_slug text, tenant_name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT user_links.id, users.tenant_id, users.id, user_links.purpose, users.email, users.name,
    tenants.slug, tenants.name
  FROM user_links
  JOIN users ON users.tenant_id = user_links.tenant_id AND users.id = user_links.user_id
  JOIN tenants ON tenants.id = users.tenant_id
  WHERE user_links.token_hash = seen_token_hash AND user_links.used_at IS NULL
    AND user_links.expires_at > now() AND users.status <> 'disabled' AND tenants.status = 'active'
    AND proof = keyed_hash(
      'process', concat_ws('|', 'find_link', encode(seen_token_hash, 'hex'), expires))
    AND expires > extract(epoch FROM clock_timestamp())
$$
"""

FACILITIES_OF = """
CREATE FUNCTION facilities_of(tenant bigint, usr bigint) RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN (
    SELECT array_agg(facility_id ORDER BY facility_id)
    FROM user_facilities WHERE tenant_id = tenant AND user_id = usr);
END $$
"""

START_SESSION = """
CREATE FUNCTION start_session(tenant bigint, usr bigint, new_token_hash bytea, idle_seconds int,
  absolute_seconds int, ip text, user_agent text, expires bigint, proof text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  new_id bigint;
BEGIN
  IF proof IS DISTINCT FROM keyed_hash('process', concat_ws('|', 'start_session', tenant, usr,
      encode(new_token_hash, 'hex'), expires))
    OR expires <= extract(epoch FROM clock_timestamp())
  THEN
    RAISE insufficient_privilege USING MESSAGE = 'a session starts with a proof';
  END IF;
  INSERT INTO user_sessions (tenant_id, user_id, token_hash, idle_seconds, expires_at, ip,
    user_agent)
  VALUES (tenant, usr, new_token_hash, start_session.idle_seconds,
    now() + make_interval(secs => absolute_seconds), left(start_session.ip, 60),
    left(start_session.user_agent, 300))
  RETURNING id INTO new_id;
  PERFORM write_context(tenant, usr, facilities_of(tenant, usr), new_id, 'user:' || usr,
    now() + interval '5 minutes');
  RETURN new_id;
END $$
"""

# A request counts as activity at most every 20 seconds, so that pages side by side do not queue
# for the session's row; skipping a locked row serves the same end.
ENTER_SESSION = """
CREATE FUNCTION enter_session(seen_token_hash bytea, touch boolean DEFAULT true)
RETURNS TABLE (tenant_id bigint, user_id bigint, session_id bigint, role text, name text,
  email text, facility_ids bigint[], tenant_slug text, tenant_name text, timezone text,
  locale text, settings jsonb, messages jsonb, actor text, idle_ends_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  live record;
  scope bigint[];
BEGIN
  SELECT s.id, s.tenant_id, s.user_id, s.idle_seconds, s.last_seen_at, s.expires_at, s.messages,
    u.role, u.name, u.email, coalesce(u.locale, t.locale) AS locale, t.slug, t.name AS clinic,
    t.timezone, t.settings
  INTO live
  FROM user_sessions s
  JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
  JOIN tenants t ON t.id = s.tenant_id
  WHERE s.token_hash = seen_token_hash AND s.revoked_at IS NULL AND s.expires_at > now()
    AND s.last_seen_at + make_interval(secs => s.idle_seconds) > now()
    AND u.status = 'active' AND t.status = 'active';
  IF NOT FOUND THEN
    PERFORM set_config('portal.context', '', true);
    RETURN;
  END IF;
  IF touch AND live.last_seen_at < now() - interval '20 seconds' THEN
    UPDATE user_sessions AS s SET last_seen_at = now()
    WHERE (s.tenant_id, s.id) IN (
      SELECT k.tenant_id, k.id FROM user_sessions k
      WHERE k.tenant_id = live.tenant_id AND k.id = live.id FOR UPDATE SKIP LOCKED);
    live.last_seen_at := now();
  END IF;
  scope := facilities_of(live.tenant_id, live.user_id);
  PERFORM write_context(live.tenant_id, live.user_id, scope, live.id, 'user:' || live.user_id,
    least(live.expires_at, now() + interval '5 minutes'));
  RETURN QUERY SELECT live.tenant_id, live.user_id, live.id, live.role, live.name,
    live.email::text, scope, live.slug, live.clinic, live.timezone, live.locale::text,
    live.settings, live.messages, 'user:' || live.user_id,
    live.last_seen_at + make_interval(secs => live.idle_seconds);
END $$
"""

AUDIT_SIGN_IN_FAILED = """
CREATE FUNCTION audit_sign_in_failed(clinic text, mail text, expires bigint, proof text)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  tenant bigint := (SELECT id FROM tenants WHERE slug = lower(clinic));
BEGIN
  IF tenant IS NOT NULL
    AND proof = keyed_hash('process', concat_ws('|', 'audit_sign_in_failed', clinic, mail, expires))
    AND expires > extract(epoch FROM clock_timestamp())
  THEN
    PERFORM audit_append(tenant, 'nobody', NULL, NULL, 'sign-in.failed', 'users', NULL, NULL,
      NULL, jsonb_build_object('email', left(mail, 254)), 'refused', NULL);
  END IF;
END $$
"""

FUNCTIONS = {
    "find_user(text, text, bigint, text)": (FIND_USER, "portal_app"),
    "find_link(bytea, bigint, text)": (FIND_LINK, "portal_app"),
    "facilities_of(bigint, bigint)": (FACILITIES_OF, "portal_gate"),
    "start_session(bigint, bigint, bytea, int, int, text, text, bigint, text)": (
        START_SESSION,
        "portal_app",
    ),
    "enter_session(bytea, boolean)": (ENTER_SESSION, "portal_app"),
    "audit_sign_in_failed(text, text, bigint, text)": (AUDIT_SIGN_IN_FAILED, "portal_app"),
}


def upgrade() -> None:
    op.create_table(
        "tenant_keys",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("purpose IN ('data', 'index')", name=op.f("ck_tenant_keys_purpose")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_tenant_keys_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_tenant_keys")),
        sa.UniqueConstraint(
            "tenant_id", "purpose", "version", name=op.f("uq_tenant_keys_purpose_version")
        ),
    )
    op.create_index(
        "uq_tenant_keys_active",
        "tenant_keys",
        ["tenant_id", "purpose"],
        unique=True,
        postgresql_where=sa.text("active"),
    )
    op.create_table(
        "users",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="invited", nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "role IN ('owner', 'admin', 'front_desk', 'clinician', 'auditor')",
            name=op.f("ck_users_role"),
        ),
        sa.CheckConstraint(
            "status <> 'active' OR password_hash IS NOT NULL",
            name=op.f("ck_users_active_has_password"),
        ),
        sa.CheckConstraint(
            "status IN ('invited', 'active', 'disabled')", name=op.f("ck_users_status")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_users_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_users")),
    )
    op.create_index(
        "uq_users_email", "users", ["tenant_id", sa.literal_column("lower(email)")], unique=True
    )
    op.create_table(
        "user_sessions",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "last_seen_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("idle_seconds", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("second_factor_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ip", sa.Text(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column(
            "messages",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "jsonb_typeof(messages) = 'array'", name=op.f("ck_user_sessions_messages")
        ),
        sa.CheckConstraint(
            "idle_seconds BETWEEN 60 AND 86400", name=op.f("ck_user_sessions_idle_seconds")
        ),
        sa.CheckConstraint(
            "octet_length(token_hash) = 32", name=op.f("ck_user_sessions_token_hash")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_user_sessions_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_user_sessions_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_user_sessions")),
        sa.UniqueConstraint("token_hash", name="uq_user_sessions_token_hash"),
    )
    op.create_index(
        "ix_user_sessions_user_id", "user_sessions", ["tenant_id", "user_id"], unique=False
    )
    op.create_table(
        "user_links",
        sa.Column(
            "tenant_id", sa.BigInteger(), server_default=sa.text("current_tenant()"), nullable=False
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "purpose IN ('invitation', 'reset')", name=op.f("ck_user_links_purpose")
        ),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_user_links_token_hash")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_user_links_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_user_links_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_user_links")),
        sa.UniqueConstraint("token_hash", name="uq_user_links_token_hash"),
    )
    op.create_index("ix_user_links_user_id", "user_links", ["tenant_id", "user_id"], unique=False)
    for table in ("tenant_keys", "users", "user_sessions", "user_links"):
        stamp(table)
    protect("tenant_keys", hidden=("wrapped_key",))
    protect("users", hidden=("password_hash",))
    protect("user_sessions", audited=False)
    protect("user_links", hidden=("token_hash",))
    open_to_gate("users", "SELECT")
    open_to_gate("user_sessions", "SELECT, INSERT, UPDATE")
    open_to_gate("user_links", "SELECT")
    op.execute("GRANT USAGE ON SEQUENCE user_sessions_id_seq TO portal_gate")
    for signature, (body, callers) in FUNCTIONS.items():
        op.execute(body)
        gate_function(signature, may_call=callers)


def downgrade() -> None:
    for signature in FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    for table in ("user_links", "user_sessions", "users", "tenant_keys"):
        op.drop_table(table)
