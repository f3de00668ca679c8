"""Doctors that a record still has, in words that say what became of them."""

from collections.abc import Collection

from flask_babel import gettext
from sqlalchemy import select

from portal.db import session
from portal.doctors.models import Doctor
from portal.tenancy.context import facts


def doctor_words(ids: Collection[int]) -> dict[int, str]:
    """Each of these doctors, "(retired)" or "(not at this facility)"."""
    of_these = select(Doctor.id, Doctor.display_name, Doctor.deleted_at).where(
        Doctor.tenant_id == facts().tenant_id, Doctor.id.in_(ids)
    )
    return {
        row.id: gettext("%(name)s (not at this facility)", name=row.display_name)
        if row.deleted_at is None
        else gettext("%(name)s (retired)", name=row.display_name)
        for row in session.execute(of_these)
    }
