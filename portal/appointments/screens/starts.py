"""Contents of the booking form: days, openings by doctor, the plan's verdict, the coming steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from flask_babel import gettext as _

from portal.appointments.forms.choice import Choice
from portal.appointments.forms.verdict import Verdict, verdict_on
from portal.appointments.queries.around import SeenBy
from portal.appointments.rules.preference import Preference, preferred
from portal.appointments.screens.board.columns import HUES
from portal.appointments.screens.day_strip import DAYS, DayStrip, day_strip, first_of_week
from portal.appointments.screens.missing import about_day, about_lost, moment
from portal.appointments.screens.reasons_shown import SaidReason
from portal.doctors.queries import LocationRow, list_places
from portal.errors import N_
from portal.scheduling.openings.listing import find_opening, list_openings, next_available
from portal.scheduling.rules import Opening
from portal.scheduling.slots.queries import get_slot
from portal.scheduling.times import local_date
from portal.services.queries.catalogue import list_offerings
from portal.services.queries.workflows import PlannedStep, list_workflow_steps, workflow_for
from portal.web.filters import hhmm, localtime, longdate

MOST_IN_STRIP = 400
MOST_IN_DAY = 200
PREFERRED = {
    "for_this": N_("The earliest with %(doctor)s, who saw this patient last for this."),
    "last": N_("The earliest with %(doctor)s, who saw this patient last."),
    "specialty": N_("The earliest in the specialty of %(doctor)s, who saw this patient last."),
}


class StartChoice(NamedTuple):
    """An opening of one doctor."""

    slot_id: int
    time: str
    chosen: bool


class DoctorStarts(NamedTuple):
    """A doctor's openings of the day."""

    name: str
    about: str
    hue: int
    starts: Sequence[StartChoice]


class NextDay(NamedTuple):
    """The next day with an opening."""

    iso: str
    text: str


class ChosenElsewhere(NamedTuple):
    """The opening that stays chosen while another day is looked at."""

    slot_id: int
    text: str


@dataclass(frozen=True)
class Offers:
    """Everything the right half of the booking form shows, and what of it is chosen.

    Attributes:
        suggested_id: the opening that is chosen because nobody chose another.
        lost_id: the opening that a person chose and that cannot be booked: chosen again should
            it become so.
        suggested_day: the day that is shown because nobody chose another.
    """

    day: date
    strip: DayStrip
    groups: Sequence[DoctorStarts]
    verdict: Verdict
    steps: Sequence[PlannedStep]
    nothing: str
    reasons: Sequence[SaidReason]
    next_day: NextDay | None
    chosen: Opening | None
    chosen_elsewhere: ChosenElsewhere | None
    preference: str | None
    suggested_id: int | None
    lost_id: int | None
    suggested_day: date | None
    own_time: bool

    @property
    def minutes(self) -> int:
        """How long the visit takes."""
        return sum(step.minutes for step in self.steps)


def openings_for(choice: Choice, seen_by: Sequence[SeenBy] = ()) -> Offers:
    """Look for openings, and mark the one that is chosen.

    What a person chose stays so; if it cannot be booked any more nothing is. Else one is
    suggested, with whoever knows the patient.
    """
    zone = choice.facility.timezone
    picked = _picked(choice)
    wanted_day = choice.day or (local_date(picked.start_at, zone) if picked else choice.today)
    first = first_of_week(choice.today, wanted_day)
    week = (
        list_openings(choice.wanted, first_date=first, days=DAYS, limit=MOST_IN_STRIP)
        if choice.service_id
        else []
    )
    places = {
        location.doctor_id: location for location in list_places(facility_id=choice.facility.id)
    }
    known = choice.picked or choice.own_time
    chosen, why = (picked, None) if known else _suggested(choice, wanted_day, week, seen_by, places)
    day = _shown_day(choice, wanted_day, week, None if known else chosen)
    return _offers(choice, _Found(first, week, day, chosen, why, places))


class _Found(NamedTuple):
    first: date
    week: Sequence[Opening]
    day: date
    chosen: Opening | None
    why: Preference | None
    places: Mapping[int, LocationRow]


def _offers(choice: Choice, found: _Found) -> Offers:
    zone, day, chosen = choice.facility.timezone, found.day, found.chosen
    of_day = [each for each in found.week if local_date(each.start_at, zone) == day][:MOST_IN_DAY]
    free = sorted({local_date(offer.start_at, zone) for offer in found.week})
    lost = choice.slot_id if choice.picked and chosen is None else None
    verdict = verdict_on(choice, local_date(chosen.start_at, zone) if chosen else day)
    is_listed = chosen is None or any(each.slot_id == chosen.slot_id for each in of_day)
    return Offers(
        day=day,
        strip=day_strip(
            choice.today, found.first, day, free, full=len(found.week) == MOST_IN_STRIP
        ),
        groups=_groups(of_day, chosen, found.places), verdict=verdict,
        steps=_steps(choice, chosen), nothing=_nothing(choice, verdict, day),
        reasons=_reasons(choice, lost, of_day, day) if verdict.accepted else _lost(choice, lost),
        next_day=None if of_day or not verdict.accepted else _next_day(choice, day),
        chosen=chosen,
        chosen_elsewhere=None if is_listed or not chosen else _elsewhere(chosen, found.places),
        preference=_preference(found),
        suggested_id=chosen.slot_id if chosen and not choice.picked else None, lost_id=lost,
        suggested_day=None if choice.day_picked and day == choice.day else day,
        own_time=choice.own_time,
    )  # fmt: skip


