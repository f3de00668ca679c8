"""Every route with the right it needs and the record it is about. An unlisted route fails.

An area adds a line for each of its routes and, for a record of a new kind, its subject.
"""

from collections.abc import Callable
from typing import NamedTuple

from portal.activity.rules import microseconds
from portal.appointments.queries import list_steps
from portal.availability.commands import ExceptionDetails, add_exception
from portal.availability.queries import get_place_of
from portal.services.queries import list_workflow_steps, list_workflows
from tests.support.people import Clinic
from tests.support.scheduling import (
    a_doctor,
    a_plan,
    a_practice,
    book,
    chicago,
    hours,
    on_monday,
)

PUBLIC = None


class Route(NamedTuple):
    """What a route demands; `subject` says whose id is in its address."""

    right: str | None
    subject: str | None = None


ROUTES: dict[str, Route] = {
    "static": Route(PUBLIC),
    "healthz": Route(PUBLIC),
    "readyz": Route(PUBLIC),
    "auth.sign_in": Route(PUBLIC),
    "auth.start": Route(PUBLIC),
    "auth.sign_out": Route("account.own"),
    "auth.welcome": Route(PUBLIC),
    "auth.code": Route(PUBLIC),
    "auth.recovery": Route(PUBLIC),
    "auth.enrolment": Route(PUBLIC),
    "auth.account": Route("account.own"),
    "auth.password": Route("account.own"),
    "auth.proof": Route("account.own"),
    "auth.idle": Route("account.own"),
    "auth.stay": Route("account.own"),
    "auth.sessions_ending": Route("account.own"),
    "staff.index": Route("staff.see"),
    "staff.show": Route("staff.see", "user"),
    "staff.new": Route("staff.manage"),
    "staff.edit": Route("staff.manage", "user"),
    "staff.disabling": Route("staff.manage", "user"),
    "staff.enabling": Route("staff.manage", "user"),
    "staff.sessions_ending": Route("staff.manage", "user"),
    "staff.link": Route("staff.manage", "user"),
    "facilities.index": Route("facilities.see"),
    "facilities.show": Route("facilities.see", "facility"),
    "facilities.new": Route("facilities.manage"),
    "facilities.edit": Route("facilities.manage", "facility"),
    "facilities.closing": Route("facilities.manage", "facility"),
    "insurance.index": Route("insurance.see"),
    "insurance.show": Route("insurance.see", "payer"),
    "insurance.new": Route("insurance.manage"),
    "insurance.edit": Route("insurance.manage", "payer"),
    "insurance.plan": Route("insurance.see", "plan"),
    "insurance.plan_new": Route("insurance.manage", "payer"),
    "insurance.plan_edit": Route("insurance.manage", "plan"),
    "insurance.acceptance": Route("insurance.see"),
    "insurance.terms": Route("insurance.see", "acceptance"),
    "insurance.terms_edit": Route("insurance.manage", "acceptance"),
    "insurance.mark": Route("insurance.manage", "acceptance"),
    "insurance.fill_plan": Route("insurance.manage", "plan"),
    "insurance.fill_facility": Route("insurance.manage", "facility"),
    "insurance.uncovered": Route("insurance.see"),
    "doctors.index": Route("doctors.see"),
    "doctors.show": Route("doctors.see", "doctor"),
    "doctors.new": Route("doctors.manage"),
    "doctors.edit": Route("doctors.manage", "doctor"),
    "doctors.retirement": Route("doctors.manage", "doctor"),
    "doctors.restoration": Route("doctors.manage", "doctor"),
    "doctors.place_new": Route("doctors.manage", "doctor"),
    "doctors.place_ending": Route("doctors.manage", "place"),
    "patients.index": Route("patients.see"),
    "patients.search": Route("patients.see"),
    "patients.show": Route("patients.see", "patient"),
    "patients.new": Route("patients.register"),
    "patients.edit": Route("patients.change", "patient"),
    "appointments.home": Route("appointments.see"),
    "services.index": Route("services.see"),
    "services.show": Route("services.see", "service"),
    "services.new": Route("services.manage"),
    "services.edit": Route("services.manage", "service"),
    "services.retirement": Route("services.manage", "service"),
    "services.restoration": Route("services.manage", "service"),
    "services.offering_new": Route("services.manage", "service"),
    "services.offering_edit": Route("services.manage", "offering"),
    "services.offering_workflows": Route("services.see", "offering"),
    "services.steps": Route("services.see"),
    "services.step_new": Route("services.manage"),
    "services.step_edit": Route("services.manage", "step_template"),
    "services.workflows": Route("services.see"),
    "services.workflow_new": Route("services.manage", "offering"),
    "services.workflow_edit": Route("services.manage", "workflow"),
    "services.workflow_ending": Route("services.manage", "workflow"),
    "availability.index": Route("availability.see"),
    "availability.show": Route("availability.see", "hours"),
    "availability.rule_new": Route("availability.manage", "hours"),
    "availability.rule_edit": Route("availability.manage", "rule"),
    "availability.rule_copies": Route("availability.manage", "rule"),
    "availability.rule_ending": Route("availability.manage", "rule"),
    "availability.exceptions": Route("availability.see"),
    "availability.exception_new": Route("availability.manage", "hours"),
    "availability.exception_edit": Route("availability.manage", "exception"),
    "availability.exception_removal": Route("availability.manage", "exception"),
    "availability.orphans": Route("availability.see"),
    "availability.keeping": Route("appointments.move", "slot"),
    "appointments.day": Route("appointments.see"),
    "appointments.day_changes": Route("appointments.see"),
    "appointments.flow": Route("appointments.see"),
    "appointments.flow_changes": Route("appointments.see"),
    "appointments.of_patient": Route("appointments.see", "patient"),
    "appointments.new": Route("appointments.book"),
    "appointments.create": Route("appointments.book"),
    "appointments.offers": Route("appointments.book"),
    "appointments.hold": Route("appointments.book"),
    "appointments.release": Route("appointments.book", "slot"),
    "appointments.show": Route("appointments.see", "visit"),
    "appointments.move": Route("appointments.move", "visit"),
    "appointments.cancellation": Route("appointments.cancel", "visit"),
    "appointments.check_in": Route("appointments.attend", "visit"),
    "appointments.start": Route("appointments.attend", "visit"),
    "appointments.completion": Route("appointments.attend", "visit"),
    "appointments.no_show": Route("appointments.attend", "visit"),
    "appointments.confirmation": Route("appointments.attend", "visit"),
    "appointments.undo": Route("appointments.attend", "visit"),
    "appointments.step_start": Route("appointments.attend", "step"),
    "appointments.step_finish": Route("appointments.attend", "step"),
    "appointments.step_skip": Route("appointments.attend", "step"),
    "activity.index": Route("activity.see"),
    "activity.export": Route("activity.export"),
    "activity.show": Route("activity.see", "entry"),
    "activity.values": Route("activity.open", "entry"),
    "activity.of_patient": Route("activity.see", "patient"),
    "activity.disclosures": Route("disclosures.see", "patient"),
    "activity.accounting": Route("disclosures.see", "patient"),
    "activity.disclosure_new": Route("disclosures.record", "patient"),
}


