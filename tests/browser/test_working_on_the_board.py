"""Moving, undoing, filtering and closing on the day board; and all of it without a script."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import opened, sign_in
from tests.browser.patients import two_letters
from tests.browser.test_the_main_job import book_earliest

pytestmark = pytest.mark.browser


@pytest.fixture
def booked(desk: Page, tmp_path) -> Page:
    """The board, the focus on a visit that was just booked."""
    book_earliest(desk, two_letters(tmp_path))
    return desk


def time_of(page: Page) -> str:
    return page.locator(".visit:focus i").inner_text()


def test_a_visit_is_moved_with_the_keyboard_and_moved_back(booked):
    before, card = time_of(booked), booked.locator(".visit:focus")
    booked.keyboard.press("m")
    booked.keyboard.press("ArrowDown")
    booked.keyboard.press("Enter")
    expect(booked.locator(".toast").last).to_contain_text("Moved to")
    expect(card.locator("i")).not_to_have_text(before)
    booked.keyboard.press("z")
    expect(card.locator("i")).to_have_text(before)


def test_after_a_refused_move_enter_moves_to_no_time_that_nobody_chose(booked):
    """The other doctor does not offer the service; the first opening was chosen by itself."""
    card, before = booked.locator(".visit:focus"), time_of(booked)
    column = booked.locator(".column", has=card)
    side = "Left" if column.locator("xpath=preceding-sibling::section").count() else "Right"
    for key in ("m", f"Arrow{side}", "Enter"):
        booked.keyboard.press(key)
    move = booked.locator("#dialog #appointments-move")
    expect(move.locator(".errors")).to_be_focused()
    expect(move.locator(".errors")).to_contain_text(
        re.compile(r"Dr\. \w+ does not offer this service here\.")
    )
    expect(move.locator("[name=opening]:checked")).to_have_count(0)
    booked.keyboard.press("Control+Enter")
    expect(move.locator(".errors")).to_contain_text("enter a date and a time.")
    expect(move.locator("[name=opening]:checked")).to_have_count(0)
    booked.keyboard.press("Escape")
    assert time_of(booked) == before


def test_a_visit_is_dragged_to_a_free_start(booked):
    card = booked.locator(".visit:focus")
    free = booked.locator(".column", has=card).locator(".free a").nth(1)
    time = free.inner_text().strip()
    start, end = card.bounding_box(), free.bounding_box()
    booked.mouse.move(start["x"] + 20, start["y"] + 8)
    booked.mouse.down()
    booked.mouse.move(end["x"] + 20, end["y"] + 8, steps=12)
    booked.mouse.up()
    expect(booked.locator(".toast").last).to_contain_text("Moved to")
    expect(card.locator("i")).to_have_text(time)
    expect(booked.get_by_role("dialog")).to_have_count(0)


def test_what_is_taken_back_has_the_focus_and_is_on_the_screen(booked):
    """The kind: an act that leaves one nowhere, with its card out of sight."""
    booked.set_viewport_size({"width": 1280, "height": 420})
    card = booked.locator("#" + booked.locator(".visit:focus").get_attribute("id"))
    for key in ("m", "ArrowDown", "Enter"):
        booked.keyboard.press(key)
    expect(booked.locator(".toast").last).to_contain_text("Moved to")
    booked.locator("#board").evaluate("""board => {
        document.activeElement.blur();
        board.scrollTop = board.scrollHeight;
    }""")
    expect(card).not_to_be_in_viewport()
    booked.keyboard.press("z")
    expect(card).to_be_focused()
    expect(card).to_be_in_viewport()


def test_after_booking_from_a_search_one_is_on_the_card(desk, tmp_path):
    desk.set_viewport_size({"width": 1280, "height": 420})
    desk.get_by_role("link", name="Find an opening").click()
    desk.locator("#last_day").fill(desk.locator("#first_day").input_value())
    desk.get_by_role("button", name="Search").click()
    latest = desk.locator("#appointments-found tbody tr").last
    time = latest.locator("th").inner_text().split()[0]
    latest.get_by_role("link").click()
    expect(desk.locator("#patient_query")).to_be_focused()
    desk.keyboard.type(two_letters(tmp_path))
    desk.keyboard.press("ArrowDown")
    expect(desk.locator("[role=option][aria-selected=true] b")).to_be_visible()
    desk.keyboard.press("Enter")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".visit:focus i")).to_have_text(time)
    expect(desk.locator(".visit:focus")).to_be_in_viewport()
    assert "#" not in desk.url


def test_checking_in_is_taken_back_with_z(booked):
    card = booked.locator(".visit:focus")
    booked.keyboard.press("c")
    expect(card).to_have_class(re.compile("st-checked_in"))
    booked.keyboard.press("z")
    expect(card).to_have_class(re.compile("st-scheduled"))


def test_a_visit_is_cancelled_only_with_a_reason(booked):
    card = booked.locator(".visit:focus")
    identity = card.get_attribute("id")
    booked.keyboard.press("Enter")
    dialog = booked.get_by_role("dialog")
    dialog.locator("#appointments-cancel summary").click()
    dialog.get_by_label("Reason").select_option("Other reason")
    dialog.get_by_role("button", name="Cancel appointment").click()
    expect(dialog.locator(".errors")).to_contain_text("say why")
    dialog.get_by_label("In words").fill("The patient called")
    dialog.get_by_role("button", name="Cancel appointment").click()
    expect(dialog.locator(".chip")).to_have_text("Cancelled")
    expect(booked.locator(f"#{identity}")).to_have_count(0)


def test_a_chip_shows_only_what_it_names_and_time_stays_taken(booked):
    """What a filter hides must not look free, today or tomorrow: the cards keep their places."""
    card = booked.locator("#" + booked.locator(".visit:focus").get_attribute("id"))
    waiting = booked.locator("#only-checked_in")
    place = card.bounding_box()
    waiting.click()
    expect(waiting).to_have_attribute("aria-pressed", "true")
    expect(booked.locator("#only")).to_contain_text("Showing only Arrived")
    expect(card.locator(".visit-top")).to_have_css("opacity", "0")
    assert card.bounding_box()["height"] == place["height"]
    waiting.click()
    expect(card.locator(".visit-top")).to_have_css("opacity", "1")
    booked.locator("#only-scheduled").click()
    expect(card.locator(".visit-top")).to_have_css("opacity", "1")
    booked.reload()
    expect(booked.locator("#only")).to_be_hidden()
    expect(booked.locator(".chip[data-only='']")).to_have_attribute("aria-pressed", "true")


def test_a_start_is_held_while_its_dialog_is_open(desk, chromium, site):
    free = desk.locator(".free a").nth(-4)  # the last ones are too late for a longer visit
    slot = free.get_attribute("id")
    free.click()
    expect(desk.locator("#appointments-hold")).to_contain_text("is held for you until")
    with opened(chromium, site) as elsewhere:
        other = sign_in(elsewhere.new_page(), site.admin)
        expect(other.locator(f"#{slot}")).to_contain_text("is booking")
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("dialog")).to_have_count(0)


def test_the_whole_booking_works_without_a_script(chromium, site, tmp_path):
    with opened(chromium, site, java_script_enabled=False) as plain:
        page = sign_in(plain.new_page(), site.desk)
        page.get_by_role("link", name="New appointment").click()
        page.get_by_label("Patient", exact=True).fill(two_letters(tmp_path))
        page.get_by_role("button", name="Find", exact=True).click()
        page.locator("[name=found_patient_id]").first.check()
        page.get_by_role("button", name="Book appointment").click()
        expect(page.locator(".toast")).to_contain_text("Booked:")
        page.locator(".visit.st-scheduled").first.click()
        page.get_by_role("button", name="Check in").click()
        expect(page.locator(".chip")).to_have_text("Arrived")
