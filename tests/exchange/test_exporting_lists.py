"""Any list as a file: as its screen is narrowed, bounded, no cell a formula, and on record."""

import csv
from datetime import date, datetime, time
from io import BytesIO, StringIO
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from sqlalchemy import text

from portal import clock
from portal.app import registered
from portal.auth.permissions import RIGHTS
from portal.availability.commands.exceptions import ExceptionDetails, add_exception
from portal.db import session
from portal.doctors.commands import DoctorDetails, add_doctor
from portal.exchange.exports.commands import exporting
from portal.exchange.exports.commands.exporting import MOST_EXPORTED
from portal.exchange.exports.files import csv_file, xlsx_file
from portal.insurance.commands.payers import PayerDetails, add_payer
from portal.scheduling.times import local_date
from tests.exchange.test_importing_lists import whole
from tests.support.factories import a_facility
from tests.support.people import ROLES
from tests.support.scheduling import a_patient, a_plan, a_practice, book, chicago, hours, on_monday
from tests.support.statements import at_most

LISTS = registered().lists
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def take(browser, name: str, kind: str = "csv", **filters: object):
    """Export a list, with its filters in the address."""
    said = "".join(f"&{key}={value}" for key, value in filters.items())
    return browser.send(f"/exchange/exports/new?list={name}{said}", {"format": kind})


def rows_of(response) -> list[dict[str, str]]:
    assert response.status_code == 200, response.text
    content = response.data.decode()
    assert content.startswith("\ufeff")
    return list(csv.DictReader(StringIO(content.removeprefix("\ufeff"))))


def cells_of(content: bytes) -> list[tuple[str | None, str]]:
    """Each cell's kind and what it holds; the shared texts in their places."""
    with ZipFile(BytesIO(content)) as book:
        shared = [
            "".join(each.itertext())
            for each in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314
        ]
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314
    assert not list(sheet.iter(f"{SHEET}f"))
    found = [(each.get("t"), each.findtext(f"{SHEET}v") or "") for each in sheet.iter(f"{SHEET}c")]
    return [
        (kind, shared[int(value)].replace("_x000D_", "\r") if kind == "s" else value)
        for kind, value in found
    ]


@pytest.fixture
def full(alder):
    """A clinic in which every list has something."""
    with on_monday(), alder.at_work():
        practice = a_practice(alder.facility_id)
        a_plan(alder.facility_id)
        hours(practice)
        away = (chicago(2, "09:30"), chicago(2, "10:00"))
        add_exception(ExceptionDetails(practice.doctor.id, alder.facility_id, *away, "blocked"))
        book(practice, "08:00")
    return alder


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("name", LISTS)
def test_every_list_goes_out_with_its_columns(browser, full, name, kind):
    browser.sign_in(full.owner)
    filters = {"past": "y"} if name == "exceptions" else {}
    shown = browser.get(
        f"/exchange/exports/new?list={name}" + "".join(f"&{k}={v}" for k, v in filters.items())
    )
    assert "row" in shown.text
    response = take(browser, name, kind, **filters)
    if kind == "csv":
        [row, *_others] = rows_of(response)
        assert len(row) == len(LISTS[name].headings)
    else:
        assert len(cells_of(response.data)) > len(LISTS[name].headings)
    [entry] = full.entries("export")
    assert (entry.new_values["list"], entry.new_values["format"]) == (name, kind)
    assert entry.new_values["rows"] >= 1


def test_what_leaves_is_named_without_patients_and_kept_nowhere(browser, full):
    browser.sign_in(full.owner)
    response = take(browser, "patients")
    assert response.headers["Cache-Control"] == "no-store"
    name = response.headers["Content-Disposition"]
    today = local_date(clock.now(), "America/Chicago")
    assert name == f'attachment; filename="patients-{today:%Y-%m-%d}.csv"'


