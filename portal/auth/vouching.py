"""Vouching: what this process is about to write of accounts, and no smuggled-in statement.

The database takes a write to who is who, and who may do what, from the web role only with a proof
of exactly that write (docs/adr/0020). Whatever the session flushes is vouched for by itself; a
statement of one's own says beforehand what it will do.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import event, inspect, text
from sqlalchemy.orm import Session

from portal.auth.proofs import proven
from portal.db import PortalSession, session, state

# The values that a proof is of, in their order: by table, and by what is done to it.
WRITES: dict[str, dict[str, tuple[str, ...]]] = {
    "users": {
        "INSERT": ("email", "name", "role", "status", "password_hash"),
        "UPDATE": ("id", "role", "status", "locale"),
    },
    "user_facilities": {
        "INSERT": ("user_id", "facility_id"),
        "DELETE": ("user_id", "facility_id"),
    },
    "user_links": {
        "INSERT": ("user_id", "purpose", "token_hash"),
        "UPDATE": ("id", "user_id"),
    },
    "user_factors": {
        "INSERT": ("user_id", "secret", "last_step"),
        "UPDATE": ("id", "last_step"),
        "DELETE": ("user_id",),
    },
    "passkeys": {
        "INSERT": ("user_id", "name", "credential_id", "public_key", "sign_count"),
        "UPDATE": ("id", "sign_count"),
        "DELETE": ("user_id",),
    },
    "recovery_codes": {
        "INSERT": ("user_id", "code_hash"),
        "UPDATE": ("user_id", "code_hash"),
        "DELETE": ("user_id",),
    },
    "factor_resets": {
        "INSERT": ("user_id", "asked_by", "reason"),
        "UPDATE": ("user_id", "approved_by"),
    },
}
# Proven apart, when it changes: whoever changes something else of a person does not know it.
PASSWORD = ("id", "password_hash")
TELL = text(
    "SELECT set_config('portal.proofs', concat_ws(' ',"
    " nullif(current_setting('portal.proofs', true), ''), CAST(:proofs AS text)), true)"
)


def vouch(table: str, what: str, *rows: Mapping[str, Any]) -> None:
    """Vouch for what a statement is about to do.

    Args:
        table: the table.
        what: INSERT, UPDATE or DELETE.
        rows: the values that the proof of each is of, in their order, as they will be.
    """
    _tell(session(), [_told(table, what, row) for row in rows])


def _told(table: str, what: str, values: Mapping[str, Any]) -> str:
    """A write as both sides say it; each value has its length before it, so no two read alike."""
    parts = (f"{name}={_measured(value)}" for name, value in values.items())
    known = state().request_context
    speaker = known.session_id if known else state().started
    return "|".join(("write", table, what, str(speaker), *parts))


def _measured(value: Any) -> str:
    if value is None:
        return "-"
    text = rf"\x{value.hex()}" if isinstance(value, bytes) else str(value)
    return f"{len(text)}:{text}"


def _tell(speaking: Session, statements: Iterable[str]) -> None:
    """Leave the proofs where the database looks for them, until the transaction ends."""
    if state().role is not None:
        return
    proofs = ("{expires}:{proof}".format(**proven(each)) for each in statements)
    if joined := " ".join(proofs):
        speaking.connection().execute(TELL, {"proofs": joined})


@event.listens_for(PortalSession, "before_flush")
def _vouch_pending(flushing: Session, _context: object, _instances: object) -> None:
    statements = [_of_row(row, "INSERT") for row in filter(_is_guarded, flushing.new)]
    changed = [row for row in flushing.dirty if _is_guarded(row) and flushing.is_modified(row)]
    statements += [_of_row(row, "UPDATE") for row in changed]
    statements += [_of_row(row, "UPDATE", PASSWORD) for row in filter(_has_new_password, changed)]
    statements += [_of_row(row, "DELETE") for row in filter(_is_guarded, flushing.deleted)]
    _tell(flushing, statements)


def _is_guarded(row: Any) -> bool:
    return row.__tablename__ in WRITES


def _has_new_password(row: Any) -> bool:
    attribute = inspect(row).attrs.get("password_hash")
    return attribute is not None and attribute.history.has_changes()


def _of_row(row: Any, what: str, names: tuple[str, ...] = ()) -> str:
    """The write of a row as it is to be told."""
    key = {each.columns[0].name: each.key for each in inspect(type(row)).column_attrs}
    signed_names = names or WRITES[row.__tablename__][what]
    values = {name: getattr(row, key[name]) for name in signed_names}
    return _told(row.__tablename__, what, values)
