"""Patients beyond one's facilities: whether there is one, who may be one, which is open."""

from dataclasses import dataclass
from math import ceil

from sqlalchemy import BigInteger, LargeBinary, Text, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from portal.db import session
from portal.errors import NotFound
from portal.patients.queries.holding import token_of
from portal.patients.rules.finding import Key, SearchedPatient
from portal.schema.patients import BreakGlass
from portal.tenancy.context import request_context

# Keys that are one person's alone; a birth date and a name may do it together.
SURE = ("phone", "email", "mrn")
ELSEWHERE = text(
    "SELECT patient_id, mrn FROM patients_elsewhere(:fields, :tokens, :born, :names)"
).bindparams(
    bindparam("fields", type_=ARRAY(Text)),
    bindparam("tokens", type_=ARRAY(LargeBinary)),
    bindparam("born", type_=LargeBinary),
    bindparam("names", type_=ARRAY(LargeBinary)),
)
OUTSIDE = text("SELECT is_outside(:patient_id)").bindparams(
    bindparam("patient_id", type_=BigInteger)
)
NUMBER = text("SELECT outside_number(:patient_id)").bindparams(
    bindparam("patient_id", type_=BigInteger)
)


@dataclass(frozen=True)
class KnownElsewhere:
    """A patient whom another facility knows: no more than the number."""

    id: int
    mrn: str


def is_outside(patient_id: int) -> bool:
    """Whether there is such a patient of the clinic, for somebody who does not see every facility.

    Never for everybody else, nor of another clinic's patient.
    """
    return bool(session.scalar(OUTSIDE, {"patient_id": patient_id}))


def get_outside_number(patient_id: int) -> str:
    """The number of such a patient; the database writes down that it told. Raises NotFound."""
    found: str | None = session.scalar(NUMBER, {"patient_id": patient_id})
    if found is None:
        raise NotFound
    return found


def can_tell(person: SearchedPatient) -> bool:
    """Whether what is known of somebody is enough to ask other facilities by."""
    keys = {key.field for key in person.search_keys()}
    return bool(keys & set(SURE)) or {"dob", "name"} <= keys


def list_elsewhere(person: SearchedPatient) -> list[KnownElsewhere]:
    """At most ten patients beyond one's facilities who may be this person.

    The database writes down that it was asked, and whom it told of.
    """
    if request_context().facility_ids is None:
        return []
    keys = sorted(person.search_keys())
    born = next((token_of(key) for key in keys if key.field == "dob"), None)
    sure = [key for key in keys if key.field in SURE]
    values = {
        "fields": [key.field for key in sure],
        "tokens": _tokens(sure),
        "born": born,
        "names": _tokens([key for key in keys if key.field == "name"]),
    }
    return [KnownElsewhere(row.patient_id, row.mrn) for row in session.execute(ELSEWHERE, values)]


def minutes_open(patient_id: int) -> int | None:
    """How long this session still has the patient open by break-glass; None if it has not."""
    if request_context().facility_ids is None:
        return None
    now = func.clock_timestamp()
    left = func.extract("epoch", func.max(BreakGlass.expires_at) - now)
    seconds = session.scalar(
        select(left).where(
            BreakGlass.tenant_id == request_context().tenant_id,
            BreakGlass.session_id == request_context().session_id,
            BreakGlass.patient_id == patient_id,
            BreakGlass.expires_at > now,
        )
    )
    return None if seconds is None else ceil(seconds / 60)


def _tokens(keys: list[Key]) -> list[bytes]:
    return [token_of(key) for key in keys]
