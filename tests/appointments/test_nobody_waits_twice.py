"""A patient is on the waitlist once for a service, in whatever order and however much at once.

The kind: a way back (reinstating) that does not ask what the way there (adding) asks.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier
from uuid import uuid4

import pytest
from psycopg import errors

from portal import clock
from portal.appointments.commands import waitlist
from portal.appointments.commands.waitlist import (
    WaitsAlready,
    WishDetails,
    add_to_waitlist,
    change_wish,
    reinstate_wish,
    withdraw_wish,
)
from portal.auth.rules import hash_of
from portal.db import session
from portal.schema.appointments import WaitlistEntry
from portal.tenancy.context import as_job
from tests.support.client import Browser
from tests.support.people import found
from tests.support.scheduling import MONDAY, a_patient, a_practice, a_service, a_wish_for, hours


def wanted(entry: WaitlistEntry, practice, **more) -> WishDetails:
    """The same wish once more."""
    usual = {
        "patient_id": entry.patient_id, "service_id": entry.service_id,
        "facility_ids": [practice.facility_id], "earliest_on": entry.earliest_on,
        "latest_on": entry.latest_on,
    }  # fmt: skip
    return WishDetails(**usual | more)


def test_a_wish_that_was_added_again_is_not_put_back_beside_it(open_practice):
    first = a_wish_for(open_practice)
    withdraw_wish(first)
    second = add_to_waitlist(wanted(first, open_practice), uuid4())
    with pytest.raises(WaitsAlready) as refused:
        reinstate_wish(first)
    assert refused.value.entry_id == second.id
    withdraw_wish(second)
    reinstate_wish(first)
    assert first.status == "waiting"


@pytest.mark.parametrize("way", ["add", "change", "reinstate"])
def test_the_database_itself_has_nobody_wait_twice(open_practice, monkeypatch, way):
    first = a_wish_for(open_practice)
    monkeypatch.setattr(waitlist, "_check_waits_once", lambda *_args, **_named: None)
    ways: dict[str, Callable[[], object]] = {
        "add": lambda: add_to_waitlist(wanted(first, open_practice), uuid4()),
        "change": lambda: change_wish(other, wanted(first, open_practice)),
        "reinstate": lambda: reinstate_wish(gone),
    }
    other = a_wish_for(open_practice, patient_id=first.patient_id, service_id=a_service().id)
    withdraw_wish(first)
    gone = a_wish_for(open_practice, patient_id=first.patient_id)
    withdraw_wish(gone)
    reinstate_wish(first)
    with pytest.raises(WaitsAlready):
        ways[way]()


def test_on_screen_who_waits_already_is_said_in_words(browser, alder):
    with clock.at(MONDAY):
        with alder.at_work():
            practice = a_practice(alder.facility_id)
            first = a_wish_for(practice)
            withdraw_wish(first)
            add_to_waitlist(wanted(first, practice), uuid4())
        answer = browser.sign_in(alder.desk).send(
            f"/appointments/waitlist/{first.id}/reinstatement"
        )
    assert answer.status_code == 409
    assert "This patient is on the waitlist for this service already." in answer.text


@pytest.mark.database
def test_at_once_one_of_many_wishes_waits(own_database, monkeypatch):
    """Adding and reinstating, each in its own transaction; only the database is left to say no."""
    app = own_database.app()
    with app.app_context(), clock.at(MONDAY):
        clinic = found("race", "America/Chicago")
        with clinic.at_work():
            practice = a_practice(clinic.facility_id)
            hours(practice)
            gone = a_wish_for(practice, patient_id=a_patient().id)
            withdraw_wish(gone)
            details, gone_id = wanted(gone, practice), gone.id
    monkeypatch.setattr(waitlist, "_check_waits_once", lambda *_args, **_named: None)
    gate = Barrier(4)

    def one(number: int) -> None:
        gate.wait()
        with app.app_context(), clock.at(MONDAY), suppress(WaitsAlready), as_job(clinic.id, "race"):
            if number:
                add_to_waitlist(details, uuid4())
            else:
                reinstate_wish(session.get_one(WaitlistEntry, (clinic.id, gone_id)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(4)))
    with own_database.connect("admin") as admin:
        waiting = "SELECT count(*) FROM waitlist_entries WHERE status = 'waiting'"
        assert admin.execute(waiting).fetchone() == (1,)


@pytest.mark.database
def test_nobody_waits_twice_by_looking_at_what_was(own_database):
    """In a state of earlier the wish that another wrote meanwhile is not there."""
    app = own_database.app()
    with app.app_context(), clock.at(MONDAY):
        clinic = found("race", "America/Chicago")
        with clinic.at_work():
            withdraw_wish(a_wish_for(a_practice(clinic.facility_id), patient_id=a_patient().id))
    token = hash_of(Browser(app).sign_in(clinic.desk).get_cookie("portal").value)
    with own_database.connect("app") as line:
        line.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        line.execute("SELECT FROM enter_session(%s, false)", [token])
        with pytest.raises(errors.InvalidTransactionState):
            line.execute("UPDATE waitlist_entries SET status = 'waiting'")
