"""SQL is read where it can be: what is longer than ten lines is a file, and says what comes out.

A file is sent with its comments, in which `:word` would be a parameter too.
"""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

from sqlalchemy import TextClause

import portal
from tests.house.files import CODE, PORTAL, SQL, offenders, text_of

LONGEST_IN_PYTHON = 10
WIDEST = 100
IS_SQL = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|FROM|WHERE|WITH)\s")
PARAMETER = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")
ASKED = re.compile(r'\b(?:statement|source)\(\s*"(\w+/\w+)"')
INCLUDED = re.compile(r'{% (?:include|import|from) "([^"]+)"')


def long_sql(text: str) -> Iterator[int]:
    """Lines at which a piece of SQL begins that is longer than ten; no docstrings."""
    tree = ast.parse(text)
    aside = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) in aside or not isinstance(node, ast.Constant | ast.JoinedStr):
            continue
        pieces = node.values if isinstance(node, ast.JoinedStr) else [node]
        aside |= {id(piece) for piece in pieces}
        said = "".join(str(piece.value) for piece in pieces if isinstance(piece, ast.Constant))
        lines = (node.end_lineno or 0) - node.lineno + 1
        if lines > LONGEST_IN_PYTHON and IS_SQL.search(said):
            yield node.lineno


def header(text: str) -> str:
    """The comment that a file begins with."""
    found = re.match(r"(?:--[^\n]*\n)*", text)
    return found[0] if found else ""


def test_a_long_statement_is_a_file():
    assert offenders(CODE, lambda text: list(long_sql(text))) == {}


def test_a_long_statement_would_be_found():
    lines = "\n".join(["SELECT 1"] * 10)
    assert list(long_sql(f'X = """{lines}"""')) == []
    assert list(long_sql(f'X = f"""{lines}\n{{1}}"""')) == [1]


def test_a_file_says_what_comes_out_and_which_parameters_it_takes():
    def unsaid(text: str) -> list[str]:
        said, body = header(text), text[len(header(text)) :]
        missing = set(PARAMETER.findall(body)) - set(re.findall(r"\w+", said))
        return sorted(missing) if said else ["nothing"]

    assert offenders(SQL, unsaid) == {}


def test_a_statement_names_also_the_parameters_of_its_fragments():
    modules = (import_module(each.name) for each in walk_packages(portal.__path__, "portal."))
    unsaid = {
        f"{module.__name__}.{name}": sorted(missing)
        for module in modules
        for name, each in vars(module).items()
        if isinstance(each, TextClause) and (said := header(each.text))
        and (missing := set(each._bindparams) - set(re.findall(r"\w+", said)))
    }  # fmt: skip
    assert unsaid == {}


def test_a_comment_has_no_parameter_and_a_line_ends_in_sight():
    def odd(text: str) -> list[str]:
        comments = re.findall(r"--[^\n]*", text)
        wide = [line for line in text.splitlines() if len(line) > WIDEST]
        return [each for each in comments if PARAMETER.search(each)] + wide

    assert offenders(SQL, odd) == {}


def test_every_file_is_asked_for_and_by_its_own_area_alone():
    asked, strange = set(), []
    for file in (*CODE, *SQL):
        area = file.relative_to(PORTAL).parts[0]
        named = set((INCLUDED if file.suffix == ".sql" else ASKED).findall(text_of(file)))
        strange += [f"{file}: {each}" for each in named if not each.startswith(f"{area}/")]
        asked |= named
    there = {f"{file.relative_to(PORTAL).parts[0]}/{file.stem}" for file in SQL}
    assert strange == []
    assert there == asked
