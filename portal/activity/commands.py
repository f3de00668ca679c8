"""Commands: exporting the log, recording disclosures, reviewing emergency access."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from portal import clock
from portal.activity.queries.disclosures import find_disclosure
from portal.activity.queries.log import get_moment
from portal.activity.rules import FIRST_DAY, Filters
from portal.db import session
from portal.errors import N_, Conflict, DomainError, refusing
from portal.exchange.exports.commands import asking
from portal.schema.disclosures import TOLD, Disclosure
from portal.schema.exports import Export
from portal.schema.patients import BreakGlass
from portal.tenancy.context import request_context


class NotYetDisclosed(DomainError):
    """A disclosure that is only planned is not accounted for."""

    field = "disclosed_on"
    message = N_("This day is still to come.")


class TooLongAgo(DomainError):
    """A slip of the keys."""

    field = "disclosed_on"
    message = N_("This day cannot be right.")


class RecordedMeanwhile(Conflict):
    """One form was sent twice at once, or for two patients, or with something else in it."""

    message = N_("This disclosure is recorded already. Open the list to see it.")


class CorrectedMeanwhile(Conflict):
    """An entry is corrected once; after that its correction is."""

    message = N_("This entry was corrected meanwhile. Open the list to see it.")


class OwnUse(DomainError):
    """Looking through is for somebody else."""

    message = N_("Somebody else must review your own emergency access.")


@dataclass(frozen=True)
class DisclosureDetails:
    """A disclosure as staff enter it; `row_uid` is the form's key, one disclosure for each."""

    row_uid: UUID
    disclosed_on: date
    recipient_name: str
    what: str
    purpose: str
    recipient_address: str | None = None
    withheld_until: date | None = None


def ask_export(filters: Filters, address: Mapping[str, str], format_: str, *, key: UUID) -> Export:
    """Have the worker export every entry until now that passes the filters.

    Args:
        filters: which entries.
        address: the same as the log's screen has it in its address.
        format_: `csv` or `xlsx`.
        key: the form's, one export for each.

    Raises:
        TooManyUnfinished: the person's other exports come first.
    """
    now = get_moment()
    until = min(filters.until or now, now)
    params = {
        "filters": replace(filters, until=until).params,
        "address": dict(address),
        "locale": request_context().locale,
    }
    return asking.ask_export("activity", format_, params, key=key)


def record_disclosure(patient_id: int, details: DisclosureDetails, *, today: date) -> Disclosure:
    """Record that something of a patient was disclosed; once for each key.

    Args:
        patient_id: whose data it was.
        details: what was told, to whom, when and why.
        today: the day where the clinic is.

    Raises:
        NotYetDisclosed, TooLongAgo: the day cannot be right.
        RecordedMeanwhile: the key was used by somebody else, at the same moment, or for something
            else.
    """
    _check_day(details, today)
    known = find_disclosure(details.row_uid)
    if known is not None and known.patient_id == patient_id and _says(known, asdict(details)):
        return known
    with refusing({"uq_disclosures_row_uid": RecordedMeanwhile}):
        made = Disclosure(
            patient_id=patient_id, recorded_by=request_context().user_id, **asdict(details)
        )
        session.add(made)
    return made


def correct_disclosure(
    wrong: Disclosure, details: DisclosureDetails, because: str, *, withdrawn: bool, today: date
) -> Disclosure:
    """Enter a disclosure again as it should have been; what was entered first stays.

    Args:
        wrong: the entry to correct, itself a correction perhaps.
        details: as it should have been; the key makes one correction.
        because: why.
        withdrawn: there was no such disclosure, or it was of somebody else: `details` say nothing.
        today: the day where the clinic is.

    Raises:
        NotYetDisclosed, TooLongAgo: the day cannot be right.
        CorrectedMeanwhile: somebody else was faster.
    """
    values = asdict(details)
    if withdrawn:
        values |= {name: getattr(wrong, name) for name in (*TOLD, "disclosed_on", "withheld_until")}
    known = find_disclosure(details.row_uid)
    whole = values | {"because": because, "withdrawn": withdrawn}
    if known is not None and known.corrects_id == wrong.id and _says(known, whole):
        return known
    if not withdrawn:
        _check_day(details, today)
    constraints = ("uq_disclosures_row_uid", "uq_disclosures_corrects_id")
    with refusing(dict.fromkeys(constraints, CorrectedMeanwhile)):
        made = Disclosure(patient_id=wrong.patient_id, recorded_by=request_context().user_id,
                          because=because,
                          corrects_id=wrong.id, withdrawn=withdrawn, **values)  # fmt: skip
        session.add(made)
    return made


def _says(known: Disclosure, values: Mapping[str, Any]) -> bool:
    """Whether what is recorded under a form's key is what the form says."""
    return all(getattr(known, name) == value for name, value in values.items())


def _check_day(details: DisclosureDetails, today: date) -> None:
    if details.disclosed_on > today:
        raise NotYetDisclosed
    if details.disclosed_on < FIRST_DAY:
        raise TooLongAgo


def review_glass(use: BreakGlass) -> None:
    """Say that a use of break-glass was looked through; who said it first stays.

    Raises:
        OwnUse: it is this person's own; the database refuses it too.
    """
    if use.user_id == request_context().user_id:
        raise OwnUse
    if use.reviewed_at is None:
        use.reviewed_at, use.reviewed_by = clock.real(), request_context().user_id
        session.flush()
