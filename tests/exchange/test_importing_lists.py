"""Lists from files: doctors, plans, services, hours, patients; line by line, nothing half-done."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal import clock
from portal.db import session
from portal.doctors.queries import list_places
from portal.exchange.imports.commands.uploads import expire
from portal.schema.doctors import Doctor, FacilityDoctor
from portal.schema.insurance import InsurancePlan, InsuranceProvider
from portal.schema.patients import Patient
from portal.schema.services import Service
from portal.schema.uploads import Upload
from tests.support.people import Clinic
from tests.support.samples import sample
from tests.support.scheduling import a_practice

DOCTORS = """Given name,Surname,NPI,Facility,Role,E-mail
Ada,Byrne,1234567893,Alder Central,Locum,ada@example.org
Mary,Lovell,1234567890,,,
Eve,Stone,,Nowhere,,
,Nameless,,,,
Ada,Byrne,1234567893,,,
=HYPERLINK("x"),Formula,,,,
"""


def bring(browser, kind: str, content: str | bytes, name: str = "list.csv"):
    """Bring a file; where it leads."""
    raw = content.encode() if isinstance(content, str) else content
    head = f'--end\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    fields = "".join(
        f'\r\n--end\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}'
        for field, value in {"kind": kind, "csrf_token": browser.csrf}.items()
    )
    # Written by hand: the test client would lay a large file on the disk.
    body = head.encode() + raw + fields.encode() + b"\r\n--end--\r\n"
    return browser.post(
        "/exchange/imports/", data=body, content_type="multipart/form-data; boundary=end"
    )


def mapped(html: str) -> dict[str, str]:
    """What the form of a file's columns has chosen."""
    fields = re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', html, re.DOTALL)
    chosen = {}
    for name, options in fields:
        if name.startswith("column_") or name in ("facility_id", "dates"):
            found = re.search(r'value="([^"]*)" selected', options)
            first = re.search(r'value="([^"]*)"', options)
            chosen[name] = (found or first)[1]
    return chosen


def show(browser, address: str, typed: dict[str, str]):
    return browser.send(address, typed | {"do": "show"})


def do(browser, address: str, typed: dict[str, str], shown):
    mark = re.search(r'name="confirmation_token"[^>]*value="([0-9a-f]{32})"', shown.text)
    return browser.send(address, typed | {"do": "confirm", "confirmation_token": mark[1]})


def whole(browser, kind: str, content: str | bytes, **changed: str):
    """Bring a file, map it as it was guessed, show it, do it; what was shown and what was said."""
    address = bring(browser, kind, content).location
    typed = mapped(browser.get(address).text) | changed
    shown = show(browser, address, typed)
    done = do(browser, address, typed, shown)
    assert done.status_code == 303, done.text
    return shown.text, browser.get(done.location).text


def count(clinic: Clinic, model: type) -> int:
    with clinic.at_work():
        return session.scalar(select(func.count()).select_from(model))


def test_a_file_with_a_mistake_in_every_line_is_told_of_line_by_line(browser, alder):
    """The kind: a bound on the log's entries that what the portal itself writes goes beyond."""
    browser.sign_in(alder.admin)
    told = "Nowhere " * 12
    whole(browser, "doctors", "Given name,Surname,Facility\n" + f"A,B,{told}\n" * 9_000)
    with alder.at_work():
        [report] = session.scalars(select(Upload.report))
    assert len(report["lines"]) == report["counts"]["refused"] == 9_000


def test_doctors_go_in_line_by_line(browser, alder):
    browser.sign_in(alder.admin)
    shown, done = whole(browser, "doctors", DOCTORS)
    for text in (shown, done):
        assert "2 lines added" in text
        assert "1 here already" in text
        assert "3 refused" in text
        assert "NPI: This is not an NPI" in text
        assert "Facility: is not known here" in text
        assert "First name: is missing" in text
    with alder.at_work():
        [place] = list_places(facility_id=alder.facility_id)
        assert (place.display_name, place.role) == ("Dr. Byrne", "Locum")
    assert alder.entries("exchange.import", user_id=alder.admin.id)


