"""The day board in windows of every size: what is done often is in reach, the day in sight."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import opened, sign_in

pytestmark = pytest.mark.browser
# How high the bar is, and how much of the window is neither the day nor its heads.
BAR = "document.querySelector('.day-page > .bar').clientHeight"
CHROME = """(() => {
    const [day, rail] = [document.querySelector(".column"), document.querySelector(".rail")]
        .map((it) => it.getBoundingClientRect());
    return (day.top + rail.height) / innerHeight;
})()"""


@pytest.mark.parametrize("width", [1920, 1440, 1280, 1024, 768])
def test_the_bar_of_the_board_is_one_row(desk: Page, width: int) -> None:
    """The kind: a row of buttons that one more of them breaks into two."""
    desk.set_viewport_size({"width": width, "height": 800})
    assert desk.evaluate(BAR) < 60


def test_the_bar_is_one_row_for_who_may_do_more_too(chromium, site):
    with opened(chromium, site) as context:
        page = sign_in(context.new_page(), site.admin)
        page.set_viewport_size({"width": 1205, "height": 800})
        expect(page.locator(".bar a[href*='/exports/']")).to_have_count(1)
        assert page.evaluate(BAR) < 60


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


def test_where_colours_are_forced_what_is_chosen_has_an_outline(desk: Page) -> None:
    """The kind: a state that only a background shows."""
    desk.emulate_media(forced_colors="active")
    for chosen in (".rail [aria-current]", ".chip[aria-pressed=true]"):
        expect(desk.locator(chosen).first).to_have_css("outline-style", "solid")


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
