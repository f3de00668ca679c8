"""Each kind of tampering is named rightly in a log of one epoch, and of two and three.

The kind of fault: a wrong seal hides that a later epoch began, so that its innocent entries are
taken for insertions into the earlier one.
"""

from collections.abc import Callable

import pytest

from portal.audit import commands
from tests.audit.conftest import Log

pytestmark = pytest.mark.database

Named = tuple[str, int | None, int | None]  # kind, seal, entry


def entry_of(log: Log) -> int:
    return log.ids("alder")[3]


def changed(log: Log) -> Named:
    log.tamper("UPDATE user_action_audit_log SET ip = '::1' WHERE id = %s", entry_of(log))
    return "changed", None, entry_of(log)


def deleted(log: Log) -> Named:
    gone = entry_of(log)
    log.tamper("DELETE FROM user_action_audit_log WHERE id = %s", gone)
    return "deleted", None, gone


def moved_in_time(log: Log) -> Named:
    later = "UPDATE user_action_audit_log SET occurred_at = occurred_at + '1 us' WHERE id = %s"
    log.tamper(later, entry_of(log))
    return "moved-in-time", None, entry_of(log)


def inserted(log: Log) -> Named:
    log.tamper(
        "INSERT INTO user_action_audit_log (xid, tenant_id, occurred_at, actor, action_type)"
        " SELECT xid, tenant_id, occurred_at + interval '1 ms', actor, action_type"
        " FROM user_action_audit_log WHERE id = %s",
        entry_of(log),
    )
    return "inserted", None, log.ids("alder")[-1]


def swapped(log: Log) -> Named:
    first, second = log.ids("alder")[3:5]
    log.tamper(
        "UPDATE user_action_audit_log SET id = CASE id WHEN %s THEN %s ELSE %s END"
        " WHERE id IN (%s, %s)",
        *(first, second, first, first, second),
    )
    return "swapped", None, first


def of_another_clinic(log: Log) -> Named:
    move = "UPDATE user_action_audit_log SET tenant_id = %s WHERE id = %s"
    gone = entry_of(log)
    log.tamper(move, log.tenants["birch"], gone)
    return "deleted", None, gone


def forged_root(log: Log) -> Named:
    log.tamper("UPDATE audit_seals SET root = sha256(root) WHERE number = 3")
    return "seal-forged", 3, None


def dated_seal(log: Log) -> Named:
    log.tamper("UPDATE audit_seals SET sealed_at = sealed_at - interval '1 us' WHERE number = 2")
    return "seal-forged", 2, None


def missing_seal(log: Log) -> Named:
    log.tamper("DELETE FROM audit_seals WHERE number = 2")
    return "seal-missing", 2, None


def cut_tail(log: Log) -> Named:
    log.tamper("DELETE FROM audit_seals WHERE number >= 3")
    log.tamper("DELETE FROM audit_seal_parts WHERE seal >= 3")
    return "tail-cut", 3, None


def changed_list(log: Log) -> Named:
    log.tamper("UPDATE audit_seal_parts SET root = sha256(root) WHERE seal = 2")
    return "list-changed", 2, None


KINDS = (
    changed, deleted, moved_in_time, inserted, swapped, of_another_clinic, forged_root, dated_seal,
    missing_seal, cut_tail, changed_list,
)  # fmt: skip


@pytest.mark.parametrize("epochs", [1, 2, 3])
@pytest.mark.parametrize("tamper", KINDS, ids=lambda kind: kind.__name__)
def test_the_first_wrong_place_is_named(
    log: Log, tamper: Callable[[Log], Named], epochs: int
) -> None:
    for number in range(1, epochs):
        commands.open_epoch(log.store, f"restored for the {number}. time")
        for slug in log.tenants:
            log.write(slug, 4)
        log.seal()
    kind, seal, entry = tamper(log)
    wrong = log.verify().wrong
    assert wrong is not None
    assert (wrong.kind, entry and wrong.entry, seal and wrong.seal) == (kind, entry, seal)
