"""A Monday with every kind of appointment on it, what is done to them, and what changes meanwhile.

Each act and each change is called with two numbers that say to whom and how.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from uuid import uuid4

from sqlalchemy import select

from portal.absences.commands.recording import AbsenceDetails, record_absence
from portal.absences.rules import CANCEL
from portal.absences.screens.planning import plan_absence
from portal.appointments.commands import editing
from portal.appointments.commands.arriving import receive_walk_in
from portal.appointments.commands.booking import BookingDetails, book_appointment, walk_in
from portal.appointments.commands.editing import edit_appointment, pay_oneself
from portal.appointments.commands.rescheduling import (
    MoveDetails,
    arrive_now,
    reschedule_appointment,
)
from portal.appointments.commands.series import (
    SeriesDetails,
    cancel_following,
    cancel_together,
    repeat_appointment,
)
from portal.appointments.commands.steps import (
    finish_step,
    skip_step,
    start_step,
    take_next,
    unskip_step,
)
from portal.appointments.commands.visit import (
    cancel_appointment,
    check_in,
    complete_visit,
    confirm,
    mark_no_show,
    start_visit,
)
from portal.appointments.commands.waitlist import booking_wish
from portal.appointments.queries.visits import list_steps
from portal.availability.commands.exceptions import ExceptionDetails, add_exception
from portal.availability.commands.materialise import materialise_doctors
from portal.availability.commands.weekly import change_rule, details_of, end_rule
from portal.db import session
from portal.insurance.commands.acceptance import stop_accepting_plan
from portal.scheduling.openings.listing import OpeningQuery, list_openings
from portal.scheduling.rules import SlotTaken
from portal.schema.appointments import Appointment, AppointmentStep
from portal.schema.availability import AvailabilityRule
from portal.schema.services import ServiceOffering, ServiceWorkflow, StepTemplate
from portal.services.commands.catalogue import OfferingDetails, change_offering
from portal.services.commands.workflows import (
    StepDetails,
    StepTemplateDetails,
    WorkflowDetails,
    add_step_template,
    change_step_template,
    change_workflow,
)
from portal.services.queries.workflows import workflow_for
from tests.appointments.monday import EIGHT, at_quarter, hours_of, practices_of
from tests.support.people import Clinic
from tests.support.scheduling import (
    MONDAY,
    Practice,
    a_patient,
    a_plan,
    a_wish_for,
    a_workflow,
    chicago,
)


class Desk:
    """Three doctors at two facilities, and ten appointments of that Monday."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self.practices = practices_of(clinic)
        plan = a_plan(clinic.facility_id)
        self.plan_id = plan.id
        a_workflow(self.practices[0].offering, (20, 5), plan=plan)
        hours_of(self.practices)
        self.patients = [a_patient().id for _ in range(12)]
        self.visit_ids = [visit.id for visit in self._booked()]

    def _booked(self) -> list[Appointment]:
        """Alone, in groups, at a time of its own, squeezed in, from the waitlist, with a plan."""
        first, group, there, seats = self.practices
        own = self._details(8, first, "14:10")
        over = replace(self._details(9, first, "09:40"), overbook_reason="Urgent")
        wish = a_wish_for(first, patient_id=self.patients[6])
        waited = booking_wish(wish.id, book_appointment)
        return [
            self._book(0, first, "09:30"), self._book(1, group, "09:30"),
            self._book(2, group, "09:30"), self._book(3, there, "13:00"),
            self._book(4, seats, "09:30"), self._book(5, seats, "09:30"),
            waited(self._details(6, first, "11:00")), walk_in(own),
            walk_in(over, may_overbook=True),
            book_appointment(
                replace(self._details(10, first, "09:00"), plan_id=self.plan_id)
            ),
        ]  # fmt: skip

    def _details(self, number: int, at: Practice, hhmm: str) -> BookingDetails:
        return BookingDetails(self.patients[number], at.offering.id, start_at=chicago(2, hhmm))

    def _book(self, number: int, at: Practice, hhmm: str) -> Appointment:
        return book_appointment(self._details(number, at, hhmm))

    def visit(self, number: int) -> Appointment:
        found = self.visit_ids[number % len(self.visit_ids)]
        return session.scalars(select(Appointment).where(Appointment.id == found)).one()

    def offering(self, number: int) -> ServiceOffering:
        found = self.practices[number % 4].offering.id
        return session.scalars(select(ServiceOffering).where(ServiceOffering.id == found)).one()

    def somebody(self, number: int) -> BookingDetails:
        """Somebody who has nothing booked, with a doctor."""
        return BookingDetails(self.patients[11], self.offering(number).id, overbook_reason="Urgent")

    def slots(self, number: int) -> list[int]:
        """What is on offer of one of the services."""
        wanted = OpeningQuery(offering_id=self.offering(number).id)
        return [offer.slot_id for offer in list_openings(wanted, days=1)]

    def lay_out(self) -> None:
        """As the job does at night: what is free follows the hours of then."""
        materialise_doctors([practice.doctor.id for practice in self.practices])
        session.expire_all()


