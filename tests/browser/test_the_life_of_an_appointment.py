"""An appointment from the board by keyboard alone: to its end, back again, and to next week."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.patients import two_letters
from tests.browser.test_the_main_job import book_earliest

pytestmark = pytest.mark.browser
MOST_KEYS = 8


@pytest.fixture
def card(desk, tmp_path):
    """The card of an appointment of today, with the focus on it."""
    book_earliest(desk, two_letters(tmp_path))
    return desk.locator(f"#{desk.locator('.visit:focus').get_attribute('id')}")


def pressed(page, key: str, words: str) -> None:
    page.keyboard.press(key)
    expect(page.locator(".toast").last).to_contain_text(words)


def test_c_takes_it_to_its_end_and_z_all_the_way_back(desk, card):
    for words in ("Checked in", "Started", "Finished", "Started", "Completed"):
        pressed(desk, "c", words)
    expect(card).to_have_class(re.compile("st-completed"))
    for status in ("in_progress", "in_progress", "in_progress", "checked_in", "scheduled"):
        version = card.get_attribute("data-next") or ""
        desk.keyboard.press("z")
        expect(card).to_have_attribute("data-next", re.compile(f"^(?!{re.escape(version)}$)next"))
        expect(card).to_have_class(re.compile(f"st-{status}"))
        expect(desk.locator(".toast").last).to_contain_text("undone")


def test_it_moves_to_next_week_in_few_keys_and_comes_back(desk, card):
    keys = ("Enter", "m", "]", "Enter")
    shown = ("#appointments-visit", "#appointments-move", "[data-land]:focus", "")
    for key, what in zip(keys, shown, strict=True):
        title = desk.locator(".weeks b")
        before = title.inner_text() if key == "]" else None
        desk.keyboard.press(key)
        if before:
            expect(title).not_to_have_text(before)
        if what:
            expect(desk.locator(what)).to_be_visible()
    assert len(keys) <= MOST_KEYS
    expect(desk.locator(".toast").last).to_contain_text("Moved to")
    expect(card).to_have_count(0)
    desk.keyboard.press("Escape")
    pressed(desk, "z", "Back to")
    expect(card).to_have_count(1)


def test_c_on_another_days_card_shows_which_day_it_is_on(desk, tmp_path):
    """The kind: a key that does nothing and says nothing."""
    desk.goto("/appointments/day?date=2026-03-04")
    book_earliest(desk, two_letters(tmp_path))
    desk.keyboard.press("c")
    note = desk.locator("#dialog .note", has_text="This appointment is on Wednesday")
    for width in (360, 768, 1280):
        # The kind: a button in a note that hangs where neither its words nor the note begin or end.
        desk.set_viewport_size({"width": width, "height": 800})
        words, button = (note.locator(it).bounding_box() for it in (".stack > span", "button"))
        assert abs(words["x"] - button["x"]) < 1
        assert button["y"] >= words["y"] + words["height"]
    desk.keyboard.press("c")
    expect(desk.locator("#dialog [role=alert], .toast").last).to_contain_text(
        re.compile("checked in|is taken now", re.IGNORECASE)
    )


@pytest.mark.usefixtures("card")
def test_only_the_newest_message_claims_the_key(desk):
    """The kind: a message that offers a key which does something else by now."""
    for words in ("Checked in", "Started"):
        pressed(desk, "c", words)
    expect(desk.locator(".toast kbd")).to_have_count(1)
    expect(desk.locator(".toast").last.locator("kbd")).to_be_visible()
    desk.locator(".toast").last.get_by_label("Dismiss").click()
    desk.keyboard.press("z")
    expect(desk.locator(".toast").last).to_contain_text("Start of ")


@pytest.mark.usefixtures("card")
def test_what_a_button_turns_has_no_second_way_back_beside_it(desk):
    desk.keyboard.press("Enter")
    dialog = desk.locator("#dialog")
    dialog.get_by_role("button", name="Mark as confirmed").click()
    expect(dialog.get_by_role("button", name="Remove confirmation")).to_be_visible()
    expect(dialog.get_by_role("button", name="Undo confirmation")).to_have_count(0)
