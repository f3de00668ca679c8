"""What the booking form says of a choice that something has come of meanwhile.

The kind of fault: words that were true when they were written stand there when they are not, and a
button that names an act does half of it without a word.
"""

import pytest

from portal.appointments.queries.of_patient import list_coming_of
from portal.web.forms import picking
from tests.appointments.test_what_is_chosen_stays_chosen import Desk
from tests.support.scheduling import a_patient, a_plan, a_practice, book, hours, on_monday


@pytest.fixture
def work(alder):
    """A doctor on Mondays, at seven o'clock; a patient; a plan that nobody accepts."""
    with on_monday():
        with alder.at_work():
            one = a_practice(alder.facility_id)
            hours(one)
            made = one, a_patient(), a_plan()
        yield made


@pytest.fixture
def desk(browser, alder, work) -> Desk:
    return Desk(browser.sign_in(alder.desk), work[0])


@pytest.mark.parametrize("gone", [False, True])
def test_when_a_hold_has_ended_it_is_said_what_became_of_the_time(desk, alder, work, gone):
    one, patient, _plan = work
    time = desk.opening("10:00", one.doctor.display_name)
    html = desk.asks(availability_slot_id=time, patient_id=patient.id)
    assert 'hx-trigger="load delay:301s"' in html
    assert "10:00 is held for you until" in desk.asks(ended="yes")
    with on_monday(minutes=6):
        if gone:
            with alder.at_work():
                book(one, "10:00")
        html = desk.asks(ended="yes")
        assert "is held for you until" not in html
        if gone:
            assert "What was held for you is no longer free. Choose another time." in html
            assert "That time is booked." in html
        else:
            assert "10:00 is no longer held for you, but it is still free." in html
        assert desk.chosen == (None if gone else time)


@pytest.mark.parametrize("few", [0, 25])
def test_a_way_out_of_a_plan_books_nothing_and_says_what_is_chosen_now(
    desk, browser, alder, work, monkeypatch, few
):
    one, patient, unknown = work
    time = desk.opening("10:00", one.doctor.display_name)
    desk.asks(availability_slot_id=time, patient_id=patient.id, plan_for=patient.id)
    html = desk.asks(insurance_plan_id=unknown.id)
    assert ">Change to self-pay</button>" in html
    # In a search field the plan's name is still there when another is taken.
    monkeypatch.setattr(picking, "FEW", few)
    sent = desk.on_screen() | {"insurance_plan_id_text": unknown.name, "show": "plan:"}
    desk.html = browser.send("/appointments/new", sent, htmx=True).text
    assert desk.chosen == time
    said = desk.html.partition('id="appointments-verdict"')[2].partition("</p>")[0]
    assert "data-land" in said
    assert "<b>Not booked yet.</b> Chosen now: Self-pay · " in said
    assert "Monday, March 2, 2026, 10:00</span>" in said
    with alder.at_work():
        assert list_coming_of(patient.id) == []
