"""Everything that the log can hold has words: what is noted, what is asked for, every record."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

import pytest

from portal.activity.labels import CHANGES, action_words
from portal.app import registered
from portal.config import ROOT
from tests.auth.routes import ROUTES
from tests.house.files import CODE, text_of

LOGGED = registered()
NOTING = re.compile(r"_*note(d|_both)?$")
IN_SQL = re.compile(r"PERFORM audit_append\(([^;]*);", re.DOTALL)
ACTION = re.compile(r"'([a-z]+[a-z.-]*[.-][a-z.-]+)'")
AUDITED = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'audit_%'"


def actions_in(tree: ast.AST) -> Iterator[str]:
    """The first text of every call of something that notes, also where it is kept for later."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        words = [*([call.func] if call.args else []), *call.args]
        for noting, action in pairwise(words):
            name = getattr(noting, "id", getattr(noting, "attr", ""))
            if NOTING.match(name) and isinstance(action, ast.Constant):
                yield action.value


def noted() -> set[str]:
    """Every action that the program's code names."""
    return {action for file in CODE for action in actions_in(ast.parse(text_of(file)))}


def noted_by_the_database() -> set[str]:
    """Every action that a function of a migration names."""
    texts = [file.read_text() for file in sorted((ROOT / "migrations").rglob("*.py"))]
    calls = [call for text in texts for call in IN_SQL.findall(text)]
    return {action for call in calls for action in ACTION.findall(call)}


def test_what_the_code_notes_is_found():
    assert {"sign-in", "export.taken", "merge", "second-factor.failed", "patients.outside",
            "keys.destroyed", "slots.hold", "appointments.undo"} <= noted()  # fmt: skip
    assert {"break-glass", "sign-in.failed", "patients.elsewhere"} <= noted_by_the_database()


def test_whatever_is_noted_has_words_of_its_own(app):
    known = LOGGED.done.keys() | LOGGED.patients_seen.keys()
    assert sorted((noted() | noted_by_the_database()) - known) == []


def test_whatever_is_asked_for_is_not_shown_raw(app):
    assert [name for name in ROUTES if ROUTES[name].right and action_words(name) == name] == []


@pytest.mark.database
def test_every_record_that_is_audited_has_words(database):
    with database.connect("admin") as admin:
        audited = {table for (table,) in admin.execute(AUDITED)}
    assert len(audited) > 30
    assert sorted(audited - LOGGED.records.keys()) == []


def test_words_are_of_one_kind_only():
    assert not LOGGED.patients_seen.keys() & LOGGED.done.keys()
    changes = {f"{table}.{change}" for table in LOGGED.records for change in CHANGES}
    assert not changes & (LOGGED.patients_seen.keys() | LOGGED.done.keys())
