"""What the booking form offers: days, starts by doctor, the plan's verdict, the steps to come."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from babel.dates import format_date
from flask_babel import get_locale
from flask_babel import gettext as _

from portal import clock
from portal.appointments import queries
from portal.appointments.board.columns import HUES
from portal.appointments.queries import Offer, Wanted
from portal.appointments.reasons_shown import About, Said, say_reasons
from portal.availability.queries import get_slot
from portal.availability.rules import local_date
from portal.doctors.queries import Place, list_places
from portal.facilities.models import Facility
from portal.insurance.queries import find_plan_at
from portal.insurance.rules import REASONS
from portal.services.queries import (
    OfferingRow,
    PlannedStep,
    list_offerings,
    list_workflow_steps,
    workflow_for,
)
from portal.web.filters import hhmm, localtime, longdate

DAYS = 7
MOST_IN_STRIP = 400
MOST_IN_DAY = 200
MOST_EXPLAINED = 5


class DayChoice(NamedTuple):
    """A day of the strip."""

    iso: str
    weekday: str
    number: int
    free: bool
    chosen: bool


class StartChoice(NamedTuple):
    """A start of one doctor."""

    slot_id: int
    time: str
    chosen: bool


class DoctorStarts(NamedTuple):
    """A doctor's starts of the day."""

    name: str
    about: str
    hue: int
    starts: Sequence[StartChoice]


class NextDay(NamedTuple):
    """The next day with a start."""

    iso: str
    text: str


@dataclass(frozen=True)
class Choice:
    """What has been chosen so far in the form."""

    facility: Facility
    service_id: int | None
    plan_id: int | None = None
    doctor_id: int | None = None
    day: date | None = None
    slot_id: int | None = None

    @property
    def today(self) -> date:
        """The date at the facility."""
        return local_date(clock.now(), self.facility.timezone)

    @property
    def wanted(self) -> Wanted:
        """The search these choices mean."""
        return Wanted(
            service_id=self.service_id, plan_id=self.plan_id, doctor_id=self.doctor_id,
            facility_id=self.facility.id,
        )  # fmt: skip


@dataclass(frozen=True)
class Offers:
    """Everything the right half of the booking form shows."""

    day: date
    days: Sequence[DayChoice]
    groups: Sequence[DoctorStarts]
    accepted: bool
    verdict: str
    steps: Sequence[PlannedStep]
    nothing: str
    reasons: Sequence[Said]
    next_day: NextDay | None
    hold: bool = False

    @property
    def minutes(self) -> int:
        """How long the visit takes."""
        return sum(step.minutes for step in self.steps)


def offers_for(choice: Choice, *, hold: bool = False) -> Offers:
    """Look for starts; the chosen one, or the earliest over all doctors, is marked.

    Args:
        hold: a start was picked on the board: have the browser hold it.
    """
    asked = choice.day or choice.today
    first = _first_of_week(choice.today, asked)
    strip = (
        queries.list_offers(choice.wanted, first_date=first, days=DAYS, limit=MOST_IN_STRIP)
        if choice.service_id
        else []
    )
    zone = choice.facility.timezone
    free = sorted({local_date(offer.start_at, zone) for offer in strip})
    later = [day for day in free if day >= asked]
    day = asked if choice.slot_id or not later else later[0]
    of_day = [offer for offer in strip if local_date(offer.start_at, zone) == day][:MOST_IN_DAY]
    chosen = _chosen(of_day, choice.slot_id)
    accepted, verdict = _verdict(choice, day)
    return Offers(
        day=day, days=_days(first, day, free, full=len(strip) == MOST_IN_STRIP),
        groups=_groups(of_day, chosen, choice.facility), accepted=accepted, verdict=verdict,
        steps=_steps(choice, chosen), nothing=_("Nothing is free on %(day)s.", day=longdate(day)),
        reasons=_reasons(choice, chosen, day), next_day=None if of_day else _next_day(choice, day),
        hold=hold and chosen is not None and chosen.slot_id == choice.slot_id,
    )  # fmt: skip


def around(choice: Choice, taken: Sequence[Offer]) -> Choice:
    """The choice moved to the nearest of the starts that are still there."""
    if not taken:
        return replace(choice, slot_id=None)
    nearest = taken[0]
    day = local_date(nearest.start_at, choice.facility.timezone)
    return replace(choice, slot_id=nearest.slot_id, day=day)


