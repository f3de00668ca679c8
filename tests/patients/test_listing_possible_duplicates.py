"""The clinic's possible duplicates: who is listed with whom, page by page, and who no more."""

from datetime import date

import pytest
from sqlalchemy import text

from portal.db import session
from portal.patients.commands.merging import mark_not_duplicate
from portal.patients.queries import duplicates
from portal.patients.queries.duplicates import Cursor, list_duplicates
from portal.patients.queries.merges import are_distinct
from portal.patients.rules.duplicates import Resemblance
from portal.tenancy.context import request_context
from tests.patients.conftest import register
from tests.patients.merging import merge
from tests.support.statements import at_most

BORN = date(1980, 3, 4)
PHONE = "555 010 1111"


def listed(**asked) -> list[tuple[str, str, Resemblance]]:
    found = list_duplicates(**asked).pairs
    return [(pair.newer.first_name, pair.older.first_name, pair.how) for pair in found]


def test_those_with_one_birth_date_and_similar_names_or_one_telephone_are_listed(clinic):
    register("Anne", "Okafor", dob=BORN)
    register("Ines", "Lind", dob=BORN)
    register("Anna", "Okafor", dob=BORN, phone=PHONE)
    register("Olga", "Iversen", phone=PHONE)
    register("Anna", "Okafor", dob=date(1981, 3, 4))
    assert listed() == [
        ("Olga", "Anna", Resemblance.PHONE),
        ("Anna", "Anne", Resemblance.BIRTH_DATE_AND_NAME),
    ]


def test_the_surest_is_said_of_a_pair_that_is_alike_in_everything(clinic):
    for name in ("Anne", "Anna"):
        register(name, "Okafor", dob=BORN, phone=PHONE)
    assert listed() == [("Anna", "Anne", Resemblance.EVERYTHING)]


def test_who_was_found_to_be_two_people_is_listed_no_more_however_often_it_is_said(clinic):
    first, second, third = (register(n, "Okafor", dob=BORN) for n in ("Anne", "Anna", "Annie"))
    for pair in ((second.id, first.id), (first.id, second.id)):
        mark_not_duplicate(*pair)
    assert [pair[:2] for pair in listed()] == [("Annie", "Anna"), ("Annie", "Anne")]
    assert are_distinct(second.id, first.id)
    assert not are_distinct(second.id, third.id)


def test_who_is_merged_is_listed_no_more_but_is_known_by_the_old_telephone(clinic):
    stays, goes = register("Anne", "Okafor", dob=BORN), register("Anna", "Okafor", phone=PHONE)
    merge(stays, goes, phone="this")
    assert listed() == []
    register("Ann", "Okafor", phone=PHONE)
    assert listed() == [("Ann", "Anne", Resemblance.PHONE)]


def test_another_clinics_patients_are_nobodys_duplicates(birch, alder):
    with birch.at_work():
        register("Anne", "Okafor", dob=BORN, phone=PHONE)
    with alder.at_work():
        register("Anne", "Okafor", dob=BORN, phone=PHONE)
        assert listed() == []


def test_every_pair_is_on_exactly_one_page(clinic):
    for _ in range(7):
        register("Anne", "Okafor", dob=BORN)
    everything, after, pages = list_duplicates(limit=100).pairs, None, []
    while True:
        page = list_duplicates(after=after, limit=4)
        pages.append(page.pairs)
        if not page.more:
            break
        after = Cursor.read(str(page.after))
    told = [(pair.newer.id, pair.older.id) for page in pages for pair in page]
    assert len(everything) == 21
    assert told == [(pair.newer.id, pair.older.id) for pair in everything]


def test_looking_stops_after_so_many_patients_and_can_go_on(clinic, monkeypatch):
    monkeypatch.setattr(duplicates, "MOST_READ", 3)
    for name in ("Anne", "Anna"):
        register(name, "Okafor", dob=BORN)
    for number in range(3):
        register("Olga", f"Iversen{number}")
    page = list_duplicates()
    assert (page.pairs, page.more) == ([], False)
    assert [pair[:2] for pair in listed(after=page.after)] == [("Anna", "Anne")]
    assert list_duplicates(after=Cursor.read("1-0")).after is None


