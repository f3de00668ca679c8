"""How much is tried: enough for every change, more before it is given away, or a proof of it.

`.ci/run` tries the least, `make check` and `make test` more, `make proofs` (`pytest --full`) most.
"""

import os
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TypeVar
from zlib import crc32

import pytest

from portal.config import ROOT

Size = TypeVar("Size")
HOURS = 3 * 3600

_full = False
# .ci/run says so, as most services that run it do.
_every_change = bool(os.environ.get("CI"))


def choose(*, full: bool) -> None:
    """Decide for this test process, before any test is collected."""
    global _full
    _full = full


def sized(quick: Size, full: Size, *, ci: Size | None = None) -> Size:
    """One of them; asked while tests are collected, so that decorators can say it.

    Args:
        quick: what `make check` tries.
        full: what `make proofs` tries.
        ci: what every change tries, if that is less.
    """
    if _full:
        return full
    return ci if _every_change and ci is not None else quick


@cache
def turn_of_this_change() -> int:
    """A number that is another for each commit: whose turn it is where not all is tried."""
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, check=False)
    return crc32(head.stdout)


def begin_with_the_longest(items: list[pytest.Item]) -> None:
    """Sort by what a file's tests may take at most: at the end no core waits for another.

    A file's tests stay together, and files that may take as long as others where they were.
    """
    longest: Counter[Path] = Counter()
    for item in items:
        bound = item.get_closest_marker("timeout")
        longest[item.path] = max(longest[item.path], bound.args[0] if bound else 0)
    items.sort(key=lambda item: -longest[item.path])


def patient() -> pytest.MarkDecorator:
    """A test that takes as long as it takes when it is asked to prove something."""
    return pytest.mark.timeout(sized(600, HOURS))
