"""Under a demonstration's clock a page shows that clock alone.

The kind of fault: an instant that is kept by the real clock, such as a session's last use, shown as
it is beside what the clinics' clock says.
"""

import re
from datetime import timedelta

import pytest

from portal import clock
from portal.web.filters import hhmm, localtime
from tests.support.client import Browser
from tests.support.factories import a_facility
from tests.support.pages import send_as_shown, shown

AHEAD = timedelta(days=2, hours=3)
FORMS = ("%B %-d, %Y", "%b %-d, %Y")


@pytest.fixture
def ahead():
    """The clinics' clock, two days before the real one has it."""
    clock.follow(lambda real: real + AHEAD)
    yield
    clock.follow(None)


@pytest.mark.parametrize("address", ["/account/", "/staff/"])
def test_when_somebody_was_here_is_said_by_the_clinics_clock(browser, alder, ahead, address):
    browser.sign_in(alder.owner)
    page = browser.get(address).text
    assert clock.runs_apart()
    now, real = (localtime(at, "America/Chicago") for at in (clock.now(), clock.real()))
    assert any(now.strftime(form) in page for form in FORMS)
    assert not any(real.strftime(form) in page for form in FORMS)


def test_who_saved_first_is_said_with_the_clinics_time(app, browser, alder, ahead):
    with alder.at_work():
        address = f"/facilities/{a_facility(phone='1').id}/edit"
    colleague = Browser(app)
    browser.sign_in(alder.owner)
    colleague.sign_in(alder.admin)
    opened = shown(browser.get(address).text, "version")
    since = clock.now()
    send_as_shown(colleague, address, phone="2222")
    until = clock.now()
    late = browser.post(address, data=opened | {"phone": "3333"}).text
    [said] = re.findall(r"Admin saved this at ([^,]+), after", late)
    assert said in {hhmm(localtime(at, "America/Chicago")) for at in (since, until)}


def test_an_instant_that_is_kept_is_shown_as_the_clinics_had_it(ahead):
    before = clock.real() - timedelta(minutes=5)
    assert clock.clinics(before) == before + AHEAD
