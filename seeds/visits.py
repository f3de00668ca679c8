"""How visits go: most as planned, some missed or cancelled, each as far as its time has come."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from portal import clock
from portal.appointments.commands.steps import finish_step, start_step
from portal.appointments.commands.visit import (
    cancel_appointment,
    check_in,
    confirm,
    mark_no_show,
    start_visit,
)
from portal.appointments.queries.visits import list_steps
from portal.schema.appointments import Appointment

REASONS = ("Feels better", "Has to work", "No transport", "Moved to another practice")


@dataclass
class Course:
    """What the time is, and which turns the day must still show.

    Attributes:
        random: the clinic's chance.
        now: up to when visits are lived through.
        owed: turns that the next visit that can takes, whatever chance says.
        with_doctor: the visit that is under way, if need be a little early.
    """

    random: Random
    now: datetime
    owed: list[str] = field(default_factory=list)
    with_doctor: Appointment | None = None

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
    """Take a visit that is booked or under way to where it stands at the course's time."""
    turn = _turn(visit, course)
    if turn == "attend":
        _attend(visit, course)
    elif turn == "arrive":
        _arrive(visit, course)
    elif turn == "confirm" and visit.confirmed_at is None:
        with clock.at(min(course.now, visit.start_at - timedelta(hours=20))):
            confirm(visit)
    elif turn == "miss":
        with clock.at(min(course.now, visit.start_at + timedelta(minutes=25))):
            mark_no_show(visit)
    elif turn == "cancel":
        with clock.at(min(course.now, visit.start_at) - course.minutes(60, 1_200)):
            cancel_appointment(visit, course.random.choice(REASONS))


def _turn(visit: Appointment, course: Course) -> str:
    if visit.status != "scheduled":
        return "attend"
    if visit.end_at + timedelta(minutes=5) <= course.now:
        return course.turn(("miss", 6), ("cancel", 5), ("attend", 89))
    if visit.start_at <= course.now or visit is course.with_doctor:
        return "attend"
    if visit.start_at <= course.now + timedelta(minutes=25):
        return course.turn(("arrive", 7), ("confirm", 3))
    return course.turn(("confirm", 45), ("cancel", 3), ("wait", 52))


def _arrive(visit: Appointment, course: Course) -> None:
    with clock.at(min(course.now, visit.start_at - course.minutes(3, 14))):
        check_in(visit)


def _attend(visit: Appointment, course: Course) -> None:
    """Arrive, begin, and take the steps one after the other while there is time."""
    if visit.status == "scheduled":
        _arrive(visit, course)
    if visit.status == "checked_in":
        begins = max(visit.checked_in_at or course.now, visit.start_at + course.minutes(-2, 6))
        with clock.at(min(course.now, begins)):
            start_visit(visit)
    left = [step for step in list_steps(visit.id) if step.status in ("in_progress", "scheduled")]
    moment = visit.started_at or course.now
    for step, following in zip(left, [*left[1:], None], strict=True):
        moment = (step.started_at or moment) + (step.scheduled_end_at - step.scheduled_start_at)
        if moment > course.now:
            return
        with clock.at(moment):
            if following is None:
                finish_step(visit, step)
            else:
                start_step(visit, following)
