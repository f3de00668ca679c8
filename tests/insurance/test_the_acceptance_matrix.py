"""The acceptance matrix: seeing it, one key, one cell, a row, a column."""

import pytest
from sqlalchemy import text

from portal.db import session
from portal.insurance.commands.acceptance import AcceptanceDetails, accept_plan
from portal.insurance.queries.acceptance import find_plan_at
from portal.insurance.rules import Cover
from tests.support.client import Browser
from tests.support.factories import a_facility
from tests.support.people import Clinic
from tests.support.scheduling import MONDAY, a_plan
from tests.support.statements import at_most

TODAY = MONDAY.date()
# One payer's plans, each accepted since another day.
MANY_TERMS = (
    "INSERT INTO insurance_plans (insurance_provider_id, name, plan_code)"
    " SELECT insurance_provider_id, 'Plan ' || n, 'MANY-' || n"
    " FROM insurance_plans, generate_series(1, :terms) AS n WHERE id = :plan",
    "INSERT INTO facility_insurance_plans (facility_id, insurance_plan_id, enabled, accepted_since)"
    " SELECT :facility, id, true, date '2020-01-01' + row_number() OVER ()::int"
    " FROM insurance_plans WHERE id <> :plan",
)


@pytest.fixture
def plan_id(alder: Clinic) -> int:
    with alder.at_work():
        return a_plan().id


def cover(clinic: Clinic, plan_id: int, facility_id: int | None = None) -> Cover:
    with clinic.at_work():
        return find_plan_at(facility_id or clinic.facility_id, plan_id).cover


def address(clinic: Clinic, plan_id: int, noun: str = "edit") -> str:
    return f"/insurance/acceptance/{clinic.facility_id}/{plan_id}/{noun}"


def test_one_key_accepts_and_one_key_ends(browser: Browser, alder: Clinic, plan_id: int):
    browser.sign_in(alder.admin)
    mark = address(alder, plan_id, "mark")
    typed = {"enabled": "y", "accepted_since": "2026-03-02"}
    answer = browser.send(mark, typed, htmx=True)
    assert answer.status_code == 200
    assert f'hx-target="#insurance-cell-{alder.facility_id}-{plan_id}"' in answer.text
    assert "Alder Central accepts" in answer.text
    assert cover(alder, plan_id).accepted_since == TODAY
    ended = browser.send(mark, {"enabled": "n"}, htmx=True)
    assert "Not accepted" in ended.text
    assert not cover(alder, plan_id).enabled
    undone = browser.send("/appointments/reversals", htmx=True)
    assert f'hx-target="#insurance-cell-{alder.facility_id}-{plan_id}"' in undone.text
    assert "Alder Central accepts" in undone.text
    assert cover(alder, plan_id) == Cover(None, None, True, True, TODAY, None)
    assert len(alder.entries("facility_insurance_plans.update", user_id=alder.admin.id)) == 2


def test_a_cell_takes_dates_and_notes_as_a_plain_form(browser, alder, plan_id):
    browser.sign_in(alder.admin)
    typed = {"enabled": "y", "accepted_since": "2026-03-02", "accepted_until": "2026-12-31",
             "notes": "By letter"}  # fmt: skip
    assert browser.send(address(alder, plan_id), typed).location == "/insurance/acceptance"
    assert cover(alder, plan_id).accepted_until.isoformat() == "2026-12-31"
    assert "By letter" in browser.get(address(alder, plan_id)).text
    shown = browser.get(f"/insurance/acceptance/{alder.facility_id}/{plan_id}").text
    assert "Mar 2, 2026 to Dec 31, 2026" in shown


def test_a_note_is_kept_where_a_plan_was_never_accepted(browser, alder, plan_id):
    browser.sign_in(alder.admin)
    browser.send(address(alder, plan_id), {"enabled": "n", "notes": "They declined"})
    assert "They declined" in browser.get(address(alder, plan_id)).text
    assert cover(alder, plan_id).gap_on(TODAY) == "not_accepted"


