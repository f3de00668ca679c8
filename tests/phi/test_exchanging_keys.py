"""`flask keys`: exchanging keys loses and garbles nothing, whoever works meanwhile."""

import base64
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest
from flask import Flask
from sqlalchemy import select

from portal.cli.invariants import checks
from portal.cli.keys import MARK, REACHED
from portal.db import db, session
from portal.patients.commands.registering import change_patient, register_patient
from portal.patients.queries.records import get_patient
from portal.patients.queries.rows import Candidate
from portal.patients.queries.searching import search_patients, tokens_of
from portal.patients.rules.details import PatientDetails
from portal.phi.envelopes import key_version_of
from portal.phi.keys import KeyRing, KeyUnavailable, LocalKey, ring
from portal.phi.models import TenantKey
from portal.phi.sealed import UNREADABLE
from portal.schema.patients import Patient
from portal.startup import require_key
from portal.tenancy.context import as_job, as_worker
from tests.support.databases import KEY, Database, clone
from tests.support.people import Clinic, found
from tests.support.sizes import patient, sized

pytestmark = patient()
WRITERS = 8
VERSIONS = select(TenantKey.purpose, TenantKey.version, TenantKey.active, TenantKey.retired_at)


@pytest.fixture(autouse=True)
def heard_of_soon(monkeypatch):
    """Other processes learn of a new key at once, so that tests need not wait a minute."""
    monkeypatch.setattr("portal.phi.keys.REMEMBERED_SECONDS", 0.3)


@pytest.fixture
def here(own_database: Database) -> Flask:
    """An application on a database of its own."""
    return own_database.app()


@pytest.fixture
def clinic(here: Flask) -> Clinic:
    with here.app_context():
        return found("alder", "America/Chicago")


def person(number: int, turn: int) -> PatientDetails:
    return PatientDetails(
        first_name=f"Ann{'abcdefghij'[turn % 10]}",
        last_name=f"Okafor{'klmnopqrst'[number % 10]}",
        phone=f"555{number:03d}{turn:04d}",
        external_ids=(f"sender|{number}",),
    )


def write(app: Flask, clinic: Clinic, number: int, stop: Event) -> tuple[int, int]:
    """Change one patient again and again; who it is, and the last change."""
    with app.app_context():
        with as_job(clinic.id, "writing"):
            patient_id = register_patient(person(number, 0)).id
        turn = 0
        while not stop.is_set():
            turn += 1
            with as_job(clinic.id, "writing"):
                session.expunge_all()
                change_patient(get_patient(patient_id), person(number, turn))
    return patient_id, turn


def run(app: Flask, *words: str, typed: str = "") -> str:
    result = app.test_cli_runner().invoke(args=["keys", *words], input=typed)
    assert result.exit_code == 0, result.output
    return result.output


def versions(clinic: Clinic) -> list[tuple[str, int, bool, bool]]:
    with clinic.at_work():
        rows = session.execute(VERSIONS.order_by(TenantKey.purpose, TenantKey.version)).all()
        return [(row.purpose, row.version, row.active, row.retired_at is not None) for row in rows]


EXCHANGED = [
    ("data", 1, False, True), ("data", 2, True, False),
    ("index", 1, False, True), ("index", 2, True, False),
]  # fmt: skip


NOTED = {
    "exchange-begun": [{"data": 2, "index": 2}],
    "exchanged": [{"purpose": each, "retired": [1]} for each in ("data", "index")],
    "wrapped-anew": [None],
    "destroyed": [{"keys": 4}],
}


@contextmanager
def server_of(server):
    """A transaction in another database of the same server, undone at the end."""
    with clone(server, "elsewhere") as other, other.connect("admin") as connection:
        yield connection
        connection.rollback()


def waited_for() -> list[str]:
    with as_worker():
        return list(session.scalar(MARK))


def test_both_keys_are_exchanged_under_eight_writers(own_database, here, clinic):
    stop, elsewhere = Event(), own_database.app()
    with ThreadPoolExecutor(WRITERS) as pool:
        writing = [pool.submit(write, elsewhere, clinic, n, stop) for n in range(WRITERS)]
        try:
            run(here, "rotate", "--tenant", "alder")
        finally:
            stop.set()
        written = [each.result() for each in writing]
    with own_database.app().app_context():
        assert versions(clinic) == EXCHANGED
        with clinic.at_work():
            for number, (patient_id, turn) in enumerate(written):
                assert turn > 10
                check(patient_id, person(number, turn))
            for promise in ("every envelope opens", "every change has its audit entry"):
                assert not checks()[promise]()


class Killed(BaseException):
    """The end of a process, in the middle of whatever it was at."""


@pytest.mark.database
def test_it_waits_for_this_databases_transactions_alone(server, own_database, here, clinic):
    """The kind: a wait that somebody who has nothing to do with it can make endless."""
    with (
        here.app_context(),
        server_of(server) as elsewhere,
        own_database.connect("admin") as inside,
    ):
        elsewhere.execute("CREATE TABLE under_way ()")
        mark = waited_for()
        assert mark == []
        inside.execute("UPDATE tenants SET name = name")
        mark = waited_for()
        assert len(set(mark)) == 1
        with as_worker():
            assert session.scalar(REACHED, {"mark": mark}) is False
        inside.commit()
        with as_worker():
            assert session.scalar(REACHED, {"mark": mark}) is True


