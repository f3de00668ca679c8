"""The screen for a doctor's absence, the sheet of calls, and taking it back, as staff use them."""

import re

import pytest

from portal.appointments.commands.booking import book_appointment
from portal.db import session
from tests.support.client import HTMX
from tests.support.people import Clinic
from tests.support.scheduling import MONDAY, a_patient, a_practice, book, details, hours

DAY = MONDAY.date().isoformat()


def typed_in(html: str) -> dict[str, str]:
    """What the browser would send: the hidden fields and the chosen options."""
    fields = dict(
        re.findall(r'<input[^>]*name="([\w-]+)"[^>]*type="hidden"[^>]*value="([^"]*)"', html)
    )
    fields |= dict(re.findall(r'type="hidden"[^>]*name="([\w-]+)"[^>]*value="([^"]*)"', html))
    for name, options in re.findall(
        r'<select[^>]*name="(visit-\d+)".*?>(.*?)</select>', html, re.S
    ):
        fields[name] = re.search(r'value="([^"]*)" selected', options)[1]
    return {name: value for name, value in fields.items() if name != "csrf_token"}


@pytest.fixture
def shown(browser, ward):
    """The front desk has looked at what that Monday touches."""
    browser.sign_in(ward.clinic.desk)
    page = browser.send(ward.address, {"first_day": DAY, "reason": "Ill", "type": "emergency",
                                       "do": "show"})  # fmt: skip
    assert page.status_code == 200, page.text
    return typed_in(page.text) | {"first_day": DAY, "reason": "Ill", "type": "emergency"}


def seen_patients(clinic: Clinic, action: str) -> int:
    return len(clinic.entries(action))


def test_everybody_who_is_booked_is_shown_with_the_best_start_chosen(browser, ward, shown):
    visits = {name: value for name, value in shown.items() if name.startswith("visit-")}
    assert sorted(visits) == sorted(f"visit-{visit.id}" for visit in ward.visits)
    assert all("-" in value for value in visits.values())
    assert seen_patients(ward.clinic, "absences.new") == 3


def test_one_button_does_it_all_and_leads_to_the_calls(browser, ward, shown):
    first, second, third = (f"visit-{visit.id}" for visit in ward.visits)
    confirmed = {"do": "confirm", second: "cancel", third: "leave", "cancel_reason": "Doctor ill"}
    answer = browser.send(ward.address, shown | confirmed)
    assert answer.status_code == 303
    assert shown[first] != "leave"
    sheet = browser.get(answer.location).text
    assert "is away. Next: the call list." in sheet
    for word in ("Cancelled", "Not decided yet", "9:00", "Example"):
        assert word in sheet
    assert seen_patients(ward.clinic, "absences.show") == 3
    with ward.clinic.at_work():
        for visit in ward.visits:
            session.refresh(visit)
    assert [visit.status for visit in ward.visits] == ["scheduled", "cancelled", "scheduled"]
    [entry] = ward.clinic.entries("absences.recorded")
    assert entry.new_values == {"moved": 1, "left": 1, "cancelled": 1}
    again = browser.send(ward.address, shown | confirmed)
    assert again.location == answer.location


def test_a_start_taken_meanwhile_is_said_beside_its_visit_and_the_rest_is_kept(
    browser, ward, shown
):
    first, second, third = (f"visit-{visit.id}" for visit in ward.visits)
    with ward.clinic.at_work():
        book_appointment(details(ward.other, "09:00"))
    answer = browser.send(
        ward.address, shown | {"do": "confirm", second: "cancel", "cancel_reason": "Doctor ill"}
    )
    assert answer.status_code == 409
    assert f'id="{first}-error"' in answer.text
    assert "Someone just took that time." in answer.text
    kept = typed_in(answer.text)
    assert (kept[first], kept[second], kept[third]) == ("leave", "cancel", shown[third])
    assert 'value="Doctor ill"' in answer.text
    assert ward.clinic.entries("absences.recorded") == []
    assert browser.send(ward.address, kept | shown | {first: "leave", "do": "confirm"}).location


def test_a_visit_booked_meanwhile_is_shown_before_anything_is_done(browser, ward, shown):
    with ward.clinic.at_work():
        book(ward.ill, "08:00")
    answer = browser.send(ward.address, shown | {"do": "confirm"})
    assert answer.status_code == 409
    assert "Appointments or arrivals have changed in the meantime." in answer.text
    assert len([name for name in typed_in(answer.text) if name.startswith("visit-")]) == 4
    assert ward.clinic.entries("absences.recorded") == []


def test_cancelling_without_a_reason_says_so(browser, ward, shown):
    typed = shown | {"do": "confirm", f"visit-{ward.visits[0].id}": "cancel"}
    answer = browser.send(ward.address, typed)
    assert answer.status_code == 422
    assert "Enter why the appointments are cancelled." in answer.text
    assert typed_in(answer.text)[f"visit-{ward.visits[0].id}"] == "cancel"


