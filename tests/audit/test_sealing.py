"""Each minute's seal takes every transaction that has ended, and no other."""

import socket

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg import errors

from portal.audit import checkpoints, commands, seals, verification
from portal.audit.seal_store import SealStore
from portal.tenancy.context import as_worker

pytestmark = pytest.mark.database
ENTER = "SELECT enter_job(%s, 'tests')"
LOOK = "SELECT audit_note('look', '', 1, 1, 'done', '', '{}', '{}')"


def test_a_transaction_that_goes_on_is_sealed_when_it_has_ended(log):
    with log.database.connect("worker") as slow:
        slow.execute(ENTER, [log.tenants["alder"]])
        slow.execute(LOOK)
        later = log.write("birch", 3)  # higher ids, and committed first
        assert commands.seal(log.store).entries == 0
        assert log.verify().unsealed == len(later) == 3
        slow.execute(LOOK)
    assert log.seal().entries == 5
    report = log.verify()
    assert report.holds
    assert report.unsealed == 0


def test_what_was_rolled_back_is_missed_by_nobody(log):
    with log.database.connect("worker") as worker:
        worker.execute(ENTER, [log.tenants["alder"]])
        worker.execute(LOOK)
        worker.rollback()
    log.write("alder")
    assert log.seal().entries == 1
    assert log.verify().holds


def test_a_minute_without_entries_is_sealed_too(log):
    before = log.last()
    made = [commands.seal(log.store) for _ in range(3)]
    assert [each.number for each in made] == [before.number + n for n in (1, 2, 3)]
    assert {each.entries for each in made} == {0}
    assert log.verify().holds


def test_a_long_transactions_entries_are_not_called_misdated(log, monkeypatch):
    monkeypatch.setattr(verification, "CLOCK_STEP", 0)
    with log.database.connect("worker") as slow:
        slow.execute(ENTER, [log.tenants["alder"]])
        slow.execute(LOOK)
        commands.seal(log.store)
    assert log.seal().entries == 1
    assert log.verify().holds


def test_the_web_role_reads_no_seal_and_nobody_changes_one(log):
    for role, statement in (
        ("app", "SELECT FROM audit_seals"),
        ("app", "SELECT FROM audit_verifications"),
        ("app", "SELECT audit_still()"),
        ("app", "SELECT audit_purge('2000-01-01')"),
        ("worker", "UPDATE audit_seals SET number = 1"),
        ("worker", "DELETE FROM audit_seals"),
        ("worker", "DELETE FROM audit_seal_parts"),
        ("worker", "UPDATE audit_seal_parts SET entries = 0"),
    ):
        with pytest.raises(errors.InsufficientPrivilege), log.database.connect(role) as connection:
            connection.execute(statement)


def test_one_process_seals_at_a_time(log):
    with log.database.connect("worker") as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [commands.SEALING])
        with pytest.raises(commands.SealingElsewhere):
            commands.seal(log.store)


def test_the_key_is_made_once_for_the_worker_alone(log):
    key = log.store.folder / "signing.key"
    assert key.stat().st_mode & 0o777 == 0o400
    assert log.store.folder.stat().st_mode & 0o777 == 0o700
    made = key.read_bytes()
    commands.seal(log.store)
    assert key.read_bytes() == made


def test_a_missing_key_is_not_replaced_silently(log):
    (log.store.folder / "signing.key").unlink()
    with pytest.raises(commands.NoSigningKey):
        commands.seal(log.store)


def test_another_key_opens_an_epoch_of_its_own(log):
    (log.store.folder / "signing.key").unlink()
    seals.signing_key(log.store.folder, make=True)
    with pytest.raises(commands.OtherSigningKey):
        commands.seal(log.store)
    log.write("alder")
    opened = commands.open_epoch(log.store, "the old key was on a lost laptop")
    assert (opened.epoch, opened.entries) == (2, 1)
    log.write("alder")
    log.seal()
    report = log.verify()
    assert report.holds
    assert report.epochs[1]["reason"] == "the old key was on a lost laptop"


def test_a_head_that_a_crash_kept_from_the_file_follows(log):
    lines = log.store.checkpoints.read_bytes().splitlines(keepends=True)
    log.store.checkpoints.write_bytes(b"".join(lines[:-1]) + lines[-1][:20])
    assert checkpoints.read(log.store.checkpoints).last == 2
    commands.seal(log.store)
    assert checkpoints.read(log.store.checkpoints).last == 4
    assert log.verify().checkpoints == 4


def test_a_file_of_something_else_is_not_taken_for_heads(log, tmp_path):
    other = tmp_path / "other"
    other.write_text('{"number": 1}\n')
    with pytest.raises(checkpoints.BrokenCheckpoints):
        checkpoints.read(other)


def test_heads_go_to_syslog_where_it_is_set(log):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(10)
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        made = commands.seal(SealStore(log.store.folder, address))
        heard = listener.recv(4096).decode()
    assert f'"number": {made.number}' in heard
    assert made.hash().hex() in heard


def test_a_deaf_syslog_stops_nothing(log, tmp_path):
    before = log.last().number
    commands.seal(SealStore(log.store.folder, str(tmp_path / "nothing")))
    assert log.verify().seals == before + 1


def test_two_seals_of_one_number_cannot_be(log):
    key = Ed25519PrivateKey.generate()
    with pytest.raises(Exception, match="pk_audit_seals"), as_worker():
        seals.write(log.last().signed(key))


def test_the_chain_is_signed_by_the_key_in_the_folder(log):
    key = seals.signing_key(log.store.folder, make=False)
    assert log.last().public_key == key.public_key().public_bytes_raw()
