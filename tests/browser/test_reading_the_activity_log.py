"""The log, an entry, who looked and disclosures: by keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def admin(context, site) -> Page:
    """The administrator, signed in."""
    return sign_in(context.new_page(), site.admin)


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
    expect(admin).to_have_url(re.compile("/exchange/made/$"))
    expect(admin.get_by_role("region", name="Messages")).to_contain_text("The export is asked for.")
