"""What is on the screen when Ctrl+Enter is pressed is what is booked.

The kind of fault: the form shows one thing and sends another. A time that was clicked, a time that
was typed, the hold that is said: each is looked at after everything around it has changed.
"""

from playwright.sync_api import Page, expect

from tests.browser.conftest import opened, sign_in
from tests.browser.patients import two_letters


def pick_patient(page: Page, letters: str) -> None:
    """Somebody who is known, in the form that is open."""
    page.locator("#patient_query").fill(letters)
    page.keyboard.press("ArrowDown")
    expect(page.locator("[role=option][aria-selected=true]")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#appointments-strip")).to_contain_text("MRN")


def chosen(page: Page) -> str:
    """The words of the time that is chosen."""
    return page.locator("label:has([name=availability_slot_id]:checked)").inner_text()


def test_a_clicked_time_stays_whatever_is_chosen_after_it(desk, tmp_path):
    free = desk.locator(".free a").nth(-4)
    slot = free.get_attribute("id").rpartition("-")[2]
    free.click()
    expect(desk.locator("#appointments-hold")).to_contain_text("is held for you until")
    time = chosen(desk)
    pick_patient(desk, two_letters(tmp_path))
    for select in ("#doctor_id", "#service_id"):
        desk.locator(select).dispatch_event("change")
        expect(desk.locator("#appointments-booking .htmx-request")).to_have_count(0)
        expect(desk.locator("[name=availability_slot_id]:checked")).to_have_value(slot)
    expect(desk.locator("#appointments-hold")).to_contain_text(f"{time} is held for you until")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".visit:focus")).to_be_visible()
    expect(desk.locator(".toast").last).to_contain_text(time)


def test_a_typed_time_is_what_is_booked(desk, tmp_path):
    desk.keyboard.press("n")
    pick_patient(desk, two_letters(tmp_path))
    desk.get_by_label("Doctor", exact=True).select_option(index=1)
    desk.get_by_label("Walk-in or other time").check()
    expect(desk.locator("[name=availability_slot_id]:checked")).to_have_value("own")
    expect(desk.locator("#appointments-hold")).not_to_contain_text("is held")
    day = desk.locator("#board").get_attribute("data-date")
    desk.get_by_label("Date and time").fill(f"{day}T18:05")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".toast").last).to_contain_text("18:05")


def test_an_opening_chosen_after_a_typed_time_is_what_is_booked(desk, tmp_path):
    desk.keyboard.press("n")
    pick_patient(desk, two_letters(tmp_path))
    desk.get_by_label("Walk-in or other time").check()
    day = desk.locator("#board").get_attribute("data-date")
    desk.get_by_label("Date and time").fill(f"{day}T18:35")
    desk.locator(".start input").nth(1).check(force=True)
    expect(desk.get_by_label("Date and time")).to_be_hidden()
    expect(desk.locator("#appointments-hold")).to_contain_text("is held for you until")
    time = chosen(desk)
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".toast").last).to_contain_text(time)


def test_the_suggested_time_is_held_once_a_patient_is_chosen(desk, chromium, site, tmp_path):
    desk.keyboard.press("n")
    pick_patient(desk, two_letters(tmp_path))
    expect(desk.locator("#appointments-hold")).to_contain_text("is held for you until")
    slot = desk.locator("[name=availability_slot_id]:checked").get_attribute("value")
    with opened(chromium, site) as elsewhere:
        other = sign_in(elsewhere.new_page(), site.admin)
        expect(other.locator(f"#free-{slot}")).to_contain_text("is booking")
    desk.get_by_label("Close").first.click()


def test_the_same_key_books_in_each_form_on_the_way_to_a_series(desk, tmp_path):
    """Ctrl+Enter is the main button of whatever form is open, with what that button says."""
    desk.keyboard.press("n")
    pick_patient(desk, two_letters(tmp_path))
    desk.get_by_text("Repeat this appointment").click()
    desk.get_by_label("Number of appointments").fill("2")
    desk.get_by_role("button", name="Show the dates").click()
    expect(desk.get_by_role("heading", name="Dates of the series")).to_be_visible()
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".toast").last).to_contain_text("2 appointments booked")


def test_the_head_names_the_day_of_the_time_that_is_chosen(desk):
    """The kind: words that are written once and not again when what they name has changed."""
    desk.keyboard.press("n")
    head = desk.locator("#appointments-heading")
    expect(head).to_contain_text("March 2, 2026, 08:")
    desk.locator(".days label").nth(2).click()
    expect(head).to_contain_text("March 4, 2026, 08:00")
    desk.locator(".start input").nth(3).check(force=True)
    expect(head).to_contain_text(f"March 4, 2026, {chosen(desk)}")
    desk.get_by_label("Walk-in or other time").check()
    expect(head).to_contain_text("Walk-in or other time")
    desk.get_by_label("Close").first.click()


def test_the_key_that_went_a_week_ahead_goes_another_one(desk):
    """The kind: a button that appears before the one that was pressed takes its focus."""
    desk.keyboard.press("n")
    ahead = desk.locator("#dialog").get_by_role("button", name="Next week")
    first = ahead.get_attribute("value")
    ahead.press("Enter")
    expect(ahead).not_to_have_attribute("value", first)
    expect(ahead).to_be_focused()
    desk.keyboard.press("Escape")


def test_a_way_out_of_a_plan_is_what_the_field_of_the_plan_shows_too(desk, tmp_path):
    """The kind: a field that was touched keeps on the screen what the answer took from it."""
    desk.keyboard.press("n")
    pick_patient(desk, two_letters(tmp_path))
    plan = desk.get_by_label("Insurance")
    plan.select_option(index=1)
    verdict = desk.locator("#appointments-verdict")
    expect(verdict).to_contain_text("Accepted at")
    expect(desk.locator("#appointments-booking .htmx-request")).to_have_count(0)
    desk.evaluate("""() => {
        const button = document.createElement("button");
        Object.assign(button, { name: "show", value: "plan:", textContent: "Change to self-pay" });
        document.getElementById("appointments-verdict").append(button);
    }""")
    desk.get_by_role("button", name="Change to self-pay").click()
    expect(verdict).to_contain_text("Not booked yet. Chosen now: Self-pay · ")
    expect(verdict).to_be_focused()
    expect(plan).to_have_value("")


def test_a_hold_that_has_ended_says_so_by_itself(desk, tmp_path):
    """The kind: what is said to last until a time is still said after it."""
    desk.clock.install()
    desk.keyboard.press("n")
    pick_patient(desk, two_letters(tmp_path))
    hold = desk.locator("#appointments-hold")
    expect(hold).to_contain_text("is held for you until")
    time = chosen(desk)
    desk.evaluate("""async () => {
        const { release } = document.getElementById("appointments-hold").dataset;
        const token = document.querySelector("meta[name=csrf-token]").content;
        await fetch(release, { method: "POST", headers: { "X-CSRFToken": token } });
    }""")
    desk.clock.fast_forward("05:30")
    expect(hold).to_contain_text(f"{time} is no longer held for you, but it is still free.")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".toast").last).to_contain_text(time)
