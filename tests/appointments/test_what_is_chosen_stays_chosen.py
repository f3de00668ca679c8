"""Nothing that a person chose in the booking form is changed without their knowing.

The kind of fault: an answer computed from less than what is on the screen puts its own suggestion
in the place of a choice. So every answer is told what is chosen and what was only suggested; a
choice stays while it can be booked, and is given up in words, never for another one.
"""

import re
from uuid import uuid4

import pytest

from portal.scheduling.openings.listing import OpeningQuery, next_available
from portal.scheduling.slots.queries import get_slot
from tests.support.client import Browser
from tests.support.factories import a_facility
from tests.support.scheduling import (
    Practice,
    a_doctor,
    a_patient,
    a_plan,
    a_practice,
    an_offering,
    book,
    hours,
    on_monday,
)


@pytest.fixture
def work(alder):
    """Two doctors of one service on Mondays, at seven o'clock; a plan; a patient who has it."""
    with on_monday():
        with alder.at_work():
            one = a_practice(alder.facility_id)
            doctor = a_doctor(alder.facility_id)
            offering = an_offering(one.service, doctor, alder.facility_id)
            other = Practice(alder.facility_id, doctor, one.service, offering)
            hours(one)
            hours(other, start="08:30")
            plan = a_plan(alder.facility_id)
            patient = a_patient(default_insurance_plan_id=plan.id)
        yield one, other, plan, patient


class Desk:
    """Somebody who fills the form in; what the page says goes along with every question."""

    def __init__(self, browser: Browser, practice: Practice) -> None:
        self.browser = browser
        self.html = browser.get("/appointments/new").text
        self.typed = {"facility_id": practice.facility_id, "booking_key": str(uuid4()),
                      "service_id": practice.service.id, "insurance_plan_id": "",
                      "doctor_id": "", "patient_id": ""}  # fmt: skip

    def asks(self, **more) -> str:
        """Change something, as the script does; what the page says now."""
        self.typed |= more
        answer = self.browser.send("/appointments/offers", self.on_screen() | more, htmx=True)
        assert answer.status_code == 200, answer.text
        self.html = answer.text
        return self.html

    def on_screen(self) -> dict:
        kept = r'name="(suggested_\w+|lost_slot_id|held_slot_id)"[^>]* value="([^"]*)"'
        hidden = re.findall(kept, self.html)
        return (
            self.typed | dict(hidden) | {"availability_slot_id": self.chosen or "", "day": self.day}
        )

    @property
    def chosen(self) -> str | None:
        """The time that is chosen."""
        [*found] = re.findall(r'name="availability_slot_id" value="(\w+)" checked', self.html)
        assert len(found) < 2
        return found[0] if found else None

    @property
    def day(self) -> str:
        """The day that is shown."""
        return re.search(r'name="day" value="([\d-]+)" checked', self.html).group(1)

    def opening(self, time: str, doctor: str = "") -> str:
        """The opening of a time."""
        part = self.html[self.html.index(doctor) if doctor else 0 :]
        return re.search(rf'value="(\d+)"(?: checked)?><span>{time}<', part).group(1)


@pytest.fixture
def desk(browser, alder, work) -> Desk:
    return Desk(browser.sign_in(alder.desk), work[0])


def test_a_chosen_time_stays_when_patient_plan_or_doctor_change(desk, work):
    one, _other, plan, patient = work
    time = desk.opening("10:00", one.doctor.display_name)
    desk.asks(availability_slot_id=time)
    for more in (
        {"patient_id": patient.id, "insurance_plan_id": plan.id}, {"insurance_plan_id": ""},
        {"doctor_id": one.doctor.id}, {"doctor_id": ""}, {"patient_id": ""}, {"patient_id": "new"},
    ):  # fmt: skip
        desk.asks(**more)
        assert desk.chosen == time, more
        assert "10:00 is held for you until" in desk.html


def test_a_time_of_the_board_or_of_a_search_stays_chosen_too(browser, alder, work, desk):
    one, _other, plan, patient = work
    time = desk.opening("10:00", one.doctor.display_name)
    desk.html = browser.get(f"/appointments/new?slot={time}&date=2026-03-02").text
    assert desk.chosen == time
    desk.asks(patient_id=patient.id, insurance_plan_id=plan.id)
    assert (desk.chosen, desk.day) == (time, "2026-03-02")


