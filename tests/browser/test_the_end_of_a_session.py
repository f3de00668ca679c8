"""The warning before a session ends: at the idle end one may stay, at the absolute end not."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

ANSWER = """(ends) => document.dispatchEvent(new CustomEvent("htmx:finally:request", {
    detail: { ctx: { response: { headers: new Headers({ "X-Session-Ends": ends }) } } } }))"""


def test_at_the_idle_end_one_may_stay(desk: Page):
    warning = desk.get_by_role("dialog", name="Are you still there?")
    desk.evaluate(ANSWER, "110")
    expect(warning).to_be_visible()
    expect(warning.get_by_role("button", name="Stay signed in")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(warning).to_be_hidden()


def test_at_the_absolute_end_nobody_can_stay(desk: Page):
    desk.route("**/*", lambda asked: asked.abort())  # the board's own questions say another end
    warning = desk.get_by_role("dialog", name="Your session is about to end")
    desk.evaluate(ANSWER, "600 for good")
    expect(warning).to_be_hidden()
    desk.evaluate(ANSWER, "110 for good")
    expect(warning).to_contain_text("for as long as a session lasts")
    expect(warning.get_by_role("button", name="Stay signed in")).to_be_hidden()
    expect(warning.get_by_role("button", name="Close")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(warning).to_be_hidden()
    desk.evaluate(ANSWER, "90 for good")
    expect(warning).to_be_hidden()
