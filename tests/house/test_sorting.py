"""Names are looked up as people do: accents, case and apostrophes do not count.

The kind of fault: a list ordered by the bare column, which is by code point, so that "de Vries",
"Álvarez" and "zulu" come after Z. Every ORDER BY of a name is of what one function made of it, kept
beside it, and so is what Python sorts.
"""

import re
from random import Random

import pytest
from sqlalchemy import text

from portal.db import Base
from portal.sorting import sort_key
from tests.house.files import CODE, PORTAL, offenders, text_of

NAMES = r"(?:\w+\.)*(?:last_name|first_name|display_name|(?<!column_)name|doctor|facility|service)"
BARE = re.compile(
    rf"""(?:order_by\(|ORDER\ BY\ )      # an order
         (?:[\w.()]+(?:\ DESC)?,\s+)*?   # perhaps after something else
         {NAMES}\s*(?:[,)]|\n)           # of a bare name""",
    re.VERBOSE,
)
# A list of one table's rows by their names.
IN_ORDER = re.compile(r"([A-Z]\w+)\.sort_\w*name,\s*(?:\1\.sort_\w*name,\s*)*\1\.id\b")
# A key that is worked out for every row that is passed over.
WORKED_OUT = re.compile(r"ORDER BY[^;]*?\bsort_key\(")
# Names of the database's own things, which are ASCII.
ALLOWED = {PORTAL / "audit" / "queries.py"}
SEEN = [
    "Zimmer", "de Vries", "Álvarez", "Özdemir", "zulu", "Éclair", "álamo", "O'Neil", "ONeal",
    "Oakley", "Smith-Jones", "Smith", "Smithers", "Ångström", "Łukasz", "Lund", "Æsop", "Adams",
]  # fmt: skip
SORTED = [
    "Adams", "Æsop", "álamo", "Álvarez", "Ångström", "de Vries", "Éclair", "Łukasz", "Lund",
    "Oakley", "ONeal", "O'Neil", "Özdemir", "Smith", "Smith-Jones", "Smithers", "Zimmer", "zulu",
]  # fmt: skip


def test_no_list_is_ordered_by_a_bare_name() -> None:
    assert offenders(set(CODE) - ALLOWED, BARE.findall) == {}


def test_no_statement_works_out_what_is_kept_beside_a_name() -> None:
    assert offenders(set(CODE), WORKED_OUT.findall) == {}


@pytest.mark.parametrize(
    "code",
    [".order_by(Doctor.last_name, Doctor.id)", "ORDER BY f.name\n", ".order_by(name, User.id)",
     "ORDER BY p.active DESC, f.name, p.id", ".order_by(offers.desc(), Doctor.first_name)"],
)  # fmt: skip
def test_a_bare_name_is_seen(code: str) -> None:
    assert BARE.findall(code) != []


def test_every_list_in_the_order_of_its_names_has_an_index_for_it(session) -> None:
    """The kind: a page sorts all of a clinic's rows to show fifty of them."""
    models = {each.class_.__name__: each.local_table.name for each in Base.registry.mappers}
    sorted_lists = {models[name] for file in CODE for name in IN_ORDER.findall(text_of(file))}
    assert {"doctors", "services", "users"} <= sorted_lists
    indexes = session.execute(text("SELECT tablename, indexdef FROM pg_indexes")).all()
    have = {row.tablename for row in indexes if "(tenant_id, sort_" in row.indexdef}
    assert sorted_lists - have == set()


def test_names_are_sorted_as_people_look_them_up():
    assert sorted(SEEN, key=sort_key) == SORTED


def test_the_database_sorts_by_the_same_as_python(session):
    letters = [chr(point) for point in range(1, 0x2200) if chr(point).isprintable()]
    random = Random("names")
    names = [*letters, *SEEN, *("".join(random.choices(letters, k=9)) for _ in range(500))]
    said = text(
        "SELECT array_agg(sort_key(n) ORDER BY i)"
        " FROM unnest(CAST(:names AS text[])) WITH ORDINALITY u(n, i)"
    )
    found = session.scalar(said, {"names": names})
    assert [
        (name, key) for name, key in zip(names, found, strict=True) if sort_key(name) != key
    ] == []
