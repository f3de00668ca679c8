"""Whatever the clinic: what the coverage says can be booked is on offer, and nothing else is."""

from datetime import date, timedelta

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal.db import session
from portal.doctors.commands import end_place
from portal.errors import DomainError
from portal.facilities.commands import FacilityDetails, open_facility
from portal.insurance.commands.acceptance import AcceptanceDetails, accept_plan, stop_accepting_plan
from portal.insurance.commands.payers import PlanDetails, change_plan
from portal.scheduling.openings.listing import HORIZON, OpeningQuery, list_openings
from portal.schema.insurance import FacilityInsurancePlan, InsurancePlan
from portal.services.commands.catalogue import OfferingDetails, offer_service
from portal.setup.queries.coverage import CoverageQuery, coverage
from tests.support import sizes
from tests.support.scheduling import (
    MONDAY,
    Practice,
    a_doctor,
    a_plan,
    a_service,
    a_workflow,
    book,
    hours,
)

TODAY = MONDAY.date()
DAYS = st.none() | st.integers(-40, 120).map(lambda days: TODAY + timedelta(days=days))
DATES = st.tuples(DAYS, DAYS).map(
    lambda dates: tuple(sorted(dates)) if None not in dates else dates
)
STEPS = st.sampled_from([(15,), (15, 15), (30, 30), (45, 50), (150,), None])
RULES = st.tuples(st.integers(0, 6), st.integers(7, 16), st.integers(1, 3), DATES)
OFFERINGS = st.fixed_dictionaries(
    {
        "there": st.integers(0, 1),
        "usual": STEPS,
        "own": STEPS,
        "buffer": st.sampled_from([0, 0, 15]),
        "place": st.sampled_from(["active", "active", "ended"]),
    }
)
PLANS = st.fixed_dictionaries(
    {
        "effective": DATES,
        "terms": st.lists(
            st.tuples(st.sampled_from(["accepted", "accepted", "refused", "silent"]), DATES),
            min_size=2,
            max_size=2,
        ),
    }
)


@sizes.patient()
@settings(
    max_examples=sizes.sized(25, 500, ci=15),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    offerings=st.lists(OFFERINGS, min_size=1, max_size=3),
    plans=st.lists(PLANS, min_size=1, max_size=2),
    rules=st.lists(RULES, max_size=3),
    booked=st.integers(0, 3),
)
def test_what_can_be_booked_is_on_offer(clinic, offerings, plans, rules, booked):
    with session.begin_nested() as savepoint:
        places = [clinic.facility_id, _another_facility()]
        known = [_plan(each, places) for each in plans]
        practices = [_practice(each, places, known[0]) for each in offerings]
        for practice in practices:
            for day, start, length, (valid_from, valid_to) in rules:
                hours(practice, day, f"{start:02}:00", f"{start + length:02}:00",
                      valid_from=valid_from, valid_to=valid_to)  # fmt: skip
        _book_some(practices, booked)
        for practice, each in zip(practices, offerings, strict=True):
            if each["place"] == "ended":
                end_place(practice.doctor.id, practice.facility_id)
        assert _said() == _offered(practices, known)
        savepoint.rollback()


def _said() -> dict[tuple[int, str | None], bool]:
    """Whether each offering can be booked for each plan (by name) and self-pay."""
    said = {}
    for problem in ("any", "none"):
        for row in coverage(CoverageQuery(problem=problem), limit=500).rows:
            event(",".join(row.problems) or "can be booked")
            assert row.plans == len(row.names)
            assert (row.start_at is None) is bool(row.problems)
            for name in [*row.names, *([None] if row.self_pay else [])]:
                assert (row.offering_id, name) not in said
                said[row.offering_id, name] = not row.problems
    return said


def _offered(practices: list[Practice], plans: list[InsurancePlan]) -> dict:
    """The same by the booking's own search; of plans that some facility takes or will take."""
    yesterday = TODAY - timedelta(days=1)
    lasting = [plan for plan in plans if (plan.effective_to or date.max) >= yesterday]
    named = {plan.id: plan.name for plan in lasting if _taken_anywhere(plan, yesterday)}
    return {
        (practice.offering.id, named.get(plan_id)): bool(
            list_openings(
                OpeningQuery(offering_id=practice.offering.id, plan_id=plan_id),
                days=HORIZON,
                limit=1,
            )
        )
        for practice in practices
        for plan_id in [None, *named]
    }


def _taken_anywhere(plan: InsurancePlan, since: date) -> bool:
    terms = session.scalars(select(FacilityInsurancePlan).filter_by(insurance_plan_id=plan.id))
    return any(each.enabled and (each.accepted_until or date.max) >= since for each in terms)


def _another_facility() -> int:
    details = FacilityDetails(name="Alder West", slug="west", timezone="America/Los_Angeles")
    return open_facility(details).id


def _plan(wanted: dict, places: list[int]) -> InsurancePlan:
    plan = a_plan()
    dates = wanted["effective"]
    change_plan(plan, PlanDetails(plan.insurance_provider_id, plan.plan_code, plan.name, *dates))
    for facility_id, (kind, (since, until)) in zip(places, wanted["terms"], strict=True):
        if kind != "silent":
            accept_plan(facility_id, plan.id, AcceptanceDetails(since, until))
        if kind == "refused":
            stop_accepting_plan(facility_id, plan.id)
    return plan


def _practice(wanted: dict, places: list[int], plan: InsurancePlan) -> Practice:
    facility_id, doctor, service = places[wanted["there"]], a_doctor(*places), a_service()
    details = OfferingDetails(buffer_after_minutes=wanted["buffer"])
    offering = offer_service(service.id, doctor.id, facility_id, details)
    for steps, own in ((wanted["usual"], None), (wanted["own"], plan)):
        if steps:
            a_workflow(offering, steps, plan=own)
    return Practice(facility_id, doctor, service, offering)


def _book_some(practices: list[Practice], most: int) -> None:
    for practice in practices:
        wanted = OpeningQuery(offering_id=practice.offering.id)
        for offer in list_openings(wanted, days=HORIZON, limit=most or 1)[:most]:
            try:
                book(practice, start_at=offer.start_at)
            except DomainError:
                continue  # the visit before it took that time
