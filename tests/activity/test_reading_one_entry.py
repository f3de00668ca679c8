"""One entry: before and after side by side; what is encrypted opens by right, as a read."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from portal.auth.permissions import RIGHTS
from portal.db import session
from portal.patients.commands.registering import change_patient
from portal.patients.queries.records import get_patient
from portal.patients.rules.details import PatientDetails
from tests.activity.conftest import CANARY, address
from tests.support.client import Browser
from tests.support.scheduling import a_practice, book, hours, on_monday

BY_HAND = text("""
    SELECT audit_note('patients.update', 'patients', :patient, :patient, 'done', NULL, NULL,
                      CAST(:new AS jsonb))
""")
BOMB = '{"a": [' + "1e131071, " * 20 + "1]}"


def test_before_and_after_stand_side_by_side_with_a_link_to_the_record(browser: Browser, alder):
    browser.sign_in(alder.admin)
    changed = {"name": "Alder East", "slug": "central", "timezone": "America/Chicago"}
    browser.send(f"/facilities/{alder.facility_id}/edit", changed)
    [entry] = alder.entries("facilities.update")
    shown = browser.get(address(entry)).text
    assert "Facility: edited" in shown
    assert ">Alder Central</td>" in shown
    assert ">Alder East</td>" in shown
    assert f'href="/facilities/{alder.facility_id}"' in shown


def test_encrypted_values_stay_closed_and_nobody_is_seen(browser, alder, patient_id):
    browser.sign_in(alder.auditor)
    [entry] = alder.entries("patients.insert")
    shown = browser.get(address(entry)).text
    assert "encrypted" in shown
    assert CANARY not in shown
    assert alder.entries("activity.show", patient_id=patient_id) == []


def test_opening_them_is_a_read_of_the_patient(browser, alder, patient_id):
    browser.sign_in(alder.auditor)
    [entry] = alder.entries("patients.insert")
    assert CANARY in browser.get(f"{address(entry)}/values").text
    [read] = alder.entries("activity.values")
    assert (read.user_id, read.patient_id) == (alder.auditor.id, patient_id)


def test_a_change_shows_the_old_and_the_new_value(browser, alder, patient_id):
    with alder.at_work():
        renamed = PatientDetails(first_name="Dougal", last_name="Quillfeather")
        change_patient(get_patient(patient_id), renamed)
    browser.sign_in(alder.owner)
    [entry] = alder.entries("patients.update")
    shown = browser.get(f"{address(entry)}/values").text
    assert shown.index(CANARY) < shown.index("Dougal")


def test_notes_of_a_visit_open_under_its_patient(browser, alder):
    with on_monday(), alder.at_work():
        practice = a_practice(alder.facility_id)
        hours(practice)
        visit = book(practice, notes="Brings an X-ray.")
    browser.sign_in(alder.owner)
    [entry] = alder.entries("appointments.insert", record_id=visit.id)
    assert "Brings an X-ray." in browser.get(f"{address(entry)}/values").text
    [read] = alder.entries("activity.values")
    assert read.patient_id == visit.patient_id


def test_what_the_log_never_kept_is_shown_as_hidden(browser, alder):
    browser.sign_in(alder.owner)
    entry = alder.entries("users.insert")[0]
    shown = browser.get(f"{address(entry)}/values").text
    assert "<i>hidden</i>" in shown
    assert "argon2" not in shown


def test_an_envelope_that_does_not_open_is_unreadable_and_the_page_works(
    browser, alder, patient_id, noted
):
    forged = {"first_name": "\\x0101" + "00" * 62}
    noted("patients.update", table="patients", record=patient_id, patient=patient_id, new=forged)
    browser.sign_in(alder.owner)
    [entry] = alder.entries("patients.update")
    assert "unreadable" in browser.get(f"{address(entry)}/values").text


def test_a_record_that_is_gone_leaves_its_values_closed(browser, alder, noted):
    noted("patients.update", table="patients", record=2**40, new={"notes": "\\x0101" + "00" * 62})
    browser.sign_in(alder.owner)
    [entry] = alder.entries("patients.update")
    assert "its record is gone" in browser.get(f"{address(entry)}/values").text


@pytest.mark.parametrize("at", ["1", str(10**23)])
def test_an_entry_that_is_not_there_is_not_found(browser, alder, at):
    browser.sign_in(alder.owner)
    assert browser.get(f"/activity/{at}/1").status_code == 404


def test_those_who_see_the_log_but_may_not_open_it_get_no_button(
    browser, alder, patient_id, monkeypatch
):
    monkeypatch.setitem(RIGHTS, "activity.open", frozenset({"owner"}))
    browser.sign_in(alder.auditor)
    [entry] = alder.entries("patients.insert")
    assert "Show the encrypted values" not in browser.get(address(entry)).text
    assert browser.get(f"{address(entry)}/values").status_code == 403


FORGED = {
    "no hexadecimal": '{"first_name": "\\\\xzz"}',
    "a number": '{"first_name": 5}',
    "a list": '{"first_name": ["\\\\x01"], "dob": {"a": 1}}',
    "a hundred thousand digits": '{"a": 1e5000}',
    "a thousand levels": '{"a": ' * 1000 + "1" + "}" * 1000,
    "no dates": '{"start_at": "infinity", "end_at": 5, "status": [1]}',
}


@pytest.mark.parametrize("kind", FORGED)
def test_an_entry_by_hand_says_what_it_says_and_breaks_no_page(browser, alder, patient_id, kind):
    """The kind: what any statement may write down is read by the pages of those who oversee."""
    with alder.at_work():
        session.execute(BY_HAND, {"patient": patient_id, "new": FORGED[kind]})
    browser.sign_in(alder.owner)
    entry = alder.entries("patients.update")[-1]
    for page in (address(entry), f"{address(entry)}/values"):
        assert browser.get(page).status_code == 200


@pytest.mark.parametrize("written", ["[1, 2]", '"x"', "7", "null", BOMB])
def test_an_entry_is_an_object_of_a_size(alder, patient_id, written):
    """A few bytes of numbers are a gigabyte of text, which no seal could be made over."""
    with pytest.raises(OperationalError, match="at most a megabyte"), alder.at_work():
        session.execute(BY_HAND, {"patient": patient_id, "new": written})
