"""Two doctors fall ill at once and their visits want the same starts: every seat is one visit's."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import uuid4

from portal import clock
from portal.absences.commands.recording import AbsenceDetails, record_absence
from portal.absences.rules import Decision, PlacesRefused
from portal.absences.screens.planning import plan_absence
from portal.cli.invariants import checks
from portal.db import session
from portal.tenancy.context import as_job
from tests.support.people import found
from tests.support.scheduling import (
    MONDAY,
    Practice,
    a_doctor,
    a_practice,
    an_offering,
    book,
    hours,
)

DAY: date = MONDAY.date()


def two_ill_doctors(clinic) -> list[int]:
    """And a third, who could see the patients of one of them."""
    first = a_practice(clinic.facility_id)
    ill = [first]
    for _ in range(2):
        doctor = a_doctor(clinic.facility_id)
        offering = an_offering(first.service, doctor, clinic.facility_id)
        ill.append(Practice(clinic.facility_id, doctor, first.service, offering))
    for practice in ill:
        hours(practice, valid_to=DAY)
    for at in ("09:00", "10:00", "11:00"):
        book(ill[0], at)
        book(ill[1], at)
    return [practice.doctor.id for practice in ill[:2]]


def test_the_second_is_told_and_can_choose_again(own_database):
    app = own_database.app()
    with app.app_context(), clock.at(MONDAY):
        clinic = found("flu", "America/Chicago")
        with clinic.at_work():
            ill = two_ill_doctors(clinic)
            details = [AbsenceDetails(each, DAY, DAY, uuid4()) for each in ill]
            plans = [plan_absence(each, {}).decisions for each in details]

    def record(number: int, decisions: Mapping[int, Decision]) -> str:
        with app.app_context(), clock.at(MONDAY), as_job(clinic.id, "flu"):
            try:
                record_absence(details[number], decisions)
                session.commit()
            except PlacesRefused:
                session.rollback()
                return "refused"
        return "recorded"

    with ThreadPoolExecutor(2) as pool:
        came = list(pool.map(record, range(2), plans))
    assert sorted(came) == ["recorded", "refused"]
    again = came.index("refused")
    with app.app_context(), clock.at(MONDAY), clinic.at_work():
        fresh = plan_absence(details[again], plans[again]).decisions
    assert record(again, fresh) == "recorded"
    with app.app_context(), clock.at(MONDAY), clinic.at_work():
        assert {name: list(lines) for name, check in checks().items() if (lines := check())} == {}
