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


def test_no_package_hands_on_what_its_modules_have() -> None:
    """The kind of fault: a name with two homes, and a list of names beside each that is kept twice.

    The views of an area are imported for their routes, and hand on its blueprint alone.
    """
    packages = [
        file for file in FILES if file.name == "__init__.py" and ROOT / "portal" in file.parents
    ]
    assert len(packages) > 40
    assert offenders(packages, handed_on) == {}


def handed_on(text: str) -> list[str]:
    """What a package imports and does not use itself."""
    tree = ast.parse(text)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    of_views = any((node.module or "").endswith(".blueprint") for node in imports)
    names = [each.asname or each.name for node in imports for each in node.names]
    return [] if of_views else sorted(set(names) - used)
