"""Exporting the log: bounded, safe to open in a spreadsheet, and itself on record."""

import csv
from io import StringIO

import pytest
from sqlalchemy import text

from portal.activity.queries import log
from portal.activity.rules import plain_cell
from portal.db import session


def table(sheet: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(sheet.removeprefix("\ufeff"))))


def test_an_auditor_exports_what_the_filters_show(browser, alder, noted):
    noted("denied", "denied", "audit.purge", outcome="refused", reason="=HYPERLINK(1)")
    browser.sign_in(alder.auditor)
    response = browser.send("/activity/export", {"action_type": "denied"})
    assert response.mimetype == "text/csv"
    assert "attachment" in response.headers["Content-Disposition"]
    exported = table(response.text)
    assert [row["Action"] for row in exported] == ["denied", "denied"]
    assert exported[0]["Reason"] == "'=HYPERLINK(1)"
    assert exported[0]["Who"] == "The portal itself (tests)"


def test_the_log_notes_who_exported_what(browser, alder):
    browser.sign_in(alder.auditor)
    browser.send("/activity/export", {"action_type": "sign-in", "since": "2020-01-01"})
    [entry] = alder.entries("activity.export")
    assert entry.user_id == alder.auditor.id
    assert entry.new_values["action_type"] == "sign-in"
    assert entry.new_values["entries"] == 1
    assert entry.new_values["since"].startswith("2020-01-01T06:00")


def test_an_export_names_no_patient_but_by_number(browser, alder, patient_id):
    browser.sign_in(alder.owner)
    sheet = browser.send("/activity/export", {"patient_id": str(patient_id)}).text
    assert "Zebedee" not in sheet
    assert [row["Patient"] for row in table(sheet)] == [str(patient_id)]


def test_more_than_the_bound_is_refused_and_nothing_left_out(browser, alder, noted, monkeypatch):
    monkeypatch.setattr(log, "MOST_EXPORTED", 3)
    noted(*(["denied"] * 4))
    browser.sign_in(alder.owner)
    response = browser.send("/activity/export")
    assert response.status_code == 422
    assert "Choose a shorter one." in response.text
    assert alder.entries("activity.export") == []


def test_what_is_no_question_is_not_exported(browser, alder):
    browser.sign_in(alder.owner)
    assert browser.send("/activity/export", {"record_id": "x"}).status_code == 422


def test_an_export_asks_for_a_fresh_proof(browser, alder):
    browser.sign_in(alder.auditor)
    with alder.at_work():
        session.execute(text("UPDATE user_sessions SET proven_at = now() - interval '6 minutes'"))
    refused = browser.send("/activity/export", {"action_type": "sign-in"})
    assert refused.location.startswith("/account/proof")
    assert alder.entries("activity.export") == []


def test_the_front_desk_exports_nothing(browser, alder):
    browser.sign_in(alder.desk)
    assert browser.send("/activity/export").status_code == 403


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "  =1"])
def test_no_cell_is_a_formula(text):
    assert plain_cell(text) == f"'{text}"


@pytest.mark.parametrize(("value", "cell"), [(None, ""), (7, "7"), ("a=1", "a=1"), ("", "")])
def test_other_cells_are_as_they_are(value, cell):
    assert plain_cell(value) == cell