def test_showing_keeps_nothing_and_a_second_import_adds_nothing(browser, alder):
    browser.sign_in(alder.admin)
    address = bring(browser, "services", "Name,Minutes\nCheck-up,20\n").location
    show(browser, address, mapped(browser.get(address).text))
    assert count(alder, Service) == 0
    whole(browser, "services", "Name,Duration\nCheck-up,20\nVisit,x\n")
    shown, _ = whole(browser, "services", "name\ncheck-up\n")
    assert "0 lines added" in shown
    assert count(alder, Service) == 1


def test_hours_make_slots_for_those_they_name(browser, alder):
    with alder.at_work():
        doctor = a_practice(alder.facility_id).doctor
        first, last = doctor.first_name, doctor.last_name
    browser.sign_in(alder.admin)
    lines = (
        f'"{last}, {first}",Alder Central,Monday,9:00,12:00 pm,30',
        f"{first} {last},Alder Central,martes,13:00,24:00,30",
        f"{first} {last},Alder Central,1,09:00,12:00,30",
        f"{first} {last},Alder Central,Monday,12:00,11:00,30",
        f"{first} {last},Elsewhere,Monday,12:00,13:00,30",
        "Nobody,Alder Central,Monday,12:00,13:00,30",
        f"{first} {last},Alder Central,Someday,25:00,13:00,30",
    )
    header = "doctor,facility,weekday,start,end,minutes\n"
    _shown, done = whole(browser, "rules", header + "\n".join(lines))
    assert "2 lines added" in done
    assert "1 here already" in done
    assert "4 refused" in done
    assert "enter two sessions for an overnight one" in done


def test_patients_go_in_with_their_facility(browser, alder):
    browser.sign_in(alder.owner)
    content = "first;last;born;id\nAnn;Öz;03/04/1980;1\nBo;Li;x;2\n"
    facility = {"facility_id": str(alder.facility_id), "dates": "day-first"}
    shown, done = whole(browser, "patients", content, **facility)
    assert "1 line added" in shown
    assert "has a birth date that is not a date" in done
    assert "Öz" not in done
    assert count(alder, Patient) == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04rest", "The file is a spreadsheet or a zip archive"),
        (b"name\0,x\n", "The file is not text; choose a CSV file."),
        ("nämé,x\n".encode("latin-1"), "has letters in another encoding"),
        ("name\n".encode("utf-16"), "The file is UTF-16"),
        (b"x" * 2_000_000, "longer than a megabyte"),
    ],
)
def test_what_is_no_table_is_refused_beside_the_file(browser, alder, content, reason):
    browser.sign_in(alder.admin)
    response = bring(browser, "services", content)
    assert response.status_code == 422
    assert reason in response.text
    assert 'id="file-error"' in response.text


def test_a_file_too_large_is_refused(browser, alder):
    browser.sign_in(alder.admin)
    line = b"x" * 1000 + b"\n"
    assert bring(browser, "services", b"name\n" + line * 8390).status_code == 422
    assert bring(browser, "services", b"name\n" + line * 9000).status_code == 413
    assert count(alder, Upload) == 0


def test_more_rows_than_a_screen_waits_for_change_nothing(browser, alder):
    browser.sign_in(alder.admin)
    lines = "".join(f"s{n}\n" for n in range(10_001))
    address = bring(browser, "services", f"name\n{lines}").location
    refused = show(browser, address, mapped(browser.get(address).text))
    assert refused.status_code == 422
    assert "more than 10000 rows" in refused.text
    assert count(alder, Service) == 0


def test_a_hostile_file_ends_in_a_report(browser, alder):
    browser.sign_in(alder.admin)
    lines = (
        "=cmd|' /C calc'!A0,20",
        "y" * 201 + ",20",
        "x" * 1_100_000 + ",20",
        '"broken,20',
        "one,two,three",
        "Check-up,-20",
        "Check-up,99999",
        "Check-up,0",
        "Check-up,20",
        "CHECK-UP,30",
    )
    _shown, done = whole(browser, "services", "name,duration\n" + "\n".join(lines) + "\n")
    assert "2 lines added" in done
    assert "7 refused" in done
    with alder.at_work():
        assert set(session.scalars(select(Service.name))) == {"=cmd|' /C calc'!A0", "Check-up"}


