"""Tenants, and the signed context by which the database knows whose turn it is."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.tenancy.policies import gate_function, open_to_gate, protect, stamp

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

EVERYBODY = "portal_app, portal_worker, portal_owner, portal_gate"

# A CHECK must not read pg_timezone_names (50 ms a call): converting one instant asks the same
# question. The pattern keeps out abbreviations and POSIX strings, which PostgreSQL also takes.
KNOWN_TIME_ZONE = """
CREATE FUNCTION known_time_zone(zone text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM timestamp '2000-01-01' AT TIME ZONE zone;
  RETURN zone ~ '^(UTC|[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+)+)$';
EXCEPTION WHEN invalid_parameter_value THEN
  RETURN false;
END $$
"""

# Sealing a row again with another key changes nothing that anybody would call a change.
STAMP_ROW = """
CREATE FUNCTION stamp_row() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF coalesce(current_setting('portal.resealing', true), '') <> 'on' THEN
    NEW.updated_at := now();
  END IF;
  RETURN NEW;
END $$
"""

# HMAC-SHA256 (RFC 2104) from the server's own sha256: the two blocks are the key, already
# padded to 64 bytes and combined with the inner and outer pads.
KEYED_HASH = """
CREATE FUNCTION keyed_hash(which text, message text) RETURNS text
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT encode(sha256(outer_block || sha256(inner_block || convert_to(message, 'UTF8'))), 'hex')
  FROM context_keys WHERE purpose = which
$$
"""

# v1 | tenant | user | facilities or * | session | actor | backend | transaction start | end | MAC.
# Bound to this backend and this transaction's start, so that a copied context opens nothing.
WRITE_CONTEXT = """
CREATE FUNCTION write_context(
  tenant bigint, usr bigint, facilities bigint[], session bigint, actor text, ends timestamptz
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  payload text := concat_ws('|', 'v1', tenant, coalesce(usr::text, ''),
    coalesce(array_to_string(facilities, ','), '*'), coalesce(session::text, ''), actor,
    pg_backend_pid(), (extract(epoch FROM now()) * 1000000)::bigint,
    extract(epoch FROM ends)::bigint);
BEGIN
  PERFORM set_config('portal.context', payload || '|' || keyed_hash('context', payload), true);
END $$
"""

VERIFIED_CONTEXT = """
CREATE FUNCTION verified_context() RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  raw text := current_setting('portal.context', true);
  parts text[];
BEGIN
  IF coalesce(raw, '') = '' THEN
    RETURN NULL;
  END IF;
  parts := string_to_array(raw, '|');
  IF cardinality(parts) = 10
    AND length(parts[10]) = 64
    AND parts[10] = keyed_hash('context', left(raw, -65))
    AND parts[7] = pg_backend_pid()::text
    AND parts[8] = (extract(epoch FROM now()) * 1000000)::bigint::text
    AND parts[9]::bigint > extract(epoch FROM clock_timestamp())
  THEN
    RETURN parts;
  END IF;
  RETURN NULL;
END $$
"""

CURRENT_TENANT = """
CREATE FUNCTION current_tenant() RETURNS bigint
LANGUAGE sql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT (verified_context())[2]::bigint
$$
"""

CURRENT_USER_ID = """
CREATE FUNCTION current_user_id() RETURNS bigint
LANGUAGE sql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT nullif((verified_context())[3], '')::bigint
$$
"""

CURRENT_FACILITIES = """
CREATE FUNCTION current_facilities() RETURNS bigint[]
LANGUAGE sql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT CASE WHEN scope <> '*' THEN string_to_array(scope, ',')::bigint[] END
  FROM (SELECT (verified_context())[4] AS scope) AS context
$$
"""

ENTER_JOB = """
CREATE FUNCTION enter_job(tenant bigint, job text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF job !~ '^[a-z][a-z-]{0,39}$' THEN
    RAISE invalid_parameter_value USING MESSAGE = 'a job is named in lower-case letters';
  END IF;
  IF NOT EXISTS (SELECT FROM tenants WHERE id = tenant) THEN
    RAISE no_data_found USING MESSAGE = 'no such tenant';
  END IF;
  PERFORM write_context(tenant, NULL, NULL, NULL, 'job:' || job, now() + interval '1 day');
END $$
"""

TENANT_DIRECTORY = """
CREATE FUNCTION tenant_directory() RETURNS TABLE (id bigint, slug text, name text, status text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT id, slug, name, status FROM tenants ORDER BY slug
$$
"""

CREATE_TENANT = """
CREATE FUNCTION create_tenant(new_slug text, new_name text, new_timezone text, new_locale text,
  new_settings jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  new_id bigint := nextval('tenants_id_seq');
BEGIN
  PERFORM write_context(new_id, NULL, NULL, NULL, 'job:tenants', now() + interval '1 day');
  INSERT INTO tenants (id, slug, name, timezone, locale, settings) OVERRIDING SYSTEM VALUE
  VALUES (new_id, new_slug, new_name, new_timezone, new_locale, new_settings);
  RETURN new_id;
END $$
"""

CHECK_PROCESS_KEY = """
CREATE FUNCTION check_process_key(expires bigint, proof text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT coalesce(proof = keyed_hash('process', 'check_process_key|' || expires)
    AND expires > extract(epoch FROM clock_timestamp()), false)
$$
"""

# gen_random_uuid() draws on the server's strong random source: 122 bits each.
NEW_CONTEXT_KEY = """
INSERT INTO context_keys (purpose, inner_block, outer_block)
SELECT 'context', blocks[1] || blocks[2], blocks[3] || blocks[4]
FROM (
  SELECT array_agg(
    sha256(convert_to(gen_random_uuid()::text || gen_random_uuid() || gen_random_uuid(), 'UTF8'))
  ) AS blocks
  FROM generate_series(1, 4)
) AS drawn
"""

FUNCTIONS = {
    "keyed_hash(text, text)": (KEYED_HASH, "portal_gate"),
    "write_context(bigint, bigint, bigint[], bigint, text, timestamptz)": (
        WRITE_CONTEXT,
        "portal_gate",
    ),
    "verified_context()": (VERIFIED_CONTEXT, EVERYBODY),
    "enter_job(bigint, text)": (ENTER_JOB, "portal_worker"),
    "tenant_directory()": (TENANT_DIRECTORY, "portal_worker"),
    "create_tenant(text, text, text, text, jsonb)": (CREATE_TENANT, "portal_worker"),
    "check_process_key(bigint, text)": (CHECK_PROCESS_KEY, "portal_app, portal_worker"),
}
PLAIN = {
    "current_tenant()": CURRENT_TENANT,
    "current_user_id()": CURRENT_USER_ID,
    "current_facilities()": CURRENT_FACILITIES,
}


def upgrade() -> None:
    op.execute(KNOWN_TIME_ZONE)
    op.execute(STAMP_ROW)
    op.create_table(
        "context_keys",
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("inner_block", sa.LargeBinary(), nullable=False),
        sa.Column("outer_block", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('context', 'process')", name=op.f("ck_context_keys_purpose")
        ),
        sa.CheckConstraint(
            "octet_length(inner_block) = 64 AND octet_length(outer_block) = 64",
            name=op.f("ck_context_keys_blocks"),
        ),
        sa.PrimaryKeyConstraint("purpose", name="pk_context_keys"),
    )
    op.execute("GRANT SELECT ON context_keys TO portal_gate")
    # So that a process which starts can tell whether the database fits its code.
    op.execute("GRANT SELECT ON alembic_version TO portal_app, portal_worker")
    op.execute(NEW_CONTEXT_KEY)
    op.create_table(
        "tenants",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(length=10), server_default="en", nullable=False),
        sa.Column(
            "settings",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
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
        sa.CheckConstraint("jsonb_typeof(settings) = 'object'", name=op.f("ck_tenants_settings")),
        sa.CheckConstraint("slug ~ '^[a-z0-9-]{2,63}$'", name=op.f("ck_tenants_slug")),
        sa.CheckConstraint(
            "status IN ('active', 'suspended', 'closed')", name=op.f("ck_tenants_status")
        ),
        sa.CheckConstraint("known_time_zone(timezone)", name=op.f("ck_tenants_timezone")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
        sa.UniqueConstraint("slug", name=op.f("uq_tenants_slug")),
    )
    for signature, (body, callers) in FUNCTIONS.items():
        op.execute(body)
        gate_function(signature, may_call=callers)
    for signature, body in PLAIN.items():
        op.execute(body)
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {EVERYBODY}")
    protect("tenants", tenant="id", audited=False, rights="SELECT, UPDATE")
    open_to_gate("tenants", "SELECT, INSERT")
    op.execute("GRANT USAGE ON SEQUENCE tenants_id_seq TO portal_gate")
    stamp("tenants")


def downgrade() -> None:
    op.drop_table("tenants")
    op.drop_table("context_keys")
    for signature in [*PLAIN, *FUNCTIONS, "stamp_row()", "known_time_zone(text)"]:
        op.execute(f"DROP FUNCTION {signature}")
