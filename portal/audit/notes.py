"""Notes: what staff did or were refused that no row change says by itself."""

import json
from typing import Any

from sqlalchemy import text

from portal.db import session

NOTE = text(
    "SELECT audit_note(:action, :table_name, :record, :patient, :outcome, :reason,"
    " CAST(:old AS jsonb), CAST(:new AS jsonb))"
)


def note(
    action: str,
    *,
    table: str | None = None,
    record: int | None = None,
    patient: int | None = None,
    outcome: str = "done",
    reason: str | None = None,
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
) -> None:
    """Write one entry in this transaction, as the person of its verified context.

    Args:
        action: what was done, e.g. `slots.hold`, or the endpoint for a read.
        table: the table it is about, with `record` its id.
        patient: the patient it is about.
        outcome: `done`, `refused` or `failed`.
        reason: what the person gave as the reason.
        old: values before.
        new: values after. Never put patient data here in the clear.
    """
    session.execute(
        NOTE,
        {
            "action": action,
            "table_name": table,
            "record": record,
            "patient": patient,
            "outcome": outcome,
            "reason": reason,
            "old": json.dumps(old) if old is not None else None,
            "new": json.dumps(new) if new is not None else None,
        },
    )
