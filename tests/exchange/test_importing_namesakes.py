"""Two doctors of one name in a file are never taken for one without a word.

The kind of fault: a name alone is taken for identity. A line whose name an earlier line has,
without an NPI and without another facility, is refused with the reason.
"""

from portal.schema.doctors import Doctor
from tests.exchange.test_importing_lists import count, whole

NAMESAKES = """First name,Last name,NPI,Specialty,Facility
Jane,Abbott,,Cardiology,Alder Central
Jane,Abbott,,Surgery,Alder Central
Mary,Lovell,1234567893,Surgery,Alder Central
Mary,Lovell,1234567893,Surgery,Alder Central
"""


def test_a_namesake_without_a_number_is_refused_with_the_reason(browser, alder):
    browser.sign_in(alder.owner)
    shown, _done = whole(browser, "doctors", NAMESAKES)
    assert "2 lines added" in shown
    assert "1 here already" in shown
    assert "is the name of an earlier line; if it is another doctor, give both their NPI" in shown
    assert count(alder, Doctor) == 2
