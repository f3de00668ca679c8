"""A long chain is verified some seals at a time, with the same result."""

import pytest

from portal.audit import commands, verification

pytestmark = pytest.mark.database


@pytest.mark.parametrize(("entries", "seals"), [(200_000, 1), (200_000, 2), (1, 5_000)])
def test_small_batches_find_the_same(log, monkeypatch, entries, seals):
    for _ in range(3):
        log.write("alder")
        commands.seal(log.store)
    log.seal()
    monkeypatch.setattr(verification, "ENTRIES_AT_ONCE", entries)
    monkeypatch.setattr(verification, "SEALS_AT_ONCE", seals)
    report = log.verify()
    assert report.holds, report.wrong
    assert report.entries == len(log.ids("alder")) + len(log.ids("birch"))
    entry = log.ids("birch")[-1]
    log.tamper("DELETE FROM user_action_audit_log WHERE id = %s", entry)
    assert log.verify().wrong.entry == entry
