"""How visits go: most as planned, some missed or cancelled, each as far as its time has come."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from portal import clock
from portal.appointments.commands import (
    cancel_appointment,
    check_in,
    confirm,
    finish_step,
    mark_no_show,
    start_step,
    start_visit,
)
from portal.appointments.models import Appointment
from portal.appointments.queries import list_steps

REASONS = ("Feels better", "Has to work", "No transport", "Moved to another practice")


@dataclass
class Course:
    """What the time is at a facility, and which turns its day must still show.

    Attributes:
        random: the clinic's chance.
        now: up to when visits are lived through.
        ahead: how far that is ahead of the real time; what is going on is stamped with the latter,
            so that nobody waits for a negative number of minutes.
        owed: turns that the next visit that can takes, whatever chance says.
        with_doctor: the visit that is under way, if need be a little early.
    """

    random: Random
    now: datetime
    ahead: timedelta = timedelta(0)
    owed: list[str] = field(default_factory=list)
    with_doctor: Appointment | None = None

    def at(self, moment: datetime, *, going_on: bool = False) -> AbstractContextManager[None]:
        """Do something as if it were a moment of that day, but never later than it really is."""
        return clock.at(moment - (self.ahead if going_on else max(self.ahead, timedelta(0))))

    def turn(self, *likely: tuple[str, float]) -> str:
        """One of the turns by its weight, or one that is owed."""
        names = [name for name, _ in likely]
        for name in names:
            if name in self.owed:
                self.owed.remove(name)
                return name
        return self.random.choices(names, [weight for _, weight in likely])[0]

    def minutes(self, least: int, most: int) -> timedelta:
        """Some minutes."""
        return timedelta(minutes=self.random.randint(least, most))


def live(visit: Appointment, course: Course) -> None:
    """Take a booked visit to where it stands at the course's time."""
    turn = _turn(visit, course)
    if turn in ("complete", "begin"):
        _attend(visit, course, going_on=turn == "begin")
    elif turn == "arrive":
        _arrive(visit, course, going_on=True)
    elif turn == "confirm":
        with course.at(min(course.now, visit.start_at - timedelta(hours=20))):
            confirm(visit)
    elif turn == "miss":
        with clock.at(visit.start_at + timedelta(minutes=25)):
            mark_no_show(visit)
    elif turn == "cancel":
        with course.at(min(course.now, visit.start_at) - course.minutes(60, 1_200)):
            cancel_appointment(visit, course.random.choice(REASONS))


def _turn(visit: Appointment, course: Course) -> str:
    if visit.end_at + timedelta(minutes=5) <= course.now:
        return course.turn(("miss", 6), ("cancel", 5), ("complete", 89))
    if visit.start_at <= course.now or visit is course.with_doctor:
        return "begin"
    if visit.start_at <= course.now + timedelta(minutes=25):
        return course.turn(("arrive", 7), ("confirm", 3))
    return course.turn(("confirm", 45), ("cancel", 3), ("wait", 52))


def _arrive(visit: Appointment, course: Course, *, going_on: bool) -> None:
    moment = min(course.now, visit.start_at - course.minutes(3, 14))
    with course.at(moment, going_on=going_on):
        check_in(visit)


def _attend(visit: Appointment, course: Course, *, going_on: bool) -> None:
    """Arrive, begin, and take the steps one after the other while there is time."""
    _arrive(visit, course, going_on=going_on)
    moment = min(course.now, visit.start_at + course.minutes(-2, 6))
    with course.at(moment, going_on=going_on):
        start_visit(visit)
    steps = list_steps(visit.id)
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        moment += step.scheduled_end_at - step.scheduled_start_at
        if moment > course.now:
            return
        with course.at(moment, going_on=going_on):
            if following is None:
                finish_step(visit, step)
            else:
                start_step(visit, following)
