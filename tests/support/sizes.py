"""How much is tried: enough for every change, or with `pytest --full` enough to prove it."""

from typing import TypeVar

import pytest

Size = TypeVar("Size")
HOURS = 3 * 3600

_full = False


def choose(*, full: bool) -> None:
    """Decide for this test process, before any test is collected."""
    global _full
    _full = full


def sized(quick: Size, full: Size) -> Size:
    """One of the two; asked while tests are collected, so that decorators can say it."""
    return full if _full else quick


def patient() -> pytest.MarkDecorator:
    """A test that takes as long as it takes when it is asked to prove something."""
    return pytest.mark.timeout(sized(600, HOURS))
