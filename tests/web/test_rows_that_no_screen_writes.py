"""What the database refuses because of rows that no screen writes is refused in words.

The kind: rows that came in another way (a program, somebody's SQL, a version before) meet a
constraint when a command goes on from them. Nothing is changed, the log says which it was, and
nobody is told of a mistake.
"""

import pytest
from sqlalchemy import text

from portal.db import session
from tests.support.client import Browser
from tests.support.people import Clinic
from tests.undoing.ward import Ward, a_ward

PLANTS = {
    "a step where the calendar begins": (
        "UPDATE appointment_steps SET scheduled_start_at = '0001-01-02 00:00+00'"
        " WHERE appointment_id = :visit",
        "ck_appointment_steps_calendar",
    ),
}


@pytest.fixture
def ward(browser: Browser, alder: Clinic) -> Ward:
    return a_ward(browser, alder)


@pytest.mark.parametrize("plant", sorted(PLANTS))
def test_it_is_refused_and_nothing_is_changed(ward, alder, plant, capfd):
    statement, constraint = PLANTS[plant]
    visit = ward.visits[0]
    state = text("SELECT to_jsonb(a) FROM appointments a WHERE id = :visit")
    with alder.at_work():
        session.execute(text(statement), {"visit": visit})
        session.commit()
    with alder.at_work():
        before = session.scalar(state, {"visit": visit})
    answer = ward.send(f"/appointments/{visit}/arrival")
    assert answer.status_code == 409
    assert "so nothing was changed" in answer.text
    assert constraint in capfd.readouterr().err
    with alder.at_work():
        assert session.scalar(state, {"visit": visit}) == before