def test_stopped_again_and_again_it_ends_as_if_it_never_was(
    own_database, here, clinic, monkeypatch
):
    with here.app_context(), clinic.at_work():
        written = [register_patient(person(number, 0)).id for number in range(WRITERS)]
    left, attempts = 0, 0

    @contextmanager
    def mortal(*entered):
        nonlocal left
        with as_job(*entered) as known:
            yield known
            left -= 1
            if left < 0:  # before this transaction's commit
                raise Killed

    monkeypatch.setattr("portal.cli.keys.as_job", mortal)
    while attempts < sized(40, 80):
        attempts += 1
        left = attempts * sized(2, 1, ci=6)
        try:
            result = here.test_cli_runner().invoke(args=["keys", "rotate", "--tenant", "alder"])
        except Killed:
            continue
        assert "exchanged" in result.output, result.output
        break
    assert attempts > sized(5, 10, ci=2)
    with own_database.app().app_context():
        assert versions(clinic) == EXCHANGED
        with clinic.at_work():
            for number, patient_id in enumerate(written):
                check(patient_id, person(number, 0))
            assert not checks()["every envelope opens"]()


def check(patient_id: int, known: PatientDetails) -> None:
    """The patient is as written last, sealed by the new key, found by it, and by nothing else."""
    patient = get_patient(patient_id)
    assert (patient.first_name, patient.last_name) == (known.first_name, known.last_name)
    assert patient.phone == known.phone
    assert key_version_of(patient.phone_envelope) == 2
    assert patient_id in {row.id for row in search_patients(known.last_name[:7])}
    assert patient_id in {row.id for row in search_patients(known.phone or "")}
    keys = Candidate(next(iter(search_patients(patient.mrn)))).search_keys()
    assert len(tokens_of([patient_id])[patient_id]) == len(keys) + len(known.external_ids)


def test_the_log_says_in_words_what_was_done_to_the_keys(own_database, here, clinic, tmp_path):
    run(here, "rotate", "--tenant", "alder")
    file = tmp_path / "new.key"
    file.write_bytes(base64.b64encode(bytes(reversed(KEY))))
    file.chmod(0o400)
    run(here, "rotate", "--new-key-file", str(file))
    again = own_database.app()
    again.config["PORTAL_KEY"] = bytes(reversed(KEY))
    run(again, "destroy", "--tenant", "alder", typed="alder\n")
    with again.app_context():
        said = {name: clinic.entries(f"keys.{name}") for name in NOTED}
    assert {name: [each.new_values for each in entries] for name, entries in said.items()} == NOTED
    assert {each.actor for entries in said.values() for each in entries} == {"job:keys"}


def test_a_process_with_the_old_keys_reads_the_new_and_writes_what_opens(
    own_database, here, clinic, monkeypatch
):
    elsewhere = own_database.app()
    with elsewhere.app_context(), clinic.at_work():
        ann = register_patient(person(1, 0)).id
        stale = ring().of(clinic.id)
    run(here, "rotate")
    stale.loaded_at = float("inf")  # as if asked just before the exchange
    with elsewhere.app_context(), clinic.at_work():
        ring()._tenants[clinic.id] = stale
        eve = register_patient(person(2, 0))
        assert key_version_of(eve.phone_envelope) == 1
        assert get_patient(ann).last_name == "Okaforl"
        assert key_version_of(register_patient(person(3, 0)).phone_envelope) == 2
    with here.app_context(), clinic.at_work():
        assert get_patient(eve.id).last_name == "Okaform"
    run(here, "rotate")
    with here.app_context(), clinic.at_work():
        patients = session.scalars(select(Patient)).all()
        assert {key_version_of(patient.phone_envelope) for patient in patients} == {3}
        assert [row.id for row in search_patients("okaform")] == [eve.id]


def test_exchanging_a_key_changes_no_patients_last_change(here, clinic):
    with here.app_context(), clinic.at_work():
        ann = register_patient(person(1, 0))
        changed = ann.updated_at
    run(here, "rotate")
    with here.app_context(), clinic.at_work():
        assert get_patient(ann.id).updated_at == changed


def test_the_wrapping_key_is_exchanged_for_every_clinic(own_database, here, clinic, tmp_path):
    new = bytes(reversed(KEY))
    file = tmp_path / "new.key"
    file.write_bytes(base64.b64encode(new))
    file.chmod(0o400)
    with here.app_context(), clinic.at_work():
        ann = register_patient(person(1, 0)).id
    run(here, "rotate", "--new-key-file", str(file))
    run(here, "rotate", "--new-key-file", str(file))
    with here.app_context(), clinic.at_work():
        assert get_patient(ann).last_name == "Okaforl"  # from what it has unwrapped
        with pytest.raises(KeyUnavailable):
            KeyRing(LocalKey(KEY)).of(clinic.id)
    again = own_database.app()
    again.config["PORTAL_KEY"] = new
    with again.app_context():
        require_key(db.session.connection())
        with clinic.at_work():
            assert get_patient(ann).last_name == "Okaforl"


def test_destroying_a_clinics_keys_leaves_nothing_that_opens(own_database, here, clinic):
    with here.app_context(), clinic.at_work():
        ann = register_patient(person(1, 0)).id
    refused = here.test_cli_runner().invoke(
        args=["keys", "destroy", "--tenant", "alder"], input="birch\n"
    )
    assert refused.exit_code == 1
    assert "Nothing was destroyed" in refused.output
    run(here, "destroy", "--tenant", "alder", typed="alder\n")
    with own_database.app().app_context(), clinic.at_work():
        assert get_patient(ann).last_name is UNREADABLE
        assert versions(clinic) == []
        assert not any(check() for check in checks().values())
    assert "0 clinics" in run(here, "rotate")
