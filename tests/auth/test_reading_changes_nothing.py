"""Every GET as every role, as a page and as a fragment: all in the database is as before."""

from hashlib import sha256

import pytest

from tests.auth.routes import ROUTES
from tests.auth.test_every_route import addresses, ids_of
from tests.support.client import HTMX, Browser
from tests.support.people import ROLES, found
from tests.support.sizes import sized

pytestmark = pytest.mark.timeout(900)

# All as pages, all as fragments; for every change in turns, the other way round for the next role.
CRAWLS = sized([[{}], [HTMX]], [[{}], [HTMX]], ci=[[{}, HTMX]])

# A session knows when it was last used, and which messages it has shown.
EXCEPTED = {"user_sessions": ("last_seen_at", "messages", "updated_at")}
# Reading is itself on record: the log grows, by entries of what was read and refused alone.
LOG = "user_action_audit_log"
LAST = f"SELECT coalesce(max(id), 0) FROM {LOG}"
ADDED = f"SELECT DISTINCT action_type FROM {LOG} WHERE id > %s"
READING = {"denied", *ROUTES}
TABLES = """
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  AND NOT c.relispartition GROUP BY c.relname ORDER BY c.relname
"""


def contents(admin, last: int) -> dict[str, str]:
    """Each table's rows as a hash; of the log, the entries up to this one."""
    found = {}
    for table, columns in admin.execute(TABLES).fetchall():
        left_out = EXCEPTED.get(table, ())
        kept = ", ".join(f'"{name}"' for name in columns if name not in left_out)
        which = f" WHERE id <= {last}" if table == LOG else ""
        rows = admin.execute(f"SELECT ROW({kept})::text FROM {table}{which} ORDER BY 1").fetchall()
        found[table] = sha256(repr(rows).encode()).hexdigest()
    admin.rollback()
    return found


def last_entry(admin) -> int:
    return admin.execute(LAST).fetchone()[0]


def added(admin, last: int) -> set[str]:
    """The actions of the entries after this one."""
    return {action for (action,) in admin.execute(ADDED, [last])}


@pytest.fixture
def stage(own_database):
    """A clinic with a record of each kind, committed; and every GET there is."""
    app = own_database.app()
    with app.app_context():
        clinic = found("alder", "America/Chicago")
        asked = [
            address
            for endpoint, route in ROUTES.items()
            if endpoint not in {"static", "auth.welcome", "readyz"}
            for method, address in addresses(app, endpoint, ids_of(clinic, route.subject))
            if method == "GET"
        ]
    with own_database.connect("admin") as admin:
        admin.execute("ANALYZE")  # as autovacuum does within a minute
    return app, clinic, asked


def test_a_crawl_changes_no_row(own_database, stage):
    app, clinic, asked = stage
    assert len(asked) > 90
    with own_database.connect("admin") as admin:
        for turn, name in enumerate(ROLES):
            browser = Browser(app).sign_in(getattr(clinic, name))
            last = last_entry(admin)
            before, statuses = contents(admin, last), []
            for ways in CRAWLS:
                statuses += [
                    browser.get(each, headers=ways[(number + turn) % len(ways)]).status_code
                    for number, each in enumerate(asked)
                ]
                assert contents(admin, last) == before, name
            assert added(admin, last) <= READING, name
            assert added(admin, last) & {"patients.show", "denied"}, "it is on record"
            assert max(statuses) < 500
            assert statuses.count(200) > 20 * len(CRAWLS)


def test_what_a_post_changes_is_seen(own_database, stage):
    app, clinic, _asked = stage
    with own_database.connect("admin") as admin:
        last = last_entry(admin)
        before = contents(admin, last)
        browser = Browser(app).sign_in(clinic.owner)
        signed_in = contents(admin, last)
        assert {table for table in before if before[table] != signed_in[table]} == {
            "sign_in_tries",
            "user_sessions",
        }
        typed = {"name": "Hall", "slug": "", "timezone": "Europe/London"}
        assert browser.send("/facilities/new", typed).status_code == 303
        assert contents(admin, last)["facilities"] != signed_in["facilities"]
        assert not added(admin, last) <= READING
