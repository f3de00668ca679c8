"""Seven appointments of one doctor at one time: each can be reached and read, on every screen."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from portal import clock
from portal.appointments.commands import BookingDetails, walk_in
from portal.cli.lookup import tenant_named
from portal.db import session
from portal.patients.models import Patient
from portal.services.models import ServiceOffering
from tests.browser.conftest import NOW, Site, opened, sign_in
from tests.support.databases import clone
from tests.support.people import Clinic
from tests.support.serving import served

pytestmark = pytest.mark.browser
SEVEN = 7
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
            overbook(Clinic(tenant_named("lakeside"), "lakeside", 0))
        with served(database, folder, PORTAL_NOW=NOW.isoformat()) as address:
            yield Site(address, *people)


def overbook(clinic: Clinic) -> None:
    with clinic.at_work():
        offering = session.query(ServiceOffering).order_by(ServiceOffering.id).first()
        patients = session.query(Patient).filter_by(status="active").order_by(Patient.id)
        for patient in patients.limit(SEVEN).all():
            details = BookingDetails(
                patient.id, offering.id, start_at=NOW + timedelta(minutes=90), overbook_reason="Flu"
            )
            walk_in(details, may_overbook=True)
        session.commit()


def in_sight(page: Page) -> list[str]:
    """The cards that are shown; none is wider than the board, nor out of its frame."""
    page.locator("li:has(> .visit):visible").last.scroll_into_view_if_needed()
    shown = page.locator("li:has(> .visit):visible")
    assert [shown.nth(n).evaluate(BEYOND) for n in range(shown.count())] == [0] * shown.count()
    return shown.all_inner_texts()


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_all_of_them_are_counted_on_screen_and_listed_with_whole_names(chromium, crowded, width):
    """The kind: what stands side by side until it is off the screen or too narrow to be read."""
    with opened(chromium, crowded, viewport={"width": width, "height": 800}) as context:
        page = sign_in(context.new_page(), crowded.desk)
        more = page.locator(".visit.more:visible")
        expect(more).to_have_count(1)
        cards = in_sight(page)
        assert len(cards) - 1 + int(more.inner_text().splitlines()[0].strip("+ ")) == SEVEN
        more.click()
        names = page.locator("#dialog li a")
        expect(names).to_have_count(SEVEN)
        for n in range(SEVEN):
            assert names.nth(n).evaluate(CUT) is False


def test_on_paper_each_has_its_line_with_its_whole_name(chromium, crowded):
    """The kind: what a screen folds or cuts short, which nobody opens on paper."""
    with opened(chromium, crowded) as context:
        page = sign_in(context.new_page(), crowded.desk)
        page.emulate_media(media="print")
        names = page.locator(".visit b:visible")
        assert page.locator(".visit.more:visible").count() == 0
        assert names.count() == SEVEN
        for n in range(SEVEN):
            names.nth(n).evaluate("(it, name) => { it.textContent = name; }", LONG)
            assert names.nth(n).evaluate(CUT) is False
