"""Many people at one time: each can be reached and read on every screen, and checked in."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from portal import clock
from portal.appointments.commands.booking import BookingDetails, walk_in
from portal.cli.lookup import tenant_named
from portal.db import session
from portal.schema.services import ServiceOffering
from tests.browser.conftest import NOW, Site, opened, sign_in
from tests.support.databases import clone
from tests.support.people import Clinic
from tests.support.scheduling import a_patient, a_practice, book, hours
from tests.support.serving import served

pytestmark = pytest.mark.browser
SEVEN, THREE = 7, 3
# How far something reaches beyond the board's own frame, in pixels.
BEYOND = """(it) => {
    const own = it.getBoundingClientRect();
    const frame = document.getElementById("board").getBoundingClientRect();
    return Math.max(0, own.right - frame.right, frame.left - own.left);
}"""

LONG = "Featherstonehaugh-Cholmondeley, Wilhelmina"
CUT = "(it) => it.scrollWidth > it.clientWidth + 1"


@pytest.fixture(scope="module")
def crowded(server, furnished, tmp_path_factory) -> Iterator[Site]:
    """The furnished clinic, served, with seven overbooked appointments at nine."""
    name, people = furnished
    folder = tmp_path_factory.mktemp("crowded")
    with clone(server, "crowded", template=name) as database:
        with database.app().app_context(), clock.at(NOW):
            crowd(Clinic(tenant_named("lakeside"), "lakeside", 0))
        with served(database, folder, PORTAL_NOW=NOW.isoformat()) as address:
            yield Site(address, *people)


def crowd(clinic: Clinic) -> None:
    with clinic.at_work():
        overbook()
        gather()
        session.commit()


def overbook() -> None:
    """Seven at nine, of the first doctor."""
    offering = session.query(ServiceOffering).order_by(ServiceOffering.id).first()
    for n in range(SEVEN):
        details = BookingDetails(
            a_patient(last_name=f"Featherstone{n}").id,
            offering.id,
            start_at=NOW + timedelta(minutes=90),
            overbook_reason="Flu",
        )
        walk_in(details, may_overbook=True)


def gather() -> None:
    """A class of three at eight, of a doctor of its own."""
    practice = a_practice(session.query(ServiceOffering).first().facility_id)
    hours(practice, capacity=10)
    for n in range(THREE):
        book(practice, "08:00", patient_id=a_patient(last_name=f"Gathered{n}").id)


def in_sight(page: Page) -> int:
    """How many cards are shown; none of them is wider than the board, nor out of its frame."""
    page.locator(".visit.more:visible").scroll_into_view_if_needed()
    shown = page.locator(".column", has=page.locator(".more")).locator("li:has(> .visit):visible")
    assert [shown.nth(n).evaluate(BEYOND) for n in range(shown.count())] == [0] * shown.count()
    return shown.count() - 1


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_all_of_them_are_counted_on_screen_and_listed_with_whole_names(chromium, crowded, width):
    """The kind: what stands side by side until it is off the screen or too narrow to be read."""
    with opened(chromium, crowded, viewport={"width": width, "height": 800}) as context:
        page = sign_in(context.new_page(), crowded.desk)
        more = page.locator(".visit.more:visible")
        expect(more).to_have_count(1)
        cards = in_sight(page)
        assert cards + int(more.inner_text().splitlines()[0].strip("+ ")) == SEVEN
        more.click()
        names = page.locator("#dialog li a")
        expect(names).to_have_count(SEVEN)
        for n in range(SEVEN):
            assert names.nth(n).evaluate(CUT) is False


WHOLE = """(word) => {
    const [inner, outer] = [word, word.parentNode].map((it) => it.getBoundingClientRect());
    return inner.height > 0 && inner.bottom <= outer.bottom + 1 && inner.left < outer.right;
}"""


def test_a_narrow_overbooked_card_says_so_where_it_has_a_line_for_it(chromium, crowded):
    """The kind: what only an edge of another colour says."""
    with opened(chromium, crowded) as context:
        page = sign_in(context.new_page(), crowded.desk)
        card = page.locator(".cell.overbooked:visible").first
        expect(card.get_by_role("link")).to_have_accessible_name(re.compile("Overbooked"))
        # As long as an hour.
        card.evaluate("cell => { cell.style.gridRowEnd = 'span 12'; }")
        assert card.locator("em").evaluate(WHOLE)


def test_on_paper_each_has_its_line_with_its_whole_name(chromium, crowded):
    """The kind: what a screen folds or cuts short, which nobody opens on paper."""
    with opened(chromium, crowded) as context:
        page = sign_in(context.new_page(), crowded.desk)
        page.emulate_media(media="print")
        names = page.locator(".visit[id^=visit] b:visible")
        assert page.locator(".visit.more:visible").count() == 0
        assert names.count() == SEVEN
        for n in range(SEVEN):
            names.nth(n).evaluate("(it, name) => { it.textContent = name; }", LONG)
            assert names.nth(n).evaluate(CUT) is False


@pytest.fixture
def roster(chromium, crowded) -> Iterator[Page]:
    """The class, opened from its card with the keyboard."""
    with opened(chromium, crowded) as context:
        page = sign_in(context.new_page(), crowded.desk)
        page.locator("[id^=group]").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#appointments-roster")).to_contain_text("3 of 10")
        yield page


def test_those_of_a_class_are_checked_in_one_after_the_other_then_all(roster):
    """The kind: a button that goes when it is pressed and leaves the keyboard nowhere."""
    one = roster.locator("#appointments-roster li").get_by_role("button", name="Check in")
    one.first.focus()
    roster.keyboard.press("Enter")
    expect(one).to_have_count(THREE - 1)
    expect(roster.locator("#dialog :focus")).to_have_count(1)
    expect(roster.locator(".toast").last).to_contain_text("Checked in:")
    roster.keyboard.press("c")
    expect(one).to_have_count(0)
    expect(roster.locator(".toast").last).to_contain_text("2 patients checked in")
    roster.keyboard.press("Escape")
    expect(roster.locator("[id^=group]")).to_be_focused()
    expect(roster.locator("[id^=group]")).to_contain_text("3 here")