def _first_of_week(today: date, day: date) -> date:
    """The strip's first day: whole weeks from today on, so that it stands still while one looks."""
    return today + timedelta(days=(day - today).days // DAYS * DAYS)


def _chosen(offers: Sequence[Offer], slot_id: int | None) -> Offer | None:
    picked = (offer for offer in offers if offer.slot_id == slot_id)
    return next(picked, offers[0] if offers else None)


def _days(first: date, chosen: date, free: Sequence[date], *, full: bool) -> list[DayChoice]:
    """A week of days; beyond the last start that was fetched a full list says nothing."""
    days = (first + timedelta(days=n) for n in range(DAYS))
    known = free[-1] if full and free else date.max
    return [
        DayChoice(
            day.isoformat(), format_date(day, "EEE", locale=get_locale()), day.day,
            day in free or day > known, day == chosen,
        )
        for day in days
    ]  # fmt: skip


def _groups(
    offers: Sequence[Offer], chosen: Offer | None, facility: Facility
) -> list[DoctorStarts]:
    """By doctor, whoever is free first comes first."""
    places = {place.doctor_id: place for place in list_places(facility_id=facility.id)}
    starts: dict[int, list[StartChoice]] = {}
    for offer in offers:
        time = _hhmm(offer.start_at, offer.zone)
        start = StartChoice(offer.slot_id, time, offer is chosen)
        starts.setdefault(offer.doctor_id, []).append(start)
    return [_group(places[doctor_id], found) for doctor_id, found in starts.items()]


def _group(place: Place, starts: Sequence[StartChoice]) -> DoctorStarts:
    about = place.role or place.specialty or ""
    return DoctorStarts(place.display_name, about, place.doctor_id % HUES, starts)


def _verdict(choice: Choice, day: date) -> tuple[bool, str]:
    if choice.plan_id is None:
        return True, _("Self-pay: the patient pays for the visit.")
    plan = find_plan_at(choice.facility.id, choice.plan_id)
    gap = plan.gap_on(day) if plan else "not_accepted"
    if gap is not None:
        return False, _(REASONS[gap])
    return True, _("Accepted at %(facility)s.", facility=choice.facility.name)


def _steps(choice: Choice, chosen: Offer | None) -> list[PlannedStep]:
    """Of the chosen start, or of any doctor who offers the service there."""
    if chosen is not None:
        return list_workflow_steps(chosen.workflow_id)
    if choice.service_id is None:
        return []
    offerings = list_offerings(
        facility_id=choice.facility.id, service_id=choice.service_id, doctor_id=choice.doctor_id
    )
    found = (workflow_for(offering.id, choice.plan_id) for offering in offerings)
    workflow = next((workflow for workflow in found if workflow), None)
    return list_workflow_steps(workflow.id) if workflow else []


def _reasons(choice: Choice, chosen: Offer | None, day: date) -> list[Said]:
    """Why the start that was asked for is not among those offered, or why there is none at all."""
    if choice.slot_id:
        started = chosen is not None and chosen.slot_id == choice.slot_id
        return [] if started else _about_start(choice, choice.slot_id)
    if chosen is None:
        return _about_day(choice, day)
    if choice.day is None or choice.day == day:
        return []
    nothing = _("Nothing is free on %(day)s.", day=longdate(choice.day))
    return [Said(nothing), *_about_day(choice, choice.day)]


def _about_start(choice: Choice, slot_id: int) -> list[Said]:
    slot, zone = get_slot(slot_id), choice.facility.timezone
    said = [Said(_("%(time)s cannot be booked for this.", time=_hhmm(slot.start_at, zone)))]
    for offering in _offerings(choice, slot.doctor_id)[:1]:
        reasons = queries.why_not(offering.id, choice.plan_id, slot.start_at)
        said += say_reasons(reasons, About(offering, choice.plan_id, zone))
    return said


def _about_day(choice: Choice, day: date) -> list[Said]:
    """Doctor by doctor; of many doctors the first."""
    if choice.service_id is None:
        return []
    offerings = _offerings(choice, choice.doctor_id)
    if not offerings:
        return [Said(_("Nobody offers this service here."))]
    said = []
    for offering in offerings[:MOST_EXPLAINED]:
        reasons = queries.why_nothing(offering.id, choice.plan_id, day)
        about = About(offering, choice.plan_id, choice.facility.timezone)
        said += say_reasons(reasons, about, prefix=f"{offering.doctor_name}: ")
    return said


def _offerings(choice: Choice, doctor_id: int | None) -> list[OfferingRow]:
    """Who offers the chosen service there, or did."""
    return list_offerings(
        facility_id=choice.facility.id, service_id=choice.service_id, doctor_id=doctor_id,
        active_only=False,
    )  # fmt: skip


def _next_day(choice: Choice, day: date) -> NextDay | None:
    if choice.service_id is None:
        return None
    found = queries.next_available(choice.wanted, first_date=day)
    if found is None:
        return None
    next_day = local_date(found.start_at, found.zone)
    return NextDay(next_day.isoformat(), longdate(next_day))


def _hhmm(moment: datetime, zone: str) -> str:
    return hhmm(localtime(moment, zone))
