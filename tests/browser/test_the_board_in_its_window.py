"""The day board in windows of every size: what is done often is in reach, the day in sight."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import opened, sign_in
from tests.browser.patients import two_letters
from tests.browser.test_the_main_job import book_earliest
from tests.support.sizes import sized

pytestmark = pytest.mark.browser
# How high the bar is, and how much of the window is neither the day nor its heads.
BAR = "document.querySelector('.day-page > .bar').clientHeight"
CHROME = """(() => {
    const [day, rail] = [document.querySelector(".column"), document.querySelector(".rail")]
        .map((it) => it.getBoundingClientRect());
    return (day.top + rail.height) / innerHeight;
})()"""


# The days with the longest names.
LONGEST = {
    "es": ("miércoles, 30 de septiembre de 2026", "mié, 30 sept"),
    "en-US": ("Wednesday, September 30, 2026", "Wed, Sep 30"),
}
NAMED = """([long, brief]) => {
    document.querySelector(".bar h1 > .wide-only").textContent = long;
    document.querySelector(".bar h1 > .narrow-only").textContent = brief;
}"""
CUT = """(() => {
    const day = document.querySelector(".bar h1");
    return day.scrollWidth - day.clientWidth;
})()"""


@pytest.mark.parametrize("role", ["desk", "admin", "clinician"])
def test_the_bar_of_the_board_is_one_row(chromium, site, role: str) -> None:
    """The kind: a row of buttons that one more, or a longer word, breaks into two.

    On every width, for everybody who has the board, on the day with the longest name.
    """
    with opened(chromium, site) as context:
        page = sign_in(context.new_page(), getattr(site, role))
        for language in LONGEST:
            page.goto("/account/language")
            page.locator("#auth-language select").select_option(language)
            with page.expect_navigation():
                page.locator("#auth-language [type=submit]").click()
            page.goto("/appointments/day")
            page.evaluate(NAMED, list(LONGEST[language]))
            for width in range(360, 1921, sized(40, 10)):
                page.set_viewport_size({"width": width, "height": 800})
                assert (page.evaluate(BAR) < 60, page.evaluate(CUT) <= 1) == (True, True), width


@pytest.fixture
def phone(chromium, site):
    size = {"width": 360, "height": 740}
    with opened(chromium, site, viewport=size, has_touch=True, is_mobile=True) as context:
        yield sign_in(context.new_page(), site.desk)


def test_on_a_phone_the_day_has_two_thirds_of_the_window(phone):
    assert phone.evaluate(CHROME) < 1 / 3
    expect(phone.get_by_role("link", name="New appointment")).to_be_visible()
    expect(phone.get_by_role("link", name="Walk-in")).to_be_visible()
    expect(phone.locator("kbd:visible")).to_have_count(0)


def test_what_a_phone_has_no_room_for_is_in_a_menu(phone):
    sheet = phone.get_by_role("link", name="Day sheet")
    expect(sheet).to_be_hidden()
    phone.locator("[popovertarget=day-more]").click()
    expect(phone.get_by_label("Go to a day")).to_be_visible()
    sheet.click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Day sheet")


def test_who_holds_an_opening_stays_inside_it(phone, chromium, site):
    """The kind: words of the board that spill over what stands beside them."""
    with opened(chromium, site) as context:
        other = sign_in(context.new_page(), site.admin)
        other.locator(".free a").nth(-4).click()
        expect(other.locator("#appointments-hold")).to_contain_text("is held for you until")
        phone.reload()
        held = phone.locator(".free.held a span")
        expect(held).to_contain_text("is booking")
        column = phone.locator(".column", has=held).bounding_box()
        said = held.bounding_box()
        assert said["x"] + said["width"] <= column["x"] + column["width"]
        other.keyboard.press("Escape")


def test_where_colours_are_forced_what_is_chosen_has_an_outline(desk: Page) -> None:
    """The kind: a state that only a background shows."""
    desk.emulate_media(forced_colors="active")
    for chosen in (".rail [aria-current]", ".chip[aria-pressed=true]"):
        expect(desk.locator(chosen).first).to_have_css("outline-style", "solid")


PRINTED = ["/appointments/waitlist", "/patients/", "/appointments/day", "/appointments/day-sheet"]


@pytest.mark.parametrize("address", PRINTED)
def test_paper_says_whose_it_is_and_when_it_was_printed(desk: Page, address: str) -> None:
    """The kind: a sheet that a stranger finds, and does not know where it belongs."""
    desk.goto(address)
    desk.emulate_media(media="print")
    said = desk.locator("#main").inner_text()
    assert "Lakeside" in said
    assert "Printed Mar 2, 2026, " in said
    if address.startswith("/appointments"):
        assert "Central" in said


@pytest.mark.parametrize("address", ["/appointments/waitlist", "/patients/", "/appointments/day"])
def test_paper_has_all_of_a_page_and_none_of_its_frame(desk: Page, address: str) -> None:
    """The kind: what scrolls on screen is cut at the end of the sheet, with menus beside it."""
    desk.goto(address)
    desk.emulate_media(media="print")
    for frame in (".top", ".rail", ".skip"):
        expect(desk.locator(frame).first).to_be_hidden()
    for scrolls in (".shell", "#main"):
        expect(desk.locator(scrolls)).to_have_css("overflow-y", "visible")
        expect(desk.locator(scrolls)).to_have_css("display", "block")


WORDS = """([tag, cls, words, wide, high]) => {
    const card = document.querySelector(".visit:not(.more)");
    const what = card.querySelector(".visit-what"), cell = card.closest("li").style;
    [cell.inlineSize, cell.blockSize, cell.alignSelf] = [`${wide}px`, `${high}px`, "start"];
    const [time, said, service] = ["i", tag, "span"].map((name) => document.createElement(name));
    [time.textContent, said.textContent, service.textContent] = ["10:30 AM", words, "Follow-up"];
    said.className = cls;
    what.replaceChildren(time, said, service);
    const [box, line, inside, name] = [card, what, said, card.querySelector("b")]
        .map((each) => each.getBoundingClientRect());
    return said.scrollWidth <= said.clientWidth + 1 && inside.width > 0 && name.width > 30
        && inside.right <= box.right && inside.bottom <= Math.min(box.bottom, line.bottom) + 1;
}"""


@pytest.mark.parametrize("words", [("em", "", "Overbooked"), ("span", "wait late", "7 min late")])
@pytest.mark.parametrize("size", [(158, 26), (158, 40), (96, 60), (137, 26), (137, 36), (137, 70)])
def test_a_small_card_says_late_and_overbooked_before_anything_else(desk, tmp_path, words, size):
    """The kind: where there is little room the words of an alarm go, and the time stays."""
    if not desk.locator(".visit").count():
        book_earliest(desk, two_letters(tmp_path))
    assert desk.evaluate(WORDS, [*words, *size])


def test_a_printed_board_names_the_doctor_in_each_column_and_says_what_its_icons_mean(desk: Page):
    """The kind: on paper nobody can look at the head of the column, nor open a menu."""
    expect(desk.locator(".legend-paper")).to_be_hidden()
    desk.emulate_media(media="print")
    head = "getComputedStyle(document.querySelector('.column'), '::before')"
    assert desk.evaluate(f"{head}.display") == "table-header-group"
    expect(desk.locator(".legend-paper")).to_be_visible()
    expect(desk.locator(".legend-paper")).to_contain_text("Interpreter")


WHO = """(name) => {
    const made = [["div", "flow-board"], ["section", ""], ["ul", ""], ["li", "present"], ["a", ""],
        ["span", "who"], ["b", ""]].map(([tag, cls]) => {
            const each = document.createElement(tag);
            each.className = cls;
            return each;
        });
    made.reduce((outer, inner) => (outer.append(inner), inner));
    document.querySelector(".page").append(made[0]);
    made.at(-1).textContent = name;
    return made.at(-1).scrollWidth <= made.at(-1).clientWidth;
}"""


def test_a_long_name_on_the_flow_board_goes_on_in_a_second_line(phone: Page) -> None:
    """The kind: a name is cut though there is room beneath it."""
    phone.goto("/appointments/flow")
    assert phone.evaluate(WHO, "Rosenqvist-MacAllister, Oluwaseun Bartholomew")
