"""Whatever has Undo in its message is on one stack with what was done to appointments.

The kind of fault: a message with Undo that is gone, and Z, which then takes back something older.
"""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import text

from portal.app import registered
from portal.config import ROOT
from portal.db import session
from portal.names import name_of
from portal.patients.queries.records import get_patient
from portal.schema.accounts import User
from portal.schema.acts import OWN_ACTS
from portal.undoing import commands
from portal.undoing.commands import forget_acts
from tests.support.client import Browser
from tests.support.people import Clinic
from tests.support.scheduling import book, on_monday
from tests.support.sizes import sized
from tests.undoing.ward import OF_RECORDS, Ward, a_ward, asked_by_chance, merged

# Whose messages say Undo: what is done to appointments, absences, and every other record.
SAY_UNDO = {
    "portal/absences/views/recording.py",
    "portal/appointments/screens/act_messages.py",
    "portal/undoing/ways.py",
}


@pytest.fixture
def ward(browser: Browser, alder: Clinic) -> Ward:
    return a_ward(browser, alder)


@pytest.fixture
def colleague(app, alder: Clinic) -> Browser:
    with on_monday():
        return Browser(app).sign_in(alder.admin)


def test_every_kind_of_act_has_a_way_back_and_is_tried_here(app):
    assert set(OWN_ACTS) == set(registered().ways_back) == set(OF_RECORDS)


def calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a function of that name in the portal, with its file."""
    for file in sorted((ROOT / "portal").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name:
                yield str(file.relative_to(ROOT)), node


def test_no_message_has_undo_but_for_what_is_on_the_stack():
    """Other areas say it by `say_done`, which puts it there: its kind is one that is tried here."""
    says = {
        file for file, call in calls("toast")
        if len(call.args) > 2 or any(word.arg in {"undo", None} for word in call.keywords)
    }  # fmt: skip
    assert says == SAY_UNDO
    kinds = {
        call.args[1].value for _file, call in calls("say_done")
        if len(call.args) > 2 and isinstance(call.args[1], ast.Constant)
    }  # fmt: skip
    assert kinds == set(OF_RECORDS)


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("kind", sorted(OF_RECORDS))
def test_with_its_message_gone_z_takes_it_back_and_nothing_older(ward, kind, htmx):
    ward.send(f"/appointments/{ward.visits[-1]}/confirmation")
    older, before = ward.top(), ward.rows()
    assert ward.send(*OF_RECORDS[kind](ward)).status_code == 303
    said = ward.dialog()
    assert ward.top() != older
    assert ward.rows() != before
    assert "Confirmation changed" in said
    assert f"Undo “{_first(said)}" in said
    ward.send("/appointments/reversals", htmx=htmx)
    assert ward.rows() == before
    assert ward.top() == older


def _first(dialog: str) -> str:
    return dialog.split('<ul class="history">')[1].split("<span>")[1].split("</span>")[0]


@pytest.mark.parametrize("kind", sorted(OF_RECORDS))
def test_by_its_message_it_is_taken_back_once_and_z_goes_on_with_what_is_older(ward, kind):
    ward.send(f"/appointments/{ward.visits[-1]}/confirmation")
    older, before = ward.top(), ward.rows()
    ward.send(*OF_RECORDS[kind](ward))
    undo = {"act": ward.top()}
    ward.send("/appointments/reversals", undo)
    assert ward.rows() == before
    again = ward.send("/appointments/reversals", undo, follow_redirects=True).text
    assert "This was undone already." in again
    assert ward.rows() == before
    assert ward.top() == older


# kind -> what a colleague does then to the same record.
OTHERWISE = {
    "acceptance_filled": lambda ward: (
        f"/insurance/acceptance/{ward.annex}/{ward.plan}/mark",
        {"enabled": "y", "accepted_since": "2026-05-01"},
    ),
    "acceptance_marked": lambda ward: (
        f"/insurance/acceptance/{ward.facility}/{ward.plan}/mark",
        {"enabled": "y", "accepted_since": "2026-05-01"},
    ),
    "doctor_retired": lambda ward: (f"/doctors/{ward.doctor}/restoration", {}),
    "facility_closed": lambda ward: (f"/facilities/{ward.annex}/restoration", {}),
    "service_retired": lambda ward: (f"/services/{ward.service}/restoration", {}),
    "status_set": lambda ward: (
        f"/patients/{ward.patients[-1]}/status", {"patient_status": "deceased"},
    ),
    "wish_withdrawn": lambda ward: (f"/appointments/waitlist/{ward.wishes[0]}/reinstatement", {}),
}  # fmt: skip


@pytest.mark.parametrize("by", ["z", "its message"])
@pytest.mark.parametrize("kind", sorted(OTHERWISE))
def test_what_somebody_has_changed_since_is_refused_in_words(ward, colleague, kind, by):
    ward.send(f"/appointments/{ward.visits[-1]}/confirmation")
    ward.send(*OF_RECORDS[kind](ward))
    act = {"act": ward.top()} if by == "its message" else {}
    with on_monday():
        assert colleague.send(*OTHERWISE[kind](ward)).status_code == 303
    between = ward.rows()
    said = ward.send("/appointments/reversals", act, follow_redirects=True).text
    assert "Not undone, since it was changed in the meantime: " in said
    assert '<a href="/appointments/reversals">What can be undone</a>' in said
    assert ward.rows() == between
    assert "Confirmation changed" in ward.dialog()


def test_the_form_of_a_cell_is_taken_back_as_its_key_is(ward):
    """The kind: one thing is done in two ways, and only one of them is on the stack."""
    ward.send(*OF_RECORDS["doctor_retired"](ward))
    before, older = ward.rows(), ward.top()
    form = f"/insurance/acceptance/{ward.facility}/{ward.plan}/edit"
    typed = {"enabled": "y", "accepted_since": "2026-03-02"}
    assert " accepts " in ward.send(form, typed, follow_redirects=True).text
    assert " accepts " in ward.dialog()
    ward.z()
    assert ward.rows() == before
    assert ward.top() == older


@pytest.mark.parametrize("kind", sorted(OF_RECORDS))
def test_a_message_names_what_the_stack_names(ward, kind):
    """The kind: a message of what was done, or a name less, beside an Undo that names it."""
    said = ward.send(*OF_RECORDS[kind](ward), follow_redirects=True).text
    [line] = re.findall(r"<li><b>[^<]+</b><span>([^<]+)</span>", ward.dialog())
    assert line in said.replace("<span>", "")


def test_an_appointment_that_somebody_changed_since_is_in_the_way_of_z_alone(ward, colleague):
    """The kind: Z skips what it cannot take back, and takes back what nobody thought of."""
    first, last = ward.visits[0], ward.visits[-1]
    ward.send(f"/appointments/{first}/confirmation")
    older = ward.top()
    ward.send(f"/appointments/{last}/confirmation")
    with on_monday():
        colleague.send(f"/appointments/{last}/check-in")
    between = ward.rows()
    with ward.clinic.at_work():
        who = name_of(get_patient(ward.patients[2]))
    said = ward.z()
    assert f"{who}: This appointment was changed since." in said
    assert f'href="/appointments/{last}"' in said
    assert ward.rows() == between
    assert ward.top() == older
    ward.send("/appointments/reversals", {"act": older})
    assert ward.rows() != between


# What the other way says of these is something else, not what was before.
NOT_UNDONE = {"acceptance_filled", "acceptance_marked", "status_set"}


@pytest.mark.parametrize("kind", sorted(OTHERWISE.keys() - NOT_UNDONE))
def test_who_takes_it_back_another_way_has_taken_it_back(ward, kind):
    ward.send(f"/appointments/{ward.visits[-1]}/confirmation")
    older = ward.top()
    ward.send(*OF_RECORDS[kind](ward))
    ward.send(*OTHERWISE[kind](ward))
    assert ward.top() == older
    assert "Confirmation undone" in ward.z()


def test_whose_an_appointment_is_by_now_is_not_in_the_way(ward, colleague):
    """The kind: what moves a row counts as a change of what it says."""
    before = ward.rows()["visits"][ward.visits[0]][0]["confirmed_at"]
    ward.send(f"/appointments/{ward.visits[0]}/confirmation")
    with on_monday():
        merge = colleague.send(*merged(ward.patients[3], ward.patients[0]))
    assert merge.status_code == 303
    assert "Confirmation undone" in ward.z()
    now = ward.rows()["visits"][ward.visits[0]][0]
    assert (now["confirmed_at"], now["patient_id"]) == (before, ward.patients[3])


def test_what_nobody_takes_back_any_more_is_forgotten(ward, alder, monkeypatch):
    ward.send(*OF_RECORDS["doctor_retired"](ward))
    count = text("SELECT count(*) FROM own_acts")
    with alder.at_work():
        forget_acts()
        assert session.scalar(count) == 1
        monkeypatch.setattr(commands, "KEPT", timedelta(seconds=-1))
        forget_acts()
        assert session.scalar(count) == 0


def test_an_acceptance_that_somebody_is_booked_under_by_now_is_looked_at_first(ward, alder):
    """As its end is, whoever ends it."""
    ward.send(*OF_RECORDS["acceptance_marked"](ward))
    top = ward.top()
    with on_monday(), alder.at_work():
        book(ward.practice, "11:00", plan_id=ward.plan)
    between = ward.rows()
    answer = ward.send("/appointments/reversals")
    where = f"/insurance/acceptance/{ward.facility}/{ward.plan}/edit?enabled=n"
    assert answer.location == where
    assert ward.rows() == between
    assert ward.top() == top


def test_a_filled_line_that_somebody_is_booked_under_by_now_stays(ward, alder):
    """Which cell touches whom is said by each cell; so many are not taken back unseen."""
    ward.send(*OF_RECORDS["acceptance_filled"](ward))
    top = ward.top()
    with on_monday(), alder.at_work():
        book(ward.practice, "11:00", plan_id=ward.plan)
    between = ward.rows()
    said = ward.send("/appointments/reversals", follow_redirects=True).text
    assert "Not undone, since appointments have been booked under these plans." in said
    assert ward.rows() == between
    assert ward.top() == top


def test_a_line_filled_with_what_it_said_is_no_act(ward):
    ward.send(*OF_RECORDS["acceptance_filled"](ward))
    top = ward.top()
    ward.send(*OF_RECORDS["acceptance_filled"](ward))
    assert ward.top() == top


def test_who_may_not_do_it_any_more_takes_nothing_back(ward, alder):
    ward.send(*OF_RECORDS["doctor_retired"](ward))
    between = ward.rows()
    with alder.at_work():
        session.get(User, (alder.id, alder.owner.id)).role = "front_desk"
        session.flush()
    assert "does not have permission to add and edit doctors" in ward.z()
    assert ward.rows() == between


@pytest.mark.parametrize("number", range(sized(4, 100)))
def test_in_whatever_order_things_are_done_they_are_taken_back_one_by_one(ward, number):
    chance, stack = Random(number), []
    top = ward.top()
    for _ in range(sized(14, 30)):
        before = ward.rows()
        ward.send(*asked_by_chance(ward, chance))
        if ward.top() != top:
            top = ward.top()
            stack.append(before)
    assert len(stack) > 3
    for before in reversed(stack):
        ward.send("/appointments/reversals")
        assert ward.rows() == before
    assert ward.top() is None
