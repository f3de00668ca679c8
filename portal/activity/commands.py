"""What staff do here: exporting the log, recording disclosures."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from portal.activity import queries
from portal.activity.models import Disclosure
from portal.activity.queries import Line
from portal.activity.rules import FIRST_DAY, Filters
from portal.audit.notes import note
from portal.db import session
from portal.refusals import N_, Conflict, DomainError, refusing
from portal.tenancy.context import facts


class NotYetDisclosed(DomainError):
    """What is only planned is not accounted for."""

    field = "disclosed_on"
    message = N_("This day is still to come.")


class TooLongAgo(DomainError):
    """A slip of the keys."""

    field = "disclosed_on"
    message = N_("This day cannot be right.")


class RecordedMeanwhile(Conflict):
    """The same form was sent twice at once, or for two patients."""

    message = N_("This disclosure is recorded already. Open the list to see it.")


@dataclass(frozen=True)
class DisclosureDetails:
    """What staff say of a disclosure; `row_uid` is the form's key, one disclosure for each."""

    row_uid: UUID
    disclosed_on: date
    recipient_name: str
    what: str
    purpose: str
    recipient_address: str | None = None


def export_entries(filters: Filters) -> Sequence[Line]:
    """Every entry that passes the filters; the log says that it was exported, and what of it.

    Raises:
        TooMany: the period holds more entries than an export reads.
    """
    lines = queries.export_entries(filters)
    taken = {**filters.said, "entries": len(lines)}
    note("activity.export", table="user_action_audit_log", new=taken)
    return lines


def record_disclosure(patient_id: int, details: DisclosureDetails, *, today: date) -> Disclosure:
    """Record that something of a patient was disclosed; once for each key.

    Args:
        patient_id: whose data it was.
        details: what was told, to whom, when and why.
        today: the day where the clinic is.

    Raises:
        NotYetDisclosed, TooLongAgo: the day cannot be right.
        RecordedMeanwhile: the key was used by somebody else, or at the same moment.
    """
    if details.disclosed_on > today:
        raise NotYetDisclosed
    if details.disclosed_on < FIRST_DAY:
        raise TooLongAgo
    known = queries.find_disclosure(details.row_uid)
    if known is not None and known.patient_id == patient_id:
        return known
    with refusing({"uq_disclosures_row_uid": RecordedMeanwhile}):
        made = Disclosure(patient_id=patient_id, recorded_by=facts().user_id, **asdict(details))
        session.add(made)
    return made