def test_a_list_goes_out_as_its_screen_is_narrowed(browser, alder):
    with alder.at_work():
        add_doctor(DoctorDetails("Ada", "Byrne", specialty="Surgery"))
        add_doctor(DoctorDetails("Mary", "Lovell"))
    browser.sign_in(alder.admin)
    listed = browser.get("/doctors/?q=surgery").text
    assert 'href="/exchange/exports/new?list=doctors&amp;q=surgery"' in listed
    [row] = rows_of(take(browser, "doctors", q="surgery"))
    assert (row["First name"], row["Last name"]) == ("Ada", "Byrne")
    [entry] = alder.entries("export")
    assert entry.new_values == {"list": "doctors", "filters": {"q": "surgery"}, "part": 1,
                                "rows": 1, "format": "csv"}  # fmt: skip
    assert rows_of(take(browser, "doctors", retired="y")) == []


def test_every_patient_in_the_file_is_on_record_as_seen(browser, alder):
    with alder.at_work():
        ours = {a_patient(first_name=name).id for name in ("Ann", "=Bo", "Cy")}
    browser.sign_in(alder.owner)
    browser.get("/exchange/exports/new?list=patients")
    assert alder.entries("export") == []
    rows = rows_of(take(browser, "patients"))
    assert [row["First name"] for row in rows] == ["Ann", "'=Bo", "Cy"]
    seen = {entry.patient_id for entry in alder.entries("exchange.export")}
    assert seen == ours


def test_patients_are_narrowed_by_their_facility(browser, alder):
    with alder.at_work():
        other = a_facility().id
        a_patient(first_name="Here", facility_id=other)
        a_patient(first_name="There", facility_id=alder.facility_id)
    browser.sign_in(alder.owner)
    assert [row["First name"] for row in rows_of(take(browser, "patients", facility_id=other))] == [
        "Here"
    ]
    assert take(browser, "patients", facility_id=999_999).status_code == 422


def test_a_day_of_visits_is_the_facilitys_own(browser, alder):
    with on_monday(), alder.at_work():
        practice = a_practice(alder.facility_id)
        hours(practice, start="08:00", end="00:00")
        book(practice, "08:00")
        book(practice, "23:00")
    browser.sign_in(alder.admin)
    day = {"facility_id": alder.facility_id, "since": "2026-03-02", "until": "2026-03-02"}
    rows = rows_of(take(browser, "visits", **day))
    assert [(row["Day"], row["From"], row["Status"]) for row in rows] == [
        ("2026-03-02", "08:00", "Booked"),
        ("2026-03-02", "23:00", "Booked"),
    ]
    assert rows_of(take(browser, "visits", since="2026-03-03")) == []
    assert take(browser, "visits", since="x").status_code == 422


def test_a_list_longer_than_a_file_goes_out_in_parts(browser, alder, monkeypatch):
    monkeypatch.setattr(exporting, "MOST_EXPORTED", 2)
    with alder.at_work():
        for number in range(5):
            add_payer(PayerDetails(f"Payer {number}"))
    browser.sign_in(alder.admin)
    assert "Rows 1 to 2 of the list." in browser.get("/exchange/exports/new?list=plans").text
    parts = [rows_of(take(browser, "plans", part=number)) for number in (1, 2, 3)]
    assert [row["Payer"] for part in parts for row in part] == [f"Payer {n}" for n in range(5)]
    assert "Rows 5 to 5 of the list." in browser.get("/exchange/exports/new?list=plans&part=3").text
    assert (
        "There is nothing to export" in browser.get("/exchange/exports/new?list=plans&part=4").text
    )
    assert browser.get("/exchange/exports/new?list=plans&part=0").status_code == 422


def test_an_export_asks_for_a_fresh_proof(browser, alder):
    browser.sign_in(alder.owner)
    with alder.at_work():
        session.execute(text("UPDATE user_sessions SET proven_at = now() - interval '6 minutes'"))
    assert browser.get("/exchange/exports/new?list=doctors&q=a").location == (
        "/account/proof?next=/exchange/exports/new?list%3Ddoctors%26q%3Da"
    )
    assert take(browser, "doctors").location.startswith("/account/proof")
    assert alder.entries("export") == []


@pytest.mark.parametrize("name", ROLES)
def test_the_link_is_there_for_those_who_may(browser, alder, name):
    may = ROLES[name] in RIGHTS["exchange.export"]
    browser.sign_in(getattr(alder, name))
    for page in ("/facilities/", "/patients/", "/"):
        assert ("/exchange/exports/new?list=" in browser.get(page).text) is may, page
    assert browser.get("/exchange/exports/").status_code == (200 if may else 403)


