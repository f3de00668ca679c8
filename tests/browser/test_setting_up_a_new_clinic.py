"""From an empty database to a booked visit, by keyboard, along the checklist."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from tests.browser.conftest import NOW, opened
from tests.browser.keyboard import MILLISECONDS, Keyboard
from tests.support.databases import Database
from tests.support.serving import served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

PASSWORD = "six blue boats at noon"
# the tables of both founding documents that staff fill; slots come of the hours
FOUNDING = (
    "tenants", "users", "user_facilities", "user_action_audit_log",
    "facilities", "doctors", "services", "step_templates", "insurance_providers",
    "facility_doctors", "insurance_plans", "facility_insurance_plans", "service_offerings",
    "service_workflows", "workflow_steps",
    "availability_rules", "availability_exceptions", "availability_slots",
    "patients", "appointments", "appointment_steps",
)  # fmt: skip
BOOKED_UNDER = """
SELECT p.name, w.total_estimated_minutes,
       (SELECT count(*) FROM appointment_steps s WHERE s.appointment_id = a.id)
  FROM appointments a JOIN service_workflows w ON w.id = a.service_workflow_id
  LEFT JOIN insurance_plans p ON p.id = w.insurance_plan_id
"""


@pytest.fixture
def address(own_database: Database, tmp_path: Path) -> Iterator[str]:
    """A portal where there is no clinic yet."""
    with served(own_database, tmp_path, PORTAL_NOW=NOW.isoformat()) as address:
        yield address


@pytest.fixture
def owner(own_database: Database, address: str, chromium: Browser) -> Iterator[Keyboard]:
    """The first owner of a new clinic, before the page behind the one-time link."""
    link = one_time_link(own_database.app(), address)
    with opened(chromium, SimpleNamespace(address=address), locale="en-US") as context:
        page = context.new_page()
        page.goto(link)
        yield Keyboard(page)


def one_time_link(app: Flask, address: str) -> str:
    created = app.test_cli_runner().invoke(args=[
        "tenants", "create", "harbour", "Harbour Clinics", "--timezone", "America/Chicago",
        "--owner", "ines@harbour.example", "--address", address,
    ])  # fmt: skip
    assert created.exit_code == 0, created.output
    return created.stdout.strip()


def test_a_new_clinic_books_its_first_visit_under_a_plans_own_steps(owner, own_database):
    let_in(owner)
    expect(owner.page.get_by_text("0 of 11 done.")).to_be_visible(timeout=MILLISECONDS)
    where_and_who(owner)
    a_colleague(owner)  # while the owner has proven themself within five minutes
    what_is_offered(owner)
    who_pays(owner)
    steps_of_a_visit(owner)
    hours(owner)
    first_visit(owner)
    back(owner)
    expect(owner.page.get_by_text("10 of 11 done.")).to_be_visible(
        timeout=MILLISECONDS
    )  # the colleague is to come
    owner.press("Dismiss the checklist")
    expect(owner.page.locator("#board")).to_be_visible(timeout=MILLISECONDS)
    expect(owner.page.get_by_text("Back to the setup checklist")).to_have_count(0)
    with own_database.connect("admin") as connection:
        counted = {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in FOUNDING
        }
        assert [table for table, rows in counted.items() if rows == 0] == []
        assert connection.execute(BOOKED_UNDER).fetchall() == [("Harbour PPO", 40, 2)]


def let_in(owner: Keyboard) -> None:
    """A password, an authenticator, the recovery codes."""
    owner.fill("New password", PASSWORD)
    owner.page.keyboard.press("Enter")
    owner.stands_on("Set up your authenticator")
    secret = owner.page.locator("code").inner_text().replace(" ", "")
    owner.fill("Code", pyotp.TOTP(secret).at(NOW))
    owner.stands_on("Keep your recovery codes")
    owner.press("I have kept them")
    owner.stands_on("Setup")


def back(owner: Keyboard) -> None:
    owner.press("Back to the setup checklist")
    owner.stands_on("Setup")


def add(owner: Keyboard, link: str, form: str, done: str, **typed: str) -> None:
    """Follow a link to a form, fill it in and send it by Enter; `form` and `done` are headings."""
    owner.press(link)
    owner.stands_on(form)
    owner.fields(**typed)
    owner.page.keyboard.press("Enter")
    owner.stands_on(done)


def where_and_who(owner: Keyboard) -> None:
    add(owner, "Open a facility", "Open a facility", "Harbour Central", Name="Harbour Central")
    back(owner)
    owner.press("Add a doctor")
    owner.stands_on("Add a doctor")
    owner.fields(First_name="Amara", Last_name="Okafor", NPI="1234567890")
    owner.page.keyboard.press("Enter")
    expect(owner.page.locator("#npi-error")).to_be_visible(timeout=MILLISECONDS)
    owner.fill("NPI", "1234567893")
    owner.page.keyboard.press("Enter")
    owner.stands_on("Dr. Okafor")
    back(owner)
    owner.press("Add a facility")
    owner.stands_on("Facility for Dr. Okafor")
    owner.press("Save")
    owner.stands_on("Dr. Okafor")
    back(owner)


def what_is_offered(owner: Keyboard) -> None:
    add(owner, "Add a service", "Add a service", "Consultation", Name="Consultation")
    back(owner)
    owner.press("Say who offers it")
    owner.stands_on("Consultation")
    owner.press("Offer it with Dr. Okafor")
    owner.stands_on("Offer Consultation")
    owner.press("Save")
    owner.stands_on("Steps of Consultation with Dr. Okafor")
    back(owner)


def who_pays(owner: Keyboard) -> None:
    add(owner, "Add a payer", "Add a payer", "Harbour Health", Name="Harbour Health")
    back(owner)
    plan = {"Name": "Harbour PPO", "Plan_code": "HH-1"}
    add(owner, "Add a plan", "Add a plan of Harbour Health", "Harbour PPO", **plan)
    back(owner)
    owner.press("Say where it is accepted")
    owner.stands_on("Harbour PPO")
    owner.press("Harbour Central")
    owner.stands_on("Harbour PPO at Harbour Central")
    owner.press("Accepted", "Space")
    owner.press("Save")
    owner.stands_on("Acceptance")
    back(owner)


def steps_of_a_visit(owner: Keyboard) -> None:
    for name, minutes in (("Check-in", "10"), ("Examination", "20")):
        add(
            owner,
            "Add a step type",
            "Add a step type",
            "Step types",
            Name=name,
            Minutes=minutes,
        )
    back(owner)
    owner.press("Put the steps in order")
    owner.stands_on("New steps for Consultation with Dr. Okafor")
    build(owner, "Default", "Examination")
    owner.press("Add for a plan")
    owner.stands_on("New steps for Consultation with Dr. Okafor")
    owner.choose("For", "Harbour")
    build(owner, "For the plan", "Examination", "Check-in", minutes="30")
    back(owner)


def build(owner: Keyboard, name: str, *steps: str, minutes: str = "") -> None:
    """Put steps in order, look at what it does, publish."""
    owner.fill("Name", name)
    for place, step in enumerate(steps):
        entry = f"[data-place='{place}']"
        if place:
            owner.press("Add a step")
            expect(owner.page.locator(entry)).to_be_visible(timeout=MILLISECONDS)
        owner.choose("Step", step, within=entry)
        if minutes and not place:
            owner.fill("Minutes", minutes)
    if len(steps) > 1:
        owner.press("Move step 2 up")
        expect(owner.page.locator("#path-title + ol li").first).to_contain_text(
            steps[1], timeout=MILLISECONDS
        )
    owner.press("Preview")
    expect(owner.page.locator("#preview-title")).to_be_visible(timeout=MILLISECONDS)
    owner.press("Publish")
    owner.stands_on("Steps of Consultation with Dr. Okafor")


def hours(owner: Keyboard) -> None:
    owner.press("Set the hours")
    owner.stands_on("Dr. Okafor at Harbour Central")
    owner.press("Add hours")
    owner.stands_on("Add hours")
    owner.tick("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    owner.fields(From="0800AM", Until="0400PM")
    owner.press("Preview")
    expect(owner.page.locator("#preview")).to_be_visible(timeout=MILLISECONDS)
    owner.press("Save these hours")
    owner.stands_on("Dr. Okafor at Harbour Central")
    owner.press("Add an exception")
    owner.stands_on("Add an exception")
    day = NOW + timedelta(days=30)
    for name, time in (("From", "0900AM"), ("Until", "1000AM")):
        owner.reach(name)
        owner.page.keyboard.type(f"{day:%m%d%Y}")
        owner.page.keyboard.press("ArrowRight")
        owner.page.keyboard.type(time)
    owner.press("Preview")
    expect(owner.page.locator("#preview")).to_contain_text(
        "2 openings will be removed.", timeout=MILLISECONDS
    )
    owner.press("Save the exception")
    owner.stands_on("Dr. Okafor at Harbour Central")
    back(owner)


def a_colleague(owner: Keyboard) -> None:
    owner.press("Invite somebody")
    owner.stands_on("Invite somebody")
    owner.fields(Name="Ben Desk", **{"E-mail": "ben@harbour.example"})
    owner.choose("Role", "Front")
    owner.reach("All facilities")
    owner.page.keyboard.press("ArrowDown")
    owner.tick("Harbour Central")
    owner.press("Save")
    owner.stands_on("Staff")
    back(owner)


def first_visit(owner: Keyboard) -> None:
    owner.press("Book an appointment")
    owner.stands_on("Book appointment")
    owner.fill("Patient", "Rivera, Ana")
    expect(owner.page.get_by_role("option")).to_contain_text(["Register"], timeout=MILLISECONDS)
    owner.page.keyboard.press("ArrowDown")
    owner.page.keyboard.press("Enter")
    owner.reach("Date of birth")
    owner.page.keyboard.type("02031990")
    owner.choose("Service", "Cons")
    owner.choose("Insurance", "Harbour")
    expect(owner.page.get_by_text("Accepted at Harbour Central.")).to_be_visible(
        timeout=MILLISECONDS
    )
    expect(owner.page.locator("[name=availability_slot_id]:checked")).to_have_count(
        1, timeout=MILLISECONDS
    )
    owner.page.keyboard.press("Control+Enter")
    expect(owner.page.locator("#board")).to_be_visible(timeout=MILLISECONDS)
    expect(owner.page.locator(".visit")).to_contain_text("Rivera, Ana", timeout=MILLISECONDS)
