"""What a proof counted, told below its test when it was asked for at full size."""

from collections import Counter
from collections.abc import Iterable

import pytest

from bench.kit import percentile


def tell(capsys: pytest.CaptureFixture[str], what: str, **counted: object) -> None:
    """Say it past pytest's capturing, so that it is seen although the test passes."""
    said = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in counted.items())
    with capsys.disabled():
        print(f"\n{what}: {said}", flush=True)


def times(seconds: Iterable[float]) -> dict[str, str]:
    """The median and the slowest twentieth, in milliseconds."""
    all_of_them = list(seconds)
    return {f"p{n}": f"{1000 * percentile(all_of_them, n):.0f} ms" for n in (50, 95)}


def counted(names: Iterable[object]) -> str:
    """How often each, the most frequent first."""
    return ", ".join(f"{name} {n}" for name, n in Counter(names).most_common())
