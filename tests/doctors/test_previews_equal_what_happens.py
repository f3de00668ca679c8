"""In random clinics, ending a doctor's place touches the visits that the preview counted."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal import clock
from portal.appointments.commands.visit import cancel_appointment
from portal.appointments.queries.visits import get_appointment
from portal.availability.queries.weekly import list_rules
from portal.doctors.commands import end_place, place_at_facility
from portal.doctors.queries import find_place, lost_with_location
from portal.facilities.visits import list_visits, visits_of_doctor
from portal.scheduling.openings.listing import OpeningQuery, list_openings
from portal.web.previews import preview
from tests.support.factories import a_facility
from tests.support.scheduling import (
    MONDAY,
    Practice,
    a_doctor,
    a_service,
    an_offering,
    book,
    chicago,
    hours,
    on_monday,
)

# Where (0: the place that ends), on which Monday of the month, whether it is cancelled again.
VISITS = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from([2, 9, 16]), st.booleans()), max_size=6
)


def two_places(clinic) -> list[Practice]:
    facility_ids = [clinic.facility_id, a_facility().id]
    doctor, service = a_doctor(*facility_ids), a_service()
    places = []
    for facility_id, (start, end) in zip(
        facility_ids, (("08:00", "12:00"), ("13:00", "17:00")), strict=True
    ):
        offering = an_offering(service, doctor, facility_id)
        places.append(Practice(facility_id, doctor, service, offering))
        hours(places[-1], start=start, end=end)
    return places


def offers(practice: Practice) -> int:
    return len(list_openings(OpeningQuery(offering_id=practice.offering.id), days=200, limit=500))


def sessions(practice: Practice) -> int:
    return len(list_rules(doctor_id=practice.doctor.id, facility_id=practice.facility_id))


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(visits=VISITS, today=st.integers(0, 20))
def test_the_preview_is_what_happens(alder, visits, today):
    with on_monday(), alder.at_work():
        ended, kept = places = two_places(alder)
        booked: list[list[int]] = [[], []]
        for number, (where, day, cancelled) in enumerate(visits):
            start = chicago(day, "08:00" if where == 0 else "13:00")
            visit = book(places[where], start_at=start + number * timedelta(minutes=30))
            if cancelled:
                cancel_appointment(visit, "changed their mind")
            elif visit.end_at > MONDAY + timedelta(days=today):
                booked[where].append(visit.id)
        with clock.at(MONDAY + timedelta(days=today)):
            ending = (ended.doctor.id, ended.facility_id)
            shown = visits_of_doctor(ended.doctor.id, facility_id=ended.facility_id)
            before, free = offers(kept), offers(ended)
            lost = lost_with_location(*ending)
            assert lost == (sessions(ended), 1)
            said, answer = preview(lambda: end_place(*ending), confirmation_token=None)
            assert not answer.stays
            assert find_place(doctor_id=ending[0], facility_id=ending[1]).active

            done, answer = preview(lambda: end_place(*ending), confirmation_token=answer.mark)
            assert answer.stays
            assert shown == said == done
            assert sorted(said.ids) == sorted(booked[0])
            assert {each.id for each in list_visits(said.ids)} == set(booked[0])
            assert {get_appointment(each).status for each in said.ids} <= {"scheduled"}
            assert (offers(ended), offers(kept)) == (0, before)
            assert sessions(ended) == lost.sessions
            place_at_facility(*ending)
            assert offers(ended) == free
            end_place(*ending)
            assert set(visits_of_doctor(ended.doctor.id).ids) == {*booked[0], *booked[1]}