def a_visit(clinic: Clinic) -> dict[str, int]:
    """A visit that somebody booked, and its slot, patient and first step."""
    with on_monday(), clinic.at_work():
        practice = a_practice(clinic.facility_id)
        hours(practice, start="08:00", end="20:00")  # nine in Chicago is three in London
        visit = book(practice)
        return {
            "patient_id": visit.patient_id,
            "appointment_id": visit.id,
            "step_id": list_steps(visit.id)[0].id,
            "slot_id": visit.availability_slot_id or 0,
        }


def a_service(clinic: Clinic) -> dict[str, int]:
    """A service, its offering with the default workflow, and a kind of step."""
    with clinic.at_work():
        practice = a_practice(clinic.facility_id)
        workflow = list_workflows(offering_id=practice.offering.id)[0]
        return {
            "service_id": practice.service.id,
            "offering_id": practice.offering.id,
            "workflow_id": workflow.id,
            "step_template_id": list_workflow_steps(workflow.id)[0].step_template_id,
        }


def of_a_service(name: str) -> Callable[[Clinic], dict[str, int]]:
    """One of those ids."""
    return lambda clinic: {name: a_service(clinic)[name]}


def some_hours(clinic: Clinic) -> dict[str, int]:
    """A doctor's place, a session of the week there, and an exception."""
    with on_monday(), clinic.at_work():
        practice = a_practice(clinic.facility_id)
        rule = hours(practice)
        doctor_id = practice.doctor.id
        away = ExceptionDetails(
            doctor_id, clinic.facility_id, chicago(2, "09:00"), chicago(2, "10:00"), "blocked"
        )
        return {
            "place_id": get_place_of(doctor_id, clinic.facility_id).id,
            "rule_id": rule.id,
            "exception_id": add_exception(away).id,
        }


