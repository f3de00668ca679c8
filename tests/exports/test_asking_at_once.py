"""As many exports of a person wait as may, however many are asked for at once.

The kind: a number counted by one statement and written by another, so that two who count at the
same moment both find room. What there may be so many of at a time, the database counts.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier
from uuid import uuid4

import pytest

from portal.exports import commands
from portal.exports.commands import TooManyUnfinished
from portal.exports.rules import MOST_UNFINISHED
from portal.sheets.commands import uploads
from portal.sheets.commands.uploads import TooManyWaiting, bring
from portal.tenancy.context import as_job
from tests.support.people import found
from tests.support.scheduling import acting_as

COUNTED = """
SELECT tgrelid::regclass::text, split_part(encode(tgargs, 'escape'), '\\000', 1)::int
FROM pg_trigger WHERE tgfoid = 'at_most()'::regprocedure
"""
AT_ONCE = 10


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
            commands.ask_export("activity", "csv", {}, key=uuid4())

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(one, range(AT_ONCE)))
    with own_database.connect("admin") as admin:
        assert admin.execute("SELECT count(*) FROM exports").fetchone() == (MOST_UNFINISHED,)


def test_a_clinic_has_some_files_at_a_time(alder):
    with alder.at_work(), acting_as(alder.admin):
        brought = [
            bring("services", "a.csv", b"name\nVisit\n") for _ in range(uploads.MOST_WAITING)
        ]
        with pytest.raises(TooManyWaiting) as refused:
            bring("services", "a.csv", b"name\nVisit\n")
        assert refused.value.params == {"count": uploads.MOST_WAITING}
        uploads.discard(brought[0])
        bring("services", "a.csv", b"name\nVisit\n")


@pytest.mark.database
def test_what_is_said_is_what_the_database_counts(database):
    with database.connect("admin") as admin:
        counted = dict(admin.execute(COUNTED).fetchall())
    assert counted == {"exports": MOST_UNFINISHED, "uploads": uploads.MOST_WAITING}
