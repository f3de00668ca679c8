"""A booked appointment is changed where it stands, and what that changes is shown first.

The kind: what was said at booking could only be moved or cancelled. Another plan, a mistaken
service or a forgotten note meant to cancel, and to lose the place.
"""

import pytest
from sqlalchemy import text

from portal.appointments.commands.booking import walk_in
from portal.appointments.commands.editing import (
    EditDetails,
    details_of,
    edit_appointment,
    pay_oneself,
)
from portal.appointments.commands.reversing import undo, undo_newest
from portal.appointments.commands.visit import check_in, start_visit
from portal.appointments.queries.visits import get_appointment, list_step_rows
from portal.appointments.rules.editing import NotEditable, ServiceBegun, TooLongThere
from portal.appointments.rules.visits import PlanNotAccepted
from portal.db import session
from portal.insurance.commands.acceptance import stop_accepting_plan
from tests.support.pages import send_as_shown, shown
from tests.support.scheduling import (
    a_plan,
    a_practice,
    a_service,
    a_workflow,
    acting_as,
    an_offering,
    book,
    details,
    hours,
    on_monday,
)

ROWS = text("""
    SELECT to_jsonb(a) - ARRAY['row_version', 'updated_at', 'updated_by', 'notes'],
           to_jsonb(s) - ARRAY['updated_at'],
           (SELECT jsonb_agg(to_jsonb(p) - ARRAY['updated_at'] ORDER BY p.id)
              FROM appointment_steps p WHERE p.appointment_id = a.id AND p.replaced_at IS NULL)
      FROM appointments a LEFT JOIN availability_slots s ON s.id = a.availability_slot_id
     WHERE a.id = :id
""")


@pytest.fixture
def plan(open_practice):
    """A plan whose visits take three steps and an hour."""
    plan = a_plan(open_practice.facility_id)
    a_workflow(open_practice.offering, (20, 20, 20), plan=plan)
    return plan


def rows(visit):
    """What stands of a visit; its notes are encrypted anew each time."""
    session.flush()
    return (*session.execute(ROWS, {"id": visit.id}).one(), visit.notes)


def to(visit, **changed):
    return EditDetails(**(vars(details_of(visit)) | changed))


def lengths(visit):
    return [
        (step.scheduled_end_at - step.scheduled_start_at).total_seconds() / 60
        for step in list_step_rows(visit.id)
    ]


def busy_minutes(visit):
    slot = text("SELECT busy_until - busy_from FROM availability_slots WHERE id = :id")
    return session.scalar(slot, {"id": visit.availability_slot_id}).total_seconds() / 60


def test_another_plan_brings_its_steps_and_undo_brings_back_everything(open_practice, plan):
    visit = book(open_practice, "09:00", notes="Call first")
    before = rows(visit)
    edit_appointment(visit, to(visit, plan_id=plan.id, notes="Fax first", language="es"))
    assert (lengths(visit), busy_minutes(visit)) == ([20, 20, 20], 60)
    assert (visit.end_at - visit.start_at).total_seconds() == 3600
    undo(visit)
    assert rows(visit) == before


def test_z_takes_an_edit_back(clinic, open_practice, plan):
    visit = book(open_practice, "09:00", plan_id=plan.id)
    with acting_as(clinic.desk):
        before = rows(visit)
        pay_oneself(visit)
        assert (visit.insurance_plan_id, lengths(visit)) == (None, [15, 15])
        undo_newest()
        assert rows(visit) == before


def test_a_plan_with_the_same_steps_changes_only_the_plan(open_practice):
    visit, other = book(open_practice, "09:00"), a_plan(open_practice.facility_id)
    steps = [step.id for step in list_step_rows(visit.id)]
    did = edit_appointment(visit, to(visit, plan_id=other.id))
    assert (did.becomes, visit.insurance_plan_id) == ("same", other.id)
    assert [step.id for step in list_step_rows(visit.id)] == steps


def test_a_visit_that_does_not_fit_any_more_stays_and_says_where_it_would(open_practice, plan):
    visit, _next = book(open_practice, "09:00"), book(open_practice, "09:30")
    before = rows(visit)
    with pytest.raises(TooLongThere) as refused:
        edit_appointment(visit, to(visit, plan_id=plan.id))
    assert refused.value.alternatives
    assert rows(visit) == before


def test_it_does_not_grow_beyond_the_hours(open_practice, plan):
    visit = book(open_practice, "11:30")
    with pytest.raises(TooLongThere):
        edit_appointment(visit, to(visit, plan_id=plan.id))


def test_a_walk_in_outside_the_hours_may_be_edited_too(open_practice, plan):
    visit = walk_in(details(open_practice, "12:15"))
    edit_appointment(visit, to(visit, plan_id=plan.id))
    assert busy_minutes(visit) == 60


def test_steps_that_have_begun_are_never_replaced(open_practice, plan):
    visit = book(open_practice, "09:00")
    with on_monday(hours=2):
        check_in(visit)
        start_visit(visit)
        did = edit_appointment(visit, to(visit, plan_id=plan.id))
    assert (did.becomes, lengths(visit)) == ("begun", [15, 15])
    assert visit.insurance_plan_id == plan.id


