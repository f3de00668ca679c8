"""Whom a change of acceptance leaves uncovered: shown before it is done, the same after it."""

from dataclasses import dataclass

import pytest

from portal.appointments.queries.visits import get_appointment
from portal.doctors.commands import place_at_facility
from portal.insurance.commands.acceptance import accept_plan, change_acceptance
from portal.insurance.queries.uncovered import alternatives, count_uncovered, list_uncovered
from portal.insurance.rules import AcceptanceChange
from tests.support.client import Browser
from tests.support.factories import a_facility
from tests.support.people import Clinic
from tests.support.scheduling import (
    MONDAY,
    a_doctor,
    a_plan,
    a_practice,
    an_offering,
    book,
    chicago,
    hours,
    on_monday,
)

LAST_DAY = {"enabled": "y", "accepted_since": "", "accepted_until": "2026-03-05"}


@dataclass
class Booked:
    """Two visits under a plan at one facility: one this Monday, one the next."""

    practice: object
    plan_id: int
    this_week: int
    next_week: int
    address: str


@pytest.fixture
def booked(alder: Clinic):
    with on_monday():
        with alder.at_work():
            practice = a_practice(alder.facility_id)
            hours(practice)
            plan_id = a_plan(alder.facility_id).id
            this_week = book(practice, plan_id=plan_id).id
            later = chicago(9, "08:00")
            next_week = book(practice, start_at=later, plan_id=plan_id).id
            book(practice, "10:00")
        address = f"/insurance/acceptance/{alder.facility_id}/{plan_id}/edit"
        yield Booked(practice, plan_id, this_week, next_week, address)


def seen_in(html: str) -> str:
    """The mark that the form carries of what it has shown."""
    return html.split('name="confirmation_token"')[1].split('value="')[1].split('"')[0]


def test_ending_by_date_first_shows_whom_it_affects(browser: Browser, alder: Clinic, booked):
    browser.sign_in(alder.admin)
    asked = browser.send(booked.address, LAST_DAY, htmx=True)
    assert asked.status_code == 409
    assert "1 booked appointment is affected." in asked.text
    assert f"/appointments/{booked.next_week}" in asked.text
    assert f"/appointments/{booked.this_week}" not in asked.text
    assert not alder.entries("facility_insurance_plans.update")
    done = browser.send(booked.address, LAST_DAY | {"confirmation_token": seen_in(asked.text)})
    assert done.status_code == 303
    with alder.at_work():
        assert list_uncovered() == [booked.next_week]
        assert get_appointment(booked.next_week).status == "scheduled"
    listed = browser.get("/insurance/uncovered").text
    assert f"/appointments/{booked.next_week}" in listed
    assert "1 booked appointment is not covered" in browser.get("/insurance/acceptance").text
    assert alder.entries("insurance.uncovered", user_id=alder.admin.id)


def test_what_was_booked_after_the_preview_is_shown_again(browser, alder, booked):
    browser.sign_in(alder.admin)
    asked = browser.send(booked.address, LAST_DAY)
    with alder.at_work():
        more = chicago(9, "09:00")
        book(booked.practice, start_at=more, plan_id=booked.plan_id)
    again = browser.send(booked.address, LAST_DAY | {"confirmation_token": seen_in(asked.text)})
    assert again.status_code == 409
    assert "2 booked appointments are affected." in again.text


def test_whoever_is_booked_while_a_column_is_filled_is_shown(browser, alder, booked, monkeypatch):
    browser.sign_in(alder.admin)
    monkeypatch.setattr("portal.insurance.views.filling.list_booked_plans", lambda *_scope: set())
    column = f"/insurance/acceptance/facilities/{alder.facility_id}"
    asked = browser.send(column, {"change": "end", "accepted_until": "2026-03-05"})
    assert asked.status_code == 409
    assert "1 booked appointment is affected." in asked.text
    assert not alder.entries("facility_insurance_plans.update")


def test_the_key_that_ends_acceptance_leads_to_whom_it_affects(browser, alder, booked):
    browser.sign_in(alder.admin)
    mark = booked.address.replace("/edit", "/mark")
    answer = browser.send(mark, {"enabled": "n"}, htmx=True)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (
        204, f"{booked.address}?enabled=n",
    )  # fmt: skip
    shown = browser.get(answer.headers["HX-Redirect"]).text
    assert "2 booked appointments are affected." in shown
    done = browser.send(booked.address, {"enabled": "n", "confirmation_token": seen_in(shown)})
    assert done.status_code == 303
    with alder.at_work():
        assert count_uncovered() == 2


def test_a_plan_that_ends_leaves_its_later_visits_uncovered(browser, alder, booked):
    browser.sign_in(alder.admin)
    address = f"/insurance/plans/{booked.plan_id}/edit"
    typed = {"name": "Plan", "plan_code": "P", "effective_to": "2026-03-05"}
    asked = browser.send(address, typed)
    assert "1 booked appointment is affected." in asked.text
    assert (
        browser.send(address, typed | {"confirmation_token": seen_in(asked.text)}).status_code
        == 303
    )
    with alder.at_work():
        assert list_uncovered() == [booked.next_week]


def test_who_does_not_see_every_facility_leaves_a_plans_dates(browser, alder, booked):
    browser.sign_in(alder.hire("sam", "admin", facility_ids=(alder.facility_id,)))
    address = f"/insurance/plans/{booked.plan_id}/edit"
    typed = {"name": "Plan", "plan_code": "P", "effective_to": "2026-03-05"}
    refused = browser.send(address, typed)
    assert refused.status_code == 422
    assert "You do not see every facility." in refused.text
    assert browser.send(address, typed | {"effective_to": ""}).status_code == 303


def test_the_nearest_alternative_is_where_the_same_doctor_offers_the_service(alder, booked):
    practice = booked.practice
    with alder.at_work():
        first, second, third = (a_facility(name=name).id for name in ("Aspen", "Beech", "Cedar"))
        for facility_id in (first, second, third):
            accept_plan(facility_id, booked.plan_id)
        an_offering(practice.service, a_doctor(second), second)
        place_at_facility(practice.doctor.id, third)
        an_offering(practice.service, practice.doctor, third)
        found = alternatives([booked.this_week])[booked.this_week]
        assert (found.name, found.same_doctor) == ("Cedar", True)
        change_acceptance([third], [booked.plan_id], AcceptanceChange("refuse"))
        found = alternatives([booked.this_week])[booked.this_week]
        assert (found.name, found.same_doctor, found.same_service) == ("Beech", False, True)
        change_acceptance(
            [second, first], [booked.plan_id], AcceptanceChange("end", None, MONDAY.date())
        )
        assert alternatives([booked.this_week])[booked.this_week].name == "Beech"
        assert alternatives([booked.next_week]) == {}


def test_what_is_over_or_paid_by_the_patient_is_not_affected(alder, booked):
    with on_monday(hours=5), alder.at_work():
        affected = change_acceptance(
            [alder.facility_id], [booked.plan_id], AcceptanceChange("refuse")
        )
        assert affected.ids == (booked.next_week,)
