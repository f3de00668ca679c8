"""All of a patient's appointments can be reached, those to come apart from the past.

The kind of fault: a list that is cut at a number and does not say so; of somebody with seventy
appointments the ones of the next weeks were those that were missing.
"""

import re

from portal.appointments.commands.visit import cancel_appointment
from portal.db import session
from tests.support.client import Browser
from tests.support.people import Clinic
from tests.support.scheduling import a_patient, a_practice, book, hours, on_monday

HALF_HOURS = [f"{hour:02d}:{minute}" for hour in range(8, 22) for minute in ("00", "30")]


def times(page: str, heading: str) -> list[str]:
    part = page.split(f'id="visits-{heading}"', 1)[1].split("</section>", 1)[0]
    return re.findall(r"2026, (\d+:\d\d)</a>", part)


def test_those_to_come_are_soonest_first_and_those_past_latest_first(
    browser: Browser, alder: Clinic
):
    with on_monday():
        with alder.at_work():
            practice = a_practice(alder.facility_id)
            hours(practice, start="08:00", end="22:00")
            patient_id = a_patient().id
            visits = [book(practice, at, patient_id=patient_id) for at in HALF_HOURS]
            for visit in visits[:2]:
                cancel_appointment(visit, "Rang off")
            session.flush()
        browser.sign_in(alder.desk)
        address = f"/patients/{patient_id}/visits"
        first, second = browser.get(address).text, browser.get(f"{address}?coming=2").text
    assert times(first, "coming") == HALF_HOURS[2:27]
    assert times(second, "coming") == HALF_HOURS[27:]
    assert times(first, "page") == ["08:30", "08:00"]
    assert "coming=2" in first


def test_all_pages_of_a_patient_light_up_patients(browser: Browser, alder: Clinic):
    """Kind: a page that belongs to one thing lights up the area its address happens to be in."""
    with alder.at_work():
        patient_id = a_patient().id
    browser.sign_in(alder.owner)
    chart = browser.get(f"/patients/{patient_id}").text
    tabs = chart.split('class="tabs"', 1)[1].split("</nav>", 1)[0]
    for address in re.findall(r'href="([^"]+)"', tabs):
        rail = browser.get(address).text.split('class="rail"', 1)[1].split("</nav>", 1)[0]
        [lit] = re.findall(r'href="([^"]+)" aria-current="page"', rail)
        assert lit == "/patients/", address
