"""Only what somebody asked for moves the focus, and never from where they went on to.

The kind of fault: a poll, or an answer that comes late, takes the keyboard to something that
belongs to what was done before, and the next Enter presses it.
"""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.patients import two_letters
from tests.browser.test_steering_the_board import POLL
from tests.browser.test_the_main_job import book_earliest

pytestmark = pytest.mark.browser

# As if the card of an appointment had changed since the board was drawn.
CHANGED = "document.querySelectorAll('[data-stamp]').forEach((it) => { it.dataset.stamp = 'x'; })"


@pytest.fixture
def moving(desk: Page, tmp_path) -> Page:
    """The dialog that moves an appointment, after it refused a time in the past."""
    book_earliest(desk, two_letters(tmp_path))
    desk.keyboard.press("Enter")
    expect(desk.locator("#dialog #appointments-visit")).to_be_visible()
    desk.keyboard.press("m")
    move = desk.locator("#dialog #appointments-move")
    move.locator("summary").click()
    move.locator("#start_at").fill("2026-02-02T03:00")
    move.locator("#start_at").press("Control+Enter")
    expect(move.locator(".errors")).to_be_focused()
    return desk


def poll(page: Page) -> None:
    page.evaluate(CHANGED)
    with page.expect_response("**/changes*"):
        page.locator("[data-poll]").evaluate(POLL)
    expect(page.locator("[data-stamp=x]")).to_have_count(0)


@pytest.mark.parametrize("where", [".errors", "#start_at"])
def test_news_of_the_board_leave_the_focus_in_a_dialog(moving, where):
    there = moving.locator(f"#dialog {where}")
    there.focus()
    poll(moving)
    expect(there).to_be_focused()


def test_an_answer_that_comes_late_leaves_who_went_on(desk, tmp_path):
    """What comes next has the focus of who waits for it."""
    book_earliest(desk, two_letters(tmp_path))
    desk.keyboard.press("Enter")
    dialog = desk.locator("#dialog")
    dialog.locator("#appointments-cancel summary").click()
    held: list[Route] = []
    desk.route("**/next", lambda asked: held.append(asked))
    dialog.get_by_role("button", name="Check in").focus()
    with desk.expect_request("**/next"):
        desk.keyboard.press("Enter")
    words = dialog.get_by_label("In words")
    words.focus()
    held[0].continue_()
    expect(dialog.locator(".chip").first).to_have_text("Arrived")
    expect(words).to_be_focused()
