"""The demo clinics' days: a new one when nobody is there."""

from collections.abc import Callable

from flask import current_app
from sqlalchemy import text

from portal import clock
from portal.db import session
from portal.demo_clock import DemoClock
from portal.web.logs import log

DAYS = 10
SOMEBODY = text("SELECT live_sessions > 0 FROM measures()")


def look_after() -> None:
    """The worker's part: a new day when nobody is there, which goes on once somebody comes."""
    if days_of().day is None or clock.is_fixed():
        return
    if _somebody_is_there():
        days_of().open(clock.real())
    else:
        make_day(lambda text: log.info(text, job="demo"))


def _somebody_is_there() -> bool:
    there = session.execute(SOMEBODY).scalar_one()
    session.rollback()
    return bool(there)


def make_day(report: Callable[[str], None]) -> None:
    """Make the next working day if the one made last is over."""
    last = days_of().day
    if last is None or clock.is_fixed() or not last.is_over(clock.real()):
        return
    from seeds.load import new_day

    following = last.following(clock.real())
    with clock.at(following.begins):
        new_day(last.date, days=DAYS, report=report)
    days_of().set(following)


def days_of() -> DemoClock:
    """The application's: which day it is in the demo clinics."""
    found: DemoClock = current_app.extensions["demo_clock"]
    return found
