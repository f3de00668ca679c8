"""Nobody changes their own role, or lets themselves back in: whatever there is a proof of."""

from portal.tenancy.policies import replace_gate_function

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

# As before, but for `others` and `oneself`.
STANDING = """
CREATE OR REPLACE FUNCTION require_standing(
  context text[], relation text, deed text, written jsonb
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  tenant bigint := context[2];
  whose bigint := coalesce(written ->> 'user_id', written ->> 'id');
  place bigint := written ->> 'facility_id';
  scope bigint[] := current_facilities();
  own users := (SELECT u FROM users u WHERE tenant_id = tenant AND id = context[3]::bigint);
  theirs users := (SELECT u FROM users u WHERE tenant_id = tenant AND id = whose);
BEGIN
  IF whose IS DISTINCT FROM own.id AND {others} THEN
    RAISE insufficient_privilege USING MESSAGE = 'others are seen to by who manages the staff';
  END IF;
  IF coalesce(own.role, '') <> 'owner' AND 'owner' IN (theirs.role, written ->> 'role') THEN
    RAISE insufficient_privilege USING MESSAGE = 'owners are seen to by owners';
  END IF;
  {oneself}IF whose <> own.id AND theirs.created_at <> now() AND works_beyond(whose) IS NOT NULL THEN
    RAISE insufficient_privilege USING MESSAGE = 'who works elsewhere too is beyond reach';
  END IF;
  IF relation = 'user_facilities' AND (NOT place = ANY (scope)
    OR deed = 'DELETE' AND scope IS NOT NULL AND facilities_of(tenant, whose) <@ ARRAY[place])
  THEN
    RAISE insufficient_privilege USING MESSAGE = 'nobody is let in beyond ones own facilities';
  END IF;
END $$
"""
BEFORE = {"others": "coalesce(own.role, '') NOT IN ('owner', 'admin')", "oneself": ""}
# A proof of one's own row says what it said before it was changed: a role that was taken since,
# or that one may sign in. Who is invited becomes active by their link.
NOW = {
    "others": "NOT has_role('owner', 'admin')",
    "oneself": """IF relation = 'users' AND whose = own.id AND (written ->> 'role' <> own.role
    OR written ->> 'status' <> own.status
    AND (own.status, written ->> 'status') <> ('invited', 'active'))
  THEN
    RAISE insufficient_privilege USING MESSAGE = 'nobody changes their own role or status';
  END IF;
  """,
}


def upgrade() -> None:
    replace_gate_function(STANDING.format(**NOW))


def downgrade() -> None:
    replace_gate_function(STANDING.format(**BEFORE))
