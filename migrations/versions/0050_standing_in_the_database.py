"""Owners are seen to by owners, and the staff within reach: whatever there is a proof of."""

from alembic import op

from portal.tenancy.policies import gate_function, replace_gate_function

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

# As before, but for `standing`.
GUARD = """
CREATE OR REPLACE FUNCTION guard_account() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET bytea_output = 'hex' AS $$
DECLARE
  context text[] := verified_context();
  changed record := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
  written jsonb := to_jsonb(changed);
  told text := (
    SELECT concat_ws('|', 'write', TG_TABLE_NAME, TG_OP, context[5],
      string_agg(concat(name, '=', coalesce(length(written ->> name) || ':' || (written ->> name),
        '-')), '|' ORDER BY place))
    FROM unnest(TG_ARGV) WITH ORDINALITY AS given (name, place));
BEGIN
  IF context IS NULL OR NOT EXISTS (
    SELECT FROM unnest(string_to_array(current_setting('portal.proofs', true), ' ')) AS each (proof)
    WHERE split_part(proof, ':', 2) = keyed_hash('process', told || '|' || split_part(proof, ':', 1))
      AND split_part(proof, ':', 1)::bigint > extract(epoch FROM clock_timestamp()))
  THEN
    RAISE insufficient_privilege USING MESSAGE = 'accounts are written with a proof';
  END IF;
  {standing}
  RETURN changed;
END $$
"""
MANAGERS_ONLY = """IF context[3] <> coalesce(written ->> 'user_id', written ->> 'id') AND NOT EXISTS (
    SELECT FROM users
    WHERE tenant_id = context[2]::bigint AND id = context[3]::bigint AND role IN ('owner', 'admin'))
  THEN
    RAISE insufficient_privilege USING MESSAGE = 'others are seen to by who manages the staff';
  END IF;"""
ASKED = "PERFORM require_standing(context, TG_TABLE_NAME, TG_OP, written);"
# Who is being invited has no facility until the next statement, which is not all of them: nobody
# else was made at the very beginning of this transaction. Of several that are taken from somebody
# by one statement, each sees those before it gone.
STANDING = """
CREATE FUNCTION require_standing(context text[], relation text, deed text, written jsonb)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  tenant bigint := context[2];
  whose bigint := coalesce(written ->> 'user_id', written ->> 'id');
  place bigint := written ->> 'facility_id';
  scope bigint[] := current_facilities();
  own users := (SELECT u FROM users u WHERE tenant_id = tenant AND id = context[3]::bigint);
  theirs users := (SELECT u FROM users u WHERE tenant_id = tenant AND id = whose);
BEGIN
  IF whose IS DISTINCT FROM own.id AND coalesce(own.role, '') NOT IN ('owner', 'admin') THEN
    RAISE insufficient_privilege USING MESSAGE = 'others are seen to by who manages the staff';
  END IF;
  IF coalesce(own.role, '') <> 'owner' AND 'owner' IN (theirs.role, written ->> 'role') THEN
    RAISE insufficient_privilege USING MESSAGE = 'owners are seen to by owners';
  END IF;
  IF whose <> own.id AND theirs.created_at <> now() AND works_beyond(whose) IS NOT NULL THEN
    RAISE insufficient_privilege USING MESSAGE = 'who works elsewhere too is beyond reach';
  END IF;
  IF relation = 'user_facilities' AND (NOT place = ANY (scope)
    OR deed = 'DELETE' AND scope IS NOT NULL AND facilities_of(tenant, whose) <@ ARRAY[place])
  THEN
    RAISE insufficient_privilege USING MESSAGE = 'nobody is let in beyond ones own facilities';
  END IF;
END $$
"""
SIGNATURE = "require_standing(text[], text, text, jsonb)"


def upgrade() -> None:
    op.execute(STANDING)
    gate_function(SIGNATURE, may_call="portal_gate")
    replace_gate_function(GUARD.format(standing=ASKED))


def downgrade() -> None:
    replace_gate_function(GUARD.format(standing=MANAGERS_ONLY))
    op.execute("SET LOCAL ROLE portal_gate")
    op.execute(f"DROP FUNCTION {SIGNATURE}")
    op.execute("RESET ROLE")
