"""Steering the day board by keys and gestures: each does what it shows, or says why not."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import opened, sign_in
from tests.browser.patients import two_letters
from tests.browser.test_the_main_job import book_earliest

pytestmark = pytest.mark.browser
POLL = "it => htmx.ajax('GET', it.getAttribute('hx-get'), {source: it, swap: 'none'})"


@pytest.fixture
def booked(desk: Page, tmp_path) -> Page:
    """The board, the focus on an appointment that was just booked."""
    book_earliest(desk, two_letters(tmp_path))
    return desk


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.id")


def test_a_refused_move_says_why_beside_what_was_done(booked):
    """The kind: a request whose answer goes nowhere on the page. A refusal opens in the dialog."""
    booked.keyboard.press("m")
    booked.keyboard.press("ArrowRight")
    expect(booked.locator(".drop.bad")).to_contain_text("not possible")
    booked.keyboard.press("Enter")
    dialog = booked.locator("#dialog")
    expect(dialog).to_be_visible()
    expect(dialog.locator(".errors")).to_contain_text("does not offer this service here")
    # Nothing was typed: closing asks nothing.
    booked.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(booked.locator("#discard")).to_be_hidden()


def test_a_card_in_the_hand_shows_where_it_can_be_dropped(booked):
    """The kind: a gesture that shows something else than what it does."""
    card = booked.locator("#" + focused(booked))
    column, ghost = booked.locator(".column", has=card), booked.locator(".drop")
    free = column.locator(".free a").nth(1)
    time = free.inner_text().strip()
    start, end = card.bounding_box(), free.bounding_box()
    booked.mouse.move(start["x"] + 20, start["y"] + 4)
    booked.mouse.down()
    booked.mouse.move(end["x"] + 20, end["y"] + 13, steps=8)  # beside the opening
    expect(ghost).to_contain_text(time)
    other = booked.locator(".column").nth(1).locator(".free a").first.bounding_box()
    booked.mouse.move(other["x"] + 20, other["y"] + 8, steps=4)
    expect(ghost).to_contain_text("not possible")
    expect(ghost).to_have_class(re.compile("bad"))
    booked.mouse.up()
    refused = booked.locator("#dialog .errors")
    expect(refused).to_contain_text("does not offer this service here")
    expect(refused).not_to_contain_text("just took")


def test_a_refused_step_shows_the_appointment_as_it_is_with_the_reason(booked):
    card = booked.locator(".visit:focus")
    card.evaluate("it => { it.dataset.next = 'completion'; }")
    booked.keyboard.press("c")
    expect(booked.locator("#dialog #appointments-visit")).to_be_visible()
    expect(booked.locator("#dialog")).to_contain_text("not arrived")
    expect(booked.locator("#toasts .error")).to_have_count(0)


def test_what_is_refused_over_and_over_is_said_once(booked):
    """The kind: bars that pile up over the board and stay there."""
    booked.locator(".visit:focus").evaluate("it => { it.dataset.next = 'nothing'; }")
    for _ in range(3):
        booked.keyboard.press("c")
        expect(booked.locator("#toasts .error")).to_have_count(1)


def test_arrow_keys_pressed_anywhere_enter_the_board(desk):
    desk.keyboard.press("ArrowDown")
    assert re.match(r"(visit|free)-\d+", focused(desk))


def test_the_board_is_one_of_the_first_tab_stops(desk):
    desk.keyboard.press("Tab")
    desk.keyboard.press("Tab")
    expect(desk.locator(":focus")).to_have_text("Skip to the board")
    desk.keyboard.press("Enter")
    desk.keyboard.press("ArrowDown")
    assert re.match(r"(visit|free)-\d+", focused(desk))


def test_an_appointment_is_carried_to_another_day(booked):
    card = focused(booked)
    booked.keyboard.press("x")
    expect(booked.locator("#carried")).to_contain_text("Moving")
    booked.keyboard.press("]")
    expect(booked.locator("h1")).to_contain_text("March 3")
    expect(booked.locator("#carried")).to_be_visible()
    booked.locator(".column").first.locator(".free a").nth(2).focus()
    time = booked.locator(":focus").inner_text().strip()
    booked.keyboard.press("v")
    expect(booked.locator(f"#{card} i")).to_have_text(time)
    expect(booked.locator("#carried")).to_have_count(0)
    assert "moving=" not in booked.url
    assert booked.locator("a[href*=moving]").count() == 0


def test_who_carries_what_fits_nowhere_that_day_is_still_on_its_card(booked):
    """The kind: a key that leaves the focus nowhere."""
    card = focused(booked)
    booked.route("**/openings?*", lambda route: route.fulfill(json={}))
    booked.keyboard.press("x")
    expect(booked.locator("#carried")).to_be_visible()
    expect(booked.locator(f"#{card}")).to_be_focused()


def test_what_is_carried_shows_only_where_it_can_be_put_down(booked):
    """The kind: a gesture that offers what it then refuses. It asks for what dragging asks for."""
    booked.keyboard.press("x")
    expect(booked.locator("#carried")).to_be_visible()
    booked.keyboard.press("]")
    expect(booked.locator("h1")).to_contain_text("March 3")
    first, second = (booked.locator(".column").nth(n).locator(".free a:visible") for n in (0, 1))
    expect(second).to_have_count(0)  # who does not offer the service
    expect(first.first).to_be_visible()
    expect(booked.locator(".none-here")).to_be_hidden()
    booked.locator("[data-poll]").evaluate(POLL)
    expect(second).to_have_count(0)
    booked.goto(booked.url.replace("2026-03-03", "2026-03-01"))  # a day that is over
    expect(booked.locator(".none-here")).to_be_visible()
    booked.keyboard.press("Escape")
    expect(booked.locator("#carried")).to_have_count(0)


def test_escape_lets_go_of_what_is_carried_and_stays_on_it(booked):
    """The kind: a key that leaves the focus nowhere."""
    card = focused(booked)
    booked.keyboard.press("x")
    expect(booked.locator("#carried")).to_be_visible()
    booked.keyboard.press("Escape")
    expect(booked.locator("#carried")).to_have_count(0)
    expect(booked.locator(f"#{card}")).to_be_focused()


def test_a_board_without_its_server_says_since_when(chromium, site):
    """The kind: something that looks alive although nothing reaches it any more."""
    browser = opened(chromium, site)
    with browser as context:
        page = sign_in(context.new_page(), site.desk)
        context.set_offline(True)
        for _ in range(2):
            page.locator("[data-poll]").evaluate(POLL)
        expect(page.locator("#stale")).to_contain_text("Not updated since 07:3")
        expect(page.locator("body")).to_have_class(re.compile("is-stale"))
        context.set_offline(False)
        page.locator("[data-poll]").evaluate(POLL)
        expect(page.locator("#stale")).to_be_hidden()
        browser.complaints.clear()  # of the network that was away


@pytest.mark.parametrize("width", [360, 1280])
def test_no_name_is_pushed_out_by_what_stands_beside_it(booked, width):
    """On any width at least the beginning of a name can be read on each card."""
    booked.set_viewport_size({"width": width, "height": 800})
    cards = booked.locator(".visit[id^=visit]")
    for n in range(cards.count()):
        room = cards.nth(n).locator("b").bounding_box()["width"]
        whole = cards.nth(n).locator("b").evaluate("it => it.scrollWidth")
        assert room >= min(whole - 1, 60)
