"""Every screen: axe finds nothing and nothing breaks, on phones and walls, by day and by night.

In English, in Spanish, and in languages that nobody speaks: one of long words, and one that is read
from right to left. Each page is loaded once in each language, and then looked at in every size.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import APIResponse, Browser, Error, Page

from tests.auth.routes import ROUTES
from tests.browser.conftest import opened
from tests.browser.demo import Demo, demo
from tests.browser.screens import DATA, FRAGMENTS, Screen, refused, screens
from tests.support import nu, pseudo
from tests.support.client import Page as Markup
from tests.support.people import Person
from tests.support.sizes import patient, sized, turn_of_this_change

pytestmark = [pytest.mark.browser, patient()]

ENGLISH, SPANISH = "en-US", "es"
OTHERS = (SPANISH, pseudo.LONG, pseudo.FROM_THE_RIGHT)
HEIGHTS = {360: 740, 768: 1024, 1280: 800, 1920: 1080}
SCHEMES = ("light", "dark")
LAYOUT = Path(__file__).with_name("layout.js").read_text()
AREAS = sorted({name.partition(".")[0] for name in ROUTES if "." in name})
EVERYTHING = bool(sized(0, 1))
ONE_LOOK = bool(sized(0, 0, ci=1))
# For every change one screen of so many is looked at, another one for the next change.
ONE_OF = sized(1, 1, ci=2)
DAY = re.compile(r".{0,30}\b\d{4}-\d\d-\d\d\b")
AXE = "axe.run({resultTypes: ['violations'], preload: false}).then((found) => found.violations)"


class Look(NamedTuple):
    """How wide the window is and which colours it has; whether axe looks as well."""

    width: int
    scheme: str
    axe: bool


EVERY_LOOK = [Look(width, scheme, axe=True) for width in HEIGHTS for scheme in SCHEMES]


class Visitors:
    """A browser for each kind of person, signed in when a screen first wants it."""

    def __init__(self, chromium: Browser, made: Demo, ends: ExitStack) -> None:
        self.demo = made
        self._chromium, self._ends = chromium, ends
        self._pages: dict[str, Page] = {}
        self._complaints: list[str] = []

    def page_of(self, name: str) -> Page:
        """The one tab of a person's browser."""
        if name not in self._pages:
            kept = opened(self._chromium, self.demo, reduced_motion="reduce")
            kept.complaints = self._complaints
            self._pages[name] = self._ends.enter_context(kept).new_page()
            if name in self.demo.people:
                sign_in(self._pages[name], self.demo.people[name])
        return self._pages[name]

    def complaints(self) -> list[str]:
        """What the browsers complained of since this was asked."""
        heard = list(self._complaints)
        self._complaints.clear()
        return heard


def sign_in(page: Page, person: Person) -> None:
    page.goto("/sign-in")
    for name in ("clinic", "email", "password"):
        page.locator(f"[name={name}]").fill(getattr(person, name))
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: not url.endswith("/sign-in"))


@pytest.fixture(scope="module")
def visitors(server, chromium, tmp_path_factory) -> Iterator[Visitors]:
    with demo(server, tmp_path_factory.mktemp("demo")) as made, ExitStack() as ends:
        yield Visitors(chromium, made, ends)


@pytest.mark.parametrize("area", AREAS)
def test_axe_finds_nothing_and_no_layout_breaks(visitors, area):
    found = [
        f"{screen.name} ({language}): {what}"
        for screen in screens(visitors.demo)
        if screen.area == area and has_its_turn(screen)
        for language, looks in plan(screen)
        for what in look_at(visitors, screen, language, looks)
    ]
    assert not found, "\n".join(found)


def has_its_turn(screen: Screen) -> bool:
    """Whether this change looks at it."""
    return (crc32(screen.name.encode()) + turn_of_this_change()) % ONE_OF == 0


