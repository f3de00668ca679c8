"""Exporting the log: asked for on its screen, made by the worker, and itself on record."""

import csv
import sys
from io import BytesIO, StringIO
from unicodedata import category
from zipfile import ZipFile

import pytest
from sqlalchemy import text

from portal.activity.queries import log
from portal.csv_reader import plain_cell
from portal.db import session
from portal.exchange.exports.jobs import work_off
from portal.schema.exports import Export


@pytest.fixture
def exported(browser, alder):
    """Ask for an export, have it made, and take it."""

    def take(**asked: str):
        answer = browser.send("/activity/export", asked)
        assert answer.location == "/exchange/made/"
        work_off(alder.id)
        with alder.at_work():
            newest = session.scalar(text("SELECT max(id) FROM exports"))
        return browser.get(f"/exchange/made/{newest}/file")

    return take


def table(response) -> list[dict[str, str]]:
    assert response.status_code == 200
    return list(csv.DictReader(StringIO(response.text.removeprefix("\ufeff"))))


def test_an_auditor_exports_what_the_filters_show(browser, alder, noted, exported):
    noted("denied", "denied", "audit.purge", outcome="refused", reason="=HYPERLINK(1)")
    browser.sign_in(alder.auditor)
    response = exported(action_type="denied", format="csv")
    assert response.mimetype == "text/csv"
    assert "attachment" in response.headers["Content-Disposition"]
    rows = table(response)
    assert [row["Action"] for row in rows] == ["denied", "denied"]
    assert rows[0]["Reason"] == "'=HYPERLINK(1)"
    assert rows[0]["Who"] == "The portal itself (tests)"


def test_a_workbook_holds_texts_and_numbers_and_no_formula(browser, alder, noted, exported):
    noted("denied", outcome="refused", reason="=HYPERLINK(1)", record=77)
    browser.sign_in(alder.auditor)
    response = exported(action_type="denied", format="xlsx")
    assert response.headers["Content-Disposition"].endswith('.xlsx"')
    with ZipFile(BytesIO(response.data)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<v>77</v>" in sheet
        assert "<f>" not in sheet
        assert "=HYPERLINK(1)" in book.read("xl/sharedStrings.xml").decode()


def test_it_is_the_log_as_of_asking(browser, alder, noted):
    noted("denied")
    browser.sign_in(alder.auditor)
    browser.send("/activity/export", {"action_type": "denied"})
    noted("denied")
    work_off(alder.id)
    with alder.at_work():
        assert session.scalars(text("SELECT rows FROM exports")).all() == [1]


def test_a_long_log_is_read_in_parts_and_nothing_is_left_out_or_twice(
    browser, alder, noted, exported, monkeypatch
):
    monkeypatch.setattr(log.export_entries, "__kwdefaults__", {"before": None, "most": 3})
    noted(*["denied", "sign-out", "denied"] * 4)
    browser.sign_in(alder.owner)
    numbers = [int(row["Entry"]) for row in table(exported(action_type="denied"))]
    assert len(numbers) == 8
    assert numbers == sorted(set(numbers), reverse=True)


def test_the_log_notes_who_asked_for_what_and_who_took_it(browser, alder, exported):
    browser.sign_in(alder.auditor)
    exported(action_type="sign-in", since="2020-01-01")
    [asked], [taken] = alder.entries("export.asked"), alder.entries("export.taken")
    assert asked.user_id == taken.user_id == alder.auditor.id
    assert asked.new_values["params"]["filters"]["action_type"] == "sign-in"
    assert asked.new_values["params"]["filters"]["since"].startswith("2020-01-01T06:00")
    [made] = alder.entries("export.made")
    assert (made.actor, made.new_values["rows"]) == ("job:exports", 1)
    assert (taken.record_id, taken.new_values["rows"]) == (made.record_id, 1)


def test_an_export_names_no_patient_but_by_number(browser, alder, patient_id, exported):
    browser.sign_in(alder.owner)
    response = exported(patient_id=str(patient_id))
    assert "Zebedee" not in response.text
    assert [row["Patient"] for row in table(response)] == [str(patient_id)]


def test_it_is_in_the_language_of_who_asked(browser, alder, exported):
    with alder.at_work():
        session.execute(text("UPDATE users SET locale = 'de'"))
    browser.sign_in(alder.owner)
    exported()
    with alder.at_work():
        assert session.query(Export).one().params["locale"] == "de"


def test_what_is_asked_is_kept_without_what_is_around_it(browser, alder, exported):
    """The kind: what was typed is kept as it came, where only what it says is bounded."""
    browser.sign_in(alder.auditor)
    exported(record_id=" " * 200_000 + "5", format="csv")
    with alder.at_work():
        assert session.scalar(text("SELECT octet_length(asked::text) FROM exports")) < 1_000


def test_what_is_no_question_is_not_exported(browser, alder):
    browser.sign_in(alder.owner)
    assert browser.send("/activity/export", {"record_id": "x"}).status_code == 422
    assert alder.entries("export.asked") == []


def test_an_export_asks_for_a_fresh_proof(browser, alder):
    browser.sign_in(alder.auditor)
    with alder.at_work():
        session.execute(text("UPDATE user_sessions SET proven_at = now() - interval '6 minutes'"))
    refused = browser.send("/activity/export", {"action_type": "sign-in"})
    assert refused.location.startswith("/account/proof")
    assert alder.entries("export.asked") == []


def test_the_front_desk_exports_nothing(browser, alder):
    browser.sign_in(alder.desk)
    assert browser.send("/activity/export").status_code == 403
    assert browser.get("/exchange/made/").status_code == 403


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "  =1"])
def test_no_cell_is_a_formula(text):
    assert plain_cell(text) == f"'{text}"


def test_nothing_that_may_be_skipped_hides_a_formula():
    """The kind: a list of blanks to skip that leaves some out. Every one there is, from Unicode."""
    every = [chr(number) for number in range(sys.maxunicode + 1)]
    skipped = [each for each in every if category(each) in {"Zs", "Zl", "Zp", "Cc", "Cf"}]
    assert {"\x0b", "\x0c", "\x1f", "\x85", "\u2028", "\u200b", "\ufeff"} < set(skipped)
    assert [each for each in skipped if plain_cell(f"{each} {each}=1")[0] != "'"] == []
    plain = set(skipped) - set("\t\r\n")
    assert [each for each in plain if plain_cell(f"{each}a=1")[0] == "'"] == []


@pytest.mark.parametrize(("value", "cell"), [(None, ""), (7, "7"), ("a=1", "a=1"), ("", "")])
def test_other_cells_are_as_they_are(value, cell):
    assert plain_cell(value) == cell
