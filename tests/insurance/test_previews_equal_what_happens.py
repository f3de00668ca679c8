"""In random clinics, a change affects exactly the visits whose day it takes away."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.db import session
from portal.insurance.commands.acceptance import change_acceptance
from portal.insurance.queries.acceptance import find_plan_at
from portal.insurance.queries.uncovered import list_uncovered
from portal.insurance.rules import AcceptanceChange, Terms
from tests.support.scheduling import (
    a_plan,
    a_practice,
    book,
    chicago,
    hours,
    on_monday,
)

FIRST = date(2026, 3, 2)
days = st.none() | st.integers(-2, 25).map(lambda n: FIRST + timedelta(days=n))
spans = st.tuples(days, days).filter(lambda s: not (s[0] and s[1]) or s[0] <= s[1])
changes = st.one_of(
    spans.map(lambda span: AcceptanceChange("accept", *span)),
    days.filter(bool).map(lambda last: AcceptanceChange("end", None, last)),
    st.just(AcceptanceChange("refuse")),
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(accepted=st.none() | spans, effective=spans, change=changes)
def test_a_change_affects_those_whose_day_it_takes_away(alder, accepted, effective, change):
    with on_monday(), alder.at_work():
        practice = a_practice(alder.facility_id)
        hours(practice)
        plan = a_plan(alder.facility_id)  # accepted while they are booked
        visits = {
            day: book(practice, start_at=chicago(day, "10:00"), plan_id=plan.id).id
            for day in (2, 9, 16, 23)
        }
        plan.effective_from, plan.effective_to = effective
        session.flush()
        said = AcceptanceChange("accept", *accepted) if accepted else AcceptanceChange("refuse")
        change_acceptance([alder.facility_id], [plan.id], said)

        def uncovered() -> set[int]:
            cover = find_plan_at(alder.facility_id, plan.id).cover
            return {visit for day, visit in visits.items() if cover.gap_on(date(2026, 3, day))}

        before = uncovered()
        affected = change_acceptance([alder.facility_id], [plan.id], change)
        assert set(affected.ids) == uncovered() - before
        assert set(list_uncovered(plan_ids=[plan.id])) == uncovered()


@given(st.none() | st.builds(Terms, st.booleans(), days, days), changes)
def test_a_change_twice_is_a_change_once(terms, change):
    once = change.applied(terms)
    assert change.applied(once) == once


@given(st.builds(Terms, st.just(True), days, days), days.filter(bool))
def test_nothing_is_accepted_after_its_last_day(terms, last):
    ended = AcceptanceChange("end", None, last).applied(terms)
    assert not ended.enabled or ended.accepted_until <= last
