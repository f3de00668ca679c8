"""A served portal on a busy morning, failures among it: what its log says is about nobody."""

import json
import re
from datetime import date

from tests.support.databases import Database
from tests.support.people import PASSWORD, found
from tests.support.requests import Client
from tests.support.serving import served

PATIENT = {
    "first_name": "Canaryella", "last_name": "Featherstonehaugh", "dob": "1977-07-17",
    "email": "canary@nest.example", "phone": "555 0177 177", "notes": "Canary notes of allergy",
}  # fmt: skip
TYPED = ("Wrongcanarypassword1", "123456", "Canary reason")


def test_whatever_happens_no_datum_is_in_the_log(own_database: Database, tmp_path):
    with own_database.app().app_context():
        clinic = found("alder", "America/Chicago")
    with served(own_database, tmp_path) as address:
        client = Client(address).sign_in(clinic.desk)
        secrets = [client.token, *client.cookies.values(), PASSWORD, clinic.desk.email]
        statuses = _busy(client, clinic)
        with own_database.connect("admin") as admin:
            admin.execute(
                "ALTER TABLE patients ADD CONSTRAINT broken CHECK (mrn IS NULL) NOT VALID"
            )
        finch = {"first_name": "Finch", "last_name": "Finch", "dob": "1951-01-01"}
        statuses.append(client.ask("POST", "/patients/new", finch)[0])
        with own_database.connect("admin") as admin:
            admin.execute("ALTER TABLE patients RENAME COLUMN dob TO born")
        statuses.append(client.ask("GET", "/patients/?q=Featherstonehaugh")[0])
    assert statuses[-2:] == [409, 500]
    assert {200, 303, 404, 422} <= set(statuses)
    logged = (tmp_path / "server.log").read_text()
    assert logged.count('"failed"') >= 2
    assert '"sqlstate": "23514"' in logged
    for line in filter(None, logged.splitlines()):
        json.loads(line)
    born = date.fromisoformat(PATIENT["dob"])
    for datum in (*PATIENT.values(), *TYPED, *secrets, "Finch", str(born.year), "INSERT", "SELECT"):
        assert not stands(datum, logged), datum


def stands(datum: str, logged: str) -> bool:
    """Whether it is there; figures alone, for any few are part of some moment or number."""
    if not datum.isdecimal():
        return datum in logged
    return re.search(rf"(?<![\w.]){datum}(?!\w)", logged) is not None


def _busy(client: Client, clinic) -> list[int]:
    """Registering, searching, losing one's way, typing what is wrong."""
    asked = [
        ("POST", "/patients/new", PATIENT | {"facility_id": str(clinic.facility_id)}),
        ("POST", "/patients/new", PATIENT | {"dob": "Canary"}),
        ("GET", "/patients/?q=Featherstonehaugh", None),
        ("GET", "/patients/1", None),
        ("GET", "/patients/999999?name=Canaryella", None),
        ("GET", "/Canaryella/Featherstonehaugh", None),
        ("POST", "/account/password", {"current_password": TYPED[0], "password": TYPED[0]}),
        ("POST", "/account/proof", {"current_password": TYPED[0]}),
        ("POST", "/appointments/1/cancellation", {"reason": TYPED[2]}),
        ("GET", "/welcome/Canaryella", None),
    ]
    return [client.ask(*each)[0] for each in asked]