def test_another_service_of_the_doctor(open_practice):
    visit = book(open_practice, "09:00")
    other = an_offering(a_service(), open_practice.doctor, open_practice.facility_id, minutes=(10,))
    edit_appointment(visit, to(visit, offering_id=other.id))
    assert (visit.service_offering_id, lengths(visit), busy_minutes(visit)) == (other.id, [10], 10)
    with on_monday(hours=2):
        check_in(visit)
        start_visit(visit)
        with pytest.raises(ServiceBegun):
            edit_appointment(visit, to(visit, offering_id=open_practice.offering.id))


def test_a_plan_that_is_not_accepted_and_a_visit_that_is_over_are_refused(open_practice):
    visit, stranger = book(open_practice, "09:00"), a_plan()
    with pytest.raises(PlanNotAccepted):
        edit_appointment(visit, to(visit, plan_id=stranger.id))
    visit.status = "completed"
    with pytest.raises(NotEditable):
        edit_appointment(visit, to(visit, notes="Late"))


@pytest.fixture
def booked(alder):
    """An appointment that is paid by the patient, and a plan that makes it longer."""
    with on_monday(), alder.at_work():
        practice = a_practice(alder.facility_id)
        hours(practice)
        plan = a_plan(alder.facility_id)
        a_workflow(practice.offering, (20, 20, 20), plan=plan)
        stranger = a_plan()
        return book(practice, "09:00").id, plan, stranger


def test_the_form_shows_what_changes_before_it_saves(browser, alder, booked):
    visit_id, plan, _stranger = booked
    address = f"/appointments/{visit_id}/edit"
    with on_monday():
        browser.sign_in(alder.desk)
        opened = shown(browser.get(address).text, "version")
        looked = browser.post(address, data=opened | {"insurance_plan_id": str(plan.id)})
        assert "60 minutes instead of 30" in looked.text
        with alder.at_work():
            assert get_appointment(visit_id).insurance_plan_id is None
        saved = browser.post(address, data=shown(looked.text, "version"))
        assert saved.status_code == 303
        with alder.at_work():
            session.expire_all()
            assert get_appointment(visit_id).insurance_plan_id == plan.id


def test_a_note_is_saved_at_once(browser, alder, booked):
    visit_id, _plan, _stranger = booked
    with on_monday():
        browser.sign_in(alder.desk)
        saved = send_as_shown(browser, f"/appointments/{visit_id}/edit", notes="Call first")
        assert saved.status_code == 303
        assert "Call first" in browser.get(f"/appointments/{visit_id}").text


def test_what_changes_neither_steps_nor_length_is_saved_at_once(browser, alder, booked):
    """The kind: a second press is asked for, and there is nothing to look at before it."""
    visit_id, _plan, _stranger = booked
    with on_monday():
        with alder.at_work():
            alike = a_plan(alder.facility_id).id
        browser.sign_in(alder.desk)
        saved = send_as_shown(
            browser, f"/appointments/{visit_id}/edit", insurance_plan_id=str(alike)
        )
        assert saved.status_code == 303
        assert ". Steps and length stay" in browser.get("/").text
        with alder.at_work():
            session.expire_all()
            assert get_appointment(visit_id).insurance_plan_id == alike


def test_a_plan_that_is_not_taken_is_refused_by_name(browser, alder, booked):
    visit_id, _plan, stranger = booked
    with on_monday():
        browser.sign_in(alder.desk)
        address = f"/appointments/{visit_id}/edit"
        refused = send_as_shown(browser, address, insurance_plan_id=str(stranger.id))
        assert refused.status_code == 422
        assert f"{stranger.name} is not accepted at" in refused.text


def test_a_visit_that_is_not_covered_is_paid_by_the_patient_in_one_press(browser, alder):
    with on_monday(), alder.at_work():
        practice = a_practice(alder.facility_id)
        hours(practice)
        plan = a_plan(alder.facility_id)
        visit_id = book(practice, "09:00", plan_id=plan.id).id
        stop_accepting_plan(alder.facility_id, plan.id)
    with on_monday():
        browser.sign_in(alder.desk)
        listed = browser.get("/insurance/uncovered").text
        pressed, edited = f"/appointments/{visit_id}/self-payment", f"/appointments/{visit_id}/edit"
        assert pressed in listed
        assert edited in listed
        assert browser.send(pressed).status_code == 303
        after = browser.get("/insurance/uncovered").text
        assert "The patient pays" in after
        assert pressed not in after
        assert browser.send("/appointments/reversals").status_code == 303
        assert pressed in browser.get("/insurance/uncovered").text


def test_one_that_would_not_fit_says_so_on_the_list(browser, alder):
    with on_monday(), alder.at_work():
        practice = a_practice(alder.facility_id, minutes=(60,))
        hours(practice)
        plan = a_plan(alder.facility_id)
        a_workflow(practice.offering, (30,), plan=plan)
        visit_id = book(practice, "09:00", plan_id=plan.id).id
        book(practice, "09:30", plan_id=plan.id)
    with on_monday():
        browser.sign_in(alder.desk)
        browser.send(f"/appointments/{visit_id}/self-payment")
        assert "It would take 60 minutes" in browser.get("/insurance/uncovered").text
