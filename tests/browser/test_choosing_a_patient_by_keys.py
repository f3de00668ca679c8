"""Whoever is known is found before anybody is registered, and no key unpicks whom it picked."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.patients import only_bearer, two_letters
from tests.browser.test_booking_what_is_on_screen import pick_patient

pytestmark = pytest.mark.browser


@pytest.fixture
def inactive(desk: Page, tmp_path: Path) -> str:
    """The family name of a patient whose record is inactive; the board is open."""
    name = only_bearer(tmp_path)
    desk.goto("/patients/")
    desk.locator("#q").fill(name)
    desk.keyboard.press("Enter")
    desk.locator("#patients-list tbody th a").filter(has_text=name).click()
    desk.wait_for_selector("#patients-patient")
    desk.goto(f"{desk.url}/status?to=inactive")
    desk.locator("main [type=submit].primary").click()
    expect(desk.locator(".toast").first).to_be_visible()
    desk.goto("/")
    return name


def test_down_reaches_whoever_cannot_be_booked_and_registers_nobody(desk, inactive):
    """The kind: what cannot be chosen is passed over, and the next thing is something else."""
    desk.keyboard.press("n")
    expect(desk.locator("#patient_query")).to_be_focused()
    desk.keyboard.type(inactive)
    desk.keyboard.press("ArrowDown")
    at = desk.locator("#patient-list [aria-selected=true]")
    expect(at).to_contain_text(inactive)
    expect(at).to_contain_text("cannot be booked until the record is active again")
    expect(at).to_have_attribute("aria-disabled", "true")
    desk.keyboard.press("Enter")
    expect(desk.locator("#say")).to_contain_text("cannot be booked")
    expect(desk.locator("#patient-list")).to_be_visible()
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".errors")).to_contain_text("inactive")


def test_the_keys_of_the_week_leave_the_patient_chosen(desk, tmp_path):
    """The kind: a key that is hinted at is typed into the field that has the focus.

    Also where it has nothing to press: no week lies before this one.
    """
    desk.keyboard.press("n")
    pick_patient(desk, two_letters(tmp_path))
    name = desk.locator("#patient_query").input_value()
    first = desk.locator("#appointments-starts [name=day]").first
    monday = first.get_attribute("value")
    chosen = desk.locator("#appointments-starts [name=availability_slot_id]:checked")
    start = chosen.get_attribute("value")
    anew, same = expect(first).not_to_have_value, expect(first).to_have_value
    for key, where in (("[", same), ("]", anew), ("[", same), ("[", same)):
        desk.keyboard.press(key)
        where(monday)
    expect(chosen).to_have_value(start)
    expect(desk.locator("#patient_query")).to_have_value(name)
    expect(desk.locator("#patient_id")).not_to_have_value("")
    desk.keyboard.press("Backspace")
    expect(desk.locator("#patient_id")).to_have_value("")
    expect(desk.locator("#say")).to_contain_text("No patient is chosen any more.")
