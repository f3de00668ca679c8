"""What a log line may say."""

import json

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError

from portal.auth import passwords
from portal.web.logs import describe, log, log_failure


def line(capsys) -> dict:
    return json.loads(capsys.readouterr().err)


def test_fields_that_are_not_on_the_list_are_dropped(app, capsys):
    log.info("job done", job="slots", seconds=1.5, patient="Maria Canary", email="m@c.example")
    logged = line(capsys)
    assert logged.keys() == {"event", "job", "seconds", "level", "timestamp"}


def test_a_database_error_is_its_type_and_codes_never_its_text(app, capsys):
    cause = psycopg.errors.UniqueViolation("Key (name)=(Maria Canary) already exists.")
    try:
        raise IntegrityError("INSERT ... 'Maria Canary'", {"name": "Maria Canary"}, cause)
    except IntegrityError as error:
        log_failure(error)
    logged = line(capsys)
    assert logged["error"] == "IntegrityError"
    assert logged["sqlstate"] == "23505"
    assert "Canary" not in json.dumps(logged)


def test_the_places_are_those_in_our_own_code(app):
    with pytest.raises(TypeError) as caught:
        passwords.long_enough(None)
    assert [place.split(":")[0] for place in describe(caught.value)["places"]] == [
        "portal/auth/passwords.py",
        "portal/auth/passwords.py",
    ]


def test_each_answer_is_one_line_without_its_address(browser, alder, capsys):
    browser.sign_in(alder.desk)
    capsys.readouterr()
    browser.get("/facilities/?page=7")
    logged = line(capsys)
    assert logged["event"] == "answered"
    assert (logged["method"], logged["endpoint"], logged["status"]) == (
        "GET",
        "facilities.index",
        200,
    )
    assert (logged["tenant_id"], logged["user_id"]) == (alder.id, alder.desk.id)
    assert "page" not in json.dumps(logged)
