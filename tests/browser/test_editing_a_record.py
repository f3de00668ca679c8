"""Editing in Chromium: two people at one record, a date that cannot be, a session that ends."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import opened, sign_in

pytestmark = pytest.mark.browser
PATIENT = "/patients/1/edit"


@pytest.fixture
def colleague(chromium, site):
    """Somebody at another desk."""
    with opened(chromium, site) as context:
        yield sign_in(context.new_page(), site.admin)


def type_address(page: Page, address: str) -> None:
    page.locator("#email").fill(address)
    page.locator("main").get_by_role("button", name="Save").click()


def test_two_values_stand_side_by_side_and_one_is_chosen_by_keyboard(desk, colleague):
    desk.goto(PATIENT)
    colleague.goto(PATIENT)
    type_address(colleague, "mornings@example.org")
    colleague.wait_for_url("**/patients/1")
    type_address(desk, "evenings@example.org")
    expect(desk.locator(".errors")).to_be_focused()
    expect(desk.locator(".errors")).to_contain_text("saved this at")
    choice = desk.get_by_role("group", name="E-mail")
    expect(choice).to_contain_text("mornings@example.org")
    expect(choice).to_contain_text("evenings@example.org")
    choice.get_by_role("radio").first.focus()
    desk.keyboard.press("Space")
    desk.get_by_role("button", name="Save").press("Enter")
    desk.wait_for_url("**/patients/1")
    expect(desk.locator("main")).to_contain_text("evenings@example.org")


def test_a_date_that_cannot_be_is_said_beside_it_with_all_else_that_is_wrong(desk):
    """The kind: the browser's own bubble, which fades, and stands before what else is wrong."""
    desk.goto("/patients/new")
    desk.get_by_label("First name").fill("x" * 101)
    field = desk.locator("#dob")
    field.press_sequentially("02311980")
    desk.locator("main").get_by_role("button", name="Save").click()
    expect(desk.locator(".errors")).to_be_focused()
    expect(desk.locator(".errors")).to_contain_text("Date of birth: there is no such date.")
    expect(desk.locator(".errors")).to_contain_text("First name: at most 100 characters.")
    expect(desk.locator("#dob-error")).to_have_text("There is no such date.")
    expect(field).to_have_attribute("aria-invalid", "true")


def test_after_signing_in_again_beside_it_what_was_typed_is_saved(desk, site):
    desk.goto(PATIENT)
    desk.context.clear_cookies(name="portal")
    type_address(desk, "typed@example.org")
    message = desk.locator(".toast").filter(has_text="Your session has ended.")
    expect(message).to_contain_text("What you typed stays here.")
    with desk.context.expect_page() as opening:
        message.get_by_role("link", name="Sign in in a new tab").click()
    beside = opening.value
    beside.get_by_label("Clinic").fill(site.desk.clinic)
    beside.get_by_label("E-mail").fill(site.desk.email)
    beside.get_by_label("Password").first.fill(site.desk.password)
    beside.keyboard.press("Enter")
    beside.wait_for_selector("#board")
    expect(desk.locator("#toasts")).to_contain_text("You are signed in again.")
    desk.get_by_role("button", name="Save").click()
    desk.wait_for_url("**/patients/1")
    expect(desk.locator("main")).to_contain_text("typed@example.org")
