"""Who stands on a page was seen: of every route, as every role, the names and the entries agree."""

import re
from functools import cache

import pytest
from sqlalchemy import select, text

from portal.app import registered
from portal.appointments.commands.visit import check_in
from portal.db import session
from portal.schema.patients import Patient
from tests.activity.conftest import address as entry_address
from tests.auth.routes import ROUTES
from tests.auth.test_every_route import addresses, ids_of
from tests.support.client import HTMX
from tests.support.people import ROLES, Clinic
from tests.support.scheduling import a_patient, a_practice, book, hours, on_monday
from tests.support.sizes import sized

# Some hundred requests each; a busy machine takes its time.
pytestmark = pytest.mark.timeout(900)

NAME = re.compile(r"\bExample\d+\b")
LAST = "SELECT coalesce(max(id), 0) FROM user_action_audit_log"
HOW_MANY = "SELECT count(*) FROM patients"
# As a page and as a fragment; for every change these take turns, address by address and role by
# role, so that each is asked both ways by somebody.
WAYS = sized([[{}], [HTMX]], [[{}], [HTMX]], ci=[[{}, HTMX]])
SEEN_ROWS = """
SELECT DISTINCT patient_id FROM user_action_audit_log
 WHERE id > :last AND action_type = :endpoint AND patient_id IS NOT NULL AND outcome = 'done'
   AND table_name = 'patients'
"""
# What each of these shows of nobody: a machine asks, or nobody is signed in.
WITHOUT_PEOPLE = {"static", "healthz", "readyz", "metrics", "auth.welcome", "auth.sign_out"}


@pytest.fixture
def stage(alder: Clinic):
    """Patients with visits today, and a record of each kind."""
    with on_monday(), alder.at_work():
        practice = a_practice(alder.facility_id)
        hours(practice, start="08:00", end="20:00")
        for at in ("09:00", "10:00", "11:00"):
            book(practice, at)
        a_patient()
    return cache(lambda subject: ids_of(alder, subject))


class Names:
    """The clinic's patients by name, read again when there is one more."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic, self._known = clinic, {}

    def on(self, html: str) -> set[int]:
        """Who stands on a page."""
        with self.clinic.at_work():
            if session.scalar(text(HOW_MANY)) != len(self._known):
                everybody = session.scalars(select(Patient))
                self._known = {patient.last_name: patient.id for patient in everybody}
        return {self._known[word] for word in NAME.findall(html) if word in self._known}


def asked(browser, method: str, address: str, headers: dict[str, str]):
    if method == "GET":
        return browser.get(address, headers=headers)
    return browser.post(address, data={"csrf_token": browser.csrf, "q": "exam"}, headers=headers)


@pytest.mark.parametrize(("turn", "name"), list(enumerate(ROLES)))
@pytest.mark.parametrize("ways", WAYS)
def test_the_names_on_a_page_are_the_entries_of_its_request(
    app, browser, alder, stage, turn, name, ways
):
    wrong, shown, names = [], set(), Names(alder)
    with on_monday():
        browser.sign_in(getattr(alder, name))
        for number, endpoint in enumerate(sorted(ROUTES.keys() - WITHOUT_PEOPLE)):
            headers = ways[(number + turn) % len(ways)]
            for method, address in addresses(app, endpoint, stage(ROUTES[endpoint].subject)):
                with alder.at_work():
                    last = session.scalar(text(LAST))
                response = asked(browser, method, address, headers)
                there = names.on(response.text)
                with alder.at_work():
                    values = {"last": last, "endpoint": endpoint}
                    entered = set(session.scalars(text(SEEN_ROWS), values))
                shown |= {endpoint} if there else set()
                if there != entered:
                    wrong.append(f"{method} {address} {response.status_code}: shows {there},"
                                 f" entries of {entered}")  # fmt: skip
    assert wrong == [], "\n".join(wrong)
    assert len(shown) >= 5
    known = registered().patients_seen.keys() | registered().done.keys()
    assert sorted(shown - known) == [], "these reads have no words in the log"


@pytest.fixture
def asked_by_screens(alder: Clinic):
    """What a screen asks besides its own address: type-ahead, polls, alike patients."""
    with on_monday(), alder.at_work():
        practice = a_practice(alder.facility_id)
        hours(practice, start="08:00", end="20:00")
        check_in(book(practice, "09:00"))
        visit = f"/appointments/{book(practice, '10:00').id}"
        a_patient(phone="555 0100 200")
        one = a_patient(phone="555 0100 200").id
    [entered] = [each for each in alder.entries("patients.insert") if each.record_id == one]
    alike = {"first_name": "Una", "last_name": "Uno", "phone": "555 0100 200",
             "facility_id": str(alder.facility_id)}  # fmt: skip
    seen = f"{alder.facility_id}/2026-03-02/{practice.doctor.id}:x"
    board = {**HTMX, "X-Board": seen}
    return {
        "patients.search": [
            ("POST", "/patients/search", {"q": "exam", "purpose": purpose}, headers)
            for purpose, headers in (("", {}), ("", HTMX), ("open", HTMX), ("choose", HTMX))
        ],
        "patients.new": [("POST", "/patients/new", alike, each) for each in ({}, HTMX)],
        "patients.duplicates": [("GET", "/patients/duplicates", {}, each) for each in ({}, HTMX)],
        "patients.duplicates_of": [("GET", f"/patients/{one}/duplicates", {}, HTMX)],
        "appointments.day": [("GET", "/appointments/day?date=2026-03-02", {}, {})],
        "appointments.day_changes": [("GET", "/appointments/day/changes", {}, board)],
        "appointments.confirmation": [("POST", f"{visit}/confirmation", {}, board)],
        "appointments.check_in": [("POST", f"{visit}/check-in", {}, board)],
        "appointments.start": [("POST", f"{visit}/start", {}, board)],
        "appointments.undo": [("POST", f"{visit}/reversal", {}, board)],
        "appointments.new": [
            ("GET", f"/appointments/new?patient={one}", {}, each) for each in ({}, HTMX)
        ],
        "appointments.flow": [("GET", "/appointments/flow", {}, each) for each in ({}, HTMX)],
        "appointments.flow_changes": [("GET", "/appointments/flow/changes?stamp=x", {}, HTMX)],
        "activity.values": [("GET", f"{entry_address(entered)}/values", {}, {})],
    }


@pytest.mark.parametrize("name", ["owner", "admin"])
def test_what_screens_ask_by_themselves_shows_whom_it_has_entries_of(
    browser, alder, asked_by_screens, name
):
    wrong, names = [], Names(alder)
    with on_monday():
        browser.sign_in(getattr(alder, name))
        for endpoint, requests in asked_by_screens.items():
            for method, address, typed, headers in requests:
                with alder.at_work():
                    last = session.scalar(text(LAST))
                typed = {"csrf_token": browser.csrf, **typed} if method == "POST" else {}
                response = browser.open(address, method=method, data=typed, headers=headers)
                there = names.on(response.text)
                with alder.at_work():
                    values = {"last": last, "endpoint": endpoint}
                    entered = set(session.scalars(text(SEEN_ROWS), values))
                if there != entered or not there:
                    wrong.append(f"{method} {address} {typed} {response.status_code}: shows"
                                 f" {there}, entries of {entered}")  # fmt: skip
    assert wrong == [], "\n".join(wrong)
