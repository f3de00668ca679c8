"""Markup typed into every text field of every form: wherever it is shown, it is text."""

import re

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from sqlalchemy import select

from portal.db import session
from portal.schema.availability import AvailabilitySlot
from tests.auth.routes import ROUTES
from tests.auth.test_every_route import addresses, ids_of
from tests.auth.test_passkeys import make
from tests.browser.conftest import REPORTS
from tests.browser.forms import EVIL, Filler, Key, searches, unlike
from tests.exchange.test_importing_lists import bring
from tests.support.client import Browser
from tests.support.device import Device
from tests.support.people import Clinic, found
from tests.support.scheduling import MONDAY, a_patient, a_practice, hours, on_monday
from tests.support.serving import served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

LEFT_ALONE = {"static", "readyz", "auth.welcome", "auth.sign_out"}
# What takes no markup, for it takes codes of a kind, addresses of a kind, or numbers.
TAKES_NONE = {"email", "slug", "locale", "npi", "website", "preferred_language"}
NUMBERS = {
    (form, "phone")
    for form in (
        "patients.new", "patients.edit", "patients.contacts", "patients.contact_edit",
        "appointments.create", "appointments.waitlist_new",
    )
}  # fmt: skip
# Their pages are for who has yet to prove themself; what they take is no text to keep.
# A walk-in needs a doctor who is there, and other forms retire them all before it is its turn. It
# writes by the same fields as booking.
WITH_SOMEBODY = {"appointments.received"}
OF_SIGNING_IN = {"auth.start", "auth.code", "auth.recovery", "auth.enrolment", "auth.passkey_new"}


@pytest.fixture
def stage(own_database) -> tuple[Flask, Clinic, list[str]]:
    """A clinic with a record of each kind; and every page there is."""
    app = own_database.app()
    with on_monday(), app.app_context():
        clinic = found("alder", "America/Chicago")
        asked = [
            address
            for endpoint, route in ROUTES.items()
            if endpoint not in LEFT_ALONE
            for method, address in addresses(app, endpoint, ids_of(clinic, route.subject))
            if method == "GET"
        ]
        patient = ids_of(clinic, "patient")["patient_id"]
        asked += [
            f"/appointments/new?slot={a_free_start(clinic)}",
            f"/appointments/waitlist/new?patient={patient}",
        ]
        asked += of_somebody(clinic)
    return app, clinic, asked


def of_somebody(clinic: Clinic) -> list[str]:
    """Forms that need somebody: who walks in, and whose one note of before is corrected, once."""
    with clinic.at_work():
        noted = a_patient(notes="As it was", facility_id=clinic.facility_id)
        walking_in = a_patient(facility_id=clinic.facility_id)
    return [f"/patients/{noted.id}/notes/correction",
            f"/appointments/walk-in?patient={walking_in.id}"]  # fmt: skip


def a_free_start(clinic: Clinic) -> int:
    with clinic.at_work():
        practice = a_practice(clinic.facility_id)
        hours(practice)
        of_the_doctor = select(AvailabilitySlot.id).where(
            AvailabilitySlot.doctor_id == practice.doctor.id
        )
        return int(session.scalars(of_the_doctor.order_by(AvailabilitySlot.start_at)).first() or 0)


def leave_other_marks(app: Flask, clinic: Clinic, browser: Browser) -> None:
    """Markup that comes by no form's text: a failed sign-in, a browser's name, a passkey, files."""
    stranger = Browser(app)
    stranger.environ_base["HTTP_USER_AGENT"] = unlike(EVIL[0])
    stranger.get("/sign-in")
    typed = {"clinic": clinic.slug, "email": unlike(EVIL[0]), "password": "not it"}
    assert stranger.send("/sign-in", typed).status_code == 422
    stranger.sign_in(clinic.clinician)
    make(stranger, Device(), name=unlike(EVIL[1]))
    lines = f"{unlike(EVIL[1])},Name\n{unlike(EVIL[0])},{unlike(EVIL[0])}\n"
    for kind in ("services", "patients", "doctors"):
        assert bring(browser, kind, lines, name=unlike(EVIL[2])).status_code == 303


def fill(app: Flask, clinic: Clinic, asked: list[str]) -> tuple[Filler, dict[str, str]]:
    """Type into everything; what took it, and the pages that show it afterwards."""
    with on_monday():
        browser = Browser(app).sign_in(clinic.owner)
        browser.environ_base["HTTP_USER_AGENT"] = unlike(EVIL[0])
        leave_other_marks(app, clinic, browser)
        filler = Filler(browser, app.url_map.bind("localhost"))
        for address in asked:
            filler.fill_all(address)
        known = dict.fromkeys([*asked, *filler.led_to, *filler.searched])
        pages = {address: browser.get(address).text for address in known}
        for entry in re.findall(r'href="(/activity/\d+/\d+)"', pages["/activity/"]):
            pages[entry] = browser.get(entry).text
    return filler, {address: html for address, html in pages.items() if "/evil" in html}


def unmarked(filler: Filler) -> set[Key]:
    """The fields that did not take any markup, though they should have."""
    return {
        (form, field)
        for form, field in filler.met - filler.took.keys() - NUMBERS
        if field not in TAKES_NONE
        and not searches(field)
        and form not in OF_SIGNING_IN | WITH_SOMEBODY
    }


def test_nothing_of_it_runs_or_is_asked_for(own_database, stage, tmp_path, chromium: Chromium):
    app, clinic, asked = stage
    filler, shown = fill(app, clinic, asked)
    assert unmarked(filler) == set(), dict(filler.said)
    assert len(filler.took) > 75
    assert {form for form, field in filler.met if field in TAKES_NONE} <= filler.done
    assert filler.raw == []
    assert len(shown) > 60
    with served(own_database, tmp_path, PORTAL_NOW=MONDAY.isoformat()) as site:
        asked_for, said = look(chromium, site, clinic, list(shown))
    assert [url for url in asked_for if re.search(r"/evil\d*$", url)] == []
    assert [text for text in said if text.startswith("policy") or "Trusted" in text] == []
    print(
        f"{len(filler.took)} fields of {len(filler.done)} forms took it, {len(shown)} pages show it"
    )


def look(
    chromium: Chromium, site: str, clinic: Clinic, shown: list[str]
) -> tuple[list[str], list[str]]:
    """Open the pages in Chromium; what it asked for meanwhile, and what it said."""
    context = chromium.new_context(base_url=site)
    context.add_init_script(REPORTS)
    asked_for: list[str] = []
    said: list[str] = []
    context.on("request", lambda request: asked_for.append(request.url))
    context.on("console", lambda message: said.append(message.text))
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto("/sign-in")
    for name in ("clinic", "email", "password"):
        page.locator(f"[name={name}]").fill(getattr(clinic.owner, name))
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    for address in shown:
        page.goto(address, wait_until="load")
    page.wait_for_timeout(500)
    context.close()
    return asked_for, said
