"""Seals over the audit log: a signed chain, each clinic's part of it, and what verification found."""

from alembic import op

from portal.tenancy.policies import gate_function, protect

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SEALS = """
CREATE TABLE audit_seals (
  number bigint NOT NULL,
  epoch integer NOT NULL,
  kind text NOT NULL,
  sealed_at timestamptz NOT NULL,
  from_xid xid8 NOT NULL,
  until_xid xid8 NOT NULL,
  next_xid xid8 NOT NULL,
  first_id bigint NOT NULL,
  last_id bigint NOT NULL,
  entries bigint NOT NULL,
  root bytea NOT NULL,
  previous bytea NOT NULL,
  public_key bytea NOT NULL,
  about text NOT NULL DEFAULT '',
  signature bytea NOT NULL,
  CONSTRAINT pk_audit_seals PRIMARY KEY (number),
  CONSTRAINT ck_audit_seals_kind CHECK (kind IN ('epoch', 'minute', 'purge'))
)
"""

# No foreign key to the seal: the seal is written last, with the signature over the parts' roots.
PARTS = """
CREATE TABLE audit_seal_parts (
  tenant_id bigint NOT NULL,
  seal bigint NOT NULL,
  entries bigint NOT NULL,
  root bytea NOT NULL,
  items bytea NOT NULL,
  CONSTRAINT pk_audit_seal_parts PRIMARY KEY (tenant_id, seal),
  CONSTRAINT fk_audit_seal_parts_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id)
)
"""

VERIFICATIONS = """
CREATE TABLE audit_verifications (
  id bigint GENERATED ALWAYS AS IDENTITY,
  verified_at timestamptz NOT NULL DEFAULT now(),
  holds boolean NOT NULL,
  seals bigint NOT NULL,
  entries bigint NOT NULL,
  found jsonb,
  CONSTRAINT pk_audit_verifications PRIMARY KEY (id)
)
"""

# Waits for the writers that have begun and keeps new ones out until the transaction ends; every
# entry then has an id below the answer, and every later one an id above it.
AUDIT_STILL = """
CREATE FUNCTION audit_still() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET lock_timeout = '10s' AS $$
BEGIN
  LOCK TABLE public.user_action_audit_log IN SHARE ROW EXCLUSIVE MODE;
  RETURN nextval('public.user_action_audit_log_id_seq');
END $$
"""

# 45 CFR 164.316(b)(2)(i): six years. The database itself keeps them, whoever asks.
AUDIT_PURGE = """
CREATE FUNCTION audit_purge(before date) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET lock_timeout = '10s' AS $$
DECLARE
  partition text;
BEGIN
  IF before > (now() AT TIME ZONE 'UTC')::date - interval '6 years' THEN
    RAISE insufficient_privilege USING MESSAGE = 'audit entries are kept for six years';
  END IF;
  FOR partition IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'public.user_action_audit_log'::regclass
      -- Names compare like their months. A date read from a name could be asked of any relation
      -- that the planner looks at before the join, and most have no date in their name.
      AND c.relname::text COLLATE "C" < 'user_action_audit_log_' || to_char(before, 'YYYY_MM')
    ORDER BY c.relname
  LOOP
    EXECUTE format('DROP TABLE public.%I', partition);
    RETURN NEXT partition;
  END LOOP;
END $$
"""

AUDIT_STATE = """
CREATE FUNCTION audit_state() RETURNS TABLE (
  sealed_at timestamptz, verified_at timestamptz, holds boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT (SELECT s.sealed_at FROM audit_seals s ORDER BY number DESC LIMIT 1), v.verified_at, v.holds
  FROM (SELECT 1) AS always
  LEFT JOIN (SELECT * FROM audit_verifications ORDER BY id DESC LIMIT 1) AS v ON true
$$
"""

OWNERS = {"audit_still()": AUDIT_STILL, "audit_purge(date)": AUDIT_PURGE}


def upgrade() -> None:
    for table in (SEALS, PARTS, VERIFICATIONS):
        op.execute(table)
    # Hashes do not compress.
    op.execute("ALTER TABLE audit_seal_parts ALTER COLUMN items SET STORAGE EXTERNAL")
    protect("audit_seal_parts", audited=False, rights="SELECT")
    op.execute("GRANT INSERT ON audit_seal_parts TO portal_worker")
    # These tell how much all clinics do together: not for the web role.
    op.execute("GRANT SELECT, INSERT ON audit_seals, audit_verifications TO portal_worker")
    op.execute("GRANT SELECT ON audit_seals, audit_verifications TO portal_gate")
    for signature, body in OWNERS.items():
        op.execute(body)
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO portal_worker")
    op.execute(AUDIT_STATE)
    gate_function("audit_state()", may_call="portal_app, portal_worker")


def downgrade() -> None:
    for signature in ["audit_state()", *OWNERS]:
        op.execute(f"DROP FUNCTION {signature}")
    for table in ("audit_verifications", "audit_seal_parts", "audit_seals"):
        op.drop_table(table)