def test_a_time_that_cannot_be_booked_any_more_is_given_up_in_words(desk, alder, work):
    one, other, _plan, _patient = work
    time = desk.opening("10:00", one.doctor.display_name)
    desk.asks(availability_slot_id=time)
    html = desk.asks(doctor_id=other.doctor.id)
    assert desk.chosen is None
    assert f"10:00 with {one.doctor.display_name} cannot be booked for this." in html
    assert "Another doctor is chosen." in html
    assert "held for you" not in html
    with alder.at_work():
        assert get_slot(int(time)).status == "open"
    desk.asks(doctor_id="")
    assert desk.chosen == time


def test_a_time_that_somebody_takes_meanwhile_is_given_up_and_says_so(desk, alder, work):
    one = work[0]
    time = desk.opening("10:00", one.doctor.display_name)
    desk.typed["availability_slot_id"] = time
    with alder.at_work():
        book(one, "10:00")
    html = desk.asks(availability_slot_id=time, patient_id=work[3].id)
    assert desk.chosen is None
    assert "That time is booked." in html


def test_a_plan_that_is_not_accepted_is_said_once_and_the_time_comes_back(desk, alder, work):
    one = work[0]
    with alder.at_work():
        unknown = a_plan()
    time = desk.opening("10:00", one.doctor.display_name)
    desk.asks(availability_slot_id=time)
    html = desk.asks(insurance_plan_id=unknown.id)
    assert desk.chosen is None
    assert html.count("is not accepted at") == 1
    assert html.count("10:00 with") == 1
    desk.asks(insurance_plan_id="")
    assert desk.chosen == time


def test_what_was_only_suggested_gives_way_to_a_better_suggestion(desk, work):
    other = work[1]
    assert desk.chosen == desk.opening("08:00")
    desk.asks(doctor_id=other.doctor.id)
    assert desk.chosen == desk.opening("08:30")
    desk.asks(doctor_id="")
    assert desk.chosen == desk.opening("08:30", other.doctor.display_name)


def test_looking_at_another_day_keeps_the_chosen_time_on_the_screen(desk, alder, work):
    one = work[0]
    with alder.at_work():
        hours(one, 2)
    time = desk.opening("10:00", one.doctor.display_name)
    desk.asks(availability_slot_id=time)
    html = desk.asks(day="2026-03-03")
    assert (desk.chosen, desk.day) == (time, "2026-03-03")
    assert "Monday, March 2, 2026, 10:00" in html


def test_a_suggestion_is_held_once_it_is_said_whom_it_is_for(desk, alder, work):
    assert "held for you" not in desk.asks(insurance_plan_id=work[2].id)
    html = desk.asks(patient_id=work[3].id)
    assert "08:00 is held for you until" in html
    with alder.at_work():
        assert get_slot(int(desk.chosen)).reserved_by == alder.desk.id


def test_another_desk_is_offered_what_the_first_does_not_hold(desk, browser, alder, work):
    desk.asks(patient_id=work[3].id)
    held = desk.chosen
    second = Desk(browser.sign_in(alder.admin), work[0])
    assert second.chosen != held


def test_choosing_another_time_lets_the_first_go(desk, alder, work):
    one = work[0]
    first, second = (desk.opening(at, one.doctor.display_name) for at in ("10:00", "11:00"))
    desk.asks(availability_slot_id=first, patient_id=work[3].id)
    desk.asks(availability_slot_id=second)
    with alder.at_work():
        assert get_slot(int(first)).status == "open"
        assert get_slot(int(second)).reserved_by == alder.desk.id


def test_a_time_of_ones_own_and_an_opening_exclude_each_other(desk, work):
    time = desk.opening("10:00", work[0].doctor.display_name)
    desk.asks(availability_slot_id=time, patient_id=work[3].id, plan_for=work[3].id)
    html = desk.asks(availability_slot_id="own")
    assert desk.chosen is None
    assert "held for you" not in html
    sent = desk.typed | {"availability_slot_id": time, "start_at": "2026-03-02T09:10"}
    answer = desk.browser.send("/appointments/new", sent, follow_redirects=True)
    assert re.search(r"Booked: [^<]*, 10:00, ", answer.text)


