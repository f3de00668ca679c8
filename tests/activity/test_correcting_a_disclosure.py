"""A disclosure that was entered wrongly: corrected or struck out, and the first entry stays."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from portal import clock
from portal.activity.commands import DisclosureDetails, correct_disclosure, record_disclosure
from portal.activity.queries.disclosures import get_disclosure, list_disclosures
from portal.db import session
from portal.patients.commands.merging import MergeDetails, merge_patients, unmerge_patients
from tests.support.client import HTMX
from tests.support.people import Clinic
from tests.support.scheduling import MONDAY, a_patient

TODAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _on_monday():
    with clock.at(MONDAY):
        yield


def details(what: str = "The vaccination record") -> DisclosureDetails:
    return DisclosureDetails(uuid4(), date(2026, 3, 1), "County Office", what, "Reporting")


@pytest.fixture
def first(alder: Clinic, patient_id: int) -> int:
    with alder.at_work():
        return record_disclosure(patient_id, details(), today=TODAY).id


def address(patient_id: int, disclosure_id: int) -> str:
    return f"/activity/patients/{patient_id}/disclosures/{disclosure_id}/correction"


def typed(**changes: str) -> dict[str, str]:
    return {
        "row_uid": str(uuid4()),
        "disclosed_on": "2026-02-28",
        "recipient_name": "State Office",
        "what": "The allergy list",
        "purpose": "Reporting",
        "because": "Mixed up with another letter",
        **changes,
    }


def told(clinic: Clinic, patient_id: int) -> list[tuple[str, bool]]:
    """What each entry says and whether it stands."""
    with clinic.at_work():
        found = list_disclosures(patient_id, since=date(2020, 1, 1))
        return [(each.disclosure.what, each.stands) for each in found]


def test_the_form_begins_with_what_was_entered_and_seeing_it_is_a_read(
    browser, alder, patient_id, first
):
    browser.sign_in(alder.desk)
    assert "The vaccination record" in browser.get(address(patient_id, first)).text
    assert alder.entries("activity.correction")[0].patient_id == patient_id


def test_the_correction_is_told_and_the_first_entry_stays(browser, alder, patient_id, first):
    browser.sign_in(alder.desk)
    listed = browser.send(address(patient_id, first), typed()).location
    assert told(alder, patient_id) == [
        ("The allergy list", True),
        ("The vaccination record", False),
    ]
    shown = browser.get(listed).text
    assert "Corrected since" in shown
    assert "Corrects an earlier entry: Mixed up with another letter" in shown
    paper = browser.get(f"/activity/patients/{patient_id}/accounting").text
    assert "The allergy list" in paper
    assert "The vaccination record" not in paper


def test_what_never_was_is_struck_out_as_it_was_entered(browser, alder, patient_id, first):
    browser.sign_in(alder.desk)
    browser.send(address(patient_id, first), typed(withdrawn="y"))
    assert told(alder, patient_id) == [("The vaccination record", False)] * 2
    assert "Struck out" in browser.get(f"/activity/patients/{patient_id}/disclosures").text
    paper = browser.get(f"/activity/patients/{patient_id}/accounting").text
    assert "No accountable disclosure" in paper


def test_of_two_corrections_at_once_the_second_is_refused_in_words(
    browser, alder, patient_id, first
):
    browser.sign_in(alder.desk)
    form = typed()
    for _ in range(2):
        assert browser.send(address(patient_id, first), form).status_code == 303
    refused = browser.send(address(patient_id, first), typed(), htmx=True)
    assert refused.status_code == 409
    assert "corrected meanwhile" in refused.text
    assert len(told(alder, patient_id)) == 2


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"because": " "}, "This is needed."), ({"disclosed_on": "2026-03-03"}, "still to come")],
)
def test_what_cannot_be_is_said_and_what_was_typed_is_kept(
    browser, alder, patient_id, first, changes, reason
):
    browser.sign_in(alder.desk)
    response = browser.post(
        address(patient_id, first), data={**typed(**changes), "csrf_token": browser.csrf},
        headers=HTMX,
    )  # fmt: skip
    assert response.status_code == 422
    assert reason in response.text
    assert "State Office" in response.text
    assert len(told(alder, patient_id)) == 1


def test_a_disclosure_of_another_patient_is_not_found(browser, alder, patient_id, first):
    with alder.at_work():
        other = a_patient().id
    browser.sign_in(alder.desk)
    assert browser.get(address(other, first)).status_code == 404


def test_the_database_wants_a_reason_for_every_correction(alder, patient_id, first):
    with alder.at_work():
        wrong = get_disclosure(patient_id, first)
        refused = pytest.raises(IntegrityError, match="corrected_because")
        with refused, session.begin_nested():
            wrong.corrects_id = wrong.id
        session.expire_all()


def test_a_correction_goes_back_with_what_it_corrects(alder, patient_id, first):
    with alder.at_work():
        stays = a_patient().id
        merge = merge_patients(MergeDetails(stays, patient_id, {}, uuid4())).id
        wrong = get_disclosure(stays, first)
        correct_disclosure(wrong, details("Once"), "Slip", withdrawn=False, today=TODAY)
        own = record_disclosure(stays, details("Of the other"), today=TODAY)
        unmerge_patients(stays, merge)
        session.expire_all()
        assert own.patient_id == stays
    assert told(alder, patient_id) == [("The vaccination record", False), ("Once", True)]
    assert told(alder, stays) == [("Of the other", True)]
