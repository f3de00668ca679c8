"""A file that was brought may be of any facility: who sees it, and what the log says of that."""

import pytest

from portal.facilities.commands import FacilityDetails, open_facility
from tests.exchange.test_importing_lists import bring
from tests.support.client import Browser
from tests.support.people import Clinic, Person

PATIENTS = "first name,last name,dob\nWilhelmina,Quackenbush,1951-02-03\n"


@pytest.fixture
def limited(alder: Clinic) -> Person:
    with alder.at_work():
        other = open_facility(FacilityDetails("North", "north", "America/Chicago")).id
    return alder.hire("una", "admin", facility_ids=(other,))


@pytest.fixture
def brought(browser: Browser, alder: Clinic) -> str:
    """Where a file of patients waits that the owner brought."""
    browser.sign_in(alder.owner)
    return bring(browser, "patients", PATIENTS, "central.csv").location


def test_who_is_limited_to_facilities_sees_their_own_files_alone(browser, alder, limited, brought):
    browser.sign_in(limited)
    assert "central.csv" not in browser.get("/exchange/imports/").text
    assert browser.get(brought).status_code == 404
    assert browser.get(f"{brought}/report").status_code == 404
    assert browser.send(brought, {"do": "show"}).status_code == 404
    assert browser.send(f"{brought}/discarding").status_code == 404
    own = bring(browser, "patients", PATIENTS, "north.csv").location
    assert "Quackenbush" in browser.get(own).text
    assert "north.csv" in browser.get("/exchange/imports/").text
    browser.sign_in(alder.owner)
    assert "Quackenbush" in browser.get(brought).text


def test_who_reads_a_colleagues_file_is_on_record(browser, alder, brought):
    browser.get(brought)
    assert not alder.entries("exchange.show")
    browser.sign_in(alder.admin)
    assert "Quackenbush" in browser.get(brought).text
    assert alder.entries("exchange.show", user_id=alder.admin.id)


def test_who_is_shown_it_beside_a_refused_form_is_on_record_too(browser, alder, brought):
    """The kind: an entry that the request itself writes is rolled back where its form is wrong."""
    browser.sign_in(alder.admin)
    refused = browser.send(brought, {"do": "show", "column_last_name": "-1"})
    assert (refused.status_code, "Quackenbush" in refused.text) == (422, True)
    assert alder.entries("exchange.show", user_id=alder.admin.id)
