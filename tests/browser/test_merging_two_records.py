"""Two records of one patient: found, compared and merged by keyboard."""

from itertools import count

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in

pytestmark = pytest.mark.browser
_numbers = count(1)


def register(page: Page, first_name: str, last_name: str) -> str:
    """Somebody new, who may well be registered already; the address of the chart."""
    page.goto("/patients/new")
    page.locator("#last_name").fill(last_name)
    page.locator("#first_name").fill(first_name)
    page.locator("#dob").fill("1980-03-04")
    page.get_by_role("button", name="Save").click()
    anyway = page.get_by_label("This is somebody else")
    chart = page.get_by_role("navigation", name="Chart")
    expect(anyway.or_(chart)).to_be_visible()
    if anyway.is_visible():
        anyway.check()
        page.get_by_role("button", name="Save").click()
    expect(chart).to_be_visible()
    return page.url


@pytest.fixture
def twice(context, site) -> tuple[Page, str, str]:
    """The administrator, and two records of one person under a name of their own."""
    page = sign_in(context.new_page(), site.admin)
    name = f"Quill{'abcdefghij'[next(_numbers) % 10] * 3}"
    return page, register(page, "Anne", name), register(page, "Anna", name)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Page, name: str) -> None:
    """On with Tab until the thing of that name has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.innerText || document.activeElement.id")
        if name in focused:
            return
    raise AssertionError(f"no Tab leads to {name}")


def test_two_records_are_compared_merged_and_taken_apart_without_a_mouse(twice):
    page, stays, goes = twice
    page.goto(goes)
    tab_to(page, "Merge")
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Merge with another record")).to_be_visible()
    tab_to(page, "Compare with")
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Compare two records")).to_be_visible()
    tab_to(page, "stays-this")
    press(page, "ArrowRight")
    expect(page.locator("#stays-other")).to_be_checked()
    tab_to(page, "first_name-this")
    press(page, "Enter")
    page.wait_for_url(stays)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Anna")
    page.goto(goes)
    page.wait_for_url(stays)
    expect(page.get_by_text("was merged into this one").first).to_be_visible()
    tab_to(page, "Take apart")
    press(page, "Enter")
    expect(page.get_by_role("button", name="Take apart")).to_be_visible()
    tab_to(page, "Take apart")
    press(page, "Enter")
    page.wait_for_url(goes)
    page.goto(stays)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Anne")


def test_a_merge_is_taken_back_with_one_key(twice):
    page, stays, goes = twice
    page.goto(f"{stays}/merge/{goes.rsplit('/', 1)[1]}")
    page.get_by_role("button", name="Merge the records").click()
    page.wait_for_url(stays)
    expect(page.get_by_text("Two records are one: ").first).to_be_visible()
    press(page, "z")
    page.wait_for_url(goes)


def test_with_its_message_gone_a_merge_is_taken_back_with_the_same_key(twice):
    """The kind: a message with Undo is gone, and Z takes back something older instead."""
    page, stays, goes = twice
    page.goto(f"{stays}/merge/{goes.rsplit('/', 1)[1]}")
    page.get_by_role("button", name="Merge the records").click()
    page.wait_for_url(stays)
    page.reload()
    expect(page.locator(".toast")).to_have_count(0)
    press(page, "z")
    page.wait_for_url(goes)


def typing(page: Page, name: str) -> None:
    """The booking dialog, with somebody new whom the clinic has."""
    page.goto("/appointments/day")
    page.locator("#new-booking").click()
    expect(page.locator("#patient_query")).to_be_focused()
    page.keyboard.type(name)
    expect(page.locator("#option-new")).to_be_visible()
    while page.locator("#option-new").get_attribute("aria-selected") != "true":
        press(page, "ArrowDown")
    press(page, "Enter")
    page.locator("#first_name").fill("Ann")
    page.locator("#dob").fill("1980-03-04")
    press(page, "Control+Enter")
    expect(page.locator("#appointments-alike")).to_be_visible()


def name_of(page: Page, chart: str) -> str:
    page.goto(chart)
    return page.get_by_role("heading", level=1).inner_text().partition(",")[0]


def test_the_booking_dialog_asks_and_goes_on_by_keyboard(twice):
    page, stays, _goes = twice
    typing(page, name_of(page, stays))
    expect(page.locator("#first_name")).to_have_value("Ann")
    tab_to(page, "found_patient_id")
    press(page, "Space")
    press(page, "Control+Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_text("Booked:").first).to_be_visible()


def test_picking_somebody_from_the_list_withdraws_the_question(twice):
    page, stays, _goes = twice
    name = name_of(page, stays)
    typing(page, name)
    page.locator("#patient_query").fill(name)
    expect(page.locator("#patient-list [role=option]").first).to_be_visible()
    press(page, "ArrowDown", "Enter")
    expect(page.locator("#appointments-alike")).to_have_count(0)
