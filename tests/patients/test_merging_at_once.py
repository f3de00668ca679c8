"""Two people merge at the same moment: one of them does, and nothing is in two places."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from portal import clock
from portal.appointments.rules.visits import PatientBusy, PatientNotActive
from portal.db import session
from portal.errors import Conflict
from portal.patients.commands.merging import MergeDetails, merge_patients, unmerge_patients
from portal.patients.rules.merging import ApartAlready, MergedMeanwhile, VisitsAtOnce
from portal.schema.patients import Patient, PatientMerge
from portal.tenancy.context import as_job
from tests.support.databases import Database
from tests.support.people import Clinic, found
from tests.support.scheduling import MONDAY, a_patient, a_practice, book, hours


@pytest.fixture
def racing(own_database: Database) -> Flask:
    """An application on a database of its own, where merges really commit."""
    return own_database.app()


@pytest.fixture
def clinic(racing: Flask) -> Clinic:
    with racing.app_context():
        return found("race", "America/Chicago")


def at_once(app: Flask, clinic: Clinic, attempts: list[Callable[[], str]]) -> list[str]:
    """What came of each attempt, each in a transaction of its own, all begun together."""
    gate = Barrier(len(attempts))

    def one(attempt: Callable[[], str]) -> str:
        with app.app_context(), clock.at(MONDAY), as_job(clinic.id, "race"):
            gate.wait()
            try:
                return attempt()
            except (Conflict, PatientNotActive) as refused:
                session.rollback()
                return type(refused).__name__

    with ThreadPoolExecutor(len(attempts)) as pool:
        return sorted(pool.map(one, attempts))


def two(app: Flask, clinic: Clinic) -> tuple[int, int]:
    with app.app_context(), clinic.at_work():
        return a_patient().id, a_patient().id


def merging(stays: int, goes: int, key: UUID | None = None) -> Callable[[], str]:
    details = MergeDetails(stays, goes, {}, key or uuid4())
    return lambda: f"merged {merge_patients(details).id}" if key else _said(merge_patients(details))


def _said(_made: PatientMerge) -> str:
    return "merged"


def test_in_opposite_directions_one_of_them_merges(racing, clinic):
    for _ in range(5):
        one, other = two(racing, clinic)
        came = at_once(racing, clinic, [merging(one, other), merging(other, one)])
        assert came == [MergedMeanwhile.__name__, "merged"]
        with racing.app_context(), clinic.at_work():
            status = select(Patient.status).where(Patient.id.in_((one, other)))
            assert sorted(session.scalars(status)) == ["active", "merged"]


def test_one_key_sent_eight_times_merges_once_and_answers_the_same(racing, clinic):
    one, other = two(racing, clinic)
    came = at_once(racing, clinic, [merging(one, other, uuid4())] * 8)
    assert len(set(came)) == 1
    assert came[0].startswith("merged")


def test_round_a_ring_of_three_nobody_ends_inside_themself(racing, clinic):
    one, other = two(racing, clinic)
    third, _ = two(racing, clinic)
    ring = [merging(one, other), merging(other, third), merging(third, one)]
    assert "merged" in at_once(racing, clinic, ring)
    with racing.app_context(), clinic.at_work():
        alive = select(Patient.id).where(
            Patient.id.in_((one, other, third)), Patient.status == "active"
        )
        assert session.scalars(alive).all()
        live = session.execute(
            select(PatientMerge.patient_id, PatientMerge.merged_id).where(
                PatientMerge.undone_at.is_(None)
            )
        ).all()
        assert not {row.merged_id for row in live} & {row.patient_id for row in live}


def test_taking_apart_twice_at_once_happens_once(racing, clinic):
    one, other = two(racing, clinic)
    with racing.app_context(), clinic.at_work():
        made = merge_patients(MergeDetails(one, other, {}, uuid4())).id
    parting = [lambda: f"apart {unmerge_patients(one, made).id}"] * 4
    assert at_once(racing, clinic, parting) == [*[ApartAlready.__name__] * 3, f"apart {other}"]


def test_a_visit_booked_while_merging_is_never_at_the_same_time_as_another(racing, clinic):
    with racing.app_context(), clock.at(MONDAY), clinic.at_work():
        practices = [a_practice(clinic.facility_id) for _ in range(2)]
        for practice in practices:
            hours(practice)
    refusals = {PatientBusy.__name__, PatientNotActive.__name__, VisitsAtOnce.__name__,
                "VisitBookedMeanwhile"}  # fmt: skip
    for hhmm in ("08:00", "08:30", "09:00", "09:30"):
        one, other = two(racing, clinic)
        with racing.app_context(), clock.at(MONDAY), clinic.at_work():
            book(practices[0], hhmm, patient_id=one)

        def booking(hhmm: str = hhmm, other: int = other) -> str:
            return f"booked {book(practices[1], hhmm, patient_id=other).id}"

        came = at_once(racing, clinic, [merging(one, other), booking])
        assert len(set(came) & refusals) == 1, came
