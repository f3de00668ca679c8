"""Nothing that was typed is thrown away without asking, in any dialog and on any page.

The kind of fault: closing is one key or one click away from typing. One script asks for all of
them, so these stand for every form there is.
"""

import pytest
from playwright.sync_api import Page, expect


def question(page: Page):
    return page.locator("#discard[open]")


def closed_by(page: Page, how: str) -> None:
    if how == "Escape":
        page.keyboard.press("Escape")
    elif how == "outside":
        page.mouse.click(4, 400)
    else:
        page.locator("#dialog").get_by_text(how, exact=True).click()


@pytest.mark.parametrize("how", ["Escape", "outside", "Cancel"])
def test_closing_a_dialog_in_which_something_was_typed_asks(desk, how):
    desk.keyboard.press("n")
    desk.get_by_text("Notes", exact=True).click()
    desk.get_by_label("Notes").fill("Comes by wheelchair")
    closed_by(desk, how)
    expect(question(desk)).to_be_visible()
    desk.keyboard.press("Escape")
    expect(question(desk)).to_have_count(0)
    expect(desk.get_by_label("Notes")).to_have_value("Comes by wheelchair")
    closed_by(desk, how)
    question(desk).get_by_role("button", name="Keep editing").click()
    expect(desk.get_by_label("Notes")).to_have_value("Comes by wheelchair")
    closed_by(desk, how)
    question(desk).get_by_role("button", name="Discard").click()
    expect(desk.locator("#dialog")).not_to_be_visible()


def test_closing_after_a_refusal_asks_although_the_page_brought_the_text(desk):
    desk.keyboard.press("n")
    expect(desk.locator("#patient_query")).to_be_focused()
    desk.keyboard.type("Nobody Known")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".errors")).to_be_focused()
    desk.keyboard.press("Escape")
    expect(question(desk)).to_be_visible()
    question(desk).get_by_role("button", name="Discard").click()
    expect(desk.locator("#dialog")).not_to_be_visible()


def test_a_line_of_what_is_wrong_leads_to_its_field_and_asks_nothing(desk):
    desk.keyboard.press("n")
    expect(desk.locator("#patient_query")).to_be_focused()
    desk.keyboard.type("Nobody Known")
    desk.keyboard.press("Control+Enter")
    desk.locator(".errors a").first.click()
    expect(desk.locator("#patient_query")).to_be_focused()
    expect(question(desk)).to_have_count(0)
    expect(desk.locator("#patient_query")).to_have_value("Nobody Known")


@pytest.mark.parametrize(
    ("link", "asks"),
    [
        ({"href": "#patient_query"}, 0),
        ({"href": "mailto:ana@example.org"}, 0),
        ({"href": "tel:+13125550147"}, 0),
        ({"href": "/patients/export", "download": ""}, 0),
        ({"href": "/appointments/legend", "target": "_blank"}, 0),
        ({"href": "/appointments/legend"}, 1),
        ({"href": "/appointments/walk-in", "data-dialog": ""}, 1),
        ({"href": "#", "data-close": ""}, 1),
    ],
)
def test_in_a_dialog_a_link_asks_where_it_takes_the_dialog_away(desk, link, asks):
    desk.keyboard.press("n")
    desk.get_by_text("Notes", exact=True).click()
    desk.get_by_label("Notes").fill("Comes by wheelchair")
    desk.locator("#dialog .sheet-body").evaluate(
        """(body, link) => {
            const way = document.createElement("a");
            for (const [name, value] of Object.entries(link)) way.setAttribute(name, value);
            way.textContent = "A way";
            body.prepend(way);
            // Last of all: the browser itself goes nowhere.
            addEventListener("click", (event) => event.preventDefault());
        }""",
        link,
    )
    desk.locator("#dialog").get_by_text("A way").click()
    expect(question(desk)).to_have_count(asks)
    expect(desk.get_by_label("Notes")).to_have_value("Comes by wheelchair")


def test_closing_a_dialog_that_was_only_looked_at_does_not_ask(desk):
    desk.keyboard.press("n")
    expect(desk.locator("#patient_query")).to_be_focused()
    desk.locator(".start input").nth(1).check(force=True)
    expect(desk.locator("#appointments-hold")).to_contain_text("is held for you")
    desk.keyboard.press("Escape")
    expect(desk.locator("#dialog")).not_to_be_visible()


def test_leaving_a_page_by_a_link_asks_and_stays(desk):
    desk.goto("/patients/new")
    desk.get_by_label("Last name").fill("Newman")
    desk.get_by_role("link", name="Board", exact=True).click()
    question(desk).get_by_role("button", name="Keep editing").click()
    expect(desk.get_by_label("Last name")).to_have_value("Newman")
    desk.get_by_role("link", name="Board", exact=True).click()
    question(desk).get_by_role("button", name="Discard").click()
    expect(desk.locator("#board")).to_be_visible()


def test_leaving_by_the_browser_asks_in_its_own_words_and_a_search_does_not(desk):
    asked = []
    desk.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    desk.locator("#find").fill("No")
    desk.goto("/patients/new")
    assert asked == []
    desk.get_by_label("Last name").click()
    desk.keyboard.type("Newman")
    desk.goto("/appointments/day")
    assert asked == ["beforeunload"]


def test_saving_is_no_leaving(desk):
    asked = []
    desk.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    desk.goto("/patients/new")
    desk.get_by_label("Last name").fill("Newman")
    desk.get_by_label("First name").fill("Alfred")
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("Newman")
    assert asked == []


def test_the_list_of_keys_opens_over_what_is_typed_and_remembers_its_setting(desk):
    desk.keyboard.press("n")
    desk.get_by_text("Notes", exact=True).click()
    desk.get_by_label("Notes").fill("Comes by wheelchair")
    desk.locator("#sheet-title").click()
    desk.keyboard.press("?")
    keys = desk.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys.get_by_text("Ctrl Enter")).to_be_visible()
    keys.get_by_label("Use single-letter keys").uncheck()
    desk.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    expect(desk.get_by_label("Notes")).to_have_value("Comes by wheelchair")
    desk.keyboard.press("Escape")
    question(desk).get_by_role("button", name="Discard").click()
    desk.get_by_role("link", name="Keyboard shortcuts").click()
    expect(keys.get_by_label("Use single-letter keys")).not_to_be_checked()
    keys.get_by_role("link", name="Close").click()
    expect(keys).to_be_hidden()
    desk.keyboard.press("?")
    expect(keys).to_be_hidden()
