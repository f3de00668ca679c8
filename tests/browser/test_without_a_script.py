"""What a page says and does by itself holds where no script runs.

The kind of fault: a hint, or the button that Enter presses, that is right with scripts alone.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import opened, sign_in
from tests.browser.patients import two_letters

pytestmark = pytest.mark.browser


@pytest.fixture
def plain(chromium, site):
    """The front desk in a browser that runs no script."""
    with opened(chromium, site, java_script_enabled=False) as context:
        yield sign_in(context.new_page(), site.desk)


@pytest.mark.parametrize("form", ["new", "walk-in", "waitlist/new"])
def test_enter_in_the_patients_field_finds_who_is_typed(plain, tmp_path, form):
    plain.goto(f"/appointments/{form}")
    expect(plain.get_by_text("Two letters are enough.")).to_be_visible()
    expect(plain.get_by_text("Arrow down")).to_be_hidden()
    plain.locator("#patient_query").fill(two_letters(tmp_path))
    plain.locator("#patient_query").press("Enter")
    found = plain.get_by_role("group", name="Which of these?").get_by_role("radio")
    expect(found.first).to_be_visible()
    expect(plain.locator(".errors")).to_have_count(0)


@pytest.mark.parametrize("form", ["new", "walk-in"])
def test_who_is_typed_is_chosen_before_anything_is_booked(plain, tmp_path, form):
    """The kind: a button that did not do what it says, and a page that does not say so."""
    plain.goto(f"/appointments/{form}")
    plain.locator("#patient_query").fill(two_letters(tmp_path))
    plain.locator("#main .sheet-foot .button.primary").click()
    said = plain.locator(".note.warn").first
    expect(said).to_contain_text("Not booked yet. Choose the patient below")
    name = plain.get_by_role("group", name="Which of these?").locator("label").first
    whole = name.evaluate("label => label.childNodes[1].textContent.trim()")
    plain.locator("#patient_query").fill(whole)
    plain.locator("#main .sheet-foot .button.primary").click()
    expect(said).to_contain_text(f"Not booked yet. Only {whole} (")
    expect(said).to_contain_text("press the button again")
    expect(plain.locator("#patient_query")).to_have_value(whole)
    expect(plain.locator("#patient_id")).not_to_have_value("")


def test_whoever_is_typed_over_is_chosen_no_more(plain, tmp_path):
    plain.goto("/appointments/new")
    query = plain.locator("#patient_query")
    query.fill(two_letters(tmp_path))
    query.press("Enter")
    plain.get_by_role("group", name="Which of these?").get_by_role("radio").first.check()
    plain.get_by_role("button", name="Show times").click()
    expect(query).not_to_have_value("")
    expect(plain.locator("#patient_id")).not_to_have_value("")
    query.fill("Nobody Whoever")
    query.press("Enter")
    expect(plain.get_by_text("Nobody is found.", exact=True)).to_be_visible()
    expect(plain.locator("#patient_id")).to_have_value("")
