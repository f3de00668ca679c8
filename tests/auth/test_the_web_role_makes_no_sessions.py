"""SQL of an attacker's choice, as the web role in somebody's session, makes nobody of them.

The kind: a privilege that no command of the portal needs. What is refused here is tried as
`portal_app` inside the front desk's own context.
"""

from collections.abc import Iterator

import psycopg
import pytest

from tests.support.databases import clone
from tests.tenancy.stage import Stage, staged

pytestmark = pytest.mark.database
OWN = "id = (verified_context())[5]::bigint"
MAKE = (
    "INSERT INTO user_sessions (user_id, token_hash, idle_seconds, expires_at)"
    " SELECT min(id), sha256('evil'), 3600, now() + interval '300 days' FROM users"
)
COLLEAGUE = (
    "INSERT INTO user_sessions (tenant_id, user_id, token_hash, idle_seconds, expires_at)"
    " SELECT tenant_id, max(id), sha256('a colleague'), 3600, now() + interval '1 hour' FROM users"
    " WHERE tenant_id = %s GROUP BY 1"
)
REFUSED = {
    "making a session": MAKE,
    "proving who one is": f"UPDATE user_sessions SET proven_at = now() WHERE {OWN}",
    "a second factor": f"UPDATE user_sessions SET second_factor_at = now() WHERE {OWN}",
    "a later end": f"UPDATE user_sessions SET expires_at = now() + '300 days' WHERE {OWN}",
    "a longer idle time": f"UPDATE user_sessions SET idle_seconds = 86400 WHERE {OWN}",
    "another token": f"UPDATE user_sessions SET token_hash = sha256('evil') WHERE {OWN}",
    "being active later": f"UPDATE user_sessions SET last_seen_at = now() + '1 h' WHERE {OWN}",
    "another's session": f"UPDATE user_sessions SET user_id = user_id WHERE {OWN}",
    "reading what opens a colleague's": "SELECT token_hash FROM user_sessions",
    "having it told by an update": (
        f"UPDATE user_sessions SET messages = '[]' WHERE {OWN} RETURNING token_hash"
    ),
    "copying all there is": "COPY (SELECT * FROM user_sessions) TO STDOUT",
    "trying what opens it": "SELECT id FROM user_sessions WHERE token_hash > '\\x80'",
    "keeping another's going": f"UPDATE user_sessions SET last_seen_at = now() WHERE NOT ({OWN})",
    "a message to somebody else": f"UPDATE user_sessions SET messages = '[1]' WHERE NOT ({OWN})",
    "ending a session": f"UPDATE user_sessions SET revoked_at = now() WHERE {OWN}",
    "ending a colleague's": f"UPDATE user_sessions SET revoked_at = now() WHERE NOT ({OWN})",
    "a challenge of one's own": f"UPDATE user_sessions SET challenge = 'x' WHERE {OWN}",
    "erasing a session": f"DELETE FROM user_sessions WHERE {OWN}",
    "erasing the keys": "DELETE FROM tenant_keys",
    "renewing without a proof": "SELECT renew_session(sha256('evil'), true, true, 9999999999, 'x')",
    "renewing with a null": "SELECT renew_session(sha256('evil'), true, true, 9999999999, NULL)",
    "starting without a proof": (
        "SELECT start_session(current_tenant(), 1, sha256('evil'), 3600, 3600, '', '',"
        " 9999999999, 'x')"
    ),
}


@pytest.fixture(scope="module")
def stage(server) -> Iterator[Stage]:
    with clone(server, "planted") as database, staged(database) as made:
        made.connection.execute(COLLEAGUE, [made.clinics[0].tenant_id])
        made.connection.commit()
        yield made


@pytest.fixture
def web(stage) -> Iterator[psycopg.Connection]:
    """A connection of the web role, with somebody of the first clinic signed in."""
    with stage.database.connect("app") as connection:
        connection.execute("SELECT * FROM enter_session(%s)", [stage.clinics[0].token_hash])
        yield connection
        connection.rollback()


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused(web, what):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        web.execute(REFUSED[what])


def test_what_a_page_keeps_is_written(web):
    """What the portal does needs no more than this."""
    done = web.execute(
        f"UPDATE user_sessions SET messages = '[]', last_seen_at = now() WHERE {OWN}"
    )
    assert done.rowcount == 1
