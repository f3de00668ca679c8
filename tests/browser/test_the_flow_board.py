"""On the flow board a second click of the same hand does nothing."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.patients import two_letters
from tests.browser.test_the_main_job import book_earliest

pytestmark = pytest.mark.browser


@pytest.fixture
def flow(desk: Page, tmp_path) -> Page:
    """The flow board with a patient who has arrived."""
    book_earliest(desk, two_letters(tmp_path))
    desk.keyboard.press("c")
    expect(desk.locator(".visit.st-checked_in:focus")).to_be_visible()
    desk.goto("/appointments/flow")
    return desk


def test_a_double_click_takes_one_step(flow):
    """The kind: the click that was for one button presses what comes in its place."""
    sent: list[str] = []
    flow.on("request", lambda asked: sent.append(asked.url) if asked.method == "POST" else None)
    button = flow.locator(".present .next").first
    before = button.inner_text()
    button.dblclick()
    expect(button).not_to_have_text(before)
    assert len(sent) == 1


def test_z_shows_at_once_what_it_took_back(flow):
    """The kind: a part of the screen that hears of an undo only until it was replaced once."""
    button = flow.locator(".present .next").first
    before = button.inner_text()
    button.click()
    expect(button).not_to_have_text(before)
    with flow.expect_response("**/flow/changes*", timeout=8_000):
        flow.keyboard.press("z")
    expect(button).to_have_text(before)
