"""The records that routes are about: for each kind, the ids of a clinic's own one."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from uuid import uuid4

from portal import clock
from portal.absences.commands.recording import AbsenceDetails, record_absence
from portal.activity.commands import DisclosureDetails, record_disclosure
from portal.activity.rules import microseconds
from portal.appointments.queries.visits import get_appointment, list_steps
from portal.availability.commands.exceptions import ExceptionDetails, add_exception
from portal.availability.queries.places import get_place_of
from portal.db import session
from portal.exchange.exports.commands.asking import ask_export
from portal.exchange.imports.commands.uploads import upload
from portal.facilities.commands import close_facility
from portal.patients.commands.charting import ContactDetails, add_alert, add_contact, add_note
from portal.patients.commands.merging import MergeDetails, merge_patients
from portal.schema.staff import FactorReset
from portal.services.queries.workflows import list_workflow_steps, list_workflows
from tests.support.factories import a_facility
from tests.support.glass import broken_glass
from tests.support.people import Clinic
from tests.support.scheduling import (
    MONDAY,
    a_doctor,
    a_patient,
    a_plan,
    a_practice,
    a_wish_for,
    acting_as,
    book,
    chicago,
    hours,
    on_monday,
)

_numbers = count(1)


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


def an_absence(clinic: Clinic) -> dict[str, int]:
    """A doctor's absence, and a visit that waits for a decision by it."""
    visit = a_visit(clinic)
    with on_monday(), clinic.at_work():
        doctor_id = get_appointment(visit["appointment_id"]).doctor_id
        day = MONDAY.date()
        recorded = record_absence(AbsenceDetails(doctor_id, day, day, uuid4()), {})
        return {"absence_id": recorded.absence.id, "appointment_id": visit["appointment_id"]}


def of_an_absence(*names: str) -> Callable[[Clinic], dict[str, int]]:
    """Some of those ids."""
    return lambda clinic: {name: id_ for name, id_ in an_absence(clinic).items() if name in names}


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


def a_closed_facility(clinic: Clinic) -> dict[str, int]:
    """A facility where nothing can be booked any more."""
    with clinic.at_work():
        facility = a_facility(name=f"Closed {next(_numbers)}")
        close_facility(facility)
        return {"facility_id": facility.id}


def an_entry(clinic: Clinic) -> dict[str, int]:
    """An entry of the clinic's log."""
    entry = clinic.entries("facilities.insert")[0]
    return {"at": microseconds(entry.occurred_at), "entry_id": entry.id}


def a_use(clinic: Clinic) -> dict[str, int]:
    """A use of break-glass by somebody of another facility."""
    return {"use_id": broken_glass(clinic).id}


def a_file(clinic: Clinic) -> dict[str, int]:
    """A file that waits for its import."""
    with clinic.at_work(), acting_as(clinic.owner):
        return {"upload_id": upload("services", "services.csv", b"name\nVisit\n").id}


def an_export(clinic: Clinic) -> dict[str, int]:
    """An export that was asked for."""
    with clinic.at_work(), acting_as(clinic.owner):
        asked = {"filters": {}, "address": {}, "locale": "en"}
        return {"export_id": ask_export("activity", "csv", asked, key=uuid4()).id}


def a_disclosure(clinic: Clinic) -> dict[str, int]:
    """Something that was told of a patient."""
    told = DisclosureDetails(uuid4(), date(2026, 3, 1), "An office", "A letter", "It asked")
    with clinic.at_work():
        made = record_disclosure(a_patient().id, told, today=date(2026, 3, 2))
        return {"patient_id": made.patient_id, "disclosure_id": made.id}


def two_patients(clinic: Clinic) -> dict[str, int]:
    """Two records that may be one person's."""
    with clinic.at_work():
        return {"patient_id": a_patient().id, "other_id": a_patient().id}


def a_merge(clinic: Clinic) -> dict[str, int]:
    """Two records that are one."""
    with clinic.at_work():
        details = MergeDetails(a_patient().id, a_patient().id, {}, uuid4())
        made = merge_patients(details)
        return {"patient_id": made.patient_id, "merge_id": made.id}


def on_a_chart(what: str) -> Callable[[Clinic], dict[str, int]]:
    """A line that was written on somebody's chart."""

    def made(clinic: Clinic) -> dict[str, int]:
        with clinic.at_work():
            patient = a_patient()
            line = {
                "alert": lambda: add_alert(patient, "safety", "Falls", key=uuid4()),
                "note": lambda: add_note(patient, "Prefers mornings", key=uuid4()),
                "contact": lambda: add_contact(
                    patient, ContactDetails("emergency", "Bo Lind"), key=uuid4()
                ),
            }[what]()
            return {"patient_id": patient.id, f"{what}_id": line.id}

    return made


def a_wish(clinic: Clinic) -> dict[str, int]:
    """Somebody's wish on the waitlist."""
    with clinic.at_work():
        return {"entry_id": a_wish_for(a_practice(clinic.facility_id)).id}


def a_reset(clinic: Clinic) -> dict[str, int]:
    """Somebody without facilities whose second factor is to be reset, as the owner asked."""
    person = clinic.hire(f"lost-{next(_numbers)}", "clinician")
    with clinic.at_work():
        session.add(FactorReset(user_id=person.id, asked_by=clinic.owner.id, reason="Lost",
                                expires_at=clock.now() + timedelta(days=1)))  # fmt: skip
    return {"user_id": person.id}


# a subject -> the ids of a clinic's own record, made if need be
SUBJECTS: dict[str, Callable[[Clinic], dict[str, int]]] = {
    "user": lambda clinic: {"user_id": clinic.clinician.id},
    "upload": a_file,
    "export": an_export,
    "disclosure": a_disclosure,
    "reset": a_reset,
    "facility": lambda clinic: {"facility_id": clinic.facility_id},
    "closed_facility": a_closed_facility,
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
    "two_patients": two_patients,
    "merge": a_merge,
    "alert": on_a_chart("alert"),
    "note": on_a_chart("note"),
    "contact": on_a_chart("contact"),
    "visit": of_a_visit("appointment_id"),
    "wish": a_wish,
    "step": of_a_visit("appointment_id", "step_id"),
    "slot": of_a_visit("slot_id"),
    "absence": of_an_absence("absence_id"),
    "absence_visit": of_an_absence("absence_id", "appointment_id"),
    "entry": an_entry,
    "use": a_use,
}
