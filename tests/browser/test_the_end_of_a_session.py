"""Before a session ends there is a warning, and after it nothing of a patient on the screen."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.patients import two_letters
from tests.browser.test_the_main_job import book_earliest

pytestmark = pytest.mark.browser

ANSWER = """(ends) => document.dispatchEvent(new CustomEvent("htmx:finally:request", {
    detail: { ctx: { response: { headers: new Headers({ "X-Session-Ends": ends }) } } } }))"""

ASK = "void htmx.ajax('GET', idle.dataset.url, { source: idle, swap: 'none' })"


def test_at_the_idle_end_one_may_stay(desk: Page):
    warning = desk.get_by_role("dialog", name="Are you still there?")
    desk.evaluate(ANSWER, "110")
    expect(warning).to_be_visible()
    expect(warning.get_by_role("button", name="Stay signed in")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(warning).to_be_hidden()


def test_at_the_absolute_end_nobody_can_stay(desk: Page):
    # The board's own questions say another end.
    desk.evaluate("document.querySelector('[data-poll]').remove()")
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


def over(page: Page) -> None:
    """The session ends while the warning stands there, and the page asks how it is."""
    [cookie] = [each for each in page.context.cookies() if each["name"] == "portal"]
    page.context.add_cookies([cookie | {"value": "ended"}])
    page.evaluate(ANSWER, "110")
    expect(page.locator("#idle")).to_be_visible()
    page.evaluate(ASK)


def test_a_board_that_nobody_typed_on_shows_no_patients_any_more(desk, tmp_path):
    """The kind: who is gone is signed out, and what they looked at stays for whoever comes by."""
    book_earliest(desk, two_letters(tmp_path))
    desk.keyboard.press("Enter")
    expect(desk.locator("#dialog #appointments-visit")).to_be_visible()
    over(desk)
    expect(desk.locator("#auth-sign_in")).to_contain_text("You were signed out")
    expect(desk.locator(".visit")).to_have_count(0)


def test_what_is_typed_stays_and_nothing_of_what_is_behind_it(desk, site, tmp_path):
    book_earliest(desk, two_letters(tmp_path))
    expect(desk.locator(".toast")).to_be_visible()
    desk.keyboard.press("n")
    desk.get_by_text("Notes", exact=True).click()
    desk.get_by_label("Notes").fill("Comes by wheelchair")
    over(desk)
    dialog = desk.locator("#dialog")
    expect(dialog.locator(".toast")).to_contain_text("Your session has ended")
    expect(desk.locator("#idle")).to_be_hidden()
    expect(desk.locator(".visit").first).to_be_hidden()
    expect(desk.locator("#toasts .toast")).to_have_count(0)
    sign_in_beside(desk, site)
    expect(desk.get_by_label("Notes")).to_have_value("Comes by wheelchair")
    desk.keyboard.press("Escape")
    desk.locator("#discard").get_by_role("button", name="Discard").click()
    expect(desk.locator(".visit").first).to_be_visible()


def sign_in_beside(desk: Page, site) -> None:
    """By the link in the dialog, which leaves nothing and so asks nothing."""
    with desk.context.expect_page() as opening:
        desk.locator("#dialog").get_by_role("link", name="Sign in in a new tab").click()
    expect(desk.locator("#discard")).to_be_hidden()
    beside = opening.value
    beside.get_by_label("E-mail").fill(site.desk.email)
    beside.get_by_label("Password").first.fill(site.desk.password)
    beside.keyboard.press("Enter")
    beside.wait_for_selector("#board")


def test_what_is_sent_after_signing_in_again_is_told(desk, site, tmp_path):
    """The kind: a page that is made anew takes the word of what was just done with it."""
    letters = two_letters(tmp_path)
    desk.keyboard.press("n")
    desk.locator("#dialog [role=combobox]").first.press_sequentially(letters)
    desk.locator("#dialog [role=option]").first.wait_for()
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    desk.get_by_text("Notes", exact=True).click()
    desk.get_by_label("Notes").fill("Comes by wheelchair")
    over(desk)
    expect(desk.locator("#dialog .toast")).to_contain_text("Your session has ended")
    sign_in_beside(desk, site)
    desk.bring_to_front()
    desk.get_by_label("Notes").press("Control+Enter")
    expect(desk.locator("#dialog")).to_contain_text("once more")
    desk.get_by_label("Notes").press("Control+Enter")
    expect(desk.locator("#toasts .toast")).to_contain_text("Booked")
    expect(desk.locator(".visit").first).to_be_visible()
