"""Comparing and merging two records on the screen, and the way from an old address."""

import re
from datetime import date
from uuid import uuid4

import pytest

from portal.patients.commands.merging import MergeDetails, merge_patients
from portal.patients.queries.merges import number_of
from portal.patients.queries.records import get_patient
from tests.patients.conftest import register
from tests.support.client import Browser
from tests.support.people import Clinic
from tests.support.scheduling import a_practice, book, hours, on_monday
from tests.support.statements import at_most


@pytest.fixture
def records(alder: Clinic) -> tuple[int, int]:
    """Anne Okafor, and Anna Okafor, who is her."""
    with alder.at_work():
        return (
            register("Anne", "Okafor", dob=date(1980, 3, 4), phone="555 010 1111").id,
            register("Anna", "Okafor", dob=date(1980, 3, 4), notes="Allergic").id,
        )


@pytest.fixture
def admin(browser: Browser, alder: Clinic) -> Browser:
    return browser.sign_in(alder.admin)


def address_of(records: tuple[int, int]) -> str:
    this, other = records
    return f"/patients/{this}/merge/{other}"


def merged(alder: Clinic, stays: int, goes: int) -> int:
    with alder.at_work():
        return merge_patients(MergeDetails(stays, goes, {}, uuid4())).id


def test_both_records_stand_side_by_side_and_looking_is_a_read(admin, alder, records):
    shown = admin.get(address_of(records)).text
    for said in ("Okafor, Anne", "Okafor, Anna", "Allergic", "555 010 1111", "differs"):
        assert said in shown
    assert "The same in both" in shown
    reads = alder.entries("patients.merge")
    assert {read.patient_id for read in reads} == set(records)


def test_what_is_kept_as_a_tag_is_written_in_words(admin, alder):
    with alder.at_work():
        one, other = (
            register(first, "Okafor", dob=date(1980, 3, 4), preferred_language=tag).id
            for first, tag in (("Anne", "es"), ("Anna", "pl"))
        )
    page = admin.get(address_of((one, other))).text
    assert "<span>Spanish " in page
    assert "<span>Polish " in page


def test_what_is_known_is_kept_unless_somebody_chooses_otherwise(admin, records):
    shown = admin.get(address_of(records)).text
    chosen = re.findall(r'id="([a-z_]+)-(\w+)" name="\w+" value="\w+" checked', shown)
    assert dict(chosen) == {"stays": "this", "first_name": "this", "phone": "this",
                            "notes": "other"}  # fmt: skip


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("stays", ["this", "other"])
def test_merging_leads_to_the_record_that_stays(admin, alder, records, stays, htmx):
    this, other = records
    typed = {"merge_key": uuid4(), "stays": stays, "first_name": "other", "phone": "this"}
    address = f"/patients/{this}/merge/{other}"
    answer = admin.send(address, typed, htmx=htmx)
    kept = this if stays == "this" else other
    assert answer.status_code == (204 if htmx else 303)
    assert answer.headers["HX-Redirect" if htmx else "Location"] == f"/patients/{kept}"
    assert "Two records are one: " in admin.get(f"/patients/{kept}").text
    with alder.at_work():
        patient = get_patient(kept)
        assert (patient.first_name, patient.phone) == ("Anna", "555 010 1111")
    again = admin.send(address, typed)
    assert again.headers["Location"] == f"/patients/{kept}"


@pytest.mark.parametrize(
    "typed",
    [{}, {"stays": "that"}, {"stays": "this", "notes": "x" * 9999}],
)
def test_nonsense_is_refused(admin, records, typed):
    answer = admin.send(address_of(records), typed)
    assert answer.status_code == 422
    assert "Choose one of the two." in answer.text


def test_without_the_token_nothing_is_merged(admin, alder, records):
    answer = admin.post(address_of(records), data={"stays": "this"})
    assert answer.status_code == 400
    assert alder.entries("merge") == []


def test_a_record_beside_itself_is_refused_in_words(admin, records):
    address = f"/patients/{records[0]}/merge/{records[0]}"
    for answer in (admin.get(address), admin.send(address, {"stays": "this"})):
        assert answer.status_code == 422
        assert "one record already" in answer.text


