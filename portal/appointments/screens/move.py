"""Moving an appointment: the openings of a week, day by day, and why a time cannot be had."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from babel.dates import format_date, format_skeleton
from flask import url_for
from flask_babel import gettext as _

from portal import clock
from portal.appointments.commands.rescheduling import MoveDetails
from portal.appointments.forms.visits import MoveForm
from portal.appointments.queries.acts import list_history
from portal.appointments.queries.visits import get_context, list_coming
from portal.appointments.rules.visits import MovedMeanwhile, where
from portal.appointments.screens.reasons_shown import About, SaidReason, say_reasons
from portal.appointments.screens.visit import VisitPage
from portal.doctors.queries import list_doctor_names, list_places
from portal.errors import DomainError, NotFound
from portal.scheduling.openings.listing import OpeningQuery, list_openings
from portal.scheduling.openings.reasons import why_not
from portal.scheduling.rules import Opening, SlotTaken
from portal.scheduling.slots.queries import get_slot
from portal.scheduling.times import Span, local_date
from portal.schema.appointments import Appointment
from portal.services.queries.catalogue import get_offering, get_offering_row
from portal.web.filters import hhmm, localtime, shortdate
from portal.web.forms.form import translate
from portal.web.languages import page_locale

DAYS = 7
MOST_IN_WEEK = 400


class MoveDay(NamedTuple):
    """A day of the week that is shown."""

    url: str
    weekday: str
    number: int
    name: str
    free: bool
    chosen: bool


class OpeningChoice(NamedTuple):
    """A time to move to: `value` names the slot and the offering."""

    value: str
    time: str


class DoctorOpenings(NamedTuple):
    """A doctor's openings of the day."""

    name: str
    openings: Sequence[OpeningChoice]


class Instead(NamedTuple):
    """A time to move to instead, as a button."""

    text: str
    values: dict[str, Any]


@dataclass(frozen=True)
class MovePage:
    """The openings of one day in its week, with the ways to the weeks beside it."""

    title: str
    earlier: str | None
    later: str
    days: Sequence[MoveDay]
    groups: Sequence[DoctorOpenings]
    nothing: str
    reasons: Sequence[SaidReason] = ()
    instead: Sequence[Instead] = ()
    refused: str | None = None


