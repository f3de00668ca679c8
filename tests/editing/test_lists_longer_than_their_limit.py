"""Pages work where there are more payers, plans and kinds of steps than any list shows.

The kind: a list that is cut at a limit was used to look something up in (a plan's payer, a step's
name), or stood for all there is ("everywhere" was the first two hundred facilities).
"""

import pytest
from sqlalchemy import insert

from portal.db import session
from portal.insurance.queries.acceptance import find_acceptance
from portal.schema.facilities import Facility
from portal.tenancy.context import request_context
from tests.editing.records import before_all_others
from tests.support.pages import shown
from tests.support.people import ROLES
from tests.support.scheduling import a_patient, a_plan, a_practice

WORKS = {200, 403}


@pytest.fixture
def crowded(alder):
    """More than five hundred of each, and a patient with a plan after all of them."""
    with alder.at_work():
        before_all_others()
        plan, practice = a_plan(alder.facility_id), a_practice(alder.facility_id)
        patient = a_patient(default_insurance_plan_id=plan.id, facility_id=alder.facility_id)
        return plan.id, practice.offering.id, patient.id


@pytest.mark.parametrize("role", ROLES)
def test_every_page_that_offers_plans_opens_for_every_role(browser, alder, crowded, role):
    plan_id, offering_id, patient_id = crowded
    browser.sign_in(getattr(alder, role))
    at = f"facility={alder.facility_id}"
    for address in (
        "/patients/new", f"/patients/{patient_id}/edit", f"/patients/{patient_id}",
        f"/appointments/new?{at}", f"/appointments/new?{at}&patient={patient_id}",
        f"/appointments/waitlist/new?{at}", f"/appointments/waitlist/new?{at}&patient={patient_id}",
        "/insurance/", "/insurance/acceptance", f"/insurance/plans/{plan_id}",
        f"/insurance/acceptance/{alder.facility_id}/{plan_id}/edit",
        f"/insurance/acceptance/plans/{plan_id}",
        f"/insurance/acceptance/facilities/{alder.facility_id}",
        f"/services/offerings/{offering_id}/workflows",
        f"/services/offerings/{offering_id}/workflows/new", "/services/workflows/",
    ):  # fmt: skip
        answer = browser.get(address, follow_redirects=True)
        assert answer.status_code in WORKS, (address, answer.status_code)


def test_a_plan_accepted_everywhere_is_accepted_at_the_last_facility_too(browser, alder):
    with alder.at_work():
        plan = a_plan()
        own = {"tenant_id": request_context().tenant_id, "timezone": "America/Chicago"}
        rows = [own | {"name": f"Hall {n:03}", "slug": f"hall-{n:03}"} for n in range(210)]
        ids = session.scalars(insert(Facility).returning(Facility.id), rows).all()
    browser.sign_in(alder.owner)
    address = f"/insurance/acceptance/plans/{plan.id}"
    fields = shown(browser.get(address).text, "change")
    assert browser.post(address, data=fields | {"change": "accept"}).status_code == 303
    with alder.at_work():
        for facility_id in (ids[0], ids[-1]):
            found = find_acceptance(facility_id=facility_id, plan_id=plan.id)
            assert found is not None
            assert found.enabled