@pytest.mark.parametrize("tab", ["", "/edit", "/visits", "/duplicates"])
def test_an_old_address_leads_to_the_record_that_stays_and_says_so(admin, alder, records, tab):
    stays, goes = records
    merged(alder, stays, goes)
    answer = admin.get(f"/patients/{goes}{tab}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/patients/{stays}{tab}")
    assert "was merged into this one" in admin.get(answer.headers["Location"]).text


def test_a_change_of_the_old_record_is_refused(admin, alder, records):
    stays, goes = records
    merged(alder, stays, goes)
    answer = admin.send(f"/patients/{goes}/edit", {"last_name": "X"})
    assert answer.status_code == 409
    assert "merged into another" in answer.text


def test_booking_for_the_old_record_leads_to_the_chart(admin, alder, records):
    stays, goes = records
    merged(alder, stays, goes)
    answer = admin.get(f"/appointments/new?patient={goes}")
    assert answer.headers["Location"] == f"/patients/{stays}"


def test_the_chart_names_what_was_merged_and_takes_it_apart(admin, alder, records):
    stays, goes = records
    merge_id = merged(alder, stays, goes)
    with alder.at_work():
        number = number_of(goes)
    chart = admin.get(f"/patients/{stays}").text
    address = f"/patients/{stays}/merges/{merge_id}/separation"
    assert number in chart
    assert f'href="{address}"' in chart
    assert number in admin.get(address).text
    answer = admin.send(address)
    assert answer.headers["Location"] == f"/patients/{goes}"
    assert "Okafor, Anna" in admin.get(f"/patients/{goes}").text
    again = admin.send(address)
    assert again.status_code == 409
    assert "apart already" in again.text


def test_the_merge_can_be_undone_from_its_message(admin, alder, records):
    answer = admin.send(address_of(records), {"stays": "this"})
    shown = admin.get(answer.headers["Location"]).text
    [undo] = re.findall(r'data-act="([^"]+)"', shown)
    answer = admin.send("/appointments/reversals", {"act": undo})
    assert answer.headers["Location"] == f"/patients/{records[1]}"


def test_visits_at_one_time_are_shown_with_the_way_to_them(admin, alder, records):
    with on_monday(), alder.at_work():
        visits = []
        for patient_id in records:
            practice = a_practice(alder.facility_id)
            hours(practice)
            visits.append(book(practice, patient_id=patient_id).id)
    address = address_of(records)
    for answer in (admin.get(address), admin.send(address, {"stays": "this"})):
        assert all(f'href="/appointments/{visit}"' in answer.text for visit in visits)
    assert answer.status_code == 409
    assert "nobody is in two places" in answer.text


def test_the_visits_are_on_the_chart_of_the_one_that_stays(admin, alder, records):
    with on_monday(), alder.at_work():
        practice = a_practice(alder.facility_id)
        hours(practice)
        visit = book(practice, patient_id=records[1]).id
    merged(alder, *records)
    assert f"/appointments/{visit}" in admin.get(f"/patients/{records[0]}/visits").text


def test_somebody_of_one_facility_does_not_merge(browser, alder, records):
    limited = alder.hire("limited", "admin", facility_ids=(alder.facility_id,))
    with alder.at_work():
        for patient_id in records:
            patient = get_patient(patient_id)
            patient.facility_id = alder.facility_id
    browser.sign_in(limited)
    answer = browser.send(address_of(records), {"stays": "this"})
    assert answer.status_code == 422
    assert "do not see every facility" in answer.text


def test_comparing_asks_the_database_a_few_things_only(admin, records):
    with at_most(16):
        admin.get(address_of(records))


def test_another_record_is_found_by_name(admin, alder, records):
    stays, goes = records
    with alder.at_work():
        other = register("Olga", "Iversen").id
    address = f"/patients/{stays}/duplicates"
    offered = admin.get(address).text
    assert f"/patients/{stays}/merge/{goes}" in offered
    found = admin.send(address, {"q": "olga"}).text
    assert f"/patients/{stays}/merge/{other}" in found
    assert f"/patients/{stays}/merge/{goes}" not in found


def test_a_search_by_the_old_name_says_which_record_that_was(admin, alder, records):
    with alder.at_work():
        number = number_of(records[1])
    merged(alder, *records)
    for asked in ({"q": "anna okafor"}, {"q": number, "purpose": "choose"}):
        found = admin.send("/patients/search", asked, htmx=True).text
        assert "Okafor, Anne" in found
        assert f"also {number}" in found
    assert "also" not in admin.send("/patients/search", {"q": "anne"}, htmx=True).text
