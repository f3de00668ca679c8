"""What a request leaves on its connection never lives in another clinic's request.

The kind: state of a session outlives the transaction, and the pool hands the session on. The
attacker here has the application's own pool: SQL of their choice, in their own request. Tried is
everything that PostgreSQL's manual of DISCARD lists, from each clinic to each and to nobody.
"""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal import connections
from portal.db import db
from portal.tenancy.context import enter_session
from tests.support.databases import clone
from tests.tenancy.stage import Stage, staged

pytestmark = pytest.mark.database

# What is left, what it leaves, and the question whether it is there.
LEFT = {
    "a setting of its own": (
        "SELECT set_config('x.left', 'here', false)",
        "SELECT coalesce(current_setting('x.left', true), '') = 'here'",
    ),
    "a setting of the server's": (
        "SET timezone = 'Asia/Tokyo'",
        "SELECT current_setting('timezone') = 'Asia/Tokyo'",
    ),
    "a way of isolating transactions": (
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE",
        "SELECT current_setting('default_transaction_isolation') = 'serializable'",
    ),
    "a statement": (
        "PREPARE planted AS SELECT 1",
        "SELECT EXISTS (SELECT FROM pg_prepared_statements WHERE name = 'planted')",
    ),
    "a cursor": (
        "DECLARE left_open CURSOR WITH HOLD FOR SELECT email FROM users",
        "SELECT EXISTS (SELECT FROM pg_cursors WHERE name = 'left_open')",
    ),
    "a lock": (
        "SELECT pg_advisory_lock(5046001)",
        "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 5046001)",
    ),
    "a role": (
        "SET ROLE portal_app",
        "SELECT current_setting('role') <> 'none'",
    ),
    "whose session it is": (
        "SET SESSION AUTHORIZATION portal_app",
        "SELECT current_setting('role') <> 'none' OR session_user <> 'portal_app'",
    ),
    "a channel": (
        "LISTEN gossip",
        "SELECT EXISTS (SELECT FROM pg_listening_channels() AS c WHERE c = 'gossip')",
    ),
}


@pytest.fixture(scope="module")
def stage(server) -> Iterator[Stage]:
    with clone(server, "carried") as database, staged(database) as made:
        made.connection.commit()
        yield made


@pytest.fixture
def web(stage) -> Iterator[Flask]:
    """The application with its own pool, of one connection, so that everybody gets the same."""
    app = stage.database.app()
    with app.app_context():
        engine = db.engines[None]
        # No room for one more, and one that waits.
        engine.pool._pool.maxsize, engine.pool._overflow = 1, 0
        yield app
        db.session.remove()
        engine.dispose()


def request_of(stage: Stage, side: int | None, *statements: str) -> list[object]:
    """One request: whoever it is enters, does what was smuggled in; what it answered.

    Where a statement was planted, the portal commits nothing.
    """
    if side is None:
        connections.serve(None)
    else:
        assert enter_session(stage.clinics[side].token_hash) is not None
    answers = []
    for statement in statements:
        result = db.session.execute(text(statement))
        answers.append(result.scalar() if result.returns_rows else None)
    with suppress(DBAPIError):
        db.session.commit()
    db.session.remove()
    connections.serve(None)
    return answers


@pytest.mark.parametrize("left", LEFT)
@pytest.mark.parametrize("receiver", [1, None], ids=["another clinic", "nobody"])
@pytest.mark.parametrize("known", [True, False], ids=["known before", "new"])
def test_nothing_is_carried_to_others(stage, web, left, receiver, known):
    leave, find = LEFT[left]
    if known and receiver is not None:
        request_of(stage, receiver)
    request_of(stage, 0, leave)
    assert request_of(stage, receiver, find) == [False]


@pytest.mark.parametrize("receiver", [1, None], ids=["another clinic", "nobody"])
def test_where_a_sequence_stands_is_not_told_to_others(stage, web, receiver):
    request_of(stage, 0, "SELECT nextval('patient_mrn_seq')")
    with pytest.raises(DBAPIError, match="lastval is not yet defined"):
        request_of(stage, receiver, "SELECT lastval()")


def test_a_statement_under_the_drivers_name_catches_nobodys_token(stage, web):
    """What the portal prepares itself shares its names with what SQL can prepare."""
    request_of(stage, 0)
    names = request_of(
        stage,
        0,
        "SELECT string_agg(name, ',') FROM pg_prepared_statements WHERE statement LIKE"
        " '%enter_session%'",
    )
    name = str(names[0]).split(",")[0]
    assert name.startswith("_pg3_"), "the driver has prepared the statement that enters"
    request_of(
        stage,
        0,
        f"DEALLOCATE {name}",
        f"PREPARE {name} (text, bytea, boolean) AS SELECT entered.*, proof.*"
        " FROM set_config('x.caught', encode($2, 'hex'), false) AS caught,"
        " enter_session($2, $3) AS entered, session_proof(entered.session_id) AS proof",
    )
    request_of(stage, 1)
    [caught] = request_of(stage, 0, "SELECT coalesce(current_setting('x.caught', true), '')")
    assert caught == ""


@pytest.mark.parametrize("between", [(), (bytes(32),)], ids=["at once", "after nobody"])
def test_whoever_signs_in_elsewhere_takes_nothing_along(stage, web, between):
    """One request may enter a second clinic: that of whoever signs in in the first one's place."""
    own, other = (clinic.token_hash for clinic in stage.clinics)
    request_of(stage, 1)
    request_of(stage, None)
    assert enter_session(own) is not None
    db.session.execute(text("SELECT nextval('patient_mrn_seq')"))
    for token_hash in (*between, other):
        enter_session(token_hash)
    db.session.commit()
    db.session.remove()
    with pytest.raises(DBAPIError, match="lastval is not yet defined"):
        request_of(stage, 1, "SELECT lastval()")


def test_within_one_clinic_the_drivers_statements_stay(stage, web):
    """They are what makes a page quick; the connection is not reset for its own clinic."""
    count = "SELECT count(*) FROM pg_prepared_statements WHERE NOT from_sql"
    request_of(stage, 0)
    [first] = request_of(stage, 0, "SELECT pg_backend_pid()")
    [kept, again] = request_of(stage, 0, count, "SELECT pg_backend_pid()")
    assert kept > 0
    assert again == first


def test_a_planted_statement_closes_the_connection_and_is_counted(stage, web):
    before = connections.CLOSED._value.get()
    [pid] = request_of(stage, 0, "SELECT pg_backend_pid()")
    request_of(stage, 0, "PREPARE planted AS SELECT 1")
    [after] = request_of(stage, 0, "SELECT pg_backend_pid()")
    assert after != pid
    assert connections.CLOSED._value.get() == before + 1


@pytest.mark.parametrize("left", [each for each in LEFT if each != "a statement"])
def test_locks_cursors_and_settings_end_with_the_request_in_ones_own_clinic(stage, web, left):
    leave, find = LEFT[left]
    request_of(stage, 0, leave)
    assert request_of(stage, 0, find) == [False]


def test_the_driver_knows_that_its_statements_are_gone(stage, web):
    """Also on a connection that was reset before it had prepared anything."""
    for side in (None, None, 0, None, 1, 0, 1, None, 0):
        request_of(stage, side, *["SELECT current_tenant()"] * 7)
    assert request_of(stage, 0, "SELECT current_tenant()") == [stage.clinics[0].tenant_id]