def move_page(visit: Appointment, card: VisitPage, wanted_day: date | None) -> MovePage:
    """The week of a day (the appointment's own, or today's), and its first day with an opening.

    Weeks are counted from today, so that they stand still while one looks.
    """
    today = local_date(clock.now(), card.zone)
    day = max(wanted_day or card.start.date(), today)
    first = today + timedelta(days=(day - today).days // DAYS * DAYS)
    offers = list_openings(_wanted(visit, card.service_id), first_date=first, days=DAYS,
                                 limit=MOST_IN_WEEK)  # fmt: skip
    by_day: dict[date, list[Opening]] = {}
    for offer in offers:
        by_day.setdefault(local_date(offer.start_at, card.zone), []).append(offer)
    chosen = next((each for each in sorted(by_day) if each >= day), day)
    last = first + timedelta(days=DAYS - 1)
    before = first - timedelta(days=DAYS)
    return MovePage(
        title=f"{_monthday(first)} – {_monthday(last)}",
        earlier=_url(visit, before) if before >= today else None,
        later=_url(visit, first + timedelta(days=DAYS)),
        days=[_day(visit, first + timedelta(days=n), by_day, chosen) for n in range(DAYS)],
        groups=_groups(by_day.get(chosen, ()), card),
        nothing=_("No openings on %(day)s.", day=_monthday(chosen)),
    )  # fmt: skip


def openings_on(visit: Appointment, day: date | None) -> dict[int, list[int]]:
    """A day's openings for a visit, its own place left out; also those after midnight.

    Returns:
        By the doctor's id their starts, in seconds, in order. None of them is while the patient
        is elsewhere.
    """
    service_id = get_offering(visit.service_offering_id).service_id
    offers = list_openings(_wanted(visit, service_id), first_date=day, days=2,
                                 limit=MOST_IN_WEEK)  # fmt: skip
    coming = list_coming(visit.patient_id, clock.now())
    others = [Span(other.start_at, other.end_at) for other in coming if other.id != visit.id]
    found: dict[int, list[int]] = {}
    for offer in offers:
        here = (offer.start_at, offer.doctor_id) == (visit.start_at, visit.doctor_id)
        at = Span(offer.start_at, offer.end_at)
        if not here and not any(at.touches(other) for other in others):
            found.setdefault(offer.doctor_id, []).append(int(offer.start_at.timestamp()))
    return found


def why_not_there(
    visit: Appointment, to: MoveDetails, refusal: DomainError
) -> tuple[Sequence[SaidReason], Sequence[Instead]]:
    """Every other reason against a time but its own seat, and the nearest openings."""
    if isinstance(refusal, NotFound):
        return (), ()
    offering = get_offering_row(to.offering_id or visit.service_offering_id)
    at = to.start_at or get_slot(to.slot_id or 0).start_at
    minutes = Span(visit.start_at, visit.end_at).minutes
    reasons = [
        reason
        for reason in why_not(offering.id, visit.insurance_plan_id, at, minutes=minutes)
        if visit.availability_slot_id is None or reason.record != visit.availability_slot_id
    ]
    about = About(offering, visit.insurance_plan_id, offering.zone)
    nearest = refusal.alternatives if isinstance(refusal, SlotTaken) else ()
    besides = [each for each in say_reasons(reasons, about) if each.text != translate(refusal)]
    return besides, _instead(offering.facility_id, nearest)


def not_moved(form: MoveForm, zone: str) -> str:
    """That it is not moved: to which time, with which doctor."""
    try:
        wanted = form.wanted(zone)
    except NotFound:
        wanted = None
    if wanted is None:
        return str(_("Not moved."))
    at, doctor_id = wanted
    name = list_doctor_names({doctor_id}).get(doctor_id, "?")
    return str(_("Not moved to %(when)s.", when=_in_words(at, zone, name)))


def moved_meanwhile(
    visit: Appointment, to: MoveDetails, refusal: MovedMeanwhile
) -> Sequence[Instead]:
    """Say who moved it to when, and what was chosen; the choice that is still possible."""
    offering = get_offering_row(to.offering_id or visit.service_offering_id)
    here = get_context(visit)
    moves = (name for act, name in list_history(visit.id) if act.kind == "move" and name)
    at = to.start_at or get_slot(to.slot_id or 0).start_at
    yours = _in_words(at, offering.zone, offering.doctor_name)
    refusal.message = _(
        "%(name)s moved this appointment meanwhile. Now: %(now)s. You chose: %(yours)s.",
        name=next(moves, _("Somebody")), yours=yours,
        now=_in_words(visit.start_at, here.zone, here.doctor_name),
    )  # fmt: skip
    chosen = {"opening": f"{to.slot_id}-{offering.id}"} if to.slot_id else {
        "doctor_id": offering.doctor_id, "start_at": at.isoformat()
    }  # fmt: skip
    carried = {"moved_from": where(visit.start_at, visit.doctor_id)}
    return [Instead(_("Move to %(when)s", when=yours), chosen | carried)]


def _in_words(at: datetime, zone: str, doctor: str) -> str:
    local = localtime(at, zone)
    return f"{shortdate(local)}, {hhmm(local)} · {doctor}"


def _wanted(visit: Appointment, service_id: int) -> OpeningQuery:
    return OpeningQuery(
        service_id=service_id, facility_id=visit.facility_id,
        plan_id=visit.insurance_plan_id, minutes=Span(visit.start_at, visit.end_at).minutes,
        instead_of=visit.availability_slot_id,
    )  # fmt: skip


def _day(visit: Appointment, day: date, free: dict[date, list[Opening]], chosen: date) -> MoveDay:
    locale = page_locale()
    return MoveDay(
        _url(visit, day), format_date(day, "EEE", locale=locale), day.day, _monthday(day),
        day in free, day == chosen,
    )  # fmt: skip


def _groups(offers: Sequence[Opening], card: VisitPage) -> list[DoctorOpenings]:
    """The appointment's own doctor first, then whoever is free first."""
    names = _names(card.facility_id)
    found: dict[str, list[OpeningChoice]] = {}
    for offer in offers:
        time = hhmm(localtime(offer.start_at, card.zone))
        name = names.get(offer.doctor_id, "?")
        found.setdefault(name, []).append(
            OpeningChoice(f"{offer.slot_id}-{offer.offering_id}", time)
        )
    return sorted(
        (DoctorOpenings(name, openings) for name, openings in found.items()),
        key=lambda group: group.name != card.doctor,
    )


def _instead(facility_id: int, offers: Sequence[Opening]) -> list[Instead]:
    names = _names(facility_id)
    found = []
    for offer in sorted(offers, key=lambda offer: (offer.start_at, offer.slot_id)):
        at = localtime(offer.start_at, offer.zone)
        text = f"{shortdate(at)}, {hhmm(at)} · {names.get(offer.doctor_id, '?')}"
        found.append(Instead(text, {"opening": f"{offer.slot_id}-{offer.offering_id}"}))
    return found


def _names(facility_id: int) -> dict[int, str]:
    return {
        location.doctor_id: location.display_name
        for location in list_places(facility_id=facility_id)
    }


def _monthday(day: date) -> str:
    """Nov 29, as the language orders it."""
    return str(format_skeleton("MMMd", day, locale=page_locale()))


def _url(visit: Appointment, day: date) -> str:
    return url_for("appointments.move", appointment_id=visit.id, date=day.isoformat())