def test_choices_are_carried_from_page_to_page(browser, ward):
    with ward.clinic.at_work():
        busy = a_practice(ward.clinic.facility_id)
        hours(busy, start="08:00", end="18:00", slot_duration_minutes=30, capacity=2)
        for place in range(30):
            at = f"{8 + place % 20 // 2:02d}:{place % 2 * 30:02d}"
            book(busy, at, patient_id=a_patient().id)
    browser.sign_in(ward.clinic.desk)
    address = f"/doctors/{busy.doctor.id}/absences/new"
    first = browser.send(address, {"first_day": DAY, "type": "blocked", "do": "show"})
    typed = typed_in(first.text) | {"first_day": DAY, "type": "blocked"}
    chosen = next(name for name in typed if name.startswith("visit-"))
    second = browser.send(address, typed | {chosen: "cancel", "page": "2"})
    assert "Page 2" in second.text
    assert typed_in(second.text)[chosen] == "cancel"
    assert len([name for name in typed_in(second.text) if name.startswith("visit-")]) == 30


def test_a_call_is_ticked_and_the_tick_taken_back(browser, ward, shown):
    sheet = browser.send(ward.address, shown | {"do": "confirm"}).location
    call = f"{sheet}/calls/{ward.visits[0].id}"
    row = browser.send(call, {"called": "y"}, htmx=True)
    assert row.status_code == 200
    assert ">Undo<" in row.text
    assert browser.send(call, {"called": "n"}).location.startswith(sheet)
    after = browser.get(sheet).text
    assert ">Mark as called<" in after
    assert after.count(">Called<") == 1  # the column alone
    assert browser.send(f"{sheet}/calls/{2**40}", {"called": "y"}).status_code == 404


def test_taking_it_back_is_shown_first_and_names_who_stays(browser, ward, shown):
    sheet = browser.send(ward.address, shown | {"do": "confirm"}).location
    moved = ward.visits[0]
    browser.send(f"/appointments/{moved.id}/check-in")
    browser.send(f"/appointments/{moved.id}/start")
    page = browser.get(f"{sheet}/reversal").text
    assert "2 appointments are again as they were." in page
    assert "1 appointment cannot be restored:" in page
    assert "Moved, cancelled or started since." in page
    assert ward.clinic.entries("absences.undone") == []
    done = browser.send(
        f"{sheet}/reversal", {"confirmation_token": typed_in(page)["confirmation_token"]}
    )
    assert done.location == sheet
    shown_now = browser.get(sheet).text
    assert "The absence was undone." in shown_now
    assert "No call is needed." in shown_now
    assert browser.send(f"{sheet}/reversal", {"confirmation_token": "x"}).status_code == 409


def test_the_board_the_doctor_and_the_hours_lead_there(browser, ward):
    browser.sign_in(ward.clinic.desk)
    board = browser.get(f"/?facility={ward.clinic.facility_id}&date={DAY}", follow_redirects=True)
    assert f"{ward.address}?facility={ward.clinic.facility_id}&amp;date={DAY}" in board.text
    assert ward.address in browser.get(f"/doctors/{ward.ill.doctor.id}").text
    browser.sign_in(ward.clinic.clinician)
    assert ward.address not in browser.get(f"/doctors/{ward.ill.doctor.id}").text


def test_the_list_says_how_many_calls_are_left(browser, ward, shown):
    browser.sign_in(ward.clinic.desk)
    assert "No absences yet" in browser.get("/absences/").text
    sheet = browser.send(ward.address, shown | {"do": "confirm"}).location
    browser.send(f"{sheet}/calls/{ward.visits[0].id}", {"called": "y"})
    listed = browser.get("/absences/").text
    assert "Ill" in listed
    assert ">2</td>" in listed


def test_undo_counts_the_appointments_that_the_preview_counted(browser, ward, shown):
    """The kind: two numbers for one thing; those left to decide were not among what Undo said."""
    left = f"visit-{ward.visits[0].id}"
    asked = browser.send(ward.address, shown | {"do": "show", left: "leave"}).text
    [affected] = re.findall(r"(\d+) appointments affected\.", asked)
    browser.send(ward.address, shown | {"do": "confirm", left: "leave"})
    undo = browser.get("/appointments/reversals").text
    name = ward.ill.doctor.display_name
    assert f"Undo “Absence of {name}: {affected} appointments affected”" in undo


def test_the_call_list_and_the_absences_follow_what_is_undone_there(browser, ward, shown):
    """The kind: a page goes on saying what its own Undo has taken back."""
    sheet = browser.send(ward.address, shown | {"do": "confirm"}).location
    before = browser.get(sheet).text
    assert f'hx-get="{sheet}' in before
    assert 'hx-trigger="portal:undone from:body"' in before
    assert 'hx-trigger="portal:undone from:body"' in browser.get("/absences/").text
    name = ward.ill.doctor.display_name
    assert f"Absence of {name}: " in browser.get("/appointments/reversals").text
    said = browser.send("/appointments/reversals", follow_redirects=True).text
    assert f"The absence of {name} is undone: " in said
    after = browser.get(sheet, headers=HTMX).text
    assert "The absence was undone." in after
    assert ">Undo absence<" not in after
