"""What was forgotten or mistaken on an earlier day is put right by who may, with a reason.

The kind: check-in, completion and undo belong to the day, and so a day that was over could never be
put right; the appointment stayed as nobody had left it.
"""

import pytest
from sqlalchemy import text

from portal.appointments.commands.correcting import correct
from portal.appointments.commands.reversing import undo
from portal.appointments.commands.visit import check_in, mark_no_show, start_visit
from portal.appointments.queries.acts import last_act
from portal.appointments.queries.visits import get_appointment, list_step_rows
from portal.appointments.rules.correcting import NotOfEarlierDay
from portal.appointments.rules.visits import ReasonMissing, VisitNotAt
from portal.db import session
from tests.support.scheduling import a_practice, book, hours, on_monday

WHY = text("SELECT reason FROM user_action_audit_log WHERE action_type = 'appointments.correct'")


def test_a_visit_that_nobody_completed_is_completed_as_of_its_day(open_practice):
    visit = book(open_practice, "09:00")
    with on_monday(days=1):
        correct(visit, "completed", "Seen, not written down")
        assert (visit.status, visit.finished_at) == ("completed", visit.end_at)
        assert {step.status for step in list_step_rows(visit.id)} == {"completed"}
        undo(visit)
        assert (visit.status, visit.started_at) == ("scheduled", None)
        assert {step.status for step in list_step_rows(visit.id)} == {"scheduled"}


@pytest.mark.parametrize("to", ["no_show", "cancelled"])
def test_one_who_did_not_come_is_said_so_later(open_practice, to):
    visit = book(open_practice, "09:00")
    with on_monday(days=1):
        correct(visit, to, "Forgotten")
        assert (visit.status, visit.finished_at) == (to, visit.end_at)
        undo(visit)
        assert visit.status == "scheduled"


def test_what_was_done_by_mistake_is_taken_back_later(open_practice):
    visit = book(open_practice, "09:00")
    with on_monday(hours=2.5):
        mark_no_show(visit)
    with on_monday(days=3):
        with pytest.raises(VisitNotAt):
            correct(visit, "completed", "They were here")
        correct(visit, "undo", "They were here")
        correct(visit, "completed", "They were here")
    assert visit.status == "completed"


def test_it_needs_a_reason_and_an_earlier_day(open_practice):
    visit = book(open_practice, "09:00")
    with pytest.raises(NotOfEarlierDay):
        correct(visit, "completed", "Early")
    with on_monday(days=1), pytest.raises(ReasonMissing):
        correct(visit, "completed", " ")


def test_a_visit_under_way_can_only_have_been_completed(open_practice):
    visit = book(open_practice, "09:00")
    with on_monday(hours=2):
        check_in(visit)
        start_visit(visit)
    with on_monday(days=1):
        with pytest.raises(VisitNotAt):
            correct(visit, "no_show", "Wrong")
        correct(visit, "completed", "Forgotten")
    assert visit.status == "completed"


@pytest.fixture
def visit_id(alder):
    with on_monday(), alder.at_work():
        practice = a_practice(alder.facility_id)
        hours(practice)
        return book(practice, "09:00").id


def test_administrators_correct_it_on_its_page_and_the_log_keeps_why(browser, alder, visit_id):
    address = f"/appointments/{visit_id}/correction"
    with on_monday(hours=18):
        browser.sign_in(alder.admin)
        assert address in browser.get(f"/appointments/{visit_id}").text
        empty = browser.send(address, {"correction": "no_show", "because": ""})
        assert (empty.status_code, "Say why." in empty.text) == (422, True)
        done = browser.send(address, {"correction": "no_show", "because": "Called on Tuesday"})
        assert done.status_code == 303
        assert "Undo correction" in browser.get(f"/appointments/{visit_id}").text
    with alder.at_work():
        assert get_appointment(visit_id).status == "no_show"
        assert list(session.scalars(WHY)) == ["Called on Tuesday"]


def test_the_front_desk_is_not_offered_it(browser, alder, visit_id):
    with on_monday(hours=18):
        browser.sign_in(alder.desk)
        assert "/correction" not in browser.get(f"/appointments/{visit_id}").text
        assert browser.send(f"/appointments/{visit_id}/correction").status_code == 403


def test_nor_does_it_take_back_what_an_administrator_corrected(browser, alder, visit_id):
    """What takes a right and a reason is not taken back by whoever has neither."""
    with on_monday(hours=18):
        browser.sign_in(alder.admin)
        typed = {"correction": "no_show", "because": "Called on Tuesday"}
        assert browser.send(f"/appointments/{visit_id}/correction", typed).status_code == 303
        browser.sign_in(alder.desk)
        assert (
            f"/appointments/{visit_id}/reversal"
            not in browser.get(f"/appointments/{visit_id}").text
        )
        refused = browser.send(f"/appointments/{visit_id}/reversal")
        assert (refused.status_code, "Somebody else corrected" in refused.text) == (409, True)
        with alder.at_work():
            group = str(last_act(visit_id).group_uid)
        browser.send("/appointments/reversals", {"act": group})
        with alder.at_work():
            assert get_appointment(visit_id).status == "no_show"
        browser.sign_in(alder.admin)
        assert browser.send(f"/appointments/{visit_id}/reversal").status_code == 303
    with alder.at_work():
        assert get_appointment(visit_id).status == "scheduled"


def test_it_is_not_offered_on_the_day_itself(browser, alder, visit_id):
    with on_monday(hours=3):
        browser.sign_in(alder.admin)
        assert "/correction" not in browser.get(f"/appointments/{visit_id}").text
