"""The rail lights the one place that one is in, on every page that has it.

The kind of fault: a page that lights nothing, or the first entry of the area its address is in,
while another entry's pages lead to it.
"""

import re
from functools import cache

from tests.auth.routes import ROUTES
from tests.auth.test_every_route import GUARDED, ids_of

LIT = re.compile(r'href="([^"]+)" aria-current="page"')
TAB = re.compile(r'<nav class="tabs"[^>]*>(.*?)</nav>', re.DOTALL)
RAIL = re.compile(r'<nav class="rail"[^>]*>(.*?)</nav>', re.DOTALL)
# The account is reached from the top bar, which is not the rail's.
BESIDE = "auth."
# What neither an address nor tabs tell.
LEADS_THERE = {
    "appointments.waitlist_new": "/appointments/waitlist",
    "appointments.waitlist_edit": "/appointments/waitlist",
    "absences.new": "/availability/",
    "absences.show": "/availability/",
    "exchange.made": "/activity/",
}


def pages(app, browser, clinic):
    """Each page that has a rail: its endpoint, its text, and what the rail lights."""
    of_subject = cache(lambda subject: ids_of(clinic, subject))
    for endpoint in GUARDED:
        for rule in app.url_map.iter_rules(endpoint):
            if "GET" in rule.methods:
                page = browser.get(rule.build(of_subject(ROUTES[endpoint].subject))[1])
                if rail := RAIL.search(page.text):
                    yield endpoint, page.text, LIT.findall(rail[1])


def test_every_page_lights_the_one_entry_that_it_belongs_to(app, browser, alder):
    browser.sign_in(alder.owner)
    found = list(pages(app, browser, alder))
    lit = {endpoint: lights for endpoint, _text, lights in found}
    wrong = {e: lights for e, lights in lit.items() if len(lights) != (not e.startswith(BESIDE))}
    assert wrong == {}
    assert {endpoint: lit[endpoint] for endpoint in LEADS_THERE} == {
        endpoint: [entry] for endpoint, entry in LEADS_THERE.items()
    }


def test_all_tabs_of_a_page_light_what_the_page_lights(app, browser, alder):
    browser.sign_in(alder.owner)
    apart = []
    for endpoint, text, lights in pages(app, browser, alder):
        for tabs in TAB.findall(text):
            for address in set(re.findall(r'href="([^"]+)"', tabs)):
                there = LIT.findall(RAIL.search(browser.get(address).text)[1])
                if there != lights:
                    apart.append((endpoint, address, lights, there))
    assert apart == []
