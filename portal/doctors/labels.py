"""Doctors as a form offers them; and those a record still has, with what became of them."""

from collections.abc import Collection
from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy import select

from portal.db import session
from portal.doctors.finding import facilities_of, find_doctors
from portal.facilities.queries import find_facilities
from portal.schema.doctors import Doctor
from portal.tenancy.context import request_context
from portal.web.forms.picking import FoundRecord, Source


def doctors(facility_id: int | None = None) -> Source:
    """The clinic's doctors, or those of a facility."""

    def find(query: str, limit: int, *, only: Any = None) -> list[FoundRecord]:
        found = find_doctors(query, limit, facility_id=facility_id, only=only)
        return [FoundRecord(each.id, each.display_name) for each in found]

    return Source(find, url_for("doctors.choices", facility=facility_id))


def facilities_without(doctor_id: int) -> Source:
    """The open facilities where a doctor has no active place."""

    def find(query: str, limit: int, *, only: Any = None) -> list[FoundRecord]:
        taken = facilities_of(doctor_id)
        found = find_facilities(query, limit, besides=taken, only=only)
        return [FoundRecord(each.id, each.name) for each in found]

    return Source(find, url_for("doctors.facility_choices", doctor_id=doctor_id))


def doctor_words(ids: Collection[int]) -> dict[int, str]:
    """Each of these doctors, "(retired)" or "(not at this facility)"."""
    of_these = select(Doctor.id, Doctor.display_name, Doctor.deleted_at).where(
        Doctor.tenant_id == request_context().tenant_id, Doctor.id.in_(ids)
    )
    return {
        row.id: gettext("%(name)s (not at this facility)", name=row.display_name)
        if row.deleted_at is None
        else gettext("%(name)s (retired)", name=row.display_name)
        for row in session.execute(of_these)
    }
