"""As many exports of a person wait as may, however many are asked for at once.

The kind: a number counted by one statement and written by another, so that two who count at the
same moment both find room. What there may be so many of at a time, the database counts.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from threading import Barrier
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors

from portal.auth.rules import hash_of
from portal.exchange.exports.commands.asking import TooManyUnfinished, ask_export
from portal.exchange.exports.rules import MOST_UNFINISHED
from portal.exchange.imports.commands import uploads
from portal.exchange.imports.commands.uploads import TooManyWaiting, upload
from portal.tenancy.context import as_job
from tests.support.client import Browser
from tests.support.people import found
from tests.support.scheduling import acting_as

COUNTED = """
SELECT tgrelid::regclass::text, split_part(encode(tgargs, 'escape'), '\\000', 1)::int
FROM pg_trigger WHERE tgfoid = 'at_most()'::regprocedure
"""
AT_ONCE = 10
ASK = """
INSERT INTO exports (row_uid, asked_by, kind, format)
VALUES (gen_random_uuid(), current_user_id(), 'activity', 'csv')
"""
# Whatever waits for another before it looks, and whatever locks by a number.
WAITS = """
SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  AND prorettype = 'trigger'::regtype AND prosrc LIKE '%FOR NO KEY UPDATE%'
"""
NOT_AS_IT_IS = f"{WAITS} AND prosrc NOT LIKE '%require_present()%'"
BY_NUMBER = """
SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  AND prosrc LIKE '%pg_advisory%'
"""


@pytest.mark.database
def test_ten_at_once_are_as_many_as_may_wait(own_database):
    app = own_database.app()
    with app.app_context():
        clinic = found("race", "America/Chicago")
    gate = Barrier(AT_ONCE)

    def one(_number: int) -> None:
        gate.wait()
        mine = acting_as(clinic.owner)
        with app.app_context(), suppress(TooManyUnfinished), as_job(clinic.id, "race"), mine:
            ask_export("activity", "csv", {}, key=uuid4())

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(one, range(AT_ONCE)))
    with own_database.connect("admin") as admin:
        assert admin.execute("SELECT count(*) FROM exports").fetchone() == (MOST_UNFINISHED,)


def test_a_clinic_has_some_files_at_a_time(alder):
    with alder.at_work(), acting_as(alder.admin):
        brought = [
            upload("services", "a.csv", b"name\nVisit\n") for _ in range(uploads.MOST_WAITING)
        ]
        with pytest.raises(TooManyWaiting) as refused:
            upload("services", "a.csv", b"name\nVisit\n")
        assert refused.value.params == {"count": uploads.MOST_WAITING}
        uploads.discard(brought[0])
        upload("services", "a.csv", b"name\nVisit\n")


@pytest.mark.database
def test_what_is_said_is_what_the_database_counts(database):
    with database.connect("admin") as admin:
        counted = dict(admin.execute(COUNTED).fetchall())
    assert counted == {"exports": MOST_UNFINISHED, "uploads": uploads.MOST_WAITING}


@pytest.mark.database
def test_a_clinics_files_that_come_at_once_are_as_many_as_may_wait(own_database):
    app = own_database.app()
    with app.app_context():
        clinic = found("race", "America/Chicago")
        with clinic.at_work(), acting_as(clinic.admin):
            for _ in range(uploads.MOST_WAITING - 1):
                upload("services", "a.csv", b"name\nVisit\n")
    gate = Barrier(4)

    def one(number: int) -> None:
        gate.wait()
        mine = acting_as(clinic.admin if number % 2 else clinic.owner)
        with app.app_context(), suppress(TooManyWaiting), as_job(clinic.id, "race"), mine:
            upload("services", "a.csv", b"name\nVisit\n")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(4)))
    with own_database.connect("admin") as admin:
        count = "SELECT count(*) FROM uploads WHERE status = 'waiting'"
        assert admin.execute(count).fetchone() == (uploads.MOST_WAITING,)


@pytest.fixture
def lines(own_database) -> Iterator[dict[str, psycopg.Connection]]:
    """Lines of the web role's: two of one person's, one of a colleague's."""
    app = own_database.app()
    with app.app_context():
        clinic = found("race", "America/Chicago")
    whose = {"mine": clinic.owner, "mine too": clinic.owner, "a colleague's": clinic.auditor}
    with ExitStack() as stack:
        made = {}
        for name, person in whose.items():
            token = hash_of(Browser(app).sign_in(person).get_cookie("portal").value)
            made[name] = stack.enter_context(own_database.connect("app"))
            made[name].execute("SELECT FROM enter_session(%s)", [token])
            made[name].execute("SET LOCAL lock_timeout = '200ms'")
        yield made


@pytest.mark.database
def test_who_asks_waits_for_nobody_but_themselves(lines):
    lines["mine"].execute(ASK)
    with pytest.raises(errors.LockNotAvailable):
        lines["mine too"].execute(ASK)
    lines["a colleague's"].execute(ASK)


@pytest.mark.database
@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_nothing_is_counted_as_it_was(own_database, level):
    """The kind: a number that is counted in a state of earlier, where others' rows are not yet."""
    app = own_database.app()
    with app.app_context():
        clinic = found("race", "America/Chicago")
    token = hash_of(Browser(app).sign_in(clinic.owner).get_cookie("portal").value)
    with own_database.connect("app") as line:
        line.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
        line.execute("SELECT FROM enter_session(%s, false)", [token])
        with pytest.raises(errors.InvalidTransactionState):
            line.execute(ASK)


@pytest.mark.database
def test_whatever_waits_to_look_looks_at_what_is_and_locks_what_its_clinic_has(database):
    """The kind: a lock of everybody's, and a look at what was before it was waited for."""
    with database.connect("admin") as admin:
        waiting = {name for (name,) in admin.execute(WAITS)}
        assert waiting == {"at_most", "few_at_once", "waits_once"}
        assert admin.execute(NOT_AS_IT_IS).fetchall() == []
        assert admin.execute(BY_NUMBER).fetchall() == []
