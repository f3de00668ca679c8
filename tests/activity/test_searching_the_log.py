"""Searching the log: who, what, which record, where and when; the address holds the question."""

import re
from zoneinfo import ZoneInfo

import pytest

from portal.activity.queries import log
from portal.activity.rules import Filters
from tests.support.client import Page
from tests.support.factories import a_facility
from tests.support.statements import at_most


def rows(html: str) -> int:
    """Entries on the page, without the table's head."""
    return max(Page(html).tags["tr"] - 1, 0)


def test_the_newest_entry_comes_first_with_its_actor_by_name(browser, alder, noted):
    browser.sign_in(alder.auditor)
    noted("audit.purge")
    shown = browser.get("/activity/").text
    assert shown.index("Purged old entries") < shown.index("Signed in")
    assert ">Auditor</td>" in shown
    assert "The portal itself (tests)" in shown


def test_an_unknown_action_is_shown_as_it_is_written(browser, alder, noted):
    noted("teapots.brew")
    assert "teapots.brew" in browser.sign_in(alder.owner).get("/activity/").text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("action_type=denied", 1),
        ("outcome=refused", 1),
        ("outcome=failed", 0),
        ("table_name=facilities&record_id=4711", 1),
        ("table_name=facilities&record_id=4712", 0),
    ],
)
def test_each_filter_leaves_out_the_rest(browser, alder, noted, asked, found):
    noted("denied", outcome="refused", table="facilities", record=4711)
    browser.sign_in(alder.owner)
    assert rows(browser.get(f"/activity/?{asked}").text) == found


def test_somebody_sees_what_one_person_did(browser, alder):
    browser.sign_in(alder.owner)
    shown = browser.get(f"/activity/?user_id={alder.owner.id}").text
    assert rows(shown) == len(alder.entries("sign-in", user_id=alder.owner.id)) == 1


def test_the_log_of_one_patient_names_only_the_number(browser, alder, patient_id):
    browser.sign_in(alder.owner)
    shown = browser.get(f"/activity/?patient_id={patient_id}").text
    assert "Patient: added" in shown
    assert "Only entries about patient MRN" in shown
    assert "Zebedee" not in shown


def test_a_period_is_of_the_days_where_the_reader_is(browser, alder, noted):
    noted("denied")
    [entry] = alder.entries("denied")
    day = entry.occurred_at.astimezone(ZoneInfo("America/Chicago")).date()
    browser.sign_in(alder.owner)
    asked = "/activity/?action_type=denied&since={since}&until={until}"
    shown = browser.get(asked.format(since=day, until=day)).text
    assert rows(shown) == 1
    assert "America/Chicago" in shown
    later = day.replace(year=2099)
    assert rows(browser.get(asked.format(since=later, until=later)).text) == 0


def test_a_facilitys_entries_are_those_of_its_records(browser, alder):
    with alder.at_work():
        other = a_facility(name="Riverside").id
    browser.sign_in(alder.owner)
    shown = browser.get(f"/activity/?facility_id={other}").text
    assert rows(shown) == 1
    assert "Facility: added" in shown


def test_what_is_no_question_is_said_beside_its_field(browser, alder):
    browser.sign_in(alder.owner)
    for asked in ("record_id=x", "user_id=x", "action_type=nonsense", "since=9999-12-31"):
        response = browser.get(f"/activity/?{asked}")
        assert response.status_code == 422, asked
        assert "The log was not searched." in response.text


def test_older_entries_follow_page_by_page_without_gap_or_repetition(alder, noted):
    noted(*(["denied"] * 7))
    pages: list[list[int]] = []
    mark = None
    with alder.at_work():
        while mark or not pages:
            stretch = log.list_entries(Filters(action_type="denied"), before=mark, limit=3)
            pages.append([line.id for line in stretch.lines])
            mark = stretch.older
    seen = [each for page in pages for each in page]
    assert seen == sorted(set(seen), reverse=True)
    assert [len(page) for page in pages] == [3, 3, 1]


def test_a_long_look_stops_and_goes_on_where_it_stopped(browser, alder, noted, monkeypatch):
    noted("audit.purge", *(["denied"] * 6))
    monkeypatch.setattr(log, "MOST_READ", 4)
    browser.sign_in(alder.owner)
    first = browser.get("/activity/?action_type=audit.purge").text
    assert "older entries have not been searched yet" in first
    place = re.search(r"before=([\d-]+)", first)[1]
    further = browser.get(f"/activity/?action_type=audit.purge&before={place}").text
    assert rows(further) == 1


@pytest.mark.parametrize("place", ["x", "1-", "-1", f"{10**23}-1", f"1-{10**20}"])
def test_a_place_that_is_none_means_the_newest(browser, alder, place):
    browser.sign_in(alder.owner)
    assert rows(browser.get(f"/activity/?before={place}").text) > 0


def test_htmx_gets_the_list_alone(browser, alder):
    browser.sign_in(alder.owner)
    part = browser.fragment("/activity/?action_type=sign-in").text
    assert part.lstrip().startswith("<section")
    assert rows(part) == 1


def test_another_clinics_log_is_not_there(browser, alder, birch):
    browser.sign_in(alder.owner)
    assert "Birch" not in browser.get("/activity/").text
    assert rows(browser.get(f"/activity/?user_id={birch.owner.id}").text) == 0


def test_the_front_desk_does_not_read_the_log(browser, alder):
    browser.sign_in(alder.desk)
    assert browser.get("/activity/").status_code == 403
    assert "/activity/" not in browser.get("/facilities/").text


def test_the_log_asks_no_more_however_many_entries_there_are(browser, alder, noted, patient_id):
    noted(*(["denied"] * 60), patient=patient_id)
    browser.sign_in(alder.owner)
    with at_most(8):
        assert rows(browser.get("/activity/").text) == 50


def test_days_in_the_wrong_order_are_refused_in_words(browser, alder):
    browser.sign_in(alder.owner)
    page = browser.get("/activity/?since=2026-03-05&until=2026-03-01").text
    assert "The last day is before the first." in page
