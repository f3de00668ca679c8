"""What somebody typed reads as it was meant, on whichever page it stands.

Two kinds of fault. A name was put together in each template for itself ("Last, First"), so that
whoever has a name of one part read ", Cherlike" on some pages and "Sukarno, " on others: now one
function writes names. And text of several lines was shown as one: whatever a field of several
lines keeps is written by the filter `lines`.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache

from tests.house.files import CODE, PORTAL, TEMPLATES, offenders, text_of

WRITTEN = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
IN_THE_MIDDLE = re.compile(r"\b(?:first|last)_name\s*\}\}[ ,]+\{\{|\bformat\([^)]*_name, ")
# Fields of a form; and a sentence around the text, whose element has the class itself.
TOGETHER_IN_CODE = re.compile(r"last_name\}, \{|\", \"\.join\(\w+ for \w+ in \(last")
ELSEWHERE = re.compile(r"\bform\b|_field\(|text_area\(|\b_\(")


@cache
def several_lines() -> set[str]:
    """The names of all fields of several lines."""
    return {
        target.id
        for file in CODE
        for node in ast.walk(ast.parse(text_of(file)))
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "id", "") == "TextAreaField"
        for target in node.targets if isinstance(target, ast.Name)
    }  # fmt: skip


def run_together(template: str, fields: set[str]) -> Iterator[str]:
    for written in WRITTEN.findall(template):
        said = re.sub(r"'[^']*'|\"[^\"]*\"", "", written)
        names = set(re.findall(r"\b\w+\.(\w+)\b", said))
        if (
            names & fields
            and not ELSEWHERE.search(written)
            and not re.search(r"\|\s*lines", written)
        ):
            yield written.strip()


def test_a_template_leaves_names_to_the_one_function_that_writes_them() -> None:
    assert offenders(TEMPLATES, IN_THE_MIDDLE.findall) == {}


def test_code_leaves_names_to_the_one_function_that_writes_them() -> None:
    assert offenders(set(CODE) - {PORTAL / "names.py"}, TOGETHER_IN_CODE.findall) == {}


def test_text_of_several_lines_is_shown_in_several_lines() -> None:
    fields = several_lines()
    assert offenders(TEMPLATES, lambda text: list(run_together(text, fields))) == {}


def test_the_lint_sees():
    assert several_lines() >= {"notes", "address", "profile", "description", "reason"}
    assert list(run_together("{{ visit.notes }}", {"notes"})) == ["visit.notes"]
    assert IN_THE_MIDDLE.search("{{ a.last_name }}, {{ a.first_name }}")
