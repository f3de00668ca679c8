"""A migration is cut off at any of its statements; the next upgrade brings it to its end.

What is undone by itself needs no care. But some commit half-way, to build an index while people
work: what they have committed is there when they are begun again.
"""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Connection

from portal.db import db
from portal.startup import current_revisions, newest_revisions
from tests.support.databases import Database, migrate
from tests.support.sizes import patient, sized

pytestmark = pytest.mark.database

# For every change it is cut off at each third statement after a commit half-way.
STEP = sized(1, 1, ci=3)


class CutOff(Exception):
    """As if the process had been killed here."""


@pytest.fixture
def app(own_database: Database) -> Flask:
    return own_database.app()


@patient()
def test_it_is_brought_to_its_end(app: Flask) -> None:
    migrate(app, "base")
    before: set[str] = set()
    go_on = cut = 0
    while not upgraded(app, cutting_after(go_on)):
        now, cut = revisions(app), cut + 1
        before, go_on = now, 0 if now != before else go_on + STEP
    assert revisions(app) == newest_revisions()
    assert cut > sized(10, 500, ci=3)


def test_no_moment_is_between_the_last_migration_and_the_key(app: Flask) -> None:
    """A database that is up to date and knows no key would never learn one."""
    migrate(app, "base")
    assert not upgraded(app, lambda _driver, statement: "VALUES ('process'" in statement)
    assert revisions(app) != newest_revisions()


def upgraded(app: Flask, cuts: Callable[[Any, str], bool]) -> bool:
    """Upgrade until a statement at which it is cut off; whether there was none."""

    def cut(connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        if cuts(connection.connection.driver_connection, statement):
            raise CutOff

    with app.app_context():
        owner = db.engines["owner"]
    event.listen(owner, "before_cursor_execute", cut)
    try:
        migrate(app)
    except CutOff:
        return False
    finally:
        event.remove(owner, "before_cursor_execute", cut)
    return True


def cutting_after(statements: int) -> Callable[[Any, str], bool]:
    """Let so many through; at small size only those after a commit half-way count."""
    left = count(statements, -1)
    return lambda driver, _statement: sized(driver.autocommit, True) and next(left) <= 0


def revisions(app: Flask) -> set[str]:
    with app.app_context(), db.engines["owner"].connect() as owner:
        return current_revisions(owner)
