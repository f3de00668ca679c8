"""The log, an entry, who looked and disclosures: by keyboard, and usable in every state."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import opened, sign_in
from tests.browser.test_everybody_can_use_it import LOOKS, assert_usable

pytestmark = pytest.mark.browser


@pytest.fixture
def admin(context, site) -> Page:
    """The administrator, signed in."""
    return sign_in(context.new_page(), site.admin)


def log(page: Page, _patient: str) -> None:
    page.goto("/activity/")
    expect(page.get_by_role("link", name="Older entries")).to_be_visible()


def wrong(page: Page, _patient: str) -> None:
    page.goto("/activity/?record_id=x")
    expect(page.locator(".errors")).to_be_visible()


def nothing(page: Page, _patient: str) -> None:
    page.goto("/activity/?since=2099-01-01")
    expect(page.get_by_role("heading", name="There is no such entry")).to_be_visible()


def entry(page: Page, _patient: str) -> None:
    page.goto("/activity/?action_type=patients.insert")
    page.locator("#activity-log tbody a").first.click()
    expect(page.locator("#activity-entry")).to_be_visible()


def values(page: Page, patient: str) -> None:
    entry(page, patient)
    page.get_by_role("link", name="Show the encrypted values").click()
    expect(page.get_by_role("link", name="Show the encrypted values")).to_be_hidden()


def looks(page: Page, patient: str) -> None:
    page.goto(patient)
    page.get_by_role("link", name="Who looked").click()
    expect(page.locator("#activity-looks")).to_be_visible()


def form(page: Page, patient: str) -> None:
    page.goto(patient)
    page.get_by_role("link", name="Disclosures").click()
    page.get_by_role("link", name="Record a disclosure").click()
    page.get_by_role("button", name="Record it").click()
    expect(page.locator(".errors")).to_be_visible()


def recorded(page: Page, patient: str) -> None:
    form(page, patient)
    page.get_by_label("Who received it").fill("County Health Office")
    page.get_by_label("What was disclosed").fill("The vaccination record")
    page.get_by_label("What for").fill("Required reporting")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("cell", name="County Health Office").first).to_be_visible()


def accounting(page: Page, patient: str) -> None:
    recorded(page, patient)
    page.get_by_role("link", name="Account for the patient").click()
    expect(page.get_by_role("heading", name="Account of disclosures")).to_be_visible()


STATES: tuple[Callable[[Page, str], None], ...] = (
    log, wrong, nothing, entry, values, looks, form, recorded, accounting,
)  # fmt: skip


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing(chromium, site, look):
    with opened(chromium, site, reduced_motion="reduce", **LOOKS[look]) as looking:
        page = sign_in(looking.new_page(), site.admin)
        patient = somebody(page)
        for state in STATES:
            state(page, patient)
            assert_usable(page)


def test_a_filter_changes_the_list_and_the_address(admin):
    admin.goto("/activity/")
    admin.get_by_label("What was done").select_option("sign-in")
    admin.get_by_role("button", name="Find", exact=True).press("Enter")
    expect(admin.locator("#activity-log tbody tr").first).to_contain_text("Signed in")
    expect(admin).to_have_url(re.compile("action_type=sign-in"))
    expect(admin.locator("#activity-log")).not_to_contain_text("Patient: added")


def test_the_export_is_asked_for_and_waits_among_ones_files(admin):
    admin.goto("/activity/?action_type=sign-in")
    admin.get_by_role("button", name="Export as CSV").click()
    expect(admin).to_have_url(re.compile("/downloads/$"))
    expect(admin.get_by_role("region", name="Messages")).to_contain_text("The export is asked for.")


def somebody(page: Page) -> str:
    """The address of a patient's chart."""
    page.goto("/patients/")
    return page.locator("#patients-list tbody a").first.get_attribute("href") or ""
