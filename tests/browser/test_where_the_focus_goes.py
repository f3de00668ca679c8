"""Whoever did something by the keyboard is somewhere: at a field, at a title, on a card.

The kind of fault: a page or a dialog that begins nowhere, or on what closes it, so that the next
key does nothing or undoes what was just asked for.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.patients import two_letters
from tests.browser.test_the_main_job import book_earliest

pytestmark = pytest.mark.browser

# One link for each kind of address that opens in the dialog.
LINKS = """(root) => {
    const kinds = new Map();
    for (const link of document.querySelectorAll(`${root} a[data-dialog]`)) {
        const url = new URL(link.href);
        const kind = url.pathname.replace(/\\d+/g, "#") + [...url.searchParams.keys()].join();
        if (link.checkVisibility() && !kinds.has(kind)) kinds.set(kind, link.getAttribute("href"));
    }
    return [...kinds.values()];
}"""
# Where the keyboard is in a dialog: at something that can be read or typed into.
AT = "#dialog :is(input, select, textarea, h2, .errors, .button.primary):focus"


@pytest.fixture
def booked(desk: Page, tmp_path) -> Page:
    """The board, with an appointment."""
    book_earliest(desk, two_letters(tmp_path))
    return desk


def opened(page: Page, href: str) -> None:
    """Open a link of the page, or of its dialog, by the keyboard."""
    with page.expect_response(lambda answer: href in answer.url):
        page.locator(f'a[data-dialog][href="{href}"]').first.press("Enter")
    expect(page.locator("#dialog .sheet-head")).to_be_visible()
    expect(page.locator(AT)).to_have_count(1)


@pytest.mark.parametrize("address", ["/appointments/day", "/appointments/waitlist"])
def test_a_dialog_begins_at_a_field_or_at_its_title(booked, address):
    booked.goto(address)
    links = booked.evaluate(LINKS, "body")
    assert links
    for href in links:
        opened(booked, href)
        for inner in booked.evaluate(LINKS, "#dialog"):
            opened(booked, inner)
            booked.goto(address)
            opened(booked, href)
        booked.keyboard.press("Escape")
        expect(booked.locator("#dialog")).to_be_hidden()


FORMS = (
    "/availability/1/rules/new", "/availability/1/exceptions/new",
    "/services/1/offerings/new", "/facilities/new", "/account/password", "/account/language",
)  # fmt: skip
FIELDS = "form[method=post] :is(input:not([type=hidden]), select, textarea):enabled:visible"


def test_a_page_that_is_a_form_begins_at_its_first_field(context, site):
    """The kind: each form says by itself where it begins, and those that were forgotten nowhere."""
    page = sign_in(context.new_page(), site.admin)
    for address in FORMS:
        page.goto(site.address + address)
        expect(page.locator("main").locator(FIELDS).first).to_be_focused()


def test_a_dialog_that_is_a_form_begins_at_its_first_field(booked):
    booked.keyboard.press("Enter")
    expect(booked.locator("#dialog h2")).to_be_focused()
    booked.keyboard.press("e")
    expect(booked.locator("#dialog #appointments-edit")).to_be_visible()
    expect(booked.locator("#dialog").locator(FIELDS).first).to_be_focused()


def test_the_list_of_keys_begins_at_its_title(desk):
    desk.keyboard.press("?")
    expect(desk.locator("#keys h2")).to_be_focused()


def test_ctrl_enter_on_an_appointment_that_just_opened_leaves_it_open(booked):
    booked.keyboard.press("Enter")
    sheet = booked.locator("#dialog #appointments-visit")
    expect(sheet.locator("h2")).to_be_focused()
    booked.keyboard.press("Control+Enter")
    expect(sheet.locator(".chip").first).to_have_text("Booked")
    expect(sheet).to_be_visible()


def test_after_an_absence_is_confirmed_one_is_at_what_comes_next(booked):
    booked.locator("a[href*='/absences/new']").first.click()
    booked.locator("#show").press("Enter")
    booked.locator("#confirm").press("Enter")
    expect(booked.get_by_role("heading", level=1)).to_contain_text("Call list")
    expect(booked.get_by_role("heading", level=1)).to_be_focused()
    expect(booked.locator("#toasts .toast")).to_contain_text("is away")
    booked.keyboard.press("z")
    expect(booked.locator("#toasts .toast").last).to_contain_text("undone")
    expect(booked.locator("body")).not_to_be_focused()


def test_after_a_form_of_a_page_is_saved_one_is_at_the_title_of_the_next(desk):
    desk.goto("/patients/")
    desk.locator("main table a").first.click()
    desk.get_by_role("link", name="Edit").first.click()
    desk.locator("#email").fill("focus@example.org")
    desk.locator("#email").press("Control+Enter")
    expect(desk.locator("#toasts .toast")).to_be_visible()
    expect(desk.get_by_role("heading", level=1)).to_be_focused()


def test_whoever_goes_to_a_day_is_on_its_board(desk):
    day = desk.get_by_label("Go to a day")
    day.focus()
    desk.keyboard.type("03032026", delay=30)
    desk.keyboard.press("Enter")
    expect(desk.locator("#board")).to_have_attribute("data-date", "2026-03-03")
    expect(desk.locator("#board :is(.visit, .free > a):focus")).to_have_count(1)
    assert "#" not in desk.url


def test_a_move_by_the_keyboard_goes_on_to_another_day(booked):
    """The kind: a key of the board that does nothing while something is moved on it."""
    card = booked.locator(".visit:focus")
    name = card.locator("b").inner_text()
    day = booked.locator("#board").get_attribute("data-date")
    booked.keyboard.press("m")
    booked.keyboard.press("]")
    expect(booked.locator("#carried")).to_contain_text(name)
    expect(booked.locator("#board")).not_to_have_attribute("data-date", day)
    expect(booked.locator(".free > a:focus")).to_be_visible()
    highest = "all => Math.min(...all.map((it) => it.getBoundingClientRect().y))"
    first = booked.locator(".free > a:visible").evaluate_all(highest)
    assert booked.locator(".free > a:focus").bounding_box()["y"] == first
    booked.keyboard.press("v")
    expect(booked.locator("#toasts .toast").last).to_contain_text(re.compile("Moved"))
    expect(booked.locator("#board .visit:focus b")).to_have_text(name)


def test_taking_back_what_had_a_card_leaves_one_beside_where_it_was(booked):
    """The kind: what had the focus goes, and the day's title has it, or nothing."""
    card = booked.locator(".visit:focus")
    there, top = card.get_attribute("id"), card.bounding_box()["y"]
    booked.keyboard.press("z")
    expect(booked.locator(f"#{there}")).to_have_count(0)
    spot = booked.locator("#board :is(.visit, .free > a):focus")
    expect(spot).to_have_count(1)
    assert abs(spot.bounding_box()["y"] - top) < 60
    booked.keyboard.press("ArrowDown")
    expect(booked.locator("#board :is(.visit, .free > a):focus")).to_have_count(1)


def test_the_line_at_now_leaves_what_it_crosses_to_be_read(desk):
    """It lies behind the cards; what is drawn over them lets their words through."""
    line = desk.locator(".column .now").first
    over = line.evaluate("line => getComputedStyle(line, '::after').opacity")
    assert (line.evaluate("line => getComputedStyle(line).zIndex"), float(over)) == ("auto", 0.3)
