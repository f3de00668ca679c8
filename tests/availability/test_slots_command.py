"""`flask slots`: what a cron job and a script rely on."""

import json
from datetime import date, datetime

import pytest
from flask.testing import FlaskCliRunner

from portal.db import session
from tests.support.scheduling import a_practice, hours, on_monday


@pytest.fixture
def booked_out(alder):
    """A clinic with a practice on Mondays from eight to nine, for two Mondays."""
    with on_monday(), alder.at_work():
        practice = a_practice(alder.facility_id)
        hours(practice, end="09:00", valid_to=date(2026, 3, 9))
    return practice


def run(app, *args: str) -> dict:
    with on_monday():
        answer = FlaskCliRunner(app).invoke(args=["slots", *args, "--json"])
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def test_materialising_again_adds_nothing(app, booked_out):
    said = run(app, "materialise", "--tenant", "alder")
    assert (said["added"], said["withdrawn"], said["kept"], said["orphaned"]) == (0, 0, 4, 0)
    assert said["seconds"] >= 0


def test_materialising_one_doctor_until_a_date(app, booked_out):
    args = ("--doctor", str(booked_out.doctor.id), "--until", "2026-03-05")
    assert run(app, "materialise", "--tenant", "alder", *args)["kept"] == 2


def test_searching_answers_instants_in_utc(app, booked_out):
    said = run(app, "search", "--tenant", "alder", "--offering", str(booked_out.offering.id))
    assert said["starts"] == [
        "2026-03-02T14:00:00Z",
        "2026-03-02T14:30:00Z",
        "2026-03-09T13:00:00Z",
        "2026-03-09T13:30:00Z",
    ]
    assert datetime.fromisoformat(said["offers"][0]["end_at"])


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("search", "--tenant", "nowhere", "--offering", "1"), "There is no clinic nowhere."),
        (("search", "--tenant", "alder", "--offering", "1"), "There is no such offering"),
        (("materialise", "--tenant", "alder", "--doctor", "1"), "There is no doctor 1."),
        (("materialise", "--doctor", "1"), "--doctor needs --tenant"),
    ],
)
def test_what_is_not_there_is_said_in_a_line(app, booked_out, args, words):
    answer = FlaskCliRunner(app).invoke(args=["slots", *args])
    session.rollback()
    assert answer.exit_code != 0
    assert words in answer.output
