"""A field that may have hundreds of choices is searched, with script and without.

The kind: a select was filled with every plan, doctor, service or person, up to a limit: nobody
finds one among five hundred, and what lay beyond the limit could not be chosen at all. One function
decides by how many there are; the test over all pages finds every list that is not asked.
"""

import re

import pytest
from sqlalchemy import insert

from portal.db import session
from portal.patients.queries.records import get_patient
from portal.schema.accounts import User
from portal.schema.doctors import Doctor, FacilityDoctor
from portal.schema.facilities import Facility
from portal.schema.services import Service, ServiceOffering
from portal.tenancy.context import request_context
from portal.web.forms.picking import FEW, SHOWN
from tests.auth.routes import ROUTES
from tests.auth.subjects import SUBJECTS
from tests.editing.records import before_all_others
from tests.support.pages import shown
from tests.support.scheduling import a_patient, a_plan, a_practice

MANY = FEW + 5
# Lists of the world, of facilities, of the log's own words.
LONG_OF_THEMSELVES = {"timezone", "action_type", "table_name", "preferred_language", "language",
                      "locale", "facility", "facility_id", "at_facility_id", "region"}  # fmt: skip
SELECTS = re.compile(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select', re.S)
FIELD = "default_insurance_plan_id"


def is_long_of_itself(name: str) -> bool:
    """Whether it is one of those lists; a workflow's steps are of the clinic's kinds of steps."""
    return name in LONG_OF_THEMSELVES or name.endswith("-step_template_id")


def of_everything(facility_id: int) -> None:
    """More of each than a select shows: doctors at a facility, services there, staff."""
    before_all_others(MANY)
    own = {"tenant_id": request_context().tenant_id}
    numbers = range(MANY)
    names = [{"first_name": "Ann", "last_name": f"Bee {n}"} for n in numbers]
    doctors = [own | each | {"display_name": f"Dr. {each['last_name']}"} for each in names]
    ids = session.scalars(insert(Doctor).returning(Doctor.id), doctors).all()
    places = [own | {"doctor_id": each, "facility_id": facility_id} for each in ids]
    session.execute(insert(FacilityDoctor), places)
    halls = [own | {"name": f"Hall {n}", "slug": f"h-{n}", "timezone": "UTC"} for n in numbers]
    session.execute(insert(Facility), halls)
    kinds = [own | {"name": f"Care {n}", "default_duration_minutes": 10} for n in numbers]
    services = session.scalars(insert(Service).returning(Service.id), kinds).all()
    offered = [own | {"service_id": service, "doctor_id": ids[0], "facility_id": facility_id}
               for service in services]  # fmt: skip
    session.execute(insert(ServiceOffering), offered)
    people = [own | {"email": f"p{n}@alder.example", "name": f"Person {n}", "role": "front_desk"}
              for n in numbers]  # fmt: skip
    session.execute(insert(User), people)


def test_no_page_has_a_select_that_nobody_can_read(app, browser, alder):
    with alder.at_work():
        of_everything(alder.facility_id)
    browser.sign_in(alder.owner)
    long = set()
    for rule in app.url_map.iter_rules():
        route = ROUTES[rule.endpoint]
        if "GET" in rule.methods and route.right:
            ids = SUBJECTS[route.subject](alder) if route.subject else {}
            text = browser.get(rule.build(ids)[1]).text
            for name, options in re.findall(
                r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</sel', text, re.S
            ):
                if options.count("<option") > FEW + 2 and not is_long_of_itself(name):
                    long.add((rule.endpoint, name))
    assert long == set()


@pytest.fixture
def edited(alder, browser):
    """A patient with a plan far down the list: both numbers, the form's address and fields."""
    with alder.at_work():
        before_all_others()
        plan = a_plan()
        plan.name, plan.plan_code = "Zenith Gold", "ZG-77"
        patient = a_patient(default_insurance_plan_id=plan.id, facility_id=alder.facility_id)
    browser.sign_in(alder.desk)
    address = f"/patients/{patient.id}/edit"
    return plan.id, patient.id, address, shown(browser.get(address).text, "version")


def plan_of(alder, patient: int) -> int | None:
    with alder.at_work():
        session.expire_all()
        return get_patient(patient).default_insurance_plan_id


def test_what_is_chosen_stands_in_the_field_and_stays(alder, browser, edited):
    plan, patient, address, fields = edited
    assert fields[f"{FIELD}_text"] == ["Zenith Gold"]
    assert browser.post(address, data=fields | {"email": "a@example.org"}).status_code == 303
    assert plan_of(alder, patient) == plan


@pytest.mark.parametrize(
    ("typed", "chosen"),
    [("0 Plan ", None), ("0 Payer 017", "0 Payer 017"), ("zénith", "Zenith"), ("zg-77", "Zenith")],
)
def test_without_script_what_is_typed_is_matched_by_name_or_number(
    alder, browser, edited, typed, chosen
):
    plan, patient, address, fields = edited
    answer = browser.post(address, data=fields | {f"{FIELD}_text": typed})
    assert answer.status_code == (422 if chosen is None else 303)
    assert (plan_of(alder, patient) == plan) is (chosen in (None, "Zenith"))


def test_where_several_match_they_are_offered_and_one_is_chosen(alder, browser, edited):
    _plan, patient, address, fields = edited
    several = browser.post(address, data=fields | {f"{FIELD}_text": "0 Payer"})
    assert "Several match “0 Payer”. Choose one." in several.text
    assert f"The first {SHOWN}. Type more to narrow it." in several.text
    offered = re.findall(rf'name="{FIELD}_found" value="(\d+)"', several.text)
    assert len(offered) == SHOWN
    again = shown(several.text, "version") | {f"{FIELD}_found": offered[3]}
    assert browser.post(address, data=again).status_code == 303
    assert plan_of(alder, patient) == int(offered[3])


def test_what_nothing_matches_is_said_and_kept_as_typed(browser, edited):
    _plan, _patient, address, fields = edited
    answer = browser.post(address, data=fields | {f"{FIELD}_text": "Qwx"})
    assert answer.status_code == 422
    assert "Nothing matches “Qwx”." in answer.text
    assert shown(answer.text, "version")[f"{FIELD}_text"] == ["Qwx"]


def test_an_emptied_field_is_no_choice(alder, browser, edited):
    _plan, patient, address, fields = edited
    assert browser.post(address, data=fields | {f"{FIELD}_text": ""}).status_code == 303
    assert plan_of(alder, patient) is None


def test_with_script_what_was_picked_counts_and_not_its_words(alder, browser, edited):
    plan, patient, address, fields = edited
    del fields[f"{FIELD}_plain"]
    picked = {FIELD: plan, f"{FIELD}_text": "Zenith Gold"}
    assert browser.post(address, data=fields | picked).status_code == 303
    assert plan_of(alder, patient) == plan


def listed(browser, address: str, typed: str) -> str:
    """What the type-ahead of a field gets."""
    return browser.send(address, {"q": typed, "purpose": FIELD}, htmx=True).text


def test_the_type_ahead_lists_the_first_and_says_that_there_are_more(browser, edited):
    found = listed(browser, "/insurance/plans/choices", "0 plan")
    assert found.count('role="option" id=') == SHOWN
    assert f"The first {SHOWN}. Type more to narrow it." in found
    assert "Nothing matches “Qwx”" in listed(browser, "/insurance/plans/choices", "Qwx")


def test_doctors_of_a_facility_are_searched_there(browser, alder):
    with alder.at_work():
        of_everything(alder.facility_id)
        a_practice(alder.facility_id).doctor.display_name = "Dr. Zola"
    browser.sign_in(alder.desk)
    assert "Dr. Zola" in listed(browser, f"/doctors/choices?facility={alder.facility_id}", "zola")
    assert "Dr. Zola" not in listed(browser, "/doctors/choices?facility=999999", "zola")
    form = browser.get(f"/appointments/new?facility={alder.facility_id}").text
    assert {"service_id_text", "doctor_id_text"} <= set(shown(form, "booking_key"))
