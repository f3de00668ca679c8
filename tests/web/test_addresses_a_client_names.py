"""Addresses that a client names (Origin, Referer, where it wants to go on): some are none at all.

The kind: text from outside given to what reads or writes addresses, which refuses some of it.
"""

import pytest

from portal.auth.views.onwards import own_address
from portal.web.addresses import parts_of

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
SPLITTING = ["/x\r\nSet-Cookie: a=b", "\n/x", "/x\x00", "/\u2028", "/\ud800"]


@pytest.mark.parametrize("address", [*NONE, None, ""])
def test_what_is_no_address_has_no_parts(address) -> None:
    assert not any(parts_of(address))


@pytest.mark.parametrize("address", [*NONE, *ELSEWHERE, *SPLITTING])
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
