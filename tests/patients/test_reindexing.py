"""Patients whose tokens are of an older scheme are told of, and found by all keys after the job.

So are those whose tokens somebody's SQL has written: no entry tells of these.
"""

import pytest
from sqlalchemy import delete, func, select, text

from portal.patients.commands.indexing import index_some
from portal.patients.jobs import mend
from portal.patients.queries.invariants import patients_of_an_older_scheme
from portal.patients.queries.searching import search_patients, tokens_of
from portal.schema.patients import PatientSearchToken as Token
from tests.patients.conftest import register
from tests.support.glass import signed_in

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
    assert search_patients("612 345 678") == []
    assert index_some(0, stale_only=True) is None
    assert patients_of_an_older_scheme() == []
    assert [row.id for row in search_patients("612 345 678")] == older[:1]


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


SPOILED = {
    "taken away": "DELETE FROM patient_search_tokens WHERE patient_id = :one AND field <> 'scheme'",
    "another's": "INSERT INTO patient_search_tokens (tenant_id, field, token, patient_id)"
    " SELECT tenant_id, field, token, :one FROM patient_search_tokens WHERE patient_id = :other"
    " ON CONFLICT DO NOTHING",
}


@pytest.mark.parametrize("spoiled", SPOILED)
def test_tokens_that_a_statement_spoiled_are_mended_though_they_are_of_this_scheme(
    alder, session, spoiled
):
    """The front desk may write tokens, of which no entry tells: its SQL may as well."""
    with alder.at_work():
        people = [register("Ann", "Okafor"), register("Bo", "Eze"), register("Cy", "Neale")]
        ids = [patient.id for patient in people]
        rightly = tokens_of(ids)
    with signed_in(alder.desk, alder):
        session.execute(text(SPOILED[spoiled]), {"one": ids[0], "other": ids[1]})
        session.commit()
    with alder.at_work():
        assert tokens_of(ids) != rightly
    mend(alder.id)
    with alder.at_work():
        assert tokens_of(ids) == rightly
        assert [row.id for row in search_patients("Okafor")] == ids[:1]


def test_whoever_there_was_no_time_for_comes_first_the_next_time(alder, session, monkeypatch):
    monkeypatch.setattr("portal.patients.commands.indexing.AT_ONCE", 1)
    with alder.at_work():
        ids = [register(name, "Okafor").id for name in ("Ann", "Bo", "Cy")]
        rightly = tokens_of(ids)
        session.execute(delete(Token).where(Token.field == "name"))
    found = []
    for _ in ids:
        mend(alder.id, seconds=0)
        with alder.at_work():
            held = tokens_of(ids)
        found.append([each for each in ids if held[each] == rightly[each]])
    assert found == [ids[:1], ids[:2], ids]
