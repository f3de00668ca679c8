"""Keys in dialogs: the week's, the one that sends, and where the keyboard is when one closes."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import opened, sign_in
from tests.browser.patients import two_letters
from tests.browser.test_the_main_job import book_earliest

pytestmark = pytest.mark.browser


@pytest.fixture
def booked(desk: Page, tmp_path) -> Page:
    """The board, the focus on an appointment that was just booked."""
    book_earliest(desk, two_letters(tmp_path))
    return desk


def test_the_week_of_a_booking_goes_on_and_back_by_its_keys(desk):
    """The kind: openings by the week without the keys that the others have."""
    desk.keyboard.press("n")
    first = desk.locator("#appointments-starts [name=day]").first
    monday = first.get_attribute("value")
    desk.locator("#appointments-starts [name=day]:checked").focus()
    desk.keyboard.press("]")
    expect(first).not_to_have_value(monday)
    desk.keyboard.press("[")
    expect(first).to_have_value(monday)
    desk.keyboard.press("Escape")


def test_the_list_of_keys_says_so(desk):
    desk.keyboard.press("?")
    keys = desk.locator("#keys")
    expect(keys).to_contain_text("week of openings")
    expect(keys).to_contain_text("Send the form you are in")


def test_ctrl_enter_cancels_an_appointment(booked):
    """The kind: a form of an appointment that the key leaves lying, or for which it sends another.

    It sends whichever form one is in: none has to be marked for it.
    """
    booked.keyboard.press("Enter")
    dialog = booked.locator("#dialog")
    dialog.locator("#appointments-cancel summary").click()
    dialog.get_by_label("Reason").select_option(index=1)
    dialog.get_by_label("In words").press("Control+Enter")
    expect(dialog.locator(".chip").first).to_have_text("Cancelled")


@pytest.mark.parametrize("at", ["#appointments-cancel summary", "#history summary"])
def test_the_key_on_the_button_works_from_anywhere_in_the_dialog(booked, at):
    """The kind: keys are shown, and from where the focus is they do nothing."""
    booked.keyboard.press("Enter")
    dialog = booked.locator("#dialog")
    dialog.locator("#appointments-cancel summary").click()
    dialog.locator(at).focus()
    booked.keyboard.press("Control+Enter")
    expect(dialog.locator(".chip").first).to_have_text("Cancelled")


def test_the_keys_of_a_form_that_is_folded_away_send_nothing(booked):
    booked.keyboard.press("Enter")
    dialog = booked.locator("#dialog")
    dialog.locator("#appointments-cancel summary").focus()
    booked.keyboard.press("Control+Enter")
    expect(dialog.locator("#appointments-cancel")).not_to_have_attribute("open", "")
    expect(dialog.locator(".chip").first).to_have_text("Booked")


def test_ctrl_enter_in_another_time_sends_that_and_not_an_opening(booked):
    card = booked.locator("#" + booked.locator(".visit:focus").get_attribute("id"))
    booked.keyboard.press("Enter")
    booked.locator("#dialog #appointments-visit").wait_for()
    booked.keyboard.press("m")
    move = booked.locator("#dialog #appointments-move")
    move.locator("summary").click()
    day = booked.locator("#board").get_attribute("data-date")
    move.locator("#start_at").fill(f"{day}T15:30")
    move.locator("#start_at").press("Control+Enter")
    expect(booked.locator(".toast").last).to_contain_text("Moved to 15:30")
    expect(card.locator("i")).to_have_text("15:30")


@pytest.mark.parametrize("address", ["/patients/new", "/account/language"])
def test_ctrl_enter_sends_the_form_of_a_page_too(desk, address):
    desk.goto(address)
    form = desk.locator("main form[method=post]").first
    with desk.expect_request(lambda asked: asked.method == "POST"):
        form.locator("input:visible, select:visible").first.press("Control+Enter")


def test_the_focus_goes_to_what_stands_where_a_card_was(booked, chromium, site):
    """The kind: a dialog that closes over something that is gone, and the focus with it."""
    card = booked.locator("#" + booked.locator(".visit:focus").get_attribute("id"))
    number = card.get_attribute("href")
    column = booked.locator(".column", has=card).get_attribute("id")
    booked.keyboard.press("Enter")
    expect(booked.locator("#dialog #appointments-visit")).to_be_visible()
    with opened(chromium, site) as elsewhere:
        other = sign_in(elsewhere.new_page(), site.admin)
        other.goto(number)
        other.locator("#appointments-cancel summary").click()
        other.get_by_label("Reason").select_option(index=1)
        other.get_by_label("In words").press("Control+Enter")
        expect(other.locator(".chip").first).to_have_text("Cancelled")
    poll = "it => htmx.ajax('GET', it.getAttribute('hx-get'), {source: it, swap: 'none'})"
    booked.locator("[data-poll]").evaluate(poll)
    expect(card).to_have_count(0)
    booked.keyboard.press("Escape")
    expect(booked.locator(f"#{column} a:focus")).to_have_count(1)
    booked.keyboard.press("ArrowDown")
    expect(booked.locator(f"#{column} a:focus")).to_have_count(1)


def test_the_focus_is_on_the_card_after_what_was_opened_from_its_dialog(booked):
    card = booked.locator(".visit:focus").get_attribute("id")
    for key, what in (("Enter", "#appointments-visit"), ("m", "#appointments-move")):
        booked.keyboard.press(key)
        expect(booked.locator(f"#dialog {what}")).to_be_visible()
    booked.keyboard.press("Escape")
    expect(booked.locator("#dialog")).to_be_hidden()
    expect(booked.locator(":focus")).to_have_id(re.compile(card))
