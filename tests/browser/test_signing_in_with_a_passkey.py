"""A passkey of a virtual device: made, asked for at sign-in, given as a proof, and removed."""

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.conftest import Site, opened, sign_in

pytestmark = pytest.mark.browser

DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
    "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def page(chromium, site: Site):
    """A browser that calls the portal by a name, as passkeys need."""
    address = site.address.replace("127.0.0.1", "localhost")
    with opened(chromium, site, base_url=address) as context:
        yield context.new_page()


@pytest.fixture
def device(page: Page) -> CDPSession:
    """A computer that unlocks passkeys by itself."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return session


def give_password(page: Page, site: Site) -> None:
    page.goto("/sign-in")
    person = site.clinician
    typed = {"Clinic": person.clinic, "E-mail": person.email, "Password": person.password}
    for label, text in typed.items():
        page.get_by_label(label, exact=True).fill(text)
    page.keyboard.press("Enter")


def test_a_passkey_is_made_given_and_removed(page: Page, device: CDPSession, site: Site):
    give_password(page, site)
    page.wait_for_selector("#board")
    page.goto("/account/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("What to call it").fill("Front desk computer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading")).to_have_text("Keep your recovery codes")
    page.emulate_media(media="print")
    expect(page.get_by_role("listitem")).to_have_count(10)
    expect(page.get_by_role("link", name="I have kept them")).to_be_hidden()
    page.emulate_media(media="screen")
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("table").first).to_contain_text("Front desk computer")
    page.context.clear_cookies()

    give_password(page, site)
    expect(page.get_by_role("heading")).to_have_text("Your passkey")
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_selector("#board")

    page.goto("/account/proof?next=/account/password")
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url("/account/password")
    page.goto("/account/")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("main")).not_to_contain_text("Front desk computer")


def test_without_a_device_the_page_says_so_and_the_code_stays_possible(page: Page, site: Site):
    page.add_init_script("navigator.credentials.create = () => Promise.reject(new Error())")
    sign_in(page, site.desk)
    page.goto("/sign-in/passkey/new")
    page.get_by_label("What to call it").fill("Nothing")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="made no passkey")).to_be_visible()
    expect(page.get_by_role("button", name="Make a passkey")).to_be_enabled()
