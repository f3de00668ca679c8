"""The coming weeks: visits that repeat, and people who wait for a start."""

from datetime import date, timedelta
from random import Random
from uuid import UUID

from portal import clock
from portal.appointments.commands.booking import BookingDetails, book_appointment
from portal.appointments.commands.series import SeriesDetails, repeat_appointment
from portal.appointments.commands.waitlist import WishDetails, add_to_waitlist
from portal.appointments.queries.series import plan_series
from portal.appointments.rules.series import Repeat
from portal.appointments.rules.waitlist import EVERY_DAY, weekday_bits
from portal.scheduling.openings.listing import OpeningQuery, next_available
from portal.scheduling.times import local_date
from portal.services.queries.catalogue import get_offering
from seeds.founding import Built, Offered
from seeds.patients import Invented

WEEKS = 6
# What somebody wants: part of the day, weekdays, urgency, in how many days at the latest, and why.
WISHES = (
    ("morning", EVERY_DAY, "urgent", 5, "Pain is getting worse; comes at short notice."),
    ("any", weekday_bits([1, 2, 3]), "soon", 14, None),
    ("afternoon", EVERY_DAY, "routine", 21, "After school only."),
    ("evening", weekday_bits([4, 5]), "routine", 28, None),
)


def plan_ahead(built: Built, people: list[Invented], random: Random) -> None:
    """A series of one patient, and a short waitlist, at the group's first facility."""
    place = built.group.places[0]
    today = local_date(clock.now(), place.timezone)
    grown = [
        each for each in people
        if each.place == place.slug and 20 <= today.year - each.born.year <= 60
    ]  # fmt: skip
    first, *others = random.sample(grown, min(len(grown), len(WISHES) + 1))
    offered = built.offered[built.group.physicians[0].last_name, place.slug]
    _repeat(next(each for each in offered if each.care.seats == 1), first, random)
    for number, (patient, wish) in enumerate(zip(others, WISHES, strict=False)):
        care = offered[number % len(offered)]
        _wait(care, built.places[place.slug], today, patient, wish, random)


def _repeat(offered: Offered, patient: Invented, random: Random) -> None:
    """Weekly visits from next week on; a date on which nothing is free is left out."""
    soon = clock.today_in("UTC") + timedelta(days=7)
    first = next_available(OpeningQuery(offering_id=offered.id), first_date=soon)
    if first is None:
        return
    visit = book_appointment(
        BookingDetails(patient.id, offered.id, slot_id=first.slot_id, booking_key=_key(random))
    )
    dates = plan_series(first, None, Repeat(1, WEEKS), patient_id=patient.id)
    starts = [each.choices[0].slot_id for each in dates if each.choices]
    skipped = [each.day for each in dates if not each.choices]
    repeat_appointment(visit, SeriesDetails(1, starts, _key(random), skipped))


def _wait(
    offered: Offered, facility_id: int, today: date, patient: Invented,
    wish: tuple[str, int, str, int, str | None], random: Random,
) -> None:  # fmt: skip
    part, weekdays, urgency, days, notes = wish
    details = WishDetails(
        patient_id=patient.id, service_id=get_offering(offered.id).service_id,
        facility_ids=[facility_id], earliest_on=today, latest_on=today + timedelta(days=days),
        weekdays=weekdays, part_of_day=part, urgency=urgency, notes=notes,
    )  # fmt: skip
    add_to_waitlist(details, _key(random))


def _key(random: Random) -> UUID:
    return UUID(int=random.getrandbits(128), version=4)
