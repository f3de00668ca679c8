"""Where else a plan is accepted is said to those too who work at some facilities only.

The kind of fault: row security hides the other facilities, so what asks them says "nowhere". The
database names them, and tells nothing else.
"""

from datetime import date

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.db import session
from portal.facilities.commands import close_facility
from portal.facilities.queries import get_facility, list_facilities
from portal.insurance.commands.acceptance import accept_plan, change_acceptance
from portal.insurance.queries.other_facilities import list_accepting_elsewhere
from portal.insurance.queries.uncovered import alternatives
from portal.insurance.rules import AcceptanceChange
from tests.support.factories import a_facility
from tests.support.glass import signed_in
from tests.support.scheduling import (
    MONDAY,
    a_doctor,
    a_plan,
    a_practice,
    an_offering,
    book,
    hours,
    on_monday,
)

DAY = MONDAY.date()


class Others:
    """A plan that other facilities of the clinic accept: Aspen and Beech also give the service."""

    def __init__(self, clinic) -> None:
        self.clinic = clinic
        self.limited = clinic.hire("limited", "front_desk", facility_ids=(clinic.facility_id,))
        with clinic.at_work():
            self.practice = a_practice(clinic.facility_id)
            hours(self.practice)
            self.service_id, self.plan_id = self.practice.service.id, a_plan().id
            self.ids = {name: a_facility(name=name).id for name in ("Beech", "Aspen", "Cedar")}
            for facility_id in self.ids.values():
                accept_plan(facility_id, self.plan_id)
            for name in ("Aspen", "Beech"):
                there = self.ids[name]
                an_offering(self.practice.service, a_doctor(there), there)

    def named(self, day: date = DAY, *, any_service: bool = False, person=None) -> list[str]:
        with signed_in(person or self.limited, self.clinic):
            service_id = None if any_service else self.service_id
            return list_accepting_elsewhere(self.plan_id, service_id=service_id, day=day)


@pytest.fixture
def others(alder):
    with on_monday():
        yield Others(alder)


def test_those_are_named_that_accept_the_plan_and_give_the_service(others):
    assert others.named() == ["Aspen", "Beech"]
    assert others.named(any_service=True) == ["Aspen", "Beech", "Cedar"]


def test_what_ended_was_closed_or_is_not_given_any_more_is_not_named(others):
    with others.clinic.at_work():
        change_acceptance(
            [others.ids["Aspen"]], [others.plan_id], AcceptanceChange("end", None, DAY)
        )
        close_facility(get_facility(others.ids["Beech"]))
    assert others.named() == ["Aspen"]
    assert others.named(date(2026, 3, 3)) == []


def test_at_most_five_are_named(others):
    with others.clinic.at_work():
        for number in range(4):
            accept_plan(a_facility(name=f"Branch {number}").id, others.plan_id)
    named = others.named(any_service=True)
    assert named == ["Aspen", "Beech", "Branch 0", "Branch 1", "Branch 2"]


def test_whoever_sees_every_facility_is_told_nothing_and_a_facility_of_ones_own_is_not_named(
    others,
):
    assert others.named(person=others.clinic.desk) == []
    both = (others.clinic.facility_id, others.ids["Aspen"])
    wider = others.clinic.hire("wider", "front_desk", facility_ids=both)
    assert others.named(person=wider) == ["Beech"]


def test_another_clinic_is_told_nothing_and_told_of_to_nobody(others, birch):
    with birch.at_work():
        foreign = a_facility(name="Foreign").id
        accept_plan(foreign, a_plan().id)
        a_plan_of_theirs = a_plan(foreign).id
    outsider = birch.hire("limited", "front_desk", facility_ids=(birch.facility_id,))
    with signed_in(outsider, birch):
        asked = {"service_id": None, "day": DAY}
        assert list_accepting_elsewhere(others.plan_id, **asked) == []
        assert list_accepting_elsewhere(a_plan_of_theirs, **asked) == ["Foreign"]
    with signed_in(others.limited, others.clinic):
        assert list_accepting_elsewhere(a_plan_of_theirs, **asked) == []


def test_it_opens_no_facility_and_nobody_asks_it_who_has_not_signed_in(others):
    with signed_in(others.limited, others.clinic):
        list_accepting_elsewhere(others.plan_id, service_id=None, day=DAY)
        assert [each.id for each in list_facilities()] == [others.clinic.facility_id]
        with pytest.raises(DBAPIError) as refused, session.begin_nested():
            session.execute(text("SET LOCAL ROLE portal_gate"))
        assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)
    asked = text("SELECT * FROM accepting_elsewhere(:plan_id, NULL, :day)")
    assert session.execute(asked, {"plan_id": others.plan_id, "day": DAY}).all() == []


def test_booking_says_beside_the_plan_which_other_facilities_accept_it(browser, others):
    browser.sign_in(others.limited)
    asked = {"service_id": others.service_id, "insurance_plan_id": others.plan_id}
    said = "Accepted at Aspen and Beech. You do not book there: call them."
    assert said in browser.send("/appointments/offers", asked, htmx=True).text
    browser.sign_in(others.clinic.desk)
    answer = browser.send("/appointments/offers", asked, htmx=True).text
    assert "You do not book there" not in answer
    assert "Change to Aspen" in answer


def test_the_list_of_what_is_not_covered_names_them_too(others):
    with others.clinic.at_work():
        accept_plan(others.clinic.facility_id, others.plan_id)
        visit = book(others.practice, "09:00", plan_id=others.plan_id)
        change_acceptance([others.clinic.facility_id], [others.plan_id], AcceptanceChange("refuse"))
    with signed_in(others.limited, others.clinic):
        found = alternatives([visit.id])[visit.id]
        assert (found.name, found.same_service) == ("Aspen", True)
