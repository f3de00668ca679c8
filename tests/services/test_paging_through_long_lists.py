"""A page far down a list goes on where the one before it ended, whichever way it is read.

The fault's kind: a list that computes what it sorts by for every joined row, although it shows
fifty. Read in the order of an index it is another statement, which must not be another list.
"""

import pytest

from portal.db import session
from portal.doctors.commands import DoctorDetails, add_doctor, place_at_facility
from portal.services.queries import searching
from portal.services.queries.grid import offering_grid
from portal.services.queries.searching import search_paths
from tests.support.scheduling import a_service, an_offering, on_monday

NAMES = ["Zahn", "ärmel", "de Vries", "O'Neil", "Éclair", "Abel", "Abela"]


@pytest.fixture
def listed(alder):
    """Two services: the first of all doctors but the last two, who work there; one of two."""
    with on_monday(), alder.at_work():
        doctors = [add_doctor(DoctorDetails("Mary", name)) for name in NAMES]
        services = [a_service(), a_service()]
        for doctor in doctors:
            place_at_facility(doctor.id, alder.facility_id)
        for doctor in doctors[:-2]:
            an_offering(services[0], doctor, alder.facility_id)
        for doctor in doctors[1:3]:
            an_offering(services[1], doctor, alder.facility_id)
        session.flush()
        yield services


def in_pages(read, size: int) -> list:
    return [row for start in range(0, 20, size) for row in read(limit=size, offset=start)]


@pytest.mark.parametrize("size", [1, 2, 3, 20])
def test_workflows_are_the_same_list_near_and_far(listed, monkeypatch, size):
    near = in_pages(search_paths, size)
    monkeypatch.setattr(searching, "NEAR", 0)
    assert near == search_paths(limit=20)
    assert [row.doctor_name.split()[-1] for row in near if row.service_name == listed[0].name] == [
        "ärmel", "Vries", "Éclair", "O'Neil", "Zahn"
    ]  # fmt: skip


@pytest.mark.parametrize("size", [1, 2, 3, 20])
def test_who_offers_a_service_comes_before_who_could(listed, size):
    def read(limit: int, offset: int) -> list:
        return offering_grid(listed[0].id, limit=limit, offset=offset).doctors

    names = [row.name for row in in_pages(read, size)]
    assert [name.split()[-1] for name in names] == [
        "ärmel", "Vries", "Éclair", "O'Neil", "Zahn", "Abel", "Abela"
    ]  # fmt: skip
