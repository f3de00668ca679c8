"""Files and functions stay short enough to read at one sitting."""

import ast
from collections.abc import Iterator

from portal.config import ROOT
from tests.house.files import offenders

FILES = sorted(
    file
    for folder in ("portal", "tests", "seeds", "bench")
    for file in (ROOT / folder).rglob("*.py")
)
LONGEST_FILE = 300
LONGEST_FUNCTION = 40


def test_files_and_functions_are_short() -> None:
    assert offenders(FILES, lambda text: list(too_long(text))) == {}


def too_long(text: str) -> Iterator[str]:
    if (lines := text.count("\n")) > LONGEST_FILE:
        yield f"{lines} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and length(node) > LONGEST_FUNCTION:
            yield node.name


def length(function: ast.FunctionDef) -> int:
    """Lines of the body, without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0
