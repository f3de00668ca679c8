"""What the documents point to is there."""

import re
import tomllib
from pathlib import Path

import pytest

from portal import schema
from portal.appointments.rules.visits import FORWARD
from portal.config import ROOT
from portal.db import db
from portal.schema.availability import AvailabilitySlot
from tests.house.files import text_of

NAMED = re.compile(r"`([\w./-]+)`")
A_TEST = re.compile(r"`(test_\w+)`")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
MADE = re.compile(r"^make ([a-z-]+)|`make ([a-z-]+)", re.MULTILINE)
ARROW = re.compile(r"^    (\w+) --> (\w+): ", re.MULTILINE)
SLOTS = AvailabilitySlot.__table__
DEFINED = re.compile(r"^def (test_\w+)", re.MULTILINE)
OF_OURS = ("portal/", "tests/", "bench/", "tools/", "migrations/", "docs/", "seeds/")
LISTED = (
    "docs/architecture.md", "docs/security.md", "docs/operations.md", "docs/performance.md",
    "docs/how-to.md", "docs/glossary.md", "STYLE.md", "README.md", "CONTRIBUTING.md",
    *(f"docs/adr/{file.name}" for file in sorted((ROOT / "docs/adr").glob("*.md"))),
)  # fmt: skip


def named_in(document: Path) -> list[Path]:
    """Every file and folder of ours that it names; a bare name is beside the one before it."""
    found, folder = [], ROOT
    for name in NAMED.findall(document.read_text()):
        if name.startswith(OF_OURS):
            path = ROOT / name
            folder = path if path.is_dir() else path.parent
            found.append(path)
        elif name.startswith("test_") and name.endswith(".py"):
            found.append(folder / name)
    return found


@pytest.mark.parametrize("name", LISTED)
def test_every_file_that_a_document_names_is_there(name):
    named = named_in(ROOT / name)
    assert [str(path.relative_to(ROOT)) for path in named if not path.exists()] == []


@pytest.mark.parametrize("name", LISTED)
def test_every_link_of_a_document_leads_somewhere(name):
    file = ROOT / name
    links = LINK.findall(file.read_text())
    assert [link for link in links if not (file.parent / link).exists()] == []


def test_every_test_that_a_document_names_is_there():
    """The kind of fault: a page that says which test fails, and the test is called otherwise."""
    named = {test for name in LISTED for test in A_TEST.findall((ROOT / name).read_text())}
    texts = [text_of(file) for file in (ROOT / "tests").rglob("test_*.py")]
    known = {test for text in texts for test in DEFINED.findall(text)}
    assert len(named) > 15
    assert named - known == set()


def test_every_command_of_make_that_a_document_names_is_there():
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    found = [each for name in LISTED for each in MADE.findall((ROOT / name).read_text())]
    assert {name for pair in found for name in pair if name} - known == set()


def test_decisions_are_numbered_without_a_hole_and_begin_with_their_number():
    files = sorted((ROOT / "docs/adr").glob("0*.md"))
    assert [int(file.name[:4]) for file in files] == list(range(1, len(files) + 1))
    wrong = [
        file.name for file in files if not text_of(file).startswith(f"# {int(file.name[:4])}.")
    ]
    assert wrong == []


def test_each_safeguard_names_code_or_a_command_and_a_test():
    lines = (ROOT / "docs/security.md").read_text().splitlines()
    rows = [line for line in lines if line.startswith("| ") and "---" not in line]
    heads = {" test ", " "}  # and what is left to the operator
    bare = [row for row in rows if "`" not in row.split("|")[3] and row.split("|")[3] not in heads]
    assert len(rows) > 45
    assert bare == []


def of_architecture(heading: str) -> str:
    """One chapter of docs/architecture.md."""
    chapters = (ROOT / "docs/architecture.md").read_text().split("\n## ")
    return next(each for each in chapters if each.startswith(heading))


def test_the_picture_of_the_floors_is_what_imports_are_held_to():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    held = [layer.replace("(reports) | ", "") for layer in contracts["contracts"][0]["layers"]]
    drawn = of_architecture("The floors").split("```")[1].splitlines()
    assert [re.split(r"  +", line)[0] for line in drawn if line] == held


def test_every_table_is_named_beside_its_file():
    rows = re.findall(r"^\| (\w+) \| (.*) \|$", of_architecture("The tables"), re.MULTILINE)
    named = {(file, table) for file, tables in rows for table in NAMED.findall(tables)}
    schema.load_all()
    models = [(each.class_.__module__, each.local_table) for each in db.Model.registry.mappers]
    files = [(module.removeprefix("portal.schema."), str(table)) for module, table in models]
    assert named == {(file.removeprefix("portal.").split(".")[0], table) for file, table in files}


def test_the_life_of_an_appointment_is_what_the_rules_allow():
    drawn = set(ARROW.findall(of_architecture("The life of an appointment")))
    assert drawn == {(before, after) for before, many in FORWARD.items() for after in many}


def test_the_life_of_a_slot_has_its_statuses():
    drawn = {
        each for arrow in ARROW.findall(of_architecture("The life of a slot")) for each in arrow
    }
    [kept] = [each for each in SLOTS.constraints if str(each.name).endswith("_status")]
    assert drawn == set(re.findall(r"'(\w+)'", str(kept.sqltext)))
