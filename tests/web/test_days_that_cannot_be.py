"""A day in an address that cannot be is refused by its name, on every list and report.

The kind: each page read its own date, and what it could not read it dropped: the list was then of
today, or of all days, and nobody was told. Now addresses are read in one place, forms in another;
a page that reads a date otherwise is found here.
"""

import re
from pathlib import Path

import pytest

from portal.config import ROOT
from tests.auth.routes import ROUTES
from tests.auth.subjects import SUBJECTS
from tests.support.pages import Forms

# What a page reads of its address as a day, where it is no field of a form that its page shows.
IN_ADDRESSES = {
    "appointments.day": "date", "appointments.day_sheet": "date",
    "appointments.new": "date", "appointments.move": "date", "appointments.cancelled": "date",
    "absences.new": "date", "availability.show": "week", "availability.month": "month",
}  # fmt: skip
NEVER = {
    "2026-02-30": "There is no February 30, 2026.",
    "31/31/2026": "“31/31/2026” is not a date",
    "0000-01-01": "“0000-01-01” is not a date",
    "99999-01-01": "“99999-01-01” is not a date",
    "1066-10-14": "Choose a day between 2000 and 2200.",
}
MONTHS = {"2026-13": "“2026-13” is not a date", "0000-01": "“0000-01” is not a date"}
# Beyond the years of the log it has words of its own.
OF_THE_LOG = {"1066-10-14": "This is not a day of the log."}
# Positions in a list, and the minute of a group, which only links of pages hold.
READS_ADDRESSES = {
    "portal/web/days.py", "portal/appointments/views/roster.py", "portal/activity/rules.py",
}  # fmt: skip


def filters(app, browser, clinic) -> dict[str, set[str]]:
    """The pages that have a form with days, sent by its address, and the names of those."""
    found: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        route = ROUTES[rule.endpoint]
        if "GET" in rule.methods and route.right:
            ids = SUBJECTS[route.subject](clinic) if route.subject else {}
            page = browser.get(rule.build(ids)[1])
            for form in Forms(page.text).found if page.mimetype == "text/html" else []:
                days = set(re.findall(r'name="(\w+)" type="date"', page.text)) & set(form.fields)
                if form.method == "get" and days:
                    found[rule.build(ids)[1]] = days
    return found


@pytest.mark.parametrize("endpoint", IN_ADDRESSES)
def test_an_address_with_a_day_that_cannot_be_is_refused_by_its_name(app, browser, alder, endpoint):
    browser.sign_in(alder.owner)
    rule, name = next(app.url_map.iter_rules(endpoint)), IN_ADDRESSES[endpoint]
    route = ROUTES[endpoint]
    address = rule.build(SUBJECTS[route.subject](alder) if route.subject else {})[1]
    for typed, said in (MONTHS if name == "month" else NEVER).items():
        answer = browser.get(address, query_string={name: typed})
        assert (answer.status_code, said in answer.text) == (422, True), (typed, answer.text)


def test_a_filter_with_a_day_that_cannot_be_says_so_and_finds_nothing(app, browser, alder):
    browser.sign_in(alder.owner)
    pages = filters(app, browser, alder)
    assert {address.partition("?")[0] for address in pages} >= {
        "/activity/",
        "/appointments/starts",
    }
    for address, names in [
        *pages.items(),
        ("/exchange/exports/new?list=visits", {"since", "until"}),
    ]:
        own = OF_THE_LOG if address.startswith("/activity/") else {}
        for name in names:
            for typed, said in (NEVER | own).items():
                asked = {name: typed, "service_id": "1"}
                joint = "&" if "?" in address else "?"
                query = "&".join(f"{key}={value}" for key, value in asked.items())
                answer = browser.get(f"{address}{joint}{query}")
                assert answer.status_code == 422, (address, typed)
                assert said in answer.text, (address, typed)


def test_dates_of_addresses_are_read_in_one_place():
    read = re.compile(r"fromisoformat\(\s*(request|asked|typed)|request\.args[^\n]*fromisoformat")
    found = {
        str(file.relative_to(ROOT)) for file in Path(ROOT, "portal").rglob("*.py")
        if "request" in file.read_text() and read.search(file.read_text())
    }  # fmt: skip
    assert found <= READS_ADDRESSES
