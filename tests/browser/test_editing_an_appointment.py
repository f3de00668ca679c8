"""An appointment's plan is changed by keyboard alone: what it changes is seen, then saved."""

import pytest
from playwright.sync_api import expect

from tests.browser.patients import two_letters
from tests.browser.test_the_main_job import book_earliest

pytestmark = pytest.mark.browser


def choose_insurance(page, name: str) -> None:
    """Reach the insurance by Tab, and choose by typing."""
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "insurance_plan_id":
            page.keyboard.type(name)
            return
    raise AssertionError("Tab does not reach the insurance")


def test_the_plan_is_changed_after_a_look_and_z_takes_it_back(desk, tmp_path):
    book_earliest(desk, two_letters(tmp_path))
    card = desk.locator(f"#{desk.locator('.visit:focus').get_attribute('id')}")
    desk.keyboard.press("Enter")
    expect(desk.locator("#appointments-visit")).to_be_visible()
    desk.keyboard.press("e")
    expect(desk.locator("#appointments-edit")).to_be_visible()
    choose_insurance(desk, "Plan")
    desk.keyboard.press("Control+Enter")
    looked = desk.locator("#appointments-edit [role=status]")
    expect(looked).to_contain_text("10 minutes instead of 15")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".toast").last).to_contain_text("Edited")
    # Once too often: it is no key of what comes next.
    expect(desk.locator("#appointments-visit [data-key=c]")).to_be_focused()
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#appointments-visit .chip").first).to_have_text("Booked")
    expect(desk.locator("#appointments-visit .facts")).to_contain_text("Plan")
    expect(desk.locator("#appointments-visit .step-list li")).to_have_count(2)
    desk.keyboard.press("Escape")
    desk.keyboard.press("z")
    expect(desk.locator(".toast").last).to_contain_text("Edit undone")
    card.press("Enter")
    expect(desk.locator("#appointments-visit .facts")).to_contain_text("Self-pay")
