"""Somebody who can do anything to the database changes it; verification names the first place."""

from contextlib import contextmanager
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from portal.audit import checkpoints, seals
from portal.audit.commands import SealsLost
from portal.tenancy.context import as_worker

pytestmark = pytest.mark.database

SET = "UPDATE user_action_audit_log SET {} WHERE id = %s"


def found(log, *, with_heads=True):
    """The kind of the first wrong place, the entry and the clinic."""
    wrong = log.verify(with_heads=with_heads).wrong
    assert wrong is not None, "nothing was found"
    return wrong.kind, wrong.entry, wrong.tenant


@contextmanager
def undone(log, table, where):
    """What is inside happens; afterwards the rows are as they were."""
    log.admin.execute(f"CREATE TABLE kept AS SELECT * FROM {table} WHERE {where}")
    yield
    log.admin.execute(f"DELETE FROM {table} WHERE {where}")
    log.admin.execute(f"INSERT INTO {table} SELECT * FROM kept")
    log.admin.execute("DROP TABLE kept")


def test_an_untouched_log_holds(log):
    report = log.verify()
    assert report.holds, report.wrong
    assert report.entries == len(log.ids("alder")) + len(log.ids("birch")) > 32
    assert (report.unsealed, report.checkpoints) == (0, report.seals)


CHANGES = """
new_values = jsonb_set(new_values, '{b}', '99')
new_values = NULL
old_values = '{}'
reason = reason || ' '
reason = NULL
actor = 'user:1'
user_id = 7
session_id = 7
request_id = gen_random_uuid()
action_type = 'doctors.peek'
table_name = 'patients'
record_id = record_id + 1
patient_id = 7
outcome = 'refused'
ip = '192.0.2.1'
user_agent = ''
"""


def test_a_changed_value_in_any_column(log):
    entry = log.ids("birch")[12]
    for change in CHANGES.strip().splitlines():
        with undone(log, "user_action_audit_log", f"id = {entry}"):
            log.tamper(SET.format(change), entry)
            assert found(log) == ("changed", entry, "birch"), change
    assert log.verify().holds


def test_a_changed_transaction(log):
    entry = log.ids("birch")[12]
    log.tamper(SET.format("xid = (xid::text::bigint - 1)::text::xid8"), entry)
    assert found(log)[1:] == (entry, "birch")


def test_the_first_of_two_changes_is_named(log):
    for entry in (log.ids("alder")[14], log.ids("birch")[4]):
        log.tamper(SET.format("actor = 'user:1'"), entry)
    assert found(log) == ("changed", log.ids("birch")[4], "birch")


def test_a_deleted_entry(log):
    entry = log.ids("alder")[5]
    log.tamper("DELETE FROM user_action_audit_log WHERE id = %s", entry)
    assert found(log) == ("deleted", entry, "alder")


COPY_ENTRY = """
INSERT INTO user_action_audit_log (id, xid, tenant_id, occurred_at, actor, action_type)
SELECT {}, xid, tenant_id, occurred_at + interval '1 ms', actor, action_type
FROM user_action_audit_log WHERE id = %s
"""


@pytest.mark.parametrize("number", ["id", "nextval('user_action_audit_log_id_seq')"])
def test_an_entry_put_in_among_the_sealed(log, number):
    log.tamper(COPY_ENTRY.format(number), log.ids("alder")[5])
    assert found(log)[0] == "inserted"


def test_an_entry_put_in_under_a_seal_in_which_the_clinic_had_no_part(log):
    log.write("birch", 3)
    log.seal()
    entry = log.ids("birch")[-1]
    moved = COPY_ENTRY.replace("xid, tenant_id,", "xid, %s,", 2).replace(
        "(id, xid, %s,", "(id, xid, tenant_id,"
    )
    log.tamper(moved.format(entry + 1000), log.tenants["alder"], entry)
    assert found(log) == ("inserted", entry + 1000, "alder")


def test_two_swapped_entries(log):
    first, second = log.ids("alder")[4:6]
    swap = """UPDATE user_action_audit_log SET id = CASE id WHEN %s THEN %s ELSE %s END
        WHERE id IN (%s, %s)"""
    log.tamper(swap, first, second, first, first, second)
    assert found(log) == ("swapped", first, "alder")


def test_two_entries_whose_values_were_swapped(log):
    first, second = log.ids("alder")[4:6]
    swap = """UPDATE user_action_audit_log a SET new_values = b.new_values
        FROM user_action_audit_log b WHERE (a.id, b.id) IN ((%s, %s), (%s, %s))"""
    log.tamper(swap, first, second, second, first)
    assert found(log) == ("changed", first, "alder")


