"""Recording what was disclosed of a patient, and the account of six years."""

from uuid import uuid4

import pytest

from portal import clock
from portal.db import session
from portal.schema.disclosures import Disclosure
from tests.activity.conftest import address
from tests.support.people import Clinic
from tests.support.scheduling import MONDAY, a_patient
from tests.support.statements import at_most

TYPED = {
    "disclosed_on": "2026-03-01",
    "recipient_name": "County Health Office",
    "recipient_address": "1 Main Street",
    "what": "The vaccination record",
    "purpose": "Required reporting",
}


@pytest.fixture(autouse=True)
def _on_monday():
    with clock.at(MONDAY):
        yield


def typed(**changes: str) -> dict[str, str]:
    return {"row_uid": str(uuid4()), **TYPED, **changes}


def kept(clinic: Clinic, patient_id: int) -> list[Disclosure]:
    with clinic.at_work():
        return session.query(Disclosure).filter_by(patient_id=patient_id).all()


def test_the_front_desk_records_one_and_sees_it_on_the_chart(browser, alder, patient_id):
    browser.sign_in(alder.desk)
    assert 'value="2026-03-02"' in browser.get(new(patient_id)).text
    response = browser.send(new(patient_id), typed())
    assert response.status_code == 303
    shown = browser.get(response.location).text
    assert "The disclosure is recorded." in shown
    assert all(words in shown for words in list(TYPED.values())[1:])
    assert ">Desk</td>" in shown


def test_its_texts_lie_in_envelopes_and_the_change_is_on_record(browser, alder, patient_id):
    browser.sign_in(alder.desk)
    browser.send(new(patient_id), typed())
    [made] = kept(alder, patient_id)
    assert b"County" not in made.recipient_name_envelope
    [entry] = alder.entries("disclosures.insert")
    assert entry.patient_id == patient_id
    assert entry.new_values["what"].startswith("\\x0101")


def test_sending_the_form_twice_records_it_once(browser, alder, patient_id):
    browser.sign_in(alder.desk)
    form = typed()
    assert browser.send(new(patient_id), form).status_code == 303
    assert browser.send(new(patient_id), form).status_code == 303
    assert len(kept(alder, patient_id)) == 1


def test_the_same_form_with_something_else_in_it_is_refused(browser, alder, patient_id):
    """It was answered as recorded, and was not."""
    browser.sign_in(alder.desk)
    form = typed()
    browser.send(new(patient_id), form)
    refused = browser.send(new(patient_id), form | {"what": "The whole chart"})
    assert refused.status_code == 409
    assert "recorded already" in refused.text
    [made] = kept(alder, patient_id)
    correction = f"/activity/patients/{patient_id}/disclosures/{made.id}/correction"
    form = typed(because="A slip")
    assert browser.send(correction, form).status_code == 303
    assert browser.send(correction, form).status_code == 303
    assert browser.send(correction, form | {"because": "Another"}).status_code == 409
    assert len(kept(alder, patient_id)) == 2


def test_one_form_is_not_for_two_patients(browser, alder, patient_id):
    with alder.at_work():
        other = a_patient().id
    browser.sign_in(alder.desk)
    form = typed()
    browser.send(new(patient_id), form)
    refused = browser.send(new(other), form, htmx=True)
    assert refused.status_code == 409
    assert "recorded already" in refused.text


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"disclosed_on": "2026-03-03"}, "This day is still to come."),
        ({"disclosed_on": "1826-03-01"}, "This day cannot be right."),
        ({"disclosed_on": "yesterday"}, "“yesterday” is not a date, such as 1980-02-28."),
        ({"recipient_name": " "}, "This is needed."),
        ({"what": ""}, "This is needed."),
        ({"purpose": ""}, "This is needed."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(browser, alder, patient_id, changes, reason):
    browser.sign_in(alder.desk)
    response = browser.send(new(patient_id), typed(**changes), htmx=True)
    assert response.status_code == 422
    assert reason in response.text
    assert "1 Main Street" in response.text
    assert kept(alder, patient_id) == []


def test_a_key_that_is_none_is_a_new_one(browser, alder, patient_id):
    browser.sign_in(alder.desk)
    assert browser.send(new(patient_id), typed(row_uid="x")).status_code == 303


def test_the_account_covers_six_years(browser, alder, patient_id):
    browser.sign_in(alder.desk)
    browser.send(new(patient_id), typed(disclosed_on="2020-03-02", what="Still inside"))
    browser.send(new(patient_id), typed(disclosed_on="2020-03-01", what="Too long ago"))
    paper = browser.get(f"/activity/patients/{patient_id}/accounting").text
    assert "Still inside" in paper
    assert "Too long ago" not in paper
    assert "Zebedee Quillfeather" in paper
    assert "Made by" in paper
    assert alder.entries("activity.accounting")[0].patient_id == patient_id


def test_an_auditor_reads_the_account_and_records_nothing(browser, alder, patient_id):
    browser.sign_in(alder.auditor)
    shown = browser.get(f"/activity/patients/{patient_id}/disclosures").text
    assert "Nothing was disclosed in these six years" in shown
    assert "Record a disclosure" not in shown
    assert browser.get(new(patient_id)).status_code == 403


def test_the_log_opens_its_texts_as_a_read(browser, alder, patient_id):
    browser.sign_in(alder.owner)
    browser.send(new(patient_id), typed())
    [entry] = alder.entries("disclosures.insert")
    assert "The vaccination record" not in browser.get(address(entry)).text
    assert "The vaccination record" in browser.get(f"{address(entry)}/values").text


def test_the_list_asks_no_more_however_long_it_is(browser, alder, patient_id):
    browser.sign_in(alder.desk)
    for _ in range(12):
        browser.send(new(patient_id), typed())
    with at_most(7):
        browser.get(f"/activity/patients/{patient_id}/disclosures")


def new(patient_id: int) -> str:
    return f"/activity/patients/{patient_id}/disclosures/new"
