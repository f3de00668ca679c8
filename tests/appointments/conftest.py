"""A clinic in Chicago on a Monday morning, without anybody signed in."""

from collections.abc import Iterator

import pytest

from tests.support.people import Clinic
from tests.support.scheduling import Practice, on_monday


@pytest.fixture
def clinic(alder: Clinic) -> Iterator[Clinic]:
    """The test works as a job of this clinic."""
    with on_monday(), alder.at_work():
        yield alder


@pytest.fixture
def practice(clinic: Clinic, made_practice: Practice) -> Practice:
    """A doctor who offers one service there and has no hours yet."""
    return made_practice


@pytest.fixture
def open_practice(practice: Practice, made_hours: Practice) -> Practice:
    """The practice on Mondays from eight to twelve."""
    return made_hours
