"""What stands on the screen follows what is done elsewhere on the same screen.

The kind of fault: a dialog or a list shows how something is, and an act beside it (Z, a message's
Undo, a button of the dialog over it) changes that without its saying so.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.patients import two_letters
from tests.browser.test_booking_what_is_on_screen import pick_patient
from tests.browser.test_the_main_job import book_earliest


@pytest.fixture
def card(desk: Page, tmp_path) -> str:
    """The address of an appointment of today, with the focus on its card."""
    book_earliest(desk, two_letters(tmp_path))
    return desk.locator(".visit:focus").get_attribute("href")


def cancel(page: Page) -> None:
    page.get_by_text("Cancel appointment").first.click()
    page.locator("#appointments-cancel").get_by_role("button", name="Cancel appointment").click()
    expect(page.locator(".toast").last).to_contain_text("Appointment cancelled")


@pytest.mark.usefixtures("card")
def test_the_open_dialog_after_z(desk):
    desk.keyboard.press("Enter")
    dialog = desk.locator("#dialog")
    cancel(desk)
    expect(dialog.get_by_role("button", name="Restore appointment")).to_be_visible()
    desk.keyboard.press("z")
    expect(dialog.get_by_role("button", name="Restore appointment")).to_have_count(0)
    expect(dialog.locator(".facts .chip")).to_contain_text("Booked")


@pytest.mark.usefixtures("card")
def test_the_open_dialog_keeps_what_is_typed_in_it(desk):
    desk.keyboard.press("c")
    expect(desk.locator(".toast").last).to_contain_text("Checked in")
    desk.keyboard.press("Enter")
    dialog = desk.locator("#dialog")
    desk.get_by_text("Cancel appointment").first.click()
    dialog.get_by_label("In words").fill("Called from the train")
    dialog.get_by_role("heading").first.click()
    desk.keyboard.press("z")
    expect(dialog.locator(".facts .chip")).to_contain_text("Booked")
    expect(dialog.get_by_label("In words")).to_have_value("Called from the train")
    expect(dialog.get_by_label("In words")).to_be_visible()


def test_the_list_of_those_who_cancelled_after_z(desk, card):
    desk.keyboard.press("Enter")
    cancel(desk)
    desk.goto("/appointments/cancelled")
    line = desk.locator(f"#appointments-cancelled a[href='{card}']")
    expect(line).to_have_count(1)
    desk.keyboard.press("z")
    expect(desk.locator(".toast").last).to_contain_text("Restored")
    expect(line).to_have_count(0)


def test_the_appointments_of_a_patient_after_z(desk, card):
    desk.keyboard.press("Enter")
    chart = desk.get_by_role("link", name="Chart").get_attribute("href")
    cancel(desk)
    desk.goto(f"{chart}/visits")
    row = desk.locator("tr", has=desk.locator(f"a[href='{card}']"))
    expect(row.locator(".chip")).to_have_class(re.compile("st-cancelled"))
    desk.keyboard.press("z")
    expect(row.locator(".chip")).to_have_class(re.compile("st-scheduled"))


@pytest.mark.usefixtures("card")
def test_an_answer_leaves_the_focus_and_what_is_open_where_they_were(desk):
    """The kind: a form is replaced by itself, and whoever is at the keyboard is thrown off it."""
    desk.keyboard.press("Enter")
    desk.get_by_role("link", name="Repeat").click()
    desk.get_by_label("Number of appointments").fill("3")
    desk.get_by_role("button", name="Show the dates").focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("#appointments-dates")).to_be_visible()
    expect(desk.get_by_role("button", name="Show the dates")).to_be_focused()
    desk.get_by_role("link", name="Back to the appointment").click()
    desk.get_by_text("History").click()
    desk.get_by_role("button", name="Mark as confirmed").click()
    expect(desk.get_by_role("button", name="Remove confirmation")).to_be_visible()
    expect(desk.locator("#history")).to_have_attribute("open", "")


def test_a_form_that_another_one_follows_hands_the_focus_on(desk, tmp_path):
    desk.keyboard.press("n")
    pick_patient(desk, two_letters(tmp_path))
    desk.get_by_text("Repeat this appointment").click()
    desk.get_by_label("Number of appointments").fill("2")
    desk.get_by_role("button", name="Show the dates").press("Enter")
    expect(
        desk.locator("#dialog").get_by_role("heading", name="Dates of the series")
    ).to_be_focused()
    desk.keyboard.press("Escape")
