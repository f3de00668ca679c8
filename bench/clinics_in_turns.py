"""What it costs that a connection belongs to one clinic. `python -m bench.clinics_in_turns`.

The board of a small clinic, as the server makes it (WSGI, signed in, audit entries and commit
included), by the portal's pool and by SQLAlchemy's own, which keeps nothing apart: of one clinic
again and again, and of two in turns.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from unittest.mock import patch

from flask import Flask
from sqlalchemy.pool import QueuePool

from bench.kit import Figure, interleaved, main, scratch
from bench.kit.bookings import book_by_code, open_clinic
from bench.kit.clinic import NOW, token_of
from portal import clock
from tests.support.databases import Database
from tests.support.people import found

VISITS = 20
ONE_CLINIC, IN_TURNS = 1.03, 1.3


def measure(small: bool) -> Iterator[Figure]:
    """Medians of a page, and their ratios."""
    with ExitStack() as ends:
        database = ends.enter_context(scratch("turns"))
        works, starts = ends.enter_context(open_clinic(database, doctors=2, patients=VISITS))
        for start in starts[:VISITS]:
            book_by_code(works, start)
        with works.app.app_context(), clock.at(NOW):
            beside = found("other", "America/Chicago")
            other = token_of(beside, beside.desk)
        works.admin("ANALYZE")
        apps = {"our pool": works.app, "any pool": _by_any_pool(database)}
        ways: dict[str, Callable[[], object]] = {}
        for name, app in apps.items():
            ways[f"{name}, one clinic"] = _pages(app, works.token, works.token)
            ways[f"{name}, two in turns"] = _pages(app, works.token, other)
        took = interleaved(5 if small else 400, ways)
        for name in ways:
            yield Figure(f"two pages by {name}, p50", 1000 * took[name].p50, "ms")
        for kind, limit in (("one clinic", ONE_CLINIC), ("two in turns", IN_TURNS)):
            ratio = took[f"our pool, {kind}"].p50 / took[f"any pool, {kind}"].p50
            yield Figure(f"{kind}: our pool / any pool", ratio, "x", at_most=limit)


def _by_any_pool(database: Database) -> Flask:
    with patch("portal.config.ClinicPool", QueuePool):
        return database.app()


def _pages(app: Flask, *tokens: str) -> Callable[[], object]:
    """One page for each of these sessions."""
    browsers = []
    for token in tokens:
        browser = app.test_client()
        browser.set_cookie("portal", token)
        browsers.append(browser)

    def show() -> None:
        for browser in browsers:
            assert browser.get(f"/appointments/day?date={NOW.date()}").status_code == 200

    return show


if __name__ == "__main__":
    main(measure)
