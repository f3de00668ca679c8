"""Putting steps in order and changing hours: by drag, by keyboard, without a script."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import opened, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def admin(context: BrowserContext, site) -> Page:
    return sign_in(context.new_page(), site.admin)


def minutes(page: Page) -> list[str]:
    return [each.input_value() for each in page.get_by_label("Minutes optional").all()]


def test_steps_are_dragged_into_another_order(admin):
    admin.goto("/services/workflows/1/edit")
    before = minutes(admin)
    handles = admin.locator("[data-handle]")
    target = handles.nth(1).bounding_box()
    handles.nth(0).hover()
    admin.mouse.down()
    admin.mouse.move(target["x"] + 5, target["y"] + 5, steps=8)
    admin.mouse.up()
    expect(admin.get_by_label("Minutes optional").first).to_have_value(before[1])
    assert minutes(admin) == before[::-1]


def test_a_step_is_moved_by_keyboard_and_keeps_the_focus(admin):
    admin.goto("/services/workflows/1/edit")
    before = minutes(admin)
    button = admin.get_by_role("button", name="Move step 1 down")
    pressed = button.get_attribute("id")
    button.press("Enter")
    expect(admin.get_by_label("Minutes optional").first).to_have_value(before[1])
    assert admin.evaluate("document.activeElement.id") == pressed


def test_the_total_follows_what_is_typed(admin):
    admin.goto("/services/workflows/1/edit")
    for field, typed in zip(admin.get_by_label("Minutes optional").all(), "12", strict=False):
        field.fill(typed)
        field.press("Tab")
    expect(admin.locator("#path-title")).to_contain_text("3 min")


def test_an_absence_is_shown_with_enter_and_then_saved(admin):
    admin.goto("/availability/1/exceptions/new")
    admin.get_by_label("From").fill("2026-03-03T09:00")
    admin.get_by_label("Until").fill("2026-03-03T10:00")
    admin.get_by_label("Reason optional").fill("Conference")
    admin.keyboard.press("Enter")
    expect(admin.locator("#preview")).to_contain_text("4 openings will be removed.")
    admin.get_by_role("button", name="Save the exception").press("Enter")
    expect(admin.locator(".toast").last).to_contain_text("The exception is added.")
    expect(admin.locator("#availability-week")).to_contain_text("Conference")


def test_all_of_it_works_without_a_script(chromium, site, admin):
    state = admin.context.storage_state()
    with opened(chromium, site, java_script_enabled=False, storage_state=state) as plain:
        page = plain.new_page()
        page.goto("/services/workflows/2/edit")
        page.get_by_role("button", name="Add a step").click()
        page.get_by_role("button", name="Move step 3 up").click()
        page.get_by_role("button", name="Preview").last.click()
        page.get_by_role("button", name="Publish").click()
        expect(page.get_by_text("The workflow is published.")).to_be_visible()
        page.goto("/availability/2/rules/new")
        page.get_by_label("Sunday").check()
        page.get_by_label("From").fill("17:00")
        page.get_by_label("Until").fill("18:00")
        page.get_by_role("button", name="Preview").last.click()
        page.get_by_role("button", name="Save these hours").click()
        expect(page.get_by_text("The hours are added.")).to_be_visible()
