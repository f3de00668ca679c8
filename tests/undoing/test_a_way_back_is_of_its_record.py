"""What is kept for a way back leads to its own record, and says all that is read of it.

The kind: a row that somebody else acts on later. Whoever wrote it by a statement of their own had a
colleague write where they do not reach themselves, or be told of a mistake.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from portal.auth.rules import hash_of
from portal.db import session
from portal.errors import DomainError
from portal.insurance.views.filling import ACCEPTANCE_FILLED
from portal.schema.acts import OwnAct
from portal.tenancy.context import enter_session
from tests.support.client import Browser
from tests.support.people import Clinic
from tests.support.scheduling import MONDAY, on_monday
from tests.undoing.ward import OF_RECORDS, STACK, Ward, a_ward, merged

KEEP_OWN = text("""
    INSERT INTO own_acts (row_uid, user_id, kind, record_id, before, mark, done_at)
    VALUES (:name, :user, :kind, 1, CAST(:before AS jsonb), 'x', now())
""")
COPY = text("""
    INSERT INTO appointment_acts (row_uid, group_uid, facility_id, appointment_id, kind, before,
                                  visit_version, done_at)
    SELECT gen_random_uuid(), group_uid, facility_id, appointment_id, kind,
           jsonb_set(before, CAST(:path AS text[]), CAST(:value AS jsonb)), visit_version, done_at
      FROM appointment_acts WHERE before IS NOT NULL ORDER BY id DESC LIMIT 1
""")
SPENT = ("absences", "appointment_acts", "own_acts", "patient_merges")
OTHERWISE = (None, "x", -1, 1.5, 2**70, [], ["x"], [2**70], {}, True, "2026-99-99", "today")


@pytest.fixture
def ward(browser: Browser, alder: Clinic) -> Ward:
    return a_ward(browser, alder)


def is_refused(kind: str, user: int, before: dict[str, Any]) -> bool:
    """Whether the database takes no such act."""
    act = {"name": uuid4(), "user": user, "kind": kind, "before": json.dumps(before)}
    try:
        with session.begin_nested():
            session.execute(KEEP_OWN, act)
    except DBAPIError:
        return True
    return False


def spoiled(before: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What an act keeps, with one thing missing or of another kind."""
    for name, said in before.items():
        yield {other: value for other, value in before.items() if other != name}
        for value in OTHERWISE:
            alike = type(value) is type(said) or (value is None and name in {"since", "until"})
            if not alike or value in (-1, 2**70, ["x"], [2**70], "x", "2026-99-99", "today"):
                yield before | {name: value}


@pytest.mark.parametrize("kind", sorted(OF_RECORDS))
def test_what_an_act_keeps_is_what_its_way_back_reads(ward, alder, kind):
    ward.send(*OF_RECORDS[kind](ward))
    kept = text("SELECT before FROM own_acts WHERE kind = :kind")
    with alder.at_work():
        before = session.scalar(kept, {"kind": kind})
        assert not is_refused(kind, alder.owner.id, before)
        taken = [each for each in spoiled(before) if not is_refused(kind, alder.owner.id, each)]
        assert taken == []


SPOILED = {
    "{visit,id}": "999", "{visit,facility_id}": "999", "{visit}": "{}", "{steps}": "{}",
    "{visit,doctor_id}": '"7"', "{visit,start_at}": '"infinity"', "{visit,finished_at}": "7",
    "{visit,status}": '"cancelled"', "{visit,more}": "7", "{more}": "7", "{step}": '"7"',
    "{steps,0}": "{}", "{steps,1}": "[]", "{steps,0,id}": '"x"', "{steps,0,status}": "1",
    "{steps,0,position}": "null", "{wishes,0}": "1.5", "{beside,0}": '"x"',
    "{slot,capacity}": "null", "{slot,busy_from}": '"9999-12-31 12:00:00+00"',
    "{wishes}": "null", "{beside}": "1", "{slot}": "{}", "{slot,id}": "999",
    "{slot,facility_id}": "999", "{slot,doctor_id}": "999",
}  # fmt: skip

REFUSED = "of_its_visit|guard_before"  # a CHECK, or what the trigger says


@pytest.mark.parametrize("path", sorted(SPOILED))
def test_an_act_of_a_visit_brings_back_that_visit_alone(ward, alder, path):
    ward.send(f"/appointments/{ward.visits[0]}/confirmation")
    with alder.at_work():
        copied = session.execute(COPY, {"path": "{visit,status}", "value": '"booked"'})
        assert copied.rowcount == 1
        with pytest.raises(DBAPIError, match=REFUSED), session.begin_nested():
            session.execute(COPY, {"path": path, "value": SPOILED[path]})


