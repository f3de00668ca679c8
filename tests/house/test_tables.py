"""On a phone a table's row is a card, in which each value says what it is.

The fault's kind: a cell without `data-label`: its table stays as wide as it is and is cut off at
the edge of a phone, or its value stands there without a word for it.
"""

import re

import pytest

from portal.config import ROOT

TEMPLATES = ROOT / "portal" / "templates"
CELL = re.compile(r"<td(?![^>]*data-label)[^>]*>(.*?)</td>", re.DOTALL)
# What is a button says so itself.
BUTTON = re.compile(r"\baction\(|<button|class=\"button")
# These are read across and down and scroll inside of their frames; the last is for paper.
GRIDS = {
    "insurance/_matrix.html", "availability/_month.html", "sheets/_mapping.html",
    "appointments/_doctor_sheet.html",
}  # fmt: skip
FILES = {str(file.relative_to(TEMPLATES)): file for file in sorted(TEMPLATES.rglob("*.html"))}


@pytest.mark.parametrize("name", sorted(FILES.keys() - GRIDS))
def test_a_cell_says_what_it_is(name: str) -> None:
    cells = CELL.findall(FILES[name].read_text())
    assert [cell for cell in cells if not BUTTON.search(cell)] == []
