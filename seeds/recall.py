"""Finding again what was founded, when a demonstration gets a new day."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

from sqlalchemy import select

from portal.db import session
from portal.schema.appointments import Appointment
from portal.schema.doctors import Doctor
from portal.schema.facilities import Facility
from portal.schema.insurance import InsurancePlan
from portal.schema.patients import Patient
from portal.schema.services import Service, ServiceOffering
from portal.tenancy.context import request_context
from seeds.diary import Diary
from seeds.founding import Built, Offered
from seeds.patients import Invented
from seeds.shapes import Group, Physician


def recall(group: Group) -> Built:
    """What is still there, under its name, of the clinic group that has been entered."""
    places, doctors = _ids(Facility, "slug"), _ids(Doctor, "last_name")
    built = Built(
        replace(
            group,
            places=tuple(each for each in group.places if each.slug in places),
            physicians=tuple(_kept(group, places, doctors)),
        ),
        request_context().tenant_id,
        places,
        _ids(InsurancePlan, "plan_code"),
        doctors,
    )
    _recall_offerings(built)
    return built


def recall_diary(built: Built, random: Random) -> Diary:
    """Who can be booked, who has been seen, and who comes when."""
    diary = Diary(built, list(_people(built)), random)
    visits = select(Appointment.patient_id, Appointment.start_at, Appointment.status)
    seen = set()
    for visit in session.execute(
        visits.where(Appointment.tenant_id == request_context().tenant_id)
    ):
        diary.busy.add((visit.patient_id, visit.start_at.date()))
        if visit.status == "completed":
            seen.add(visit.patient_id)
    diary.seen = [each for each in diary.patients if each.id in seen]
    return diary


def _kept(group: Group, places: dict[str, int], doctors: dict[str, int]) -> Iterator[Physician]:
    for each in group.physicians:
        if each.last_name in doctors:
            weeks = {slug: days for slug, days in each.weeks.items() if slug in places}
            yield replace(each, weeks=weeks)


def _recall_offerings(built: Built) -> None:
    cares = {care.name: care for care in built.group.cares}
    services = {number: cares.get(name) for name, number in _ids(Service, "name").items()}
    doctors = {number: name for name, number in built.doctors.items()}
    places = {number: slug for slug, number in built.places.items()}
    built.offered = {
        (each.last_name, slug): [] for each in built.group.physicians for slug in each.weeks
    }
    for each in _all(ServiceOffering):
        key = doctors.get(each.doctor_id, ""), places.get(each.facility_id, "")
        care = services.get(each.service_id)
        if care is not None and each.active and key in built.offered:
            built.offered[key].append(Offered(each.id, care))


def _people(built: Built) -> Iterator[Invented]:
    """Patients whose records are in use, with a birth date."""
    plans = {number: code for code, number in built.plans.items()}
    places = {number: slug for slug, number in built.places.items()}
    for each in _all(Patient):
        if each.status == "active" and each.dob and each.merged_into is None:
            plan = plans.get(each.default_insurance_plan_id or 0)
            place = places.get(each.facility_id or 0, "")
            yield Invented(each.id, each.dob, plan, place, each.preferred_language)


def _ids(model: Any, name: str) -> dict[str, int]:
    return {getattr(each, name): each.id for each in _all(model)}


def _all(model: Any) -> list[Any]:
    """The clinic's records of one kind that have not been removed."""
    every = select(model).where(model.tenant_id == request_context().tenant_id).order_by(model.id)
    return [each for each in session.scalars(every) if getattr(each, "deleted_at", None) is None]
