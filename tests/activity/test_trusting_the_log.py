"""Whether the log can be trusted: sealed, verified, whole - in words."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.activity.rules import Mark, SealStanding, first_accounted_day, is_instant
from portal.activity.views import log as views

NOW = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
ALARM = 'id="activity-standing" role="alert"'
AGO = {
    "now": timedelta(seconds=70),
    "hours": timedelta(hours=7),
    "days": timedelta(days=3),
}


@pytest.mark.parametrize(
    ("sealed", "verified", "holds", "alarm"),
    [
        ("now", "hours", True, None),
        ("now", "hours", False, "broken"),
        (None, None, False, "broken"),
        ("hours", "hours", True, "unsealed"),
        (None, None, None, "unsealed"),
        ("now", "days", True, "unverified"),
        ("now", None, None, "unverified"),
    ],
)
def test_the_worst_is_said_first(sealed, verified, holds, alarm):
    sealed_at = NOW - AGO[sealed] if sealed else None
    verified_at = NOW - AGO[verified] if verified else None
    assert SealStanding.of(sealed_at, verified_at, holds, now=NOW).alarm == alarm


def test_a_whole_log_is_said_in_one_line(browser, alder, monkeypatch):
    shown = standing(browser, alder, monkeypatch, SealStanding(ago("now"), ago("hours"), None))
    assert "Sealed a minute ago; last checked today at 00:00; nothing is wrong." in shown
    assert ALARM not in shown


@pytest.mark.parametrize(
    ("alarm", "words"),
    [
        ("broken", "The log was tampered with"),
        ("unsealed", "New entries are not being sealed."),
        ("unverified", "The log has not been checked lately."),
    ],
)
def test_an_alarm_is_one(browser, alder, monkeypatch, alarm, words):
    shown = standing(browser, alder, monkeypatch, SealStanding(ago("now"), ago("days"), alarm))
    assert words in shown
    assert ALARM in shown


def test_a_log_that_was_never_sealed_says_so(browser, alder):
    browser.sign_in(alder.owner)
    assert "None was ever made." in browser.get("/activity/").text


def ago(which: str) -> datetime:
    return NOW - AGO[which]


def standing(browser, alder, monkeypatch, found: SealStanding) -> str:
    browser.sign_in(alder.owner)
    monkeypatch.setattr(views, "get_standing", lambda: found)
    monkeypatch.setattr(views.clock, "real", lambda: NOW)
    return " ".join(browser.get("/activity/").text.split())


def test_a_place_in_the_log_survives_the_address():
    mark = Mark(datetime(2026, 3, 2, 13, 0, 0, 123457, tzinfo=UTC), 42)
    assert Mark.read(str(mark)) == mark


@pytest.mark.parametrize(
    ("today", "first"),
    [(date(2026, 3, 2), date(2020, 3, 2)), (date(2028, 2, 29), date(2022, 2, 28))],
)
def test_six_years_are_counted_back_from_today(today, first):
    assert first_accounted_day(today) == first


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("2026-03-02T13:00:00.5+00:00", True),
        ("2026-03-02T13:00:00", False),
        ("2026-03-02", False),
        ("tomorrow", False),
        (20260302, False),
        ("0001-01-01T00:00:00+00:00", False),
        ("9999-12-31T23:59:59-10:00", False),
    ],
)
def test_only_what_is_an_instant_is_shown_as_one(value, is_one):
    assert is_instant(value) == is_one