def _preference(found: _Found) -> str | None:
    """With whom it is the earliest, and what is earlier with anybody."""
    if found.why is None or found.chosen is None:
        return None
    with_whom = str(_(PREFERRED[found.why.why], doctor=found.why.doctor))
    first = found.week[0]
    if first.start_at >= found.chosen.start_at:
        return with_whom
    of_all = _("The earliest of all: %(when)s.", when=_elsewhere(first, found.places).text)
    return f"{with_whom} {of_all}"


def _picked(choice: Choice) -> Opening | None:
    """The opening that a person chose, while it is one."""
    if not choice.picked or choice.slot_id is None or choice.service_id is None:
        return None
    wanted = replace(choice.wanted, slot_id=choice.slot_id)
    return find_opening(wanted, get_slot(choice.slot_id).start_at)


def _suggested(
    choice: Choice, wanted_day: date, week: Sequence[Opening], seen_by: Sequence[SeenBy],
    places: Mapping[int, LocationRow],
) -> tuple[Opening | None, Preference | None]:  # fmt: skip
    """The opening suggested before, for the same patient; else one that suits, then or later."""
    zone = choice.facility.timezone
    later = [offer for offer in week if local_date(offer.start_at, zone) >= wanted_day]
    of_day = [offer for offer in later if local_date(offer.start_at, zone) == wanted_day]
    among = of_day if choice.day_picked and of_day else later
    kept = None if choice.renewed else _with_slot(of_day, choice.slot_id)
    if choice.doctor_id is not None:
        return kept or next(iter(among), None), None
    specialties = {doctor_id: location.specialty for doctor_id, location in places.items()}
    best, why = preferred(among, seen_by, choice.service_id, specialties)
    if kept is None or best is None or kept.doctor_id == best.doctor_id:
        return kept or best, why
    return kept, None


def _with_slot(offers: Sequence[Opening], slot_id: int | None) -> Opening | None:
    return next((offer for offer in offers if offer.slot_id == slot_id), None)


def _shown_day(
    choice: Choice, wanted_day: date, week: Sequence[Opening], suggested: Opening | None
) -> date:
    """The suggestion's day; of something that a person chose the day that is looked at."""
    zone = choice.facility.timezone
    if suggested is not None:
        return local_date(suggested.start_at, zone)
    if choice.picked or choice.own_time:
        return wanted_day
    later = (local_date(offer.start_at, zone) for offer in week)
    return next((day for day in later if day >= wanted_day), wanted_day)


def _groups(
    offers: Sequence[Opening], chosen: Opening | None, places: Mapping[int, LocationRow]
) -> list[DoctorStarts]:
    """By doctor: whose opening is chosen, then whoever is free first."""
    starts: dict[int, list[StartChoice]] = {}
    if chosen is not None:
        starts[chosen.doctor_id] = []
    for offer in offers:
        is_chosen = chosen is not None and offer.slot_id == chosen.slot_id
        start = StartChoice(offer.slot_id, _hhmm(offer.start_at, offer.zone), is_chosen)
        starts.setdefault(offer.doctor_id, []).append(start)
    return [_group(places[doctor_id], found) for doctor_id, found in starts.items() if found]


def _group(location: LocationRow, starts: Sequence[StartChoice]) -> DoctorStarts:
    about = location.role or location.specialty or ""
    return DoctorStarts(location.display_name, about, location.doctor_id % HUES, starts)


def _elsewhere(chosen: Opening, places: Mapping[int, LocationRow]) -> ChosenElsewhere:
    doctor = places[chosen.doctor_id].display_name
    return ChosenElsewhere(chosen.slot_id, f"{moment(chosen.start_at, chosen.zone)} · {doctor}")


def minutes_of(choice: Choice) -> int:
    """How long the visit takes under the plan; 0 where nothing says so."""
    return sum(step.minutes for step in _steps(choice, None))


def _steps(choice: Choice, chosen: Opening | None) -> list[PlannedStep]:
    """Of the chosen opening, or of any doctor who offers the service there."""
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


def _nothing(choice: Choice, verdict: Verdict, day: date) -> str:
    if not verdict.accepted:
        return str(_("No openings under this plan here."))
    return str(_("Nothing is free on %(day)s.", day=longdate(day)))


def _lost(choice: Choice, lost: int | None) -> list[SaidReason]:
    return about_lost(choice, lost) if lost is not None else []


def _reasons(
    choice: Choice, lost: int | None, of_day: Sequence[Opening], day: date
) -> list[SaidReason]:
    """Why what was chosen is not there any more, or why a day that was asked for has nothing."""
    if lost is not None:
        return about_lost(choice, lost)
    if not of_day:
        return about_day(choice, day)
    if not choice.day_picked or choice.day in (None, day):
        return []
    nothing = _("Nothing is free on %(day)s.", day=longdate(choice.day or day))
    return [SaidReason(nothing), *about_day(choice, choice.day or day)]


def _next_day(choice: Choice, day: date) -> NextDay | None:
    if choice.service_id is None:
        return None
    found = next_available(choice.wanted, first_date=day)
    if found is None:
        return None
    next_day = local_date(found.start_at, found.zone)
    return NextDay(next_day.isoformat(), longdate(next_day))


def _hhmm(at: datetime, zone: str) -> str:
    return hhmm(localtime(at, zone))
