"""A session says when it ends: after idle minutes, or at its absolute end if that comes first."""

from portal.tenancy.policies import replace_gate_function

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ENTER_SESSION = """
CREATE OR REPLACE FUNCTION enter_session(seen_token_hash bytea, touch boolean DEFAULT true)
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
    {ends};
END $$
"""
IDLE_END = "live.last_seen_at + make_interval(secs => live.idle_seconds)"


def upgrade() -> None:
    replace_gate_function(ENTER_SESSION.format(ends=f"least(live.expires_at, {IDLE_END})"))


def downgrade() -> None:
    replace_gate_function(ENTER_SESSION.format(ends=IDLE_END))
