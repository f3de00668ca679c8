"""Gestures carry what was shown as forms do: whoever comes second is told what the first chose.

The kind: what is done by a key, a drop or a button has no form that is opened first, so it had no
version, and the later of two silently undid the earlier: an appointment that was moved from another
page, a cell of the acceptance matrix that was decided by somebody else meanwhile.
"""

import re

import pytest

from portal.db import session
from portal.insurance.queries.acceptance import find_plan_at
from tests.support.client import Browser
from tests.support.pages import Forms, shown
from tests.support.scheduling import a_plan, a_practice, book, chicago, hours, on_monday


@pytest.fixture
def colleague(app, alder) -> Browser:
    """Somebody else's browser."""
    return Browser(app).sign_in(alder.admin)


@pytest.fixture
def visit(alder, browser):
    with on_monday():
        with alder.at_work():
            practice = a_practice(alder.facility_id)
            hours(practice)
            hours(practice, day=2)
            visit = book(practice, "09:00")
        browser.sign_in(alder.owner)
        yield visit


def start_of(alder, visit) -> str:
    with alder.at_work():
        session.refresh(visit)
        return f"{visit.start_at:%H:%M}"


def moved_by_colleague(colleague, visit, to: str) -> None:
    page = f"/appointments/{visit.id}/move"
    sent = shown(colleague.get(page).text, "start_at") | {"start_at": f"2026-03-02T{to}"}
    assert colleague.post(page, data=sent).status_code == 303


def on_the_board(browser, visit) -> dict[str, str]:
    html = browser.get("/appointments/day").text
    mark = re.search(rf'id="visit-{visit.id}"[^>]*data-movable="([^"]+)"', html)[1]
    dropped = {"doctor_id": visit.doctor_id, "start_at": "2026-03-02T16:00Z"}
    return dropped | {"moved_from": mark, "csrf_token": browser.csrf}


def in_the_form(browser, visit) -> dict[str, str]:
    page = browser.get(f"/appointments/{visit.id}/move").text
    return shown(page, "start_at") | {"start_at": "2026-03-02T10:00"}


def to_an_opening(browser, visit) -> dict[str, str]:
    page = browser.get(f"/appointments/{visit.id}/move").text
    offered = re.findall(r'name="opening" value="([^"]+)"[^>]*><span>10:00', page)
    return shown(page, "moved_from") | {"opening": offered[0]}


@pytest.mark.parametrize("gesture", [on_the_board, in_the_form, to_an_opening])
def test_who_moves_second_is_told_where_it_is_now_and_may_insist(
    alder, browser, colleague, visit, gesture
):
    sent = gesture(browser, visit)
    moved_by_colleague(colleague, visit, "08:00")
    late = browser.post(f"/appointments/{visit.id}/move", data=sent)
    assert late.status_code == 409
    assert "Admin moved this appointment meanwhile. Now: Mar 2, 2026, 08:00" in late.text
    assert "You chose: Mar 2, 2026, 10:00" in late.text
    assert start_of(alder, visit) == f"{chicago(2, '08:00'):%H:%M}"
    insist = shown(late.text, "moved_from")
    assert browser.post(f"/appointments/{visit.id}/move", data=insist).status_code == 303
    assert start_of(alder, visit) == f"{chicago(2, '10:00'):%H:%M}"


def test_moved_by_both_to_the_same_time_nobody_is_asked(alder, browser, colleague, visit):
    sent = in_the_form(browser, visit)
    moved_by_colleague(colleague, visit, "10:00")
    assert browser.post(f"/appointments/{visit.id}/move", data=sent).status_code == 303


def test_a_proposed_time_is_refused_where_somebody_has_moved_it(alder, browser, colleague, visit):
    [opening] = to_an_opening(browser, visit)["opening"].splitlines()
    stale = {"start": opening, "moved_from": "1-1"}
    refused = browser.send(f"/availability/orphans/{visit.id}/move", stale)
    assert refused.status_code == 409
    assert "This appointment was moved meanwhile." in refused.text
    assert start_of(alder, visit) == f"{chicago(2, '09:00'):%H:%M}"


@pytest.fixture
def cell(alder, browser):
    with alder.at_work():
        plan = a_plan()
    browser.sign_in(alder.owner)
    return plan, f"/insurance/acceptance/{alder.facility_id}/{plan.id}/mark"


def version_of(browser, address: str) -> str:
    html = browser.get("/insurance/acceptance").text
    return re.search(rf'data-mark="{address}"[^>]*data-shown="([^"]+)"', html)[1]


def test_who_marks_a_cell_second_is_told_what_it_says_now(alder, browser, colleague, cell):
    plan, address = cell
    opened = {"shown_version": version_of(browser, address), "enabled": "n"}
    colleague.send(address, {"enabled": "y", "accepted_since": "2026-03-02"})
    late = browser.send(address, opened, htmx=True)
    assert late.status_code == 409
    assert f"Admin changed {plan.name} at Alder Central meanwhile." in late.text
    assert "Now: Accepted, since Mar 2, 2026. You chose: Not accepted." in late.text
    fresh = re.search(r'data-shown="([^"]+)"', late.text)[1]
    assert browser.send(address, opened | {"shown_version": fresh}, htmx=True).status_code == 200
    with alder.at_work():
        assert not find_plan_at(alder.facility_id, plan.id).cover.enabled


def test_taking_a_mark_back_is_refused_where_somebody_has_marked_it_since(
    alder, browser, colleague, cell
):
    _plan, address = cell
    done = browser.send(address, {"enabled": "y", "accepted_since": "2026-03-02"}, htmx=True)
    undo = next(form.fields for form in Forms(done.text).found if "act" in form.fields)
    colleague.send(address, {"enabled": "y", "accepted_since": "2026-05-01"})
    said = browser.send("/appointments/reversals", undo, htmx=True).text
    assert "Not undone, since it was changed in the meantime: Alder Central accepts" in said
    assert "2026-05-01" in version_of(browser, address)
