"""What the documents point to is there."""

import re
from pathlib import Path

import pytest

from portal.config import ROOT

NAMED = re.compile(r"`([\w./-]+)`")
OF_OURS = ("portal/", "tests/", "bench/", "tools/", "migrations/", "docs/", "seeds/")
LISTED = ("docs/security.md", "docs/operations.md", "docs/performance.md", "STYLE.md", "README.md")


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


def test_each_safeguard_names_code_or_a_command_and_a_test():
    lines = (ROOT / "docs/security.md").read_text().splitlines()
    rows = [line for line in lines if line.startswith("| ") and "---" not in line]
    heads = {" test ", " "}  # and what is left to the operator
    bare = [row for row in rows if "`" not in row.split("|")[3] and row.split("|")[3] not in heads]
    assert len(rows) > 45
    assert bare == []
