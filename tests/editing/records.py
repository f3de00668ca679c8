"""For every edit form: a record whose references are closed, retired, ended or far down a list."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import insert, text

from portal.availability.commands.exceptions import ExceptionDetails, add_exception
from portal.availability.commands.weekly import end_rule
from portal.db import session
from portal.doctors.commands import change_role
from portal.doctors.queries import get_place
from portal.facilities.commands import close_facility
from portal.insurance.commands.acceptance import change_terms, stop_accepting_plan
from portal.insurance.rules import AcceptanceChange
from portal.schema.doctors import Doctor
from portal.schema.facilities import Facility
from portal.schema.insurance import InsurancePlan, InsuranceProvider
from portal.schema.services import Service, StepTemplate
from portal.schema.staff import UserFacility
from portal.services.commands.catalogue import retire_service, stop_offering
from portal.services.queries.workflows import list_workflows
from portal.tenancy.context import request_context
from tests.auth.subjects import SUBJECTS
from tests.support.factories import a_facility
from tests.support.people import Clinic
from tests.support.scheduling import (
    a_patient,
    a_plan,
    a_practice,
    a_wish_for,
    book,
    chicago,
    hours,
)

MANY = 520
# What a request writes of itself: who asked, that it was signed in, that it was sent.
OF_REQUESTS = "'user_action_audit_log', 'user_sessions', 'form_submissions'"
TABLES = text(f"""
    SELECT c.relname FROM pg_class c
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
       AND NOT c.relispartition AND has_table_privilege(c.oid, 'SELECT')
       AND c.relname NOT IN ({OF_REQUESTS})
       AND EXISTS (SELECT FROM pg_attribute a
                    WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')
""")


@dataclass(frozen=True)
class Edited:
    """A record's address in its edit form, and a field that somebody may change there.

    Attributes:
        ids: the parts of the address.
        field: a field whose value is free.
        values: two values for it, one for each of two people.
    """

    ids: dict[str, int]
    field: str
    values: tuple[str, str]


def before_all_others(many: int = MANY) -> None:
    """More of each than any list shows, all before the record's own.

    Payers, plans and kinds of steps; doctors, services and facilities.
    """
    own = {"tenant_id": request_context().tenant_id}
    payers = [own | {"name": f"0 Payer {n:03}", "contact": {}} for n in range(many)]
    ids = session.scalars(insert(InsuranceProvider).returning(InsuranceProvider.id), payers).all()
    plans = [
        own | {"insurance_provider_id": each, "plan_code": f"0-{n:03}", "name": f"0 Plan {n:03}"}
        for n, each in enumerate(ids)
    ]
    session.execute(insert(InsurancePlan), plans)
    kinds = [
        own | {"name": f"0 Step {n:03}", "default_duration_minutes": 5, "requires_location": True}
        for n in range(MANY)
    ]
    session.execute(insert(StepTemplate), kinds)
    names = [f"0 {n:03}" for n in range(many)]
    doctors = [own | dict.fromkeys(("first_name", "last_name", "display_name"), n) for n in names]
    session.execute(insert(Doctor), doctors)
    services = [own | {"name": name, "default_duration_minutes": 10} for name in names]
    session.execute(insert(Service), services)
    zone = {"timezone": "America/Chicago"}
    halls = [own | zone | {"name": n, "slug": n.replace(" ", "-")} for n in names]
    session.execute(insert(Facility), halls)


def a_closed_facility() -> int:
    """A facility that is closed by now."""
    facility = a_facility()
    close_facility(facility)
    return facility.id


def a_far_facility(_clinic: Clinic) -> Edited:
    """A facility in a zone that no list offers."""
    facility = a_facility(timezone="UTC", address="1 High St\r\nTown", locale="en-US")
    return Edited({"facility_id": facility.id}, "phone", ("312 555 0101", "312 555 0102"))


def a_doctor(clinic: Clinic) -> Edited:
    """A doctor."""
    doctor = a_practice(clinic.facility_id).doctor
    return Edited({"doctor_id": doctor.id}, "specialty", ("Cardiology", "Surgery"))


def a_place(clinic: Clinic) -> Edited:
    """A doctor's place."""
    doctor = a_practice(clinic.facility_id).doctor
    change_role(get_place(doctor_id=doctor.id, facility_id=clinic.facility_id), "Locum")
    ids = {"doctor_id": doctor.id, "facility_id": clinic.facility_id}
    return Edited(ids, "role", ("Head", "Guest"))


def a_payer(clinic: Clinic) -> Edited:
    """A payer."""
    plan = a_plan(clinic.facility_id)
    ids = {"payer_id": plan.insurance_provider_id}
    return Edited(ids, "website", ("https://one.example", "https://two.example"))


def of_a_plan(clinic: Clinic) -> Edited:
    """A plan."""
    return Edited({"plan_id": a_plan(clinic.facility_id).id}, "name", ("Gold", "Silver"))


def an_acceptance(clinic: Clinic) -> Edited:
    """What a facility says of a plan, with notes."""
    plan = a_plan(clinic.facility_id)
    change_terms(clinic.facility_id, plan.id, AcceptanceChange("accept"), "first\r\nsecond")
    ids = {"facility_id": clinic.facility_id, "plan_id": plan.id}
    return Edited(ids, "notes", ("call first", "fax first"))


def a_service(clinic: Clinic) -> Edited:
    """A service."""
    service = a_practice(clinic.facility_id).service
    return Edited({"service_id": service.id}, "category", ("Heart", "Skin"))


def of_an_offering(clinic: Clinic) -> Edited:
    """An offering that is stopped."""
    offering = a_practice(clinic.facility_id).offering
    stop_offering(offering)
    return Edited({"offering_id": offering.id}, "default_duration_minutes", ("20", "25"))


def a_step(clinic: Clinic) -> Edited:
    """A kind of step."""
    kind = StepTemplate(name="Vitals", default_duration_minutes=5)
    session.add(kind)
    session.flush()
    return Edited({"step_template_id": kind.id}, "description", ("sitting", "standing"))


def a_workflow(clinic: Clinic) -> Edited:
    """A workflow of steps that are far down the list of kinds."""
    offering = a_practice(clinic.facility_id).offering
    workflow = list_workflows(offering_id=offering.id)[0]
    return Edited({"workflow_id": workflow.id}, "name", ("Short", "Long"))


def a_rule(clinic: Clinic) -> Edited:
    """Hours that are kept for a service nobody offers there any more."""
    practice = a_practice(clinic.facility_id)
    rule = hours(practice, service_offering_id=practice.offering.id)
    stop_offering(practice.offering)
    return Edited({"rule_id": rule.id}, "end_time", ("11:00", "11:30"))


def an_exception(clinic: Clinic) -> Edited:
    """An exception to hours that have ended."""
    practice = a_practice(clinic.facility_id)
    rule = hours(practice)
    span = chicago(2, "09:00"), chicago(2, "10:00")
    made = add_exception(
        ExceptionDetails(
            practice.doctor.id, clinic.facility_id, *span, "blocked", availability_rule_id=rule.id
        )
    )
    end_rule(rule)
    return Edited({"exception_id": made.id}, "reason", ("Dentist", "School"))


def a_person(clinic: Clinic) -> Edited:
    """Somebody who is limited to a facility that is closed."""
    session.add(UserFacility(user_id=clinic.clinician.id, facility_id=a_closed_facility()))
    session.flush()
    return Edited({"user_id": clinic.clinician.id}, "role", ("auditor", "front_desk"))


def of_a_patient(_clinic: Clinic) -> Edited:
    """A patient of a closed facility, with a plan far down the list."""
    known = {"notes": "one\ntwo", "dob": None, "meta": {"alert": "Latex"}, "phone": "312 555 0100"}
    patient = a_patient(
        facility_id=a_closed_facility(), default_insurance_plan_id=a_plan().id, **known
    )
    return Edited({"patient_id": patient.id}, "email", ("one@example.org", "two@example.org"))


def a_contact(clinic: Clinic) -> Edited:
    """Somebody to call about a patient."""
    return Edited(SUBJECTS["contact"](clinic), "name", ("Ann Lee", "Bo Lee"))


def a_wish(clinic: Clinic) -> Edited:
    """A wish for a retired service of a retired doctor, at a closed facility too."""
    practice = a_practice(clinic.facility_id)
    elsewhere = a_facility()
    entry = a_wish_for(
        practice, doctor_id=practice.doctor.id, plan_id=a_plan().id,
        facility_ids=[clinic.facility_id, elsewhere.id],
    )  # fmt: skip
    close_facility(elsewhere)
    retire_service(practice.service)
    practice.doctor.deleted_at = chicago(2, "08:00")
    session.flush()
    return Edited({"entry_id": entry.id}, "notes", ("mornings", "evenings"))


def a_visit(clinic: Clinic) -> Edited:
    """A visit of a stopped service, under a plan far down the list that is no longer accepted."""
    practice = a_practice(clinic.facility_id)
    hours(practice)
    plan = a_plan(clinic.facility_id)
    visit = book(practice, plan_id=plan.id, notes="one\ntwo", language="es-MX")
    stop_accepting_plan(clinic.facility_id, plan.id)
    stop_offering(practice.offering)
    return Edited({"appointment_id": visit.id}, "notes", ("call first", "fax first"))


def a_language(_clinic: Clinic) -> Edited:
    """One's own language."""
    return Edited({}, "locale", ("es", "en-GB"))


RECORDS: dict[str, Callable[[Clinic], Edited]] = {
    "facilities.edit": a_far_facility,
    "doctors.edit": a_doctor,
    "doctors.place_edit": a_place,
    "insurance.edit": a_payer,
    "insurance.plan_edit": of_a_plan,
    "insurance.terms_edit": an_acceptance,
    "services.edit": a_service,
    "services.offering_edit": of_an_offering,
    "services.step_edit": a_step,
    "services.workflow_edit": a_workflow,
    "availability.rule_edit": a_rule,
    "availability.exception_edit": an_exception,
    "staff.edit": a_person,
    "patients.edit": of_a_patient,
    "patients.contact_edit": a_contact,
    "appointments.waitlist_edit": a_wish,
    "appointments.edit": a_visit,
    "auth.language": a_language,
}


def rows_of(clinic: Clinic) -> dict[str, list[str]]:
    """Every row of the clinic, of every table but the log and what each request writes."""
    with clinic.at_work():
        tables = session.scalars(TABLES).all()
        return {
            table: list(session.scalars(text(f"SELECT t::text FROM {table} t ORDER BY 1")))
            for table in tables
        }
