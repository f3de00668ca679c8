"""Who is limited to one facility opens every page there is, and meets nobody of another.

The fault's kind: a page, list, count or file that asks a table, or the log, which is kept apart by
clinic and not by facility. Whatever route comes is asked here, with the other facility's numbers
in its address and in each field that addresses carry.
"""

import re
from collections.abc import Iterator
from copy import copy
from functools import cache, partial
from urllib.parse import urlencode

import pytest
from sqlalchemy import select, text

from portal.activity.rules import microseconds
from portal.db import session
from portal.schema.patients import Patient
from tests.auth.routes import ROUTES
from tests.auth.test_every_route import addresses, ids_of
from tests.support.client import HTMX
from tests.support.factories import a_facility
from tests.support.glass import signed_in
from tests.support.people import Clinic, Person
from tests.support.scheduling import on_monday
from tests.support.sizes import sized

# Hundreds of requests as each role; a busy machine takes its time.
pytestmark = pytest.mark.timeout(900)

NAME, NUMBER = re.compile(r"\bExample\d+\b"), re.compile(r"\b\d{6}\b")
ENTRIES = text("""
    SELECT occurred_at, id FROM user_action_audit_log WHERE patient_id IN (
      SELECT id FROM patients WHERE facility_id = :annex
      UNION SELECT patient_id FROM appointments WHERE facility_id = :annex)
     ORDER BY id DESC LIMIT 20
""")
# Opening somebody with a reason tells their number and nothing else, and leaves an entry.
TELLS_THE_NUMBER = "patients.break_glass"
# An entry names nobody, and is told of all the same.
LOG = "the log"
LEFT_OUT = {"static", "auth.sign_out", "readyz"}
Fields = dict[str, list[str]]
Asked = tuple[str, str, str, Fields]
# Each route is asked in two of four ways, in turns; in full in all of them.
TURNS = sized(2, 1)
ROLES = sized(("admin",), ("admin", "auditor", "front_desk", "clinician"))


@pytest.fixture
def annex(alder) -> Clinic:
    """The clinic as its second facility knows it; nobody is known at the first."""
    with alder.at_work():
        facility_id = a_facility(name="Zqannex").id
    made = copy(alder)
    made.facility_id = facility_id
    return made


def fields(ids: dict[str, int], facility_id: int) -> Fields:
    """What addresses and forms carry, each with what the other facility has."""
    known = {"facility_id": facility_id, "facility": facility_id, **ids}
    short = {name.removesuffix("_id"): number for name, number in known.items()}
    days = dict.fromkeys(("date", "from", "since", "until", "first", "last"), "2026-03-02")
    return {name: [str(value)] for name, value in {**known, **short, **days, "q": "exam"}.items()}


def requests(app, alder: Clinic, annex: Clinic) -> Iterator[Asked]:
    """Every request: of the other facility's records; of one's own with its numbers, or both."""
    here, there = (cache(partial(ids_of, clinic)) for clinic in (alder, annex))
    for turn, endpoint in enumerate(sorted(ROUTES.keys() - LEFT_OUT)):
        subject = ROUTES[endpoint].subject
        theirs = fields({**there("patient"), **there("visit"), **there(subject)}, annex.facility_id)
        own = fields({**here("patient"), **here("visit"), **here(subject)}, alder.facility_id)
        both = {name: [*own.get(name, []), *told] for name, told in theirs.items()}
        ways = ((there(subject), {}), (there(subject), theirs), (here(subject), theirs),
                (here(subject), both))  # fmt: skip
        rule = next(app.url_map.iter_rules(endpoint))
        for ids, typed in ways[turn % TURNS :: TURNS]:
            for method, address in addresses(app, endpoint, dict.fromkeys(rule.arguments, 1) | ids):
                yield endpoint, method, address, typed
    yield from in_the_log(annex)


def in_the_log(annex: Clinic) -> Iterator[Asked]:
    """Entries about the other facility's patients."""
    with annex.at_work():
        entries = session.execute(ENTRIES, {"annex": annex.facility_id}).all()
    assert entries
    for at, number in entries:
        for page in ("", "/values"):
            yield LOG, "GET", f"/activity/{microseconds(at)}/{number}{page}", {}


@pytest.mark.parametrize("role", ROLES)
def test_nobody_of_another_facility_is_met(app, browser, alder, annex, role):
    told = []
    with on_monday():
        asked = list(requests(app, alder, annex))
        person = alder.hire("limited", role, facility_ids=(alder.facility_id,))
        known = beyond(alder, person)
        browser.sign_in(person)
        for turn, (endpoint, method, address, typed) in enumerate(asked):
            response = answer(browser, method, address, typed, HTMX if turn % 2 else {})
            met = (set(NAME.findall(response.text)) | set(NUMBER.findall(response.text))) & known
            if met and endpoint != TELLS_THE_NUMBER:
                told.append(f"{method} {address} {typed}: {response.status_code} {met}")
            if endpoint == LOG and response.status_code not in (403, 404):
                told.append(f"{address}: {response.status_code}")
            if response.status_code >= 500 or "Zqannex" in response.text:
                told.append(f"{method} {address} {typed}: {response.status_code}")
    assert told == [], "\n".join(told)


def answer(browser, method: str, address: str, typed: Fields, headers: dict[str, str]):
    if method == "GET":
        return browser.get(f"{address}?{urlencode(typed, doseq=True)}", headers=headers)
    return browser.post(address, data={"csrf_token": browser.csrf, **typed}, headers=headers)


def beyond(clinic: Clinic, person: Person) -> set[str]:
    """Names and numbers of the clinic's patients whom the person does not reach."""
    with clinic.at_work():
        everybody = named()
    with signed_in(person, clinic):
        reached = named()
    assert reached
    return everybody - reached


def named() -> set[str]:
    found = session.scalars(select(Patient)).all()
    return {word for each in found for word in (each.last_name, each.mrn)}