def test_dates_that_run_backwards_are_refused_with_everything_kept(browser, alder, plan_id):
    browser.sign_in(alder.admin)
    typed = {"enabled": "y", "accepted_since": "2026-05-01", "accepted_until": "2026-04-01",
             "notes": "Hold on"}  # fmt: skip
    response = browser.send(address(alder, plan_id), typed, htmx=True)
    assert response.status_code == 422
    assert "The last day is before the first." in response.text
    assert "Hold on" in response.text
    assert not cover(alder, plan_id).known


def test_a_row_is_accepted_everywhere_at_once(browser, alder, plan_id):
    with alder.at_work():
        other = a_facility(name="Riverside").id
    browser.sign_in(alder.admin)
    typed = {"change": "accept", "accepted_since": "2026-03-02"}
    assert browser.send(f"/insurance/acceptance/plans/{plan_id}", typed).status_code == 303
    assert cover(alder, plan_id).enabled
    assert cover(alder, plan_id, other).accepted_since == TODAY


def test_a_column_ends_by_date_for_one_payer_where_it_is_accepted(browser, alder, plan_id):
    with alder.at_work():
        ending, staying = a_plan(alder.facility_id), a_plan(alder.facility_id)
        payer_id = ending.insurance_provider_id
    browser.sign_in(alder.admin)
    column = f"/insurance/acceptance/facilities/{alder.facility_id}"
    typed = {"change": "end", "insurance_provider_id": str(payer_id)}
    assert "Say the last day" in browser.send(column, typed).text
    assert browser.send(column, typed | {"accepted_until": "2026-12-31"}).status_code == 303
    assert cover(alder, ending.id).accepted_until.isoformat() == "2026-12-31"
    assert cover(alder, staying.id).accepted_until is None
    assert not cover(alder, plan_id).known


def test_a_cell_says_how_it_stands_today(browser, alder, plan_id):
    with alder.at_work():
        for since, until in (("2020-01-01", "2020-12-31"), ("2090-01-01", None)):
            a_plan(alder.facility_id, accepted_since=since, accepted_until=until)
        accept_plan(alder.facility_id, plan_id, AcceptanceDetails())
        a_plan()
    browser.sign_in(alder.desk)
    shown = " ".join(browser.fragment("/insurance/acceptance").text.split())
    for words in ("Ended Dec 31, 2020", "From Jan 1, 2090", "Accepted", "Not accepted"):
        assert words in shown
    assert "data-mark" not in shown


def test_the_matrix_is_bounded_and_its_statements_are_few(browser, alder):
    with alder.at_work():
        for _ in range(14):
            a_facility()
        for _ in range(25):
            a_plan(alder.facility_id)
    browser.sign_in(alder.admin)
    with at_most(5):
        shown = browser.get("/insurance/acceptance").text
    assert shown.count('id="row-') == 20
    assert shown.count('id="column-') == 12
    assert "Only the first facilities are shown." in shown
    assert "Nothing has these words" in browser.get("/insurance/acceptance?at=nowhere").text


@pytest.mark.parametrize(("terms", "undo"), [(40, True), (400, False)])
def test_a_column_is_filled_however_many_terms_it_had(browser, alder, plan_id, terms, undo):
    """What a way back keeps has a length: what is longer is filled without one."""
    with alder.at_work():
        values = {"plan": plan_id, "facility": alder.facility_id, "terms": terms}
        for statement in MANY_TERMS:
            session.execute(text(statement), values)
    browser.sign_in(alder.admin)
    column = f"/insurance/acceptance/facilities/{alder.facility_id}"
    answer = browser.send(column, {"change": "accept"}, follow_redirects=True)
    assert answer.status_code == 200
    said = answer.text.partition('class="toast')[2]
    assert "Every plan at Alder Central saved." in said
    assert ("/appointments/reversals" in said) is undo
