"""Opening and changing facilities."""

import pytest
from sqlalchemy import text

from portal.db import session
from portal.facilities import commands
from portal.facilities.rules import slug_from
from tests.support.client import Browser
from tests.support.factories import a_facility
from tests.support.pages import shown
from tests.support.people import Clinic
from tests.support.scheduling import a_practice, book, hours, on_monday
from tests.support.statements import at_most

TYPED = {
    "name": "Zürich, Nord",
    "slug": "",
    "timezone": "Europe/Zurich",
    "address": "Gate 3",
    "phone": "+41 44 555 0100",
    "locale": "de-CH",
}


def test_a_manager_opens_a_facility(browser: Browser, alder: Clinic):
    browser.sign_in(alder.owner)
    browser.get("/facilities/new")
    response = browser.send("/facilities/new", TYPED)
    assert response.status_code == 303
    shown = browser.get(response.location).text
    assert "Zürich, Nord is open." in shown
    assert "zurich-nord" in shown
    [entry] = alder.entries("facilities.insert", user_id=alder.owner.id)
    assert entry.new_values["timezone"] == "Europe/Zurich"
    assert "is open" not in browser.get(response.location).text


def test_htmx_is_sent_on_without_a_page(browser, alder):
    browser.sign_in(alder.owner)
    response = browser.send("/facilities/new", TYPED, htmx=True)
    assert response.status_code == 204
    assert response.headers["HX-Redirect"].startswith("/facilities/")


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(browser, alder):
    browser.sign_in(alder.owner)
    response = browser.send("/facilities/new", {**TYPED, "name": " ", "phone": "1" * 51})
    assert response.status_code == 422
    assert "This is needed." in response.text
    assert "Gate 3" in response.text
    assert response.text.count('aria-invalid="true"') == 2


def test_a_name_that_is_taken_is_a_conflict_with_everything_kept(browser, alder):
    with alder.at_work():
        a_facility(name="Riverside")
    browser.sign_in(alder.owner)
    response = browser.send("/facilities/new", {**TYPED, "name": "Riverside"}, htmx=True)
    assert response.status_code == 409
    assert "Another facility already has this name." in response.text
    assert "Gate 3" in response.text


def test_another_clinics_name_is_not_taken(browser, alder, birch):
    with birch.at_work():
        a_facility(name="Riverside", slug="riverside")
    browser.sign_in(alder.owner)
    response = browser.send("/facilities/new", {**TYPED, "name": "Riverside", "slug": "riverside"})
    assert response.status_code == 303


@pytest.mark.parametrize("slug", ["Riverside", "a", "river side", "река"])
def test_a_short_name_that_no_address_could_have_is_refused(browser, alder, slug):
    browser.sign_in(alder.owner)
    response = browser.send("/facilities/new", {**TYPED, "slug": slug})
    assert response.status_code == 422
    assert "lower-case letters" in response.text


def test_a_time_zone_that_does_not_exist_is_refused(browser, alder):
    browser.sign_in(alder.owner)
    response = browser.send("/facilities/new", {**TYPED, "timezone": "Europe/Atlantis"})
    assert response.status_code == 422


def test_only_what_changed_is_on_record(browser, alder):
    browser.sign_in(alder.admin)
    address = f"/facilities/{alder.facility_id}/edit"
    assert "Alder Central" in browser.get(address).text
    changed = {"name": "Alder East", "slug": "central", "timezone": "America/Chicago"}
    assert browser.send(address, changed).status_code == 303
    [entry] = alder.entries("facilities.update")
    assert entry.old_values == {"name": "Alder Central"}
    assert entry.new_values == {"name": "Alder East"}


def test_somebody_limited_to_one_facility_sees_that_one_only(browser, alder):
    with alder.at_work():
        other = a_facility(name="Riverside")
    scoped = alder.hire("sam", "front_desk", facility_ids=(other.id,))
    listed = browser.sign_in(scoped).get("/facilities/").text
    assert "Riverside" in listed
    assert "Alder Central" not in listed
    assert browser.get(f"/facilities/{alder.facility_id}").status_code == 404


def test_somebody_limited_to_one_facility_opens_no_other(browser, alder):
    scoped = alder.hire("sam", "admin", facility_ids=(alder.facility_id,))
    listed = browser.sign_in(scoped).get("/facilities/").text
    assert "/facilities/new" not in listed
    refused = browser.send("/facilities/new", TYPED)
    assert refused.status_code == 422
    assert "Ask somebody who sees all of them" in refused.text
    assert TYPED["name"] in refused.text


def test_what_row_security_refuses_without_words_is_no_mistake_of_ours(browser, alder, monkeypatch):
    """Whatever somebody limited to some facilities writes beyond them, by whatever command."""
    monkeypatch.setattr(commands, "open_facility", lambda details: opened_by_sql(details.name))
    scoped = alder.hire("sam", "admin", facility_ids=(alder.facility_id,))
    refused = browser.sign_in(scoped).send("/facilities/new", TYPED)
    assert refused.status_code == 403
    assert alder.entries("denied")


def opened_by_sql(name: str) -> None:
    session.execute(
        text("INSERT INTO facilities (tenant_id, name, slug, timezone)"
             " VALUES (current_tenant(), :name, 'elsewhere', 'Europe/Zurich')"),
        {"name": name},
    )  # fmt: skip


def test_the_list_asks_once_however_many_there_are(browser, alder):
    with alder.at_work():
        for _ in range(20):
            a_facility()
    browser.sign_in(alder.desk)
    with at_most(2):
        assert browser.get("/facilities/").text.count("<tr>") == 22


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Zürich, Nord", "zurich-nord"),
        ("  St. Mary's  ", "st-mary-s"),
        ("東京", ""),
        ("a" * 70, "a" * 63),
    ],
)
def test_a_short_name_is_made_from_the_name(name, slug):
    assert slug_from(name) == slug


def test_a_time_zone_stays_while_appointments_are_booked(browser, alder):
    with on_monday(), alder.at_work():
        practice = a_practice(alder.facility_id)
        hours(practice)
        book(practice)
    browser.sign_in(alder.owner)
    address = f"/facilities/{alder.facility_id}/edit"
    fields = shown(browser.get(address).text, "version")
    refused = browser.post(address, data=fields | {"timezone": "America/Denver"})
    assert refused.status_code == 409
    assert "Appointments still booked here: 1." in refused.text
    assert browser.post(address, data=fields | {"phone": "312 555 0188"}).status_code == 303
