"""Pages of other sites, opened beside the portal in a browser that is signed in to it.

Tried are a site of another name, which is sent no cookie, and another port of the same name, which
is sent every cookie: what keeps it out is what the answers themselves say.
"""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Site, sign_in

pytestmark = pytest.mark.browser

PAGE = b"<!doctype html><title>Elsewhere</title><body>Elsewhere"
SECRET = "/patients/"
LOADED = """([tag, name, address]) => new Promise(done => {
    const made = document.createElement(tag);
    made.onload = () => done("loaded"); made.onerror = () => done("refused");
    if (tag === "link") made.rel = "stylesheet";
    made[name] = address; document.body.append(made); })"""
FETCHED = """([address, mode]) => fetch(address, { mode, credentials: "include" })
    .then(answer => answer.text()).then(text => `read ${text.length}`, () => "refused")"""
FRAMED = """address => new Promise(done => {
    const frame = document.createElement("iframe");
    frame.onload = () => { try { done(frame.contentWindow.document.body.innerText) }
                           catch { done("refused") } };
    frame.src = address; document.body.append(frame); })"""
OPENED = """address => { window.other = window.open(address, "other"); return !!window.other }"""
SEEN = """() => { try { return [other.closed, other.length, other.document.title] }
                  catch { return [other.closed] } }"""
SENT = """address => { const form = document.createElement("form");
    Object.assign(form, { method: "post", action: address, target: "sent" });
    document.body.append(form); form.submit() }"""


class Elsewhere(BaseHTTPRequestHandler):
    """One page, whatever is asked."""

    def do_GET(self) -> None:
        """Answer with it."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture(params=["127.0.0.1", "localhost"])
def elsewhere(request, chromium: Browser, site: Site, port: int) -> Iterator[tuple[Page, str]]:
    """A page of another site beside one that is signed in, and the portal's address."""
    assert urlsplit(site.address).hostname == "127.0.0.1"
    context = chromium.new_context(base_url=site.address)
    sign_in(context.new_page(), site.desk)
    page = context.new_page()
    page.goto(f"http://{request.param}:{port}/")
    yield page, site.address
    context.close()


@pytest.mark.parametrize("tag", [("img", "src"), ("script", "src"), ("link", "href")])
def test_a_page_with_patients_is_no_part_of_theirs(elsewhere, tag) -> None:
    page, portal = elsewhere
    assert page.evaluate(LOADED, [*tag, portal + SECRET]) == "refused"


@pytest.mark.parametrize("mode", ["cors", "no-cors"])
def test_a_script_reads_nothing(elsewhere, mode) -> None:
    page, portal = elsewhere
    for address in (SECRET, "/account/session", "/appointments/", "/static/css/tokens.css"):
        assert page.evaluate(FETCHED, [portal + address, mode]) == "refused", address


def test_a_frame_stays_empty(elsewhere) -> None:
    page, portal = elsewhere
    assert page.evaluate(FRAMED, portal + SECRET) == "refused"
    inside = page.frames[-1]
    assert inside.locator("#patients-list").count() == 0
    assert inside.locator("form").count() == 0


def test_a_window_that_they_open_knows_nothing_of_them_nor_they_of_it(elsewhere) -> None:
    page, portal = elsewhere
    with page.expect_popup() as opened:
        page.evaluate(OPENED, portal + SECRET)
    opened.value.wait_for_selector("#patients-list")
    assert opened.value.evaluate("window.opener") is None
    assert opened.value.evaluate("window.name") == ""
    page.wait_for_function("other.closed")
    assert page.evaluate(SEEN) in ([True], [True, 0, ""])


def test_a_form_of_theirs_changes_nothing(elsewhere) -> None:
    page, portal = elsewhere
    with page.expect_popup() as opened:
        page.evaluate(SENT, portal + "/sign-out")
    opened.value.wait_for_url(f"{portal}/sign-out")
    opened.value.goto(portal + SECRET)
    assert opened.value.locator("#patients-list").count() == 1
