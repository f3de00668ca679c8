"""Before a session ends there is a warning, and after it nothing of a patient on the screen."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.patients import two_letters
from tests.browser.test_the_main_job import book_earliest

pytestmark = pytest.mark.browser

ANSWER = """(ends) => document.dispatchEvent(new CustomEvent("htmx:finally:request", {
    detail: { ctx: { response: { headers: new Headers({ "X-Session-Ends": ends }) } } } }))"""

ASK = "void htmx.ajax('GET', idle.dataset.url, { source: idle, swap: 'none' })"

# As the board does every few seconds.
POLL = """() => {
    const poll = document.querySelector("[data-poll]");
    void htmx.ajax("GET", poll.getAttribute("hx-get"), { source: poll, swap: "none" });
}"""


def test_at_the_idle_end_one_may_stay(desk: Page):
    warning = desk.get_by_role("dialog", name="Are you still there?")
    desk.evaluate(ANSWER, "110")
    expect(warning).to_be_visible()
    expect(warning.get_by_role("button", name="Stay signed in")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(warning).to_be_hidden()


def test_at_the_absolute_end_nobody_can_stay(desk: Page):
    # The board's own questions say another end.
    desk.evaluate("document.querySelector('[data-poll]').remove()")
    warning = desk.get_by_role("dialog", name="Your session is about to end")
    desk.evaluate(ANSWER, "600 for good")
    expect(warning).to_be_hidden()
    desk.evaluate(ANSWER, "110 for good")
    expect(warning).to_contain_text("for as long as a session lasts")
    expect(warning.get_by_role("button", name="Stay signed in")).to_be_hidden()
    expect(warning.get_by_role("button", name="Close")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(warning).to_be_hidden()
    desk.evaluate(ANSWER, "90 for good")
    expect(warning).to_be_hidden()


def over(page: Page) -> None:
    """The session ends while the warning stands there, and the page asks how it is."""
    [cookie] = [each for each in page.context.cookies() if each["name"] == "portal"]
    page.context.add_cookies([cookie | {"value": "ended"}])
    page.evaluate(ANSWER, "110")
    expect(page.locator("#idle")).to_be_visible()
    page.evaluate(ASK)


def test_a_board_that_nobody_typed_on_shows_no_patients_any_more(desk, tmp_path):
    """The kind: who is gone is signed out, and what they looked at stays for whoever comes by."""
    book_earliest(desk, two_letters(tmp_path))
    desk.keyboard.press("Enter")
    expect(desk.locator("#dialog #appointments-visit")).to_be_visible()
    over(desk)
    expect(desk.locator("#auth-sign_in")).to_contain_text("You were signed out")
    expect(desk.locator(".visit")).to_have_count(0)


def choose(page: Page, letters: str) -> None:
    """Choose a patient in the booking that is open."""
    page.locator("#dialog [role=combobox]").first.press_sequentially(letters)
    page.locator("#dialog [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#dialog .strip-facts")).to_be_visible()


def seen(page: Page) -> str:
    """All that is to be read on the screen, or of the dialog by its name."""
    fields = (
        "[...document.querySelectorAll('input, textarea')].filter((it) => it.checkVisibility())"
    )
    typed = page.evaluate(f"{fields}.map((it) => it.value).join(' ')")
    return " ".join((page.locator("body").inner_text(), typed, page.title()))


def test_of_a_patient_who_was_chosen_nothing_is_seen_until_one_is_back(desk, site, tmp_path):
    """The kind: the dialog is kept for what was typed, and whom it is about with it."""
    desk.keyboard.press("n")
    choose(desk, two_letters(tmp_path))
    name = desk.get_by_label("Patient", exact=True).input_value()
    strip = desk.locator("#dialog .strip-facts").inner_text()
    desk.get_by_text("Notes", exact=True).click()
    desk.get_by_label("Notes").fill("Comes by wheelchair")
    over(desk)
    # It comes by a script of its own, after all is covered.
    expect(desk.get_by_label("Notes")).to_have_attribute("data-kept", "")
    expect(desk.get_by_label("Notes")).to_be_visible()
    expect(desk.locator("#dialog .toast")).to_be_visible()
    said = seen(desk)
    assert "Comes by wheelchair" in said
    assert [it for it in (name, *strip.split("\n")) if it in said] == []
    sign_in_beside(desk, site)
    expect(desk.locator("#dialog")).to_contain_text("You are signed in again")
    assert desk.locator("#dialog .strip-facts").inner_text() == strip
    expect(desk.get_by_label("Patient", exact=True)).to_have_value(name)
    expect(desk.get_by_role("dialog", name="Book appointment")).to_be_visible()


def test_on_a_page_what_was_typed_is_all_that_stays(desk, site):
    desk.goto("/patients/")
    desk.locator("main table a").first.click()
    desk.get_by_role("link", name="Edit").first.click()
    last = desk.get_by_label("Last name")
    name = last.input_value()
    desk.get_by_label("First name").fill("Typed")
    over(desk)
    expect(desk.locator("#toasts .toast")).to_contain_text("Your session has ended")
    expect(desk.get_by_label("First name")).to_be_visible()
    assert name not in seen(desk)
    sign_in_beside(desk, site, "#toasts")
    expect(last).to_be_visible()
    expect(desk.get_by_label("First name")).to_have_value("Typed")


def test_somebody_else_who_signs_in_sees_nothing_of_it(desk, site, tmp_path):
    desk.keyboard.press("n")
    choose(desk, two_letters(tmp_path))
    desk.get_by_text("Notes", exact=True).click()
    desk.get_by_label("Notes").fill("Comes by wheelchair")
    over(desk)
    sign_in_beside(desk, site, who="admin")
    dialog = desk.locator("#dialog")
    expect(dialog).to_contain_text("is signed in now")
    expect(dialog).to_contain_text("shows again when the person who typed it signs in")
    expect(dialog.locator(".strip-facts")).to_be_hidden()
    expect(dialog.get_by_role("button", name="Book", exact=True)).to_be_hidden()
    desk.get_by_label("Notes").press("Control+Enter")
    expect(dialog).to_contain_text("is signed in now")
    expect(desk.get_by_label("Notes")).to_have_value("Comes by wheelchair")
    # The word stays as long as the page shows nothing, and leads on.
    expect(dialog.get_by_role("button", name="Dismiss")).to_have_count(0)
    dialog.get_by_role("link", name="Reload").click()
    desk.locator("#discard").get_by_role("button", name="Discard").click()
    expect(desk.locator("#board")).to_be_visible()
    expect(desk.locator(".who-name")).to_contain_text("Admin")


@pytest.mark.parametrize("opened", ["n", "w", "/appointments/waitlist/new"])
def test_what_one_typed_is_never_sent_by_another(desk, site, tmp_path, opened):
    """The kind: a form that one session opened, sent by a page that has not heard of the change."""
    if opened.startswith("/"):
        desk.goto(site.address + opened)
        where = desk.locator("#main [data-refusals], #toasts")
        desk.get_by_label("Notes").fill("Comes by wheelchair")
    else:
        desk.keyboard.press(opened)
        where = desk.locator("#dialog")
        choose(desk, two_letters(tmp_path))
    # Heard of in no other way than by sending.
    desk.evaluate("BroadcastChannel.prototype.postMessage = () => {}")
    change_over(desk.context.new_page(), site)
    sent: list[int] = []
    desk.on("response", lambda it: it.request.method == "POST" and sent.append(it.status))
    desk.bring_to_front()
    desk.keyboard.press("Control+Enter")
    expect(where.filter(has_text="Nothing was saved")).to_be_visible()
    expect(desk.locator("[data-kept][type=submit]").first).to_be_hidden()
    desk.keyboard.press("Control+Enter")
    desk.keyboard.press("Control+Enter")
    assert sent == [401]
    assert desk.evaluate("document.activeElement !== document.body")


@pytest.mark.parametrize("noticed", ["by asking", "by a key", "beside an appointment"])
def test_a_page_with_nothing_typed_says_whose_it_was_and_does_nothing(
    desk, site, tmp_path, noticed
):
    """The kind: a page that goes on in the name of whoever signed in since, without a word."""
    book_earliest(desk, two_letters(tmp_path))
    card = desk.locator(".visit[data-next]").first
    card.focus()
    if noticed == "beside an appointment":
        desk.keyboard.press("Enter")
        expect(desk.locator("#dialog #appointments-visit")).to_be_visible()
    change_over(desk.context.new_page(), site)
    desk.bring_to_front()
    if noticed == "by a key":
        desk.keyboard.press("c")
    else:
        desk.evaluate(POLL)
    said = desk.locator("#toasts .toast")
    expect(said).to_contain_text("Admin is signed in now.")
    expect(said).to_contain_text("This page was opened by Desk.")
    expect(desk.locator(".visit").first).to_be_hidden()
    expect(desk.locator("[data-poll]")).to_have_count(0)
    expect(said.get_by_role("link", name="Reload")).to_be_focused()
    desk.set_viewport_size({"width": 360, "height": 740})
    assert said.bounding_box()["width"] > 300
    desk.keyboard.press("Enter")
    expect(desk.locator("#board")).to_be_visible()
    expect(desk.locator(".who-name")).to_contain_text("Admin")


def test_what_is_typed_stays_and_nothing_of_what_is_behind_it(desk, site, tmp_path):
    book_earliest(desk, two_letters(tmp_path))
    expect(desk.locator(".toast")).to_be_visible()
    desk.keyboard.press("n")
    desk.get_by_text("Notes", exact=True).click()
    desk.get_by_label("Notes").fill("Comes by wheelchair")
    over(desk)
    dialog = desk.locator("#dialog")
    expect(dialog.locator(".toast")).to_contain_text("Your session has ended")
    expect(desk.locator("#idle")).to_be_hidden()
    expect(desk.locator(".visit").first).to_be_hidden()
    expect(desk.locator("#toasts .toast")).to_have_count(0)
    sign_in_beside(desk, site)
    expect(desk.get_by_label("Notes")).to_have_value("Comes by wheelchair")
    desk.keyboard.press("Escape")
    desk.locator("#discard").get_by_role("button", name="Discard").click()
    expect(desk.locator(".visit").first).to_be_visible()


def change_over(beside: Page, site) -> None:
    """In another tab the one signs out, and somebody else signs in."""
    beside.goto(site.address)
    beside.locator("summary:has(.avatar)").click()
    beside.get_by_role("button", name="Sign out").click()
    beside.get_by_label("E-mail").fill(site.admin.email)
    beside.get_by_label("Password").first.fill(site.admin.password)
    beside.keyboard.press("Enter")
    beside.wait_for_selector("#board")


def sign_in_beside(desk: Page, site, where: str = "#dialog", who: str = "desk") -> None:
    """By the link that is shown, which leaves nothing and so asks nothing."""
    with desk.context.expect_page() as opening:
        desk.locator(where).get_by_role("link", name="Sign in in a new tab").click()
    expect(desk.locator("#discard")).to_be_hidden()
    beside, person = opening.value, getattr(site, who)
    beside.get_by_label("E-mail").fill(person.email)
    beside.get_by_label("Password").first.fill(person.password)
    beside.keyboard.press("Enter")
    beside.wait_for_selector("#board")


def test_what_is_sent_after_signing_in_again_is_told(desk, site, tmp_path):
    """The kind: a page that is made anew takes the word of what was just done with it."""
    desk.keyboard.press("n")
    choose(desk, two_letters(tmp_path))
    desk.get_by_text("Notes", exact=True).click()
    desk.get_by_label("Notes").fill("Comes by wheelchair")
    over(desk)
    expect(desk.locator("#dialog .toast")).to_contain_text("Your session has ended")
    sign_in_beside(desk, site)
    desk.bring_to_front()
    expect(desk.locator("#dialog")).to_contain_text("You are signed in again")
    desk.get_by_label("Notes").press("Control+Enter")
    expect(desk.locator("#toasts .toast")).to_contain_text("Booked")
    expect(desk.locator(".visit").first).to_be_visible()
