"""What most tests begin with, made once a run: templates, each the one before and more.

`clinics` has the clinic groups alder and birch with their staff, `practice` also alder's doctor
who offers one service, `hours` also that doctor's Mondays from eight to twelve.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import session
from portal.embedded import EmbeddedServer
from portal.schema.doctors import Doctor
from portal.schema.services import Service, ServiceOffering
from tests.support.databases import TEMPLATE, Database, clone, keep_template
from tests.support.people import Clinic, found, staffed
from tests.support.scheduling import Practice, a_practice, hours, on_monday

# The fixtures that find something there: what they need.
BEGINNINGS = {
    "alder": "clinics",
    "birch": "clinics",
    "made_practice": "practice",
    "made_hours": "hours",
}


def beginning(fixtures: Iterable[str]) -> str | None:
    """What a test with these fixtures begins with; None: with a database that has no clinic."""
    wanted = [BEGINNINGS[each] for each in fixtures if each in BEGINNINGS]
    return max(wanted, key=list(FURNISH).index, default=None)


def template(server: EmbeddedServer, begins_with: str | None) -> str:
    """The template's name, made now with those before it if no test needed it so far."""
    before = TEMPLATE
    for name, furnish in FURNISH.items() if begins_with else ():
        keep_template(server, f"{TEMPLATE}_{name}", before, furnish)
        before = f"{TEMPLATE}_{name}"
        if name == begins_with:
            break
    return before


def the_practice(clinic: Clinic) -> Practice:
    """The only practice there is so far; inside `at_work()`."""
    doctor = session.scalars(select(Doctor)).one()
    service = session.scalars(select(Service)).one()
    offering = session.scalars(select(ServiceOffering)).one()
    return Practice(clinic.facility_id, doctor, service, offering)


def _clinics(draft: Database) -> None:
    with draft.app().app_context():
        found("alder", "America/Chicago")
        found("birch", "Europe/London")


def _practice(draft: Database) -> None:
    with draft.app().app_context(), on_monday():
        clinic = staffed(draft, "alder")
        with clinic.at_work():
            a_practice(clinic.facility_id)


def _hours(draft: Database) -> None:
    with draft.app().app_context(), on_monday():
        clinic = staffed(draft, "alder")
        with clinic.at_work():
            hours(the_practice(clinic))


FURNISH = {"clinics": _clinics, "practice": _practice, "hours": _hours}


@pytest.fixture(scope="session")
def beginnings(server: EmbeddedServer) -> Iterator[Callable[[str | None], Database]]:
    """This test process's own clones of what tests begin with, each made when it is asked for."""
    with ExitStack() as kept:

        @cache
        def made(begins_with: str | None) -> Database:
            name = f"portal_{begins_with or 'empty'}"
            return kept.enter_context(clone(server, name, template(server, begins_with)))

        yield made


@pytest.fixture
def begun(request: pytest.FixtureRequest, beginnings: Callable[[str | None], Database]) -> Database:
    """What this test begins with, as the names of its fixtures tell; it leaves nothing in it."""
    return beginnings(beginning(request.fixturenames))


@pytest.fixture
def alder(app: Flask, begun: Database) -> Clinic:
    """The clinic that the test is about."""
    return staffed(begun, "alder")


@pytest.fixture
def birch(app: Flask, begun: Database) -> Clinic:
    """Another clinic, whose people are outsiders."""
    return staffed(begun, "birch")


@pytest.fixture
def made_practice(alder: Clinic) -> Practice:
    """A doctor of alder's who offers one service and has no hours yet; inside `at_work()`."""
    return the_practice(alder)


@pytest.fixture
def made_hours(made_practice: Practice) -> Practice:
    """The same, on Mondays from eight to twelve."""
    return made_practice
