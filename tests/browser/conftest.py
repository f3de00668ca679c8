"""The served portal and a Chromium that reports whatever the policy blocks or a script throws."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from portal import clock
from tests.browser.patients import patients_file
from tests.support import machine
from tests.support.databases import clone
from tests.support.people import Person, found
from tests.support.scheduling import MONDAY, a_plan, a_practice, a_workflow, hours
from tests.support.serving import served

# 07:30 in Chicago, before the first start of the day
NOW = MONDAY + timedelta(minutes=30)
REPORTS = """
document.addEventListener("securitypolicyviolation",
    (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
"""
# what the browser says by itself of an answer that a page expects
EXPECTED = ("Failed to load resource: the server responded with a status of 4",)

# A busy machine is a slow one, and a test that passes does not wait.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Site:
    """A served clinic: where it is, and who works there."""

    address: str
    desk: Person
    admin: Person
    clinician: Person


@pytest.fixture(scope="session")
def furnished(server, tmp_path_factory) -> Iterator[tuple[str, tuple[Person, Person, Person]]]:
    """The clinic `lakeside` with two doctors who work today, and imported patients; to be copied.

    Gives the database's name and who works there.
    """
    with clone(server, "furnished") as database:
        people = furnish(database.app(), patients_file(tmp_path_factory.mktemp("patients")))
        database.close()
        yield database.name, people


@pytest.fixture(scope="module")
def site(server, furnished, tmp_path_factory) -> Iterator[Site]:
    """The clinic as it was furnished, served: no file of tests meets what another one booked."""
    name, people = furnished
    folder = tmp_path_factory.mktemp("browser")
    with (
        clone(server, "browser", template=name) as database,
        served(database, folder, PORTAL_NOW=NOW.isoformat()) as address,
    ):
        yield Site(address, *people)


def furnish(app: Flask, patients: Path) -> tuple[Person, Person, Person]:
    """Doctors with hours on every weekday, a plan with steps of its own, the patients of a file."""
    with app.app_context(), clock.at(NOW):
        clinic = found("lakeside", "America/Chicago")
        with clinic.at_work():
            practices = []
            for _ in range(2):
                practice = a_practice(clinic.facility_id, minutes=(5, 10), skippable=())
                for weekday in range(7):
                    hours(practice, weekday, "08:00", "16:00", slot_duration_minutes=15)
                practices.append(practice)
            plan = a_plan(clinic.facility_id)
            for practice in practices:
                a_workflow(practice.offering, (5, 5), plan=plan)
    command = ["patients", "import", str(patients), "--tenant", "lakeside", "--facility", "central"]
    result = app.test_cli_runner().invoke(args=command)
    assert result.exit_code == 0, result.output
    return clinic.desk, clinic.admin, clinic.clinician


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, which `make test` installs where it may."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=machine.chromium(),
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        )
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser, site: Site) -> Iterator[BrowserContext]:
    """A browser of its own for the test; whatever it complains of fails it."""
    with opened(chromium, site) as made:
        yield made


class opened:  # noqa: N801 - reads as a verb
    """`with opened(chromium, site):` a context whose complaints fail the test at its end."""

    def __init__(self, chromium: Browser, site: Site, **options) -> None:
        usual = {
            "base_url": site.address,
            "viewport": {"width": 1280, "height": 800},
            "timezone_id": "America/Chicago",
        }
        self.context = chromium.new_context(**{**usual, **options})
        self.complaints: list[str] = []

    def __enter__(self) -> BrowserContext:
        self.context.set_default_timeout(PATIENCE)
        self.context.add_init_script(REPORTS)
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.context.on("console", self._hear)
        return self.context

    def __exit__(self, kind: type | None, *_rest: object) -> None:
        self.context.close()
        assert kind is not None or self.complaints == []

    def _hear(self, message) -> None:
        if message.type == "error" and not message.text.startswith(EXPECTED):
            self.complaints.append(message.text)


def sign_in(page: Page, person: Person) -> Page:
    """Sign in by typing, and stand on the board."""
    page.goto("/sign-in")
    # A busy browser gives the first field the focus after the page has loaded.
    expect(page.locator("[name=clinic]")).to_be_focused()
    for text, key in ((person.clinic, "Tab"), (person.email, "Tab"), (person.password, "Enter")):
        page.keyboard.type(text)
        page.keyboard.press(key)
    page.wait_for_selector("#board")
    # The keys are listened to once the scripts have run.
    page.wait_for_load_state("load")
    return page


@pytest.fixture
def desk(context: BrowserContext, site: Site) -> Page:
    """The front desk, signed in, on the board."""
    return sign_in(context.new_page(), site.desk)
