"""No entry stands in a clinic's log in the name of another clinic's person."""

from portal.tenancy.policies import replace_gate_function

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

# As before, but for `of_another`.
AUDIT_CHANGE = """
CREATE OR REPLACE FUNCTION audit_change() RETURNS trigger
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
  {of_another}END IF;
  IF TG_OP = 'UPDATE' THEN
    SELECT jsonb_object_agg(key, value), jsonb_object_agg(key, after -> key)
    INTO before, after
    FROM jsonb_each(before)
    WHERE value IS DISTINCT FROM after -> key AND key NOT IN ('updated_at', 'row_version');
    IF before IS NULL THEN
      RETURN NULL;
    END IF;
  END IF;
  FOREACH hidden IN ARRAY coalesce(TG_ARGV, '{{}}') LOOP
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
# Two people who signed in to one transaction have a context each: the row may have been found in
# the one, and its entry be written in the other.
OF_ANOTHER = """ELSIF context[2] <> coalesce(line ->> 'tenant_id', line ->> 'id') THEN
    RAISE insufficient_privilege USING MESSAGE = 'what is another clinic''s is not changed';
  """


def upgrade() -> None:
    replace_gate_function(AUDIT_CHANGE.format(of_another=OF_ANOTHER))


def downgrade() -> None:
    replace_gate_function(AUDIT_CHANGE.format(of_another=""))
