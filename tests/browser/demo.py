"""The demo clinic with a record of every kind, and clinics that have just begun; all served."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

from flask import Flask
from sqlalchemy import text
from werkzeug.routing import Rule

from portal import clock
from portal.absences.commands.recording import AbsenceDetails, record_absence
from portal.cli.lookup import tenant_named
from portal.db import session
from portal.exchange.imports.commands.uploads import upload
from portal.patients.commands.merging import MergeDetails, merge_patients
from portal.schema.accounts import User
from portal.schema.facilities import Facility
from portal.staff.commands.people import NewClinic, found_clinic, invite_user
from portal.staff.commands.people import Person as Invited
from tests.auth.routes import ROUTES
from tests.auth.subjects import SUBJECTS
from tests.auth.test_passkeys import make
from tests.auth.test_the_second_factor import demand, give_password
from tests.exchange.test_importing_lists import DOCTORS
from tests.support import pseudo
from tests.support.authenticator import Authenticator
from tests.support.client import Browser
from tests.support.databases import Database, clone
from tests.support.device import Device
from tests.support.people import Clinic, Person, found
from tests.support.scheduling import MONDAY, a_patient, acting_as
from tests.support.serving import served

# 11:00 in Chicago, when some visits are over and others are to come
NOW = MONDAY + timedelta(hours=4)
Made = dict[str, int]
OF_PATIENTS = ("two_patients", "merge", "disclosure")
PASSWORD = "lakeside-demo-2026"
# Of what the demo has at its first facility, the ids of the records that show most.
RICHEST = """
WITH away AS (SELECT * FROM availability_exceptions WHERE type = 'emergency'),
     today AS (SELECT * FROM appointments WHERE facility_id = :facility
                AND start_at BETWEEN :now - interval '5 hours' AND :now + interval '9 hours')
SELECT facility_id, doctor_id,
  (SELECT id FROM users WHERE role = 'clinician') AS user_id,
  (SELECT p.id FROM facility_doctors p JOIN away USING (doctor_id, facility_id)) AS place_id,
  (SELECT min(r.id) FROM availability_rules r JOIN away USING (doctor_id)) AS rule_id,
  (SELECT id FROM availability_exceptions WHERE type = 'override') AS exception_id,
  (SELECT mode() WITHIN GROUP (ORDER BY patient_id) FROM appointments) AS patient_id,
  (SELECT min(id) FROM today WHERE status = 'in_progress') AS appointment_id,
  (SELECT max(id) FROM appointments WHERE facility_id = :facility AND status = 'completed'
    AND start_at < :now - interval '20 hours') AS past_id,
  (SELECT mode() WITHIN GROUP (ORDER BY doctor_id) FROM today) AS busy_id,
  (SELECT max(doctor_id) FROM today) AS ill_id,
  (SELECT min(id) FROM waitlist_entries) AS entry_id,
  (SELECT mode() WITHIN GROUP (ORDER BY service_id) FROM service_offerings) AS service_id,
  (SELECT mode() WITHIN GROUP (ORDER BY service_offering_id) FROM service_workflows)
    AS offering_id,
  (SELECT min(id) FROM service_workflows WHERE insurance_plan_id IS NOT NULL) AS workflow_id,
  (SELECT min(id) FROM step_templates) AS step_template_id,
  (SELECT min(insurance_plan_id) FROM facility_insurance_plans) AS plan_id,
  (SELECT min(id) FROM insurance_providers) AS payer_id,
  (SELECT min(patient_id) FROM appointments JOIN patients p ON p.id = patient_id
    WHERE p.facility_id <> :facility AND NOT EXISTS (
      SELECT FROM appointments here
      WHERE here.patient_id = p.id AND here.facility_id = :facility)) AS outsider_id
FROM away
"""


@dataclass
class Demo:
    """The served clinics, who looks at them, and the ids of the demo clinic's records."""

    address: str
    app: Flask
    database: Database
    people: dict[str, Person]
    ids: dict[str, int | str]
    made: dict[str, Made]

    def where(self, endpoint: str) -> str:
        """The address of a page, about a record that exists."""
        [rule] = [each for each in self.app.url_map.iter_rules(endpoint) if "GET" in each.methods]
        ids = self.ids if shows(self.ids, rule) else self.made[ROUTES[endpoint].subject or ""]
        return str(rule.build({name: ids[name] for name in rule.arguments})[1])

    def speak(self, language: str) -> None:
        """Have every clinic speak a language; sessions, proofs and links stay as good as new."""
        with self.database.connect("admin") as admin:
            admin.execute("UPDATE tenants SET locale = %s", [language])
            admin.execute("UPDATE user_sessions SET proven_at = now(), last_seen_at = now()")
            admin.execute("UPDATE user_links SET expires_at = now() + interval '10 minutes'")