def test_a_plan_that_is_refused_leaves_no_payer_behind(browser, alder):
    browser.sign_in(alder.admin)
    content = "payer,code,name,from\nHarborview,H1,One,soon\nHarborview,H2,Two,2026-01-01\n"
    _shown, done = whole(browser, "plans", content)
    assert "is not a date such as 2026-11-30" in done
    assert (count(alder, InsuranceProvider), count(alder, InsurancePlan)) == (1, 1)
    whole(browser, "plans", "payer,website\nEvil,javascript:alert(1)\n")
    assert count(alder, InsuranceProvider) == 1


def test_columns_are_chosen_and_what_is_needed_is_said(browser, alder):
    browser.sign_in(alder.admin)
    address = bring(browser, "services", "Bezeichnung,Dauer\nVisite,20\n").location
    typed = mapped(browser.get(address).text)
    assert set(typed.values()) == {"-1"}
    refused = show(browser, address, typed)
    assert refused.status_code == 422
    assert "The import needs this column." in refused.text
    twice = show(browser, address, typed | {"column_name": "0", "column_code": "0"})
    assert "This column is chosen above already." in twice.text
    assert show(browser, address, typed | {"column_name": "7"}).status_code == 422
    chosen = typed | {"column_name": "0", "column_default_duration_minutes": "1"}
    assert "1 line added" in show(browser, address, chosen).text


def test_a_file_is_imported_once_discarded_or_forgotten(browser, alder):
    browser.sign_in(alder.admin)
    address = bring(browser, "services", "name\nVisit\n").location
    typed = mapped(browser.get(address).text)
    shown = show(browser, address, typed)
    do(browser, address, typed, shown)
    again = do(browser, address, typed, shown)
    assert "imported" in again.text
    assert count(alder, Service) == 1
    other = bring(browser, "services", "name\nCheck-up\n").location
    browser.send(f"{other}/discarding")
    assert "discarded" in browser.get(other).text
    third = bring(browser, "services", "name\nCheck-up\n").location
    with alder.at_work(), clock.at(clock.now() + timedelta(hours=25)):
        expire()
    assert "deleted after a day" in browser.get(third).text
    with alder.at_work():
        assert set(session.scalars(select(Upload.content_envelope))) == {None}


def test_another_clinics_file_is_not_found(browser, alder, birch):
    browser.sign_in(alder.admin)
    address = bring(browser, "services", "name\nVisit\n").location
    browser.get("/sign-out")
    browser.sign_in(birch.admin)
    assert browser.get(address).status_code == 404


def test_nobody_waits_for_more_than_a_few_files(browser, alder):
    browser.sign_in(alder.admin)
    for _ in range(20):
        assert bring(browser, "services", "name\nVisit\n").status_code == 303
    assert "20 files wait" in bring(browser, "services", "name\nVisit\n").text


def test_the_public_list_of_payers_goes_in_whole(browser, alder):
    browser.sign_in(alder.admin)
    content = sample("plan-net-payers.csv").read_bytes()
    address = bring(browser, "plans", content).location
    names = content.decode("utf-8-sig").splitlines()[0].split(",")
    chosen = {"payer": "name", "website": "url", "phone": "phone",
              "plan_code": "plan_id", "name": "plan_name"}  # fmt: skip
    typed = dict.fromkeys(mapped(browser.get(address).text), "-1")
    typed |= {f"column_{field}": str(names.index(name)) for field, name in chosen.items()}
    shown = show(browser, address, typed)
    assert "0 refused" in shown.text
    do(browser, address, typed, shown)
    assert (count(alder, InsuranceProvider), count(alder, InsurancePlan)) == (22, 31)
    assert count(alder, FacilityDoctor) == count(alder, Doctor) == 0
