"""Making the slots agree with the rules: set-based, idempotent, never re-keying a slot."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from portal import clock
from portal.audit.notes import note
from portal.availability.queries.weekly import horizon_days
from portal.db import session
from portal.scheduling.slots import writes
from portal.scheduling.slots.locks import lock_doctors
from portal.schema.availability import AvailabilitySlot
from portal.sql import statement
from portal.tenancy.context import request_context

MATERIALISE = statement("availability/materialising", lay_out=writes.LAY_OUT)


@dataclass(frozen=True)
class Materialised:
    """The outcome of materialising, in slots.

    Attributes:
        added: new slots.
        withdrawn: free slots that no rule supports any more, now cancelled.
        kept: slots that were there and still are, the adjusted ones among them.
        orphaned: held or booked slots that lost their support just now.
        reopened: cancelled or orphaned slots that are supported again.
        adjusted: free slots whose end, seats or rule follow a changed rule.
    """

    added: int = 0
    withdrawn: int = 0
    kept: int = 0
    orphaned: int = 0
    reopened: int = 0
    adjusted: int = 0

    def __add__(self, other: "Materialised") -> "Materialised":
        mine, theirs = asdict(self), asdict(other)
        return Materialised(**{name: mine[name] + theirs[name] for name in mine})

    @property
    def changed(self) -> bool:
        return any((self.added, self.withdrawn, self.orphaned, self.reopened, self.adjusted))


def materialise(
    doctor_id: int, facility_id: int, first_date: date, last_date: date
) -> Materialised:
    """Make one doctor's slots agree with the rules on the facility's local dates, both included."""
    return materialise_doctors(
        [doctor_id], facility_id=facility_id, first_date=first_date, last_date=last_date
    )


def materialise_doctors(
    doctor_ids: Sequence[int],
    *,
    facility_id: int | None = None,
    first_date: date | None = None,
    last_date: date | None = None,
) -> Materialised:
    """Materialise the hours of several doctors, in one statement.

    Args:
        doctor_ids: whose slots.
        facility_id: where; None for every facility.
        first_date: a local date of each facility; None for its today.
        last_date: the last date, included; None for the tenant's horizon.
    """
    now = clock.now()
    lock_doctors(doctor_ids)
    values = {
        "tenant_id": request_context().tenant_id,
        "doctor_ids": list(doctor_ids),
        "now": now,
        "facility_id": facility_id,
        "first_date": first_date,
        "last_date": last_date,
        "horizon_days": horizon_days(),
    }
    session.execute(writes.RELEASE_EXPIRED, values)
    done = _counted(session.execute(MATERIALISE, values).all())
    _forget_slots()
    if done.changed:
        note("slots.materialise", table="availability_slots", new=_said(values, done))
    return done


def _counted(rows: Iterable[Any]) -> Materialised:
    """Of how many slots of each action; those wanted that are neither new nor back are kept."""
    slots = Counter(dict(rows))
    reopened = slots["reopened"] + slots["adopted"]
    return Materialised(
        added=slots["added"],
        withdrawn=slots["withdrawn"],
        kept=slots["wanted"] - slots["added"] - reopened,
        orphaned=slots["orphaned"],
        reopened=reopened,
        adjusted=slots["adjusted"],
    )


def _forget_slots() -> None:
    """Slots were written past the session's back: those it has are read again when asked."""
    for known in [row for row in session if isinstance(row, AvailabilitySlot)]:
        session.expire(known)


def _said(values: dict[str, Any], done: Materialised) -> dict[str, Any]:
    dates = {name: str(values[name]) for name in ("first_date", "last_date") if values[name]}
    who = {"doctor_ids": values["doctor_ids"], "facility_id": values["facility_id"]}
    return who | dates | asdict(done)