def step(visit: Appointment, number: int) -> AppointmentStep:
    steps = list_steps(visit.id)
    return steps[number % len(steps)]


def edited(desk: Desk, visit: Appointment, number: int) -> None:
    """Notes, language, plan or service, one or several of them."""
    is_now = editing.details_of(visit)
    plan_id = None if number & 4 else desk.plan_id
    other = desk.practices[number % 4].offering.id
    edit_appointment(visit, replace(
        is_now, notes=f"Note {number}", language="es" if number & 1 else None,
        plan_id=plan_id if number & 2 else is_now.plan_id,
        offering_id=other if number & 8 else is_now.offering_id,
    ))  # fmt: skip


def moved(desk: Desk, number: int, more: int, *, places: int) -> None:
    offering = desk.offering(number % places)
    to = MoveDetails(start_at=at_quarter(more), offering_id=offering.id)
    reschedule_appointment(desk.visit(number), to)


def repeated(desk: Desk, number: int, more: int) -> None:
    visit = desk.visit(number)
    wanted = OpeningQuery(offering_id=visit.service_offering_id)
    ids = [offer.slot_id for offer in list_openings(wanted, days=1)]
    repeat_appointment(visit, SeriesDetails(1, ids[-1 - more % 3 :], uuid4()))


def came_at(desk: Desk, number: int, more: int) -> None:
    at = EIGHT + timedelta(minutes=5 * more)
    walk_in(replace(desk.somebody(number), start_at=at), may_overbook=True)


def booked(desk: Desk, number: int, more: int) -> None:
    on_offer = desk.slots(number)
    if not on_offer:
        raise SlotTaken
    slot_id = on_offer[more % len(on_offer)]
    book_appointment(replace(desk.somebody(number), slot_id=slot_id))


def fallen_ill(desk: Desk, number: int, more: int) -> None:
    """Recorded with what is proposed, and every third appointment cancelled.

    What does nothing to anybody's appointment is no act of the stack: it is refused here.
    """
    day = MONDAY.date()
    details = AbsenceDetails(desk.practices[number % 4].doctor.id, day, day, uuid4())
    decisions = dict(plan_absence(details, {}, for_those_here=True).decisions)
    booked = enumerate(sorted(decisions))
    decisions |= {each: CANCEL for place, each in booked if (place + more) % 3 == 0}
    if all(each.what == "leave" for each in decisions.values()):
        raise SlotTaken
    record_absence(details, decisions, because="Ill")


Act = Callable[[Desk, int, int], object]


def on_visit(act: Callable[[Appointment], object]) -> Act:
    return lambda desk, number, _more: act(desk.visit(number))


