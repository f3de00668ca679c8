"""The isolation matrix, generated from the catalogue: a new table cannot escape it."""

from collections.abc import Iterator

import pytest

from tests.support.databases import clone
from tests.tenancy.probes import PROBES, findings
from tests.tenancy.stage import Stage, staged, table_names

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def clinics(server) -> Iterator[Stage]:
    with clone(server, "isolation") as database, staged(database) as made:
        yield made


@pytest.fixture
def stage(clinics) -> Iterator[Stage]:
    yield clinics
    clinics.connection.rollback()


def test_the_matrix_has_every_table_of_the_catalogue(stage):
    assert sorted(stage.tables) == table_names()


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.__name__)
@pytest.mark.parametrize("name", table_names())
def test_a_table_holds(stage, name, probe):
    assert [what for what, held in probe(stage, stage.tables[name]) if not held] == []


def test_the_matrix_asks_more_than_a_thousand_things(stage):
    asked = sum(1 for table in stage.tables.values() for _ in findings(stage, table))
    print(f"{asked} findings in {len(stage.tables)} tables")
    assert asked > 1000


def test_the_context_ends_with_its_transaction_and_opens_no_other(stage):
    stage.speak_as("app")
    stage.enter(stage.clinics[0])
    copied = stage.context()
    stage.connection.commit()
    assert stage.count("users") == 0
    stage.connection.commit()
    stage.set_context(copied)
    assert stage.count("users") == 0


def test_a_context_opens_nothing_on_another_connection(stage):
    stage.speak_as("app")
    stage.enter(stage.clinics[0])
    with stage.database.connect("app") as thief:
        thief.execute("SELECT set_config('portal.context', %s, true)", [stage.context()])
        assert thief.execute("SELECT count(*) FROM users").fetchone() == (0,)