def test_who_may_not_see_a_list_may_not_take_it_away(browser, alder, monkeypatch):
    monkeypatch.setitem(RIGHTS, "staff.see", frozenset())
    browser.sign_in(alder.owner)
    assert "list=staff" not in browser.get("/exchange/exports/").text
    assert take(browser, "staff").status_code == 403
    assert take(browser, "secrets").status_code == 404


def test_another_clinics_rows_are_not_in_it(browser, full, birch):
    browser.sign_in(birch.owner)
    for name in LISTS.keys() - {"facilities", "staff"}:
        assert rows_of(take(browser, name, **({"past": "y"} if name == "exceptions" else {}))) == []


def test_the_statements_do_not_grow_with_the_rows(browser, alder):
    with alder.at_work():
        for _ in range(12):
            a_practice(alder.facility_id)
            a_patient()
    browser.sign_in(alder.owner)
    for name in LISTS:
        with at_most(14):
            take(browser, name)


def test_what_is_exported_can_be_imported_again(browser, alder, birch):
    with alder.at_work():
        add_payer(PayerDetails("=Evil", "https://evil.example", {"phone": "+1 555 0100"}))
        a_plan()
    browser.sign_in(alder.admin)
    content = take(browser, "plans").data
    again = " ".join(whole(browser, "plans", content)[1].split())
    assert "0 lines added, 2 here already, 0 refused" in again
    browser.get("/sign-out")
    browser.sign_in(birch.admin)
    assert "2 lines added" in whole(browser, "plans", content)[1]
    assert {row["Payer"][0] for row in rows_of(take(browser, "plans"))} == {"'", "P"}


RISKY = [
    "=1+1",
    "+1",
    "-1",
    "@A1",
    "\t=1",
    "\r=1",
    "  =1",
    "\n=1",
    "\uff1d1+1",
    "\uff20A1",
    "\u00a0=1",
]


@pytest.mark.parametrize("said", RISKY)
def test_a_text_is_no_formula_in_either_file(said):
    table = csv_file([said], [[said], [-1], [None]]).decode("utf-8-sig")
    assert list(csv.reader(StringIO(table, newline=""))) == [
        [f"'{said}"],
        [f"'{said}"],
        ["-1"],
        [""],
    ]
    assert cells_of(xlsx_file("list", ["Head"], [[said]]))[1] == ("s", said)


def test_days_times_and_numbers_stay_what_they_are():
    row = [date(2026, 3, 2), datetime(2026, 3, 2, 9, 30), time(9, 30), 7, "7", None, "Öz 日"]  # noqa: DTZ001
    said = csv_file(["h"] * 7, [row]).decode("utf-8-sig").splitlines()[1]
    assert said == "2026-03-02,2026-03-02 09:30,09:30,7,7,,Öz 日"
    cells = cells_of(xlsx_file("list", ["h"] * 7, [row]))[7:]
    assert [kind for kind, _value in cells] == [None, None, None, None, "s", "s"]
    assert [value for _kind, value in cells][3:] == ["7", "7", "Öz 日"]


def test_a_day_before_workbooks_begin_and_a_very_long_text_are_kept_as_text():
    cells = cells_of(xlsx_file("list", ["h"], [[date(1899, 5, 1)], ["x" * 40_000]]))
    assert cells[1:] == [("s", "1899-05-01"), ("s", "x" * 32_767)]


def test_the_bound_is_the_one_the_page_says(browser, alder):
    browser.sign_in(alder.owner)
    assert f"{MOST_EXPORTED:,} rows" in browser.get("/exchange/exports/").text


@pytest.mark.parametrize("name", ["endpoint", "_method", "_external", "_anchor", "_scheme"])
def test_a_name_of_the_address_is_no_argument_of_the_program(browser, alder, name):
    browser.sign_in(alder.owner)
    assert browser.get(f"/exchange/exports/new?list=doctors&part=2&{name}=x").status_code == 200