def test_of_a_number_that_everybody_has_only_the_latest_are_looked_at(clinic, monkeypatch):
    monkeypatch.setattr(duplicates, "MOST_HOLDERS", 2)
    for name in ("Anne", "Olga", "Ines", "Zoe"):
        register(name, name, phone=PHONE)
    assert [pair[:2] for pair in listed()] == [
        ("Zoe", "Ines"), ("Zoe", "Olga"), ("Ines", "Olga"), ("Ines", "Anne"), ("Olga", "Anne"),
    ]  # fmt: skip


@pytest.mark.parametrize("typed", ["", "x", "1", "1-", "-1", "1-x", "9" * 30 + "-1", "١-١", None])
def test_nonsense_is_no_place(typed):
    assert Cursor.read(typed) is None


@pytest.fixture
def admin(browser, alder):
    with alder.at_work():
        for _ in range(4):
            register("Anne", "Okafor", dob=BORN)
    return browser.sign_in(alder.admin)


def test_the_list_asks_no_more_however_many_there_are(admin):
    with at_most(8):
        shown = admin.get("/patients/duplicates").text
    assert shown.count("Same birth date and a similar name") == 6


def test_what_is_shown_was_seen(admin, alder):
    admin.get("/patients/duplicates")
    assert len(alder.entries("patients.duplicates")) == 4


@pytest.mark.parametrize("htmx", [False, True])
def test_two_people_are_told_apart_by_a_button(admin, alder, htmx):
    shown = admin.get("/patients/duplicates").text
    address = shown.partition('<form method="post" action="/patients/')[2].partition('"')[0]
    answer = admin.send(f"/patients/{address}", htmx=htmx)
    assert answer.headers["HX-Redirect" if htmx else "Location"] == "/patients/duplicates"
    assert admin.get("/patients/duplicates").text.count("Same birth date") == 5
    [entry] = alder.entries("patient_distinctions.insert")
    assert entry.user_id == alder.admin.id


def test_the_front_desk_is_not_offered_the_list(browser, alder):
    browser.sign_in(alder.desk)
    assert "/patients/duplicates" not in browser.get("/patients/").text
    assert browser.get("/patients/duplicates").status_code == 403


MANY = """
INSERT INTO patient_search_tokens (tenant_id, field, token, patient_id)
SELECT :tenant_id, field, sha256((field || n % size)::text::bytea), id
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM patients WHERE tenant_id = :tenant_id)
       AS numbered
 CROSS JOIN (VALUES ('phone', 900), ('dob', 300), ('name', 200)) AS kind (field, size)
"""
COPIES = """
INSERT INTO patients (tenant_id, row_uid, mrn, first_name, last_name)
SELECT tenant_id, gen_random_uuid(), 'copy' || n, first_name, last_name
  FROM patients, generate_series(1, 3000) AS n WHERE tenant_id = :tenant_id
"""


def test_tokens_are_reached_by_their_indexes(clinic):
    register("Anne", "Okafor")
    values = {"tenant_id": request_context().tenant_id}
    session.execute(text("RESET SESSION AUTHORIZATION"))
    for statement in (COPIES, MANY):
        session.execute(text(statement), values)
    for table in ("patients", "patient_search_tokens"):
        session.execute(text(f"ANALYZE {table}"))
    session.execute(text("SET SESSION AUTHORIZATION portal_app"))
    asked = {
        "newer": None,
        "older": 0,
        "most_read": 1000,
        "most_alike": 10,
        "most_holders": 200,
        "limit": 26,
    }
    plan = session.execute(text(f"EXPLAIN (ANALYZE, TIMING OFF) {duplicates.PAIRS.text}"),
                           values | asked)  # fmt: skip
    lines = [line for [line] in plan]
    scans = [line for line in lines if "Seq Scan" in line and "never executed" not in line]
    assert not scans, "\n".join(lines)
    by_token = [line for line in lines if "Index Cond" in line and "token = " in line]
    assert len(by_token) >= 2, "\n".join(lines)
