"""The account of six years names exactly what a patient is to be told of, and nothing else.

What is excepted (treatment, payment, operations, to the patient, authorised) is never recorded as a
disclosure; reading a chart and sending the log's export are none.
"""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest

from portal import clock
from portal.activity.commands import DisclosureDetails, correct_disclosure, record_disclosure
from portal.activity.queries.disclosures import list_disclosures
from portal.patients.commands.merging import MergeDetails, merge_patients
from portal.schema.disclosures import Disclosure
from tests.support.people import Clinic
from tests.support.scheduling import MONDAY, a_patient

TODAY = date(2026, 3, 2)
A_DAY = timedelta(days=1)
# What each says, when it was, and until when an agency wants it kept from the patient.
RECORDED = {
    "Of the first day": (date(2020, 3, 2), None),
    "Of the day before": (date(2020, 3, 1), None),
    "Of today": (TODAY, None),
    "Withheld until yesterday": (date(2026, 1, 5), TODAY - A_DAY),
    "Withheld until today": (date(2026, 1, 5), TODAY),
    "Withheld until tomorrow": (date(2026, 1, 5), TODAY + A_DAY),
    "Wrong": (date(2026, 1, 6), None),
    "Never happened": (date(2026, 1, 6), None),
    "Withheld and wrong": (date(2026, 1, 6), TODAY + A_DAY),
}
ACCOUNTED = {
    "Of the first day", "Of today", "Withheld until yesterday", "As it should be",
    "Of the record that was merged",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _on_monday():
    with clock.at(MONDAY):
        yield


def record(patient_id: int, what: str, day: date, until: date | None) -> Disclosure:
    return record_disclosure(patient_id, details(what, day, until), today=TODAY)


def details(what: str, day: date = TODAY, until: date | None = None) -> DisclosureDetails:
    return DisclosureDetails(uuid4(), day, "County Office", what, "Reporting", None, until)


@pytest.fixture
def told(alder: Clinic, patient_id: int) -> None:
    with alder.at_work():
        made = {what: record(patient_id, what, *when) for what, when in RECORDED.items()}
        other = a_patient().id
        record(other, "Of the record that was merged", TODAY, None)
        record(a_patient().id, "Of another patient", TODAY, None)
        merge_patients(MergeDetails(patient_id, other, {}, uuid4()))
        correct(made["Wrong"], details("As it should be"))
        correct(made["Never happened"], details("Nothing"), withdrawn=True)
        correct(made["Withheld and wrong"], details("Withheld still", until=TODAY + A_DAY))


def correct(wrong: Disclosure, to: DisclosureDetails, *, withdrawn: bool = False) -> None:
    correct_disclosure(wrong, to, "A slip", withdrawn=withdrawn, today=TODAY)


def test_the_set_is_exact(browser, alder, patient_id, told):
    browser.sign_in(alder.desk)
    browser.get(f"/patients/{patient_id}")
    paper = browser.get(f"/activity/patients/{patient_id}/accounting").text
    assert cells(paper) == ACCOUNTED
    # The staff's own list keeps what is withheld, corrected or struck out, within the six years.
    listed = browser.get(f"/activity/patients/{patient_id}/disclosures").text
    assert cells(listed) == (ACCOUNTED | RECORDED.keys() | {"Withheld still"}) - {
        "Of the day before"
    }
    assert "Not told to the patient until" in listed


def test_no_part_of_the_paper_tells_more_than_the_paper(browser, alder, patient_id, told):
    """As htmx asks for it: the screen's list, with what is withheld, was its fragment."""
    browser.sign_in(alder.desk)
    browser.get(f"/patients/{patient_id}")
    part = browser.fragment(f"/activity/patients/{patient_id}/accounting").text
    assert cells(part) == ACCOUNTED


def cells(page: str) -> set[str]:
    found = re.findall(r'data-label="What was disclosed"[^>]*>(.*?)</td>', page, re.DOTALL)
    return {re.sub("<[^>]*>", "", each).strip() for each in found}


def test_what_an_agency_asks_for_is_recorded_and_kept_when_it_is_corrected(
    browser, alder, patient_id
):
    browser.sign_in(alder.desk)
    typed = {
        "row_uid": uuid4(), "disclosed_on": "2026-03-01", "recipient_name": "State Police",
        "what": "The visit of May", "purpose": "A warrant", "withheld_until": "2026-06-30",
    }  # fmt: skip
    address = f"/activity/patients/{patient_id}/disclosures"
    assert browser.send(f"{address}/new", typed).status_code == 303
    assert cells(browser.get(f"/activity/patients/{patient_id}/accounting").text) == set()
    with alder.at_work():
        [entry] = list_disclosures(patient_id, since=TODAY - A_DAY)
    form = browser.get(f"{address}/{entry.disclosure.id}/correction").text
    assert 'value="2026-06-30"' in form
    with clock.at(MONDAY + timedelta(days=121)):  # 1 July
        browser.sign_in(alder.desk)
        paper = browser.get(f"/activity/patients/{patient_id}/accounting").text
    assert cells(paper) == {"The visit of May"}
