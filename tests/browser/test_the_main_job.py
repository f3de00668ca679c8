"""The front desk's job by keyboard alone: sign in, book, check in, walk the steps, complete."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import opened, sign_in
from tests.browser.patients import two_letters

pytestmark = pytest.mark.browser


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the button of that name has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()").startswith(name):
            return
    raise AssertionError(f"Tab does not reach {name}")


def book_earliest(page: Page, letters: str) -> str:
    """Six keys for a known patient and the earliest start; gives the patient's name."""
    page.keyboard.press("n")
    page.keyboard.type(letters)
    page.keyboard.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true] b")
    expect(chosen).to_be_visible()
    name = chosen.inner_text()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".visit:focus")).to_contain_text(name)
    return name


def test_an_imported_patient_is_booked_checked_in_and_seen_to(context, site, tmp_path):
    page = sign_in(context.new_page(), site.desk)
    book_earliest(page, two_letters(tmp_path))
    card = page.locator(".visit:focus")
    page.keyboard.press("c")
    expect(card).to_have_class(re.compile("st-checked_in"))
    page.keyboard.press("c")
    expect(card).to_have_class(re.compile("st-in_progress"))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".step-list")).to_be_visible()
    for button in ("Finish", "Start", "Finish"):
        tab_to(page, button)
        page.keyboard.press("Enter")
        expect(dialog.locator(".htmx-request")).to_have_count(0)
    expect(dialog.locator(".chip")).to_have_text("Completed")
    page.keyboard.press("Escape")
    expect(card).to_have_class(re.compile("st-completed"))


def test_what_is_booked_is_said_once_and_lets_nothing_go(context, site, tmp_path):
    """The kind of fault: what a dialog sends as it closes carries the form that it held."""
    page = sign_in(context.new_page(), site.desk)
    let_go: list[str] = []
    page.on("request", lambda sent: let_go.append(sent.url) if "/release" in sent.url else None)
    book_earliest(page, two_letters(tmp_path))
    expect(page.locator(".toast")).to_have_count(1)
    assert let_go == []


def test_a_start_that_was_just_taken_is_refused_with_others(desk, chromium, site, tmp_path):
    letters = two_letters(tmp_path)
    with opened(chromium, site) as elsewhere:
        other = sign_in(elsewhere.new_page(), site.admin)
        other.keyboard.press("n")
        other.keyboard.type(letters)
        for key in ("ArrowDown", "ArrowDown"):
            other.keyboard.press(key)
            expect(other.locator("[role=option][aria-selected=true]")).to_be_visible()
        other.keyboard.press("Enter")
        before = other.locator("[name=availability_slot_id]:checked").get_attribute("value")
        hold = other.locator("#appointments-hold[data-release]")
        # as if the minutes of the hold were over
        other.evaluate(
            "url => htmx.ajax('POST', url, { swap: 'none' })", hold.get_attribute("data-release")
        )
        book_earliest(desk, letters)
        with other.expect_response("**/appointments/new") as answer:
            other.keyboard.press("Control+Enter")
        assert answer.value.status == 409
        expect(other.get_by_role("alert").first).to_contain_text("someone just took that time.")
        expect(other.locator("[name=availability_slot_id]:checked")).to_have_count(0)
        expect(other.locator("#appointments-heading")).to_contain_text("No time is chosen")
        assert not other.locator(f"#start-{before}").count()
        other.locator(".start input").first.check(force=True)
        expect(other.locator("#appointments-hold")).to_contain_text("is held for you until")
        other.keyboard.press("Control+Enter")
        expect(other.locator(".visit:focus")).to_be_visible()


def test_enter_takes_nobody_who_is_not_highlighted(desk, tmp_path):
    desk.keyboard.press("n")
    desk.keyboard.type(two_letters(tmp_path))
    expect(desk.locator("#patient-list")).to_be_visible()
    desk.keyboard.press("Enter")
    expect(desk.locator("#patient_id")).to_have_value("")
    expect(desk.get_by_role("dialog")).to_be_visible()


def take_as_new(desk, typed: str) -> None:
    """By keys: nobody has this name, and somebody new is to be registered by it."""
    desk.keyboard.press("n")
    expect(desk.locator("#patient_query")).to_be_focused()
    desk.keyboard.type(typed)
    desk.keyboard.press("ArrowDown")
    expect(desk.locator("[role=option][aria-selected=true]")).to_contain_text("Register")
    desk.keyboard.press("Enter")


def test_a_new_patient_is_registered_with_the_booking(desk):
    take_as_new(desk, "Ó Séaghdha, Róisín")
    expect(desk.get_by_label("Last name")).to_have_value("Ó Séaghdha")
    expect(desk.get_by_label("First name")).to_have_value("Róisín")
    desk.get_by_label("Date of birth").fill("1990-02-03")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".visit:focus")).to_contain_text("Ó Séaghdha, Róisín")


def test_six_keys_register_no_stranger(desk):
    """The kind: the keys that book somebody known make somebody of a name that is mistyped."""
    take_as_new(desk, "Xylander pe")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".errors")).to_contain_text("tick that it is unknown")
    desk.get_by_label("The birth date is unknown").check()
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".visit:focus")).to_contain_text("pe, Xylander")


def test_what_was_typed_stays_beside_its_error(desk):
    desk.keyboard.press("n")
    desk.keyboard.type("Nobody Known")
    expect(desk.locator("#patient-list")).to_be_visible()
    desk.keyboard.press("Control+Enter")
    summary = desk.locator(".errors")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("choose a patient from the list")
    expect(desk.locator("#patient_query")).to_have_value("Nobody Known")
