"""Statements that are files: `portal/<area>/sql/<noun>.sql`, put together once, at import.

What a file says is sent as it stands there, line by line, with its comments: so it is found again
in the server's own lists of what runs. Where it says `{{ taken("slot") }}`, the module that asks
for it hands that fragment on; one that is not handed on is an error.
"""

from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined
from sqlalchemy import TextClause, text

HERE = Path(__file__).parent


def statement(name: str, **fragments: object) -> TextClause:
    """A statement that can be run, its parameters said as `:name`.

    Args:
        name: the area and the file's name: `appointments/day_visits`.
        fragments: what the file's `{{ }}` name: SQL, or functions that give some.
    """
    return text(source(name, **fragments))


def source(name: str, **fragments: object) -> str:
    """The text of a file: for what other statements are made of."""
    return FILES.get_template(name).render(fragments).rstrip("\n")


def _read(name: str) -> str:
    area, _slash, noun = name.partition("/")
    return (HERE / area / "sql" / f"{noun}.sql").read_text()


FILES = Environment(
    autoescape=False,  # noqa: S701 - SQL, and no value that anybody typed: those are parameters
    keep_trailing_newline=True,
    loader=FunctionLoader(_read),
    lstrip_blocks=True,
    trim_blocks=True,
    undefined=StrictUndefined,
)
