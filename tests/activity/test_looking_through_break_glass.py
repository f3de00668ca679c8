"""Uses of break-glass: who, whom, why, what was seen, and that somebody looks through them."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from portal.db import session
from tests.support.glass import REASON, Elsewhere, broken_glass, elsewhere, signed_in
from tests.support.statements import at_most

LIST = "/activity/break-glass"
WAITING = "is not reviewed yet"


@pytest.fixture
def used(browser, alder) -> Elsewhere:
    """Somebody broke the glass and looked at the patient."""
    there = elsewhere(alder)
    browser.sign_in(there.person)
    browser.send(f"/patients/{there.patient_id}/break-glass", {"reason": REASON})
    browser.get(f"/patients/{there.patient_id}")
    return there


def page_of(used: Elsewhere) -> str:
    with used.clinic.at_work():
        return f"{LIST}/{session.scalar(text('SELECT max(id) FROM break_glass'))}"


def test_the_list_says_who_opened_whom_and_why(browser, alder, used):
    shown = browser.sign_in(alder.admin).get(LIST).text
    for told in (used.person.email.partition("@")[0].title(), f"MRN {used.mrn}", REASON):
        assert told in shown


def test_one_use_shows_what_was_seen_under_it_and_nothing_else(browser, alder, used):
    browser.sign_in(alder.owner).get(f"/patients/{used.patient_id}")
    shown = browser.get(page_of(used)).text
    assert "Saw a patient&#39;s details" in shown
    assert "Used emergency access" in shown
    assert ">Owner</td>" not in shown


def test_administrators_are_told_until_somebody_looked_through(browser, alder, used):
    browser.sign_in(alder.admin)
    assert "Emergency access was used once and is" in browser.get("/activity/").text
    browser.get(page_of(used))
    assert browser.send(f"{page_of(used)}/review").location == LIST
    assert WAITING not in browser.get("/activity/").text
    assert "Admin, <time" in " ".join(browser.get(LIST).text.split())
    [entry] = alder.entries("break_glass.update")
    assert (entry.user_id, entry.patient_id) == (alder.admin.id, used.patient_id)


def test_who_looked_through_first_stays(browser, alder, used):
    for person in (alder.admin, alder.owner):
        browser.sign_in(person).send(f"{page_of(used)}/review")
    assert "Admin, <time" in " ".join(browser.get(LIST).text.split())
    assert len(alder.entries("break_glass.update")) == 1


def test_nobody_looks_through_their_own(browser, alder):
    there = elsewhere(alder, "admin")
    browser.sign_in(there.person)
    browser.send(f"/patients/{there.patient_id}/break-glass", {"reason": REASON})
    assert "Mark as reviewed" not in browser.get(page_of(there)).text
    answer = browser.send(f"{page_of(there)}/review")
    assert answer.status_code == 422
    assert "Somebody else must review" in answer.text
    assert WAITING in browser.get("/activity/").text


def test_nobody_is_said_to_have_looked_through_what_they_did_not(alder, used):
    said = text("UPDATE break_glass SET reviewed_at = now(), reviewed_by = :id")
    refused = pytest.raises(ProgrammingError, match="own name")
    with signed_in(alder.admin, alder), refused, session.begin_nested():
        session.execute(said, {"id": alder.owner.id})


def test_an_auditor_reads_and_does_not_tick_off(browser, alder, used):
    browser.sign_in(alder.auditor)
    assert "Mark as reviewed" not in browser.get(page_of(used)).text
    assert browser.send(f"{page_of(used)}/review").status_code == 403


def test_another_clinics_uses_are_not_there(browser, alder, birch, used):
    browser.sign_in(birch.owner)
    assert "No emergency access yet" in browser.get(LIST).text
    assert browser.get(page_of(used)).status_code == 404
    assert browser.send(f"{page_of(used)}/review").status_code == 404
    assert WAITING not in browser.get("/activity/").text


MANY = text("""
    INSERT INTO break_glass (tenant_id, user_id, patient_id, reason, expires_at)
    SELECT tenant_id, user_id, patient_id, reason, expires_at
      FROM break_glass, generate_series(1, 50)
""")


def test_the_list_is_read_in_pages_by_a_constant_number_of_statements(browser, alder):
    first = broken_glass(alder).id
    with alder.at_work():
        session.execute(text("RESET SESSION AUTHORIZATION"))
        session.execute(MANY)
    browser.sign_in(alder.owner)
    with at_most(7):
        newest = browser.get(LIST).text
    assert newest.count("<tr>") == 51
    assert f'{LIST}/{first}"' not in newest
    assert f'{LIST}/{first}"' in browser.get(f"{LIST}?before={first + 1}").text
    assert browser.get(f"{LIST}?before=nonsense").status_code == 200