def test_going_to_another_week_keeps_the_chosen_time(desk, alder, work):
    time = desk.opening("10:00", work[0].doctor.display_name)
    desk.asks(availability_slot_id=time)
    html = desk.asks(week="2026-03-09")
    assert (desk.chosen, desk.day) == (time, "2026-03-09")
    assert "March 2026" in html
    assert 'name="week" value="2026-03-02"' in html
    assert 'name="week" value="2026-03-16"' in html


def test_nonsense_is_answered_calmly(browser, alder, work):
    browser.sign_in(alder.desk).get("/appointments/new")
    for more in (
        {"availability_slot_id": "x" * 500}, {"suggested_slot_id": "-1", "lost_slot_id": "1e3"},
        {"suggested_for": "/" * 300}, {"week": "9999-12-31"}, {"day": "0001-01-01"},
        {"show": "plan:x"}, {"patient_id": "1.5"}, {"availability_slot_id": ["own", "7"]},
    ):  # fmt: skip
        assert browser.send("/appointments/offers", more, htmx=True).status_code == 200, more
    for gone in ({"availability_slot_id": 10**9}, {"lost_slot_id": 10**9}, {"facility_id": "x"}):
        assert browser.send("/appointments/offers", gone, htmx=True).status_code == 404, gone


def test_another_clinics_opening_patient_and_facility_are_not_found(browser, alder, birch, work):
    with birch.at_work():
        practice = a_practice(birch.facility_id)
        hours(practice)
        stranger = a_patient(last_name="Stranger").id
        slot = next_available(OpeningQuery(offering_id=practice.offering.id)).slot_id
    browser.sign_in(alder.desk)
    for foreign in ({"availability_slot_id": slot}, {"facility_id": birch.facility_id}):
        assert browser.send("/appointments/offers", foreign, htmx=True).status_code == 404
    answer = browser.send("/appointments/offers", {"patient_id": stranger}, htmx=True)
    assert answer.status_code == 200
    assert "Stranger" not in answer.text


def test_a_button_beside_the_plan_books_under_another_or_elsewhere(desk, browser, alder, work):
    one, _other, accepted, _patient = work
    with alder.at_work():
        there = a_facility(name="Annex", timezone="America/New_York")
        doctor = a_doctor(there.id)
        an_offering(one.service, doctor, there.id)
        plan = a_plan(there.id)
        patient = a_patient(default_insurance_plan_id=accepted.id)
    sent = desk.typed | {"insurance_plan_id": plan.id, "patient_id": patient.id, "notes": "Ramp"}
    html = browser.send("/appointments/new", sent | {"show": "starts"}).text
    for value in ("plan:", f"plan:{accepted.id}", f"facility:{there.id}"):
        assert f'name="show" value="{value}"' in html
    html = browser.send("/appointments/new", sent | {"show": f"plan:{accepted.id}"}).text
    assert f'value="{accepted.id}" selected' in html
    html = browser.send("/appointments/new", sent | {"show": f"facility:{there.id}"}).text
    assert f'name="facility_id" value="{there.id}"' in html
    assert "Accepted at Annex." in html
    assert "Ramp" in html


def test_in_the_place_of_a_refused_time_nothing_is_chosen(browser, alder, work):
    """The kind: a suggestion that is refused, and the next Enter books another one."""
    with on_monday(minutes=55):
        desk = Desk(browser.sign_in(alder.desk), work[0])
        sent = desk.on_screen() | {"patient_id": work[3].id, "plan_for": work[3].id}
    with on_monday(minutes=65):
        answer = browser.send("/appointments/new", sent)
    desk.html = answer.text
    assert answer.status_code == 422
    assert "That time has passed." in desk.html
    assert f"08:00 with {work[0].doctor.display_name} cannot be booked for this." in desk.html
    assert desk.chosen is None
