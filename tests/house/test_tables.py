"""On a phone a table's row is a card, in which each value says what it is.

The fault's kind: a cell without `data-label`: its table stays as wide as it is and is cut off at
the edge of a phone, or its value stands there without a word for it.
"""

import re

from tests.house.files import PORTAL, TEMPLATES, offenders

CELL = re.compile(r"<td(?![^>]*data-label)[^>]*>(.*?)</td>", re.DOTALL)
# What is a button says so itself.
BUTTON = re.compile(r"\baction\(|<button|class=\"button")
# These are read across and down and scroll inside of their frames; the last is for paper.
GRIDS = (
    "insurance/_matrix",
    "availability/_month",
    "exchange/_mapping",
    "appointments/_doctor_sheet",
)
FILES = {*TEMPLATES} - {PORTAL / "templates" / f"{name}.html" for name in GRIDS}


def test_a_cell_says_what_it_is() -> None:
    def unnamed(text: str) -> list[str]:
        return [cell for cell in CELL.findall(text) if not BUTTON.search(cell)]

    assert offenders(FILES, unnamed) == {}
