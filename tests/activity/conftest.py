"""What there is to read about in the log."""

from collections.abc import Callable

import pytest

from portal.activity.rules import microseconds
from portal.audit.notes import note
from portal.schema.audit import AuditEntry
from tests.support.people import Clinic
from tests.support.scheduling import a_patient

CANARY = "Zebedee"


@pytest.fixture
def patient_id(alder: Clinic) -> int:
    """A patient with an unmistakable name."""
    with alder.at_work():
        return a_patient(first_name=CANARY, last_name="Quillfeather").id


@pytest.fixture
def noted(alder: Clinic) -> Callable[..., None]:
    """Write entries as a job of the clinic."""

    def write(*actions: str, **about) -> None:
        with alder.at_work():
            for action in actions:
                note(action, **about)

    return write


def address(entry: AuditEntry) -> str:
    """The entry's page."""
    return f"/activity/{microseconds(entry.occurred_at)}/{entry.id}"
