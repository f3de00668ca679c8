"""Who looked at a patient, and what was disclosed of them, under every number they had."""

from datetime import date
from uuid import uuid4

import pytest

from portal.activity.commands import DisclosureDetails, record_disclosure
from portal.activity.rules import Filters
from portal.patients.commands.merging import MergeDetails, merge_patients, unmerge_patients
from portal.patients.queries.merges import number_of
from tests.activity.test_the_log_keeps_its_indexes import clinic, plan  # noqa: F401
from tests.support.people import Clinic
from tests.support.scheduling import a_patient

TOLD = "The vaccination record"


@pytest.fixture
def goes(alder: Clinic, patient_id: int) -> int:
    """Another record of the same person, with a disclosure of its own."""
    with alder.at_work():
        other = a_patient().id
        told = DisclosureDetails(uuid4(), date(2026, 3, 1), "County", TOLD, "Reporting")
        record_disclosure(other, told, today=date(2026, 3, 2))
        return other


def merge(alder: Clinic, stays: int, goes: int) -> int:
    with alder.at_work():
        return merge_patients(MergeDetails(stays, goes, {}, uuid4())).id


def test_who_looked_at_the_old_record_is_listed_with_the_new(browser, alder, patient_id, goes):
    browser.sign_in(alder.desk).get(f"/patients/{goes}")
    merge(alder, patient_id, goes)
    with alder.at_work():
        number = number_of(goes)
    browser.sign_in(alder.auditor)
    shown = browser.get(f"/activity/patients/{patient_id}").text
    assert ">Desk</td>" in shown
    assert f"Patient MRN {number}" in shown
    assert ">Desk</td>" in browser.get(f"/activity/?patient_id={patient_id}").text


def test_the_entries_of_both_are_in_one_order_and_turned_page_by_page(
    browser, alder, patient_id, goes, noted
):
    for each in (patient_id, goes):
        noted(*(["patients.show"] * 40), table="patients", record=each, patient=each)
    merge(alder, patient_id, goes)
    browser.sign_in(alder.auditor)
    address, seen = f"/activity/patients/{patient_id}", []
    while address:
        page = browser.get(address).text
        moments = [part.split('"')[0] for part in page.split('<time datetime="')[1:]]
        seen += moments
        older = page.partition('rel="next"')[2].partition('href="')[2].partition('"')[0]
        address = older.replace("&amp;", "&")
    assert len(seen) > 80
    assert seen == sorted(seen, reverse=True)


def test_the_account_of_disclosures_holds_the_merged_records_own(browser, alder, patient_id, goes):
    made = merge(alder, patient_id, goes)
    browser.sign_in(alder.admin)
    for page in ("disclosures", "accounting"):
        assert TOLD in browser.get(f"/activity/patients/{patient_id}/{page}").text
    with alder.at_work():
        unmerge_patients(patient_id, made)
    for each, told in ((patient_id, False), (goes, True)):
        assert (TOLD in browser.get(f"/activity/patients/{each}/accounting").text) is told


def test_a_record_taken_out_again_says_where_it_was(browser, alder, patient_id, goes):
    made = merge(alder, patient_id, goes)
    with alder.at_work():
        unmerge_patients(patient_id, made)
    browser.sign_in(alder.auditor)
    shown = browser.get(f"/activity/patients/{goes}").text
    assert "this record was part of MRN" in shown
    assert f'href="/activity/patients/{patient_id}"' in shown


def test_each_records_entries_are_reached_by_the_index(clinic, monkeypatch):  # noqa: F811
    monkeypatch.setattr("portal.activity.queries.log.list_record_ids", lambda _id: [7, 8])
    lines = plan(Filters(patient_id=7))
    assert "patient_id" in " ".join(line for line in lines if line.startswith("Index Cond:"))
    assert not [line for line in lines if "Seq Scan" in line], lines
    kept = [line for line in lines if line.removeprefix("->  ").startswith("Limit")]
    assert len(kept) >= 3, lines
