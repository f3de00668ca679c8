"""In random clinics, publishing a workflow touches just the plans and visits that were counted."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.appointments.queries.visits import list_steps
from portal.insurance.commands.acceptance import change_acceptance
from portal.insurance.rules import AcceptanceChange
from portal.services.commands.workflows import (
    StepDetails,
    StepTemplateDetails,
    WorkflowDetails,
    add_step_template,
    add_workflow,
    change_workflow,
)
from portal.services.queries.workflows import (
    find_active_workflow,
    list_workflow_steps,
    workflow_for,
)
from portal.services.screens.workflows import publish
from portal.web.previews import preview
from tests.support.factories import a_facility
from tests.support.scheduling import (
    MONDAY,
    a_plan,
    a_practice,
    a_workflow,
    book,
    chicago,
    hours,
    on_monday,
)

CHANGES = {
    "accepted": None,
    "until later": AcceptanceChange("end", None, MONDAY.date() + timedelta(days=20)),
    "ended": AcceptanceChange("end", None, MONDAY.date() - timedelta(days=3)),
    "refused": AcceptanceChange("refuse"),
}
PLANS = st.lists(
    st.tuples(st.sampled_from(list(CHANGES)), st.booleans(), st.integers(0, 2)), max_size=3
)
STEPS = st.lists(st.sampled_from([5, 10, 15]), min_size=1, max_size=4)
_numbers = count(1)


@dataclass
class Some:
    """A practice with plans, and the visits booked under each plan (None: without one)."""

    practice: object
    plan_ids: list[int]
    own: set[int]
    visits: dict[int | None, list[int]]

    def booked_by_workflow_of(self, plan_id: int | None) -> list[int]:
        """Who came by the path that is published."""
        if plan_id is not None:
            return self.visits[plan_id] if plan_id in self.own else []
        return [v for plan, each in self.visits.items() if plan not in self.own for v in each]


def some_facility(plans, without: int) -> Some:
    """One of its own each time: plans that other examples accepted are not accepted there."""
    practice = a_practice(a_facility().id)
    hours(practice, start="08:00", end="20:00")
    starts = (chicago(2, "08:00") + n * timedelta(minutes=30) for n in count())
    made = Some(practice, [], set(), {None: []})
    for standing, own, visits in plans:
        plan = a_plan(practice.facility_id)  # accepted while they are booked
        made.plan_ids.append(plan.id)
        if own:
            a_workflow(practice.offering, (10, 5), plan=plan)
            made.own.add(plan.id)
        booked = [book(practice, start_at=next(starts), plan_id=plan.id) for _ in range(visits)]
        made.visits[plan.id] = [visit.id for visit in booked]
        if CHANGES[standing]:
            change_acceptance([practice.facility_id], [plan.id], CHANGES[standing])
    made.visits[None] = [book(practice, start_at=next(starts)).id for _ in range(without)]
    return made


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(plans=PLANS, without=st.integers(0, 2), wanted=st.integers(0, 3), minutes=STEPS)
def test_the_preview_is_what_happens(alder, plans, without, wanted, minutes):
    with on_monday(), alder.at_work():
        some = some_facility(plans, without)
        offering_id = some.practice.offering.id
        plan_id = some.plan_ids[wanted - 1] if 0 < wanted <= len(some.plan_ids) else None
        template = add_step_template(StepTemplateDetails(f"New {next(_numbers)}", 10))
        steps = tuple(StepDetails(template.id, each) for each in minutes)
        details = WorkflowDetails(offering_id, "New", steps, plan_id)
        old = find_active_workflow(offering_id, plan_id)
        usual = old or find_active_workflow(offering_id, None)

        def change():
            return change_workflow(old, details) if old else add_workflow(details)

        answered = {plan: workflow_for(offering_id, plan).id for plan in some.visits}
        taken = {v: list_steps(v) for each in some.visits.values() for v in each}
        said, answer = preview(lambda: publish(usual, change), confirmation_token=None)
        assert not answer.stays
        assert {plan: workflow_for(offering_id, plan).id for plan in some.visits} == answered

        done, answer = preview(lambda: publish(usual, change), confirmation_token=answer.mark)
        assert answer.stays
        assert done.fingerprint() == said.fingerprint()
        made = find_active_workflow(offering_id, plan_id)
        assert said.total == made.total_estimated_minutes == sum(minutes)
        assert [step.minutes for step in list_workflow_steps(made.id)] == minutes
        assert said.use.visits == len(some.booked_by_workflow_of(plan_id))
        assert said.use.plans == _answered_by(made.id, offering_id, plan_id, some, plans)
        assert {visit: list_steps(visit) for visit in taken} == taken


def _answered_by(workflow_id, offering_id, plan_id, some: Some, plans) -> int:
    """For how many plans it answers: the one it is for, or those that are accepted still."""
    standing = dict(zip(some.plan_ids, plans, strict=True))
    return sum(
        workflow_for(offering_id, each).id == workflow_id
        for each, (how, _own, _visits) in standing.items()
        if plan_id is not None or how in ("accepted", "until later")
    )
