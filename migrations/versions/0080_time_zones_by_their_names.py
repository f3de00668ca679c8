"""A time zone is one by its exact name: as pages read it too.

PostgreSQL takes `America/new_york`, and `Abc/3` for one of its own making; Python has neither. A
facility that had one was shown on no page any more.
"""

from alembic import op

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None

# Looking through all names takes 50 ms, so it is not done for those that most clinics have.
USUAL = (
    "UTC", "America/Anchorage", "America/Chicago", "America/Denver", "America/Los_Angeles",
    "America/New_York", "America/Phoenix", "Europe/Berlin", "Europe/London", "Europe/Madrid",
    "Pacific/Honolulu",
)  # fmt: skip
KNOWN_TIME_ZONE = """
CREATE OR REPLACE FUNCTION known_time_zone(zone text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  {exact}PERFORM timestamp '2000-01-01' AT TIME ZONE zone;
  RETURN zone ~ '^(UTC|[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+)+)$';
EXCEPTION WHEN invalid_parameter_value THEN
  RETURN false;
END $$
"""
EXACT = f"""IF zone IN {USUAL} THEN
    RETURN true;
  ELSIF NOT EXISTS (SELECT FROM pg_timezone_names WHERE name = zone) THEN
    RETURN false;
  END IF;
  """


def upgrade() -> None:
    op.execute(KNOWN_TIME_ZONE.format(exact=EXACT))


def downgrade() -> None:
    op.execute(KNOWN_TIME_ZONE.format(exact=""))
