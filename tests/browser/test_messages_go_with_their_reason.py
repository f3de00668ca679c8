"""Messages on the board: what was taken back is said no more, and nothing lies under a message."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import opened, sign_in
from tests.browser.patients import two_letters
from tests.browser.test_the_main_job import book_earliest

pytestmark = pytest.mark.browser
# Of two things on screen: whether they touch.
MEET = """([one, other]) => {
    const [a, b] = [one, other].map((it) => document.querySelector(it).getBoundingClientRect());
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}"""


def add_to_waitlist(page: Page, letters: str) -> None:
    """Through the booking dialog, as somebody does for whom no time suits."""
    page.keyboard.press("n")
    page.get_by_role("button", name="Add to waitlist").click()
    expect(page.locator("#appointments-wish")).to_be_visible()
    page.get_by_label("Patient", exact=True).fill(letters)
    expect(page.locator("[role=option]").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#appointments-strip")).to_contain_text("MRN")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#dialog")).to_be_hidden()


def test_adding_to_the_waitlist_shows_who_it_is_and_is_taken_back(desk, tmp_path):
    """The kind: an act on the board that has no way back, a patient chosen without their strip."""
    letters = two_letters(tmp_path)
    book_earliest(desk, letters)
    card = "#" + desk.locator(".visit:focus").get_attribute("id")
    add_to_waitlist(desk, two_letters(tmp_path, but=letters))
    expect(desk.locator(".toast").last).to_contain_text("On the waitlist:")
    desk.keyboard.press("z")
    undone = desk.locator(".toast", has_text="No longer on the waitlist, as before:")
    expect(undone).to_have_count(1)
    expect(desk.locator(".toast", has_text="On the waitlist:")).to_have_count(0)
    expect(desk.locator("#board")).to_be_visible()
    expect(desk.locator(card)).to_be_visible()
    desk.keyboard.press("z")
    expect(desk.locator(".toast").last).to_contain_text("Booking undone:")
    expect(desk.locator(card)).to_have_count(0)


@pytest.mark.parametrize("gone", ["dismissed", "on another page"])
def test_with_its_message_gone_z_takes_back_what_was_done_last(desk, tmp_path, gone):
    """The kind: a message with Undo is gone, and Z takes back something older instead."""
    letters = two_letters(tmp_path)
    book_earliest(desk, letters)
    card = "#" + desk.locator(".visit:focus").get_attribute("id")
    add_to_waitlist(desk, two_letters(tmp_path, but=letters))
    waits = desk.locator(".toast", has_text="On the waitlist:")
    expect(waits).to_have_count(1)
    if gone == "dismissed":
        waits.get_by_role("button", name="Dismiss").click()
    else:
        desk.reload()
    expect(waits).to_have_count(0)
    desk.get_by_role("link", name="What you did last, and Undo").click()
    undo = desk.locator("#dialog").get_by_role("button", name="Undo “On the waitlist:")
    expect(undo).to_be_visible()
    desk.keyboard.press("z")
    undone = desk.locator(".toast", has_text="No longer on the waitlist, as before:")
    expect(undone).to_have_count(1)
    expect(desk.locator("#dialog")).not_to_contain_text("On the waitlist:")
    desk.keyboard.press("Escape")
    expect(desk.locator(card)).to_be_visible()


@pytest.mark.parametrize("by", ["z", "in the dialog"])
def test_what_a_move_had_brought_up_goes_when_it_is_taken_back(desk, tmp_path, by):
    """The kind: a message whose reason is gone, whichever button took it back."""
    letters = two_letters(tmp_path)
    book_earliest(desk, letters)
    card = desk.locator("#" + desk.locator(".visit:focus").get_attribute("id"))
    add_to_waitlist(desk, two_letters(tmp_path, but=letters))
    card.focus()
    for key in ("m", "ArrowDown", "Enter"):
        desk.keyboard.press(key)
    matches = desk.locator(".toast", has_text="on the waitlist match")
    expect(matches).to_have_count(1)
    if by == "z":
        desk.keyboard.press("z")
    else:
        card.press("Enter")
        desk.locator("#dialog").get_by_role("button", name="Undo move").click()
    expect(desk.locator(".toast").last).to_contain_text("Back to")
    expect(matches).to_have_count(0)
    expect(desk.locator(".toast", has_text="Moved to")).to_have_count(0)
    desk.goto("/appointments/waitlist")
    desk.get_by_role("button", name="Withdraw").first.click()


def test_on_a_phone_no_message_lies_on_a_dialogs_head_or_foot(chromium, site, tmp_path):
    """The kind: a message over what one is about to press or read."""
    size = {"width": 360, "height": 740}
    with opened(chromium, site, viewport=size) as context:
        page = sign_in(context.new_page(), site.desk)
        book_earliest(page, two_letters(tmp_path))
        page.keyboard.press("Enter")
        expect(page.locator("#dialog #appointments-visit")).to_be_visible()
        page.keyboard.press("c")
        message = page.locator("#toasts .toast:visible")
        expect(message).to_contain_text("Checked in")
        expect(message).to_have_count(1)
        for part in (".sheet-head", ".sheet-body", ".sheet-foot"):
            assert not page.evaluate(MEET, ["#toasts", f"#dialog {part}"]), part


@pytest.mark.parametrize("width", [820, 1280, 1440, 1560, 1700])
def test_beside_a_wide_dialog_no_message_lies_on_it(chromium, site, width):
    """The kind: what is wide leaves a message no room beside it, and has it over its buttons."""
    with opened(chromium, site, viewport={"width": width, "height": 800}) as context:
        page = sign_in(context.new_page(), site.desk)
        page.keyboard.press("n")
        expect(page.locator("#dialog #appointments-booking")).to_be_visible()
        page.locator("#dialog [data-key=z]").evaluate("it => it.click()")
        message = page.locator("#toasts .toast:visible")
        expect(message).to_have_count(1)
        box = message.bounding_box()
        assert 0 <= box["x"] <= width - box["width"]
        assert box["y"] >= 0
        for part in (".sheet-head", ".sheet-body", ".sheet-foot"):
            assert not page.evaluate(MEET, ["#toasts .toast", f"#dialog {part}"]), part
