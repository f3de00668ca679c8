"""A clinic, without anybody signed in."""

from collections.abc import Iterator

import pytest

from tests.support.people import Clinic


@pytest.fixture
def clinic(alder: Clinic) -> Iterator[Clinic]:
    """The test works as a job of this clinic."""
    with alder.at_work():
        yield alder
