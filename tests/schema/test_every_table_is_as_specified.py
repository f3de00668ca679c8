"""The migrated database holds what the founding documents and the specification ask, exactly."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.schema.catalogue import describe, tables
from tests.support.databases import Database

HERE = Path(__file__).parent
pytestmark = pytest.mark.database


def _blocks(name: str) -> dict[str, str]:
    """Table -> its indented lines, from one of the readable lists beside this file."""
    text = re.sub(r"^#.*\n", "", (HERE / name).read_text(), flags=re.MULTILINE)
    found = re.findall(r"^(\w+)\n((?:  .*\n?)+)", text, flags=re.MULTILINE)
    return {table: lines.rstrip("\n") for table, lines in found}


EXPECTED = _blocks("expected.txt")
FOUNDING = _blocks("founding.txt")
ASKED = [
    (table, item.strip())
    for table, lines in FOUNDING.items()
    for line in lines.splitlines()
    for item in (line.split("·") if re.match(r"\s*(fk|unique|index) ", line) else line.split())
]


@pytest.fixture(scope="module")
def admin(database: Database) -> Iterator[psycopg.Connection]:
    with database.connect("admin") as connection:
        yield connection


def test_there_is_no_table_more_or_less(admin):
    found = tables(admin)
    assert sorted(EXPECTED) == found, _to_paste(admin, set(found) - EXPECTED.keys())


def test_each_table_is_exactly_as_listed(admin):
    wrong = [table for table in EXPECTED if describe(admin, table) != EXPECTED[table]]
    assert wrong == [], _to_paste(admin, wrong)


def _to_paste(admin: psycopg.Connection, names: Iterable[str]) -> str:
    """The tables as the database has them, in the words of `expected.txt`."""
    return "\n\n".join(f"{table}\n{describe(admin, table)}" for table in sorted(names))


def test_nothing_the_founders_asked_for_is_lost(admin):
    lines = {table: describe(admin, table).splitlines() for table in FOUNDING}
    assert len(ASKED) > 300
    assert [
        f"{table}: {item}"
        for table, item in ASKED
        if not any(re.search(_pattern(item), line) for line in lines[table])
    ] == []


def _pattern(item: str) -> str:
    """What a line of the catalogue's description looks like when it fulfils the item."""
    word, _, rest = item.partition(" ")
    columns = ", ".join(f'"?{column}"?' for column in rest.split())
    if word == "unique":
        return rf"(UNIQUE|UNIQUE INDEX btree) \(tenant_id, {columns}\)"
    if word == "index":
        return rf"INDEX btree \(tenant_id, {columns}\)"
    if word == "fk":
        column, target, action = re.fullmatch(r"(\w+) -> (\w+) (.*)", rest).groups()
        target = rf"\(tenant_id, {column}\) REFERENCES {target}\(tenant_id, id\)"
        return rf"FOREIGN KEY {target} ON DELETE {action}( \({column}\))?$"
    return _column_pattern(item)


def _column_pattern(item: str) -> str:
    name, required, default, length = re.fullmatch(
        r"(\w+?)(!?)(?:=([^(]+))?(?:\((\d+)\))?", item
    ).groups()
    kind = rf"character varying\({length}\)" if length else r"\S.*"
    must = " required" if required else r"(?!.* required)"
    value = rf".* default '?{re.escape(default.strip(chr(39)))}" if default else ""
    return rf"^  {name} +(?={kind}){must if not required else '.*' + must}{value}"


def test_the_list_can_fail(admin):
    described = describe(admin, "services").splitlines()
    wrong = ("name!(10)", "code!", "default_duration_minutes!=31", "unique name", "index code")
    assert not [
        item for item in wrong if any(re.search(_pattern(item), line) for line in described)
    ]
