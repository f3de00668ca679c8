"""The project's own files, and a look through all of them at once."""

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from portal.config import ROOT

PORTAL = ROOT / "portal"
TEMPLATES = sorted((PORTAL / "templates").rglob("*.html"))
CODE = sorted(PORTAL.rglob("*.py"))
SQL = sorted(PORTAL.rglob("*.sql"))


def offenders(files: Iterable[Path], look: Callable[[str], Any]) -> dict[str, Any]:
    """What `look` finds wrong in the text of each file, of those in which it finds something."""
    found = {str(file.relative_to(ROOT)): look(text_of(file)) for file in files}
    return {name: wrong for name, wrong in found.items() if wrong}


@cache
def text_of(file: Path) -> str:
    """Its text, read once a run."""
    return file.read_text()
