"""A small clinic that can be booked, made by the commands that staff use; inside `at_work()`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from portal import clock
from portal.appointments.commands.booking import BookingDetails, book_appointment
from portal.appointments.commands.waitlist import WishDetails, add_to_waitlist
from portal.availability.commands.weekly import RuleDetails, add_rule
from portal.db import state
from portal.doctors.commands import DoctorDetails, add_doctor, place_at_facility
from portal.insurance.commands.acceptance import AcceptanceDetails, accept_plan
from portal.insurance.commands.payers import PayerDetails, PlanDetails, add_payer, add_plan
from portal.patients.commands.registering import register_patient
from portal.patients.rules.details import PatientDetails
from portal.scheduling.times import local_date
from portal.schema.appointments import Appointment, WaitlistEntry
from portal.schema.availability import AvailabilityRule
from portal.schema.doctors import Doctor
from portal.schema.insurance import InsurancePlan
from portal.schema.patients import Patient
from portal.schema.services import Service, ServiceOffering
from portal.services.commands.catalogue import (
    OfferingDetails,
    ServiceDetails,
    add_service,
    offer_service,
)
from portal.services.commands.workflows import (
    StepDetails,
    StepTemplateDetails,
    WorkflowDetails,
    add_step_template,
    add_workflow,
)
from portal.tenancy.context import request_context
from tests.support.people import Person

# A Monday in Chicago, 07:00 local, before anybody works.
MONDAY = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
# No two test processes number alike, for what one made in a template meets what another makes.
_numbers = count(1_000_000 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) + 1)


@dataclass
class Practice:
    """One doctor at one facility, one service of 15 + 15 minutes, hours to come by `hours`."""

    facility_id: int
    doctor: Doctor
    service: Service
    offering: ServiceOffering


def a_practice(facility_id: int, **offering: Any) -> Practice:
    """A doctor with a place at the facility who offers one service of half an hour."""
    doctor = a_doctor(facility_id)
    service = a_service()
    return Practice(
        facility_id, doctor, service, an_offering(service, doctor, facility_id, **offering)
    )


def a_doctor(*facility_ids: int) -> Doctor:
    """A doctor with places."""
    doctor = add_doctor(DoctorDetails("Mary", f"Example{next(_numbers)}"))
    for facility_id in facility_ids:
        place_at_facility(doctor.id, facility_id)
    return doctor


def a_service() -> Service:
    """A service that nobody offers yet."""
    return add_service(ServiceDetails(name=f"Consultation {next(_numbers)}"))


def an_offering(
    service: Service,
    doctor: Doctor,
    facility_id: int,
    *,
    minutes: tuple[int, ...] = (15, 15),
    skippable: tuple[int, ...] = (),
    **details: Any,
) -> ServiceOffering:
    """An offering with a default workflow of the given steps."""
    offering = offer_service(service.id, doctor.id, facility_id, OfferingDetails(**details))
    a_workflow(offering, minutes, skippable=skippable)
    return offering


def a_workflow(
    offering: ServiceOffering,
    minutes: tuple[int, ...],
    *,
    plan: InsurancePlan | None = None,
    skippable: tuple[int, ...] = (),
) -> None:
    """The default workflow, or one plan's; `skippable` counts from 1."""
    template = add_step_template(StepTemplateDetails(f"Step {next(_numbers)}", 10))
    steps = tuple(
        StepDetails(template.id, each, can_be_skipped=place in skippable)
        for place, each in enumerate(minutes, start=1)
    )
    plan_id = plan.id if plan else None
    add_workflow(WorkflowDetails(offering.id, "Default", steps, plan_id))


def hours(
    practice: Practice, day: int = 1, start: str = "08:00", end: str = "12:00", **more: Any
) -> AvailabilityRule:
    """A weekly rule, on Mondays unless told; half-hour slots unless told."""
    usual = {"slot_duration_minutes": 30}
    return add_rule(
        RuleDetails(
            doctor_id=practice.doctor.id,
            facility_id=practice.facility_id,
            day_of_week=day,
            start_time=time.fromisoformat(start),
            end_time=time.fromisoformat(end),
            **{**usual, **more},
        )
    )


def a_plan(facility_id: int | None = None, **acceptance: Any) -> InsurancePlan:
    """A plan, accepted by the facility if one is given."""
    number = next(_numbers)
    payer = add_payer(PayerDetails(f"Payer {number}"))
    plan = add_plan(PlanDetails(payer.id, f"P{number}", f"Plan {number}"))
    if facility_id is not None:
        accept_plan(facility_id, plan.id, AcceptanceDetails(**acceptance))
    return plan


def a_patient(**known: Any) -> Patient:
    """A registered patient."""
    usual = {"first_name": "Ann", "last_name": f"Example{next(_numbers)}"}
    return register_patient(PatientDetails(**{**usual, **known}))


def details(practice: Practice, hhmm: str = "09:00", **more: Any) -> BookingDetails:
    """A booking of a new patient on that Monday, unless told otherwise."""
    usual = {"offering_id": practice.offering.id, "start_at": chicago(2, hhmm)} | more
    if "patient_id" not in usual:
        usual["patient_id"] = a_patient().id
    return BookingDetails(**usual)


def book(practice: Practice, hhmm: str = "09:00", **more: Any) -> Appointment:
    """A visit booked on that Monday."""
    return book_appointment(details(practice, hhmm, **more))


def a_wish_for(practice: Practice, **more: Any) -> WaitlistEntry:
    """A patient who waits for the practice's service, for the next month unless told otherwise."""
    today = local_date(clock.now(), "America/Chicago")
    usual = {
        "service_id": practice.service.id, "facility_ids": [practice.facility_id],
        "earliest_on": today, "latest_on": today + timedelta(days=28),
    }  # fmt: skip
    asked = usual | more
    if "patient_id" not in asked:
        asked["patient_id"] = a_patient().id
    return add_to_waitlist(WishDetails(**asked), uuid4())


def chicago(day: int, hhmm: str) -> datetime:
    """An instant of the March of `MONDAY`, said in Chicago's winter time (before the 8th)."""
    said = time.fromisoformat(hhmm)
    return datetime(2026, 3, day, said.hour, said.minute, tzinfo=UTC) + timedelta(hours=6)


@contextmanager
def acting_as(person: Person) -> Iterator[None]:
    """As if somebody in particular did it: who holds a slot."""
    before = request_context()
    state().request_context = replace(before, user_id=person.id, name=person.email)
    try:
        yield
    finally:
        state().request_context = before


@contextmanager
def on_monday(**later: float) -> Iterator[None]:
    """As if it were that Monday morning, or so much later (`timedelta`'s names)."""
    with clock.at(MONDAY + timedelta(**later)):
        yield
