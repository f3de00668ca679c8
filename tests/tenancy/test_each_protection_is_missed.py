"""Take each protection away in turn: the isolation matrix must notice, or it proves nothing."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.support.databases import clone
from tests.tenancy.probes import Probe, findings, points_at_no_other
from tests.tenancy.stage import Stage, staged

pytestmark = pytest.mark.database

# What to do, and the table whose probes must turn red. Where no role may erase at all, nobody
# comes as far as the policy about erasing.
POLICIES = """
SELECT format('DROP POLICY %I ON %I', polname, relname), relname
FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid
WHERE 'portal_gate'::regrole <> ALL (polroles) AND (polcmd <> 'd'
  OR has_table_privilege('portal_app', polrelid, 'DELETE')
  OR has_table_privilege('portal_worker', polrelid, 'DELETE')) ORDER BY 1
"""
FORCES = """
SELECT format('ALTER TABLE %I NO FORCE ROW LEVEL SECURITY', relname), relname FROM pg_class
WHERE relforcerowsecurity AND NOT relispartition ORDER BY 1
"""
# What keeps those limited to a facility from writing beyond it, and everybody from writing in a
# colleague's name, where no policy can. (Who looked through emergency access is tried apart.)
TRIGGERS = """
SELECT format('DROP TRIGGER %I ON %I', tgname, relname), relname
FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE tgname LIKE 'reach_%' OR tgname = 'guard_name' AND relname <> 'break_glass' ORDER BY 1
"""
# The same reference without its tenant part: what a foreign key on the id alone would allow.
REFERENCES = """
SELECT format('ALTER TABLE %I DROP CONSTRAINT %I', relname, conname), relname
FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
WHERE contype = 'f' AND cardinality(conkey) = 2 AND NOT relispartition ORDER BY 1
"""


@pytest.fixture(scope="module")
def stage(server) -> Iterator[Stage]:
    with clone(server, "mutations") as database, staged(database) as made:
        yield made


@pytest.mark.parametrize("listed", [POLICIES, FORCES], ids=["policy", "force"])
def test_no_policy_can_go_unnoticed(stage, listed):
    mutations = _listed(stage, listed)
    print(f"{len(mutations)} taken away, one by one")
    assert len(mutations) > 20
    assert [done for done, table in mutations if not _red(stage, findings, done, table)] == []


def test_no_trigger_that_limits_can_go_unnoticed(stage):
    mutations = _listed(stage, TRIGGERS)
    assert mutations
    assert [done for done, table in mutations if not _red(stage, findings, done, table)] == []


def test_no_reference_can_lose_its_tenant_unnoticed(stage):
    mutations = _listed(stage, REFERENCES)
    print(f"{len(mutations)} references without their tenant, one by one")
    assert len(mutations) > 40
    unnoticed = [
        done
        for done, table in mutations
        # A facility's policy would refuse as well: the reference has to do it alone.
        if _red(stage, points_at_no_other, *_open_to_all_facilities(stage, table), table)
        or not _red(stage, points_at_no_other, *_open_to_all_facilities(stage, table), done, table)
    ]
    assert unnoticed == []


def _listed(stage: Stage, query: str) -> list[tuple[str, str]]:
    stage.connection.rollback()
    stage.connection.execute("RESET SESSION AUTHORIZATION")
    return [row for row in stage.connection.execute(query) if row[1] in stage.tables]


def _open_to_all_facilities(stage: Stage, table: str) -> list[str]:
    scopes = (f"DROP POLICY {table}_facility", f"DROP POLICY {table}_reach")
    policies = [done for done, _of in _listed(stage, POLICIES) if done.startswith(scopes)]
    limits = [done for done, of in _listed(stage, TRIGGERS) if of == table]
    # Whose name may stand there is not asked of whoever is not the web role.
    return policies + [done for done in limits if "guard_name" not in done]


def _red(stage: Stage, probe: Probe, *mutations_and_table: str) -> bool:
    """Whether the probe finds something wrong once the mutations are made. Undone after."""
    *mutations, table = mutations_and_table
    stage.connection.rollback()
    stage.connection.execute("RESET SESSION AUTHORIZATION")
    for mutation in mutations:
        stage.connection.execute(mutation)
    try:
        return any(not held for _what, held in probe(stage, stage.tables[table]))
    except psycopg.errors.IntegrityError:
        return True  # it was let through to where only another constraint stood
    finally:
        stage.connection.rollback()
