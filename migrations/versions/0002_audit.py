"""The audit log: by month, written by the database's own functions, never changed."""

from alembic import op

from portal.tenancy.policies import gate_function, open_to_gate, protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Partitioned tables take identity columns from PostgreSQL 17 on only: hence the sequence.
TABLE = """
CREATE TABLE user_action_audit_log (
  id bigint NOT NULL DEFAULT nextval('user_action_audit_log_id_seq'),
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  tenant_id bigint NOT NULL,
  occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  user_id bigint,
  actor text NOT NULL,
  session_id bigint,
  request_id uuid,
  action_type text NOT NULL,
  table_name text,
  record_id bigint,
  patient_id bigint,
  old_values jsonb,
  new_values jsonb,
  outcome text NOT NULL DEFAULT 'done',
  reason text,
  ip text,
  user_agent text,
  CONSTRAINT pk_user_action_audit_log PRIMARY KEY (tenant_id, occurred_at, id),
  CONSTRAINT fk_user_action_audit_log_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id),
  CONSTRAINT ck_user_action_audit_log_outcome CHECK (outcome IN ('done', 'refused', 'failed'))
) PARTITION BY RANGE (occurred_at)
"""

INDEXES = (
    "CREATE INDEX ix_user_action_audit_log_record ON user_action_audit_log"
    " (tenant_id, table_name, record_id, occurred_at)",
    "CREATE INDEX ix_user_action_audit_log_user_id_occurred_at ON user_action_audit_log"
    " (tenant_id, user_id, occurred_at)",
    "CREATE INDEX ix_user_action_audit_log_patient_id_occurred_at ON user_action_audit_log"
    " (tenant_id, patient_id, occurred_at) WHERE patient_id IS NOT NULL",
    "CREATE INDEX ix_user_action_audit_log_xid ON user_action_audit_log (tenant_id, xid)",
)

# Run by the worker ahead of time, with the owner's right to make tables. A partition read by
# its own name would not ask its parent's policies: it has row security and no policy of its own.
AUDIT_PARTITIONS = """
CREATE FUNCTION audit_partitions(first_month date, months int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  month date;
  partition text;
  made int := 0;
BEGIN
  FOR n IN 0 .. least(months, 120) - 1 LOOP
    month := (date_trunc('month', first_month::timestamp) + make_interval(months => n))::date;
    partition := 'user_action_audit_log_' || to_char(month, 'YYYY_MM');
    IF to_regclass('public.' || partition) IS NULL THEN
      EXECUTE format(
        'CREATE TABLE public.%I PARTITION OF public.user_action_audit_log '
        'FOR VALUES FROM (%L) TO (%L)',
        partition, month::text || ' 00:00+00',
        ((month + interval '1 month')::date)::text || ' 00:00+00');
      EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', partition);
      EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', partition);
      made := made + 1;
    END IF;
  END LOOP;
  RETURN made;
END $$
"""

# The request's id, address and browser are what the application says of itself; who acts and for
# which tenant comes from the verified context alone.
AUDIT_APPEND = """
CREATE FUNCTION audit_append(
  tenant bigint, who text, usr bigint, session bigint, action text, table_name text,
  record bigint, patient bigint, old_values jsonb, new_values jsonb, outcome text, reason text
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  request jsonb := nullif(current_setting('portal.request', true), '')::jsonb;
BEGIN
  INSERT INTO user_action_audit_log (
    tenant_id, actor, user_id, session_id, request_id, action_type, table_name, record_id,
    patient_id, old_values, new_values, outcome, reason, ip, user_agent)
  VALUES (
    tenant, who, usr, session, (request ->> 'id')::uuid, left(action, 120), table_name, record,
    patient, old_values, new_values, outcome, left(coalesce(reason, request ->> 'reason'), 2000),
    left(request ->> 'ip', 60), left(request ->> 'user_agent', 300));
END $$
"""