ACTS: dict[str, Act] = {
    "confirm": on_visit(confirm),
    "unconfirm": on_visit(lambda visit: confirm(visit, confirmed=False)),
    "check in": on_visit(check_in),
    "start": on_visit(start_visit),
    "next": on_visit(lambda visit: take_next(visit, version=visit.row_version)),
    "start step": lambda d, n, m: start_step(d.visit(n), step(d.visit(n), m)),
    "finish step": lambda d, n, m: finish_step(d.visit(n), step(d.visit(n), m)),
    "skip": lambda d, n, m: skip_step(d.visit(n), step(d.visit(n), 1)),
    "unskip": lambda d, n, m: unskip_step(d.visit(n), step(d.visit(n), 1)),
    "complete": on_visit(complete_visit),
    "no-show": on_visit(mark_no_show),
    "cancel": on_visit(lambda visit: cancel_appointment(visit, "Ill")),
    "cancel two": lambda d, n, m: cancel_together(
        [d.visit(n), d.visit(n + 1)], "", code="weather"
    ),
    "cancel following": on_visit(lambda visit: cancel_following(visit, "Well again")),
    "move": lambda d, n, m: moved(d, n, m, places=1),
    "move to another": lambda d, n, m: moved(d, n, m, places=4),
    "move to now": on_visit(arrive_now),
    "edit": lambda d, n, m: edited(d, d.visit(n), m),
    "self-pay": on_visit(pay_oneself),
    "repeat": repeated,
    "walk-in": lambda d, n, m: receive_walk_in(d.somebody(n), may_overbook=True),
    "time of its own": came_at,
    "book": booked,
    "sick day": fallen_ill,
}  # fmt: skip


def rules() -> list[AvailabilityRule]:
    return list(session.scalars(select(AvailabilityRule).order_by(AvailabilityRule.id)))


def other_end(desk: Desk, number: int, more: int) -> None:
    rule = rules()[number % 4]
    change_rule(rule, replace(details_of(rule), end_time=time(11 + more % 7, 30 * (more % 2))))


def other_slots(desk: Desk, number: int, more: int) -> None:
    rule = rules()[number % 4]
    change_rule(rule, replace(details_of(rule), slot_duration_minutes=(15, 20, 30, 45)[more % 4]))


def other_seats(desk: Desk, number: int, more: int) -> None:
    rule = rules()[number % 4]
    change_rule(rule, replace(details_of(rule), capacity=1 + more % 4))


def away(desk: Desk, number: int, more: int) -> None:
    of, start = desk.practices[number % 4], at_quarter(more % 24)
    span = start, start + timedelta(minutes=15 * (1 + more % 9))
    add_exception(ExceptionDetails(of.doctor.id, of.facility_id, *span, "blocked"))


def other_steps(desk: Desk, number: int, more: int) -> None:
    """Another workflow in the place of the one it was booked under."""
    template = add_step_template(StepTemplateDetails(f"Another {more}", 10))
    found = workflow_for(desk.offering(number).id, None)
    assert found is not None
    workflow = session.scalars(select(ServiceWorkflow).where(ServiceWorkflow.id == found.id)).one()
    steps = tuple(StepDetails(template.id, 10 + more) for _ in range(1 + more % 3))
    change_workflow(workflow, WorkflowDetails(desk.offering(number).id, "Newer", steps))


def other_template(desk: Desk, number: int, more: int) -> None:
    for template in session.scalars(select(StepTemplate).order_by(StepTemplate.id)):
        change_step_template(template, StepTemplateDetails(f"{template.name}!", 5 + more % 40))


# name -> what an administrator changes meanwhile; none of it may keep anybody from coming back.
CHANGES: dict[str, Act] = {
    "buffers": lambda d, n, m: change_offering(
        d.offering(n), OfferingDetails(buffer_before_minutes=5 * (m % 3),
                                        buffer_after_minutes=5 * (m % 7))
    ),
    "end of hours": other_end,
    "length of slots": other_slots,
    "seats": other_seats,
    "no more hours": lambda d, n, m: end_rule(rules()[n % 4]),
    "away": away,
    "workflow": other_steps,
    "step templates": other_template,
    "plan": lambda d, n, m: stop_accepting_plan(d.clinic.facility_id, d.plan_id),
}  # fmt: skip
