"""What a booking had brought with it and what stays of it is said when it is taken back."""

import re
from uuid import uuid4

import pytest

from tests.support.scheduling import a_patient, a_practice, hours, on_monday


@pytest.mark.parametrize("is_new", [True, False])
def test_a_patient_who_was_registered_with_it_stays(browser, alder, is_new):
    """The kind: "undone" is said, and something of it is still there."""
    with on_monday(), alder.at_work():
        practice = a_practice(alder.facility_id)
        hours(practice)
        known = {"patient_id": a_patient().id}
    new = {"patient_id": "new", "last_name": "Novak", "first_name": "Zoe", "dob_unknown": "y"}
    with on_monday(minutes=5):
        page = browser.sign_in(alder.desk).get("/appointments/new").text
        sent = {
            "facility_id": practice.facility_id, "service_id": practice.service.id,
            "availability_slot_id": re.search(r'slot_id" value="(\d+)" checked', page)[1],
            "booking_key": str(uuid4()), **(new if is_new else known),
        }  # fmt: skip
        browser.send("/appointments/new", sent)
        said = browser.send("/appointments/reversals", follow_redirects=True).text
    assert "Booking undone: " in said
    assert ("record, which was registered with it, stays." in said) is is_new
