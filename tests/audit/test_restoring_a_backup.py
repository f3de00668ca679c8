"""A backup is brought back on another server: the procedure of docs/operations.md, step by step."""

import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from portal import database_roles
from portal.audit import commands
from portal.embedded import EmbeddedServer
from tests.audit.conftest import Log, working_on
from tests.support.databases import HASTY, clone
from tests.support.folders import new_folder

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def other_server(server) -> Iterator[EmbeddedServer]:
    """An empty server of the same version, which counts its transactions from the beginning."""
    folder = new_folder("other")
    made = EmbeddedServer(folder, binaries=server.binaries, initdb=server._initdb, settings=HASTY)
    made.start()
    yield made
    made.stop()
    shutil.rmtree(folder)


@pytest.fixture
def restored(log, other_server, tmp_path) -> Iterator[Log]:
    """The log as of its third seal and two entries more; what came later is lost."""
    for _ in range(3000):  # as on a server that has been used for long
        log.admin.execute("SELECT pg_current_xact_id()")
    log.seal()
    log.write("alder", 2)
    backup = str(tmp_path / "backup")
    _run(log.database.server, "pg_dump", "-Fc", "-f", backup, log.database.url("admin"))
    for _ in range(2):
        log.write("birch", 2)
        log.seal()
    with clone(other_server, "restored", "template0") as database:
        database_roles.prepare(other_server.url("admin", "postgres"), "restored", {})
        url = database.url("admin")
        _run(other_server, "pg_restore", "--single-transaction", "-d", url, backup)
        with working_on(database) as admin:
            yield Log(database, log.store, admin, log.tenants)


def test_a_restored_log_is_not_sealed_on_as_if_nothing_had_happened(restored):
    with pytest.raises(commands.SealsLost):
        commands.seal(restored.store)
    wrong = restored.verify().wrong
    assert (wrong.kind, wrong.seal) == ("tail-cut", 5)


def test_a_new_epoch_says_why_and_the_log_holds_again(restored):
    opened = commands.open_epoch(restored.store, "restored from last night's backup")
    assert (opened.number, opened.epoch, opened.entries) == (5, 2, 2)
    for _ in range(2):
        restored.write("birch", 3)
        assert restored.seal().entries == 3
    report = restored.verify()
    assert report.holds, report.wrong
    assert report.voided == 2
    assert report.epochs[1]["reason"] == "restored from last night's backup"


def test_what_was_written_before_the_epoch_was_opened_is_sealed_with_it(restored):
    restored.write("alder", 4)
    assert commands.open_epoch(restored.store, "restored").entries == 6
    assert restored.verify().holds


def test_tampering_is_found_on_both_sides_of_the_restore(restored):
    commands.open_epoch(restored.store, "restored")
    restored.write("alder", 3)
    restored.seal()
    for entry in (restored.ids("alder")[-1], restored.ids("alder")[3]):
        restored.tamper("UPDATE user_action_audit_log SET ip = '::1' WHERE id = %s", entry)
        wrong = restored.verify().wrong
        assert (wrong.kind, wrong.entry) == ("changed", entry)


def _run(server: EmbeddedServer, program: str, *arguments: str) -> None:
    subprocess.run(
        [str(server.binaries / program), *arguments], check=True, env={"PATH": os.environ["PATH"]}
    )