def plan(screen: Screen) -> Iterator[tuple[str, list[Look]]]:
    """In which languages a screen is loaded, and how it is looked at in each.

    In full: axe in each width and scheme in English, once in each other language, and no layout
    breaks in any width of any. Else a screen is loaded once, and all of these take turns, on a
    phone and on a desk or, for every change, on one of them.
    """
    turn = crc32(screen.name.encode())
    if EVERYTHING:
        yield ENGLISH, EVERY_LOOK
        for number, language in enumerate(OTHERS):
            once = EVERY_LOOK[(turn + number) % len(EVERY_LOOK)]
            yield language, [*(Look(width, "light", axe=False) for width in HEIGHTS), once]
    else:
        phone = Look(360, SCHEMES[turn // 8 % 2], axe=turn // 4 % 2 == 0)
        desk = Look(1280, SCHEMES[1 - turn // 8 % 2], axe=not phone.axe)
        looks = [look for look in (phone, desk) if look.axe or not ONE_LOOK]
        yield (ENGLISH, *OTHERS)[turn % 4], looks


def look_at(visitors: Visitors, screen: Screen, language: str, looks: list[Look]) -> Iterator[str]:
    """Load it, and say what is wrong with it in which look."""
    visitors.demo.speak(language)
    page = visitors.page_of(screen.seen_by)
    page.context.set_extra_http_headers({"Accept-Language": language})
    page.set_viewport_size({"width": 1280, "height": HEIGHTS[1280]})
    answer = page.goto(screen.where(visitors.demo))
    if answer.status != screen.status or answer.request.redirected_from:
        yield f"is not there: {answer.status} at {page.url}"
        return
    try:
        screen.act(page)
    except (AssertionError, Error) as wrong:
        yield f"is not reached: {wrong}"[:400]
        return
    page.evaluate("document.fonts.ready")
    for look in looks:
        page.set_viewport_size({"width": look.width, "height": HEIGHTS[look.width]})
        page.emulate_media(color_scheme=look.scheme)
        for what in [*page.evaluate(LAYOUT), *(violations(page) if look.axe else ())]:
            yield f"{look.width} {look.scheme}: {what}"
    yield from visitors.complaints()


def violations(page: Page) -> Iterator[str]:
    """What axe finds on the page as it stands."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    for rule in page.evaluate(AXE):
        for node in rule["nodes"]:
            yield f"{rule['id']} at {node['target']}: {node['failureSummary']}"


def test_what_is_no_page_is_asked_for_by_a_page_or_a_machine(visitors):
    page, asked = visitors.page_of("owner"), {"HX-Request": "true"}
    pages = [
        endpoint
        for endpoint in FRAGMENTS | DATA
        if "<html" in page.request.get(visitors.demo.where(endpoint), headers=asked).text()
    ]
    assert pages == []


@pytest.fixture(scope="module")
def pages(visitors) -> dict[str, str]:
    """The pages as the server answers them, forms of what is new as they are when refused too."""
    visitors.demo.speak(ENGLISH)
    found: dict[str, str] = {}
    for screen in screens(visitors.demo):
        address = screen.where(visitors.demo)
        browser = visitors.page_of(screen.seen_by).request
        if (name := f"{screen.seen_by} {address}") not in found:
            found[name] = got(browser.get(address), screen.status)
        if screen.act is refused and "new" in screen.name:
            typed = {"csrf_token": Markup(found[name]).csrf}
            found[f"{name}, refused"] = got(browser.post(address, form=typed), 422)
    return found


def got(answer: APIResponse, status: int) -> str:
    """The page, if it is the one that was meant."""
    assert answer.status == status, answer.url
    return answer.text()


def test_every_page_is_valid_html(pages, tmp_path):
    """The fault's kind: markup that browsers forgive, such as a `<time>` that no program reads."""
    nu.need()
    assert nu.complaints(pages, tmp_path) == []


def test_no_page_writes_a_day_as_machines_do(pages):
    """The fault's kind: a day that comes to the screen as it is kept (2026-03-02)."""
    machines = {name: DAY.findall(Markup(html).text) for name, html in pages.items()}
    assert {name: days for name, days in machines.items() if days} == {}
