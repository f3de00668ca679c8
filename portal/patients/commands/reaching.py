"""Reaching patients beyond one's facilities: asking who is known there, breaking the glass."""

from datetime import datetime

from sqlalchemy import text

from portal.db import session
from portal.errors import NotFound
from portal.patients.queries.access_scope import (
    KnownElsewhere,
    can_tell,
    is_outside,
    list_elsewhere,
)
from portal.patients.rules.access_scope import TooLittleKnown, checked_reason
from portal.patients.rules.finding import SearchedPatient

BREAK_GLASS = text("SELECT break_glass(:patient_id, :reason)")


def ask_elsewhere(person: SearchedPatient) -> list[KnownElsewhere]:
    """Who of other facilities' patients may be this person; asking is written down.

    Raises:
        TooLittleKnown: it could be anybody.
    """
    if not can_tell(person):
        raise TooLittleKnown
    return list_elsewhere(person)


def break_glass(patient_id: int, reason: str) -> datetime:
    """Open a patient of other facilities for this session; again while it is open changes nothing.

    The database makes sure of the fresh proof, of the reason and of the hour.

    Returns:
        until when.

    Raises:
        ReasonTooShort, ReasonTooLong.
        NotFound: no such patient, or nothing is outside this person's facilities.
    """
    why = checked_reason(reason)
    if not is_outside(patient_id):
        raise NotFound
    ends: datetime = session.execute(
        BREAK_GLASS, {"patient_id": patient_id, "reason": why}
    ).scalar_one()
    return ends
