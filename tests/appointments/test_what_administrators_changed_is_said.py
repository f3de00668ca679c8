"""What the clinic's administrators have changed is said on the board and on the appointment."""

from portal import clock
from portal.appointments.queries.day import board, board_version
from portal.appointments.screens.board import picture
from portal.insurance.commands.acceptance import stop_accepting_plan
from portal.services.commands.workflows import (
    StepDetails,
    StepTemplateDetails,
    WorkflowDetails,
    add_step_template,
    add_workflow,
)
from tests.support.scheduling import (
    MONDAY,
    a_patient,
    a_plan,
    a_practice,
    book,
    hours,
    on_monday,
)


def not_covered_any_more(clinic):
    """Two booked under a plan that the facility stopped accepting, one of whom has a telephone."""
    with clinic.at_work():
        practice, plan = a_practice(clinic.facility_id), a_plan(clinic.facility_id)
        hours(practice)
        patient = a_patient(phone="312 555 0147")
        visits = [
            book(practice, "09:00", plan_id=plan.id, patient_id=patient.id),
            book(practice, "10:00", plan_id=plan.id),
        ]
        stop_accepting_plan(clinic.facility_id, plan.id)
        return plan.name, [visit.id for visit in visits]


def test_a_plan_that_is_not_taken_any_more_is_said_on_the_card_and_on_the_page(browser, alder):
    """The kind of fault: what an administrator ends is seen in their own list and nowhere else."""
    with on_monday():
        browser.sign_in(alder.desk)
        name, [first, _second] = not_covered_any_more(alder)
        assert f"{name} is not accepted at" in browser.get(f"/appointments/{first}").text
        board = browser.get("/appointments/day").text
        assert board.count("Plan not accepted") > 2  # the legend, and each card
        browser.send(f"/appointments/{first}/self-payment")
        assert f"{name} is not accepted at" not in browser.get(f"/appointments/{first}").text


def test_a_board_that_is_open_hears_that_a_plan_is_not_taken_any_more(alder):
    """The kind of fault: what a card shows is not in the stamp by which its column is sent."""

    def stamps() -> tuple[str, list[str]]:
        day = board(alder.facility_id, MONDAY.date())
        drawn = picture(day, "", clock.now(), lambda said, **_names: said, known=frozenset(),
                        format_time=str)  # fmt: skip
        version = board_version(alder.facility_id, MONDAY.date())
        return version, [column.stamp for column in drawn.columns]

    with on_monday(), alder.at_work():
        practice, plan = a_practice(alder.facility_id), a_plan(alder.facility_id)
        hours(practice)
        book(practice, plan_id=plan.id)
        before = stamps()
        stop_accepting_plan(alder.facility_id, plan.id)
        version, columns = stamps()
        assert version != before[0]
        assert columns != before[1]


def test_those_of_the_list_are_called_and_changed_together_and_back(browser, alder):
    with on_monday():
        browser.sign_in(alder.desk)
        _name, ids = not_covered_any_more(alder)
        assert "(312) 555-0147" in browser.get("/insurance/uncovered").text
        page = browser.send("/appointments/self-payments", follow_redirects=True).text
        assert "Choose at least one appointment." in page
        browser.send("/appointments/self-payments", {"visit": ids})
        assert "All appointments are covered" in browser.get("/insurance/uncovered").text
        browser.send("/appointments/reversals")
        assert browser.get("/insurance/uncovered").text.count('name="visit"') == 2


def test_the_page_says_where_a_step_is_and_what_has_to_be_prepared(browser, alder):
    """The kind of fault: what an administrator says of a step is kept, and nobody is shown it."""
    with on_monday():
        browser.sign_in(alder.desk)
        with alder.at_work():
            practice, plan = a_practice(alder.facility_id), a_plan(alder.facility_id)
            template = add_step_template(StepTemplateDetails("Vitals", 10))
            forms = add_step_template(StepTemplateDetails("Forms", 5, requires_location=False))
            steps = (
                StepDetails(template.id, 15, "Exam room", requires_preparation=True),
                StepDetails(template.id, 10), StepDetails(forms.id, 5),
            )  # fmt: skip
            add_workflow(WorkflowDetails(practice.offering.id, "Plan", steps, plan.id))
            hours(practice)
            visit_id = book(practice, plan_id=plan.id).id
        page = browser.get(f"/appointments/{visit_id}").text
    assert "· Exam room · Needs preparation" in page
    assert page.count("· Needs a room") == 1