@pytest.mark.parametrize("status", ["x", "merged", ""])
def test_a_merged_record_goes_back_to_what_a_record_can_be(ward, alder, status):
    ward.send(*merged(*ward.patients[-2:]))
    spoil = text("UPDATE patient_merges SET merged_status = :status")
    with (
        alder.at_work(),
        pytest.raises(DBAPIError, match="merged_status"),
        session.begin_nested(),
    ):
        session.execute(spoil, {"status": status})


def test_what_was_closed_at_a_facility_out_of_reach_by_now_is_refused_in_words(app, ward, alder):
    with on_monday(), alder.at_work():
        closer = alder.hire("closer", "admin")
    with on_monday():
        ward.browser = Browser(app).sign_in(closer)
    ward.send(*OF_RECORDS["facility_closed"](ward))
    act = ward.top()
    only = text("INSERT INTO user_facilities (user_id, facility_id) VALUES (:user, :facility)")
    with alder.at_work():
        session.execute(only, {"user": closer.id, "facility": ward.facility})
    answer = ward.send(STACK, {"act": act}, follow_redirects=True)
    assert answer.status_code == 200
    assert 'class="toast error"' in answer.text


def test_what_is_taken_back_is_not_to_be_had_again(ward, alder):
    ward.send(*OF_RECORDS["doctor_retired"](ward))
    ward.z()
    again = text("UPDATE own_acts SET undone_at = NULL")
    assert enter_session(hash_of(ward.browser.get_cookie("portal").value)) is not None
    with pytest.raises(ProgrammingError, match="stays spent"), session.begin_nested():
        session.execute(again)


@pytest.mark.parametrize("table", SPENT)
def test_every_way_back_is_taken_once(database, table):
    guards = (
        "SELECT count(*) FROM pg_trigger WHERE tgname = 'guard_spent' AND tgrelid = %s::regclass"
    )
    with database.connect("admin") as admin:
        assert admin.execute(guards, [table]).fetchone() == (1,)
        columns = admin.execute(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'undone_at'"
            " AND table_schema = 'public'"
        ).fetchall()
    assert sorted(name for (name,) in columns) == list(SPENT)


GROUP = {"enabled": True, "since": None, "until": None, "rows": [1]}
FILLED = {
    "a plan that is text": {"plan": "x", "facility": 1, "was": [GROUP]},
    "a plan that is a list": {"plan": [5], "facility": 1, "was": [GROUP]},
    "a row and a column": {"plan": 1, "facility": 1, "was": [GROUP]},
    "a plan that is none": {"plan": 999_999, "was": [GROUP]},
    "half a plan": {"plan": 1.0, "was": [GROUP]},
    "the year before the first": {"plan": 1, "was": [GROUP | {"since": "0000-01-01"}]},
}


@pytest.mark.parametrize("planted", sorted(FILLED))
def test_a_line_that_no_screen_filled_is_refused_in_words(ward, alder, planted):
    """The mark is right: whoever planted it knows what the record says."""
    ward.send(*OF_RECORDS["acceptance_filled"](ward))
    before = FILLED[planted] | ({"plan": ward.plan} if FILLED[planted].get("plan") == 1 else {})
    name = uuid4()
    with alder.at_work():
        rows = session.scalars(text("SELECT id FROM facility_insurance_plans ORDER BY id")).all()
        groups = [each | {"rows": list(rows)} for each in before["was"]]
        act = OwnAct(kind="acceptance_filled", before=before | {"was": groups})
        with suppress(DomainError):
            act.mark = ACCEPTANCE_FILLED.mark(act)
        session.execute(
            text("""
                INSERT INTO own_acts (row_uid, user_id, kind, record_id, before, mark, done_at)
                VALUES (:name, :user, :kind, :row, CAST(:before AS jsonb), :mark, :done_at)
            """),
            {
                "name": name, "user": alder.owner.id, "kind": act.kind, "row": rows[0],
                "before": json.dumps(act.before), "mark": act.mark or "x",
                "done_at": MONDAY + timedelta(minutes=5),
            },
        )  # fmt: skip
    assert ward.dialog()
    answer = ward.send(STACK, {"act": str(name)}, follow_redirects=True)
    assert answer.status_code == 200
    assert 'class="toast error"' in answer.text
