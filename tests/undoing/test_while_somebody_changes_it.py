"""Taking back waits for whoever changes the record at that moment, and does not undo theirs.

The kind: it is asked whether somebody has changed a record, and only then is its row locked.
"""

import re
from collections.abc import Callable
from threading import Thread
from time import sleep
from typing import NamedTuple

import pytest
from sqlalchemy import text

from portal.db import session
from tests.support.client import Browser
from tests.support.people import Clinic, found
from tests.support.scheduling import a_patient, a_plan
from tests.undoing.ward import STACK, Asked, with_status

WAITING = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


class Race(NamedTuple):
    """What one does and a colleague does at the moment when it is taken back.

    Attributes:
        mine, theirs: what is sent.
        row: the table, and what finds its row there.
        stays: what is asked of the row, and the colleague's answer.
    """

    mine: Asked
    theirs: Asked
    row: tuple[str, str]
    stays: tuple[str, str]


def of_status(_clinic: Clinic) -> Race:
    patient = a_patient().id
    return Race(
        with_status(patient, "inactive"), with_status(patient, "deceased"),
        ("patients", f"id = {patient}"), ("status", "deceased"),
    )  # fmt: skip


def of_acceptance(clinic: Clinic) -> Race:
    plan = a_plan().id
    address = f"/insurance/acceptance/{clinic.facility_id}/{plan}/mark"
    first, other = (
        (address, {"enabled": "y", "accepted_since": day}) for day in ("2026-03-02", "2026-01-01")
    )
    row = f"facility_id = {clinic.facility_id} AND insurance_plan_id = {plan}"
    return Race(
        first, other, ("facility_insurance_plans", row),
        ("accepted_since::text", "2026-01-01"),
    )  # fmt: skip


@pytest.mark.parametrize("race_of", [of_status, of_acceptance])
def test_a_colleagues_change_that_is_under_way_stays(
    own_database, race_of: Callable[[Clinic], Race]
):
    app = own_database.app()
    answers = []
    with app.app_context():
        clinic = found("alder", "America/Chicago")
        with clinic.at_work():
            race = race_of(clinic)
        mine, theirs = Browser(app).sign_in(clinic.owner), Browser(app).sign_in(clinic.admin)
        mine.send(*race.mine)
        act = re.search(r'name="act" value="([^"]+)"', mine.fragment(STACK).text)[1]
        tokens = mine.csrf, theirs.csrf

    def ask(browser: Browser, address: str, data: dict[str, str]) -> None:
        with app.app_context():
            answers.append(browser.post(address, data=data).status_code)

    address, data = race.theirs
    table, where = race.row
    with own_database.connect("admin") as admin, own_database.connect("admin") as watching:
        watching.autocommit = True
        admin.execute(f"SELECT FROM {table} WHERE {where} FOR UPDATE")
        asked = [
            Thread(target=ask, args=(theirs, address, data | {"csrf_token": tokens[1]})),
            Thread(target=ask, args=(mine, STACK, {"act": act, "csrf_token": tokens[0]})),
        ]
        for number, thread in enumerate(asked, 1):
            thread.start()
            while watching.execute(WAITING).fetchone()[0] < number:
                sleep(0.02)
        admin.rollback()
        for thread in asked:
            thread.join()
    assert answers == [303, 303]
    column, answer = race.stays
    with app.app_context(), clinic.at_work():
        assert session.scalar(text(f"SELECT {column} FROM {table} WHERE {where}")) == answer
