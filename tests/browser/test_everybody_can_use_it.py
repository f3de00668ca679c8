"""axe finds nothing on the screens of the main job, in their states, light and dark."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import opened, sign_in
from tests.browser.patients import two_letters
from tests.browser.test_the_main_job import book_earliest

pytestmark = pytest.mark.browser
LOOKS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 800}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 800}},
    "phone": {"color_scheme": "light", "viewport": {"width": 360, "height": 740}},
}


@pytest.fixture(params=LOOKS)
def looking(request, chromium, site) -> Iterator[BrowserContext]:
    """A browser of one colour scheme and size."""
    with opened(chromium, site, reduced_motion="reduce", **LOOKS[request.param]) as made:
        yield made


@pytest.fixture
def page(looking, site) -> Page:
    """The board in it."""
    return sign_in(looking.new_page(), site.desk)


def assert_usable(page: Page) -> None:
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    too_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not too_wide, "the page scrolls sideways"


def open_booking(page: Page) -> None:
    page.locator("#new-booking").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def with_list(page: Page, letters: str) -> None:
    open_booking(page)
    page.keyboard.type(letters)
    expect(page.locator("#patient-list [role=option]").first).to_be_visible()
    page.keyboard.press("ArrowDown")


def with_errors(page: Page, _letters: str) -> None:
    open_booking(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".errors")).to_be_visible()


def with_visit(page: Page, letters: str) -> None:
    book_earliest(page, letters)
    page.keyboard.press("Enter")
    expect(page.locator("#appointments-visit")).to_be_visible()


STATES: dict[str, Callable[[Page, str], None]] = {
    "board": lambda _page, _letters: None,
    "booking": lambda page, _letters: open_booking(page),
    "list open": with_list,
    "errors": with_errors,
    "visit": with_visit,
    "keys": lambda page, _letters: page.keyboard.press("?"),
    "flow": lambda page, _letters: page.goto("/appointments/flow"),
    "patients": lambda page, _letters: page.goto("/patients/"),
    "registering": lambda page, _letters: page.goto("/patients/new"),
    "nowhere": lambda page, _letters: page.goto("/appointments/1099511627776"),
}


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(page, state, tmp_path):
    STATES[state](page, two_letters(tmp_path))
    assert_usable(page)


def test_axe_finds_nothing_on_the_sign_in(looking):
    page = looking.new_page()
    page.goto("/sign-in")
    assert_usable(page)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".errors")).to_be_visible()
    assert_usable(page)
