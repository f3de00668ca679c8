"""Six years are kept, whoever asks; what is older goes by whole months, and that is sealed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from psycopg import errors

from portal.audit import commands
from portal.audit.commands import KeptSixYears, NothingToPurge, open_epoch, purge

pytestmark = pytest.mark.database

PUT = """
INSERT INTO user_action_audit_log (tenant_id, occurred_at, actor, action_type)
SELECT %s, %s, 'user:1', 'doctors.look' FROM generate_series(1, %s)
"""


@pytest.fixture
def old(log, old_month) -> datetime:
    """The day after a month of which each clinic has entries, all of it sealed."""
    for tenant_id in log.tenants.values():
        log.tamper(PUT, tenant_id, old_month, 3)
    open_epoch(log.store, "entries of another system were taken over")
    assert log.verify().holds
    return (old_month.replace(day=28) + timedelta(days=8)).replace(day=1)


def test_old_months_are_dropped_and_the_log_still_holds(log, old, old_month):
    log.write("alder")
    made, dropped = purge(log.store, old.date())
    assert dropped == [f"user_action_audit_log_{old_month:%Y_%m}"]
    assert (made.kind, made.about) == ("purge", old.date().isoformat())
    log.seal()
    report = log.verify()
    assert report.holds, report.wrong
    query = "SELECT count(*) FROM user_action_audit_log WHERE occurred_at < %s"
    assert log.admin.execute(query, [old]).fetchone()[0] == 0


def test_a_purge_is_in_each_clinics_own_log(log, old):
    made, _ = purge(log.store, old.date())
    query = """SELECT tenant_id, new_values FROM user_action_audit_log
        WHERE action_type = 'audit.purge'"""
    gone = {"before": old.date().isoformat(), "entries": 3, "seal": made.number}
    assert dict(log.admin.execute(query)) == dict.fromkeys(log.tenants.values(), gone)


def test_after_a_purge_a_younger_entry_is_still_missed(log, old):
    purge(log.store, old.date())
    entry = log.ids("alder")[4]
    log.tamper("DELETE FROM user_action_audit_log WHERE id = %s", entry)
    wrong = log.verify().wrong
    assert (wrong.kind, wrong.entry) == ("deleted", entry)


def test_a_month_dropped_without_a_purge_is_missed(log, old, old_month):
    log.tamper(f"DROP TABLE user_action_audit_log_{old_month:%Y_%m}")
    assert log.verify().wrong.kind == "partition-dropped"


def test_nothing_younger_than_six_years_is_purged(log):
    seals = log.last().number
    today = datetime.now(UTC).date()
    with pytest.raises(KeptSixYears):
        purge(log.store, today.replace(year=today.year - 5, day=1))
    assert log.last().number == seals


def test_the_database_itself_keeps_six_years(log):
    today = datetime.now(UTC).date()
    with log.database.connect("worker") as worker, pytest.raises(errors.InsufficientPrivilege):
        worker.execute("SELECT audit_purge(%s)", [today.replace(year=today.year - 5, day=1)])


def test_a_purge_of_nothing_makes_no_seal(log):
    seals = log.last().number
    with pytest.raises(NothingToPurge):
        purge(log.store, date(2001, 5, 1))
    assert log.last().number == seals


def test_what_no_seal_covers_is_not_purged(log, old, old_month):
    with log.database.connect("admin") as writer:
        writer.execute(PUT, [log.tenants["alder"], old_month, 1])
        log.tamper(PUT, log.tenants["birch"], old_month, 1)  # committed, its turn not come
        with pytest.raises(commands.NotSealedYet):
            purge(log.store, old.date())
