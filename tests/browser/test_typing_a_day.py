"""A field that is sent as it changes: typed to its end by the keyboard, picked at once.

The kind of fault: each value on the way is one that can be sent, and the page goes there.
"""

import re

import pytest
from playwright.sync_api import Locator, Page, Request, expect

pytestmark = pytest.mark.browser
DAY = "Go to a day"


def asked(page: Page) -> list[str]:
    """The addresses that are asked for from now on."""
    addresses: list[str] = []

    def note(request: Request) -> None:
        if "/appointments/" in request.url and "changes" not in request.url:
            addresses.append(request.url)

    page.on("request", note)
    return addresses


@pytest.fixture
def day(desk: Page) -> Locator:
    """The field, wherever the width of the window has put it."""
    field = desk.get_by_label(DAY)
    if not field.is_visible():
        desk.locator("[popovertarget=day-more]").click()
    return field


@pytest.mark.parametrize("end", ["Enter", "Tab"])
def test_a_day_is_gone_to_when_it_is_typed_to_its_end(desk, day, end):
    addresses = asked(desk)
    day.focus()
    desk.keyboard.type("12042026", delay=30)
    expect(day).to_have_value("2026-12-04")
    assert addresses == []
    for _ in range(3 if end == "Tab" else 1):
        desk.keyboard.press(end)
    expect(desk).to_have_url(re.compile("date=2026-12-04"))
    expect(desk.locator("#board")).to_have_attribute("data-date", "2026-12-04")


def test_a_day_picked_from_the_calendar_is_gone_to_at_once(desk, day):
    day.click()
    day.fill("2026-12-04")
    expect(desk.locator("#board")).to_have_attribute("data-date", "2026-12-04")


def test_a_year_of_two_digits_is_not_asked_for(desk, day):
    addresses = asked(desk)
    day.focus()
    desk.keyboard.type("120426")
    desk.keyboard.press("Enter")
    assert day.evaluate("field => field.matches(':invalid')")
    expect(desk.locator("#board")).to_be_visible()
    assert addresses == []


@pytest.mark.parametrize("end", ["Enter", "Tab", "Enter twice"])
def test_a_day_that_cannot_be_is_said_beside_the_field_until_it_is_mended(desk, day, end):
    """The kind: the browser's own bubble, which fades after seconds."""
    addresses = asked(desk)
    day.focus()
    desk.keyboard.type("02312026", delay=30)
    keys = {"Enter": ["Enter"], "Tab": ["Tab"], "Enter twice": ["Enter", "Enter"]}[end]
    for key in keys:
        desk.keyboard.press(key)
    said = desk.locator("#day-wrong")
    expect(said).to_be_visible()
    expect(said).to_contain_text("There is no such day.")
    assert addresses == []
    day.fill("2026-12-04")
    expect(said).to_be_hidden()
    day.press("Enter")
    expect(desk.locator("#board")).to_have_attribute("data-date", "2026-12-04")


def test_a_search_says_of_a_day_that_cannot_be(desk):
    desk.get_by_role("link", name="Find an opening").click()
    desk.locator("#first_day").focus()
    desk.keyboard.type("02312026", delay=30)
    desk.keyboard.press("Enter")
    expect(desk.locator("#first_day-error")).to_have_text("There is no such date.")


def test_a_search_waits_for_the_whole_day(desk):
    desk.get_by_role("link", name="Find an opening").click()
    first = desk.locator("#first_day")
    addresses = asked(desk)
    first.focus()
    desk.keyboard.type("12042026", delay=30)
    expect(first).to_have_value("2026-12-04")
    assert addresses == []
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile("first_day=2026-12-04"))


def test_a_calendar_that_is_stepped_through_asks_once(desk, day):
    """The browser says what was chosen in its calendar when that closes, not at each step."""
    addresses = asked(desk)
    box = day.bounding_box()
    desk.mouse.click(box["x"] + box["width"] - 14, box["y"] + box["height"] / 2)
    expect(desk.locator("input[type=date]:open")).to_have_count(1)
    for _ in range(3):
        desk.keyboard.press("ArrowRight")
    expect(day).to_have_value("2026-03-05")
    assert addresses == []
    desk.keyboard.press("Enter")
    expect(desk.locator("#board")).to_have_attribute("data-date", "2026-03-05")
