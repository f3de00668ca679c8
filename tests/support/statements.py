"""How many statements a request sends: lists have a budget, and a loop that asks has none."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


@contextmanager
def at_most(budget: int) -> Iterator[list[str]]:
    """Fail when what is inside sends more statements than that (savepoints do not count)."""
    sent: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", count)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    listed = "\n---\n".join(sent)
    assert len(sent) <= budget, f"{len(sent)} statements, {budget} allowed:\n{listed}"
