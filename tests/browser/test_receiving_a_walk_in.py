"""A walk-in by the keyboard: W, two letters, arrow down, Ctrl+Enter."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import opened, sign_in
from tests.browser.patients import two_letters

# The lists in which something was pressed, and where it was in none.
PRESSED = """() => {
    window.pressed = [];
    const list = (event) => event.target.closest("[role=listbox]")?.id ?? "beneath";
    addEventListener("click", (event) => pressed.push(list(event)), true);
}"""


def test_a_walk_in_takes_five_keys(desk, tmp_path):
    keys = ["w", *two_letters(tmp_path), "ArrowDown", "Control+Enter"]
    assert len(keys) == 5
    for key in keys[:-1]:
        desk.keyboard.press(key)
    highlighted = desk.locator("[role=option][aria-selected=true] b")
    expect(highlighted).to_be_visible()
    name = highlighted.inner_text()
    desk.keyboard.press(keys[-1])
    card = desk.locator(".visit:focus")
    expect(card).to_contain_text(name)
    expect(card).to_have_class(re.compile("st-checked_in"))


def test_nobody_is_taken_who_is_not_highlighted(desk, tmp_path):
    desk.keyboard.press("w")
    desk.keyboard.type(two_letters(tmp_path))
    expect(desk.locator("#patient-list")).to_be_visible()
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".errors")).to_contain_text("choose a patient from the list")
    desk.keyboard.press("Escape")
    desk.locator("#discard").get_by_role("button", name="Discard").click()


def test_the_strip_and_the_queues_are_shown_before_it_is_booked(desk, tmp_path):
    desk.keyboard.press("w")
    desk.keyboard.type(two_letters(tmp_path))
    desk.keyboard.press("ArrowDown")
    expect(desk.locator("[role=option][aria-selected=true]")).to_be_visible()
    desk.keyboard.press("Enter")
    expect(desk.locator("#appointments-strip")).to_contain_text("MRN")
    expect(desk.get_by_label("Doctor", exact=True)).to_contain_text("waiting")
    desk.keyboard.press("Escape")
    desk.locator("#discard").get_by_role("button", name="Discard").click()


def test_whether_the_plan_is_accepted_is_said_before_it_is_sent(desk):
    desk.keyboard.press("w")
    verdict = desk.locator("#appointments-verdict")
    expect(verdict).to_contain_text("The patient pays.")
    desk.get_by_label("Insurance").select_option(index=1)
    expect(verdict).to_contain_text("Accepted at")
    desk.keyboard.press("Escape")
    desk.locator("#discard").get_by_role("button", name="Discard").click()


def test_nobody_is_registered_unseen(desk):
    """The kind: keys that choose somebody make somebody where nobody is found."""
    desk.keyboard.press("w")
    desk.keyboard.type("Xylander")
    expect(desk.locator("#patient-list")).to_be_visible()
    desk.keyboard.press("ArrowDown")
    expect(desk.locator("#option-new")).to_have_attribute("aria-selected", "true")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".errors")).to_contain_text("choose a patient from the list")
    desk.locator("#patient_query").fill("Xylander Zoe")
    desk.keyboard.press("ArrowDown")
    expect(desk.locator("#option-new")).to_have_attribute("aria-selected", "true")
    new = desk.locator(".new-patient")
    expect(new).to_be_hidden()
    desk.keyboard.press("Enter")
    expect(new).to_contain_text("New patient")
    expect(desk.get_by_label("Last name")).to_have_value("Zoe")
    expect(desk.get_by_label("First name")).to_have_value("Xylander")
    expect(desk.get_by_label("Date of birth")).to_be_focused()
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".errors")).to_contain_text("tick that it is unknown")
    desk.get_by_label("First name").fill("")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".errors")).to_contain_text("First name")
    desk.keyboard.press("Escape")
    desk.locator("#discard").get_by_role("button", name="Discard").click()


def test_an_answer_leaves_the_keyboard_where_it_is(desk, tmp_path):
    """The kind: a form that comes back takes the focus to its first field again."""
    desk.keyboard.press("w")
    desk.keyboard.type(two_letters(tmp_path))
    desk.keyboard.press("ArrowDown")
    expect(desk.locator("[role=option][aria-selected=true]")).to_be_visible()
    desk.keyboard.press("Enter")
    expect(desk.locator("#appointments-strip")).to_contain_text("MRN")
    for name in ("service_id", "insurance_plan_id"):
        desk.locator(f"#{name}").focus()
        with desk.expect_response("**/walk-in*"):
            desk.locator(f"#{name}").dispatch_event("change")
        expect(desk.locator("#appointments-walk_in .htmx-request")).to_have_count(0)
        expect(desk.locator(f"#{name}")).to_be_focused()
    desk.keyboard.press("Escape")
    desk.locator("#discard").get_by_role("button", name="Discard").click()


def test_messages_leave_the_buttons_of_a_dialog_free(desk, tmp_path):
    """The kind: what was just done covers the button that comes next."""
    desk.keyboard.press("w")
    desk.keyboard.type(two_letters(tmp_path))
    desk.keyboard.press("ArrowDown")
    expect(desk.locator("[role=option][aria-selected=true]")).to_be_visible()
    desk.keyboard.press("ArrowDown")  # the first of them is here already
    expect(desk.locator("[role=option]").nth(1)).to_have_attribute("aria-selected", "true")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".visit:focus")).to_be_visible()
    desk.keyboard.press("Enter")
    button = desk.locator("#dialog .sheet-foot .primary")
    for _step in range(2):
        before = button.inner_text()
        button.click()
        expect(button).not_to_have_text(before)
    toast = desk.locator(".toast").last
    expect(toast).to_be_visible()
    message, next_one = toast.bounding_box(), button.bounding_box()
    assert message["x"] + message["width"] <= next_one["x"]


def test_a_finger_that_chooses_presses_nothing_under_the_list(chromium, site, tmp_path):
    """The kind: a list that is gone as the finger comes down lets it press what lay beneath."""
    narrow = {"width": 360, "height": 780}
    with opened(chromium, site, viewport=narrow, has_touch=True, is_mobile=True) as context:
        desk = sign_in(context.new_page(), site.desk)
        desk.locator("#walk-in").tap()
        desk.evaluate(PRESSED)
        desk.locator("#patient_query").fill(two_letters(tmp_path))
        desk.locator("#patient-list [role=option]").first.tap()
        expect(desk.locator("#patient-list")).to_be_hidden()
        expect(desk.locator("#appointments-strip")).to_contain_text("MRN")
        assert desk.evaluate("pressed") == ["patient-list"]