@contextmanager
def demo(server, folder: Path) -> Iterator[Demo]:
    """Load the demo, found the others, and serve it all while the block runs."""
    with clone(server, "screens") as database:
        app = database.app()
        with clock.at(NOW):
            words = ["demo", "load", "--patients", "150", "--days", "1"]
            assert app.test_cli_runner().invoke(args=words).exit_code == 0
            with app.app_context():
                clinic, people = lakeside(), beginners()
                people |= {"owner": clinic.owner, "desk": clinic.desk}
                ids = richest(clinic) | {"token": an_invitation(clinic)}
                made = what_is_missing(app, clinic, ids)
                ids |= {f"{kind}_patient_id": made[kind]["patient_id"] for kind in OF_PATIENTS}
            give_factors(Browser(app), people["unproven"])
        settings = {
            "PORTAL_NOW": NOW.isoformat(),
            "PORTAL_TRANSLATIONS": str(pseudo.write_catalogues(folder / "languages")),
            "WEB_CONCURRENCY": "1",
        }
        with served(database, folder, **settings) as address:
            yield Demo(address, app, database, people, ids, made)


def lakeside() -> Clinic:
    """The demo clinic, as tests know clinics."""
    clinic = Clinic(tenant_named("lakeside"), "lakeside", 0)
    with clinic.at_work():
        clinic.facility_id = session.query(Facility).filter_by(slug="chicago").one().id
        for user in session.query(User):
            name = user.email.partition("@")[0]
            setattr(clinic, name, Person("lakeside", user.email, user.role, user.id, PASSWORD))
    return clinic


def an_invitation(clinic: Clinic) -> str:
    """The token of a link to choose a password by."""
    with clinic.at_work():
        return invite_user(Invited("new@lakeside.example", "Inés Okafor", "front_desk", ()))


def richest(clinic: Clinic) -> Made:
    """The ids, by their names in addresses."""
    with clinic.at_work():
        values = {"facility": clinic.facility_id, "now": NOW}
        return dict(session.execute(text(RICHEST), values).mappings().one())


def shows(ids: dict[str, int | str], rule: Rule) -> bool:
    """Whether the ids are enough for an address."""
    return rule.arguments <= ids.keys()


def what_is_missing(app: Flask, clinic: Clinic, ids: dict[str, int | str]) -> dict[str, Made]:
    """A record of each kind that pages are about and the demo does not have."""
    rules = [each for each in app.url_map.iter_rules() if "GET" in each.methods]
    wanted = {ROUTES[each.endpoint].subject for each in rules if not shows(ids, each)}
    return {kind: {**SUBJECTS, **RICHER}[kind](clinic) for kind in sorted(wanted - {None})}


def beginners() -> dict[str, Person]:
    """The owner of a clinic of one facility, of one without; two who owe a second factor."""
    empty, careful = found("birch", "Europe/London"), found("alder", "America/Chicago")
    details = NewClinic("cedar", "Cedar", "America/Chicago", settings={"checklist": "open"})
    new = Clinic(found_clinic(details), "cedar", 0)
    demand(careful)
    return {
        "newcomer": empty.owner,
        "founder": new.hire("owner", "owner"),
        "unproven": careful.owner,
        "unenrolled": careful.clinician,
    }


def give_factors(browser: Browser, person: Person) -> None:
    """An authenticator and a passkey."""
    give_password(browser, person)
    Authenticator.set_up(browser)
    make(browser, Device())


def a_days_absence(clinic: Clinic) -> Made:
    """A doctor's absence today, with every visit of the day to be decided."""
    doctor_id, today = richest(clinic)["ill_id"], NOW.date()
    with clinic.at_work():
        details = AbsenceDetails(doctor_id, today, today, uuid4(), reason="Influenza")
        return {"absence_id": record_absence(details, {}).absence.id}


def two_alike(clinic: Clinic) -> Made:
    """Two records that can hardly be told apart."""
    known = {"first_name": "Ann", "last_name": "Example", "dob": date(1980, 3, 4)}
    with clinic.at_work():
        one, other = (a_patient(**known, phone=f"312 555 01{n}") for n in (47, 48))
        return {"patient_id": one.id, "other_id": other.id}


def a_merge(clinic: Clinic) -> Made:
    """Two such records that became one."""
    two = two_alike(clinic)
    with clinic.at_work():
        made = merge_patients(MergeDetails(two["patient_id"], two["other_id"], {}, uuid4()))
        return {"patient_id": made.patient_id, "merge_id": made.id}


def a_list(clinic: Clinic) -> Made:
    """A file of doctors with mistakes."""
    with clinic.at_work(), acting_as(clinic.owner):
        return {"upload_id": upload("doctors", "doctors.csv", DOCTORS.encode()).id}


# What tests make elsewhere shows too little of a page.
RICHER: dict[str, Callable[[Clinic], Made]] = {
    "absence": a_days_absence,
    "two_patients": two_alike,
    "merge": a_merge,
    "upload": a_list,
}
