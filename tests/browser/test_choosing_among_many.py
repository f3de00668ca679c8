"""A field of hundreds in Chromium: searched with the keys of the patient's field, and readable."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NOW, Site
from tests.browser.patients import two_letters
from tests.support.databases import clone
from tests.support.serving import served

pytestmark = pytest.mark.browser
PAYERS = """
INSERT INTO insurance_providers (tenant_id, name)
SELECT id, 'Payer ' || n FROM tenants, generate_series(10, 50) AS n WHERE slug = 'lakeside'
"""
PLANS = """
INSERT INTO insurance_plans (tenant_id, insurance_provider_id, plan_code, name)
SELECT tenant_id, id, 'code-' || id, 'Plan of ' || name FROM insurance_providers
 WHERE name LIKE 'Payer %'
"""


@pytest.fixture(scope="module")
def site(server, furnished, tmp_path_factory):
    """The furnished clinic, with plans by the dozen."""
    name, people = furnished
    folder = tmp_path_factory.mktemp("browser")
    with clone(server, "browser", template=name) as database:
        with database.connect("admin") as connection:
            connection.execute(PAYERS)
            connection.execute(PLANS)
        with served(database, folder, PORTAL_NOW=NOW.isoformat()) as address:
            yield Site(address, *people)


def test_a_plan_is_found_by_two_letters_and_chosen_by_its_arrow(desk, tmp_path):
    desk.keyboard.press("n")
    desk.keyboard.type(two_letters(tmp_path))
    desk.keyboard.press("ArrowDown")
    expect(desk.locator("[role=option][aria-selected=true] b")).to_be_visible()
    desk.keyboard.press("Enter")
    plan = desk.get_by_role("combobox", name="Insurance")
    plan.fill("payer 4")
    expect(desk.locator("#insurance_plan_id-list [role=option]")).to_have_count(11)
    expect(desk.locator("#insurance_plan_id-list")).to_contain_text("The first 10.")
    plan.fill("PAYER 47")
    expect(desk.locator("#insurance_plan_id-list [role=option]")).to_have_count(1)
    plan.press("ArrowDown")
    plan.press("Enter")
    expect(plan).to_have_value("Plan of Payer 47")
    expect(desk.locator("#appointments-verdict")).to_contain_text("Plan of Payer 47 is not accept")
    plan.fill("")
    expect(desk.locator("#insurance_plan_id")).to_have_value("")
    expect(desk.locator("#appointments-verdict")).not_to_contain_text("not accept")
    plan.press("Control+Enter")
    expect(desk.locator(".visit:focus")).to_be_visible()


def test_a_field_that_is_wrong_takes_the_focus_by_its_line(desk):
    desk.goto("/patients/1/edit")
    field = desk.get_by_role("combobox", name="Insurance")
    expect(field).to_have_attribute("placeholder", "Self-pay")
    field.fill("payer")
    expect(desk.get_by_role("option", name="Plan of Payer 12")).to_be_visible()
    desk.locator("main").get_by_role("button", name="Save").click()
    desk.get_by_role("link", name="Several match").click()
    expect(field).to_be_focused()
    desk.get_by_role("radio", name="Plan of Payer 12").check()
    desk.locator("main").get_by_role("button", name="Save").click()
    desk.wait_for_url("**/patients/1")
    expect(desk.locator("main")).to_contain_text("Plan of Payer 12")


def test_choosing_in_one_field_leaves_a_registration_open(desk):
    desk.keyboard.press("n")
    desk.keyboard.type("Newman, Alfred")
    expect(desk.locator("#option-new")).to_be_visible()
    desk.keyboard.press("ArrowUp")
    desk.keyboard.press("Enter")
    for name, typed, chosen in (
        ("Preferred language", "spani", "Spanish"), ("Insurance", "payer 47", "Plan of Payer 47"),
    ):  # fmt: skip
        field = desk.get_by_role("combobox", name=name)
        field.fill(typed)
        expect(desk.get_by_role("option", name=chosen)).to_be_visible()
        field.press("ArrowDown")
        field.press("Enter")
        expect(field).to_have_value(chosen)
        expect(desk.locator("#register-patient")).to_have_attribute("open", "")
