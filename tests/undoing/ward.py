"""A clinic with something of every kind that can be done and taken back, by requests."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any
from uuid import uuid4

from sqlalchemy import text
from werkzeug.test import TestResponse

from portal import clock
from portal.db import session
from portal.facilities.commands import FacilityDetails, open_facility
from portal.schema.patients import Patient
from tests.appointments.everything import everything
from tests.patients.merging import everything as everything_of_patients
from tests.support.client import Browser
from tests.support.people import Clinic
from tests.support.scheduling import (
    MONDAY,
    Practice,
    a_doctor,
    a_patient,
    a_plan,
    a_practice,
    a_service,
    a_wish_for,
    book,
    hours,
    on_monday,
)

STACK = "/appointments/reversals"
ROWS = {
    "doctors": "SELECT id, display_name, deleted_at FROM doctors",
    "places": "SELECT doctor_id, facility_id, active FROM facility_doctors",
    "services": "SELECT id, name, deleted_at FROM services",
    "facilities": "SELECT id, name, deleted_at FROM facilities",
    "accepted": "SELECT facility_id, insurance_plan_id, enabled, accepted_since, accepted_until"
    " FROM facility_insurance_plans WHERE enabled OR accepted_since IS NOT NULL",
}


@dataclass
class Ward:
    """What there is, and the browser of whoever does things to it."""

    clinic: Clinic
    browser: Browser
    practice: Practice
    facility: int
    offered: int
    visits: list[int]
    patients: list[int]
    wishes: list[int]
    doctor: int
    service: int
    annex: int
    plan: int
    seconds: int = 0

    def send(self, address: str, data: dict[str, Any] | None = None, **how: Any) -> TestResponse:
        """A request some seconds after the last."""
        self.seconds += 5
        with clock.at(MONDAY + timedelta(seconds=self.seconds)):
            return self.browser.send(address, data, **how)

    def dialog(self) -> str:
        """What can be taken back, in words."""
        with clock.at(MONDAY + timedelta(seconds=self.seconds)):
            return self.browser.fragment(STACK).text.partition("<hx-partial")[0]

    def top(self) -> str | None:
        """What names the act that is taken back next."""
        found = re.search(r'name="act" value="([^"]+)"', self.dialog())
        return found and found[1]

    def z(self) -> str:
        """Press Z on a page; the messages of the next one."""
        return self.send(STACK, follow_redirects=True).text

    def rows(self) -> dict[str, Any]:
        """Everything that the acts change."""
        with self.clinic.at_work():
            session.expire_all()
            found = {
                name: sorted(tuple(row) for row in session.execute(text(sql)))
                for name, sql in ROWS.items()
            }
            known = everything_of_patients()
            patients = [_without_way_back(row) for row in known["patients"]]
            rows = everything()
            rows["wishes"] = [row for row in rows["wishes"] if row[1]["status"] != "withdrawn"]
            return found | known | rows | {"patients": patients}


def _without_way_back(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A patient but for what their record keeps of its own way back, and what says nothing."""
    return tuple(
        {key: said for key, said in each.items() if said and key != "status_before"} or None
        if isinstance(each, dict)
        else each or None
        for each in row
    )


def a_ward(browser: Browser, clinic: Clinic) -> Ward:
    """Two patients who are one, three appointments, two who wait, and what can be given up."""
    with on_monday():
        with clinic.at_work():
            practice = a_practice(clinic.facility_id)
            hours(practice)
            annex = open_facility(FacilityDetails("Annex", "annex", "America/Chicago"))
            people: list[Patient] = [a_patient() for _ in range(4)]
            times = ("09:00", "09:30", "10:00")
            ward = Ward(
                clinic, browser, practice, facility=clinic.facility_id, offered=practice.service.id,
                visits=[
                    book(practice, at, patient_id=person.id).id
                    for at, person in zip(times, people, strict=False)
                ],
                patients=[person.id for person in people],
                # For each another service: two of one patient's for one are no wish of anybody's.
                wishes=[
                    a_wish_for(practice, patient_id=each.id, service_id=a_service().id).id
                    for each in people[:2]
                ],
                doctor=a_doctor(clinic.facility_id, annex.id).id,
                service=a_service().id, annex=annex.id, plan=a_plan().id,
            )  # fmt: skip
        browser.sign_in(clinic.owner)
    return ward


Asked = tuple[str, dict[str, Any]]


def marked(ward: Ward, **typed: str) -> Asked:
    return f"/insurance/acceptance/{ward.facility}/{ward.plan}/mark", typed


def waiting(ward: Ward, patient: int) -> Asked:
    return f"/appointments/waitlist/new?facility={ward.facility}", {
        "patient_id": patient, "entry_key": str(uuid4()), "service_id": ward.offered,
        "facility_ids": [ward.facility], "earliest_on": "2026-03-02",
        "latest_on": "2026-03-30", "weekdays": [1, 3], "part_of_day": "morning",
        "urgency": "soon", "notes": "Afraid of needles",
    }  # fmt: skip


def with_status(patient: int, status: str) -> Asked:
    return f"/patients/{patient}/status", {
        "patient_status": status, "cancel": "y", "withdraw": "y",
    }  # fmt: skip


def merged(one: int, other: int) -> Asked:
    return f"/patients/{one}/merge/{other}", {"stays": "this"}


def filled(ward: Ward, **typed: str) -> Asked:
    return f"/insurance/acceptance/plans/{ward.plan}", typed


# What an act is called on the stack -> what does it to somebody of whom there is nothing else.
OF_RECORDS: dict[str, Callable[[Ward], Asked]] = {
    "acceptance_filled": lambda ward: filled(ward, change="accept", accepted_since="2026-03-02"),
    "acceptance_marked": lambda ward: marked(ward, enabled="y", accepted_since="2026-03-02"),
    "doctor_retired": lambda ward: (f"/doctors/{ward.doctor}/retirement", {}),
    "facility_closed": lambda ward: (f"/facilities/{ward.annex}/closure", {}),
    "records_merged": lambda ward: merged(*ward.patients[-2:]),
    "service_retired": lambda ward: (f"/services/{ward.service}/retirement", {}),
    "status_set": lambda ward: with_status(ward.patients[-1], "inactive"),
    "wish_added": lambda ward: waiting(ward, ward.patients[-1]),
    "wish_withdrawn": lambda ward: (f"/appointments/waitlist/{ward.wishes[0]}/withdrawal", {}),
}


def asked_by_chance(ward: Ward, chance: Random) -> Asked:
    """Something that somebody might do next, whether it can be done or not."""
    visit, patient = chance.choice(ward.visits), chance.choice(ward.patients)
    reason = {"cancel_code": "other", "cancel_reason": "Moved away"}
    return chance.choice((
        (f"/appointments/{visit}/check-in", {}),
        (f"/appointments/{visit}/confirmation", {}),
        (f"/appointments/{visit}/cancellation", reason),
        waiting(ward, patient),
        (f"/appointments/waitlist/{chance.choice(ward.wishes)}/withdrawal", {}),
        merged(*chance.sample(ward.patients, 2)),
        with_status(patient, chance.choice(("inactive", "deceased", "active"))),
        marked(ward, enabled="n"),
        filled(ward, change=chance.choice(("accept", "refuse"))),
        marked(ward, enabled="y", accepted_since=chance.choice(("2026-03-02", "2026-01-01"))),
        *(OF_RECORDS[kind](ward) for kind in ("doctor_retired", "facility_closed",
                                              "service_retired")),
    ))  # fmt: skip
