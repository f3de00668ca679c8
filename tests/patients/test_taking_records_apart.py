"""One record becomes two again: everything goes back to where it was."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.appointments.queries.of_patient import list_coming_rows
from portal.db import session
from portal.errors import NotFound
from portal.patients.commands.merging import unmerge_patients
from portal.patients.commands.registering import change_patient
from portal.patients.queries.merges import find_survivor
from portal.patients.queries.searching import search_patients
from portal.patients.rules import merging as rules
from portal.schema.patients import Patient
from tests.patients.conftest import register
from tests.patients.merging import disclose, everything, known_of, merge
from tests.support.scheduling import book


def test_a_chain_is_followed_to_its_end_and_taken_apart_from_there(practice, anne, anna, clinic):
    third = register("Ann", "Okafor", phone="555 010 3333")
    visit = book(practice, patient_id=anna.id)
    start = everything()
    first = merge(anne, anna)
    between = everything()
    second = merge(third, anne)
    assert [each.id for each in list_coming_rows(third.id)] == [visit.id]
    assert [row.id for row in search_patients("okorolind")] == [third.id]
    assert find_survivor(anna.id) == find_survivor(anne.id) == third.id
    with pytest.raises(rules.MergedLater, match=anne.mrn):
        unmerge_patients(third.id, first.id)
    unmerge_patients(third.id, second.id)
    assert everything() == between
    unmerge_patients(anne.id, first.id)
    assert everything() == start


def test_apart_is_apart(anne, anna):
    made = merge(anne, anna)
    unmerge_patients(anne.id, made.id)
    with pytest.raises(rules.ApartAlready):
        unmerge_patients(anne.id, made.id)
    with pytest.raises(NotFound):
        unmerge_patients(anna.id, made.id)


def test_what_was_changed_since_stays_when_they_part(anne, anna):
    made = merge(anne, anna, phone="other", email="other")
    change_patient(anne, known_of(anne, phone="555 010 9999"))
    unmerge_patients(anne.id, made.id)
    assert (anne.phone, anne.email) == ("555 010 9999", None)


NAMES = st.sampled_from(["Anne", "Anna", "Ines", "Øyvind", "O'Neil"])
PEOPLE = st.fixed_dictionaries(
    {"first_name": NAMES, "last_name": NAMES},
    optional={
        "phone": st.sampled_from(["555 010 1111", "555 010 2222"]),
        "dob": st.dates(date(1950, 1, 1), date(1950, 1, 3)),
        "notes": st.sampled_from(["One", "Two"]),
        "member_numbers": st.sampled_from([{"X": "1"}, {"Y": "2"}]),
        "meta": st.sampled_from([{"alert": "Deaf"}, {"seen": 1}]),
        "status": st.sampled_from(["active", "inactive", "deceased"]),
        "preferred_language": st.sampled_from(["en", "es"]),
    },
)
CHOICES = st.dictionaries(
    st.sampled_from(rules.FIELDS), st.sampled_from([rules.THIS, rules.OTHER, rules.BOTH])
)


# Each visit of an example has a time of its own; each example is undone.
TIMES = tuple(f"{hour:02d}:00" for hour in range(9, 19))


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_merging_and_parting_is_as_if_nothing_had_been(practice, data):
    with session.begin_nested() as example:
        times = iter(TIMES)
        people = [register(**each) for each in data.draw(st.lists(PEOPLE, min_size=2, max_size=4))]
        visit_some(practice, people, times, data)
        for each in data.draw(st.lists(st.sampled_from(people), max_size=2), label="told"):
            disclose(each, "Chart")
        before, made = everything(), []
        for _ in range(data.draw(st.integers(1, len(people) - 1), label="merges")):
            alone = [each for each in people if each.merged_into is None]
            goes, stays = data.draw(st.permutations(alone))[:2]
            made.append((stays, merge(stays, goes, **data.draw(CHOICES))))
        assert everything() != before
        meanwhile = visit_some(practice, people, times, data)
        for stays, done in reversed(made):
            unmerge_patients(stays.id, done.id)
        after = everything()
        after["visits"] = [row for row in after["visits"] if row[0] not in meanwhile]
        assert after == before
        example.rollback()


def visit_some(practice, people: list[Patient], times, data: st.DataObject) -> set[int]:
    """Book up to three visits for whoever can be booked."""
    active = [each for each in people if each.status == "active"]
    who = data.draw(st.lists(st.sampled_from(active), max_size=3)) if active else []
    return {book(practice, next(times), patient_id=each.id).id for each in who}
