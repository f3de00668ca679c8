"""Forms, filters and pagination, without a database."""

from datetime import UTC, date, datetime, time

from werkzeug.test import EnvironBuilder

from portal.web.filters import hhmm, localtime
from portal.web.forms.fields import tidy
from portal.web.pagination import Listing, Window, window_from
from portal.web.uploads import InMemory


def test_what_a_form_sends_without_a_name_is_left_out():
    part = b"--b\r\nContent-Disposition: form-data%s\r\n\r\nx\r\n"
    body = part % b"" + part % b'; name="q"' + part % b'; filename="f"' + b"--b--"
    kind = "multipart/form-data; boundary=b"
    sent = InMemory(EnvironBuilder(method="POST", data=body, content_type=kind).get_environ())
    assert list(sent.form.items(multi=True)) == [("q", "x")]
    assert not sent.files


def test_blanks_around_a_line_are_not_part_of_it():
    assert tidy("  Riverside ") == "Riverside"
    assert tidy("   ") is None
    assert tidy(None) is None


def test_a_window_fetches_one_row_more_to_know_of_a_next_page():
    window = Window(2, size=10)
    assert (window.offset, window.limit) == (10, 11)
    listing = Listing.of(list(range(11)), window)
    assert (len(listing.rows), listing.previous, listing.next) == (10, 1, 3)
    assert Listing.of([1], Window()).next is None


def test_nonsense_asks_for_the_first_page():
    assert [window_from(text).number for text in (None, "", "-1", "x", "0", "²", "3")] == [
        1, 1, 1, 1, 1, 1, 3,
    ]  # fmt: skip
    assert window_from("9" * 30).number == 10_000


def test_an_instant_is_shown_as_the_zones_wall_time():
    instant = datetime(2026, 11, 23, 15, 5, tzinfo=UTC)
    assert hhmm(localtime(instant, "America/Chicago")) == "09:05"
    assert hhmm(time(7, 30)) == "07:30"


def test_days_are_written_out_as_the_language_has_it(app):
    with app.test_request_context():
        filters = app.jinja_env.filters
        assert filters["longdate"](date(2026, 11, 23)) == "Monday, November 23, 2026"
        assert filters["shortdate"](date(2026, 11, 23)) == "Nov 23, 2026"
