"""Today is a place's date: no code takes the server's or UTC's for it.

The kind of fault: an instant is cut to its date before it is brought to a time zone. East of
Greenwich today's birth dates were refused then, and west of it tomorrow's were taken.
"""

import ast
import re
from collections.abc import Iterator

import pytest

from portal.config import ROOT
from tests.house.files import CODE, offenders

CLOCKS = {"now", "real", "utcnow"}
CLASSES = {"date", "datetime"}
PARTS = {"date", "strftime", "year", "month", "day", "weekday"}
# Where an instant is cut after a moment was added to it, and where the log's months, which are
# UTC's, are dropped after six years by the real clock.
ALLOWED = {ROOT / "portal" / "clock.py", ROOT / "portal" / "audit" / "commands.py"}
FILES = {*CODE, *(ROOT / "seeds").rglob("*.py")} - ALLOWED


def test_no_date_is_taken_from_an_instant_without_a_zone() -> None:
    assert offenders(FILES, lambda code: list(dates_of_no_place(code))) == {}


@pytest.mark.parametrize(
    "code",
    ["clock.now().date()", "date.today()", "datetime.today().date()", 'f"{clock.now():%Y-%m-%d}"',
     'clock.now().strftime("%d")', "clock.now().year", "clock.real().date()",
     "datetime.now(UTC).date()", "row.created_at.date()"],
)  # fmt: skip
def test_each_way_of_doing_so_is_seen(code: str) -> None:
    assert list(dates_of_no_place(code)) == [1]


def dates_of_no_place(code: str) -> Iterator[int]:
    """The lines on which today is taken without saying where."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FormattedValue):
            taken = node.format_spec is not None and _is_now(node.value)
        elif isinstance(node, ast.Attribute):
            of_a_class = isinstance(node.value, ast.Name) and node.value.id in CLASSES
            taken = (node.attr == "today" and of_a_class) or (
                node.attr in PARTS and (_is_now(node.value) or _is_kept(node))
            )
        else:
            taken = False
        if taken:
            yield node.lineno


def _is_kept(node: ast.Attribute) -> bool:
    """An instant as it is kept (`entry.created_at.date`); the demo's diary counts by one clock."""
    kept = node.value
    instant = isinstance(kept, ast.Attribute) and re.fullmatch(r"(?!start)\w+_at", kept.attr)
    return node.attr == "date" and bool(instant)


def _is_now(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
    )
