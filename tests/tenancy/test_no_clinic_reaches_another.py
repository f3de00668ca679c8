"""Row security, generated from the catalogue: a new table cannot escape it."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from psycopg import errors, sql

from tests.support.databases import clone
from tests.tenancy.rows import Clinic, Table, insert, make_clinic, owned_tables, values_for

pytestmark = pytest.mark.database
REFUSED = (
    errors.InsufficientPrivilege,
    errors.NotNullViolation,
    errors.ForeignKeyViolation,
    errors.RaiseException,
)


@dataclass
class Stage:
    """Two clinics with a row in every table, and a connection as the web application's role."""

    tables: dict[str, Table]
    clinics: tuple[Clinic, Clinic]
    app: psycopg.Connection

    def enter(self, clinic: Clinic) -> None:
        self.app.execute("SELECT * FROM enter_session(%s)", [clinic.token_hash])

    def sides(self) -> Iterator[tuple[Clinic, Clinic]]:
        """Each clinic once as the reader and once as the other, entered."""
        for own, other in (self.clinics, self.clinics[::-1]):
            self.app.rollback()
            self.enter(own)
            yield own, other

    def refuses(self, statement: sql.Composable, *values: object) -> bool:
        """Whether the statement is refused; the transaction goes on either way."""
        try:
            with self.app.transaction(force_rollback=True):
                self.app.execute(statement, values)
        except REFUSED:
            return True
        return False


@pytest.fixture(scope="module")
def stage(server) -> Iterator[Stage]:
    with clone(server, "isolation") as database, database.connect("worker") as worker:
        tables = owned_tables(worker)
        clinics = (make_clinic(worker, "alder", tables), make_clinic(worker, "birch", tables))
        with database.connect("app") as app:
            yield Stage({table.name: table for table in tables}, clinics, app)


def _names() -> list[str]:
    """The tables, for parametrising before there is a database."""
    from portal.db import Base  # noqa: PLC0415

    return sorted(
        name for name, table in Base.metadata.tables.items() if "tenant_id" in table.columns
    )


every_table = pytest.mark.parametrize("name", _names())


def test_the_list_is_the_catalogues(stage):
    assert sorted(stage.tables) == _names()


@every_table
def test_without_context_a_table_is_empty_and_takes_nothing(stage, name):
    stage.app.rollback()
    table = stage.tables[name]
    assert _count(stage, name) == 0
    if name != "user_action_audit_log":
        values = values_for(table, stage.clinics[0]) | {"tenant_id": stage.clinics[0].tenant_id}
        with pytest.raises(REFUSED), stage.app.transaction():
            insert(stage.app, table, values)


@every_table
def test_a_forged_context_reads_nothing(stage, name):
    for own, other in stage.sides():
        forged = stage.app.execute("SELECT current_setting('portal.context')").fetchone()[0]
        for attempt in (
            forged.replace(f"v1|{own.tenant_id}|", f"v1|{other.tenant_id}|"),
            forged[:-1],
            forged[:-1] + ("0" if forged[-1] != "0" else "1"),
            "",
            "|" * 9,
        ):
            stage.app.execute("SELECT set_config('portal.context', %s, true)", [attempt])
            assert _count(stage, name) == 0


@every_table
def test_a_clinic_sees_its_own_rows_only(stage, name):
    for own, other in stage.sides():
        tenants = sql.SQL("SELECT array_agg(DISTINCT tenant_id) FROM {}")
        seen = stage.app.execute(tenants.format(sql.Identifier(name))).fetchone()[0]
        assert seen == [own.tenant_id]
        named = sql.SQL("SELECT count(*) FROM {} WHERE tenant_id = %s").format(sql.Identifier(name))
        assert stage.app.execute(named, [other.tenant_id]).fetchone()[0] == 0


@every_table
def test_a_clinic_changes_and_deletes_nothing_of_another(stage, name):
    for _own, other in stage.sides():
        for statement in ("UPDATE {} SET tenant_id = tenant_id", "DELETE FROM {}"):
            whole = sql.SQL(statement + " WHERE tenant_id = %s").format(sql.Identifier(name))
            if not stage.refuses(whole, other.tenant_id):
                with stage.app.transaction(force_rollback=True):
                    assert stage.app.execute(whole, [other.tenant_id]).rowcount == 0


@every_table
def test_no_row_moves_to_or_is_made_in_another_clinic(stage, name):
    table = stage.tables[name]
    for own, other in stage.sides():
        moved = sql.SQL("UPDATE {} SET tenant_id = %s").format(sql.Identifier(name))
        assert stage.refuses(moved, other.tenant_id)
        if name != "user_action_audit_log":
            values = values_for(table, own) | {"tenant_id": other.tenant_id}
            with pytest.raises(REFUSED), stage.app.transaction():
                insert(stage.app, table, values)


@every_table
def test_no_reference_points_into_another_clinic(stage, name):
    for own, other in stage.sides():
        for column, target in stage.tables[name].references.items():
            pointed = sql.SQL("UPDATE {} SET {} = %s").format(
                sql.Identifier(name), sql.Identifier(column)
            )
            if target != "tenants" and other.ids.get(target) != own.ids.get(target):
                assert stage.refuses(pointed, other.ids[target]), column


def test_the_context_ends_with_its_transaction_and_opens_no_other(stage):
    stage.app.rollback()
    stage.enter(stage.clinics[0])
    copied = stage.app.execute("SELECT current_setting('portal.context')").fetchone()[0]
    stage.app.commit()
    assert _count(stage, "users") == 0
    stage.app.commit()
    stage.app.execute("SELECT set_config('portal.context', %s, true)", [copied])
    assert _count(stage, "users") == 0


def _count(stage: Stage, name: str) -> int:
    query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))
    return stage.app.execute(query).fetchone()[0]
