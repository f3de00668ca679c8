"""Tries to sign in: counted by account and by address, for all the portal's processes."""

from alembic import op

from portal.tenancy.policies import gate_function

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# `subject` is a keyed hash: who was tried, and from where, is not readable here.
TABLE = """
CREATE TABLE sign_in_tries (
  subject bytea NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  tried_at timestamptz NOT NULL DEFAULT now(),
  open_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_sign_in_tries PRIMARY KEY (subject),
  CONSTRAINT ck_sign_in_tries_subject CHECK (octet_length(subject) = 32)
)
"""

# Clock time throughout: whoever waited for the row's lock must see the time after the wait.
# `free` tries of each subject cost nothing; each one more doubles the delay, up to `longest`.
TAKE_TRY = """
CREATE FUNCTION take_try(asked bytea[], free int[], longest int, expires bigint, proof text)
RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  wait int;
BEGIN
  IF proof IS DISTINCT FROM keyed_hash('process', concat_ws('|', 'take_try',
      (SELECT string_agg(encode(one, 'hex'), '|' ORDER BY place)
       FROM unnest(asked) WITH ORDINALITY AS each (one, place)), expires))
    OR expires <= extract(epoch FROM clock_timestamp())
  THEN
    RAISE insufficient_privilege USING MESSAGE = 'a try is counted with a proof';
  END IF;
  DELETE FROM sign_in_tries WHERE subject IN (
    SELECT subject FROM sign_in_tries WHERE tried_at < now() - interval '1 day'
    LIMIT 20 FOR UPDATE SKIP LOCKED);
  INSERT INTO sign_in_tries (subject) SELECT one FROM unnest(asked) AS one ORDER BY one
  ON CONFLICT DO NOTHING;
  PERFORM FROM sign_in_tries WHERE subject = ANY (asked) ORDER BY subject FOR UPDATE;
  SELECT ceil(extract(epoch FROM max(open_at) - clock_timestamp())) INTO wait
  FROM sign_in_tries WHERE subject = ANY (asked);
  IF wait > 0 THEN
    RETURN wait;
  END IF;
  UPDATE sign_in_tries SET tries = tries + 1, tried_at = clock_timestamp(),
    open_at = clock_timestamp() + CASE WHEN tries < each.free THEN interval '0'
      ELSE make_interval(secs => least(longest, 2 ^ least(tries - each.free, 30))) END
  FROM unnest(asked, take_try.free) AS each (one, free)
  WHERE subject = each.one;
  RETURN 0;
END $$
"""

# An address gets only its own try back: else one account would open the door to guess the others.
FORGET_TRIES = """
CREATE FUNCTION forget_tries(own bytea, address bytea, expires bigint, proof text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF proof IS DISTINCT FROM keyed_hash('process', concat_ws('|', 'forget_tries',
      encode(own, 'hex'), encode(address, 'hex'), expires))
    OR expires <= extract(epoch FROM clock_timestamp())
  THEN
    RAISE insufficient_privilege USING MESSAGE = 'tries are forgotten with a proof';
  END IF;
  PERFORM FROM sign_in_tries WHERE subject IN (own, address) ORDER BY subject FOR UPDATE;
  DELETE FROM sign_in_tries WHERE subject = own;
  UPDATE sign_in_tries SET tries = greatest(tries - 1, 0), open_at = now() WHERE subject = address;
END $$
"""

FUNCTIONS = {
    "take_try(bytea[], int[], int, bigint, text)": (TAKE_TRY, "portal_app"),
    "forget_tries(bytea, bytea, bigint, text)": (FORGET_TRIES, "portal_app"),
}


def upgrade() -> None:
    op.execute(TABLE)
    op.create_index("ix_sign_in_tries_tried_at", "sign_in_tries", ["tried_at"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_tries TO portal_gate")
    for signature, (body, callers) in FUNCTIONS.items():
        op.execute(body)
        gate_function(signature, may_call=callers)


def downgrade() -> None:
    for signature in FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    op.drop_table("sign_in_tries")
