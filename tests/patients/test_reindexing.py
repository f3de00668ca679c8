"""Patients whose tokens are of an older scheme are told of, and found by all keys after the job."""

import pytest
from sqlalchemy import delete, func, select

from portal.patients import queries
from portal.patients.commands import index_some
from portal.patients.queries.invariants import patients_of_an_older_scheme
from portal.schema.patients import PatientSearchToken as Token
from tests.patients.conftest import register

LATER = ("scheme", "full", "phone", "last4")


@pytest.fixture
def older(clinic, session):
    """Two patients as an older version of the portal kept them, and one of today's."""
    old = [register("Ann", "Okafor", phone="+34 612 345 678"), register("Bo", "Eze")]
    session.execute(delete(Token).where(Token.field.in_(LATER)))
    register("Cy", "Neale")
    return [patient.id for patient in old]


def marked(session) -> int:
    return session.scalar(select(func.count()).where(Token.field == "scheme"))


def test_they_are_told_of_until_they_are_indexed_anew(older, session):
    assert [line.split()[1] for line in patients_of_an_older_scheme()] == list(map(str, older))
    assert queries.search_patients("612 345 678") == []
    assert index_some(0, stale_only=True) is None
    assert patients_of_an_older_scheme() == []
    assert [row.id for row in queries.search_patients("612 345 678")] == older[:1]


def test_it_goes_on_where_it_was_broken_off(older, session, monkeypatch):
    monkeypatch.setattr("portal.patients.commands.indexing.AT_ONCE", 1)
    assert index_some(0, stale_only=True) == older[0]
    assert marked(session) == 2
    assert index_some(0, stale_only=True) == older[1]
    assert index_some(0, stale_only=True) is None
    assert marked(session) == 3


def test_the_command_does_it_for_every_clinic(app, alder, session):
    with alder.at_work():
        register("Ann", "Okafor")
        session.execute(delete(Token).where(Token.field == "scheme"))
    result = app.test_cli_runner().invoke(args=["patients", "reindex"])
    assert "alder: every patient is found by all that is known" in result.output
    with alder.at_work():
        assert patients_of_an_older_scheme() == []
