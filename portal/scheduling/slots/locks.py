"""The lock under which a doctor's slots change: one writer a doctor, for one transaction."""

from collections.abc import Iterable

from sqlalchemy import text

from portal.db import session

# Doctors' ids are offset into a range of their own, so that no other advisory lock meets them.
DOCTORS = 0x0D0C_0000_0000_0000

LOCK = text("SELECT pg_advisory_xact_lock(:space + id) FROM unnest(CAST(:ids AS bigint[])) AS id")


def lock_doctors(doctor_ids: Iterable[int]) -> None:
    """Wait for the doctors' slots, in ascending order, so that two writers never wait in a ring."""
    session.execute(LOCK, {"space": DOCTORS, "ids": sorted(set(doctor_ids))})
