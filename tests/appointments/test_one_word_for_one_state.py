"""A state is called the same on every screen, and what was refused does not look done."""

import pytest

from tests.support.scheduling import a_patient, a_practice, book, hours, on_monday


@pytest.fixture
def visit_id(alder):
    """An appointment of Monday at eight, at Monday seven o'clock."""
    with on_monday():
        with alder.at_work():
            practice = a_practice(alder.facility_id)
            hours(practice)
            made = book(practice, "08:00", patient_id=a_patient().id).id
        yield made


def test_who_has_arrived_is_called_so_on_the_flow_board_as_on_the_day(browser, alder, visit_id):
    browser.sign_in(alder.desk).send(f"/appointments/{visit_id}/check-in", {})
    for page in ("/appointments/flow", "/appointments/day"):
        text = browser.get(page).text
        assert ">Arrived" in text
        assert "Waiting <" not in text


def test_what_was_done_already_has_no_tick(browser, alder, visit_id):
    """The kind: a message that nothing was done, with the sign of what was."""
    browser.sign_in(alder.desk)
    signs = []
    for _ in range(2):
        answer = browser.send(f"/appointments/{visit_id}/check-in", {}, follow_redirects=True)
        toast = answer.text.partition('<div class="toast ')[2]
        signs.append("circle-check" in toast.partition("</span>")[0])
    assert signs == [True, False]
