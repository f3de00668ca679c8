"""Row security, generated from the catalogue: a new table cannot escape it."""

from collections.abc import Iterator

import pytest
from psycopg import sql

from tests.support.databases import clone
from tests.tenancy.rows import annex_values, insert, values_for
from tests.tenancy.stage import REFUSED, Stage, staged, table_names

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def stage(server) -> Iterator[Stage]:
    with clone(server, "isolation") as database, staged(database) as made:
        yield made


every_table = pytest.mark.parametrize("name", table_names())


def test_the_list_is_the_catalogues(stage):
    assert sorted(stage.tables) == table_names()


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
            also = "status = 'merged', " if column == "merged_into" else ""
            pointed = sql.SQL("UPDATE {} SET " + also + "{} = %s").format(
                sql.Identifier(name), sql.Identifier(column)
            )
            if target != "tenants" and other.ids.get(target) != own.ids.get(target):
                assert stage.refuses(pointed, other.ids[target]), column


@every_table
def test_somebody_limited_to_a_facility_reaches_no_other(stage, name):
    table = stage.tables[name]
    for own, _other in stage.sides():
        if name not in own.annex or name == "patients":
            continue  # patients belong to the clinic group: they come to any facility
        key = "id = %s"
        read = sql.SQL("SELECT count(*) FROM {} WHERE " + key).format(sql.Identifier(name))
        seen = stage.app.execute(read, [own.annex[name]]).fetchone()[0]
        # The one exception: a doctor is taken wherever that is.
        assert seen == (name == "availability_slots")
        for statement in ("UPDATE {} SET tenant_id = tenant_id WHERE ", "DELETE FROM {} WHERE "):
            whole = sql.SQL(statement + key).format(sql.Identifier(name))
            if not stage.refuses(whole, own.annex[name]):
                with stage.app.transaction(force_rollback=True):
                    assert stage.app.execute(whole, [own.annex[name]]).rowcount == 0
        if table.of_facility:
            moved = sql.SQL("UPDATE {} SET facility_id = %s").format(sql.Identifier(name))
            assert stage.refuses(moved, own.annex["facilities"])
            with pytest.raises(REFUSED), stage.app.transaction():
                insert(stage.app, table, annex_values(table, own))


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
