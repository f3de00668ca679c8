"""Who loses a right while a request of theirs is under way is told so, and nothing is written.

The kind: the end of a request takes for granted that whoever began it is somebody still.
"""

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from portal.errors import Conflict
from portal.patients.views import records
from tests.support.client import Browser
from tests.support.people import found
from tests.support.scheduling import a_patient

pytestmark = pytest.mark.database

ROLE = "UPDATE users SET role = 'auditor' WHERE id = {id};"
ENDED = "UPDATE user_sessions SET revoked_at = now() WHERE user_id = {id}"
CHANGES = {
    "role": (ROLE, 403),
    "role and sessions": (ROLE + ENDED, 401),
    "sessions": (ENDED, 401),
}


def refused_by_the_database(*given):
    return USUAL(*given)


def somebody_was_faster(*_given):
    raise Conflict


def a_deadlock(*_given):
    raise OperationalError("UPDATE", {}, psycopg.errors.DeadlockDetected())


USUAL = records.change_patient
CASES = [
    ("role", refused_by_the_database),
    ("role and sessions", refused_by_the_database),
    ("sessions", somebody_was_faster),
    ("sessions", a_deadlock),
]


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(("change", "then"), CASES)
def test_a_request_says_in_words_that_it_may_not_any_more(
    own_database, monkeypatch, change, then, htmx
):
    app, (changed, status) = own_database.app(), CHANGES[change]
    with app.app_context():
        clinic = found("alder", "America/Chicago")
        with clinic.at_work():
            patient_id = a_patient(last_name="Doe", phone="312 555 0147").id
    browser = Browser(app).sign_in(clinic.desk)
    browser.get(f"/patients/{patient_id}/edit")

    def in_the_meantime(*given):
        with psycopg.connect(own_database.url("admin")) as other:
            other.execute(changed.format(id=clinic.desk.id))
        return then(*given)

    monkeypatch.setattr(records, "change_patient", in_the_meantime)
    typed = {"first_name": "Ann", "last_name": "Roe"}
    refused = browser.send(f"/patients/{patient_id}/edit", typed, htmx=htmx)
    assert refused.status_code == status
    assert ("permission" if status == 403 else "session has ended") in refused.text
    assert "Doe" not in refused.text
    with app.app_context():
        assert clinic.entries("patients.update") == []
