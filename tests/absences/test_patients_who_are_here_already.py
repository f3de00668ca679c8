"""A doctor falls ill while patients sit in the waiting room, and with the doctor.

The kind of fault: what is done to a day's appointments at once does not ask who is in the clinic.
"""

import re

from portal import clock
from portal.appointments.commands.visit import check_in, start_visit
from portal.db import session
from tests.absences.test_absences_on_screen import DAY, typed_in
from tests.support.scheduling import chicago

ILL = {"first_day": DAY, "reason": "Ill", "type": "emergency", "do": "show"}


def test_they_are_a_group_of_their_own_and_nothing_is_proposed_until_asked(browser, ward):
    with_doctor, waiting, later = ward.visits
    browser.sign_in(ward.clinic.desk)
    with clock.at(chicago(2, "09:05")):
        with ward.clinic.at_work():
            check_in(with_doctor)
            start_visit(with_doctor)
            check_in(waiting)
        page = browser.send(ward.address, ILL).text
        asked = browser.send(ward.address, ILL | {"propose_here": "y"}).text
        kept = typed_in(page)
        done = browser.send(ward.address, kept | ILL | {"do": "confirm"})
    assert "Already here" in page
    assert "In progress: stays with the doctor" in page
    # One word for one state, here as on the board.
    assert re.search(r"</svg>Arrived\s*<", page)
    assert not re.search(r"</svg>Waiting\s*<", page)
    assert "Not decided yet" in words(page, waiting.id)
    assert f"visit-{with_doctor.id}" not in kept
    assert kept[f"visit-{waiting.id}"] == "leave"
    assert "-" in kept[f"visit-{later.id}"]
    assert page.index(f"visit-{waiting.id}") < page.index(f"visit-{later.id}")
    assert options(page, waiting.id) == ["leave", "cancel"]
    assert len(options(asked, waiting.id)) > 2
    assert typed_in(asked)[f"visit-{waiting.id}"] == "leave"
    assert done.status_code == 303
    with ward.clinic.at_work():
        session.refresh(waiting)
        assert (waiting.status, waiting.start_at) == ("checked_in", chicago(2, "10:00"))


def test_nobody_is_proposed_a_time_within_the_hour_unless_asked(browser, ward):
    last = ward.visits[-1]
    browser.sign_in(ward.clinic.desk)
    with clock.at(chicago(2, "10:20")):
        usual = browser.send(ward.address, ILL).text
        soon = browser.send(ward.address, ILL | {"propose_soon": "y"}).text
    assert not any("11:00" in each for each in words(usual, last.id))
    assert any("11:00" in each for each in words(soon, last.id))


def options(page: str, visit_id: int) -> list[str]:
    """What can be chosen for a visit."""
    return re.findall(r'<option value="([^"]*)"', choice(page, visit_id))


def words(page: str, visit_id: int) -> list[str]:
    """The same, as it is read."""
    return re.findall(r"<option[^>]*>([^<]*)", choice(page, visit_id))


def choice(page: str, visit_id: int) -> str:
    return re.search(rf'name="visit-{visit_id}".*?</select>', page, re.S)[0]
