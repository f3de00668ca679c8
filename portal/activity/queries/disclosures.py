"""Reading what was disclosed of a patient."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased

from portal.db import session
from portal.errors import NotFound
from portal.schema.disclosures import Disclosure
from portal.tenancy.context import request_context

MOST_LISTED = 1_000


@dataclass(frozen=True)
class EnteredDisclosure:
    """A disclosure as it was entered, and whether another has corrected it since."""

    disclosure: Disclosure
    corrected: bool

    @property
    def stands(self) -> bool:
        """Whether it was told as it says here."""
        return not (self.corrected or self.disclosure.withdrawn)

    def is_accounted(self, today: date) -> bool:
        """Whether it is part of the account that a patient is given on that day."""
        until = self.disclosure.withheld_until
        return self.stands and (until is None or until < today)


def list_disclosures(
    patient_id: int, *, since: date, limit: int = MOST_LISTED
) -> Sequence[EnteredDisclosure]:
    """A patient's disclosures from a day on, the oldest first; those corrected since as well.

    Those of a record that was merged into it are the patient's own: they move with it.
    """
    found = select(Disclosure, _corrected()).where(
        Disclosure.tenant_id == request_context().tenant_id,
        Disclosure.patient_id == patient_id,
        Disclosure.disclosed_on >= since,
    )
    rows = session.execute(found.order_by(Disclosure.disclosed_on, Disclosure.id).limit(limit))
    return [EnteredDisclosure(*row) for row in rows]


def get_disclosure(patient_id: int, disclosure_id: int) -> Disclosure:
    """A disclosure of this patient. Raises NotFound."""
    found = session.scalar(
        select(Disclosure).where(
            Disclosure.tenant_id == request_context().tenant_id,
            Disclosure.patient_id == patient_id,
            Disclosure.id == disclosure_id,
        )
    )
    if found is None:
        raise NotFound
    return found


def _corrected() -> ColumnElement[bool]:
    later = aliased(Disclosure)
    corrects = (later.tenant_id == Disclosure.tenant_id) & (later.corrects_id == Disclosure.id)
    return exists().where(corrects)


def find_disclosure(row_uid: UUID) -> Disclosure | None:
    """The disclosure that a form with this key recorded."""
    return session.scalar(
        select(Disclosure).where(
            Disclosure.tenant_id == request_context().tenant_id, Disclosure.row_uid == row_uid
        )
    )
