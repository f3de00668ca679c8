"""What went wrong in a dialog is seen wherever in it one was, and has the focus or is said.

The kind of fault: words at the top of a form, whose end was on the screen.
"""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import opened, sign_in

pytestmark = pytest.mark.browser
SHORT = {"width": 1280, "height": 420}


def in_notes(page: Page):
    """The last field of the booking form, which is scrolled to it."""
    page.set_viewport_size(SHORT)
    page.keyboard.press("n")
    expect(page.locator("#patient_query")).to_be_focused()
    notes = page.get_by_label("Notes")
    page.locator("#more-notes summary").click()
    notes.fill("Comes by wheelchair")
    return notes


def test_that_the_server_is_lost_is_seen_at_the_end_of_a_form_and_said_once(chromium, site):
    browser = opened(chromium, site)
    with browser as context:
        page = sign_in(context.new_page(), site.desk)
        notes = in_notes(page)
        context.set_offline(True)
        for _ in range(2):
            notes.press("Control+Enter")
            lost = page.locator("#dialog [role=alert]")
            expect(lost).to_have_count(1)
            expect(lost).to_contain_text("The portal did not answer")
            expect(lost).to_be_in_viewport(ratio=0.9)
            expect(page.locator("#dialog .primary")).to_be_enabled()
        expect(notes).to_have_value("Comes by wheelchair")
        browser.complaints.clear()  # of the network that was away


def test_what_is_refused_is_seen_at_the_end_of_a_form_each_time(desk):
    notes = in_notes(desk)
    for _ in range(2):
        notes.press("Control+Enter")
        expect(desk.locator("#dialog .errors")).to_be_focused()
        expect(desk.locator("#dialog .errors")).to_be_in_viewport()
        notes.focus()
