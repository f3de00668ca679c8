"""The catalogue's screens: finding, adding, changing and retiring services."""

import pytest

from portal.services.commands.catalogue import ServiceDetails, add_service, retire_service
from portal.services.queries.catalogue import get_any_service
from tests.support.people import Clinic
from tests.support.scheduling import a_practice, book, hours, on_monday
from tests.support.statements import at_most

TYPED = {
    "name": "Skin check",
    "category": "Dermatology",
    "code_system": "Custom",
    "code": "CLN-401",
    "default_duration_minutes": "20",
    "description": "Whole body",
}


@pytest.fixture
def service(alder: Clinic):
    with alder.at_work():
        return add_service(ServiceDetails("Consultation", code="99213", category="General"))


def test_an_administrator_adds_a_service(browser, alder):
    browser.sign_in(alder.admin)
    response = browser.send("/services/new", TYPED)
    assert response.status_code == 303
    shown = browser.get(response.location).text
    assert "Skin check added." in shown
    assert "Custom CLN-401" in shown
    [entry] = alder.entries("services.insert", user_id=alder.admin.id)
    assert entry.new_values["default_duration_minutes"] == 20


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"name": " "}, "This is needed."),
        ({"default_duration_minutes": "0"}, "Between 1 and 1440 minutes."),
        ({"code_system": "SNOMED"}, "Choose one of the list."),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    browser, alder, wrong, reason
):
    browser.sign_in(alder.owner)
    response = browser.send("/services/new", TYPED | wrong, htmx=True)
    assert response.status_code == 422
    assert reason in response.text
    assert "Whole body" in response.text


def test_a_change_is_shown_and_on_record(browser, alder, service):
    browser.sign_in(alder.owner)
    address = f"/services/{service.id}/edit"
    assert "99213" in browser.get(address).text
    assert browser.send(address, TYPED).status_code == 303
    [entry] = alder.entries("services.update")
    assert entry.old_values["name"] == "Consultation"


@pytest.mark.parametrize("words", ["consult", "99213", "GENERAL", "gen 992"])
def test_a_service_is_found_by_name_code_or_category(browser, alder, service, words):
    with alder.at_work():
        add_service(ServiceDetails("Vaccination"))
    found = browser.sign_in(alder.desk).fragment(f"/services/?q={words}").text
    assert "Consultation" in found
    assert "Vaccination" not in found
    assert "No service has these words" in browser.fragment("/services/?q=%25_").text


def test_retiring_says_what_it_touches_and_can_be_taken_back(browser, alder):
    with on_monday(), alder.at_work():
        practice = a_practice(alder.facility_id)
        hours(practice)
        book(practice)
    with on_monday():
        browser.sign_in(alder.owner)
        address = f"/services/{practice.service.id}"
        said = browser.get(f"{address}/retirement").text
        assert "1 coming appointment stays booked, with its steps." in said
        assert "It is offered by 1 doctor" in said
        assert browser.send(f"{address}/retirement").status_code == 303
        assert practice.service.name in browser.get("/services/?retired=y").text
        assert "This service is retired" in browser.get(address).text
        assert browser.send(f"{address}/restoration").status_code == 303
    assert "This service is retired" not in browser.get(address).text


def test_who_does_not_see_every_facility_retires_and_restores_no_service(browser, alder, service):
    browser.sign_in(alder.hire("sam", "admin", facility_ids=(alder.facility_id,)))
    refused = browser.send(f"/services/{service.id}/retirement")
    assert refused.status_code == 422
    assert "You do not see every facility." in refused.text
    with alder.at_work():
        retire_service(get_any_service(service.id))
    assert browser.send(f"/services/{service.id}/restoration").status_code == 422
    assert "Restore" in browser.get(f"/services/{service.id}").text


def test_the_list_asks_once_however_many_there_are(browser, alder):
    with alder.at_work():
        for number in range(60):
            add_service(ServiceDetails(f"Service {number:02}"))
        retire_service(add_service(ServiceDetails("Service of old")))
    browser.sign_in(alder.desk)
    with at_most(2):
        first = browser.get("/services/").text
    assert first.count('<th scope="row">') == 50
    assert "Service of old" not in first
    assert browser.get("/services/?page=2").text.count('<th scope="row">') == 10


def test_the_empty_catalogue_names_the_next_step(browser, alder):
    assert "Add a service" in browser.sign_in(alder.owner).get("/services/").text
    browser.send("/sign-out")
    seen = browser.sign_in(alder.desk).get("/services/").text
    assert "No services yet" in seen
    assert "Add a service" not in seen
