"""Addresses that a client names (Origin, Referer, where it wants to go on): some are none at all.

The kind: text from outside given to what reads or writes addresses, which refuses some of it.
"""

from urllib.request import Request, urlopen

import pytest

from portal.auth.views.onwards import own_address
from portal.web.addresses import parts_of
from tests.support.serving import serving

NONE = ["http://[::1", "//[", "http://]/", "http://a[b/"]
ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "https://evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "evil",
]
ENDLESS = "/" + "x" * 2_000
SPLITTING = ["/x\r\nSet-Cookie: a=b", "\n/x", "/x\x00", "/\u2028", "/\ud800"]


@pytest.mark.parametrize("address", [*NONE, None, ""])
def test_what_is_no_address_has_no_parts(address) -> None:
    assert not any(parts_of(address))


@pytest.mark.parametrize("address", [*NONE, *ELSEWHERE, *SPLITTING, ENDLESS])
def test_nobody_is_sent_there(address) -> None:
    assert own_address(address) == "/"


@pytest.mark.parametrize("header", ["Origin", "Referer", "HX-Current-URL"])
@pytest.mark.parametrize("address", NONE)
def test_a_header_that_names_one_is_answered(browser, alder, header, address) -> None:
    browser.sign_in(alder.desk)
    typed = {"name": "x"}
    for htmx in ({}, {"HX-Request": "true"}):
        for path in ("/patients/new", "/account/proof", "/staff/new"):
            headers = {header: address, **htmx}
            sent = {"csrf_token": browser.csrf, **typed}
            assert browser.post(path, data=sent, headers=headers).status_code < 500
    browser.delete_cookie("portal")
    answer = browser.get("/patients/", headers={header: address, "HX-Request": "true"})
    assert answer.status_code == 401


def test_whither_htmx_goes_on_is_written_in_ascii(browser, alder) -> None:
    browser.sign_in(alder.desk)
    answer = browser.get("/sign-in?next=/doctors/%3Fq%3D%C5%81", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/doctors/?q=%C5%81"


def test_what_a_client_names_is_not_remembered(app) -> None:
    """The kind: memory that fills with what clients send. Of the portal's own, much is the same."""
    url_for = app.jinja_env.globals["url_for"]
    with app.test_request_context():
        own = [url_for("doctors.show", doctor_id=7) for _ in range(2)]
        theirs = [url_for("auth.recovery", next="/" + "x" * 500) for _ in range(2)]
    assert own[0] is own[1]
    assert theirs[0] == theirs[1]
    assert theirs[0] is not theirs[1]


def test_a_page_to_go_on_to_is_one_of_ours_before_it_is_drawn(browser) -> None:
    shown = browser.get("/sign-in?next=https://evil.example").text
    assert "evil" not in shown


def test_no_header_says_where_the_portal_is_mounted(own_database, tmp_path) -> None:
    with serving(own_database, tmp_path) as server:
        for header in ("SCRIPT_NAME", "PATH_INFO"):
            asked = Request(f"{server.address}/sign-in", headers={header: "/elsewhere"})
            with urlopen(asked) as answer:
                assert b"/elsewhere" not in answer.read()
