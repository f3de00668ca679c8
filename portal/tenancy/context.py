"""The transaction's context: which tenant, which person, proven to the database.

`enter_session` and `as_job` ask the database to write a signed, transaction-local setting; the
row security policies read it back through `current_tenant()`. It ends with the transaction.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import Connection, text

from portal import connections
from portal.db import pipeline, session, state
from portal.state import RequestContext
from portal.web.messages import readable

DESCRIBE = text("SELECT set_config('portal.request', :request, true)")
# One statement, since every request waits for its answer. For a lock it waits far longer than
# others work, and not until its own server gives it up without an answer.
ENTER_SESSION = text(
    "SELECT entered.*, proof.owes AS pending_step, proof.has_factor, proof.fresh,"
    " (SELECT t.locale FROM tenants t WHERE t.id = entered.tenant_id) AS clinic_locale"
    " FROM set_config('portal.request', :request, true) AS described,"
    " set_config('lock_timeout', '20s', true) AS patience,"
    " enter_session(:token_hash, :touch) AS entered, session_proof(entered.session_id) AS proof"
)
# So long a job waits for one statement, and for one lock, where it has others to work for.
SECONDS_A_STATEMENT, SECONDS_A_LOCK = 20.0, 10.0
BOUNDED = text(
    "SELECT set_config('statement_timeout', :statement, true),"
    " set_config('lock_timeout', :lock, true)"
)
# Which clinic the database has said a token's session is of: it never is another's.
_clinics: dict[bytes, int] = {}
MOST_REMEMBERED = 10_000


class TookTooLong(Exception):
    """A job has worked for one clinic as long as the others can wait."""


def request_context() -> RequestContext:
    """Who works in the present transaction, and for which clinic.

    Raises:
        RuntimeError: no tenant has been entered; a mistake in the program, never a user's.
    """
    found = state().request_context
    if found is None:
        raise RuntimeError("no tenant has been entered in this session")
    return found


def enter_session(token_hash: bytes, *, touch: bool = True) -> RequestContext | None:
    """Enter a signed-in browser's tenant for this transaction.

    Args:
        token_hash: SHA-256 of the cookie's token.
        touch: whether this counts as activity; a poll does not.

    Returns:
        The context, or None when the session is unknown, idle, expired, revoked, or its user or
        tenant is no longer active.
    """
    values = {"request": _request(), "token_hash": token_hash, "touch": touch}
    connections.serve(_clinics.get(token_hash))
    [rows] = pipeline((ENTER_SESSION, values))
    if not rows:
        state().request_context = None
        _verified(token_hash, None)
        return None
    [row] = rows
    _verified(token_hash, row.tenant_id)
    scope = row.facility_ids
    found = RequestContext(
        **{
            **row._asdict(),
            "facility_ids": tuple(scope) if scope is not None else None,
            "messages": readable(row.messages),
        },
    )
    state().request_context = found
    return found


def _verified(token_hash: bytes, tenant_id: int | None) -> None:
    """Remember whose token this is, and whose connection, as the database says."""
    connections.verified(session.connection().connection.info, tenant_id)
    if tenant_id is not None:
        while len(_clinics) >= MOST_REMEMBERED:
            del _clinics[next(iter(_clinics))]
        _clinics[token_hash] = tenant_id


def describe_request() -> None:
    """Tell the audit triggers the request's id, address and browser for this transaction."""
    session.execute(DESCRIBE, {"request": _request()})


def _request() -> str:
    asker = state().asker
    return json.dumps(asker._asdict()) if asker else ""


@contextmanager
def as_worker() -> Iterator[None]:
    """Work as `portal_worker`, no tenant entered; commits at the end unless something fails."""
    before, known = state().role, state().request_context
    session.rollback()
    state().role = "worker"
    try:
        yield
        session.commit()
    finally:
        session.rollback()
        state().role, state().request_context = before, known


@contextmanager
def as_job(tenant_id: int, job: str) -> Iterator[RequestContext]:
    """Work for one tenant as `portal_worker`; commits at the end, rolls back on an error.

    Args:
        tenant_id: the tenant.
        job: the actor's name in the audit log, e.g. `import`.
    """
    with as_worker():
        yield enter_job(tenant_id, job)


def enter_job(tenant_id: int, job: str) -> RequestContext:
    """Enter a tenant again after a commit inside `as_job`. Raises TookTooLong."""
    _bound()
    session.execute(
        text("SELECT enter_job(:tenant_id, :job)"), {"tenant_id": tenant_id, "job": job}
    )
    row = session.execute(
        text("SELECT slug, name, timezone, locale, settings FROM tenants WHERE id = :id"),
        {"id": tenant_id},
    ).one()
    found = RequestContext(
        tenant_id=tenant_id,
        actor=f"job:{job}",
        tenant_slug=row.slug,
        tenant_name=row.name,
        timezone=row.timezone,
        locale=row.locale,
        clinic_locale=row.locale,
        settings=row.settings,
    )
    state().request_context = found
    return found


def _bound() -> None:
    """Let no statement of this transaction take longer than there is time for the tenant."""
    until = state().works_until
    if until is None:
        return
    left = until - time.monotonic()
    if left <= 0:
        raise TookTooLong
    session.execute(
        BOUNDED,
        {
            "statement": _milliseconds(min(left, SECONDS_A_STATEMENT)),
            "lock": _milliseconds(min(left, SECONDS_A_LOCK)),
        },
    )


def _milliseconds(seconds: float) -> str:
    return f"{max(1, int(seconds * 1000))}ms"


def work_for(user_id: int) -> None:
    """Let a job reach only what this person reaches, until the transaction ends."""
    scope = session.scalar(text("SELECT work_for(:user_id)"), {"user_id": user_id})
    state().request_context = replace(
        request_context(), facility_ids=None if scope is None else tuple(scope)
    )


def trust_process_key(connection: Connection, key: bytes) -> None:
    """Let the database check the proofs of the process that holds this key (run by the owner).

    The key is kept as the two blocks of HMAC-SHA256 (RFC 2104): padded to 64 bytes, combined
    with the inner and outer pads. A key that is there already is never replaced silently.
    """
    if connection.scalar(text("SELECT to_regclass('context_keys')")) is None:
        return
    connection.execute(
        text(
            "INSERT INTO context_keys (purpose, inner_block, outer_block)"
            " VALUES ('process', :inner, :outer) ON CONFLICT DO NOTHING"
        ),
        _blocks(key),
    )


def exchange_process_key(connection: Connection, key: bytes) -> None:
    """Check the proofs of the processes that hold this key from now on (run by the owner)."""
    exchange = "UPDATE context_keys SET inner_block = :inner, outer_block = :outer"
    connection.execute(text(f"{exchange} WHERE purpose = 'process'"), _blocks(key))
    connection.commit()


def _blocks(key: bytes) -> dict[str, bytes]:
    padded = key.ljust(64, b"\0")
    return {"inner": bytes(b ^ 0x36 for b in padded), "outer": bytes(b ^ 0x5C for b in padded)}