def of_some_hours(name: str) -> Callable[[Clinic], dict[str, int]]:
    """One of those ids."""
    return lambda clinic: {name: some_hours(clinic)[name]}


def of_a_visit(*names: str) -> Callable[[Clinic], dict[str, int]]:
    """Some of those ids."""
    return lambda clinic: {name: id_ for name, id_ in a_visit(clinic).items() if name in names}


def of_a_place(*names: str) -> Callable[[Clinic], dict[str, int]]:
    """Some of the ids of a doctor's place."""

    def ids(clinic: Clinic) -> dict[str, int]:
        with clinic.at_work():
            known = {
                "doctor_id": a_doctor(clinic.facility_id).id,
                "facility_id": clinic.facility_id,
            }
        return {name: known[name] for name in names}

    return ids


def of_a_plan(*names: str) -> Callable[[Clinic], dict[str, int]]:
    """Some of the ids of a plan that a facility accepts."""

    def ids(clinic: Clinic) -> dict[str, int]:
        with clinic.at_work():
            plan = a_plan(clinic.facility_id)
        known = {
            "facility_id": clinic.facility_id,
            "payer_id": plan.insurance_provider_id,
            "plan_id": plan.id,
        }
        return {name: known[name] for name in names}

    return ids


def an_entry(clinic: Clinic) -> dict[str, int]:
    """An entry of the clinic's log."""
    entry = clinic.entries("facilities.insert")[0]
    return {"at": microseconds(entry.occurred_at), "entry_id": entry.id}


# a subject -> the ids of a clinic's own record, made if need be
SUBJECTS: dict[str, Callable[[Clinic], dict[str, int]]] = {
    "user": lambda clinic: {"user_id": clinic.clinician.id},
    "facility": lambda clinic: {"facility_id": clinic.facility_id},
    "hours": of_some_hours("place_id"),
    "rule": of_some_hours("rule_id"),
    "exception": of_some_hours("exception_id"),
    "service": of_a_service("service_id"),
    "offering": of_a_service("offering_id"),
    "workflow": of_a_service("workflow_id"),
    "step_template": of_a_service("step_template_id"),
    "doctor": of_a_place("doctor_id"),
    "place": of_a_place("doctor_id", "facility_id"),
    "payer": of_a_plan("payer_id"),
    "plan": of_a_plan("plan_id"),
    "acceptance": of_a_plan("facility_id", "plan_id"),
    "patient": of_a_visit("patient_id"),
    "visit": of_a_visit("appointment_id"),
    "step": of_a_visit("appointment_id", "step_id"),
    "slot": of_a_visit("slot_id"),
    "entry": an_entry,
}
