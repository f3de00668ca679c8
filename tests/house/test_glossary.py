"""Names in the code are those of docs/glossary.md; words that said anything do not come back.

The fault's kind: a name that a reader has to look up, since it stands for something else in each
place (`said`, `place`, `asked`), beside a word of the field for the same thing.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from portal.config import ROOT
from tests.house.files import CODE, PORTAL, text_of

# A name that is not given, and what is said instead.
NOT_NAMED = {
    "facts": "request_context, or what they are",
    "Facts": "RequestContext",
    "owes": "pending_step",
    "together": "pipeline",
    "planned_once": "with_generic_plan",
    "loaded": "hydrate",
    "written": "execute_in_savepoint, format_time, or what is written",
    "Asked": "Statement, Filters",
    "tried": "preview; of throttling: bucket",
    "attempt": "preview, confirm",
    "look": "preview",
    "seen": "confirmation_token; of the log: patients_seen",
    "refusals": "errors",
    "refuse": "reject",
    "Refused": "DomainError",
    "promises": "invariants",
    "belonging": "invariants",
    "Office": "SealStore",
    "Wrong": "Finding",
    "heads": "checkpoints",
    "Offer": "Opening",
    "offer_choices": "set_choices",
    "Wanted": "OpeningQuery",
    "place": "location; of a page: position; of a sealed field: binding",
    "Place": "DoctorLocation, Cursor, Binding",
    "Touched": "affected_appointments",
    "Affected": "affected_appointments",
    "undecided_at": "affected_appointments",
    "standing": "status",
    "laid_out": "published_until",
    "put_away": "add_absence_exception, dismiss_checklist",
    "take_out": "restore_checklist",
    "part_patients": "unmerge",
    "LivesOn": "MergedInto",
    "FormerHome": "PastMerge",
    "find_again": "reindex",
    "reach": "access_scope",
    "elsewhere": "out_of_scope, other_facilities, other_visits",
    "outside": "out_of_scope, outside_hours",
    "Fate": "LineResult",
    "Told": "LineResult",
    "tell": "on_result",
    "remarks": "warnings",
    "bring": "upload",
    "Newcomers": "PendingRows",
    "make_some": "process_batch",
    "pause": "release",
    "stumble": "record_failure",
    "Maker": "ExportSource",
    "say": "translate, report",
    "said": "message, text, label, reason, values",
    "told": "informed, or what is told",
    "words": "label, text, query, translate",
    "shown": "view, context, rows, page",
    "asked": "filters, params, query, values",
}
# Modules of the root whose name said a part of what they are.
NO_MODULES = {
    "outbox": "mail", "roles": "database_roles", "tables": "csv_reader", "measures": "probes",
    "readiness": "probes", "refusals": "errors",
}  # fmt: skip


def names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every name that a module gives or uses, with its line; not what stands in its strings."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield node.lineno, name
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.keyword(arg=str(name)) | ast.ExceptHandler(name=str(name)):
                yield node.lineno, name
            case ast.alias(name=name, asname=other):
                yield from ((node.lineno, part) for part in (*name.split("."), other or ""))
            case ast.ImportFrom(module=str(module)):
                yield from ((node.lineno, part) for part in module.split("."))


BEGINS = re.compile(r"What\b|The same\b")


def docstrings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The docstrings of a module and of all that it defines, each with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            text = ast.get_docstring(node)
            if text is not None:
                yield node.body[0].lineno, text


def offences(file: Path) -> Iterator[str]:
    where = file.relative_to(ROOT)
    if file.stem in NOT_NAMED:
        yield f"{where}: {file.stem} -> {NOT_NAMED[file.stem]}"
    for line, name in names(ast.parse(text_of(file))):
        if name in NOT_NAMED:
            yield f"{where}:{line}: {name} -> {NOT_NAMED[name]}"


def test_no_name_in_the_code_is_one_that_the_glossary_has_replaced():
    assert [each for file in CODE for each in offences(file)] == []


def test_a_docstring_names_what_it_is_about_and_needs_no_neighbour():
    wrong = [
        f"{file.relative_to(ROOT)}:{line}: {text.splitlines()[0]}"
        for file in CODE
        for line, text in docstrings(ast.parse(text_of(file)))
        if BEGINS.match(text)
    ]
    assert wrong == []


def test_no_module_of_the_root_has_a_name_that_the_glossary_has_replaced():
    there = {file.stem for file in PORTAL.glob("*.py")}
    assert {name: new for name, new in NO_MODULES.items() if name in there} == {}


def test_names_are_found_wherever_python_gives_or_uses_one():
    tree = ast.parse(
        "import place.words as told\n"
        "from portal.shown import say\n"
        "def seen(asked, *, reach=1):\n"
        "    try:\n"
        "        return f'{facts.heads}', dict(standing=lambda tried: look)\n"
        "    except KeyError as outside:\n"
        "        raise\n"
        "class Fate: remarks: int\n"
    )
    found = {name for _line, name in names(tree)} & NOT_NAMED.keys()
    assert found == {
        "place", "words", "told", "shown", "say", "seen", "asked", "reach", "facts", "heads",
        "standing", "tried", "look", "outside", "Fate", "remarks",
    }  # fmt: skip
