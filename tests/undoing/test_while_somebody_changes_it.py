"""Taking back waits for whoever changes the record at that moment, and does not undo theirs.

The kind: it is asked whether somebody has changed a record, and only then is its row locked.
"""

import re
from threading import Thread
from time import sleep

from sqlalchemy import text

from portal.db import session
from tests.support.client import Browser
from tests.support.people import found
from tests.support.scheduling import a_patient
from tests.undoing.ward import STACK, with_status

WAITING = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


def test_a_colleagues_change_that_is_under_way_stays(own_database):
    app = own_database.app()
    answers = []
    with app.app_context():
        clinic = found("alder", "America/Chicago")
        with clinic.at_work():
            patient = a_patient().id
        mine, theirs = Browser(app).sign_in(clinic.owner), Browser(app).sign_in(clinic.admin)
        mine.send(*with_status(patient, "inactive"))
        act = re.search(r'name="act" value="([^"]+)"', mine.fragment(STACK).text)[1]
        tokens = mine.csrf, theirs.csrf

    def ask(browser: Browser, address: str, data: dict[str, str]) -> None:
        with app.app_context():
            answers.append(browser.post(address, data=data).status_code)

    address, data = with_status(patient, "deceased")
    with own_database.connect("admin") as admin, own_database.connect("admin") as watching:
        watching.autocommit = True
        admin.execute("SELECT FROM patients WHERE id = %s FOR UPDATE", [patient])
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
    with app.app_context(), clinic.at_work():
        asked_status = text("SELECT status FROM patients WHERE id = :id")
        assert session.scalar(asked_status, {"id": patient}) == "deceased"
