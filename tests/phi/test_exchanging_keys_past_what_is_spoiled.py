"""Exchanging keys goes on past what does not open, and says what that is."""

from sqlalchemy import text

from portal.db import session
from portal.patients.commands.registering import register_patient
from portal.patients.queries.records import get_patient
from portal.phi.envelopes import key_version_of
from tests.phi.test_exchanging_keys import clinic, heard_of_soon, here, person, run, versions
from tests.support.sizes import patient

pytestmark = patient()
__all__ = ["clinic", "heard_of_soon", "here"]


def test_what_does_not_open_is_told_and_keeps_no_key_from_being_exchanged(
    here, clinic, monkeypatch
):
    """The kind: one row that any statement can spoil stops every exchange to come."""
    monkeypatch.setattr("portal.cli.keys.MOST_TOLD", 1)
    with here.app_context(), clinic.at_work():
        spoiled = [register_patient(person(n, 0)).id for n in (1, 2)]
        session.execute(text("UPDATE patients SET first_name = last_name"))
        whole = register_patient(person(3, 0)).id
    for _ in range(2):
        told = run(here, "rotate")
        assert f"patients {spoiled[0]}: a field does not open" in told
        assert "1 more rows hold a field that does not open" in told
    with here.app_context():
        assert versions(clinic)[:3] == [
            ("data", 1, False, True), ("data", 2, False, True), ("data", 3, True, False)
        ]  # fmt: skip
        with clinic.at_work():
            known = get_patient(whole)
            assert (known.last_name, key_version_of(known.phone_envelope)) == ("Okaforn", 3)


def test_a_key_that_sealed_just_now_is_not_retired(here, clinic, monkeypatch):
    monkeypatch.setattr("portal.cli.keys._reseal", lambda *_tenants, wait: None)
    with here.app_context(), clinic.at_work():
        register_patient(person(1, 0))
    assert "1 rows were sealed with the old key just now" in run(here, "rotate")
    with here.app_context():
        assert ("data", 1, False, False) in versions(clinic)
