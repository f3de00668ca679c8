"""Visits that repeat: the starts a series would get, and the visits of one that is booked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, text

from portal.appointments.rules.series import MOST_IN_SERIES, Repeat, repeated_dates
from portal.appointments.rules.visits import LIVE
from portal.db import session
from portal.errors import NotFound
from portal.scheduling.openings.listing import OpeningQuery, list_openings
from portal.scheduling.openings.reasons import Reason, published_until, why_not
from portal.scheduling.rules import Opening
from portal.scheduling.times import Span, instant, local_date
from portal.schema.appointments import Appointment, AppointmentSeries
from portal.schema.doctors import Doctor
from portal.tenancy.context import request_context

# Of each date, and what a search over all of them may bring at most.
MOST_OF_A_DATE = 6
MOST_FOUND = 4_000
# Who is away has no open slot and no time, which need not be said as well.
CAUSES = frozenset({"away", "no_rule", "not_published"})

BUSY = text("""
    SELECT id, start_at, end_at FROM appointments
     WHERE tenant_id = :tenant_id AND patient_id = :patient_id AND status = ANY (:live)
       AND end_at > :from_at AND start_at < :until_at
     ORDER BY start_at, id LIMIT :limit
""")


@dataclass(frozen=True)
class SeriesDate:
    """One date of a series: the start it is to have, and what is on offer that day.

    Attributes:
        at: the same local time as the first visit's.
        choices: the starts on offer, the nearest to that time first; none: the date is skipped.
        reasons: why it is skipped.
    """

    day: date
    at: datetime
    choices: Sequence[Opening]
    reasons: Sequence[Reason] = ()

    @property
    def exact(self) -> bool:
        """Whether the start at that very time is on offer."""
        return bool(self.choices) and self.choices[0].start_at == self.at


class SeriesVisit(NamedTuple):
    """A visit of a series, as the others list it."""

    id: int
    start_at: datetime
    status: str
    confirmed_at: datetime | None
    doctor_name: str


def plan_series(first: Opening, plan_id: int | None, repeat: Repeat, *, patient_id: int | None
                ) -> list[SeriesDate]:  # fmt: skip
    """A preview of booking a series, date by date after the first.

    Args:
        first: the first visit's start.
        plan_id: the plan of all visits; None is self-pay.
        repeat: how often, for how long.
        patient_id: whose other visits are in the way; None for somebody new.

    Raises:
        What `repeated_dates` refuses.
    """
    began = first.start_at
    day, at = local_date(began, first.zone), _local_time(began, first.zone)
    days = repeated_dates(day, repeat)
    wanted = OpeningQuery(offering_id=first.offering_id, plan_id=plan_id, on_dates=days)
    span = (days[-1] - days[0]).days + 1
    offers = list_openings(wanted, first_date=days[0], days=span, limit=MOST_FOUND)
    busy = _busy(patient_id, Span(began, instant(days[-1] + timedelta(days=1), at, first.zone)))
    published = published_until(first.doctor_id, first.facility_id, first.zone)
    planned = [
        _planned(each, instant(each, at, first.zone), first.zone, offers, busy) for each in days
    ]
    return [
        each if each.choices else _skipped(each, first, plan_id, busy, published)
        for each in planned
    ]  # fmt: skip


def get_series(series_id: int) -> AppointmentSeries:
    """Raises NotFound."""
    found = session.get(AppointmentSeries, (request_context().tenant_id, series_id))
    if found is None:
        raise NotFound
    return found


def find_series_by_key(booking_key: UUID) -> AppointmentSeries | None:
    """The series that a one-time key has booked already."""
    return session.scalar(
        select(AppointmentSeries).where(
            AppointmentSeries.tenant_id == request_context().tenant_id,
            AppointmentSeries.booking_key == booking_key,
        )
    )


def list_series_visits(series_id: int) -> list[SeriesVisit]:
    """The visits of a series by their time, the cancelled ones too."""
    visit = Appointment
    rows = session.execute(
        select(visit.id, visit.start_at, visit.status, visit.confirmed_at, Doctor.display_name)
        .join(Doctor, (Doctor.tenant_id == visit.tenant_id) & (Doctor.id == visit.doctor_id))
        .where(
            visit.tenant_id == request_context().tenant_id, visit.appointment_series_id == series_id
        )
        .order_by(visit.start_at, visit.id)
        .limit(MOST_IN_SERIES)
    )
    return [SeriesVisit._make(row) for row in rows]


def list_following(appointment: Appointment, *, cancelled_at: datetime | None = None
                   ) -> Sequence[Appointment]:  # fmt: skip
    """A visit of a series and those after it that have not begun.

    Args:
        appointment: the first of them.
        cancelled_at: instead of those, the ones that were cancelled together at that moment.
    """
    if appointment.appointment_series_id is None:
        return [appointment]
    visit = Appointment
    statement = (
        select(visit)
        .where(
            visit.tenant_id == request_context().tenant_id,
            visit.appointment_series_id == appointment.appointment_series_id,
            visit.start_at >= appointment.start_at,
        )
        .order_by(visit.start_at, visit.id)
        .limit(MOST_IN_SERIES)
    )
    if cancelled_at is None:
        return session.scalars(statement.where(visit.status == "scheduled")).all()
    same_cancellation = (visit.status == "cancelled", visit.finished_at == cancelled_at)
    return session.scalars(statement.where(*same_cancellation)).all()


def _planned(
    day: date, at: datetime, zone: str, offers: Iterable[Opening], busy: Sequence[tuple[int, Span]]
) -> SeriesDate:
    """A date with the starts that neither doctor nor patient is taken at."""
    of_day = [
        offer
        for offer in offers
        if local_date(offer.start_at, zone) == day
        and not any(span.touches(Span(offer.start_at, offer.end_at)) for _id, span in busy)
    ]
    of_day.sort(key=lambda offer: (abs(offer.start_at - at), offer.start_at))
    return SeriesDate(day, at, of_day[:MOST_OF_A_DATE])


def _skipped(
    date_: SeriesDate, first: Opening, plan_id: int | None, busy: Sequence[tuple[int, Span]],
    published: date | None,
) -> SeriesDate:  # fmt: skip
    """A date of a series with the reason why nothing is on offer."""
    until = date_.at + (first.end_at - first.start_at)
    reasons = [
        Reason("patient_taken", "appointments", id_, {"from": span.start, "until": span.end})
        for id_, span in busy
        if span.touches(Span(date_.at, until))
    ]
    if published is not None and date_.day > published:
        reasons.append(Reason("not_published", "availability_rules", None, {"until": published}))
    else:
        reasons += _causes(why_not(first.offering_id, plan_id, date_.at))
    return SeriesDate(date_.day, date_.at, (), reasons)


def _causes(reasons: Sequence[Reason]) -> Sequence[Reason]:
    """Without what only follows from the doctor being away."""
    causes = [reason for reason in reasons if reason.code in CAUSES]
    return causes or reasons


def _busy(patient_id: int | None, during: Span) -> list[tuple[int, Span]]:
    """A patient's other visits."""
    if patient_id is None:
        return []
    values = {"tenant_id": request_context().tenant_id, "patient_id": patient_id,
              "live": sorted(LIVE),
              "from_at": during.start, "until_at": during.end, "limit": MOST_FOUND}  # fmt: skip
    return [(row.id, Span(row.start_at, row.end_at)) for row in session.execute(BUSY, values)]


def _local_time(moment: datetime, zone: str) -> time:
    return moment.astimezone(ZoneInfo(zone)).time()
