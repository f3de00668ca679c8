"""What names are sorted by is kept beside them, and not worked out for each row of a list."""

from alembic import op

from portal.tenancy.policies import replace_gate_function

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

NAMES = {
    "doctors": ("last_name", "first_name"),
    "facilities": ("name",),
    "insurance_plans": ("name",),
    "insurance_providers": ("name",),
    "services": ("name",),
    "step_templates": ("name",),
    "users": ("name",),
}
LIVING = {"doctors", "facilities", "services"}
# As before, but for what is `kept`: it says nothing that the name beside it does not.
AUDIT_CHANGE = """
CREATE OR REPLACE FUNCTION audit_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  {known}context text[] := verified_context();
  who text := context[6];
  before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD){besides} END;
  after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW){besides} END;
  line jsonb := coalesce(after, before);
  hidden text;
BEGIN
  IF context IS NULL THEN
    IF session_user IN ('portal_app', 'portal_worker') THEN
      RAISE insufficient_privilege USING MESSAGE = 'nobody is signed in to this transaction';
    END IF;
    who := 'db:' || session_user;
  ELSIF context[2] <> coalesce(line ->> 'tenant_id', line ->> 'id') THEN
    RAISE insufficient_privilege USING MESSAGE = 'what is another clinic''s is not changed';
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
KNOWN = "kept CONSTANT text[] := '{sort_name,sort_last_name,sort_first_name}';\n  "


def upgrade() -> None:
    replace_gate_function(AUDIT_CHANGE.format(known=KNOWN, besides=" - kept"))
    # Each table in its turn is written anew and locked meanwhile: 0.1 s for 10,000 rows, and none
    # of these has more than a few of each doctor, plan or member of staff.
    with op.get_context().autocommit_block():
        for table, names in NAMES.items():
            op.execute(
                "-- squawk-ignore adding-field-with-default\n"
                f"ALTER TABLE {table} {', '.join(map(_kept, names))}"
            )
            _exchange(table, f"ix_{table}_sort_name", [f"sort_{name}" for name in names])
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS ix_{table}_sorted")
        op.execute("GRANT SELECT (sort_name) ON users TO portal_app")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for table, names in NAMES.items():
            _exchange(table, f"ix_{table}_sorted", [f"sort_key({name})" for name in names])
            gone = (f"DROP COLUMN IF EXISTS sort_{name}" for name in names)
            op.execute(f"ALTER TABLE {table} {', '.join(gone)}")
    replace_gate_function(AUDIT_CHANGE.format(known="", besides=""))


def _kept(name: str) -> str:
    return f"ADD COLUMN IF NOT EXISTS sort_{name} text GENERATED ALWAYS AS (sort_key({name})) STORED NOT NULL"


def _exchange(table: str, index: str, columns: list[str]) -> None:
    # What was cut off half-way leaves an index that is not valid; it is made anew.
    op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index}")
    living = " WHERE deleted_at IS NULL" if table in LIVING else ""
    op.execute(
        f"CREATE INDEX CONCURRENTLY {index} ON {table}"
        f" (tenant_id, {', '.join(columns)}, id){living}"
    )