@pytest.mark.parametrize("sign", "+-")
def test_a_microsecond(log, sign):
    entry = log.ids("alder")[9]
    log.tamper(SET.format(f"occurred_at = occurred_at {sign} interval '1 microsecond'"), entry)
    assert found(log) == ("moved-in-time", entry, "alder")


BACK_DATED = """
INSERT INTO user_action_audit_log (tenant_id, occurred_at, actor, action_type)
SELECT %s, min(sealed_at) - interval '1 minute', 'user:1', 'doctors.look' FROM audit_seals
"""


@pytest.mark.parametrize("sealed_too", [False, True])
def test_an_entry_dated_back(log, sealed_too):
    log.tamper(BACK_DATED, log.tenants["alder"])
    entry = log.ids("alder")[-1]
    if sealed_too:
        log.seal()
    assert found(log) == ("misdated", entry, "alder")


def test_an_entry_moved_to_another_clinic(log):
    entry = log.ids("alder")[6]
    log.tamper(SET.format(f"tenant_id = {log.tenants['birch']}"), entry)
    assert found(log) == ("deleted", entry, "alder")


def test_a_dropped_partition(log):
    month = log.admin.execute("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')").fetchone()[0]
    log.tamper(f"DROP TABLE user_action_audit_log_{month}")
    assert found(log)[0] == "partition-dropped"


FORGERIES = """
root = sha256(root)
signature = sha256(signature) || sha256(root)
entries = entries - 1
sealed_at = sealed_at - interval '1 microsecond'
previous = sha256(previous)
about = 'nothing'
kind = 'purge', about = '2100-01-01'
epoch = 2
from_xid = '0'
next_xid = '0'
until_xid = (until_xid::text::bigint + 1)::text::xid8
first_id = 1
last_id = 1
public_key = sha256(public_key)
"""


def test_a_forged_seal(log):
    for change in FORGERIES.strip().splitlines():
        with undone(log, "audit_seals", "number = 3"):
            log.tamper(f"UPDATE audit_seals SET {change} WHERE number = 3")
            wrong = log.verify().wrong
            assert wrong, change
            assert (wrong.kind, wrong.seal) == ("seal-forged", 3), change
    assert log.verify().holds


def test_a_seal_taken_out(log):
    log.tamper("DELETE FROM audit_seals WHERE number = 2")
    wrong = log.verify().wrong
    assert (wrong.kind, wrong.seal) == ("seal-missing", 2)


def test_a_chain_signed_again_with_a_key_of_ones_own(log):
    _sign_all_again(log)
    assert log.verify(with_heads=False).holds
    wrong = log.verify().wrong
    assert (wrong.kind, wrong.seal) == ("seal-forged", 1)


def _sign_all_again(log):
    key, previous = Ed25519PrivateKey.generate(), seals.NO_SEAL
    with as_worker():
        chain = seals.seals_after(0, many=100)
    log.tamper("DELETE FROM audit_seals")
    with as_worker():
        for seal in chain:
            made = replace(seal, previous=previous).signed(key)
            seals.write(made)
            previous = made.hash()


OF_THE_LIST = """
UPDATE audit_seal_parts SET items = items || items WHERE seal = 2
UPDATE audit_seal_parts SET root = sha256(root) WHERE seal = 2
UPDATE audit_seal_parts SET entries = 1 WHERE seal = 2
DELETE FROM audit_seal_parts WHERE seal = 2
DELETE FROM audit_seal_parts WHERE seal = 2 AND tenant_id = (SELECT max(id) FROM tenants)
"""


def test_a_clinics_list_that_was_changed(log):
    for change in OF_THE_LIST.strip().splitlines():
        with undone(log, "audit_seal_parts", "seal = 2"):
            log.tamper(change)
            wrong = log.verify().wrong
            assert wrong, change
            assert (wrong.kind, wrong.seal) == ("list-changed", 2), change
    assert log.verify().holds


def test_the_tail_cut_off_with_its_seals(log):
    _cut_tail(log)
    assert log.verify(with_heads=False).holds
    wrong = log.verify().wrong
    assert (wrong.kind, wrong.seal) == ("tail-cut", 3)


def test_a_cut_tail_is_not_sealed_over(log):
    _cut_tail(log)
    log.write("alder")
    with pytest.raises(SealsLost):
        log.seal()


def test_a_log_without_any_seal_left_is_not_begun_anew(log):
    log.tamper("DELETE FROM audit_seals")
    with pytest.raises(SealsLost):
        log.seal()


def _cut_tail(log):
    seal = log.last()
    assert seal.number == 3
    assert checkpoints.newest(log.store.checkpoints).number == 3
    log.tamper("DELETE FROM user_action_audit_log WHERE xid >= %s::text::xid8", str(seal.from_xid))
    for table, column in (("audit_seals", "number"), ("audit_seal_parts", "seal")):
        log.tamper(f"DELETE FROM {table} WHERE {column} = 3")