AUDIT_NOTE = """
CREATE FUNCTION audit_note(
  action text, table_name text, record bigint, patient bigint, outcome text, reason text,
  old_values jsonb, new_values jsonb
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  context text[] := verified_context();
BEGIN
  IF context IS NULL THEN
    RAISE insufficient_privilege USING MESSAGE = 'nobody is signed in to this transaction';
  END IF;
  PERFORM audit_append(context[2]::bigint, context[6], nullif(context[3], '')::bigint,
    nullif(context[5], '')::bigint, action, table_name, record, patient, old_values, new_values,
    outcome, reason);
END $$
"""

# Hidden columns (the trigger's arguments) are logged as a mark: that they changed, not what to.
AUDIT_CHANGE = """
CREATE FUNCTION audit_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  context text[] := verified_context();
  who text := context[6];
  before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
  after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
  line jsonb := coalesce(after, before);
  hidden text;
BEGIN
  IF context IS NULL THEN
    IF session_user IN ('portal_app', 'portal_worker') THEN
      RAISE insufficient_privilege USING MESSAGE = 'nobody is signed in to this transaction';
    END IF;
    who := 'db:' || session_user;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    SELECT jsonb_object_agg(key, value), jsonb_object_agg(key, after -> key)
    INTO before, after
    FROM jsonb_each(before)
    WHERE value IS DISTINCT FROM after -> key AND key NOT IN ('updated_at', 'row_version');
    IF before IS NULL THEN
      RETURN NULL;
    END IF;
  END IF;
  FOREACH hidden IN ARRAY coalesce(TG_ARGV, '{}') LOOP
    IF before ? hidden THEN before := before || jsonb_build_object(hidden, '(hidden)'); END IF;
    IF after ? hidden THEN after := after || jsonb_build_object(hidden, '(hidden)'); END IF;
  END LOOP;
  PERFORM audit_append(
    coalesce(line ->> 'tenant_id', line ->> 'id')::bigint, who,
    nullif(context[3], '')::bigint, nullif(context[5], '')::bigint,
    TG_TABLE_NAME || '.' || lower(TG_OP), TG_TABLE_NAME, (line ->> 'id')::bigint,
    CASE WHEN TG_TABLE_NAME = 'patients' THEN line ->> 'id' ELSE line ->> 'patient_id' END::bigint,
    before, after, 'done', NULL);
  RETURN NULL;
END $$
"""

FUNCTIONS = {
    "audit_append(bigint, text, bigint, bigint, text, text, bigint, bigint, jsonb, jsonb, text,"
    " text)": (AUDIT_APPEND, "portal_gate"),
    "audit_note(text, text, bigint, bigint, text, text, jsonb, jsonb)": (
        AUDIT_NOTE,
        "portal_app, portal_worker",
    ),
    "audit_change()": (AUDIT_CHANGE, "portal_owner"),
}


def upgrade() -> None:
    op.execute("CREATE SEQUENCE user_action_audit_log_id_seq")
    op.execute(TABLE)
    op.execute("ALTER SEQUENCE user_action_audit_log_id_seq OWNED BY user_action_audit_log.id")
    for index in INDEXES:
        op.execute(index)
    op.execute(AUDIT_PARTITIONS)
    op.execute("REVOKE ALL ON FUNCTION audit_partitions(date, int) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION audit_partitions(date, int) TO portal_worker")
    op.execute("SELECT audit_partitions((now() AT TIME ZONE 'UTC')::date, 13)")
    protect("user_action_audit_log", audited=False, rights="SELECT")
    open_to_gate("user_action_audit_log", "INSERT")
    op.execute("GRANT USAGE ON SEQUENCE user_action_audit_log_id_seq TO portal_gate")
    for signature, (body, callers) in FUNCTIONS.items():
        op.execute(body)
        gate_function(signature, may_call=callers)
    op.execute(
        "CREATE TRIGGER audit_tenants AFTER INSERT OR UPDATE OR DELETE ON tenants "
        "FOR EACH ROW EXECUTE FUNCTION audit_change()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER audit_tenants ON tenants")
    for signature in [*FUNCTIONS, "audit_partitions(date, int)"]:
        op.execute(f"DROP FUNCTION {signature} CASCADE")
    op.drop_table("user_action_audit_log")
