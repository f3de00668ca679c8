"""Birth dates are judged by the calendar on the facility's wall, wherever the server is.

The kind of fault: UTC's date taken for today (see tests/house/test_dates.py).
"""

from datetime import UTC, date, datetime

import pytest

from portal import clock
from portal.facilities.queries import today_at
from portal.patients.commands.importing import import_patients
from portal.patients.commands.registering import change_patient
from portal.patients.queries.searching import search_patients
from portal.patients.rules.details import BirthDateImplausible, PatientDetails
from portal.patients.rules.incoming import Taken
from tests.patients.conftest import register
from tests.support.factories import a_facility

EVENING_IN_CHICAGO = datetime(2026, 12, 1, 2, tzinfo=UTC)
AFTERNOON_OF_UTC = datetime(2026, 11, 29, 13, 35, tzinfo=UTC)
TODAY, TOMORROW = date(2026, 11, 30), date(2026, 12, 1)


@pytest.fixture
def chicago(clinic) -> int:
    return a_facility(timezone="America/Chicago").id


@pytest.fixture
def auckland(clinic) -> int:
    return a_facility(timezone="Pacific/Auckland").id


def test_a_newborn_of_today_is_registered_and_found_ahead_of_utc(auckland):
    with clock.at(AFTERNOON_OF_UTC):
        patient = register("Baby", "Kiwi", dob=TODAY, facility_id=auckland)
        assert [row.id for row in search_patients("2026-11-30")] == [patient.id]
        details = PatientDetails(
            first_name="Baby", last_name="Kiwi", dob=TODAY, facility_id=auckland
        )
        assert change_patient(patient, details).dob == TODAY


def test_tomorrow_is_refused_behind_utc(chicago):
    with clock.at(EVENING_IN_CHICAGO), pytest.raises(BirthDateImplausible):
        register("Baby", "Soon", dob=TOMORROW, facility_id=chicago)


def test_an_import_judges_by_its_facility(chicago, auckland):
    newborn = PatientDetails(first_name="Baby", last_name="Soon", dob=TOMORROW)
    for at, facility_id, refused in (
        (EVENING_IN_CHICAGO, chicago, 1),
        (datetime(2026, 11, 30, 13, tzinfo=UTC), auckland, 0),
    ):
        with clock.at(at):
            report = import_patients(
                [Taken(1, newborn)], facility_id=facility_id, on_result=lambda _fate: None
            )
        assert report.refused == refused


def test_without_a_facility_it_is_the_clinics_date(birch):
    with birch.at_work(), clock.at(EVENING_IN_CHICAGO):
        assert today_at(None) == TOMORROW
        assert today_at(a_facility(timezone="America/Chicago").id) == TODAY
