"""What each role may do to each table is listed, beside the code that needs it; nothing more.

A right that a migration grants must be added to `privileges.txt` with who needs it, and one that
nothing needs any more is revoked.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from portal import schema
from portal.config import ROOT
from portal.db import Base
from tests.support.databases import Database

pytestmark = pytest.mark.database

LISTED = Path(__file__).with_name("privileges.txt")
LINE = re.compile(r"  (\S+(?: \(.*?\))?) +(app worker|app|worker)(?: +(\S.*))?")
TABLE_RIGHTS = """
SELECT c.relname, acl.privilege_type, r.rolname
FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) acl JOIN pg_roles r ON r.oid = acl.grantee
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')
  AND NOT c.relispartition AND r.rolname IN ('portal_app', 'portal_worker')
UNION ALL
SELECT c.relname, format('%s (%s)', acl.privilege_type,
  string_agg(a.attname, ', ' ORDER BY a.attname)), r.rolname
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
CROSS JOIN LATERAL aclexplode(a.attacl) acl JOIN pg_roles r ON r.oid = acl.grantee
WHERE c.relnamespace = 'public'::regnamespace AND r.rolname IN ('portal_app', 'portal_worker')
GROUP BY c.relname, acl.privilege_type, r.rolname
UNION ALL
SELECT p.proname || '()', acl.privilege_type, r.rolname
FROM pg_proc p CROSS JOIN LATERAL aclexplode(p.proacl) acl JOIN pg_roles r ON r.oid = acl.grantee
WHERE p.pronamespace = 'public'::regnamespace AND r.rolname IN ('portal_app', 'portal_worker')
"""
ELSEWHERE = """
SELECT r.rolname || ' ' || d.datname || ' ' || p FROM pg_roles r, pg_database d,
  unnest(ARRAY['CREATE', 'TEMPORARY', 'CONNECT']) AS p
WHERE r.rolname ~ '^portal_' AND r.rolname <> 'portal_owner'
  AND has_database_privilege(r.oid, d.oid, p)
  AND d.datname = current_database() AND p <> 'CONNECT'
UNION ALL
SELECT r.rolname || ' creates in ' || n.nspname FROM pg_roles r, pg_namespace n
WHERE r.rolname IN ('portal_app', 'portal_worker', 'portal_gate')
  AND has_schema_privilege(r.oid, n.oid, 'CREATE')
UNION ALL
SELECT r.rolname || ' is a member of ' || m.roleid::regrole FROM pg_roles r
JOIN pg_auth_members m ON m.member = r.oid WHERE r.rolname IN ('portal_app', 'portal_worker')
"""

Rights = dict[tuple[str, str], set[str]]


@pytest.fixture(scope="module")
def admin(database: Database) -> Iterator[psycopg.Connection]:
    with database.connect("admin") as connection:
        yield connection


def listed() -> Iterator[tuple[str, str, set[str], list[str]]]:
    """What, the right, who has it, and the modules that need it."""
    what = ""
    for line in LISTED.read_text().splitlines():
        if not line.startswith((" ", "#")):
            what = line
        elif found := LINE.fullmatch(line):
            right, roles, modules = found.groups()
            yield what, right, {f"portal_{role}" for role in roles.split()}, (modules or "").split()


def test_the_roles_have_the_rights_that_are_listed_and_no_other(admin):
    granted: Rights = {}
    for what, right, role in admin.execute(TABLE_RIGHTS):
        granted.setdefault((what, right), set()).add(role)
    known: Rights = {(what, right): roles for what, right, roles, _modules in listed()}
    more = {key: roles - known.get(key, set()) for key, roles in granted.items()}
    assert {key: roles for key, roles in more.items() if roles} == {}, "granted, and not listed"
    less = {key: roles - granted.get(key, set()) for key, roles in known.items()}
    assert {key: roles for key, roles in less.items() if roles} == {}, "listed, and not granted"


@pytest.mark.parametrize(
    ("what", "right", "modules"),
    [
        (what, right, modules)
        for what, right, _roles, modules in listed()
        if not right.startswith("SELECT")
    ],
)
def test_each_right_to_change_something_is_needed_by_code_that_speaks_of_it(what, right, modules):
    named = names(what.removesuffix("()"))
    assert modules, f"{right} on {what}: which code needs it?"
    for module in modules:
        said = (ROOT / module).read_text()
        assert any(re.search(rf"\b{name}\b", said) for name in named), module


def test_no_role_makes_anything_or_is_more_than_itself(admin):
    """No temporary table, no table, no schema, and no other role's rights."""
    assert [said for (said,) in admin.execute(ELSEWHERE)] == []


def names(table: str) -> list[str]:
    """What code calls a table or a function: by its name, or by its model's."""
    schema.load_all()
    models = {each.class_.__tablename__: each.class_.__name__ for each in Base.registry.mappers}
    return [table, *filter(None, [models.get(table)])]
