"""Before something is taken back it is said what that was; of a step, which one."""

import re

import pytest

from portal.appointments.commands.series import cancel_together
from portal.appointments.commands.steps import finish_step, skip_step, unskip_step
from portal.appointments.commands.visit import check_in, start_visit
from portal.appointments.queries.visits import list_step_rows, list_steps
from tests.support.scheduling import a_patient, a_practice, acting_as, book, hours, on_monday


@pytest.fixture
def stepped(alder):
    """A visit whose first step is done and whose second was skipped, and is to be done again."""
    with on_monday():
        with alder.at_work():
            practice = a_practice(alder.facility_id, minutes=(5, 5, 5), skippable=(2,))
            hours(practice)
            with acting_as(alder.desk):
                visit = book(practice, "09:00")
                check_in(visit)
                start_visit(visit)
                first, second, _third = list_steps(visit.id)
                finish_step(visit, first)
                skip_step(visit, second)
                unskip_step(visit, second)
            names = [row.name for row in list_step_rows(visit.id)]
        yield visit, names


def test_the_list_of_undo_and_the_history_name_the_step(browser, alder, stepped):
    """The kind: several lines say the same of different things."""
    visit, [first, second, _third] = stepped
    browser.sign_in(alder.desk)
    for address in ("/appointments/reversals", f"/appointments/{visit.id}"):
        said = browser.get(address).text
        for words in (f"Finished {first}", f"Skipped {second}", f"{second} is to be done again"):
            assert words in said, (address, words)
        assert "Step finished" not in said
    undo = browser.get("/appointments/reversals").text
    assert re.search(rf"Undo “{re.escape(second)} is to be done again", undo)


def test_that_a_step_was_undone_is_said_by_its_name(browser, alder, stepped):
    """The kind: a step may be called as the visit's own acts are."""
    _visit, [first, second, _third] = stepped
    browser.sign_in(alder.desk)
    undone = [
        f"{second} is skipped again: ", f"Skip of {second} undone: ", f"Finish of {first} undone: ",
        "Start undone: ", "Check-in of the visit undone: ", "Booking undone: ",
    ]  # fmt: skip
    for words in undone:
        assert words in browser.send("/appointments/reversals", follow_redirects=True).text


@pytest.mark.parametrize("of_one", [True, False])
def test_several_of_one_patient_are_said_with_whose_they_are(browser, alder, of_one):
    with on_monday():
        with alder.at_work():
            practice = a_practice(alder.facility_id)
            hours(practice)
            names = {"first_name": "Ana", "last_name": "Sato"}
            ids = [a_patient(**names).id] * 2 if of_one else [a_patient(**names).id, None]
            visits = [
                book(practice, at, patient_id=patient or a_patient(last_name="Other").id)
                for at, patient in zip(("09:00", "09:30"), ids, strict=True)
            ]
            with acting_as(alder.desk):
                cancel_together(visits, "Moved away")
        browser.sign_in(alder.desk)
        dialog = browser.get("/appointments/reversals").text
        said = browser.send("/appointments/reversals", follow_redirects=True).text
    undone = "Restored for Sato, Ana: 2 changed appointments are as they were"
    assert (undone in said) is of_one
    assert ("Appointment cancelled: Sato, Ana, 2 appointments" in dialog) is of_one


def test_on_the_flow_board_alerts_are_read(browser, alder):
    """The kind: what must be known first is on one of two boards alone."""
    with on_monday():
        with alder.at_work():
            practice = a_practice(alder.facility_id)
            hours(practice)
            check_in(book(practice, "09:00", patient_id=a_patient(meta={"alert": "Falls"}).id))
            check_in(book(practice, "09:30"))
        page = browser.sign_in(alder.desk).get(f"/appointments/flow?facility={alder.facility_id}")
        assert len(re.findall(r"</svg>\s*Alert</span>", page.text)) == 1
